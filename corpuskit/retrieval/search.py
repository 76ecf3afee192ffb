"""`search`: the documents of an index that answer a query, best first."""

import math
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal
from urllib.parse import quote

from corpuskit.core.audience import PUBLIC, Audience, audience_of
from corpuskit.core.counts import StepCount
from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.provenance.entries import InputEntry
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import Item, Source
from corpuskit.core.wording import excerpt, printable_name

if TYPE_CHECKING:
    import sqlite3

    from corpuskit.formats.search_index.layout import IndexDescription
    from corpuskit.retrieval.searching.ranking import ScoredId

DIGITS = 6
"""Of a score that are shown."""
MOST_FOUND = 1_000_000_000
"""More than an index holds."""
FUSED_DEPTH = 100
"""Hits of each kind of search, at least, that `hybrid` makes one list of."""


@dataclass
class QueriedIndex(Input):
    """An index with the query that it is asked."""

    query: str = ""
    entry: InputEntry | None = field(default=None)
    """What the manifest says of the index, once it has been asked."""

    def manifest_entry(self) -> InputEntry:
        """Return the name with the query, the size, and the digest of what the index says of itself."""
        assert self.entry is not None
        return self.entry


@dataclass(frozen=True)
class IndexSearch(Source):
    """Find documents in an index, best first, that are for whoever asks.

    The query is plain words; characters that mean something to databases mean nothing here. `--mode lexical` ranks by
    BM25 over text and title, with words reduced to their English stems. `vector` ranks by the cosine of vectors; the
    server at `--embed` makes that of the query, with the model of the index. All vectors are compared, in blocks, so
    none is missed. `hybrid` fuses both lists by reciprocal rank (k = 60). `metadata.score` says how good an answer is;
    scores of different modes, or queries, cannot be compared.

    Only documents that the audience may find are: everybody's, and those of its tenant with consent for `text` and
    `retrieve` that has not ended. What `metadata.rights` keeps from model input is never found. No option changes that.
    Consent has to hold today, in UTC, and on the day of `--as-of`, which cannot be a past one. What a row says is
    compared with its document before that is shown: a forged index ends with exit code 3.

        corpuskit search "height of the tides" articles.idx -n 5 --audience tenant:acme
    """

    in_recipes: ClassVar[bool] = False

    n: Annotated[int, "Most documents to find."] = 10
    mode: Annotated[Literal["lexical", "vector", "hybrid"], "Rank by words, by vectors, or by both."] = "lexical"
    audience: Annotated[str, "Who asks: public, or tenant:NAME."] = PUBLIC
    as_of: Annotated[str | None, "Day after today, such as 2030-11-01, on which consent must still hold."] = None
    opt_in: Annotated[bool, "Find only what is expressly allowed as model input."] = False
    embed: Annotated[str | None, "Server that makes the vector, such as http://127.0.0.1:8080/v1."] = None
    key_file: Annotated[Path | None, "File with the server's key."] = None

    @classmethod
    def name(cls) -> str:
        """Return `search`: the class is not called so, because `decontaminate` has a `Search`."""
        return "search"

    def __post_init__(self) -> None:
        """Raise UsageError for options that cannot be read, or do not go together."""
        if not 1 <= self.n <= MOST_FOUND:
            raise misfit("n", f"a number of documents from 1 to {MOST_FOUND:,}", self.n)
        self._demand_no_past_day()
        if (self.mode == "lexical") != (self.embed is None):
            raise UsageError(f"{spelled('mode')} vector and hybrid need {spelled('embed')}, and lexical takes none")
        if self.embed is None and self.key_file is not None:
            raise UsageError(f"{spelled('key_file')} goes with {spelled('embed')}")

    def resolve(self, arguments: Sequence[str | Path], *, allow_private: bool = False) -> list[Input]:
        """Return the index with the query. Raises UsageError for other arguments, and for a file that is no index."""
        del allow_private
        if len(arguments) != 2:
            raise UsageError(_wanted_arguments([str(argument) for argument in arguments]))
        from corpuskit.formats.search_index.layout import is_search_index, open_index

        query, path = str(arguments[0]), Path(arguments[1])
        if not path.is_file() and is_search_index(Path(query)):
            words = shlex.join(["corpuskit", "search", str(arguments[1]), query])
            raise UsageError(f"the query comes before the index: `{excerpt(printable_name(words), 200)}`")
        with open_index(path):
            pass
        readable_query = query.encode("utf-8", "replace").decode()
        name = f"{printable_name(path.name)}?q={quote(readable_query)}"
        return [QueriedIndex(name, local_path=path, query=readable_query)]

    def read(self, input_: Input) -> Iterator[Item]:
        """Yield the documents that answer the query, with their scores. Raises DamagedError and RemoteError."""
        from corpuskit.formats.search_index.layout import (
            database_errors,
            description_digest,
            open_index,
            read_description,
        )
        from corpuskit.retrieval.searching.lexical import match_expression

        if not isinstance(input_, QueriedIndex) or input_.local_path is None:
            raise UsageError(f"{input_.name}: an index is read with a query: `corpuskit search QUERY FILE.idx`")
        path = input_.local_path
        with open_index(path) as connection:
            description = read_description(connection, path)
            digest = description_digest(description)
            input_.entry = {"path": input_.name, "bytes": path.stat().st_size, "sha256": digest, "damage": []}
            with database_errors(path):
                if not match_expression(input_.query):
                    input_.remark("the query has no words")
                for hit in self.hits(connection, description, input_.query):
                    yield _document(connection, path, hit)

    def hint_on(self, count: StepCount) -> str:
        """Return that nothing was found; of what is there for others, nothing is said."""
        return "" if count.sent.documents else "no document that this audience may find answers the query"

    def hits(self, connection: "sqlite3.Connection", description: "IndexDescription", query: str) -> "list[ScoredId]":
        """Return the hits in an open index, best first. Raises UsageError and RemoteError."""
        from corpuskit.formats.search_index.entries import ALLOWED, UNKNOWN, audience_condition
        from corpuskit.retrieval.searching.lexical import lexical_hits
        from corpuskit.retrieval.searching.ranking import fused
        from corpuskit.retrieval.searching.vectors import vector_hits

        condition = audience_condition(self._rule(), ALLOWED if self.opt_in else UNKNOWN)
        if self.mode == "lexical":
            return lexical_hits(connection, query, condition, self.n)
        vector = self._vector_of(query, description)
        if self.mode == "vector":
            return vector_hits(connection, vector, condition, self.n) if vector else []
        depth = max(self.n, FUSED_DEPTH)
        lists = [lexical_hits(connection, query, condition, depth)]
        if vector:
            lists.append(vector_hits(connection, vector, condition, depth))
        return fused(lists, self.n)

    def _demand_no_past_day(self) -> None:
        """Raise UsageError for a day that has passed: what has ended since would not be found as of that day either."""
        as_of = audience_of(self.audience, self.as_of, "retrieve").as_of
        if as_of is not None and as_of < datetime.now(UTC).date():
            raise misfit("as_of", "today, in UTC, or a later day: what has ended by now is never found", self.as_of)

    def _rule(self) -> Audience:
        """Return the audience, as of today or the later day that was named: what has ended does not come back."""
        audience = audience_of(self.audience, self.as_of, "retrieve")
        if audience.tenant is not None:
            audience = audience._replace(tenant=audience.tenant.encode("utf-8", "replace").decode())
        return audience._replace(as_of=max(audience.as_of or date.min, datetime.now(UTC).date()))

    def _vector_of(self, query: str, description: "IndexDescription") -> bytes:
        """Return the vector of a query; empty if it says nothing."""
        from corpuskit.formats.model_server.address import read_key
        from corpuskit.formats.model_server.embeddings import EmbeddingClient

        embedding = description.get("embedding")
        if embedding is None:
            raise UsageError("the index has no vectors; make it with `corpuskit index --embed`, or use --mode lexical")
        if not query.strip():
            return b""
        assert self.embed is not None
        with EmbeddingClient(self.embed, embedding["model"], read_key(self.key_file)) as client:
            [vector] = client.embed([query])
        return vector


def _wanted_arguments(arguments: list[str]) -> str:
    """Return what to name, with the words of a query that was not quoted in one."""
    *words, last = arguments or [""]
    if len(words) < 2:
        return 'name a query and an index: `corpuskit search "height of the tides" FILE.idx`'
    quoted = shlex.join(["corpuskit", "search", " ".join(words), last])
    return f"the query is one argument, so quote its words: `{excerpt(printable_name(quoted), 200)}`"


def _document(connection: "sqlite3.Connection", path: Path, hit: "ScoredId") -> Document:
    """Return a document of the index with its score. Raises DamagedError for what no index has."""
    from corpuskit.formats.search_index.layout import damaged_index
    from corpuskit.formats.search_index.rows import document_at

    if not isinstance(hit.score, float) or not math.isfinite(hit.score):
        raise damaged_index(path, "the lengths of its documents are none")
    return document_at(connection, path, hit.number).with_metadata(score=float(f"{hit.score:.{DIGITS}g}"))
