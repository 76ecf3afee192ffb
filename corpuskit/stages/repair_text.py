"""`repair-text`: text that was read with the wrong encoding, or carries invisible damage, is as it was written."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from corpuskit.core.document import TURNS
from corpuskit.core.option_values import misfit
from corpuskit.core.step import Document, Drop, Stage
from corpuskit.text.prose import require_prose
from corpuskit.text.repair import DEFAULT_KINDS, KINDS, Kind, repaired


@dataclass(frozen=True)
class RepairText(Stage):
    """Undo damage to text: wrong encodings, control and invisible characters, line ends, normal form.

    By default it changes no character an author may have intended:

    `encoding`: UTF-8 that was read as Windows-1252 or the like (`donâ€™t`), by ftfy. `controls`: control characters
    and sequences that drive a terminal; ASCII's separators become spaces. `invisible`: soft hyphens, byte order
    marks, tags, and zero-width spaces, but not between words of Thai, Khmer, Lao and Burmese; joiners and marks of
    direction stay. `line-ends`: CR LF, CR, vertical tabs and form feeds become line feeds. `spaces`: spaces of
    other widths become plain ones, but no-break spaces stay; spaces at the end of lines go, but for two within a
    paragraph (Markdown's line break), and more than two blank lines are two. `normal-form`: NFC, but compatibility
    ideographs, which names need, and U+2329 and U+232A stay.

    On demand, or with `--fix all`, as ftfy does: `lossy-encoding` (`voilÃ le`, where the second half of a letter is
    gone; without it, only lines that are mojibake anyway are repaired so), `entities` (`&amp;`, if the text has no
    `<`), `ligatures`, `width` (full-width Latin letters), `quotes` (typographic quotation marks become plain ones).

    How many changes of each kind were made is counted, and stands in the summary, `--json` and the manifest. Dropped as
    `no-text` is what then has no text left, but was not empty. In conversations each turn is repaired by itself.

        corpuskit repair-text --fix encoding,controls documents.jsonl
    """

    reads_prose: ClassVar[bool] = True

    fix: Annotated[tuple[Literal[Kind, "all"], ...], "Kinds of damage to undo; `all` for every kind."] = DEFAULT_KINDS

    def __post_init__(self) -> None:
        """Raise UsageError if there is nothing to do."""
        if not self.fix:
            raise misfit("fix", "one kind of damage or more", "nothing")

    def versions(self) -> dict[str, str]:
        """Return the version of the library that repairs encodings."""
        from corpuskit.core.startup import installed_version

        return {"ftfy": installed_version("ftfy")}

    def prepare(self) -> None:
        """Load what repairs encodings."""
        import ftfy

        assert ftfy

    def apply(self, document: Document) -> Document | Drop:
        """Return the document with its text repaired, or a drop `no-text`. Raises UsageError for HTML."""
        require_prose(document, self.name())
        kinds = KINDS if "all" in self.fix else self.fix
        if document.metadata.get("content_type") == TURNS:
            text, hits = _repaired_turns(document.text, kinds)
        else:
            text, hits = repaired(document.text, kinds)
        if text == document.text:
            return document
        if not text.strip() and document.text.strip():
            return Drop(document, "no-text")
        result = document.with_text(text)
        result.hits = hits
        return result


def _repaired_turns(text: str, kinds: tuple[str, ...]) -> tuple[str, dict[str, int]]:
    """Return a conversation with each turn repaired; what looks like a marker only then stays text."""
    from collections import Counter

    from corpuskit.text.turns import Turn, parse, render

    hits: Counter[str] = Counter()
    turns = []
    for turn in parse(text):
        body, counts = repaired(turn.body, kinds)
        hits += counts
        turns.append(Turn(turn.role, body))
    return render(turns), hits
