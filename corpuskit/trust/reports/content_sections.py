"""Sections of the page on what is in a dataset: sources, rights, languages, domains, lengths, personal data."""

from itertools import pairwise
from typing import Any

from corpuskit.core.provenance.entries import Manifest, left_out, ranked_counts
from corpuskit.core.wording import quantity
from corpuskit.trust.reports.figures import Figures, TextAmount, ranked, ranked_by_documents
from corpuskit.trust.reports.layout import MOST_BARS, amounts_table, beside, listed
from corpuskit.trust.reports.markup import escaped, paragraph, percent, table
from corpuskit.trust.reports.pictures import bars, columns

SAMPLE_CHARACTERS = 1000


def sources_section(manifest: Manifest, figures: Figures) -> str:
    del figures
    sources = sorted(manifest["sources"].items(), key=lambda item: (-item[1]["tokens"], item[0]))
    rows = [
        (
            name,
            listed(source["origin"]),
            listed(source["license"]),
            listed(source["license_evidence"]),
            source["documents"],
            source["tokens"],
            source["epochs"],
            f"{source['share']:.1%}",
            *([_quota(manifest, name)] if "quotas" in manifest else []),
        )
        for name, source in sources
    ]
    head = ["Source", "Origin", "Licence", "Evidence", "Documents", "Tokens", "Epochs", "Share"]
    head += ["Limited by"] if "quotas" in manifest else []
    picture = bars(
        "Tokens by source", [(name, source["tokens"], f"{source['share']:.1%}") for name, source in sources[:MOST_BARS]]
    )
    return beside(picture) + table("Sources, those with most tokens first", head, rows) + _signals(manifest)


def _quota(manifest: Manifest, source: str) -> str:
    quota = manifest["quotas"].get(source)
    return (quota and quota["bound_by"]) or ""


def _signals(manifest: Manifest) -> str:
    rows = [
        (kind, name, number)
        for name, source in manifest["sources"].items()
        for kind, number in source.get("signals", {}).items()
    ]
    return table("Training signals", ("Kind", "Source", "Documents"), rows)


def rights_section(manifest: Manifest, figures: Figures) -> str:
    del manifest
    licenses = amounts_table(
        "Licence", ranked(figures.licenses), figures.total, lambda amount: amount.characters, "Characters by licence"
    )
    rows: list[tuple[Any, ...]] = []
    for use, verdicts in figures.rights.picture().items():
        for verdict, amount in verdicts.items():
            if amount["documents"]:
                rows.append((use, verdict, "all", amount["documents"], amount["tokens"]))
                rows += [
                    (use, verdict, mechanism, part["documents"], part["tokens"])
                    for mechanism, part in amount["mechanisms"].items()
                ]
    head = ("Use", "Verdict", "Mechanism", "Documents", "Tokens")
    nothing = "No document carries what its host declares on its use (`filter-rights` writes that)."
    return licenses + (table("What declarations say on the documents", head, rows) if rows else paragraph(nothing))


def languages_section(manifest: Manifest, figures: Figures) -> str:
    del manifest
    languages = ranked_by_documents(figures.languages)
    return amounts_table("Language", languages, figures.total, lambda amount: amount.documents, "Documents by language")


def domains_section(manifest: Manifest, figures: Figures) -> str:
    del manifest
    domains = figures.domains()
    if not domains:
        return ""
    with_address = TextAmount()
    for _, amount in domains:
        with_address.add(amount)
    sentence = f"{quantity(with_address.documents, 'document')} came from {quantity(len(domains), 'domain')}."
    name = "Characters by domain"
    return paragraph(sentence) + amounts_table("Domain", domains, with_address, lambda amount: amount.characters, name)


