"""`decontaminate`: documents that hold items of evaluation sets are taken out, and it is said which items."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core.disk.spool import ByteSpool, Spool
from corpuskit.core.document import Document, Reject, decode_trusted, encode, parse_lossless
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.step import CorpusStage, Drop, Item, Rejected
from corpuskit.core.wording import excerpt, quantity

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.text.contamination.near import NearMatch, ShortPassages
    from corpuskit.text.contamination.passages import Hashes, Numbers, Passages
    from corpuskit.text.contamination.search import Finding

IDS = ("id", "doc_id", "task_id", "question_id")
"""Fields that tell an item within its set."""
BATCH_CHARACTERS = 1 << 18
LEAST_NGRAM = 5


@dataclass(frozen=True)
class Decontaminate(CorpusStage):
    """Drop documents that hold items of evaluation sets, and say which items.

    The sets are JSON Lines, compressed or not. Of each item every string of at least `--ngram` words is looked for, in
    whatever field it stands (`--fields` names some): the question, a passage, a worked answer. Case, punctuation and
    line breaks do not matter. A document is dropped as `contaminated` if `--min-hits` n-grams of one string stand near
    one another in it, or half of a shorter string's; the drop names the item, the field, the span in characters, and
    how many n-grams of how many were found. One changed word leaves too few n-grams of a string of some 20 words or
    less: such a string also convicts by all its words but one, in their order, if more than `--ngram`; the drop then
    counts words (`unit`). With `--annotate` nothing is dropped: `metadata.contamination` says it.

    n-grams in more than `--common` documents that do not hold the string as a whole are stock phrases and convict
    nobody; so are those of more than 20 strings. Strings of fewer words than `--ngram` cannot be told from ordinary
    sentences, and are not looked for.

    Reads all of its input, spooled to TMPDIR, then writes; holds the n-grams of the sets in memory, 30 bytes each.

        corpuskit decontaminate --against gsm8k.jsonl,mmlu.jsonl.gz documents.jsonl --drops contaminated.jsonl
    """

    keeps_documents: ClassVar[bool] = True

    against: Annotated[tuple[Path, ...], "Evaluation sets, JSON Lines."]
    fields: Annotated[tuple[str, ...], "Fields of the items to look for; by default every one with enough words."] = ()
    ngram: Annotated[int, "Words of an n-gram."] = 8
    min_hits: Annotated[int, "n-grams of one string that convict a document."] = 8
    common: Annotated[int, "Documents in which an n-gram may stand without its string before it is a stock phrase."] = (
        10
    )
    annotate: Annotated[bool, "Keep all documents, and write what was found to `metadata.contamination`."] = False

    def __post_init__(self) -> None:
        """Raise UsageError for numbers out of range, and for sets that cannot be read or hold nothing to look for."""
        if self.ngram < LEAST_NGRAM:
            raise misfit("ngram", f"a number of words from {LEAST_NGRAM} on", self.ngram)
        for name, value in (("min-hits", self.min_hits), ("common", self.common)):
            if value < 1:
                raise misfit(name, "a number from 1 on", value)
        _ = self._passages

    def versions(self) -> dict[str, str]:
        """Return the version of the hashes, which Unicode's tables are part of."""
        from corpuskit.text.dedup.shingles import VERSION

        return {"shingles": VERSION}

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document, or a drop `contaminated` in its place."""
        from corpuskit.text.contamination.near import NearMatches
        from corpuskit.text.contamination.search import Search

        passages, short = self._passages
        search, near = Search(passages, self.min_hits, self.common), NearMatches(self.common)
        with closing(Spool()) as lines, closing(ByteSpool()) as entries:
            offsets: dict[int, tuple[int, int]] = {}
            for batch in _batches(documents):
                for document, (positions, rows), matches in self._matches_of(batch):
                    near.note(len(lines), matches)
                    if len(rows):
                        search.note(positions, rows)
                        offsets[len(lines)] = entries.size, len(rows)
                        entries.append(positions.tobytes() + rows.tobytes())
                    lines.append(encode(document))
            search.end_first_look()
            sizes = {number: len(words) for number, words in short.words.items() if not search.has_stock(number)}
            for number in range(len(lines)):
                document = decode_trusted(lines[number])
                finding = search.find(*_entry(entries, *offsets[number])) if number in offsets else None
                if finding is None:
                    nearly = near.find(number, sizes)
                    yield document if nearly is None else self._outcome(document, nearly, by_words=True)
                else:
                    yield self._outcome(document, finding)

    def _matches_of(
        self, batch: Sequence[Document]
    ) -> "Iterator[tuple[Document, tuple[Numbers, Numbers], list[NearMatch]]]":
        """Yield each document with its n-grams of passages, and with the short passages it has but for one word."""
        from corpuskit.text.contamination.near import EDGE
        from corpuskit.text.dedup.shingle_batches import shingles_of_sizes
        from corpuskit.text.dedup.shingles import words_of

        passages, short = self._passages
        sizes = (self.ngram, EDGE) if short.words else (self.ngram,)
        texts = [document.text for document in batch]
        for document, (hashes, *edges) in zip(batch, shingles_of_sizes(texts, sizes), strict=True):
            words = partial(words_of, document.text)
            yield document, passages.rows_of(hashes), short.matches(edges[0], words) if edges else []

    def _outcome(self, document: Document, finding: "Finding", *, by_words: bool = False) -> Item:
        passage = self._passages[0].passages[finding.passage]
        width = 1 if by_words else self.ngram
        values: dict[str, Any] = {
            "item": passage.item,
            "field": passage.field,
            "span": list(_characters(document.text, finding.first, finding.last, width)),
            "hits": finding.hits,
            "of": finding.size,
        }
        if by_words:
            values["unit"] = "words"
        if self.annotate:
            return document.with_metadata(contamination=values)
        return Drop(document, "contaminated", values)

    @cached_property
    def _passages(self) -> "tuple[Passages, ShortPassages]":
        from corpuskit.text.contamination.passages import Passage, Passages
        from corpuskit.text.dedup.shingle_batches import shingles_of

        passages, texts, count = [], [], 0
        for path in self.against:
            for location, item in _items(path):
                count += 1
                for field, text in _strings(item, self.fields):
                    passages.append(Passage(_name(location, item), field))
                    texts.append(text)
        hashes = shingles_of(texts, self.ngram)
        # A text of too few words has one hash, too: that of all of them.
        shorter = shingles_of(texts, self.ngram - 1)
        hashes = [row if len(row) > 1 or len(more) > 1 else row[:0] for row, more in zip(hashes, shorter, strict=True)]
        if not any(map(len, hashes)):
            in_fields = f" in {', '.join(self.fields)}" if self.fields else ""
            raise UsageError(
                f"{spelled('against')}: none of {quantity(count, 'item')} has a string of {self.ngram} words"
                f"{in_fields}: there is nothing to look for"
            )
        whole = Passages(passages, hashes)
        return whole, self._short_passages(whole, texts, hashes)

    def _short_passages(
        self, passages: "Passages", texts: Sequence[str], hashes: "Sequence[Hashes]"
    ) -> "ShortPassages":
        """Return the passages of which one changed word leaves too few n-grams, but as many words as an n-gram has.

        Strings with n-grams that many share are not among them, nor those of scripts without spaces.
        """
        from corpuskit.text.contamination.near import EDGE, ShortPassages
        from corpuskit.text.contamination.search import needed_hits
        from corpuskit.text.dedup.shingle_batches import shingles_of
        from corpuskit.text.dedup.shingles import WORD_WEIGHT, words_of

        hidden = passages.sizes - self.ngram < needed_hits(passages.sizes, self.min_hits)
        words, edges = {}, {}
        for passage, number in enumerate(passages.numbers):
            if not hidden[passage] or len(set(hashes[number].tolist())) > passages.sizes[passage]:
                continue
            units, weights = words_of(texts[number])
            if len(units) > self.ngram and (weights == WORD_WEIGHT).all():
                (row,) = shingles_of([texts[number]], EDGE)
                words[passage], edges[passage] = units, (int(row[0]), int(row[-1]))
        return ShortPassages(words, edges)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Yield documents in groups, whose n-grams are made together."""
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.text)
        if size > BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _entry(entries: ByteSpool, offset: int, count: int) -> "tuple[Numbers, Numbers]":
    import numpy as np

    both = np.frombuffer(entries.read(offset, 2 * np.dtype(np.int64).itemsize * count), np.int64)
    return both[:count], both[count:]


