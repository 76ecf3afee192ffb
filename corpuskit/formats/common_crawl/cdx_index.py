"""The CDX API: an index that is asked for an address and answers with a JSON object a line, page by page.

Source: the CDX server API of pywb (`output=json`, `showNumPages`, `page`, `filter`), as index.commoncrawl.org has it.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from corpuskit.core.errors import RemoteError
from corpuskit.core.reading.retries import MissingError, with_retries
from corpuskit.core.reading.web_fetch import fetch
from corpuskit.core.reading.web_requests import WrongAnswerError, public_url
from corpuskit.formats.common_crawl.index_row import IndexRow, IndexRowError
from corpuskit.formats.common_crawl.query import BadRow, IndexQuery, UnitAnswer

MOST_OF_PAGE = 256 * 1024 * 1024
MOST_PAGES = 1_000_000
PURPOSE = "index"
NO_CAPTURES = "No Captures found"
"""What some servers say, with status 404, of an address that they have nothing of."""
RAW_EXCERPT = 4096
"""Characters that are kept of a line that cannot be read."""


@dataclass(frozen=True)
class CdxIndex:
    """The CDX API at an address."""

    url: str
    allow_private: bool = False

    @property
    def name(self) -> str:
        """The address, without secrets."""
        return public_url(self.url)

    def units(self, query: IndexQuery) -> list[str]:
        """Return the requests, one for each page of each pattern."""
        units = []
        for pattern in query.urls:
            words = {"url": pattern.text, "output": "json"}
            if statuses := query.status_pattern():
                words["filter"] = f"~status:{statuses}"
            request = urlencode(words)
            pages = self._pages(request)
            # A server that does not page gives all at once.
            units += [request] if pages is None else [f"{request}&page={page}" for page in range(pages)]
        return units

    def read(self, unit: str, query: IndexQuery) -> UnitAnswer:
        """Return what one request gives, a line that cannot be read as a bad row. Raises RemoteError."""

        def lines() -> list[str]:
            text = self._answer(unit, MOST_OF_PAGE)
            # An answer without a length may be cut where nothing shows it but a line without an end.
            if text and not text.endswith("\n") and not _is_object(text.rpartition("\n")[2]):
                raise WrongAnswerError("the answer of the index ends within a line")
            listed = [line for line in text.split("\n") if line.strip()]
            if listed and not any(map(_is_object, listed)):
                raise WrongAnswerError("the answer of the index is no list of records")
            return listed

        answer = UnitAnswer()
        for line in with_retries(self.url, lines):
            if NO_CAPTURES in line:
                continue
            try:
                row = IndexRow.of_fields(_fields(line))
            except IndexRowError as error:
                answer.bad_rows.append(BadRow(unit, line[:RAW_EXCERPT], str(error)))
                continue
            if query.takes(row):
                answer.rows.append(row)
        return answer

    def _pages(self, request: str) -> int | None:
        """Return how many pages there are; None if the server does not say it."""

        def count() -> int | None:
            first = self._answer(f"{request}&showNumPages=true", MOST_OF_PAGE).strip().partition("\n")[0]
            if not first:
                return 0
            try:
                answer = json.loads(first)
            except ValueError:
                raise WrongAnswerError("the index does not say how many pages there are") from None
            if isinstance(answer, dict) and "filename" in answer:
                return None
            pages = answer.get("pages") if isinstance(answer, dict) else answer
            if isinstance(pages, bool) or not isinstance(pages, int):
                raise WrongAnswerError("the index does not say how many pages there are")
            return pages

        pages = with_retries(self.url, count)
        if pages is None:
            return None
        if not 0 <= pages <= MOST_PAGES:
            raise RemoteError(f"cannot read {self.name}: an index of {pages} pages is none; try another server")
        return pages

    def _answer(self, request: str, limit: int) -> str:
        """Return what the API gives; nothing if it has no such captures, which some servers call a missing page."""
        mark = "&" if "?" in self.url else "?"
        try:
            data = fetch(
                f"{self.url}{mark}{request}", limit, allow_private=self.allow_private, purpose=PURPOSE, processes=1
            )
        except MissingError as error:
            if NO_CAPTURES in error.body:
                return ""
            raise
        return data.decode("utf-8", "replace")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise IndexRowError("a line of the index that is no JSON") from None
    if not isinstance(fields, dict):
        raise IndexRowError("a line of the index that is no object")
    return fields
