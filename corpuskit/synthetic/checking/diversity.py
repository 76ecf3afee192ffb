"""Whether synthetic texts repeat themselves more than real ones do: by how much each set can be compressed.

Measures of diversity favour short texts, so both sets are cut to the same lengths: the texts of two samples of one size
are paired by rank of length, and the longer one of each pair is cut (Shaib et al., "Standardizing the Measurement of
Text Diversity", 2024).
"""

import heapq

from corpuskit.core.wording import quantity
from corpuskit.synthetic.checking.checks import CheckRow, unmeasured

__all__ = ["FEWEST", "TextDraw", "compression_ratios", "diversity_row"]

FEWEST = 200
"""Documents below which diversity is not judged."""
MOST_TEXTS = 4000
MOST_CHARACTERS = 4000
"""Of one text."""
LEVEL = 9


class TextDraw:
    """A sample of texts that does not depend on their order: those with the lowest hashes."""

    def __init__(self) -> None:
        self.texts_met = 0
        self._chosen: list[tuple[int, int, str]] = []

    def add(self, text: str) -> None:
        """Take a text."""
        import xxhash

        self.texts_met += 1
        key = xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace"))
        entry = (-key, self.texts_met, text[:MOST_CHARACTERS])
        if len(self._chosen) < MOST_TEXTS:
            heapq.heappush(self._chosen, entry)
        else:
            heapq.heappushpop(self._chosen, entry)

    def texts(self) -> list[str]:
        """Return the sample, in the order of the hashes."""
        return [text for *_, text in sorted(self._chosen, reverse=True)]


def diversity_row(real: TextDraw, synthetic: TextDraw, most: float) -> CheckRow:
    """Return the check of how much better, or worse, synthetic texts may be compressed than real ones."""
    name = "compression against real texts"
    fewest = min(real.texts_met, synthetic.texts_met)
    if fewest < FEWEST:
        return unmeasured(name, f"as there are only {quantity(fewest, 'document')}, and {FEWEST} are needed")
    of_real, of_synthetic = compression_ratios(real.texts(), synthetic.texts())
    ratio = max(of_synthetic / of_real, of_real / of_synthetic)
    return CheckRow(name, ratio, most=most, note=f"{of_synthetic:.3f}, of real texts {of_real:.3f}")


def compression_ratios(real: list[str], synthetic: list[str]) -> tuple[float, float]:
    """Return how many bytes of text stand for one of the compressed set: of real texts, and of synthetic ones.

    Both are cut to equal numbers of texts of equal lengths.
    """
    number = min(len(real), len(synthetic))
    pairs = zip(sorted(real[:number], key=len), sorted(synthetic[:number], key=len), strict=True)
    cut_pairs = [(one[: len(other)], other[: len(one)]) for one, other in pairs]
    return _ratio([one for one, _ in cut_pairs]), _ratio([other for _, other in cut_pairs])


def _ratio(texts: list[str]) -> float:
    import lzma

    data = "\n".join(texts).encode("utf-8", "replace")
    # Raw LZMA2 with a fixed dictionary looks across the whole set, and has no header to speak of.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": LEVEL, "dict_size": 1 << 24}]
    return len(data) / max(len(lzma.compress(data, lzma.FORMAT_RAW, filters=filters)), 1)
