"""What dedup's verdicts depend on, apart from the documents: the parameters that its kernels share."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from corpuskit.core.sizes import bytes_of

if TYPE_CHECKING:
    from corpuskit.core.disk.block_file import Field
    from corpuskit.text.dedup.shingles import Hashes

UNIT_VERSION = "1"
"""Names how texts are cut into units, and how units are written before they are compared."""


@dataclass(frozen=True)
class DedupParameters:
    """The options of `dedup` that its kernels need; the step explains them."""

    method: Literal["exact", "minhash"]
    threshold: float
    keep: Literal["first", "longest", "newest"]
    ngram: int
    permutations: int
    bands: int
    seed: int
    verify: Literal["signature", "jaccard"]
    unit: Literal["document", "paragraph", "line"]
    min_length: int
    memory: str | None

    @property
    def needs_texts(self) -> bool:
        """Whether candidates are compared by their texts and not by their signatures."""
        return self.method == "minhash" and self.verify == "jaccard"

    def comparison_fields(self) -> "list[Field]":
        """The fields of an entry that verdicts depend on."""
        from corpuskit.core.disk.block_file import Field

        fields = [Field("digest", "<u8", 2)]
        if self.method == "minhash":
            fields.append(Field("wordless", "|u1", 1))
            fields += [Field(f"key-{band}", "<u8", 1) for band in range(self.bands)]
            fields.append(Field("signature", "<u4", self.permutations))
        return fields

    def shingles(self, text: str) -> "Hashes":
        """The text's shingles."""
        from corpuskit.text.dedup.shingle_batches import shingles_of

        return shingles_of([text], self.ngram)[0]

    def rows_in_memory(self, row_bytes: int, least: int) -> int | None:
        """How many rows of `row_bytes` each the limit of memory allows a table, or None for any number."""
        return None if self.memory is None else max(bytes_of(self.memory) // row_bytes, least)

    def versions(self) -> dict[str, str]:
        """The algorithms that decide; an exact comparison needs none."""
        if self.unit != "document":
            return {"units": f"{UNIT_VERSION}, Unicode {unicodedata.unidata_version}"}
        if self.method == "exact":
            return {}
        from corpuskit.text.dedup import minhash, shingles

        return {"minhash": minhash.version(), "shingles": shingles.VERSION}

    def index_settings(self) -> dict[str, Any]:
        """What entries have to agree in to be compared, and snapshots to give the verdicts of one run."""
        if self.method == "exact":
            return {"method": "exact"}
        names = ("method", "threshold", "ngram", "permutations", "bands", "seed")
        return {name: getattr(self, name) for name in names} | self.versions()


class IndexReading(NamedTuple):
    """What a run reads of an index."""

    digest: str
    """What verdicts against it depend on."""
    paths: tuple[Path, ...]
    """The entries of its snapshots, in their order."""
