"""`through`: documents pass another program, and its part in them is on record."""

import os
import select
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from corpuskit.core.document import MAX_LINE, Document, Reject, decode, encode
from corpuskit.core.errors import UpstreamError, UsageError
from corpuskit.core.options import VERBATIM
from corpuskit.core.step import CorpusStage, Drop, Item, Made
from corpuskit.core.wording import excerpt

BLOCK = 256 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Through(CorpusStage):
    """Pass documents through a program that reads and writes JSON Lines, and put it on record.

    The program stands after `--` and is started once, without a shell; it gets one document a line and writes the same.
    A document whose id does not come out is a drop `left-out`, without its text, and one whose id is new counts as
    made, so what `jq`, `grep` or a script of your own does is counted as any other step is. The manifest has the words
    of the command, without folders and what looks like a secret. Its exit code must be 0, and each of its lines a
    document, or nothing is published.

    Which documents come out, and whether it gives the same each time, is up to the program. Recipes, which may come
    from others, cannot run programs. Holds the ids of documents that have not come out yet in memory.

        corpuskit files pages.jsonl | corpuskit through -- jq -c 'select(.text | length > 200)' | corpuskit dedup -o out
    """

    in_recipes: ClassVar[bool] = False

    command: Annotated[
        tuple[str, ...], "The program and its arguments; on a command line, what stands after `--`.", VERBATIM
    ] = ()

    def __post_init__(self) -> None:
        """Raise UsageError without a program, or with one that cannot be found."""
        if not self.command:
            raise UsageError("name the program after `--`: `corpuskit through -- jq -c .`")
        if shutil.which(self.command[0]) is None:
            raise UsageError(f"no program is called {excerpt(self.command[0])!r}; check its name and the PATH")

    def options(self) -> dict[str, Any]:
        """Return the words of the command as they go on record."""
        from corpuskit.text.pii.command_words import words_on_record

        return {"command": words_on_record(self.command)}

    @property
    def _command_line(self) -> str:
        return excerpt(" ".join(self.options()["command"]))

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield what the program writes: documents that came out, others that it made, drops for those it left out.

        Raises UpstreamError if it fails, or writes a line that is no document.
        """
        waiting: dict[str, int] = {}
        for line in self._output(self._input(documents, waiting)):
            document = self._document(line)
            if waiting.get(document.id, 0):
                waiting[document.id] -= 1
                if not waiting[document.id]:
                    del waiting[document.id]
                yield document
            else:
                yield Made(document)
        for identifier, times in waiting.items():
            for _ in range(times):
                yield Drop(Document(identifier, ""), "left-out")

    def _input(self, documents: Iterable[Document], waiting: dict[str, int]) -> Iterator[bytes]:
        """Yield the documents as lines, and note their ids as waiting."""
        for document in documents:
            waiting[document.id] = waiting.get(document.id, 0) + 1
            yield encode(document) + b"\n"

    def _output(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        """Give the program its input and yield the lines that it writes. Raises UpstreamError if it fails."""
        with self._start() as process:
            try:
                yield from filter(None, self._lines(_exchange(process, lines)))
            except BaseException:
                process.kill()
                raise
            code = process.wait()
        if code:
            how = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
            raise UpstreamError(f"`{self._command_line}` {how}; nothing was published")

    def _start(self) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:
            reason = (error.strerror or "it is no program").lower()
            raise UsageError(f"{excerpt(self.command[0])!r} cannot be run: {reason}") from None

    def _lines(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of the blocks. Raises UpstreamError for one that is longer than a document may be."""
        parts: list[bytes] = []
        size = 0
        for block in blocks:
            *whole, rest = block.split(b"\n")
            if whole:
                whole[0] = b"".join([*parts, whole[0]])
                parts, size = [], 0
                yield from whole
            parts.append(rest)
            size += len(rest)
            if size > MAX_LINE:
                whose = f"`{self._command_line}` wrote a line of more than"
                raise UpstreamError(f"{whose} {MAX_LINE:,} bytes; nothing was published")
        yield b"".join(parts)

    def _document(self, line: bytes) -> Document:
        try:
            return decode(line)
        except Reject as reject:
            written = excerpt(line[:200].decode(errors="replace"))
            raise UpstreamError(
                f"`{self._command_line}` wrote a line that is no document ({reject.reason}): {written}; "
                "it must write one JSON object a line, as `jq -c` does"
            ) from None


def _exchange(process: "subprocess.Popen[bytes]", lines: Iterator[bytes]) -> Iterator[bytes]:
    """Write lines to a program and yield what it writes, whichever it is ready for, until it closes its output.

    A program that no longer reads, as `head` does, gets all others no more; they are taken all the same, and counted.
    """
    assert process.stdin is not None and process.stdout is not None
    source, target = process.stdout.fileno(), process.stdin.fileno()
    os.set_blocking(target, False)
    unsent, is_open = memoryview(b""), True
    while True:
        if is_open and not unsent:
            unsent = memoryview(_next_block(lines))
            if not unsent:
                process.stdin.close()
                is_open = False
        readable, writable, _ = select.select([source], [target] if is_open else [], [])
        if writable:
            try:
                unsent = unsent[os.write(target, unsent[:CHUNK]) :]
            except BrokenPipeError:
                process.stdin.close()
                is_open = False
                for _ in lines:
                    pass
        if readable:
            block = os.read(source, CHUNK)
            if not block:
                # It may go on reading, and wait for the end of its input.
                if is_open:
                    process.stdin.close()
                for _ in lines:
                    pass
                return
            yield block


def _next_block(lines: Iterator[bytes]) -> bytes:
    """Return the next lines, some 256 KiB of them; nothing at the end."""
    block = bytearray()
    for line in lines:
        block += line
        if len(block) >= BLOCK:
            break
    return bytes(block)
