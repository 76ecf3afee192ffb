"""What a step reads: the inputs that its arguments name, and the files that its options do."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.reading.input_kinds import LINE_SUFFIXES, demand_lines_of_documents
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.step import Source, Stage, Step


def resolve_inputs(step: Step, arguments: Sequence[str | Path], *, allow_private: bool = False) -> list[Input]:
    """Return the inputs that a step reads, standard input if none is named. Raises UsageError for those it cannot."""
    if isinstance(step, Source) and step.names_inputs:
        if arguments:
            raise UsageError(f"the options of `{step.name()}` say what is read; leave out {str(arguments[0])!r}")
        return step.named_inputs(allow_private=allow_private)
    if isinstance(step, Source):
        return step.resolve(arguments, allow_private=allow_private)
    inputs = resolve(arguments or ["-"], (*LINE_SUFFIXES, *step.suffixes), allow_private=allow_private)
    demand_lines_of_documents(inputs, lambda input_: isinstance(step, Stage) and step.read_directly(input_) is not None)
    return inputs


def other_files_read(step: Step, arguments: Sequence[str | Path]) -> Iterator[Path]:
    """Yield the local files that are read besides the inputs: lists of inputs, and files that options name."""
    yield from (Path(argument) for argument in arguments if os.path.isfile(argument))
    values = (getattr(step, option.name) for option in step.option_list())
    yield from (value for value in values if isinstance(value, Path) and os.path.isfile(value))