def lengths_section(manifest: Manifest, figures: Figures) -> str:
    steps = [0, *(unit * 10**power for power in range(2, 9) for unit in (1, 2, 5))]
    numbers = [
        (low, high, sum(count for length, count in figures.lengths.items() if low <= length < high))
        for low, high in pairwise(steps)
    ]
    numbers = _without_empty_ends(numbers)
    picture = columns("Documents by length", [(f"{_short(low)}–", number) for low, _, number in numbers])
    rows = [
        (f"{low:,} to {high - 1:,}", number, percent(number, figures.total.documents)) for low, high, number in numbers
    ]
    lengths = manifest.get("contents", {}).get("lengths", {})
    words = f"The median length is about {lengths['p50']:,} characters." if lengths else ""
    dates = manifest.get("contents", {}).get("dates")
    if dates:
        words += f" {quantity(dates['documents'], 'document')} state a date, from {dates['first']} to {dates['last']}."
    lengths_table = table("Documents by length", ("Characters", "Documents", "Share"), rows)
    return paragraph(words) + beside(picture, lengths_table)


def _without_empty_ends(numbers: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    filled = [index for index, (_, _, number) in enumerate(numbers) if number]
    return numbers[filled[0] : filled[-1] + 1] if filled else []


def _short(number: int) -> str:
    """Return a round number in few letters.

    >>> _short(500), _short(20_000), _short(5_000_000)
    ('500', '20k', '5M')
    """
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            return f"{number // unit}{letter}"
    return str(number)


def personal_data_section(manifest: Manifest, figures: Figures) -> str:
    del figures
    hits = [
        (kind, step["id"], number, "tagged" if step["options"].get("mode") == "tag" else "masked")
        for step in manifest["steps"]
        if step["name"] == "scrub-pii"
        for kind, number in ranked_counts(step.get("hits", {}))
    ]
    if not hits:
        looked = any(step["name"] == "scrub-pii" for step in manifest["steps"])
        nothing = "`scrub-pii` found none." if looked else "Nobody looked for personal data (`scrub-pii` does)."
        return paragraph(nothing)
    picture = bars("Personal data found, by type", [(kind, number, f"{number:,}") for kind, _, number, _ in hits][:12])
    return beside(picture, table("Personal data found, by type", ("Type", "Step", "Found", "Now"), hits))


def duplicates_section(manifest: Manifest, figures: Figures) -> str:
    rows = [
        (step["id"], reason, number, percent(number, step["in"]["documents"]))
        for step in manifest["steps"]
        if step["name"].startswith("dedup")
        for _, reason, number in left_out(step)
    ]
    if not any(step["name"].startswith("dedup") for step in manifest["steps"]):
        return paragraph("Duplicates were not looked for (`dedup` does).")
    stands = figures.duplicates
    sentence = (
        f"{quantity(stands.documents, 'document')} of the corpus "
        f"{'stands' if stands.documents == 1 else 'stand'} for {stands.characters:,} in all."
        if stands.documents
        else ""
    )
    head = ("Step", "Reason", "Documents", "Of its input")
    return paragraph(sentence) + table("What was left out as a duplicate", head, rows)


def synthetic_section(manifest: Manifest, figures: Figures) -> str:
    sources = manifest["sources"].values()
    tokens = sum(source["tokens"] for source in sources if "synthetic" in listed(source["origin"]).split(", "))
    whole = sum(source["tokens"] for source in sources)
    if not tokens and not figures.generators:
        return paragraph("No document says that a model wrote it.")
    sentence = f"{percent(tokens, whole)} of the tokens are from sources of synthetic text."
    amounts = ranked_by_documents(figures.generators)
    rows = [(name, amount.documents, amount.characters) for name, amount in amounts]
    head = ("Model", "Documents", "Characters")
    return paragraph(sentence) + table("Documents that a model wrote", head, rows)


def texts_section(manifest: Manifest, figures: Figures) -> str:
    del manifest
    parts = []
    for _, identifier, text in figures.texts:
        beginning = text if len(text) <= SAMPLE_CHARACTERS else text[:SAMPLE_CHARACTERS] + "…"
        parts.append(f"<h3><bdi>{escaped(identifier)}</bdi></h3>\n<pre>{_whole(beginning)}</pre>")
    return "\n".join(parts)


def _whole(text: str) -> str:
    import html

    from corpuskit.core import console

    return html.escape("\n".join(map(console.escape, text.split("\n"))))
