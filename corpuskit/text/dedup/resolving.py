"""The matches of all bands to verdicts, in memory that does not grow with the corpus.

Entries are taken in *windows*: runs of whole files. Whatever one document needs of another one is dealt to that one's
window, looked up when the window's turn comes, and dealt back:

    matches                     to the window of the document     the earliest leader, or an equal text: its verdict
    the ends of chains          to the window of the leader       its own leader, and so on until nothing changes
    facts of the dropped        from their window                 to that of the survivor at the end of the chain
    ids of leaders              to the window of the leader       to that of the document dropped for it
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.disk.spool import RowSpool
from corpuskit.core.disk.window_spool import WindowRows
from corpuskit.text.dedup.entries import Window, open_block_file
from corpuskit.text.dedup.matching import Dropped, Matcher

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from corpuskit.text.dedup.minhash import Ranks

    Rows = NDArray[Any]

WINDOW_ROWS = 1 << 17
"""Least number of entries in a window."""
ROWS_AT_ONCE = 1 << 16

NEAR = [("place", "<i8"), ("leader", "<i8"), ("similarity", "<f8")]
EQUAL = [("place", "<i8"), ("leader", "<i8")]
LINK = [("place", "<i8"), ("leader", "<i8")]
TEXT = [("place", "<i8"), ("length", "<i8")]
VERDICT = [("match", "<i8"), ("similarity", "<f8"), ("equal", "|u1")]


class Resolver:
    """The verdicts on a corpus, on disk, and what the drops and the survivors of each shard say."""

    def __init__(self, stack: ExitStack, matcher: Matcher, bands: Sequence[Path]) -> None:
        """Find the verdicts by the matches of all bands; `stack` closes what this opens. Raises PublishError."""
        import numpy

        self.entries = matcher.entries
        self._stack = stack
        self._windows = self.entries.windows(WINDOW_ROWS)
        self._firsts = numpy.array([window.first for window in self._windows], numpy.int64)
        self._corpus = [number for number, window in enumerate(self._windows) if window.first >= self.entries.start]
        self._verdicts = stack.enter_context(closing(RowSpool(VERDICT, 1)))
        self._find_verdicts(matcher, bands)

    def verdicts(self) -> "Iterator[Rows]":
        """Yield the verdicts in order (`VERDICT`), a window at a time."""
        for number in self._corpus:
            yield self._verdicts_of(self._windows[number])

    def parts(self) -> Iterator[bytes]:
        """Yield what becomes of the documents of each shard, as `encode_part` writes it."""
        ids, member_facts = self._ids_of_leaders(), self._facts_of_members()
        for number in self._corpus:
            yield from self._parts_of(self._windows[number], ids, member_facts, number)

    def _find_verdicts(self, matcher: Matcher, bands: Sequence[Path]) -> None:
        near, equal = self._dealt(NEAR), self._dealt(EQUAL)
        for band in bands:
            with ExitStack() as band_stack:
                file = open_block_file(band_stack, band)
                columns = zip(*(file.column(name) for name, _ in NEAR), strict=True)
                for rows in _together(_table(NEAR, *(column[:, 0] for column in each)) for each in columns):
                    rows["place"] = matcher.numbers(rows["place"])
                    near.append(self._windows_of(rows["place"]), rows)
        for ranks, leaders in matcher.equal_pairs():
            numbers = matcher.numbers(ranks)
            equal.append(self._windows_of(numbers), _table(EQUAL, numbers, leaders))
        for number in self._corpus:
            self._verdicts.append(_verdicts_on(matcher, self._windows[number], near.load(number), equal.load(number)))
        near.close()
        equal.close()

    def _facts_of_members(self) -> WindowRows:
        """Return the facts of dropped documents, by the window of the survivor at the end of their chain of matches."""
        import numpy

        ends, member_facts = self._ends_of_chains(), self._dealt(TEXT)
        for number in self._corpus:
            window = self._windows[number]
            dropped = numpy.flatnonzero(self._verdicts_of(window)["match"] >= 0)
            for at in range(0, len(dropped), ROWS_AT_ONCE):
                members = dropped[at : at + ROWS_AT_ONCE]
                survivors = self._rows_of(ends, window)[members]
                strings = window.strings("facts", members + window.first)
                member_facts.append(self._windows_of(survivors), _table(TEXT, survivors, _lengths(strings)), strings)
        return member_facts

    def _ends_of_chains(self) -> RowSpool:
        """Return the document at the end of each one's chain of matches within the corpus; itself without a match.

        Each round, a document asks the one that it has reached how far that one has got. Chains double, so a few
        rounds do for all.

            matches    -1  0  1  2  3      d1 is dropped for d0, d2 for d1, and so on
            round 1     0  0  0  1  2      d2 asks d1, which has reached d0
            round 2     0  0  0  0  0      d3 asks d1, d4 asks d2
        """
        import numpy

        start = self.entries.start
        ends = self._stack.enter_context(closing(RowSpool("<i8", 1)))
        asked = self._dealt(LINK)
        for number in self._corpus:
            window = self._windows[number]
            matches = self._verdicts_of(window)["match"]
            numbers = numpy.arange(window.first, window.first + window.rows)
            reached = numpy.where(matches >= start, matches, numbers)
            ends.append(reached[:, None])
            asking = reached != numbers
            asked.append(self._windows_of(reached[asking]), _table(LINK, numbers[asking], reached[asking]))
        while asked.count:
            asked = self._next_round(ends, asked)
        return ends

    def _next_round(self, ends: RowSpool, asked: WindowRows) -> WindowRows:
        """Answer what is asked and note how far that leads; return the questions of those that are not at an end."""
        answers, further = self._dealt(LINK), self._dealt(LINK)
        for number in self._corpus:
            window = self._windows[number]
            reached = self._rows_of(ends, window)
            for rows in asked.blocks(number):
                leads_to = reached[rows["leader"] - window.first]
                goes_on = leads_to != rows["leader"]
                links = _table(LINK, rows["place"][goes_on], leads_to[goes_on])
                answers.append(self._windows_of(links["place"]), links)
                further.append(self._windows_of(links["leader"]), links)
        asked.close()
        for number in self._corpus if answers.count else ():
            window = self._windows[number]
            reached = self._rows_of(ends, window).copy()
            for rows in answers.blocks(number):
                reached[rows["place"] - window.first] = rows["leader"]
            ends.overwrite(window.first - self.entries.start, reached[:, None])
        answers.close()
        return further

    def _ids_of_leaders(self) -> WindowRows:
        """Return the ids that documents are dropped for, by the window of the dropped."""
        import numpy

        asked, ids = self._dealt(LINK), self._dealt(TEXT)
        for number in self._corpus:
            window = self._windows[number]
            matches = self._verdicts_of(window)["match"]
            dropped = numpy.flatnonzero(matches >= 0)
            rows = _table(LINK, dropped + window.first, matches[dropped])
            asked.append(self._windows_of(rows["leader"]), rows)
        for number, window in enumerate(self._windows):
            for block in asked.blocks(number):
                leaders, which = numpy.unique(block["leader"], return_inverse=True)
                strings = window.strings("id", leaders)
                of_rows = [strings[at] for at in which.tolist()]
                rows = _table(TEXT, block["place"], _lengths(of_rows))
                ids.append(self._windows_of(rows["place"]), rows, of_rows)
        asked.close()
        return ids

    def _parts_of(self, window: Window, ids: WindowRows, member_facts: WindowRows, number: int) -> Iterator[bytes]:
        import numpy
        import orjson

        verdicts = self._verdicts_of(window)
        leaders = dict(_texts(ids, number))
        members: dict[int, list[Any]] = {}
        for survivor, fact in _texts(member_facts, number):
            members.setdefault(survivor, []).append(orjson.Fragment(fact))
        survivors = sorted(number for number in members if verdicts["match"][number - window.first] < 0)
        dropped = numpy.flatnonzero(verdicts["match"] >= 0)
        for first, file in window.files:
            begin, end = first - window.first, first - window.first + len(file)
            low, high = numpy.searchsorted(dropped, (begin, end))
            of_file = dropped[low:high]
            columns = (verdicts[name][of_file].tolist() for name in ("match", "similarity", "equal"))
            drops = [
                (at - begin, *self._dropped(leaders[at + window.first], match, similarity, equal))
                for at, match, similarity, equal in zip(of_file.tolist(), *columns, strict=True)
            ]
            low, high = numpy.searchsorted(numpy.array(survivors, numpy.int64), (first, first + len(file)))
            yield encode_part(len(file), drops, [(number - first, members[number]) for number in survivors[low:high]])

    def _dropped(self, leader: bytes, match: int, similarity: float, equal: int) -> Dropped:
        snapshot = self.entries.file_of(match).attributes["snapshot"] if match < self.entries.start else None
        return Dropped(leader.decode(errors="replace"), similarity, equal > 0, snapshot)

    def _dealt(self, kind: "DTypeLike") -> WindowRows:
        return self._stack.enter_context(closing(WindowRows(kind, len(self._windows))))

    def _windows_of(self, numbers: "Ranks") -> "Ranks":
        import numpy

        return numpy.searchsorted(self._firsts, numbers, side="right") - 1

    def _verdicts_of(self, window: Window) -> "Rows":
        return self._rows_of(self._verdicts, window)

    def _rows_of(self, table: RowSpool, window: Window) -> "Rows":
        """Return the rows of a table of the whole corpus that are about a window's documents."""
        import numpy

        first = window.first - self.entries.start
        blocks = [rows[:, 0] for rows in table.chunks(max(window.rows, 1), first, first + window.rows)]
        return blocks[0] if blocks else numpy.empty(0, table.kind)


