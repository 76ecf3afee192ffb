"""Where the documents of the last step go: a stream, or a dataset that appears whole or not at all."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from corpuskit.core import console
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import publishing
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.format import TokenOptions
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.entries import CardEntry
from corpuskit.core.provenance.verdicts import bytes_of_rejects
from corpuskit.core.publish.targets import Target
from corpuskit.core.registry import build_formats, format_of_file
from corpuskit.core.settings import Settings
from corpuskit.core.step import Report, Sink, Source, Step

WRITE_BYTES = 256 * 1024


class Output(Protocol):
    """Where the documents of the last step go."""

    def write(self, document: Document) -> None:
        """Take the next document."""

    def publish(self, chain: Chain) -> Any:
        """Make what was written visible."""

    def abandon(self) -> None:
        """Leave nothing behind."""

    def remarks(self) -> list[str]:
        """Return what the user should know after publication, a line each."""

    def account(self) -> dict[str, int]:
        """Return what programs are told after publication, besides what the step did."""

    def decisions_path(self) -> Path | None:
        """Return where verdicts are collected for publication; None if this output publishes none."""


@dataclass
class StreamOutput:
    """Standard output, a named pipe or a device: lines go out as they come."""

    descriptor: int
    waiting: list[bytes] = field(default_factory=list)
    size: int = 0
    is_terminal: bool = field(init=False)
    """Whether a person looks at it; a closed descriptor is not a terminal."""

    def __post_init__(self) -> None:
        """Ask once whether it is a terminal."""
        self.is_terminal = os.isatty(self.descriptor)

    def write(self, document: Document) -> None:
        """Write one document."""
        self.write_line(encode(document))

    def write_line(self, line: bytes) -> None:
        """Write one line; to a terminal, without the characters that would drive it."""
        if self.is_terminal:
            line = console.escape_line(line)
        self.waiting += (line, b"\n")
        self.size += len(line)
        if self.size >= WRITE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Pass everything held to the system. Raises BrokenPipeError, or PublishError."""
        data = memoryview(b"".join(self.waiting))
        self.waiting.clear()
        self.size = 0
        try:
            while data:
                data = data[filesystem.write(self.descriptor, data) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise PublishError(f"cannot write standard output: {error.strerror}; the stream is not whole") from None

    def publish(self, chain: Chain) -> None:
        """Write what is held."""
        self.flush()

    def abandon(self) -> None:
        """Hold nothing more."""
        self.waiting.clear()

    def remarks(self) -> list[str]:
        """Return nothing: a stream has no card."""
        return []

    def account(self) -> dict[str, int]:
        """Return nothing."""
        return {}

    def decisions_path(self) -> None:
        """Return None: whoever reads the stream publishes its verdicts."""


def open_output(step: Step, settings: Settings) -> Output:
    """Open the output that `-o` names. Raises UsageError or PublishError."""
    names, words, tokens = None, None, None
    if isinstance(step, Sink):
        names, words, tokens = step.formats(), step.card_words(), step.token_options()
    target = settings.output
    if target is None or str(target) == "-":
        if names not in (None, ("jsonl",)):
            raise UsageError(f"`--to {','.join(names)}` writes a dataset folder; name it with -o")
        return StreamOutput(1)
    if target.exists() and not target.is_file() and not target.is_dir():
        with publishing(target):
            return StreamOutput(os.open(target, os.O_WRONLY))
    return _open_dataset(target, names, settings.shard_documents, words, tokens, isinstance(step, Source))


def _open_dataset(
    target: Path,
    names: tuple[str, ...] | None,
    shard_documents: int,
    words: CardEntry | None,
    tokens: TokenOptions | None,
    html_is_meant: bool,
) -> Output:
    """Open a folder or file that is published with its manifest. A pipe needs none of what is imported here."""
    from corpuskit.core.publish.file_output import FileOutput
    from corpuskit.core.publish.folder_output import FolderOutput
    from corpuskit.core.publish.run_ending import ending_of, is_refusal
    from corpuskit.core.publish.source_totals import Totals
    from corpuskit.core.tokens import DEFAULT_TOKENIZER, counter

    totals = Totals(counter(DEFAULT_TOKENIZER), DEFAULT_TOKENIZER, html_is_meant=html_is_meant)
    format_ = format_of_file(target.name)
    if format_ is None:
        formats = build_formats(names or ("jsonl",), tokens)
        output = FolderOutput(target, formats, totals, shard_documents, words)
        ending = ending_of(output.work)
        if output.has_work() and not (ending is not None and is_refusal(ending)):
            output.abandon(keep_work=True)
            raise PublishError(
                f"{str(target)!r} keeps the finished tasks of a `mix` that did not end; run that again, "
                f"remove {str(output.work.relative_to(target.absolute()))!r} in it, or choose another -o"
            )
        return output
    if names not in (None, (format_.name,)):
        raise UsageError(
            f"`--to {','.join(names)}` does not fit the file {target.name!r}, which would hold {format_.name}; "
            "leave out --to, or name a folder with -o"
        )
    if target.is_dir():
        raise PublishError(f"{str(target)!r} is a folder; choose another -o")
    return FileOutput(target, format_, totals)


def targets(step: Step, settings: Settings, *, is_own_file: bool = False) -> Iterator[Target]:
    """Yield all that a run writes where the user says; `-o` may be a file of the step's own, without a manifest."""
    if is_own_file:
        yield Target("-o", settings.output)
    elif not isinstance(step, Report):
        yield from _output_targets(settings.output)
    if str(settings.drops) == "-":
        if settings.output is None and not isinstance(step, Report):
            raise UsageError("`--drops -` and the documents would both go to standard output; publish these with -o")
        yield Target("--drops -", None)
    elif settings.drops:
        yield Target("--drops", settings.drops)
    if settings.rejects:
        yield Target("--rejects", settings.rejects)
        yield Target("the bytes of --rejects,", bytes_of_rejects(settings.rejects))


def _output_targets(output: Path | None) -> Iterator[Target]:
    if output is None or str(output) == "-":
        yield Target("standard output", None)
        return
    yield Target("-o", output)
    if format_of_file(output.name) is not None:
        from corpuskit.core.publish.file_output import manifest_of_file

        yield Target("the manifest of -o,", manifest_of_file(output))
