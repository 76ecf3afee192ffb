"""`chunk`: documents in parts that can be found one by one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from corpuskit.core.document import TURNS, Document, parents_of
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.outcome import Drop
from corpuskit.core.step import Split
from corpuskit.text.chunking.packing import TextChunk, chunks_of
from corpuskit.text.turns import parse, render

SMALLEST = 100
TRAIL = " > "
"""Between the title of a document and its headings."""
MOST_OF_HEADING = 200
"""Characters of a title or a heading that the titles of chunks repeat."""


@dataclass(frozen=True)
class Chunk(Split):
    """Cut documents into chunks for retrieval, at headings and between paragraphs.

    Headings (Markdown) begin a chunk; below each, whole paragraphs, lists, tables and blocks of code are packed up to
    `--size`, half of it at least, to an end that their words choose. Only what is longer is cut: at line ends,
    sentences or, if need be, words. So an edit of one paragraph mostly changes one chunk or two, and those of other
    sections stay as they are. Conversations are cut between turns.

    The id of a chunk is that of its document, `#`, and a hash of its text, with a number if the document says the same
    twice; so a chunk keeps its id as long as it keeps its text. `metadata.parents` ends with the document, `span` says
    where the chunk stands in it, in characters, and `title` has the title and the headings above it, each cut to 200
    characters if it is longer. All other metadata stays.

    Drops: `empty`.

        corpuskit chunk articles.jsonl --size 1200 -o chunks.jsonl
    """

    idempotent: ClassVar[bool] = False  # A chunk has its own id, and begins with its own first heading.

    size: Annotated[int, "Most characters of a chunk; a word that is longer is cut."] = 1200
    overlap: Annotated[
        int, "Most characters that a chunk repeats of the one before it, in whole paragraphs or sentences."
    ] = 0

    def __post_init__(self) -> None:
        """Raise UsageError for sizes that do not go together."""
        if self.size < SMALLEST:
            raise misfit("size", f"a number of characters, at least {SMALLEST}", self.size)
        if not 0 <= self.overlap <= self.size // 2:
            raise misfit("overlap", f"a number from 0 to half of {spelled('size', self.size)}", self.overlap)

    def split(self, document: Document) -> Sequence[Document] | Drop:
        """Return the chunks of a document, in order."""
        if document.metadata.get("content_type") == TURNS:
            chunks = list(_chunks_of_turns(document.text, self.size))
        else:
            chunks = list(chunks_of(document.text, self.size, self.overlap))
        if not chunks:
            return Drop(document, "empty")
        times = Counter[str]()
        return [_document(document, chunk, times) for chunk in chunks]


def _chunks_of_turns(text: str, size: int) -> Iterator[TextChunk]:
    """Yield whole turns, as many as fit; one that is longer stands alone. Raises Reject for what is no conversation."""
    start = end = position = 0
    for turn in parse(text):
        length = len(render([turn]))
        if end > start and position + length - start > size:
            yield TextChunk(start, end, ())
            start = position
        end = position + length
        position = end + 1
    if end > start:
        yield TextChunk(start, end, ())


def _document(document: Document, chunk: TextChunk, times: "Counter[str]") -> Document:
    import xxhash

    text = document.text[chunk.start : chunk.end]
    digest = xxhash.xxh3_64_hexdigest(text.encode("utf-8", "surrogatepass"))
    times[digest] += 1
    number = f"-{times[digest]}" if times[digest] > 1 else ""
    title = document.metadata.get("title")
    headings = [title] if isinstance(title, str) and title and title not in chunk.trail[:1] else []
    parents = [*parents_of(document), document.id]
    metadata = {**document.metadata, "parents": parents, "span": [chunk.start, chunk.end]}
    if trail := TRAIL.join(map(_shortened, [*headings, *chunk.trail])):
        metadata["title"] = trail
    return Document(f"{document.id}#{digest}{number}", text, metadata, document.extra)


def _shortened(heading: str) -> str:
    """Return a heading, or what a title can repeat of it: every chunk below it has it."""
    return heading if len(heading) <= MOST_OF_HEADING else heading[: MOST_OF_HEADING - 1].rstrip() + "…"
