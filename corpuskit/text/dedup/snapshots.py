"""What the index keeps of a corpus: which entries, in which form, and which of them depend on others."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corpuskit.core.disk.block_file import BlockFile
    from corpuskit.text.dedup.entries import Entries
    from corpuskit.text.dedup.matching import Flags, Verdicts

    Roots = NDArray[np.uint64]

Block = tuple[dict[str, Any], list[bytes], int]
"""Fields and ids of some entries, and how many there are."""


def kept_of(entries: "Entries", verdicts: "Verdicts") -> Iterator[Block]:
    """Yield the corpus's entries in blocks, with their roots, without those whose text equals an earlier one."""
    import numpy

    from corpuskit.text.dedup.minhash import NOBODY, final_survivors

    start = entries.start
    ends = final_survivors(numpy.where(verdicts.matches < start, NOBODY, verdicts.matches - start))
    ends = numpy.where(verdicts.matches[ends] == NOBODY, ends + start, verdicts.matches[ends])
    first = 0
    for file in entries.corpus_files:
        for numbers, identifiers, rows in rows_of(file, ~verdicts.equal[first : first + len(file)]):
            kept_ends = ends[first : first + len(file)][numbers.pop("row")]
            numbers["root"] = _roots(entries, kept_ends)
            yield numbers, identifiers, rows
        first += len(file)


def _roots(entries: "Entries", ends: "NDArray[np.int64]") -> "Roots":
    import numpy

    roots = numpy.empty((len(ends), 2), numpy.uint64)
    earlier = ends < entries.start
    roots[earlier] = entries.take("root", ends[earlier]) if earlier.any() else 0
    roots[~earlier] = entries.take("digest", ends[~earlier]) if not earlier.all() else 0
    return roots


def rows_of(file: "BlockFile", is_kept: "Flags") -> Iterator[Block]:
    """Yield the rows that are kept, in blocks; `row` is their index in the file."""
    import numpy

    names = [field.name for field in file.fields]
    identifiers, first = file.strings("id"), 0
    for columns in zip(*(file.column(name) for name in names), strict=True):
        size = len(columns[0])
        flags = is_kept[first : first + size]
        numbers = {name: column[flags] for name, column in zip(names, columns, strict=True)}
        numbers["row"] = numpy.flatnonzero(flags) + first
        kept_identifiers = list(itertools.compress(itertools.islice(identifiers, size), flags))
        yield numbers, kept_identifiers, len(kept_identifiers)
        first += size


def entries_with_id(file: "BlockFile", identifier: str | None) -> "Flags":
    """Return which entries have this id; without an id, all."""
    import numpy

    if identifier is None:
        return numpy.ones(len(file), bool)
    encoded = identifier.encode("utf-8", "surrogatepass")
    return numpy.fromiter((entry_id == encoded for entry_id in file.strings("id")), bool, len(file))


def survivors_of(file: "BlockFile", flags: "Flags") -> "Roots":
    """Return the digests of the flagged entries that survived."""
    import numpy

    if not len(file):
        return numpy.empty((0, 2), numpy.uint64)
    digests, roots = file.load("digest")[flags], file.load("root")[flags]
    survived: Roots = digests[(digests == roots).all(axis=1)]
    return survived


def dropped_for(file: "BlockFile", survivors: "Roots") -> "Flags":
    """Return which entries were dropped for one of these survivors, or are one."""
    import numpy

    from corpuskit.text.dedup.minhash import first_with_same

    if not len(file) or not len(survivors):
        return numpy.zeros(len(file), bool)
    both = numpy.concatenate((survivors, file.load("root")))
    firsts = first_with_same(both[:, 0], both[:, 1])[len(survivors) :]
    flags: Flags = (firsts >= 0) & (firsts < len(survivors))
    return flags
