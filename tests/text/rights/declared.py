"""Rights of one invented page, from what its host and it declare."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpuskit.text.html.declaring_tags import declaring_tags
from corpuskit.text.rights.agents import AgentList, default_agents
from corpuskit.text.rights.decision import OPT_OUT_NOW, RightsReader
from corpuskit.text.rights.declarations import Declaration
from corpuskit.text.rights.evidence import evidence_of
from corpuskit.text.rights.host_files import file_content
from corpuskit.text.rights.page_head import head_words, header_declarations, page_declarations
from corpuskit.text.rights.statements import combined_rights
from corpuskit.text.rights.table_file import HostTable, TableWriter

ADDRESSES = {
    "robots": "https://example.org/robots.txt",
    "tdmrep": "https://example.org/.well-known/tdmrep.json",
    "rsl": "https://example.org/rsl.xml",
    "ai-txt": "https://example.org/ai.txt",
    "license": "https://example.org/LICENSE",
}


def captured(kind: str, text: str, dates: Sequence[str] = (), url: str = "") -> dict[str, Any]:
    """The entry of a file in a table's row."""
    content = {"to": text} if kind == "redirect" else file_content(kind, text)
    return {"kind": kind, "url": url or ADDRESSES[kind], "sha256": "", "captured": [*dates], **content}


def table_of(rows: Mapping[str, list[dict[str, Any]]], path: Path) -> Path:
    """A table of these hosts."""
    writer = TableWriter()
    for host in sorted(rows):
        writer.add({"host": host, "files": rows[host]})
    path.write_bytes(b"".join(writer.blocks({})))
    return path


def agents_with(crawler: str) -> AgentList:
    return default_agents()._replace(crawler=crawler.lower())


def declared_in(markup: str, agents: frozenset[str] = frozenset(), line: bytes | None = None) -> list[Declaration]:
    """What a page declares."""
    return page_declarations(*declaring_tags(markup, *head_words(agents), line), agents)


def rights_of(
    files: Mapping[str, str] | None = None,
    headers: Sequence[tuple[str, str]] = (),
    html: str = "",
    url: str = "https://example.org/a/b.html",
    crawler: str = "CCBot",
    rows: Mapping[str, list[dict[str, Any]]] | None = None,
    profile: str = OPT_OUT_NOW,
    crawl_date: str = "",
) -> dict[str, Any]:
    """What the declarations come to, with the evidence; `files` are those of example.org."""
    agents = agents_with(crawler)
    declarations = [*header_declarations(headers), *declared_in(html, frozenset(agents.training))]
    hosts = {**(rows or {})}
    if files:
        hosts["example.org"] = [captured(kind, text) for kind, text in files.items()]
    with tempfile.TemporaryDirectory() as folder:
        table = HostTable(table_of(hosts, Path(folder) / "table"))
        statements = RightsReader(table, agents, profile).statements(url, crawl_date, declarations)
    return combined_rights(evidence_of(None, statements))


def verdicts(rights: Mapping[str, Any]) -> str:
    """The verdicts on training, input and search, by their first letters: `dua`."""
    return "".join(rights[use][0] for use in ("train", "input", "search"))
