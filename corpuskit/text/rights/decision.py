"""From a document to its rights: which declarations count under a profile, and what they come to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin

from corpuskit.text.rights.agents import AgentList
from corpuskit.text.rights.ai_txt import ai_txt_statements
from corpuskit.text.rights.declarations import Declaration
from corpuskit.text.rights.host_files import demand_row, host_of, robots_for_path, rsl_rules, tdm_entries
from corpuskit.text.rights.page_statements import page_statements, tdm_values
from corpuskit.text.rights.path_rules import address_path
from corpuskit.text.rights.robots_file import LICENSE, RobotsFile
from corpuskit.text.rights.robots_statements import robots_statements
from corpuskit.text.rights.rsl import matching_rules
from corpuskit.text.rights.statements import ALLOWED, Statement
from corpuskit.text.rights.table_file import HostTable
from corpuskit.text.rights.tdmrep import matching_entry, reservation_verdicts

__all__ = ["AT_CRAWL", "OPT_IN", "OPT_OUT_NOW", "PROFILES", "RightsReader"]

AT_CRAWL, OPT_OUT_NOW, OPT_IN = "at-crawl", "opt-out-now", "opt-in"
PROFILES = (AT_CRAWL, OPT_OUT_NOW, OPT_IN)
MAX_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2."""
TDMREP, RSL, LICENSE_FILE = "tdmrep", "rsl", "license-file"
_PLAIN_ADDRESS = re.compile(r"https?://([a-z0-9][a-z0-9.-]{0,250}[a-z0-9])(/[!-\"$-~]*)(?:#.*)?")
"""An address that is taken apart by hand, as almost all are: `urlsplit` is many times as slow."""
_UTC = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?")

Entry = dict[str, Any]


class _Page(NamedTuple):
    """What the declarations are asked about."""

    url: str
    host: str
    path: str
    crawl_date: str
    declarations: Sequence[Declaration]
    of_duplicates: Sequence[Sequence[Declaration]]


