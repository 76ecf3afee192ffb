"""The first record that a run rejected of each input: what it shows of the input if the others are like it."""

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from corpuskit.core import console
from corpuskit.core.counts import StepCount
from corpuskit.core.document import Reject, parse
from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.verdicts import REJECTED, Verdict
from corpuskit.core.reading.input_kinds import advice_on, kind_of
from corpuskit.core.reading.inputs import Input
from corpuskit.core.registry import find_step, step_names
from corpuskit.core.settings import Settings
from corpuskit.core.wording import comma_list, excerpt, nearest, quantity

FEW = 2
"""Bad lines that begin as JSON does from which they say what their file is."""
LONGEST_PARSED = 1024 * 1024
"""Bytes of a record up to which its keys are looked at."""
LONGEST_KEPT = 64 * 1024
"""The same for the first record of one input among several, which are all kept."""
MOST_NAMED = 20
"""Inputs of which every record was rejected that are told one by one."""
MOST_KEPT = 500
"""Inputs whose first reject is kept."""


class FirstReject:
    """Hands verdicts on, and remembers the first reject, and that of each input."""

    def __init__(self, hand_on: Callable[[Verdict], None]) -> None:
        """Remember none yet."""
        self.hand_on = hand_on
        self.verdict: Verdict | None = None
        self.by_input: dict[str, Verdict] = {}
        self.reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """How many records of each input were rejected, by reason."""

    def take(self, verdict: Verdict) -> None:
        """Take one verdict."""
        first = self.verdict
        is_first = first is None or (verdict.input == first.input and verdict.offset < first.offset)
        if verdict.verdict == REJECTED:
            self.reasons[verdict.input][verdict.reason] += 1
            if is_first:
                self.verdict = verdict
            if verdict.input not in self.by_input and len(self.by_input) < MOST_KEPT:
                is_short = len(verdict.line) <= LONGEST_KEPT
                self.by_input[verdict.input] = verdict if is_short else replace(verdict, line=b"")
        self.hand_on(verdict)

    def lost_inputs(self, inputs: Sequence[Input]) -> Iterator[tuple[Input, str]]:
        """Yield the inputs of which every record was rejected, each with a phrase that says why."""
        for input_ in inputs:
            reasons, records = self.reasons.get(input_.name), input_.findings.records
            if reasons is None or reasons.total() < records:
                continue
            first = self.by_input.get(input_.name)
            cause = first and (_cause_of(first, reasons, records) or _first_of_input(first))
            is_one_record = first is not None and reasons.total() == 1 and first.offset == 0
            account = "" if is_one_record else f", {console.counted(reasons, 'rejected')}"
            yield input_, f"no record of it was taken{account}{f': {cause}' if cause else ''}"

    def remark_on_lost_inputs(self, inputs: Sequence[Input]) -> None:
        """Remark on the inputs of which every record was rejected, if others were better; the first of many only."""
        lost = list(self.lost_inputs(inputs))
        if len(lost) == sum(input_.findings.records > 0 for input_ in inputs):
            return
        for number, (input_, what) in enumerate(lost[:MOST_NAMED], 1):
            more = len(lost) - number if number == MOST_NAMED else 0
            input_.remark(what + (f"; likewise of {quantity(more, 'more input')}" if more else ""))


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
    return "" if first is None else _cause_of(first, count.rejected, count.received.documents)


def _cause_of(first: Verdict, rejected: Mapping[str, int], records: int) -> str:
    """Return the same of records of which these were rejected, by reason."""
    if sum(rejected.values()) * 2 <= records:
        return ""
    if first.line and not first.line.strip(b"\0"):
        return (
            f"{_name_of(first)} holds NUL bytes in place of text, as a file does that was never filled; write it anew"
        )
    advice = advice_on(first.line, first.input)
    if advice and not advice.endswith(f"`corpuskit {first.step}`"):
        return f"{_name_of(first)} is {advice}"
    if first.reason == "no-text":
        kind = kind_of(first.input)
        if kind is not None and kind.command not in (None, "files", first.step):
            return f"{_name_of(first)} is {kind.label}; use `corpuskit {kind.command}`"
        return _missing_text(first)
    bad_lines = sum(rejected.get(reason, 0) for reason in ("bad-json", "not-an-object", "empty-line"))
    is_json = first.line.lstrip()[:1] in (b"{", b"[")
    if bad_lines * 2 <= records or (is_json and bad_lines < FEW):
        return ""
    reader = ("json", "indented JSON") if is_json else ("text", "plain text")
    return (
        f"{_name_of(first)} is no JSONL: a document is one line of JSON, as `jq -c` writes it; "
        "`corpuskit files --format {}` reads {}".format(*reader)
    )


def _name_of(verdict: Verdict) -> str:
    return "standard input" if verdict.input in ("", "-") else excerpt(verdict.input, 200)


def _first_of(first: Verdict) -> str:
    location = f"{first.input}, at byte {first.offset}" if first.input else f"{first.id}"
    return f"the first: {excerpt(location, 200)}: {_reason_of(first)}"


def _first_of_input(first: Verdict) -> str:
    """Return what `_first_of` says where the input is named already."""
    start = f"the first, at byte {first.offset}: " if first.offset else ""
    return f"{start}{_reason_of(first)}"


def _reason_of(first: Verdict) -> str:
    detail = first.values.get("detail")
    return f"{first.reason}{f' ({excerpt(str(detail), 200)})' if detail else ''}"


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
    name, missing_field = _name_of(first), _field_looked_for(first)
    keys = excerpt(comma_list(map(str, record)), 200)
    texts = {key: text for key, text in _texts_of(record) if " " in text}
    if not texts:
        return f"no {missing_field} in {name}; its keys: {keys}"
    likeliest = nearest(missing_field.strip("`"), texts) or max(texts, key=lambda key: len(texts[key]))
    inputs = "" if first.input in ("", "-") else f" {excerpt(shlex.quote(first.input))}"
    advice = f"`--text-key {excerpt(shlex.quote(likeliest))}`"
    if first.step == "files" or not _takes_text_key(first.step):
        advice = f"`corpuskit files{inputs} --text-key {excerpt(shlex.quote(likeliest))}`"
    return f"no {missing_field} in {name}; its keys: {keys}. Name the field of the text: {advice}"


def _takes_text_key(step: str) -> bool:
    """Whether a step can be told the field itself; `files` would lose what else it knows, such as a card's licence."""
    if step not in step_names():
        return False
    return any(option.name == "text_key" for option in find_step(step).option_list())


def _field_looked_for(first: Verdict) -> str:
    """Return the field that the reader looked for, in the quotes of messages, from what it said: `body` is missing."""
    field = re.match(r"`[^`]+`(?= is )", str(first.values.get("detail") or ""))
    return excerpt(field[0]) if field else "`text`"


def _texts_of(record: Mapping[str, Any], trail: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the strings of a record and of the objects in it, each with its key, such as `data.body`."""
    for key, value in record.items():
        if isinstance(value, str):
            yield f"{trail}{key}", value
        elif isinstance(value, Mapping) and depth < 4:
            yield from _texts_of(value, f"{trail}{key}.", depth + 1)
