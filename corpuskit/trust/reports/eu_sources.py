"""Section 2 of the public summary: where the data comes from, by the origins of its sources."""

import math
import re
from collections.abc import Iterator
from typing import Any

from corpuskit.core.provenance.entries import SourceEntry
from corpuskit.trust.reports.corpora import (
    Corpora,
    joined_text,
    several,
    sources_of,
    stated_entries,
    written_month,
    yes_or_no,
)
from corpuskit.trust.reports.facts import NOT_STATED, Facts
from corpuskit.trust.reports.figures import TextAmount, new_amounts, ranked
from corpuskit.trust.reports.summary_text import Section

NOT_APPLICABLE = "not applicable"
PUBLIC, LICENSED, PRIVATE, CRAWL = "public_dataset", "licensed", "private_third_party", "crawl"
USERS_OF_MODEL, USERS_OF_PRODUCT, SYNTHETIC, OTHER = "user_model", "user_product", "synthetic", "other"
LARGE = 0.03
"""Share of the tokens from which a public dataset counts as large; the template wants these named, and all are."""
DOMAINS, DOMAINS_OF_SMALL = 0.1, 0.05
"""Part of the domains to be listed, those with most content first; by a small provider, at most `MOST_OF_SMALL`."""
MOST_OF_SMALL = 1000


def source_sections(corpora: Corpora, facts: Facts) -> Iterator[Section]:
    """Yield the section on each kind of source."""
    yield Section("2", "Sources of the data")
    yield _public_datasets(corpora, facts)
    yield _private_datasets("2.2.1", "Data licensed by rightsholders", LICENSED, corpora, facts)
    yield _private_datasets("2.2.2", "Private datasets of other third parties", PRIVATE, corpora, facts)
    yield _crawled(corpora, facts)
    yield _of_users(corpora, facts)
    yield _synthetic(corpora, facts)
    yield _other(corpora, facts)


def _public_datasets(corpora: Corpora, facts: Facts) -> Section:
    section = _of_origins("2.1", "Publicly available datasets", [PUBLIC], corpora)
    if not section.rows:
        return section
    whole = sum(source["tokens"] for _, source in sources_of(corpora))
    links = facts.links()
    section.head = ("Dataset", "Link", "Licence", "Documents", "Tokens", f"Large (over {LARGE:.0%} of the tokens)")
    section.rows = [
        (
            name,
            links.get(name) or _link(source) or NOT_STATED,
            joined_text(source["license"]),
            source["documents"],
            source["tokens"],
            yes_or_no(source["tokens"] > whole * LARGE),
        )
        for name, source in sources_of(corpora, PUBLIC)
    ]
    labels = {"others": "Other public datasets", "comments": "Further comments"}
    section.entries += stated_entries(facts, "public_datasets", **labels)
    return section


def _link(source: SourceEntry) -> str:
    """Return the addresses among the evidence of a licence: they lead to what is licensed."""
    return ", ".join(text for text in several(source["license_evidence"]) if re.match(r"(https?|hf)://\S+$", text))


def _private_datasets(number: str, title: str, origin: str, corpora: Corpora, facts: Facts) -> Section:
    section = _of_origins(number, title, [origin], corpora)
    if section.rows and origin == LICENSED:
        section.entries += stated_entries(facts, "licensed", modalities="Modalities", comments="Further comments")
    elif section.rows:
        labels = {
            "known_datasets": "Publicly known datasets",
            "description": "Description",
            "comments": "Further comments",
        }
        section.entries += stated_entries(facts, "private", **labels)
    return section


def _crawled(corpora: Corpora, facts: Facts) -> Section:
    section = _of_origins("2.3", "Data crawled from online sources", [CRAWL], corpora)
    if not section.rows:
        return section
    months = [months for _, figures in corpora if (months := figures.fetched.get(CRAWL))]
    period = ""
    if months:
        first, last = min(first for first, _ in months), max(last for _, last in months)
        period = written_month(first) if first == last else f"{written_month(first)} to {written_month(last)}"
    listed, all_domains = listed_domains(corpora, facts)
    labels = {"crawlers": "Crawlers", "purposes": "Purposes", "behaviour": "Behaviour of the crawlers"}
    domains = f"{len(listed):,} of {len(all_domains):,} are listed in domains.csv, those with most content first"
    section.entries += [
        *stated_entries(facts, "crawl", **labels),
        ("Period", facts.text("crawl", "period") or period or NOT_STATED),
        *stated_entries(facts, "crawl", sources="Kinds of content and sources"),
        ("Domains", domains if all_domains else NOT_STATED),
        *stated_entries(facts, "crawl", comments="Further comments"),
    ]
    return section


def listed_domains(corpora: Corpora, facts: Facts) -> tuple[list[tuple[str, TextAmount]], list[tuple[str, TextAmount]]]:
    """Return the domains to be listed, and all from which pages were fetched."""
    amounts = new_amounts()
    for _, figures in corpora:
        for domain, amount in figures.domains(CRAWL):
            amounts[domain].add(amount)
    domains = ranked(amounts)
    if facts.switch("crawl", "small_provider"):
        return domains[: min(math.ceil(len(domains) * DOMAINS_OF_SMALL), MOST_OF_SMALL)], domains
    return domains[: math.ceil(len(domains) * DOMAINS)], domains


def _of_users(corpora: Corpora, facts: Facts) -> Section:
    section = _of_origins("2.4", "User data", [USERS_OF_MODEL, USERS_OF_PRODUCT], corpora)
    asked = {
        USERS_OF_MODEL: "From interactions with the provider's models",
        USERS_OF_PRODUCT: "From the provider's other services or products",
    }
    section.entries = [(label, yes_or_no(any(sources_of(corpora, origin)))) for origin, label in asked.items()]
    if section.rows:
        section.entries += stated_entries(facts, "users", services="Services", comments="Further comments")
    return section


def _synthetic(corpora: Corpora, facts: Facts) -> Section:
    section = _of_origins("2.5", "Synthetic data", [SYNTHETIC], corpora)
    generators = sorted({name for _, figures in corpora for name in figures.generators})
    if section.rows or generators:
        named = ", ".join(name for name in generators if name != NOT_STATED)
        section.entries = [
            ("Used", "yes"),
            ("Models that the documents name", named or NOT_STATED),
            *stated_entries(
                facts,
                "synthetic",
                models="Models on the market",
                own_models="Other models, and what they were trained on",
                comments="Further comments",
            ),
        ]
    return section


def _other(corpora: Corpora, facts: Facts) -> Section:
    section = _of_origins("2.6", "Other sources", [OTHER], corpora)
    unstated = [name for name, source in sources_of(corpora) if source["origin"] is None]
    if section.rows:
        section.entries += stated_entries(facts, "other", description="Description")
    if unstated:
        section.entries.append(("Sources that state no origin", ", ".join(unstated)))
    return section


def _of_origins(number: str, title: str, origins: list[str], corpora: Corpora) -> Section:
    """Return the section on sources of some origins: whether there are any, and a row for each."""
    rows: list[tuple[Any, ...]] = [
        (name, joined_text(source["license"]), source["documents"], source["tokens"])
        for name, source in sources_of(corpora, *origins)
    ]
    used = "yes" if rows else f"no; the section is {NOT_APPLICABLE}"
    return Section(number, title, [("Used", used)], ("Source", "Licence", "Documents", "Tokens"), rows)
