"""Arrow arrays from plain values, laid out here: pyarrow's own conversion imports pandas if that is installed.

Layouts: the Arrow columnar format 1.x (validity bits, offsets, data).
"""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa


class TextColumn:
    """A column of texts without nulls, collected as the very bytes that the array will hold.

    After "ab" and "é" have been added:

        _data    a b c3 a9      the texts, one after the other
        _ends    [0 2 4]        where each of them ends, after the 0 where the first begins
    """

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
        """Return the column. The array takes over the bytes, so nothing can be added after this."""
        buffers = [None, pa.py_buffer(self._ends), pa.py_buffer(self._data)]
        return pa.Array.from_buffers(pa.large_string(), len(self), buffers)


def array_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return the values, None for null, as an array of strings, integers, floats, or lists of strings or structs.

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
    # values      [[{"start": 1}, {"start": 5}], None, [{"start": 9}]]
    # columns     [[1 5 9]]        one array for each field of the items, all lists in a row
    # offsets     [0 2 2 3]        the items of value 0 are 0 to 2, of value 2 are 2 to 3
    # validity    101              value 1 is null, not an empty list
    items = [item for value in values for item in value or ()]
    if pa.types.is_struct(kind.value_type):
        fields = [kind.value_type.field(index) for index in range(kind.value_type.num_fields)]
        columns = [array_of([item[field.name] for item in items], field.type) for field in fields]
        item_array = pa.Array.from_buffers(kind.value_type, len(items), [None], children=columns)
    else:
        item_array = array_of(items, kind.value_type)
    offsets = array("i", accumulate((len(value or ()) for value in values), initial=0))
    return _array(kind, values, [pa.py_buffer(offsets)], [item_array])


def _array(
    kind: pa.DataType, values: Sequence[Any], buffers: list[pa.Buffer], children: list[pa.Array] | None = None
) -> pa.Array:
    nulls = sum(value is None for value in values)
    validity = _validity(values) if nulls else None
    return pa.Array.from_buffers(kind, len(values), [validity, *buffers], null_count=nulls, children=children)


def _validity(values: Sequence[Any]) -> pa.Buffer:
    """Return one bit for each value, 0 for null: the first value's is the lowest bit of the first byte."""
    digits = "".join("0" if value is None else "1" for value in reversed(values))
    return pa.py_buffer(int(digits, 2).to_bytes((len(values) + 7) // 8, "little"))
