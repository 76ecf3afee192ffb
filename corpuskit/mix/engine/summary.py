"""What `mix` says at the end: what became of each source, what limited it, and how far the budget was missed."""

import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, TypeVar

from corpuskit.core import console
from corpuskit.core.provenance.entries import StepEntry, ranked_counts
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.terminal import folded, table_lines, terminal_width
from corpuskit.core.wording import quantity
from corpuskit.mix.recipe.recipe import Budget
from corpuskit.mix.solver.sampling import OVER_BUDGET

Ranked = TypeVar("Ranked")

SHOWN_REASONS = 4
"""Reasons or sources that are shown one by one, before the others are counted."""
NOTED_SHORTFALL = 0.01
"""Share of the budget from which on it is worth a notice that the budget was missed."""


class SourceOutcome(TypedDict):
    """What `--json` says of one source."""

    read: int
    dropped: dict[str, int]
    rejected: dict[str, int]
    documents: int
    tokens: int
    epochs: float
    share: float
    quota: int | None
    bound_by: str | None


@dataclass
class SourceSummary:
    """One source: what was read, what was left out and why, and what was sampled."""

    read: int = 0
    sampled: int = 0
    tokens: int = 0
    epochs: float = 0.0
    share: float = 0.0
    dropped: "Counter[str]" = field(default_factory=Counter)
    """Documents by `step: reason`."""
    rejected: "Counter[str]" = field(default_factory=Counter)
    """Records by `step: reason`."""
    quota: int | None = None
    """In tokens; None without a budget."""
    bound_by: str | None = None
    """The recipe's key of the limit that the quota lies on."""

    def as_json(self) -> SourceOutcome:
        """Return what `--json` says of the source."""
        return {
            "read": self.read,
            "dropped": dict(sorted(self.dropped.items())),
            "rejected": dict(sorted(self.rejected.items())),
            "documents": self.sampled,
            "tokens": self.tokens,
            "epochs": self.epochs,
            "share": self.share,
            "quota": self.quota,
            "bound_by": self.bound_by,
        }


def summary_table(summaries: Mapping[str, SourceSummary], tokenizer: str, width: int | None = None) -> str:
    """Return the summary: a line for each source, and below it what was left out and why, and what limited it.

    Tokens are counted by `tokenizer`, which the heading names. Lines have at most `width` columns, as far as possible.

    >>> print(summary_table({"web": SourceSummary(10, 4, 900, 1, 1.0, Counter({"dedup: duplicate": 6}))}, "words"))
    source  read  dropped  rejected  sampled  tokens (words)  epochs   share
    web       10        6         0        4             900    1.00  100.0%
            dropped: 6 dedup: duplicate
    """
    tokens = f"tokens ({console.escape(tokenizer)})"
    rows: list[tuple[str, ...]] = [("source", "read", "dropped", "rejected", "sampled", tokens, "epochs", "share")]
    rows += [
        (
            console.escape(name),
            f"{summary.read:,}",
            f"{summary.dropped.total():,}",
            f"{summary.rejected.total():,}",
            f"{summary.sampled:,}",
            f"{summary.tokens:,}",
            f"{summary.epochs:.2f}",
            f"{summary.share:.1%}",
        )
        for name, summary in summaries.items()
    ]
    indent = max(len(row[0]) for row in rows) + 2
    heading, *source_lines = table_lines(rows, width=width)
    lines = [heading]
    for line, summary in zip(source_lines, summaries.values(), strict=True):
        reasons = _reason_lines("dropped", summary.dropped) + _reason_lines("rejected", summary.rejected)
        lines += [line, *folded((" " * indent + remark for remark in [*reasons, *_quota_lines(summary)]), width)]
    return "\n".join(lines)


def hits_lines(steps: Iterable[StepEntry]) -> Iterator[str]:
    """Yield what steps found in documents, by type and most first: the personal data that `scrub-pii` masked.

    >>> list(hits_lines([{"id": "3-scrub-pii", "hits": {"email": 2, "phone": 1200}}]))
    ['found by 3-scrub-pii: 1,200 phone, 2 email']
    """
    for step in steps:
        if step.get("hits"):
            counts = ", ".join(f"{number:,} {console.escape(kind)}" for kind, number in ranked_counts(step["hits"]))
            yield f"found by {step['id']}: {counts}"


def made_lines(steps: Iterable[StepEntry]) -> Iterator[str]:
    """Yield how many documents steps added, which stand in no row: repetitions, and parts of what was split.

    >>> list(made_lines([{"id": "3-chunk", "made": 1200}, {"id": "4-mix", "made": 0}]))
    ['made by 3-chunk: 1,200']
    """
    for step in steps:
        if step.get("made"):
            yield f"made by {step['id']}: {step['made']:,}"


def print_summary(summaries: Mapping[str, SourceSummary], tokenizer: str, steps: Iterable[StepEntry]) -> None:
    """Print the summary on standard error, and below it what the steps of the corpus made and found."""
    sys.stderr.write(_summary(summaries, tokenizer, steps, terminal_width(sys.stderr)) + "\n")
    log_summary(summaries, tokenizer, steps)


