"""One input: a named stream of stored bytes, and what reading it found."""

import hashlib
import io
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from corpuskit.core.counts import StreamCount
from corpuskit.core.disk.file_status import FileStatus, file_status, status_entry
from corpuskit.core.disk.regular_file import read_small
from corpuskit.core.document import Reject
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.outcome import Rejected
from corpuskit.core.provenance.entries import DamageEntry, InputEntry
from corpuskit.core.reading import decompress
from corpuskit.core.reading.hashing_stream import HashingStream, open_local
from corpuskit.core.reading.lines import CutLine, Line, LineSplitter
from corpuskit.core.sizes import size_text

if TYPE_CHECKING:
    from corpuskit.core.reading.byte_ranges import ByteRange
    from corpuskit.core.reading.selection import Selection
    from corpuskit.core.recogniser import Passed, Recogniser

CUT_LINE = "the file ends inside a line"
RECOGNISED_BYTES = 1024 * 1024
"""Read of a file at a time where most lines are known by the bytes of many; of a pipe, fewer are waited for."""
SMALL_FILE = 256 * 1024
"""Bytes of a file up to which it is read in one piece, which takes a third of the time if there are many of them."""
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Damage(NamedTuple):
    """Stored bytes that could not be read: what is wrong, from which byte, and how many bytes it cost."""

    what: str
    offset: int
    lost: int

    def as_json(self) -> DamageEntry:
        """Return the entry in the manifest."""
        return {"what": self.what, "offset": self.offset, "lost": self.lost}


@dataclass
class Findings:
    """What reading an input found."""

    damage: list[Damage] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)
    """What its reader should know although no byte is lost: phrases, and how often each was the case."""
    records: int = 0
    """The records that were read, valid or not."""
    count: StreamCount = field(default_factory=StreamCount)
    """The lines that were read, valid or not."""
    cut_line: CutLine | None = None
    """Where the stream ended in the middle of a line that is not a whole record."""
    is_whole_file: bool = False
    """Whether it was read as one file, and not as lines that a command wrote."""
    size_and_sha256: tuple[int, str] | None = None
    """Set if a worker has read all of it, if it was read in one piece, or if only a selection of its records was."""


