"""What a step reads: the inputs that its arguments name, and the files that its options do; and what it does not."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.ledger import writers_of
from corpuskit.core.provenance.pipe import Pipe, pipe_of
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


def unread_pipe(inputs: Sequence[Input], names: Sequence[object]) -> Pipe | None:
    """Return the pipe that standard input is, if it is neither an input nor among other `names` that are read."""
    try:
        pipe = pipe_of(os.fstat(0))
    except OSError:
        return None
    if pipe is None or any(pipe_of(input_.pipe_status()) == pipe for input_ in inputs if input_.is_stream):
        return None
    each = (item for name in names for item in (name if isinstance(name, tuple) else (name,)))
    paths = [name for name in each if isinstance(name, (str, Path))]
    return None if any(str(path) == "-" or _pipe_at(path) == pipe for path in paths) else pipe


def demand_unwritten(pipe: Pipe | None) -> None:
    """Raise UsageError if a command is on record as writing to a pipe that is not read: its documents would be lost.

    Of other writers, nothing is known: loops, CI and remote shells often leave a pipe open.
    """
    for writer in writers_of(pipe) if pipe is not None else []:
        raise UsageError(
            f"`{writer.name}` writes to this pipe, and it is not read, as inputs are named; "
            "add `-` to read both, or `< /dev/null` to read neither"
        )


def _pipe_at(path: str | Path) -> Pipe | None:
    try:
        return pipe_of(os.stat(path))
    except (OSError, ValueError):
        return None
