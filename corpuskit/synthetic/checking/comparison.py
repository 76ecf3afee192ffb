"""Everything that is gathered of synthetic documents, and of those that they are compared with, each read once."""

from collections import Counter

from corpuskit.core.document import Document, gen_depth, parents_of
from corpuskit.synthetic.checking.checks import CheckRow, none_of, upper
from corpuskit.synthetic.checking.copies import CopyFinder, SeedCopies
from corpuskit.synthetic.checking.diversity import TextDraw
from corpuskit.synthetic.checking.labels import LabelledTexts
from corpuskit.synthetic.checking.leaks import LeakFinder
from corpuskit.synthetic.checking.phrases import is_boilerplate
from corpuskit.synthetic.planning.template import field_text

__all__ = ["CorpusComparison"]

DEEPEST = 1


class _Side:
    """The texts of one side, real or synthetic: a draw of them, and those with a label."""

    def __init__(self) -> None:
        self.draw = TextDraw()
        self.labelled = LabelledTexts()

    def add(self, document: Document, by: str | None) -> None:
        self.draw.add(document.text)
        label = field_text(document, by) if by is not None else None
        if label is not None:
            self.labelled.add(document.text, label)


class CorpusComparison:
    """Takes real documents first, then seeds, then synthetic documents."""

    def __init__(self, by: str | None, quota_field: str | None, seeds: SeedCopies) -> None:
        """`by` is the field of the label, and `quota_field` that of the class, which the quota names."""
        self.copies, self.leaks, self.seeds = CopyFinder(), LeakFinder(), seeds
        self.real, self.synthetic = _Side(), _Side()
        self.classes = Counter[str]()
        self._by, self._quota_field = by, quota_field
        self._deep = self._unmarked = self._boilerplate = 0

    def add_real(self, document: Document) -> None:
        """Take a real document."""
        self.copies.add_real(document.text)
        self.leaks.add_original(document.text)
        self.real.add(document, self._by)

    def add_seed(self, document: Document) -> None:
        """Take a seed."""
        self.seeds.add_seed(document)
        self.leaks.add_original(document.text)

    def add(self, document: Document) -> None:
        """Take a synthetic document."""
        self.copies.add(document.text)
        self.leaks.add(document.text)
        self.seeds.add(document.text, parents_of(document))
        self.synthetic.add(document, self._by)
        if self._quota_field is not None:
            self.classes[field_text(document, self._quota_field) or ""] += 1
        self._deep += gen_depth(document) > DEEPEST
        self._unmarked += not _is_marked(document)
        self._boilerplate += is_boilerplate(document.text)

    def leak_row(self) -> CheckRow:
        """Return the check of personal data that originals have."""
        return none_of("personal data of seeds or real documents", self.leaks.documents)

    def content_rows(self, number: int, max_unmarked: float, max_boilerplate: float) -> list[CheckRow]:
        """Return the checks of what each of the `number` synthetic documents says by itself."""
        return [
            none_of(f"documents deeper than gen_depth {DEEPEST}", self._deep),
            upper("documents not marked as synthetic", self._unmarked, number, max_unmarked),
            upper("refusals and boilerplate", self._boilerplate, number, max_boilerplate),
        ]

    def close(self) -> None:
        """Remove the temporary files."""
        self.copies.close()


def _is_marked(document: Document) -> bool:
    """Whether a document says that a model wrote it, and how many models stand behind it."""
    depth = document.metadata.get("gen_depth")
    return document.metadata.get("origin") == "synthetic" and type(depth) is int and depth >= 1
