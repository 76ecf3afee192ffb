"""The public summary of training content that Art. 53(1)(d) of Regulation (EU) 2024/1689 asks of providers.

The sections are those of the Commission's template (C(2025) 5235, of 24 July 2025). What follows from datasets is
computed: sizes, languages, months, sources by origin, domains, models that wrote text, and what was done about
reservations of rights. The rest comes from people (`facts`), or says that nobody has stated it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from corpuskit.core.provenance.entries import Manifest, StepEntry, left_out
from corpuskit.core.wording import quantity
from corpuskit.trust.reports.corpora import Corpora, several, sources_of, stated_entries, written_month, yes_or_no
from corpuskit.trust.reports.eu_sources import (
    CRAWL,
    LICENSED,
    OTHER,
    PRIVATE,
    PUBLIC,
    SYNTHETIC,
    USERS_OF_MODEL,
    USERS_OF_PRODUCT,
    listed_domains,
    source_sections,
)
from corpuskit.trust.reports.facts import NOT_STATED, Facts
from corpuskit.trust.reports.figures import TextAmount, new_amounts, ranked
from corpuskit.trust.reports.summary_text import Section, as_json, domain_list, markdown

TITLE = "Public summary of training content"
SIZES = ((10**9, "less than 1 billion tokens"), (10**13, "1 billion to 10 trillion tokens"))
LARGEST_SIZE = "more than 10 trillion tokens"
FEWEST_LISTED = 0.001
"""Share of the documents from which a language is listed."""
UNION = frozenset("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split())  # noqa: SIM905
"""The official languages of the European Union (Regulation No 1 of 1958, as amended), in ISO 639-1."""


def summary_files(corpora: Corpora, facts: Facts, before: Manifest | None = None) -> dict[str, str]:
    """Return the files of the summary of what was trained on these datasets; `before` is an earlier one's manifest."""
    sections = list(_sections(corpora, facts, before))
    listed, _ = listed_domains(corpora, facts)
    return {
        "summary.md": markdown(sections),
        "summary.json": json.dumps(as_json(sections), ensure_ascii=False, indent=1) + "\n",
        "domains.csv": domain_list(listed),
    }


def _sections(corpora: Corpora, facts: Facts, before: Manifest | None) -> Iterator[Section]:
    yield _head(corpora, facts, before)
    yield Section("1", "General information")
    representative = "Authorised representative"
    labels = {"name": "Name", "contact": "Contact details", "representative": representative}
    yield Section("1.1", "Provider", stated_entries(facts, "provider", **labels))
    labels = {
        "names": "Model and version",
        "dependencies": "Models it depends on",
        "market_date": "On the Union market since",
    }
    yield Section("1.2", "Model", stated_entries(facts, "model", **labels))
    yield _training_data(corpora, facts)
    yield from source_sections(corpora, facts)
    yield Section("3", "How the data was processed")
    yield _reservations(corpora, facts)
    yield _illegal_content(corpora, facts)
    yield _other_processing(corpora, facts)


def _head(corpora: Corpora, facts: Facts, before: Manifest | None) -> Section:
    labels = {"version": "Version of the summary", "last_update": "Last update", "previous": "Version before"}
    changes = [facts.text("summary", "changes"), "" if before is None else _changes(corpora, before)]
    entries = [
        *stated_entries(facts, "summary", **labels),
        ("Changes since", ". ".join(filter(None, changes)) or NOT_STATED),
    ]
    digests = [(f"Dataset {number}", manifest["digest"]) for number, (manifest, _) in enumerate(corpora, 1)]
    return Section("", TITLE, [*entries, *digests])


def _changes(corpora: Corpora, before: Manifest) -> str:
    """Return what differs from an earlier dataset: its digest, tokens, and sources that came, went or changed."""
    old, new = before["sources"], dict(sources_of(corpora))
    parts = [
        f"tokens {sum(source['tokens'] for source in old.values()):,} to "
        f"{sum(source['tokens'] for source in new.values()):,}"
    ]
    for verb, names in (("added", new.keys() - old.keys()), ("removed", old.keys() - new.keys())):
        parts += [f"{verb} {', '.join(sorted(names))}"] if names else []
    parts += [
        f"{name} {old[name]['documents']:,} to {new[name]['documents']:,} documents"
        for name in sorted(old.keys() & new.keys())
        if old[name]["documents"] != new[name]["documents"]
    ]
    return f"from the dataset {before['digest']}: {'; '.join(parts)}"


