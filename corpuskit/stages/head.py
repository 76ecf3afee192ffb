"""`head`: the first documents of a stream."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, ClassVar

from corpuskit.core.option_values import misfit
from corpuskit.core.step import CorpusStage, Document


@dataclass(frozen=True)
class Head(CorpusStage):
    """Pass on the first documents and stop.

    An honest cut: the manifest says `upstream: cut`, and lists the steps before it with their names and options, but
    without counts. In a recipe they keep their counts, and what is left of the stream is dropped as `not-taken`.

        corpuskit fetch-warc crawl.warc.gz | corpuskit head -n 100 | corpuskit extract -o sample
    """

    keeps_documents: ClassVar[bool] = True

    n: Annotated[int, "Documents to pass on."] = 10

    def __post_init__(self) -> None:
        """Raise UsageError unless 0 <= n < 2**63."""
        if not 0 <= self.n <= sys.maxsize:
            raise misfit("n", f"a number of documents from 0 to {sys.maxsize}", self.n)

    def run(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Return the first `n` documents."""
        return islice(documents, self.n)
