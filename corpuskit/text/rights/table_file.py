"""The rights table: a file of zstd frames that any zstd reader sees as JSON Lines, and that we read by host.

    frame 0     {"format": "corpuskit.rights-table/1", "hosts": …, "captured": […], "digest": …, "versions": {…}}
    frame 1…    some 8 KiB of rows each, sorted by host as UTF-8
    skippable   the index: sizes of the frames, and the first host of each

So a lookup reads and decompresses one frame, and of a table of any size only the index is in memory. The digest is the
sha256 of the row frames and the index, checked when the table is opened; rows are checked where they are read.
"""

import hashlib
import itertools
import os
import struct
import weakref
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.disk.spool import ByteSpool
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.wording import printable_name
from corpuskit.text.rights.host_files import demand_row
from corpuskit.text.rights.statements import SPECIFICATIONS

__all__ = ["FORMAT", "HostTable", "TableWriter", "is_table"]

FORMAT = "corpuskit.rights-table/1"
FRAME_BYTES = 8 * 1024
ENTRY_BYTES = 256
CACHED_BYTES = 8 * 1024 * 1024
"""Of rows, as they are written; some times as much when they are read."""
_SKIPPABLE = struct.Struct("<II")
_SKIPPABLE_MAGIC = 0x184D2A5C
_MAX_HEADER = 64 * 1024
_MAX_FRAME = 1 << 30
_START = b'{"captured":'
_LEVEL = 6
HEADER_KEYS = {"captured", "digest", "format", "hosts", "versions"}

Row = dict[str, Any]


class TableWriter:
    """Takes rows in order of their hosts, and gives the bytes of the table."""

    def __init__(self) -> None:
        """Opens a file in TMPDIR. Raises PublishError."""
        self._frames = ByteSpool()
        self._digest = hashlib.sha256()
        self._sizes = array("I")
        self._first_hosts: list[bytes] = []
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self.dates: list[str] = []
        """The first and the last date of any capture; empty if none has one."""
        self.hosts = 0

    def add(self, row: Row) -> None:
        """Add a host's row. Raises PublishError if the disk is full."""
        import orjson

        if not self._waiting:
            self._first_hosts.append(row["host"].encode())
        line = orjson.dumps(row)
        self._waiting.append(line)
        self._waiting_bytes += len(line)
        self.hosts += 1
        dates = [date for entry in row["files"] for date in entry["captured"]]
        self.dates = [min([*self.dates, *dates]), max([*self.dates, *dates])] if dates else self.dates
        if self._waiting_bytes >= FRAME_BYTES:
            self._close_frame()

    def blocks(self, versions: dict[str, str]) -> Iterator[bytes]:
        """Yield the bytes of the whole table; `versions` are those of the libraries that read the files."""
        import orjson

        self._close_frame()
        index = orjson.dumps({"hosts": [host.decode() for host in self._first_hosts], "sizes": self._sizes.tolist()})
        packed_index = _compressed(index)
        self._digest.update(packed_index)
        header = {
            "captured": self.dates,
            "digest": self._digest.hexdigest(),
            "format": FORMAT,
            "hosts": self.hosts,
            "versions": {**SPECIFICATIONS, **versions},
        }
        yield _compressed(orjson.dumps(header, option=orjson.OPT_SORT_KEYS) + b"\n")
        for start in range(0, self._frames.size, 1 << 20):
            yield self._frames.read(start, min(1 << 20, self._frames.size - start))
        yield _SKIPPABLE.pack(_SKIPPABLE_MAGIC, len(packed_index) + 4) + packed_index
        # The last four bytes say how long the index is, so that it is found from the end.
        yield struct.pack("<I", len(packed_index))
        self._frames.close()

    def _close_frame(self) -> None:
        if not self._waiting:
            return
        frame = _compressed(b"\n".join(self._waiting) + b"\n")
        self._frames.append(frame)
        self._digest.update(frame)
        self._sizes.append(len(frame))
        self._waiting.clear()
        self._waiting_bytes = 0


