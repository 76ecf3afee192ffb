"""Sections of the page on how a dataset was made: its steps, what they left out, and what changed since another."""

import json
from typing import Any

from corpuskit.core.provenance.entries import Manifest, StepEntry, left_out, upstream_state
from corpuskit.trust.diff import ChangeSummary, Differences
from corpuskit.trust.reports.figures import Figures
from corpuskit.trust.reports.layout import LONGEST_TABLE, MOST_BARS, beside, more
from corpuskit.trust.reports.markup import paragraph, percent, table
from corpuskit.trust.reports.pictures import bars, flow

UPSTREAM = {
    "verified": "Every step read exactly what the steps before it wrote.",
    "none": "All steps read files.",
    "cut": "The stream was cut on purpose, so that the steps before the cut have no counts.",
    "unverified": "A part of the stream came from a program other than corpuskit; what happened there is not recorded.",
}


def flow_section(manifest: Manifest, figures: Figures) -> str:
    del figures
    rows = [
        (
            step["id"],
            ", ".join(step["from"]) or "the inputs",
            *(_count(step, key) for key in ("in", "made", "out")),
            sum(step.get("dropped", {}).values()) if "dropped" in step else "",
            sum(step.get("rejected", {}).values()) if "rejected" in step else "",
        )
        for step in manifest["steps"]
    ]
    head = ("Step", "After", "In", "Made", "Out", "Dropped", "Rejected")
    picture = flow("Documents through the steps, from top to bottom", manifest["steps"])
    return (
        paragraph(UPSTREAM[upstream_state(manifest["steps"])])
        + (f"<figure>{picture}</figure>" if picture else "")
        + table("Documents that each step took in, made, sent on, dropped and rejected", head, rows)
    )


def _count(step: StepEntry, key: str) -> Any:
    value: Any = step.get(key, "")
    return value["documents"] if isinstance(value, dict) else value


def left_out_section(manifest: Manifest, figures: Figures) -> str:
    entries = [(step, *reason) for step in manifest["steps"] for reason in left_out(step)]
    entries.sort(key=lambda entry: (-entry[3], entry[0]["id"], entry[2]))
    ranked_rows = [(f"{reason} ({step['id']})", number, f"{number:,}") for step, _, reason, number in entries]
    rows = [
        (
            reason,
            step["id"],
            verdict,
            number,
            percent(number, step["in"]["documents"]),
            ", ".join(figures.samples.get((step["id"], verdict, reason), ())),
        )
        for step, verdict, reason, number in entries[:LONGEST_TABLE]
    ]
    head = ("Reason", "Step", "Verdict", "Documents", "Of its input", "Ids, for example")
    return beside(
        bars("Documents left out, by reason", ranked_rows[:MOST_BARS]),
    ) + table("Documents left out, by reason" + more(len(entries)), head, rows)


def changes_section(changes: Differences | None) -> str:
    if changes is None:
        return ""
    kinds: list[tuple[str, ChangeSummary]] = [
        ("added", changes["added"]),
        ("removed", changes["removed"]),
        ("changed", changes["changed"]),
    ]
    rows = [("the same", changes["same"], "", "")]
    rows += [
        (
            kind,
            change["documents"],
            ", ".join(f"{name} {number:,}" for name, number in change["sources"].items()),
            ", ".join(change["samples"]),
        )
        for kind, change in kinds
    ]
    options = [(option["what"], _value(option["before"]), _value(option["after"])) for option in changes["options"]]
    bar_rows = [(kind, number, f"{number:,}") for kind, number, _, _ in rows]
    return (
        beside(
            bars("Documents since the earlier dataset", bar_rows),
            table(
                "Documents since the earlier dataset", ("Change", "Documents", "By source", "Ids, for example"), rows
            ),
        )
        + table("Why documents are gone", ("Reason", "Documents"), changes["reasons"].items())
        + table("Steps, options and versions that differ", ("What", "Before", "Now"), options)
    )


def _value(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def making_section(manifest: Manifest, figures: Figures) -> str:
    del figures
    options = [
        (
            step["id"],
            " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in step["options"].items()),
        )
        for step in manifest["steps"]
        if step["options"]
    ]
    inputs = [
        (item["path"], item["bytes"], item["sha256"][:16], sum(damage["lost"] for damage in item["damage"]))
        for item in manifest["inputs"][:LONGEST_TABLE]
    ]
    head = ("File", "Bytes", "sha256 begins", "Bytes lost")
    return (
        table("Options of the steps", ("Step", "Options"), options)
        + table("Versions", ("Of", "Version"), manifest["versions"].items())
        + table("Input files" + more(len(manifest["inputs"])), head, inputs)
    )


def _options(step: StepEntry) -> str:
    return " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in step["options"].items())
