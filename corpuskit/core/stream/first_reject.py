"""The first record that a run rejected: what it shows of the input if the others are like it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from corpuskit.core import console
from corpuskit.core.counts import StepCount
from corpuskit.core.document import Reject, parse
from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.verdicts import REJECTED, Verdict
from corpuskit.core.reading.input_kinds import advice_on
from corpuskit.core.settings import Settings
from corpuskit.core.wording import comma_list, excerpt

FEW = 2
"""Bad lines from which they say what their file is."""
LONGEST_PARSED = 1024 * 1024
"""Bytes of a record up to which its keys are looked at."""


class FirstReject:
    """Hands verdicts on, and remembers the first reject."""

    def __init__(self, hand_on: Callable[[Verdict], None]) -> None:
        """Remember none yet."""
        self.hand_on = hand_on
        self.verdict: Verdict | None = None

    def take(self, verdict: Verdict) -> None:
        """Take one verdict."""
        first = self.verdict
        is_first = first is None or (verdict.input == first.input and verdict.offset < first.offset)
        if is_first and verdict.verdict == REJECTED:
            self.verdict = verdict
        self.hand_on(verdict)


def demand_readable_records(settings: Settings, count: StepCount, first: Verdict | None) -> None:
    """Raise UsageError if every record was rejected: the input is then not what it was taken for.

    `--max-rejects` and `--allow-empty` say that this is expected.
    """
    rejected = count.rejected.total()
    is_expected = settings.max_rejects is not None or settings.allow_empty
    if first is None or is_expected or not rejected or rejected < count.received.documents + count.made:
        return
    cause = cause_of(first, count) or _first_of(first)
    raise UsageError(f"no record could be read, {console.counted(count.rejected, 'rejected')}: {cause}")


def cause_of(first: Verdict | None, count: StepCount) -> str:
    """Return what is wrong with the input, if the first reject shows it and most records were rejected; else empty."""
    if first is None or count.rejected.total() * 2 <= count.received.documents:
        return ""
    if advice := advice_on(first.line):
        return f"{_name_of(first)} is {advice}"
    if first.reason == "no-text":
        return _missing_text(first)
    bad_lines = count.rejected["bad-json"] + count.rejected["not-an-object"] + count.rejected["empty-line"]
    if bad_lines * 2 <= count.received.documents or bad_lines < FEW:
        return ""
    is_json = first.line.lstrip()[:1] in (b"{", b"[")
    advice = "`--format json` reads indented JSON" if is_json else "`--format text` reads plain text"
    return (
        f"{_name_of(first)} is no JSONL: a document is one line of JSON, as `jq -c` writes it; of `corpuskit files`, "
        f"{advice}"
    )


def _name_of(verdict: Verdict) -> str:
    return "standard input" if verdict.input in ("", "-") else excerpt(verdict.input, 200)


def _first_of(first: Verdict) -> str:
    detail = first.values.get("detail")
    location = f"{first.input}, at byte {first.offset}" if first.input else f"{first.id}"
    return f"the first: {excerpt(location, 200)}: {first.reason}{f' ({excerpt(str(detail), 200)})' if detail else ''}"


def _missing_text(first: Verdict) -> str:
    """Return which fields a record has instead of the text, and how to name the one that is likeliest meant."""
    if len(first.line) > LONGEST_PARSED:
        return ""
    try:
        record = parse(first.line)
    except Reject:
        return ""
    if not isinstance(record, Mapping):
        return ""
    name = _name_of(first)
    keys = excerpt(comma_list(map(str, record)), 200)
    texts = {key: text for key, text in _texts_of(record) if " " in text}
    if not texts:
        return f"no `text` in {name}; its keys: {keys}"
    likeliest = max(texts, key=lambda key: len(texts[key]))
    inputs = "" if first.input in ("", "-") else f" {excerpt(first.input)}"
    return (
        f"no `text` in {name}; its keys: {keys}. Name the field of the text: "
        f"`corpuskit files{inputs} --text-key {excerpt(likeliest)}`"
    )


def _texts_of(record: Mapping[str, Any], trail: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the strings of a record and of the objects in it, each with its key, such as `data.body`."""
    for key, value in record.items():
        if isinstance(value, str):
            yield f"{trail}{key}", value
        elif isinstance(value, Mapping) and depth < 4:
            yield from _texts_of(value, f"{trail}{key}.", depth + 1)