class RightsReader:
    """Finds the statements on documents: their own, and those of their hosts in a table."""

    def __init__(self, table: HostTable | None, agents: AgentList, profile: str) -> None:
        """Without a table, only what documents declare themselves is read."""
        self._table, self._agents, self._profile = table, agents, profile

    def statements(
        self,
        url: str,
        crawl_date: Any,
        declarations: Sequence[Declaration],
        of_duplicates: Sequence[Sequence[Declaration]] = (),
    ) -> list[Statement]:
        """Return what is declared on the document at an address. Raises DamagedError for a row that is none."""
        plain = _PLAIN_ADDRESS.fullmatch(url)
        host, path = (plain[1], plain[2]) if plain else (host_of(url), address_path(url))
        page = _Page(url, host, path, _in_utc(crawl_date), declarations, of_duplicates)
        row = self._table.row(page.host) if self._table is not None and page.host else None
        try:
            return _unique(self._all_statements(row, page))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            if self._table is None or row is None:
                raise
            try:
                demand_row(row)
            except (ValueError, TypeError, KeyError, IndexError, AttributeError):
                raise self._table.damaged(f"the line of {page.host} is no row of a host") from None
            raise

    def _all_statements(self, row: Entry | None, page: _Page) -> Iterator[Statement]:
        yield from self._host_statements(row, page)
        yield from page_statements(page.declarations, self._agents, page.host, page.path)
        yield from self._tdm(row, page)
        # Of documents that this one stands for: what each of them declares is read by itself.
        for of_duplicate in page.of_duplicates:
            yield from page_statements(of_duplicate, self._agents, page.host, page.path)
            yield from self._tdm(None, page._replace(declarations=of_duplicate))

    def _host_statements(self, row: Entry | None, page: _Page) -> Iterator[Statement]:
        if row is None:
            return
        robots_files = []
        for entry in (*self._chosen(row, "robots", page), *self._redirected(row, page)):
            robots = robots_for_path(entry, page.path)
            robots_files.append((entry, robots))
            yield from robots_statements(robots, page.path, self._agents, entry["url"], _last_date(entry))
        for entry in self._chosen(row, "ai-txt", page):
            yield from ai_txt_statements(robots_for_path(entry, page.path), page.path, entry["url"], _last_date(entry))
        for entry in self._chosen(row, "license", page):
            yield Statement(LICENSE_FILE, entry["raw"], entry["url"], {}, _last_date(entry))
        yield from self._rsl(row, robots_files, page)

    def _rsl(self, row: Entry, robots_files: Sequence[tuple[Entry, RobotsFile]], page: _Page) -> Iterator[Statement]:
        """Yield what RSL files say; only one that robots.txt, a header or the page names can permit anything."""
        named_addresses = set()
        for entry, robots in robots_files:
            for line in robots.site_lines:
                if line.field == LICENSE:
                    address = urljoin(entry["url"], line.value)
                    named_addresses.add(address)
                    yield Statement(RSL, line.raw, f"{entry['url']}:{line.number}", {}, _last_date(entry))
        for declaration in page.declarations:
            if declaration.carrier == "link" and declaration.name == "rsl":
                named_addresses.add(urljoin(page.url, declaration.value))
            elif declaration.carrier == "header" and "rsl+xml" in declaration.value:
                named_addresses.update(re.findall(r"<([^<>]+)>", declaration.value))
        entries = self._chosen(row, "rsl", page)
        for address in sorted(named_addresses):
            other_row = self._table.row(host_of(address)) if self._table and host_of(address) != page.host else None
            others = self._chosen(other_row, "rsl", page) if other_row else []
            entries += [entry for entry in others if entry["url"] == address]
        for entry in entries:
            is_named = any(_same_address(entry["url"], address) for address in named_addresses)
            for rule in matching_rules(rsl_rules(entry), page.host, page.path):
                verdicts = {use: verdict for use, verdict in rule.verdicts.items() if is_named or verdict != ALLOWED}
                yield Statement(RSL, rule.raw, entry["url"], verdicts, _last_date(entry))

    def _tdm(self, row: Entry | None, page: _Page) -> Iterator[Statement]:
        """Yield what TDMRep comes to: the file, the header and the page, of which each supersedes the one before."""
        entries = self._chosen(row, TDMREP, page) if row else []
        of_files = [
            (match.reserved, match.raw, str(entry["url"]), _last_date(entry))
            for entry in entries
            if (match := matching_entry(tdm_entries(entry), page.path))
        ]
        of_page = [(*value, "") for value in tdm_values(page.declarations)]
        # Captures of one file that differ are no places of their own: if any reserves, the file does.
        deciding = of_page[-1:] or sorted(of_files)[-1:]
        for value in (*of_files, *of_page):
            reserved, raw, location, captured = value
            verdicts = reservation_verdicts(reserved) if value in deciding else {}
            yield Statement(TDMREP, raw, location, verdicts, captured)

    def _redirected(self, row: Entry, page: _Page) -> list[Entry]:
        """Return the robots.txt files of other hosts to which this host's redirects."""
        entries: list[Entry] = []
        targets = [entry["to"] for entry in self._chosen(row, "redirect", page)]
        seen_hosts = {page.host}
        for _ in range(MAX_REDIRECTS):
            hosts = [host for host in map(host_of, targets) if host and host not in seen_hosts]
            if not hosts or self._table is None:
                break
            seen_hosts.update(hosts)
            rows = [other for other in map(self._table.row, hosts) if other is not None]
            entries += [entry for other in rows for entry in self._chosen(other, "robots", page)]
            targets = [entry["to"] for other in rows for entry in self._chosen(other, "redirect", page)]
        return entries

    def _chosen(self, row: Entry, kind: str, page: _Page) -> list[Entry]:
        """Return the captures of a host's files of one kind that count under the profile."""
        entries = [entry for entry in row["files"] if entry["kind"] == kind]
        if len(entries) < 2:
            return entries
        chosen = []
        for address in dict.fromkeys(_without_scheme(entry["url"]) for entry in entries):
            of_address = [entry for entry in entries if _without_scheme(entry["url"]) == address]
            newest = max(map(_last_date, of_address))
            at_crawl = _at(of_address, page.crawl_date)
            now = [entry for entry in of_address if _last_date(entry) == newest]
            counting = at_crawl if self._profile == AT_CRAWL else [*at_crawl, *now]
            chosen += [entry for entry in of_address if entry in counting]
        return chosen


def _at(entries: Sequence[Entry], date: str) -> list[Entry]:
    """Return the last captures that are not after a date; the first if all are; the newest without a date."""
    dates = [_first_date(entry) for entry in entries]
    before = [first for first in dates if not date or first <= date]
    moment = max(before) if before else min(dates)
    return [entry for entry, first in zip(entries, dates, strict=True) if first == moment]


def _first_date(entry: Entry) -> str:
    return str(entry["captured"][0]) if entry["captured"] else ""


def _last_date(entry: Entry) -> str:
    return str(entry["captured"][1]) if entry["captured"] else ""


def _without_scheme(url: str) -> str:
    return url.partition("://")[2] or url


def _same_address(one: str, other: str) -> bool:
    return _without_scheme(one) == _without_scheme(other)


def _in_utc(date: Any) -> str:
    """Return an ISO 8601 date in UTC, so that dates sort as strings; empty if it is none."""
    if not isinstance(date, str) or _UTC.fullmatch(date):
        return date if isinstance(date, str) else ""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return ""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unique(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements without repeats, in order."""
    keys = set()
    unique = []
    for statement in statements:
        key = (statement.mechanism, statement.raw, statement.location, tuple(sorted(statement.verdicts.items())))
        if key not in keys:
            keys.add(key)
            unique.append(statement)
    return unique