class HostTable:
    """An open table."""

    def __init__(self, path: Path) -> None:
        """Check the file whole. Raises UsageError for another kind of file, DamagedError for a damaged table."""
        self.name = printable_name(path.name or str(path))
        self._descriptor = self._open(path)
        weakref.finalize(self, os.close, self._descriptor)
        self._size = os.fstat(self._descriptor).st_size
        header_bytes, header = self._header()
        self.versions: dict[str, str] = header["versions"]
        """Those of specifications and libraries by which the files were read."""
        self.hosts: int = header["hosts"]
        self._read_index(header_bytes, header["digest"])
        self._rows: OrderedDict[str, tuple[Row | None, int]] = OrderedDict()
        """Rows that were looked up last, with their sizes."""
        self._row_bytes = 0

    def row(self, host: str) -> Row | None:
        """Return the row of a host, None if the table has none. Raises DamagedError for a row that is none."""
        if host in self._rows:
            self._rows.move_to_end(host)
            return self._rows[host][0]
        row, size = self._look_up(host)
        self._rows[host] = row, size
        self._row_bytes += size
        while self._row_bytes > CACHED_BYTES and len(self._rows) > 1:
            _, (_, freed) = self._rows.popitem(last=False)
            self._row_bytes -= freed
        return row

    def rows(self) -> Iterator[Row]:
        """Yield all rows in order. Raises DamagedError."""
        import orjson

        last = b""
        for number in range(len(self._offsets) - 1):
            for line in self._frame(number).splitlines():
                try:
                    row = orjson.loads(line)
                    demand_row(row)
                except (ValueError, TypeError, KeyError, AttributeError):
                    raise self.damaged("a line is no row of a host") from None
                host = row["host"].encode()
                if host <= last:
                    raise self.damaged("its hosts are not sorted")
                last = host
                yield row

    def damaged(self, what: str) -> DamagedError:
        """Return the error that says what is wrong with the table."""
        return DamagedError(f"the rights table {self.name!r} is damaged: {what}; make it again with rights-table")

    def _open(self, path: Path) -> int:
        try:
            with open_regular(path, follow_links=True) as stream:
                return os.dup(stream.fileno())
        except OSError as error:
            raise UsageError(f"cannot read the rights table {self.name!r}: {error.strerror}") from None

    def _header(self) -> tuple[int, dict[str, Any]]:
        """Return the size of the first frame, and the header in it."""
        import orjson

        size, content = _first_line(os.pread(self._descriptor, _MAX_HEADER, 0))
        if not content.startswith(_START):
            raise UsageError(f"{self.name!r} is no rights table; `corpuskit rights-table` makes one")
        try:
            header = orjson.loads(content)
            if set(header) != HEADER_KEYS or not isinstance(header["versions"], dict):
                raise ValueError("keys")
            if type(header["hosts"]) is not int or not isinstance(header["digest"], str):
                raise ValueError("types")
            if not all(isinstance(text, str) for pair in header["versions"].items() for text in pair):
                raise ValueError("versions")
        except (ValueError, TypeError):
            raise self.damaged("its header does not describe a table") from None
        if header["format"] != FORMAT:
            raise UsageError(f"{self.name!r} is a rights table of another version of corpuskit; make it again")
        return size, header

    def _read_index(self, header_bytes: int, digest: str) -> None:
        """Read where the frames are and which host is the first of each."""
        import orjson

        descriptor = self._descriptor
        tail = os.pread(descriptor, 4, max(self._size - 4, 0))
        index_size = struct.unpack("<I", tail)[0] if len(tail) == 4 else self._size
        index_start = self._size - 4 - index_size
        if index_start < header_bytes + _SKIPPABLE.size:
            raise self.damaged("it ends early")
        mark = os.pread(descriptor, _SKIPPABLE.size, index_start - _SKIPPABLE.size)
        if mark != _SKIPPABLE.pack(_SKIPPABLE_MAGIC, index_size + 4):
            raise self.damaged("it ends early, or was compressed anew")
        rows_end = index_start - _SKIPPABLE.size
        found_digest = hashlib.sha256()
        for start in range(header_bytes, rows_end, 1 << 20):
            found_digest.update(os.pread(descriptor, min(1 << 20, rows_end - start), start))
        packed_index = os.pread(descriptor, index_size, index_start)
        found_digest.update(packed_index)
        if found_digest.hexdigest() != digest:
            raise self.damaged("its digest differs")
        try:
            index = orjson.loads(_decompressed(packed_index))
            hosts = [host.encode() for host in index["hosts"]]
            sizes = array("I", index["sizes"])
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise self.damaged("its index cannot be read") from None
        if len(hosts) != len(sizes) or header_bytes + sum(sizes) != rows_end:
            raise self.damaged("its index does not fit")
        if any(one >= other for one, other in itertools.pairwise(hosts)):
            raise self.damaged("its hosts are not sorted")
        self._offsets = array("Q", [header_bytes])
        self._host_ends = array("Q", [0])
        for host, size in zip(hosts, sizes, strict=True):
            self._offsets.append(self._offsets[-1] + size)
            self._host_ends.append(self._host_ends[-1] + len(host))
        self._host_bytes = b"".join(hosts)

    def _look_up(self, host: str) -> tuple[Row | None, int]:
        """Return the row of a host, and about how many bytes it takes in memory."""
        import orjson

        host_bytes = host.encode()
        number = self._frame_of(host_bytes)
        if number < 0:
            return None, ENTRY_BYTES
        start = b'{"host":"' + host_bytes + b'"'
        frame = self._frame(number)
        position = 0 if frame.startswith(start) else frame.find(b"\n" + start) + 1
        if not frame.startswith(start, position):
            return None, ENTRY_BYTES
        line = frame[position : frame.find(b"\n", position)]
        try:
            row: Row = orjson.loads(line)
            demand_row(row, whole=False)
            if row["host"] != host:
                raise ValueError("host")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise self.damaged(f"the line of {printable_name(host)} is no row of a host") from None
        return row, ENTRY_BYTES + len(line)

    def _frame_of(self, host: bytes) -> int:
        """Return the number of the last frame whose first host is not after this one; -1 if there is none."""
        low, high = 0, len(self._host_ends) - 1
        while low < high:
            middle = (low + high) // 2
            if self._host_bytes[self._host_ends[middle] : self._host_ends[middle + 1]] <= host:
                low = middle + 1
            else:
                high = middle
        return low - 1

    def _frame(self, number: int) -> bytes:
        """Return the lines of a frame. Raises DamagedError."""
        start, end = self._offsets[number], self._offsets[number + 1]
        try:
            frame = _decompressed(os.pread(self._descriptor, end - start, start))
        except ValueError:
            raise self.damaged("a part of it does not decompress") from None
        first_host = self._host_bytes[self._host_ends[number] : self._host_ends[number + 1]]
        if not frame.startswith(b'{"host":"' + first_host) or not frame.endswith(b"\n"):
            raise self.damaged("its index does not fit")
        return frame


def is_table(path: Path) -> bool:
    """Whether a file begins as a table does; it may be damaged further on. Raises OSError."""
    with open_regular(path, follow_links=True) as stream:
        return _first_line(stream.read(_MAX_HEADER))[1].startswith(_START)


def _first_line(data: bytes) -> tuple[int, bytes]:
    """Return the size of the first frame and its content; nothing if there is none."""
    import zstandard

    decoder = zstandard.ZstdDecompressor(max_window_size=1 << 23).decompressobj()
    try:
        content = decoder.decompress(data)
    except zstandard.ZstdError:
        return 0, b""
    return len(data) - len(decoder.unused_data), content


def _compressed(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True, write_content_size=True).compress(data)


def _decompressed(data: bytes) -> bytes:
    """Return the content of one frame. Raises ValueError for anything else."""
    import zstandard

    try:
        if zstandard.frame_content_size(data) > _MAX_FRAME:
            raise ValueError("size")
        content: bytes = _decompressor().decompress(data)
        return content
    except zstandard.ZstdError:
        raise ValueError("frame") from None


@cache
def _decompressor() -> Any:
    """Return the one decompressor: making one takes longer than a frame."""
    import zstandard

    return zstandard.ZstdDecompressor()
