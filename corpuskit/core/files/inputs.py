"""Inputs: what a command line or a recipe names, resolved to streams in one fixed order.

*Input order* is by name, then by position in the file; the name is the path below the inputs' common folder, so
neither the working folder nor the order of naming changes a result.
"""

import glob
import hashlib
import io
import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from corpuskit.core.account import StreamCount
from corpuskit.core.document import MAX_LINE, Reject, parse
from corpuskit.core.errors import DamagedError, RemoteError, UsageError
from corpuskit.core.files import containers
from corpuskit.core.manifest import MANIFEST, read_manifest
from corpuskit.core.step import Rejected

CUT_LINE = "the file ends inside a line"
KEPT_OF_LONG_LINE = 1024 * 1024


@dataclass(frozen=True)
class Damage:
    """Stored bytes that could not be read: what is wrong, from which byte, and how many bytes it cost."""

    what: str
    offset: int
    lost: int

    def as_json(self) -> dict[str, Any]:
        """The entry in the manifest."""
        return {"what": self.what, "offset": self.offset, "lost": self.lost}


@dataclass
class Input:
    """One named stream of stored bytes: a file, a URL, a pipe or standard input."""

    name: str
    local_path: Path | None = None
    url: str | None = None
    expected_sha256: str | None = None
    """What the manifest of the dataset it belongs to says of it."""
    dataset: Path | None = None
    """The published folder, or the manifest beside a published file, that it is a shard of."""
    damage: list[Damage] = field(default_factory=list)
    count: StreamCount = field(default_factory=StreamCount)
    """The lines that were read of it, readable or not."""
    cut_line: bool = False
    """Whether the stream ended in the middle of a line that is no whole record."""
    known: tuple[int, str] | None = None
    """Size and sha256 where a worker has read it all."""
    _reader: "CountingReader | None" = None

    def open(self) -> BinaryIO:
        """The bytes as they are stored."""
        self._reader = CountingReader(self._open(), self.url)
        return cast(BinaryIO, self._reader)

    def pipe_status(self) -> os.stat_result | None:
        """The `fstat` of the pipe this input is, or None if it is none."""
        status = os.fstat(0) if self.name == "-" else os.stat(self.local_path) if self.local_path else None
        return status if status and stat.S_ISFIFO(status.st_mode) else None

    @property
    def is_stream(self) -> bool:
        """Whether it can be read only once: standard input, a pipe."""
        if self.name == "-":
            return True
        return self.local_path is not None and not self.local_path.is_file()

    def blocks(self) -> Iterator[bytes]:
        """Decompressed bytes; damage is recorded and skipped."""
        return (block for block in self._blocks() if block)

    def lines(self) -> Iterator[tuple[int, bytes] | Rejected]:
        """Decompressed lines without their line feed, each with its byte offset; too long ones as Rejected."""
        yield from _Lines(self).split(self._blocks())

    def read_all(self, limit: int) -> bytes:
        """All decompressed bytes. Raises Reject("document-too-large") beyond `limit` bytes."""
        parts = []
        size = 0
        for block in self.blocks():
            size += len(block)
            if size > limit:
                raise Reject("document-too-large", f"more than {limit} bytes")
            parts.append(block)
        return b"".join(parts)

    def damaged(self, what: str, offset: int, lost: int) -> None:
        """Report stored bytes that cannot be read: a plain phrase, the stored byte, and how many were lost."""
        self.damage.append(Damage(what, offset, lost))

    def as_json(self) -> dict[str, Any]:
        """The entry in the manifest; reads what is left of a local file for its digest."""
        if self.cut_line and not self.is_stream and not any(damage.what == CUT_LINE for damage in self.damage):
            self.damaged(CUT_LINE, self.count.bytes, 0)
        size, digest = self._digest()
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

    def _digest(self) -> tuple[int, str]:
        if self.known is not None:
            return self.known
        if self._reader is not None and self._reader.complete():
            return self._reader.size, self._reader.digest.hexdigest()
        if self.is_stream and self._reader is not None:
            return self._reader.size, self._reader.digest.hexdigest()
        with self._open() as stream:
            reader = CountingReader(stream)
            while reader.read(1 << 20):
                pass
        return reader.size, reader.digest.hexdigest()

    def _open(self) -> BinaryIO:
        if self.name == "-":
            return sys.stdin.buffer
        if self.local_path is not None:
            return _open_local(self.local_path)
        return _open_url(self.url or self.name)

    def _blocks(self) -> Iterator[bytes]:
        return containers.blocks(self.open(), self.damaged, self.name)


