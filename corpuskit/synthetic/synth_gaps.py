"""`synth-gaps`: how many documents of each class are missing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from corpuskit.core.console import escape
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.step import Document, Report
from corpuskit.core.step_notices import absent_fields_notice
from corpuskit.core.wording import quantity

UNIFORM = "uniform"
DIGITS = 4


@dataclass(frozen=True)
class SynthGaps(Report):
    """Count the documents of each class, and say how many more it needs.

    The target is `uniform` (all classes the same), or a JSON file of parts, `{"sports": 2, "music": 1}`, which may name
    classes that have no document yet. `--total` is how many documents there are to be in all, by default as many as
    make room for every document that is there. The goals are whole numbers that add up to it, by largest remainder; a
    class's quota is its goal without what it has. A class that has more than its goal loses nothing: it gets no quota,
    and `surplus` says how many there are too many.

    `imbalance` is how far the classes' shares are from the target, before and after: the sum of all differences, 0 to
    2. With `--json`, prints the object that `synth-plan --quota` takes: `by`, `quotas` and the figures.

        corpuskit synth-gaps real.jsonl --by labels.intent --json > quota.json
    """

    by: Annotated[str, "Field that tells the class: `labels.intent`."]
    target: Annotated[str, "What the classes are to be: uniform, or a JSON file of parts."] = UNIFORM
    total: Annotated[int | None, "How many documents there are to be in all, those that are there included."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for a number out of range, and for a file that cannot be read."""
        if self.total is not None and self.total < 1:
            raise misfit("total", "a number of documents from 1 on", self.total)
        _ = self._parts

    def report(self, documents: Iterable[Document]) -> dict[str, Any]:
        """Return what each class has and needs. Raises UsageError if there are documents and none has a class."""
        from corpuskit.synthetic.planning.quotas import largest_remainder
        from corpuskit.synthetic.planning.template import field_text

        have, without = Counter[str](), 0
        for document in documents:
            class_ = field_text(document, self.by)
            if class_ is None:
                without += 1
            else:
                have[class_] += 1
        parts = dict.fromkeys(sorted(have), 1.0) if self._parts is None else self._parts
        left_out = sorted(name for name in have if not parts.get(name))
        parts = {name: part for name, part in sorted(parts.items()) if part}
        if not parts and without:
            raise UsageError(f"{absent_fields_notice([self.by])}, so there are no classes")
        goals = largest_remainder(parts, self.total if self.total is not None else _least_total(have, parts))
        quotas = {name: max(goal - have[name], 0) for name, goal in goals.items()}
        after = Counter(quotas) + Counter({name: have[name] for name in parts})
        return {
            "by": self.by,
            "documents": have.total() + without,
            "without": without,
            "total": sum(goals.values()),
            "make": sum(quotas.values()),
            "quotas": quotas,
            "have": {name: have[name] for name in parts},
            "surplus": {name: have[name] - goal for name, goal in goals.items() if have[name] > goal},
            "left-out": {name: have[name] for name in left_out},
            "imbalance": {"before": _imbalance(have, parts), "after": _imbalance(after, parts)},
        }

    def render(self, answer: dict[str, Any]) -> str:
        """Return a line for each class: what it has, what it needs, and its name."""
        rows = [
            f"{answer['have'][name]:>10,}  {number:>10,}  {escape(name) or '-'}"
            for name, number in answer["quotas"].items()
        ]
        imbalance = answer["imbalance"]
        return "\n".join(
            [
                f"{'has':>10}  {'needs':>10}  {escape(self.by)}",
                *rows,
                f"{quantity(answer['make'], 'document')} to make, for {answer['total']:,} in all; imbalance "
                f"{imbalance['before']:.4f}, then {imbalance['after']:.4f}",
            ]
        )

    def remark(self, answer: dict[str, Any]) -> str:
        """Return which documents no class counts, and which classes have too many."""
        notes = []
        if answer["without"]:
            notes.append(f"{quantity(answer['without'], 'document')} without `{self.by}`")
        if answer["left-out"]:
            number = sum(answer["left-out"].values())
            notes.append(f"{quantity(number, 'document')} of classes that the target does not name")
        if answer["surplus"]:
            more = sum(answer["surplus"].values())
            notes.append(f"{quantity(more, 'document')} more than the goals of their classes; raise --total")
        return "; ".join(notes)

    @cached_property
    def _parts(self) -> dict[str, float] | None:
        """The parts of the classes; None if they are to be the same."""
        from corpuskit.synthetic.planning.quotas import read_numbers

        return None if self.target == UNIFORM else read_numbers(Path(self.target))


def _least_total(have: Counter[str], parts: dict[str, float]) -> int:
    """Return the least number of documents at which no class has more than its part."""
    from fractions import Fraction
    from math import ceil

    if not parts:
        return 0
    whole = sum(map(Fraction, parts.values()))
    return max(1, max(ceil(have[name] * whole / Fraction(part)) for name, part in parts.items()))


def _imbalance(numbers: Counter[str], parts: dict[str, float]) -> float:
    """Return the sum of the differences between shares and their target, 0 to 2."""
    whole, total = sum(parts.values()), sum(numbers[name] for name in parts)
    if not total:
        return 1.0 if parts else 0.0
    return round(sum(abs(numbers[name] / total - part / whole) for name, part in parts.items()), DIGITS)
