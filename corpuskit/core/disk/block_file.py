"""Tables on disk: rows of numbers and byte strings, read by column or by row, never as a whole.

A block file consists of the 8 bytes `CKBLOCK1`; blocks of 4096 rows, the last of fewer; a footer; the footer's offset
and its xxh3 (64 bits each); the same 8 bytes again. A block holds one field after the other, each row-major: `rows`
times `width` numbers of its type. After the fields come the byte strings: for each kind, the ends of all rows' strings
(64 bits, counted from the start of the first), then the strings themselves. The footer is JSON: `fields` (name, type,
width), `strings` (names), `blocks` (offset, rows) and `facts`, the attributes that the writer gave. All numbers are
little-endian, types are those of numpy (`<u8` is an unsigned number of 8 bytes).
"""

import json
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import IO, Any, NamedTuple, Protocol

import numpy as np
import xxhash
from numpy.typing import NDArray

from corpuskit.core.disk import filesystem
from corpuskit.core.errors import DamagedError

__all__ = ["ROWS", "BlockFile", "BlockWriter", "Field"]

MAGIC = b"CKBLOCK1"
ROWS = 4096
KINDS = ("<u8", "<i8", "<f8", "<u4", "<i4", "|u1")
MOST_NUMBERS = 1 << 20
"""Numbers that one row of a field may have."""
MOST_APART = 8
"""Rows that lie this far apart on average, or closer, are read with those between them."""
TAIL = struct.Struct("<QQ8s")

Numbers = NDArray[np.int64]
RowArray = NDArray[Any]


class Field(NamedTuple):
    """A column of numbers: `width` of them per row, of the numpy type `kind`."""

    name: str
    kind: str
    width: int

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return self.width * np.dtype(self.kind).itemsize


class BlockWriter:
    """Writes a block file; rows wait in memory until a block is full."""

    def __init__(self, file: IO[bytes], fields: Sequence[Field], strings: Sequence[str]) -> None:
        """`file` is empty and unbuffered; whoever opened it closes it."""
        self._file, self._fields, self._strings = file, tuple(fields), tuple(strings)
        self._numbers: dict[str, list[RowArray]] = {field.name: [] for field in fields}
        self._texts: dict[str, list[bytes]] = {name: [] for name in strings}
        self._waiting = 0
        self._blocks: list[tuple[int, int]] = []
        self._at = len(MAGIC)
        self._lead = MAGIC

    def __len__(self) -> int:
        """Return the number of rows so far."""
        return sum(rows for _, rows in self._blocks) + self._waiting

    def append(self, numbers: Mapping[str, RowArray], strings: Mapping[str, Sequence[bytes]], rows: int) -> None:
        """Add rows: an array for each field, a list for each kind of strings. Raises OSError if the disk is full."""
        for field in self._fields:
            column = np.asarray(numbers[field.name], field.kind)
            self._numbers[field.name].append(column.reshape(rows, field.width))
        for name in self._strings:
            self._texts[name].extend(strings[name])
        self._waiting += rows
        while self._waiting >= ROWS:
            self._write_block(ROWS)

    def finish(self, attributes: Mapping[str, Any]) -> "BlockFile":
        """Write the waiting rows and the footer; return the file, ready to be read."""
        if self._waiting:
            self._write_block(self._waiting)
        footer = {"fields": self._fields, "strings": self._strings, "blocks": self._blocks, "facts": dict(attributes)}
        data = json.dumps(footer, sort_keys=True, separators=(",", ":")).encode()
        self._write(data + TAIL.pack(self._at, xxhash.xxh3_64_intdigest(data), MAGIC))
        return BlockFile(self._file, "")

    def _write_block(self, rows: int) -> None:
        parts = []
        for field in self._fields:
            column = np.concatenate(self._numbers[field.name])
            parts.append(column[:rows].tobytes())
            self._numbers[field.name] = [column[rows:]]
        for texts in self._texts.values():
            parts.append(np.cumsum([len(text) for text in texts[:rows]], dtype="<u8").tobytes())
            parts.extend(texts[:rows])
            del texts[:rows]
        self._waiting -= rows
        data = b"".join(parts)
        self._blocks.append((self._at, rows))
        self._write(data)

    def _write(self, data: bytes) -> None:
        filesystem.write_all(self._file, self._lead + data)
        self._lead = b""
        self._at += len(data)


