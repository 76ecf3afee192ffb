"""Arrow arrays out of plain values, laid out here: pyarrow's own conversion imports pandas, where that is installed.

Layouts: the Arrow columnar format 1.x (validity bits, offsets, data).
"""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa


class Strings:
    """A column of texts without nulls, gathered as the bytes that the array will hold."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, text: str) -> None:
        """Add one text. Raises UnicodeEncodeError if it holds a lone surrogate."""
        self._data += text.encode()
        self._ends.append(len(self._data))

    def array(self) -> pa.Array:
        """The column; the gathered bytes are the array's from then on."""
        buffers = [None, pa.py_buffer(self._ends), pa.py_buffer(self._data)]
        return pa.Array.from_buffers(pa.large_string(), len(self), buffers)


def array_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """The values, None for null, as an array of strings, integers, floats, or lists of structs.

    >>> array_of(["a", None], pa.string()).to_pylist()
    ['a', None]
    """
    if pa.types.is_list(kind):
        return _lists(values, kind)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        data = [b"" if value is None else value.encode() for value in values]
        offsets = array("i" if pa.types.is_string(kind) else "q", accumulate(map(len, data), initial=0))
        return _array(kind, values, [pa.py_buffer(offsets), pa.py_buffer(b"".join(data))])
    numbers = array("d" if pa.types.is_floating(kind) else "q", [0 if value is None else value for value in values])
    return _array(kind, values, [pa.py_buffer(numbers)])


def _lists(values: Sequence[Any], kind: pa.ListType) -> pa.Array:
    items = [item for value in values for item in value or ()]
    fields = [kind.value_type.field(index) for index in range(kind.value_type.num_fields)]
    parts = [array_of([item[field.name] for item in items], field.type) for field in fields]
    structs = pa.Array.from_buffers(kind.value_type, len(items), [None], children=parts)
    offsets = array("i", accumulate((len(value or ()) for value in values), initial=0))
    return _array(kind, values, [pa.py_buffer(offsets)], [structs])


def _array(
    kind: pa.DataType, values: Sequence[Any], buffers: list[pa.Buffer], children: list[pa.Array] | None = None
) -> pa.Array:
    nulls = sum(value is None for value in values)
    validity = _validity(values) if nulls else None
    return pa.Array.from_buffers(kind, len(values), [validity, *buffers], null_count=nulls, children=children)


def _validity(values: Sequence[Any]) -> pa.Buffer:
    """One bit a value, the first in the lowest place."""
    digits = "".join("0" if value is None else "1" for value in reversed(values))
    return pa.py_buffer(int(digits, 2).to_bytes((len(values) + 7) // 8, "little"))
