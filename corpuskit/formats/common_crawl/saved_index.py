"""What an index answered, kept as files: one for each unit, so that a run which was cut off goes on after the last."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.errors import DamagedError
from corpuskit.core.reading.download import demand_no_links, keeping
from corpuskit.formats.common_crawl.index_row import IndexRow, IndexRowError
from corpuskit.formats.common_crawl.query import BadRow, CrawlIndex, IndexQuery, UnitAnswer, read_rows

FOLDER = "index"
UNITS = "units.json"


def answers_of(index: CrawlIndex, query: IndexQuery, folder: Path | None) -> Iterator[UnitAnswer]:
    """Yield what the index has, unit by unit, up to the limit of the query; in `folder`, answers are kept and read."""
    if folder is None:
        units = index.units(query)
        yield from read_rows((index.read(unit, query) for unit in units), query.limit)
        return
    saved = _SavedAnswers(folder, index, query)
    units = saved.units()
    yield from read_rows((saved.read(number, unit) for number, unit in enumerate(units)), query.limit)


class _SavedAnswers:
    """The answers of one index to one query, in a folder of their own."""

    def __init__(self, save: Path, index: CrawlIndex, query: IndexQuery) -> None:
        self._save, self._index, self._query = save, index, query
        key = json.dumps([type(index).__name__, index.name, query.as_json()], sort_keys=True)
        self._folder = save / FOLDER / f"{query.crawl.name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"

    def units(self) -> list[str]:
        """Return the units, as they were when the index was first asked."""
        path = self._folder / UNITS
        if path.is_file():
            units: list[str] = _stored_json(path)["units"]
            return units
        units = self._index.units(self._query)
        self._keep(path, {"index": self._index.name, **self._query.as_json(), "units": units})
        return units

    def read(self, number: int, unit: str) -> UnitAnswer:
        """Return what a unit has: what was kept of it, else what the index says now."""
        path = self._folder / f"{number:06d}.json"
        if path.is_file():
            return _answer_of(path)
        answer = self._index.read(unit, self._query)
        self._keep(path, {"rows": [row.as_fields() for row in answer.rows], "bad": answer.bad_rows})
        return answer

    def _keep(self, path: Path, value: Any) -> None:
        """Write a file whole or not at all."""
        draft = path.with_name(f"{path.name}.part")
        for own_path in (path, draft):
            demand_no_links(self._save, own_path)
        with keeping(path):
            filesystem.make_folder(path.parent, parents=True, exist_ok=True)
            write_flushed(draft, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
            filesystem.replace(draft, path)


def _answer_of(path: Path) -> UnitAnswer:
    value = _stored_json(path)
    try:
        rows = [IndexRow.of_fields(fields) for fields in value["rows"]]
        return UnitAnswer(rows, [BadRow(*row) for row in value["bad"]])
    except (IndexRowError, TypeError, KeyError, AttributeError):
        raise _damaged(path) from None


def _stored_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(value, dict) or not ("units" in value or "rows" in value):
        raise _damaged(path)
    return value


def _damaged(path: Path) -> DamagedError:
    return DamagedError(f"{str(path)!r} is damaged; remove it, and what it holds is asked for again")