class CountingReader(io.RawIOBase):
    """Reads a stream and keeps its length and sha256 for as long as it is read from front to back."""

    def __init__(self, stream: BinaryIO, url: str | None = None) -> None:
        """`stream` is read, sought and closed through this object from now on; `url` is where it comes from."""
        self.stream, self.url = stream, url
        self.digest = hashlib.sha256()
        self.size = 0
        self._ended = False

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """Whether the stream below can seek."""
        return self.stream.seekable()

    def tell(self) -> int:
        """The stream's position, or the bytes read of one that cannot tell."""
        return self.stream.tell() if self.stream.seekable() else self.size

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek the stream below."""
        return self.stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes."""
        at = self.tell()
        try:
            data = self.stream.read(size) or b""
        except Exception as error:
            if self.url is None:
                raise
            raise _remote(self.url, error) from None
        if not data and size != 0:
            self._ended = self._ended or at == self.size
        elif at <= self.size < at + len(data):
            # Bytes read a second time, after a seek back, are not hashed again.
            self.digest.update(data[self.size - at :])
            self.size = at + len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, as `io` asks for."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def complete(self) -> bool:
        """Whether the whole stream went through the digest."""
        return self._ended

    def close(self) -> None:
        """Close the stream below."""
        self.stream.close()
        super().close()


class _Lines:
    """Splits blocks into lines, holding no more than one line, and that up to `MAX_LINE` bytes."""

    def __init__(self, source: Input) -> None:
        self.source = source
        self.held: list[bytes] = []
        self.held_bytes = 0
        self.offset = 0

    def split(self, blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes] | Rejected]:
        """The lines of the blocks in order; `GAP` ends a line that cannot be finished."""
        for block in blocks:
            if block == containers.GAP:
                yield from self._cut()
                continue
            *whole, rest = block.split(b"\n")
            for line in whole:
                self._hold(line)
                yield self._take(1)
            self._hold(rest)
        if self.held_bytes:
            yield self._last()

    def _hold(self, piece: bytes) -> None:
        self.held_bytes += len(piece)
        if piece and self.held_bytes - len(piece) <= MAX_LINE:
            self.held.append(piece)

    def _take(self, line_feed: int) -> tuple[int, bytes] | Rejected:
        offset, length = self.offset, self.held_bytes
        line = b"".join(self.held) if len(self.held) != 1 else self.held[0]
        self.held.clear()
        self.held_bytes = 0
        self.offset += length + line_feed
        if length > MAX_LINE:
            detail = f"{length} bytes, at most {MAX_LINE}"
            return Rejected("line-too-long", self.source.name, offset, line[:KEPT_OF_LONG_LINE], detail)
        return offset, line

    def _cut(self) -> Iterator[Rejected]:
        if self.held_bytes:
            taken = self._take(0)
            if isinstance(taken, Rejected):
                yield taken
            else:
                yield Rejected("cut-line", self.source.name, taken[0], taken[1], "damage ends this line")

    def _last(self) -> tuple[int, bytes] | Rejected:
        """The last line of a stream that does not end in a line feed: whole, or cut."""
        taken = self._take(0)
        if isinstance(taken, tuple) and not _is_json(taken[1]):
            self.source.cut_line = True
            return Rejected("cut-line", self.source.name, taken[0], taken[1], "the stream ends inside this line")
        return taken


def _is_json(line: bytes) -> bool:
    try:
        parse(line)
    except Reject:
        return False
    return True