def _characters(text: str, first: int, last: int, ngram: int) -> tuple[int, int]:
    """Return where the n-grams from one to another begin and end in a text, in characters."""
    from corpuskit.text.dedup.shingles import unit_bounds

    starts, ends = unit_bounds(text)
    end = min(last + ngram, len(ends))
    return (int(starts[first]), int(ends[end - 1])) if first < end else (0, len(text))


def _items(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each item of a set with its location, `name:line`. Raises UsageError for what cannot be read."""
    from corpuskit.core.reading.list_files import reading_list

    with reading_list(path) as input_:
        _demand_objects(input_)
        lines = list(input_.lines())
    for number, line in enumerate(lines, start=1):
        if (line.raw if isinstance(line, Rejected) else line[1]).strip():
            location = f"{path.name}:{number}"
            yield location, _item(location, line)


def _demand_objects(input_: "Input") -> None:
    """Raise UsageError for a file that does not begin as JSON Lines do, and name its kind if it shows."""
    from corpuskit.core.document import BYTE_ORDER_MARK
    from corpuskit.core.reading.input_kinds import first_block, kind_of, kind_of_content

    head = first_block(input_)
    if input_.is_stream or head.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b""):
        return
    kind = kind_of_content(head) or kind_of(input_.name)
    if kind is not None and kind.label != "JSONL":
        label = kind.label.partition(";")[0]
        raise UsageError(f"{input_.name} is {label}; evaluation sets are JSON Lines: an object on each line")


def _item(location: str, line: tuple[int, bytes] | Rejected) -> dict[str, Any]:
    """Return one item. Raises UsageError with its location for what is none."""
    try:
        value = None if isinstance(line, Rejected) else parse_lossless(line[1])
    except Reject as reject:
        raise UsageError(f"{location}: {excerpt(reject.detail)}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{location}: an item is a JSON object; write one on each line")
    return value


def _strings(item: dict[str, Any], fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the strings of an item with the field that they stand in, however deep."""
    waiting: list[tuple[str, Any]] = [(key, value) for key, value in item.items() if not fields or key in fields]
    while waiting:
        field, value = waiting.pop(0)
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, list):
            waiting.extend((field, member) for member in value)
        elif isinstance(value, dict):
            waiting.extend((f"{field}.{key}", member) for key, member in value.items())


def _name(location: str, item: dict[str, Any]) -> str:
    """Return what an item is called: where it stands, and its own id."""
    own_id = next((item[key] for key in IDS if isinstance(item.get(key), (str, int))), None)
    return location if own_id is None else f"{location} ({excerpt(str(own_id))})"