def _training_data(corpora: Corpora, facts: Facts) -> Section:
    tokens = sum(source["tokens"] for _, source in sources_of(corpora))
    units = sorted({manifest["tokenizer"] for manifest, _ in corpora})
    documents = sum(figures.total.documents for _, figures in corpora)
    size = next((name for most, name in SIZES if tokens < most), LARGEST_SIZE)
    entries: list[tuple[str, Any]] = [
        ("Modality", "text; no image, audio or video"),
        ("Size of the training data", size),
        ("Tokens", f"{tokens:,}, counted as {', '.join(units)}, in {quantity(documents, 'document')}"),
        ("Types of content", facts.text("data", "types_of_content") or _types(corpora)),
        ("Latest acquisition", facts.text("data", "latest_acquisition") or _latest_month(corpora)),
        ("Still acquired", yes_or_no(facts.switch("data", "continues"))),
        ("Official languages of the Union", _union_languages(corpora)),
        *stated_entries(facts, "data", traits="Other traits", comments="Further comments"),
    ]
    rows = [
        (language, amount.documents, amount.characters)
        for language, amount in _languages(corpora)
        if amount.documents >= documents * FEWEST_LISTED
    ]
    return Section("1.3", "Training data", entries, ("Language", "Documents", "Characters"), rows)


def _types(corpora: Corpora) -> str:
    names = {
        PUBLIC: "public datasets",
        LICENSED: "licensed text",
        PRIVATE: "private datasets",
        CRAWL: "web pages",
        USERS_OF_MODEL: "exchanges of users with a model",
        USERS_OF_PRODUCT: "texts of a product's users",
        SYNTHETIC: "text that models wrote",
        OTHER: "other text",
    }
    present = {origin for _, source in sources_of(corpora) for origin in several(source["origin"])}
    return "; ".join(name for origin, name in names.items() if origin in present) or NOT_STATED


def _latest_month(corpora: Corpora) -> str:
    months = [last for _, figures in corpora for _, last in figures.fetched.values()]
    return f"{written_month(max(months))}, the last month in which a document was fetched" if months else NOT_STATED


def _languages(corpora: Corpora) -> list[tuple[str, TextAmount]]:
    amounts = new_amounts()
    for _, figures in corpora:
        for language, amount in figures.languages.items():
            amounts[language].add(amount)
    return ranked(amounts)


def _union_languages(corpora: Corpora) -> str:
    codes = sorted({re.split("[-_]", language)[0] for language, _ in _languages(corpora)} & UNION)
    return ", ".join(codes) if codes else NOT_STATED


def _reservations(corpora: Corpora, facts: Facts) -> Section:
    entries: list[tuple[str, Any]] = [
        ("Signatory of the Code of Practice", yes_or_no(facts.switch("processing", "code_of_practice"))),
        ("Measures", facts.text("processing", "reservations") or NOT_STATED),
        *_done(corpora, "filter-rights", "Declarations of hosts and pages on text and data mining"),
        *_done(corpora, "filter-license", "Licences"),
    ]
    rows: list[tuple[Any, ...]] = []
    for _, figures in corpora:
        for verdict, amount in figures.rights.picture().get("train", {}).items():
            rows += [(verdict, name, part["documents"], part["tokens"]) for name, part in amount["mechanisms"].items()]
    head = ("Verdict on training", "Mechanism", "Documents", "Tokens")
    return Section("3.1", "Reservations of rights from text and data mining", entries, head, rows)


def _illegal_content(corpora: Corpora, facts: Facts) -> Section:
    entries = [
        ("Measures", facts.text("processing", "illegal_content") or NOT_STATED),
        *_done(corpora, "filter-url", "Addresses on lists of unwanted sites"),
    ]
    return Section("3.2", "Removal of illegal content", entries)


def _other_processing(corpora: Corpora, facts: Facts) -> Section:
    entries: list[tuple[str, Any]] = [("Description", facts.text("processing", "other") or NOT_STATED)]
    for name, label in (
        ("scrub-pii", "Personal data"),
        ("filter-language", "Languages"),
        ("filter-quality", "Quality"),
        ("dedup", "Duplicates"),
        ("decontaminate", "Evaluation data"),
        ("filter-audience", "Consent and audience"),
        ("filter-takedown", "Requests to be taken out"),
    ):
        entries += _done(corpora, name, label)
    return Section("3.3", "Other processing", entries)


def _done(corpora: Corpora, name: str, label: str) -> list[tuple[str, Any]]:
    """Return what the steps of one name did; nothing if there are none."""
    steps = [step for manifest, _ in corpora for step in manifest["steps"] if step["name"] == name]
    if not steps:
        return []
    reasons = Counter[str]()
    for step in steps:
        reasons.update({reason: number for _, reason, number in left_out(step)})
    parts = [f"{reason} {number:,}" for reason, number in sorted(reasons.items())]
    hits = Counter[str]()
    for step in steps:
        hits.update(step.get("hits", {}))
    parts += [f"found {kind} {number:,}" for kind, number in sorted(hits.items())]
    settings = "; ".join(sorted({text for step in steps if (text := _settings(step))}))
    done = ", ".join(parts) or "nothing was left out"
    return [(label, f"{name}{f' ({settings})' if settings else ''}: {done}")]


def _settings(step: StepEntry) -> str:
    """Return the options that say how strict a step was about rights."""
    return ", ".join(f"{key} {step['options'][key]}" for key in ("use", "profile") if step["options"].get(key))