@dataclass
class Input:
    """One named stream of stored bytes: a file, a URL, a pipe or standard input."""

    name: str
    local_path: Path | None = None
    url: str | None = None
    expected_sha256: str | None = None
    """What the manifest of its dataset says."""
    dataset: Path | None = None
    """The published folder, or the manifest next to a published file, that this is a shard of."""
    content: bytes | None = None
    """The bytes of a member of an archive, in place of a file."""
    is_named: bool = False
    """Whether the file itself was named, and not a folder that it lies in."""
    is_real_path: bool = False
    """Whether the listing of its folder has shown that its last name is no link."""
    byte_range: "ByteRange | None" = None
    """The only range to read of a local file."""
    selection: "Selection | None" = None
    """The only records to read of an archive at an address, which its source reads."""
    allow_private: bool = False
    """Whether its address may lead into a private network."""
    stated_metadata: Mapping[str, str] = field(default_factory=dict)
    """What its publisher says of all its documents, such as a licence, for those that do not say otherwise."""
    copy_path: Path | None = None
    """Where what the address gives is kept, and read from if it is there."""
    findings: Findings = field(default_factory=Findings)
    _stream: "HashingStream | None" = None
    _status_when_opened: FileStatus | None = None
    """Of a local file."""

    def is_unread(self) -> bool:
        """Whether nothing of it was read yet, so that it can be handed to a worker as it is."""
        return self._stream is None and self.findings.size_and_sha256 is None

    def unread_copy(self) -> "Input":
        """Return a copy with nothing read yet; its findings are freed with it."""
        copied = object.__new__(type(self))  # `copy` takes four times as long, and there may be a file a document
        copied.__dict__.update(self.__dict__)
        copied.findings, copied._stream = Findings(), None
        return copied

    def open(self) -> BinaryIO:
        """Open the bytes as they are stored; to be closed by the caller, which leaves a pipe open."""
        stored = self._open()
        self._status_when_opened = self._status_of(stored)
        self._stream = HashingStream(stored, stays_open=self.is_stream)
        return cast(BinaryIO, self._stream)

    def pipe_status(self) -> os.stat_result | None:
        """Return the `fstat` of the pipe that this input is, or None. Raises UsageError if standard input is closed."""
        if self.name == "-" and sys.stdin is None:
            raise UsageError("standard input is closed; name an input, or pipe one in")
        status = os.fstat(0) if self.name == "-" else os.stat(self.local_path) if self.local_path else None
        return status if status and stat.S_ISFIFO(status.st_mode) else None

    @property
    def damage(self) -> list[Damage]:
        """The damage found so far."""
        return self.findings.damage

    @property
    def reach(self) -> int:
        """The offset after the last stored byte that was read."""
        return self._stream.reach if self._stream else 0

    @cached_property
    def is_stream(self) -> bool:
        """Whether it can be read only once: standard input, a pipe."""
        if self.name == "-":
            return True
        return self.local_path is not None and not os.path.isfile(self.local_path)

    def bytes_read(self) -> int:
        """Return how many stored bytes have been read so far."""
        if self._stream is None:
            return self.findings.size_and_sha256[0] if self.findings.size_and_sha256 else 0
        return self._stream.size

    def blocks(self) -> Iterator[bytes]:
        """Yield decompressed bytes; damage is recorded and skipped."""
        return (block for block in self._blocks() if block)

    def blocks_and_gaps(self) -> Iterator[bytes]:
        """Yield decompressed bytes, and an empty block wherever damage lost some."""
        return self._blocks()

    def lines(self) -> Iterator[Line | Rejected]:
        """Yield decompressed lines without their line feed, each with its byte offset; too long ones as Rejected."""
        for run in self.line_runs():
            if isinstance(run, Rejected):
                yield run
            else:
                yield from run

    def line_runs(self) -> Iterator[list[Line] | Rejected]:
        """Yield what `lines` does, many lines at a time."""
        splitter = LineSplitter(self.name)
        yield from splitter.split_into_runs(self._blocks())
        self.findings.cut_line = splitter.cut_line

    def lines_and_passed(self, recogniser: "Recogniser") -> "Iterator[list[Line] | Rejected | Passed]":
        """Yield what `line_runs` does, but for lines that are known by their bytes: those are passed unsplit.

        The lines of each part are to be run before the next part is asked for.
        """
        from corpuskit.core.reading.known_runs import lines_and_passed

        splitter = LineSplitter(self.name)
        blocks = self._blocks(None if self.is_stream else RECOGNISED_BYTES)
        yield from lines_and_passed(blocks, splitter, recogniser)
        self.findings.cut_line = splitter.cut_line

    def read_all(self, limit: int) -> bytes:
        """Return all decompressed bytes. Raises Reject("document-too-large") beyond `limit` bytes."""
        data = self._read_small_file()
        if data is not None and len(data) <= limit:
            return data
        blocks = []
        size = 0
        for block in self.blocks():
            size += len(block)
            if size > limit:
                raise Reject("document-too-large", f"more than {size_text(limit)}")
            blocks.append(block)
        return b"".join(blocks)

    def damaged(self, what: str, offset: int, lost: int) -> None:
        """Report stored bytes that cannot be read: a plain phrase, the stored byte, and how many were lost."""
        if self.copy_path is not None and not self.damage:
            self.remark(f"the damage may be that of its copy; remove {str(self.copy_path)!r} to have it fetched again")
        self.findings.damage.append(Damage(what, offset, lost))

    def remark(self, what: str, times: int = 1) -> None:
        """Note something that costs nothing, but that a person should know, in a phrase."""
        self.findings.remarks[what] += times

    def manifest_entry(self) -> InputEntry:
        """Return the entry in the manifest; the rest of a local file is read for its digest.

        A range has no digest. Raises DamagedError if a dataset's shard is not what its manifest says.
        """
        cut = self.findings.cut_line
        if cut and not self.is_stream and not any(damage.what == CUT_LINE for damage in self.damage):
            self.damaged(CUT_LINE, *cut)
        size, digest = self._size_and_sha256()
        if self.expected_sha256 not in (None, digest):
            raise DamagedError(
                f"{self.name}: its sha256 is not the manifest's; `corpuskit verify` the dataset, or build it again"
            )
        return {
            "path": self.name,
            "bytes": size,
            "sha256": digest,
            "damage": [damage.as_json() for damage in self.damage],
        }

    def check_unchanged(self) -> None:
        """Raise DamagedError if a dataset's shard is not what its manifest says."""
        self.manifest_entry()

    def _size_and_sha256(self) -> tuple[int, str]:
        if self.findings.size_and_sha256 is not None:
            return self.findings.size_and_sha256
        if self.byte_range is not None:
            return self.byte_range.size, ""
        if self.selection is not None:
            return 0, EMPTY_SHA256
        if self._stream is not None and (self.is_stream or self._stream.complete()):
            return self._stream.size, self._stream.digest.hexdigest()
        with self._open() as stored:
            if self._status_when_opened not in (None, self._status_of(stored)):
                raise DamagedError(f"{self.name} was changed while it was read; run it again")
            stream = HashingStream(stored)
            while stream.read(1 << 20):
                pass
        return stream.size, stream.digest.hexdigest()

    def _status_of(self, stored: BinaryIO) -> FileStatus | None:
        return None if self.is_stream or self.local_path is None else file_status(stored.fileno())

    def _open(self) -> BinaryIO:
        if self.content is not None:
            return io.BytesIO(self.content)
        if self.name == "-":
            return sys.stdin.buffer
        if self.local_path is not None:
            return open_local(self.local_path)
        url = self.url or self.name
        if self.copy_path is not None:
            from corpuskit.core.reading.download import download

            return open_local(download(url, self.copy_path, allow_private=self.allow_private))
        from corpuskit.core.reading.remote import RemoteStream

        return cast(BinaryIO, RemoteStream(url, allow_private=self.allow_private))

    def _read_small_file(self) -> bytes | None:
        """Return the bytes of a small file that is not compressed; None for any other input, of which nothing is noted.

        `size_and_sha256` and the file's status say afterwards what a stream that was read to its end would.
        """
        if self.local_path is None or self.content is not None or self.byte_range is not None or self.is_stream:
            return None
        from corpuskit.core.reading.members import is_plain

        file = read_small(self.local_path, SMALL_FILE)
        if file is None or not is_plain(file[0]):
            return None
        data, status = file
        self._status_when_opened = status_entry(status)
        self.findings.size_and_sha256 = len(data), hashlib.sha256(data).hexdigest()
        return data

    def _blocks(self, plain_chunk: int | None = None) -> Iterator[bytes]:
        with self.open() as stream:
            yield from decompress.decompressed_blocks(stream, self.damaged, self.name, plain_chunk)