def resolve(arguments: Sequence[str], suffixes: Sequence[str] = (), base: Path | None = None) -> list[Input]:
    """The inputs that these arguments name, in input order.

    An argument is `-`, a URL, a file, a glob, or a folder: all files below it, or those with a suffix of `suffixes`, or
    the shards of a dataset that corpuskit published. Raises UsageError for what does not exist and for empty globs.
    """
    found = [item for argument in arguments for item in _expand(argument, suffixes, base)]
    streams = [item for item in found if item.is_stream]
    for place, item in enumerate((item for item in streams if item.name != "-"), start=1):
        item.name = f"pipe-{place}"
    files = _named([item for item in found if not item.is_stream])
    return streams + sorted(files, key=lambda item: os.fsencode(item.name))


def is_dataset(folder: Path) -> bool:
    """Whether this is a folder that corpuskit published."""
    return (folder / MANIFEST).is_file()


def _expand(argument: str, suffixes: Sequence[str], base: Path | None) -> list[Input]:
    if argument == "-":
        return [Input("-")]
    if re.match(r"[a-z][a-z0-9+.-]+://", argument):
        return [Input(_public_url(argument), url=argument)]
    path = Path(argument) if base is None else base / argument
    if os.path.lexists(path):
        return _existing(path, suffixes)
    if not glob.has_magic(argument):
        raise UsageError(f"no such file or folder: {argument!r}")
    matches = sorted(glob.glob(str(path), recursive=True))
    if not matches:
        raise UsageError(f"no file matches {argument!r}; check the pattern and the folder it starts in")
    return [item for match in matches for item in _existing(Path(match), suffixes)]


def _existing(path: Path, suffixes: Sequence[str]) -> list[Input]:
    if path.is_dir():
        return _folder(path, suffixes)
    beside = path.with_name(f"{path.name}.{MANIFEST}")
    return _dataset(beside) if beside.is_file() else [Input(str(path), local_path=path)]


def _folder(folder: Path, suffixes: Sequence[str]) -> list[Input]:
    if is_dataset(folder):
        return _dataset(folder)
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and (not suffixes or path.name.lower().endswith(tuple(suffixes)))
    ]
    if not found:
        wanted = f" that ends in {', '.join(suffixes)}" if suffixes else ""
        raise UsageError(f"no file{wanted} in folder {str(folder)!r}")
    return [Input(str(path), local_path=path) for path in found]


def _dataset(place: Path) -> list[Input]:
    """The shards of a published folder, or of the file that a manifest stands beside."""
    folder = place if place.is_dir() else place.parent
    from corpuskit.core.files.publish import form_of

    shards = read_manifest(place)["shards"]
    first = form_of(shards[0]["path"]) if shards else None
    return [
        Input(
            str(folder / shard["path"]),
            local_path=folder / shard["path"],
            expected_sha256=shard["sha256"],
            dataset=place,
        )
        for shard in shards
        if form_of(shard["path"]) == first
    ]


def _named(found: list[Input]) -> list[Input]:
    """Name local files by their path below the folder that all share; leave out what is named twice."""
    unique = {os.path.realpath(item.local_path) if item.local_path else item.url: item for item in found}
    absolute = {
        key: Path(os.path.abspath(item.local_path)) for key, item in unique.items() if item.local_path is not None
    }
    if absolute:
        common = os.path.commonpath([path.parent for path in absolute.values()])
        for key, path in absolute.items():
            unique[key].name = path.relative_to(common).as_posix()
    return list(unique.values())


def _public_url(url: str) -> str:
    """The URL without user-info, query and fragment, which may hold secrets."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _open_local(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None


def _open_url(url: str) -> BinaryIO:
    import fsspec

    try:
        return cast(BinaryIO, fsspec.open(url, "rb").open())
    except ImportError as error:
        raise UsageError(f"{_public_url(url)}: {error}") from None
    except Exception as error:  # every file system raises types of its own
        # fsspec says "not found" of a host that does not answer, too; its cause knows better.
        cause = error.__cause__ or error
        if isinstance(error, FileNotFoundError) and (cause is error or getattr(cause, "status", 0) in (404, 410)):
            raise UsageError(f"no such address: {_public_url(url)}") from None
        raise _remote(url, cause) from None


def _remote(url: str, error: BaseException) -> RemoteError:
    return RemoteError(f"cannot read {_public_url(url)}: {type(error).__name__}; try again later")