def log_summary(summaries: Mapping[str, SourceSummary], tokenizer: str, steps: Iterable[StepEntry]) -> None:
    """Write the summary to the log alone, if one is kept."""
    console.log(_summary(summaries, tokenizer, steps))


def _summary(
    summaries: Mapping[str, SourceSummary], tokenizer: str, steps: Iterable[StepEntry], width: int | None = None
) -> str:
    return "\n".join(
        [summary_table(summaries, tokenizer, width), *folded([*made_lines(steps), *hits_lines(steps)], width)]
    )


def published_message(totals: Totals, target: Path, budget: Budget | None) -> str:
    """Return what was published, beside the budget of tokens if there is one, and how to check it."""
    command = f"corpuskit verify {shlex.quote(str(target))}"
    tokens = "" if budget is None else f" with {totals.tokens:,} tokens, of a budget of {budget.tokens:,},"
    return f"published {quantity(totals.documents, 'document')}{tokens} in {target}; to check them: {command}"


def shortfall_notices(summaries: Mapping[str, SourceSummary], budget: int) -> Iterator[str]:
    """Yield a line if the corpus falls short of the budget by more than 1 %: by how much, why, and what would help."""
    tokens = sum(summary.tokens for summary in summaries.values())
    if budget - tokens <= NOTED_SHORTFALL * budget:
        return
    missing = {name: (summary.quota or 0) - summary.tokens for name, summary in summaries.items()}
    short = sorted((name for name in missing if missing[name] > 0), key=lambda name: (-missing[name], name))
    first_names = _first_of(short)
    names = ", ".join(f"{console.escape(name)} by {missing[name]:,}" for name in first_names)
    more = f" and {len(short) - len(first_names)} others" if len(short) > len(first_names) else ""
    yield (
        f"the corpus has {tokens:,} of {budget:,} tokens, {(budget - tokens) / budget:.1%} less than the budget: "
        f"documents are taken whole, and those left are longer than the rest of a quota (short: {names}{more}); "
        "a larger budget, another `seed` or shorter documents would help"
    )


REMEDIES = {
    "origin-conflict": "its documents state another `origin` than the recipe does",
    "foreign-tenant": "name the tenant that the corpus is for: `policy: {audience: tenant:NAME}`",
    "no-consent": "its documents do not say that their people agreed to this use",
}
"""What to look at if a reason took all documents of a source."""


def empty_notices(summaries: Mapping[str, SourceSummary]) -> Iterator[str]:
    """Yield a line for each source that gave nothing, or of which the steps left nothing: why, and what to look at."""
    for name, summary in summaries.items():
        if not summary.read and not summary.rejected:
            yield f"source {console.escape(name)}: there is no document in its inputs"
        reasons = {entry.rpartition(" ")[2]: entry for entry in summary.dropped}
        if not summary.read or summary.sampled or not reasons or OVER_BUDGET in reasons:
            continue
        curable_reasons = [reason for reason in REMEDIES if reason in reasons]
        reason = min(curable_reasons or reasons, key=lambda reason: (-summary.dropped[reasons[reason]], reason))
        remedy = f": {REMEDIES[reason]}" if curable_reasons else ""
        yield (
            f"source {console.escape(name)}: none of its {summary.read:,} documents is in the corpus; "
            f"{summary.dropped[reasons[reason]]:,} left as `{reason}`{remedy}"
        )


def _quota_lines(summary: SourceSummary) -> Iterator[str]:
    """Yield what limited a source, and by how much it missed its quota, where one of them says something."""
    if summary.quota is None:
        return
    if summary.bound_by == "max_epochs" and not summary.tokens:
        yield "limited by its steps: they left no document"
    elif summary.bound_by == "max_epochs":
        yield "limited by max_epochs: the source ran dry"
    elif summary.bound_by:
        yield f"limited by {summary.bound_by}"
    if summary.quota - summary.tokens > NOTED_SHORTFALL * summary.quota:
        yield f"quota: {summary.quota:,} tokens, missed by {summary.quota - summary.tokens:,}"


def _reason_lines(word: str, reasons: "Counter[str]") -> list[str]:
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    first_reasons = _first_of(ranked)
    phrases = [f"{number:,} {reason}" for reason, number in first_reasons]
    rest = ranked[len(first_reasons) :]
    if rest:
        phrases.append(f"{sum(number for _, number in rest):,} for {len(rest)} other reasons")
    return [f"{word}: " + ", ".join(phrases)] if phrases else []


def _first_of(ranked: Sequence[Ranked]) -> Sequence[Ranked]:
    """Return those that are shown one by one: all if the rest would be a single one, which takes no less room unnamed.

    >>> _first_of("abcde"), _first_of("abcdef")
    ('abcde', 'abcd')
    """
    return ranked if len(ranked) <= SHOWN_REASONS + 1 else ranked[:SHOWN_REASONS]
