"""`sample`: a part of a stream, chosen by document id."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from corpuskit.core.option_values import demand_share
from corpuskit.core.step import Document, Drop, Stage

_RANGE = 1 << 64


@dataclass(frozen=True)
class Sample(Stage):
    """Keep a random part of the documents, the same part whatever their order.

    A document is kept if the keyed hash of its source and id lies below the rate, so a larger rate with the same seed
    keeps everything that a smaller one keeps. Like `head`, this is an honest cut: the manifest says `upstream: cut`. In
    a recipe the steps before it keep their counts.

        corpuskit sample --rate 0.01 web.jsonl.zst > hundredth.jsonl
    """

    keeps_documents: ClassVar[bool] = True
    cuts: ClassVar[bool] = True

    rate: Annotated[float, "Share of documents to keep, from 0 to 1."] = 0.1
    seed: Annotated[int, "Key of the hash; another seed keeps another part."] = 0

    def __post_init__(self) -> None:
        """Raise UsageError unless 0 <= rate <= 1."""
        demand_share("rate", self.rate)

    def apply(self, document: Document) -> Document | Drop:
        """Return the document, or a drop `not-sampled`."""
        import xxhash

        key = f"{self.seed}\0{document.metadata.get('source', '')}\0{document.id}"
        if xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")) < self.rate * _RANGE:
            return document
        return Drop(document, "not-sampled")
