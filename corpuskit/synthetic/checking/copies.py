"""How many documents are near copies: of each other, of real ones, and of the seed that they were made from."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop
from corpuskit.synthetic.checking.checks import CheckRow, unmeasured, upper

if TYPE_CHECKING:
    from corpuskit.text.dedup.parameters import DedupParameters

__all__ = ["CONTAINMENT_WORDS", "OWN_SEED", "CopyFinder", "SeedCopies", "parameters"]

CONTAINMENT_WORDS = 13
"""Words of the n-grams by which a document is compared with its seed."""
OWN_SEED = "copies of the own seed"
_REAL = "real"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point: characters that are not seen, and split a word for whoever compares."""


def parameters() -> "DedupParameters":
    """Return by what rule two texts are near copies: that of `dedup`, with exact similarities."""
    from corpuskit.text.dedup.parameters import DedupParameters

    return DedupParameters(
        method="minhash",
        threshold=0.8,
        keep="first",
        ngram=5,
        permutations=112,
        bands=14,
        seed=1,
        verify="jaccard",
        unit="document",
        min_length=40,
        min_words=50,
        memory=None,
    )


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", text)


class CopyFinder:
    """Counts near copies; real documents come first."""

    def __init__(self) -> None:
        from corpuskit.text.dedup.streaming import StreamingDedup

        self.of_real = 0
        self.of_each_other = 0
        self._number = 0
        self._copied = {_REAL}
        """Ids of what is real, or a near copy of it."""
        self._with_real: StreamingDedup = StreamingDedup(parameters())
        self._alone: StreamingDedup = StreamingDedup(parameters())

    def add_real(self, text: str) -> None:
        """Take a real document."""
        self._with_real.apply(Document(_REAL, _visible(text)))

    def add(self, text: str) -> None:
        """Take a synthetic one. Whose they are does not matter here: a copy leaks, whoever wrote the original."""
        text = _visible(text)
        # The rule names an earlier copy rather than the real document that both are copies of.
        self._number += 1
        identifier = str(self._number)
        outcome = self._with_real.apply(Document(identifier, text))
        if isinstance(outcome, Drop) and outcome.values.get("of") in self._copied:
            self.of_real += 1
            self._copied.add(identifier)
        self.of_each_other += isinstance(self._alone.apply(Document("", text)), Drop)

    def rows(self, number: int, most: float) -> Iterator[CheckRow]:
        """Yield both checks, of this number of synthetic documents."""
        yield upper("near copies of real documents", self.of_real, number, most)
        yield upper("near copies of each other", self.of_each_other, number, most)

    def close(self) -> None:
        """Remove the temporary files."""
        self._with_real.close()
        self._alone.close()


class SeedCopies:
    """Compares documents with the seeds that they were made from, by n-grams."""

    def __init__(self, wanted_ids: set[str], most_containment: float) -> None:
        """`wanted_ids` are those of the seeds that documents were made from; no other is remembered."""
        self.compared_documents = 0
        """Documents with a seed that is known."""
        self.without_seed = 0
        self.copied_documents = 0
        """Documents with a larger share of n-grams than they may have."""
        self._wanted_ids = wanted_ids
        self._most = most_containment
        self._texts: dict[str, str] = {}

    def add_seed(self, seed: Document) -> None:
        """Take a seed; it is remembered if a document was made from it."""
        if seed.id in self._wanted_ids:
            self._texts[seed.id] = _visible(seed.text)

    def add(self, text: str, parents: Iterable[str]) -> None:
        """Take a synthetic document, made from the seeds with these ids."""
        known_parents = [parent for parent in parents if parent in self._texts]
        if not known_parents:
            self.without_seed += 1
            return
        self.compared_documents += 1
        self.copied_documents += self._containment(text, known_parents) > self._most

    def row(self, most: float) -> CheckRow:
        """Return the check of how many documents may be copies of their seed."""
        if not self.compared_documents:
            return unmeasured(OWN_SEED, "as no document's parents are among the seeds")
        without = f"; of {self.without_seed:,} the seed is not there" if self.without_seed else ""
        note = f"{self.copied_documents:,} of {self.compared_documents:,}{without}"
        return upper(OWN_SEED, self.copied_documents, self.compared_documents, most, note)

    def _containment(self, text: str, parents: Sequence[str]) -> float:
        """Return the largest share of a text's n-grams that stand in one of its seeds, 0 to 1."""
        import numpy as np

        from corpuskit.text.dedup.shingle_batches import shingles_of

        texts = [_visible(text), *(self._texts[parent] for parent in parents)]
        ngrams, *others = (np.unique(hashes) for hashes in shingles_of(texts, CONTAINMENT_WORDS))
        if not len(ngrams):
            return 0.0
        return max(float(np.isin(ngrams, other).mean()) for other in others)