def encode_part(count: int, drops: Sequence[tuple[Any, ...]], survivors: Sequence[tuple[int, Sequence[Any]]]) -> bytes:
    """Return the verdicts on a shard as JSON: the number of documents, drops by position, survivors by position.

    Documents that stay as they are take no room. A survivor's facts are JSON already, as `orjson.Fragment`.

    >>> import orjson
    >>> encode_part(3, [(1, "a", 1.0, True, None)], [(2, [orjson.Fragment(b'{"source":"web"}')])])
    b'[3,[[1,"a",1.0,true,null]],[[2,[{"source":"web"}]]]]'
    """
    import orjson

    return orjson.dumps((count, drops, survivors))


def _verdicts_on(matcher: Matcher, window: Window, near: "Rows", equal: "Rows") -> "Rows":
    """Return the verdicts on a window's documents: equal texts first, else the earliest leader of all bands."""
    import numpy

    from corpuskit.text.dedup.minhash import NOBODY

    verdicts = numpy.zeros((window.rows, 1), VERDICT)
    matches = numpy.full(window.rows, NOBODY, numpy.int64)
    near = near[numpy.lexsort((near["leader"], near["place"]))]
    earliest = near[numpy.concatenate(([True], near["place"][1:] != near["place"][:-1]))[: len(near)]]
    at = earliest["place"] - window.first
    matches[at], verdicts["similarity"][at, 0] = earliest["leader"], earliest["similarity"]
    at = equal["place"] - window.first
    matches[at], verdicts["similarity"][at, 0], verdicts["equal"][at, 0] = equal["leader"], 1.0, 1
    verdicts["match"][:, 0] = numpy.where(matches == NOBODY, NOBODY, matcher.numbers(matches))
    return verdicts


def _texts(rows: WindowRows, window: int) -> Iterator[tuple[int, bytes]]:
    """Yield the documents that a window's strings belong to, and these."""
    data, start = rows.strings(window), 0
    for block in rows.blocks(window):
        for number, length in zip(block["place"].tolist(), block["length"].tolist(), strict=True):
            yield number, data[start : start + length]
            start += length


def _together(blocks: "Iterator[Rows]") -> "Iterator[Rows]":
    """Yield blocks joined to such as are worth dealing."""
    import numpy

    waiting: list[Rows] = []
    for block in blocks:
        waiting.append(block)
        if sum(map(len, waiting)) >= ROWS_AT_ONCE:
            yield numpy.concatenate(waiting)
            waiting = []
    if waiting:
        yield numpy.concatenate(waiting)


def _table(kind: list[tuple[str, str]], *columns: "NDArray[Any]") -> "Rows":
    import numpy

    rows = numpy.empty(len(columns[0]), kind)
    for (name, _), column in zip(kind, columns, strict=True):
        rows[name] = column
    return rows


def _lengths(strings: Sequence[bytes]) -> "Ranks":
    import numpy

    return numpy.fromiter(map(len, strings), numpy.int64, len(strings))
