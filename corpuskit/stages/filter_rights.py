"""`filter-rights`: only documents whose sites and pages let them be used pass."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from corpuskit.core.step import Document, Drop, Stage

if TYPE_CHECKING:
    from corpuskit.text.rights.agents import AgentList
    from corpuskit.text.rights.decision import RightsReader
    from corpuskit.text.rights.statements import Statement
    from corpuskit.text.rights.table_file import HostTable

DISALLOWED, NOT_PERMITTED = "rights-disallowed", "rights-not-permitted"


@dataclass(frozen=True)
class FilterRights(Stage):
    """Drop documents whose sites or pages keep them from training, model input or search.

    Reads what the document brings along (fields of its HTTP response, `meta` and licence links of its page), and what a
    table of `rights-table` has of its host: robots.txt, tdmrep.json, RSL, ai.txt. These are read: rules for named
    agents in robots.txt (RFC 9309), AI preferences (`Content-Usage`), usage tokens, Content Signals, TDMRep in its
    three places, RSL, `noai`, X-Robots-Tag and links to licences; docs/rights.md says how. The most restrictive counts.
    A restriction is believed even if its syntax is wrong, a permission only in due form; what says neither is unknown.

    `--profile` says which captures of a host's files count, and what unknown means. `at-crawl`: those from when the
    page was fetched. `opt-out-now`: these and the newest ones; what anybody disallows is dropped as
    `rights-disallowed`. `opt-in`: as before, and what nobody allows is dropped too, as `rights-not-permitted`. With
    `--annotate`, everything passes. In each case `metadata.rights` has the three verdicts with their evidence, and
    `metadata.license` the licence that the page links to, if it has none. The summary counts documents by mechanism.

    Place it anywhere after the source: `extract` hands on what the page declares. A recipe's `policy: {rights: {table:
    FILE, use: train}}` puts it after each of its sources. Of the table only an index is in memory.

        corpuskit filter-rights --table rights.jsonl.zst --use train --profile opt-out-now pages.jsonl
    """

    keeps_documents: ClassVar[bool] = True

    use: Annotated[Literal["train", "input", "search"], "What the documents are for."]
    table: Annotated[Path | None, "Table of hosts, made by rights-table; without it, only pages speak."] = None
    profile: Annotated[
        Literal["at-crawl", "opt-out-now", "opt-in"], "Which captures count, and whether silence is a permission."
    ] = "opt-out-now"
    agents: Annotated[Path | None, "List of agents in robots.txt files, as JSON; corpuskit's own by default."] = None
    annotate: Annotated[bool, "Keep every document; write verdicts and evidence to metadata.rights."] = False

    def __post_init__(self) -> None:
        """Open the table and the list. Raises UsageError for other files, DamagedError for a damaged table."""
        _ = self._reader

    def __getstate__(self) -> dict[str, Any]:
        """Return only the options: each process opens the table itself."""
        return {option.name: getattr(self, option.name) for option in self.option_list()}

    def versions(self) -> dict[str, str]:
        """Return the versions of specifications and libraries by which declarations are read."""
        from corpuskit.core.startup import installed_version
        from corpuskit.text.rights.statements import RULES, SPECIFICATIONS

        libraries = {name: installed_version(name) for name in ("http-sf", "protego")}
        of_table = {f"table:{name}": version for name, version in (self._table.versions if self._table else {}).items()}
        return {**SPECIFICATIONS, **libraries, "rights-rules": RULES, **of_table}

    def prepare(self) -> None:
        """Load the libraries, and read the table's index once for all workers."""
        self.apply(
            Document("", "", {"url": "https://example.org/", "declarations": {"header": {"content-usage": "a"}}})
        )

    def apply(self, document: Document) -> Document | Drop:
        """Return the document with its rights, or a drop with the evidence against it. Raises DamagedError."""
        from corpuskit.text.rights.evidence import evidence_of, verdicts_by_mechanism
        from corpuskit.text.rights.statements import combined_rights

        evidence = evidence_of(document.metadata.get("rights"), self._statements(document))
        rights = combined_rights(evidence)
        outcome = self._with_rights(document, rights)
        by_mechanism = verdicts_by_mechanism(evidence, self.use) or {"nothing": "unknown"}
        outcome.hits = {f"{mechanism}: {verdict}": 1 for mechanism, verdict in by_mechanism.items()}
        verdict = rights[self.use]
        if self.annotate or verdict == "allowed" or (verdict == "unknown" and self.profile != "opt-in"):
            return outcome
        if verdict == "disallowed":
            against = next(entry for entry in evidence if entry.get(self.use) == verdict)
            return Drop(outcome, DISALLOWED, {"use": self.use, **against})
        return Drop(outcome, NOT_PERMITTED, {"use": self.use})

    @cached_property
    def _agents(self) -> "AgentList":
        from corpuskit.text.rights.agents import default_agents, read_agents

        return default_agents() if self.agents is None else read_agents(self.agents)

    @cached_property
    def _table(self) -> "HostTable | None":
        from corpuskit.text.rights.table_file import HostTable

        return None if self.table is None else HostTable(self.table)

    @cached_property
    def _reader(self) -> "RightsReader":
        from corpuskit.text.rights.decision import RightsReader

        return RightsReader(self._table, self._agents, self.profile)

    def _statements(self, document: Document) -> "list[Statement]":
        from corpuskit.text.html.declaring_tags import declaring_tags
        from corpuskit.text.prose import is_html
        from corpuskit.text.rights.declarations import declarations_in, declarations_of_duplicates
        from corpuskit.text.rights.page_head import head_words, page_declarations

        metadata = document.metadata
        declarations = declarations_in(metadata.get("declarations"))
        if is_html(document):
            agents = frozenset(self._agents.training)
            declarations += page_declarations(*declaring_tags(document.text, *head_words(agents)), agents)
        url = metadata.get("url")
        others = declarations_of_duplicates(metadata.get("declarations"))
        return self._reader.statements(
            url if isinstance(url, str) else "", metadata.get("crawl_date"), declarations, others
        )

    def _with_rights(self, document: Document, rights: dict[str, Any]) -> Document:
        """Return the document with its rights in place of its declarations, and the licence that these name."""
        from corpuskit.text.rights.license_links import license_in_evidence

        license_, location = "", ""
        if document.metadata.get("license") is None:
            license_, location = license_in_evidence(rights.get("evidence", []))
        named = {"license": license_, "license_evidence": location} if license_ else {}
        return document.with_metadata(rights=rights, declarations=None, **named)
