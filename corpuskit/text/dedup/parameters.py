"""The parameters that the kernels of dedup share: with the documents, they determine its verdicts."""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from corpuskit.core.sizes import bytes_of

if TYPE_CHECKING:
    from corpuskit.core.disk.block_file import Field
    from corpuskit.text.dedup.shingles import Hashes

UNIT_VERSION = "1"
"""Version of how texts are cut into units, and of how units are normalised before they are compared."""
SPAN_VERSION = "2"
"""Version of how runs of words are found and taken out."""

MOST_PERMUTATIONS = 4096
"""Each takes four bytes of every document."""


class DedupParameters(NamedTuple):
    """The options of `dedup` that its kernels need; the step explains them."""

    method: Literal["exact", "minhash"]
    threshold: float
    keep: Literal["first", "longest", "newest"]
    ngram: int
    permutations: int
    bands: int
    seed: int
    verify: Literal["signature", "jaccard"]
    unit: Literal["document", "paragraph", "line", "span"]
    min_length: int
    min_words: int
    memory: str | None

    @property
    def needs_texts(self) -> bool:
        """Whether candidates are compared by their texts rather than by their signatures."""
        return self.method == "minhash" and self.verify == "jaccard"

    def comparison_fields(self) -> "list[Field]":
        """Return the fields of an entry that verdicts depend on."""
        return fields_of(self.method, self.bands, self.permutations)

    def shingles(self, text: str) -> "Hashes":
        """Return the text's shingles."""
        from corpuskit.text.dedup.shingle_batches import shingles_of

        return shingles_of([text], self.ngram)[0]

    def rows_in_memory(self, row_bytes: int, least: int) -> int | None:
        """Return how many rows of `row_bytes` each a table may have under the limit of memory; None for any number."""
        return None if self.memory is None else max(bytes_of(self.memory) // row_bytes, least)

    def versions(self) -> dict[str, str]:
        """Return the versions of the algorithms that decide; an exact comparison needs none."""
        if self.unit == "span":
            from corpuskit.text.dedup import shingles

            return {"spans": SPAN_VERSION, "shingles": shingles.VERSION}
        if self.unit != "document":
            return {"units": f"{UNIT_VERSION}, Unicode {unicodedata.unidata_version}"}
        if self.method == "exact":
            return {}
        from corpuskit.text.dedup import minhash, shingles

        return {"minhash": minhash.version(), "shingles": shingles.VERSION}

    def index_settings(self) -> dict[str, Any]:
        """Return the settings that entries must share to be comparable, and snapshots to give one run's verdicts."""
        if self.method == "exact":
            return {"method": "exact"}
        names = ("method", "threshold", "ngram", "permutations", "bands", "seed")
        return {name: getattr(self, name) for name in names} | self.versions()


def fields_of(method: str, bands: int, permutations: int) -> "list[Field]":
    """Return the fields of an entry that verdicts depend on."""
    from corpuskit.core.disk.block_file import Field

    fields = [Field("digest", "<u8", 2)]
    if method == "minhash":
        fields.append(Field("wordless", "|u1", 1))
        fields += [Field(f"key-{band}", "<u8", 1) for band in range(bands)]
        fields.append(Field("signature", "<u4", permutations))
    return fields


class IndexReading(NamedTuple):
    """What a run reads from an index."""

    digest: str
    """A digest of everything that verdicts against it depend on."""
    paths: tuple[Path, ...]
    """The files of its snapshots' entries, in their order."""