class Readable(Protocol):
    """What a block file is read through."""

    def fileno(self) -> int:
        """Return a descriptor for the next call of the system."""

    def close(self) -> None:
        """Close the file."""


class BlockFile:
    """A block file, open for reading."""

    def __init__(self, file: Readable, name: str) -> None:
        """Reads the footer. Raises DamagedError, with the file's `name`, if it is not one."""
        self._file, self._name = file, name
        self._size = os.fstat(file.fileno()).st_size
        footer = self._footer()
        self.string_names: list[str] = footer["strings"]
        layout = _layout(tuple(Field(*entry) for entry in footer["fields"]))
        self.fields, self._columns, self.row_bytes = list(layout.fields), layout.columns, layout.row_bytes
        self.attributes: dict[str, Any] = footer["facts"]
        self._blocks: list[tuple[int, int]] = [tuple(block) for block in footer["blocks"]]
        self.rows = sum(rows for _, rows in self._blocks)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.rows

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def column(self, name: str) -> Iterator[RowArray]:
        """Yield a field's rows, a block at a time."""
        before, field = self._columns[name]
        for offset, rows in self._blocks:
            data = self._read(rows * field.row_bytes, offset + rows * before)
            yield np.frombuffer(data, field.kind).reshape(rows, field.width)

    def load(self, name: str) -> RowArray:
        """Return all rows of a field."""
        field = self._columns[name][1]
        return np.concatenate([np.empty((0, field.width), field.kind), *self.column(name)])

    def take(self, name: str, numbers: Numbers) -> RowArray:
        """Return the rows of a field with these numbers; rows of a block that lie close together are read in one go."""
        field = self._columns[name][1]
        unique_numbers, inverse = np.unique(numbers, return_inverse=True)
        blocks, starts = np.unique(unique_numbers // ROWS, return_index=True)
        rows_of_blocks = np.split(unique_numbers % ROWS, starts[1:])
        parts = [self._take_of_block(name, *each) for each in zip(blocks.tolist(), rows_of_blocks, strict=False)]
        return np.concatenate([np.empty((0, field.width), field.kind), *parts])[inverse]

    def _take_of_block(self, name: str, block: int, rows: Numbers) -> RowArray:
        """Return rows of a block, whose numbers ascend."""
        before, field = self._columns[name]
        (offset, row_count), size = self._blocks[block], field.row_bytes
        at, first, count = offset + row_count * before, int(rows[0]), int(rows[-1] - rows[0]) + 1
        if count <= MOST_APART * len(rows):
            data = self._read(count * size, at + first * size)
            return np.frombuffer(data, field.kind).reshape(-1, field.width)[rows - first]
        descriptor = self._file.fileno()
        data = b"".join([os.pread(descriptor, size, at + row * size) for row in rows.tolist()])
        return np.frombuffer(data, field.kind).reshape(-1, field.width)

    def string(self, name: str, number: int) -> bytes:
        """Return one byte string."""
        offset, rows = self._blocks[number // ROWS]
        at = self._strings_at(name, offset, rows)
        row = number % ROWS
        start = self._end(at, row - 1) if row else 0
        return self._read(self._end(at, row) - start, at + 8 * rows + start)

    def strings(self, name: str) -> Iterator[bytes]:
        """Yield all byte strings of a kind, in order."""
        for block in range(len(self._blocks)):
            ends, data = self._strings_of(name, block)
            yield from (data[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True))

    def strings_at(self, name: str, numbers: Numbers) -> list[bytes]:
        """Return the byte strings with these numbers, which ascend; each block that has some of them is read once."""
        strings: list[bytes] = []
        blocks, starts = np.unique(numbers // ROWS, return_index=True)
        for block, part in zip(blocks.tolist(), np.split(numbers % ROWS, starts[1:]), strict=True):
            ends, data = self._strings_of(name, block)
            strings += [data[ends[row - 1] if row else 0 : ends[row]] for row in part.tolist()]
        return strings

    def strings_between(self, name: str, start: int, end: int) -> bytes:
        """Return the byte strings from number `start` to before `end`, one after the other."""
        parts = []
        while start < end:
            offset, rows = self._blocks[start // ROWS]
            at, first = self._strings_at(name, offset, rows), start % ROWS
            last = min(first + end - start, rows)
            ends = np.frombuffer(self._read(8 * (last - first + bool(first)), at + 8 * (first - bool(first))), "<u8")
            before, after = int(ends[0]) if first else 0, int(ends[-1])
            parts.append(self._read(after - before, at + 8 * rows + before))
            start += last - first
        return b"".join(parts)

    def joined_strings(self, name: str) -> Iterator[bytes]:
        """Yield all byte strings of a kind, in order, those of a block as one."""
        for offset, rows in self._blocks:
            at = self._strings_at(name, offset, rows)
            yield self._read(self._end(at, rows - 1), at + 8 * rows)

    def _strings_of(self, name: str, block: int) -> tuple[list[int], bytes]:
        """Return the ends of a block's strings of a kind, and these."""
        offset, rows = self._blocks[block]
        at = self._strings_at(name, offset, rows)
        ends = np.frombuffer(self._read(8 * rows, at), "<u8").tolist()
        data = self._read(ends[-1], at + 8 * rows)
        if ends != sorted(ends):
            raise self._damaged("its strings are out of order")
        return ends, data

    def _strings_at(self, name: str, offset: int, rows: int) -> int:
        """Return where the strings of a kind begin, with their ends, in a block."""
        at = offset + rows * self.row_bytes
        for _ in self.string_names[: self.string_names.index(name)]:
            at += 8 * rows + self._end(at, rows - 1)
        return at

    def _end(self, at: int, row: int) -> int:
        return int.from_bytes(self._read(8, at + 8 * row), "little")

    def _footer(self) -> Any:
        size = self._size
        if size < len(MAGIC) + TAIL.size or self._read(len(MAGIC), 0) != MAGIC:
            raise self._damaged("it is not a block file, or its start is missing")
        at, digest, magic = TAIL.unpack(self._read(TAIL.size, size - TAIL.size))
        length = size - TAIL.size - at
        if magic != MAGIC or length < 0:
            raise self._damaged("its end is missing")
        data = self._read(length, at)
        if xxhash.xxh3_64_intdigest(data) != digest:
            raise self._damaged("its checksum differs")
        try:
            footer = json.loads(data)
            _demand_sound(footer, at)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self._damaged("its footer does not describe it") from None
        return footer

    def _read(self, size: int, at: int) -> bytes:
        if size < 0 or at < 0 or at + size > self._size:
            raise self._damaged("it is cut")
        parts, remaining = [], size
        while remaining and (part := os.pread(self._file.fileno(), remaining, at)):
            parts.append(part)
            at, remaining = at + len(part), remaining - len(part)
        if remaining:
            raise self._damaged("it is cut")
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _damaged(self, what: str) -> DamagedError:
        return DamagedError(f"{self._name or 'a temporary file'} is damaged: {what}")


class Layout(NamedTuple):
    """Where fields lie in a row of all of them."""

    fields: tuple[Field, ...]
    columns: Mapping[str, tuple[int, Field]]
    """Of each field by name: how many bytes lie before it."""
    row_bytes: int


@cache
def _layout(fields: tuple[Field, ...]) -> Layout:
    """Return the layout, which the files of thousands of shards share."""
    columns: dict[str, tuple[int, Field]] = {}
    row_bytes = 0
    for field in fields:
        columns[field.name] = row_bytes, field
        row_bytes += field.row_bytes
    return Layout(fields, columns, row_bytes)


def _demand_sound(footer: Any, end: int) -> None:
    """Raise TypeError, KeyError or ValueError for a footer of another shape, or of blocks that do not fit before `end`.

    A checksum tells of accidents; nothing here trusts that whoever wrote the file meant well.
    """
    if not isinstance(footer["facts"], dict):
        raise TypeError("facts")
    fields = [Field(*entry) for entry in footer["fields"]]
    names = [field.name for field in fields]
    if not all(isinstance(name, str) for name in names + footer["strings"]) or len({*names}) < len(names):
        raise TypeError("names")
    for field in fields:
        if field.kind not in KINDS or type(field.width) is not int or not 0 < field.width <= MOST_NUMBERS:
            raise ValueError("fields")
    row_bytes = sum(field.row_bytes for field in fields) + 8 * len(footer["strings"])
    for index, (offset, rows) in enumerate(footer["blocks"], start=1):
        if not (type(offset) is int and type(rows) is int):
            raise TypeError("blocks")
        if not 0 < rows <= ROWS or (rows < ROWS and index < len(footer["blocks"])):
            raise ValueError("rows")
        if offset < len(MAGIC) or offset + rows * row_bytes > end:
            raise ValueError("offsets")
