"""The command that says what is in a dataset, and what was left out of it."""

import functools
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypedDict
from urllib.parse import urlsplit

from corpuskit.core import console
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.provenance.balance import VerdictKey, verdict_key
from corpuskit.core.provenance.entries import (
    DamageSummary,
    SourceEntry,
    accepted_damage,
    damage_text,
    left_out,
    ranked_counts,
    upstream_state,
)
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import value_text
from corpuskit.trust.rights.picture import RightsCount, RightsPicture, rights_lines

DECISIONS, SHARDS = "decisions", "shards"
QUANTILES = (0, 5, 25, 50, 75, 95, 100)


class LeftOutSummary(TypedDict):
    """The documents that one step left out for one reason."""

    step: str
    verdict: str
    """`dropped` or `rejected`."""
    reason: str
    documents: int
    share: float
    """Their share of the documents that the step read."""
    samples: list[str]
    """Some of their ids."""


class Description(TypedDict):
    """The figures of a dataset, as `--json` prints them."""

    documents: int
    tokens: int
    tokenizer: str
    characters: dict[str, int]
    """Quantiles of the lengths of the texts: `p50` is the median."""
    languages: dict[str, int]
    domains: dict[str, int]
    distinct: dict[str, int]
    """How many `languages` and `domains` there are in all."""
    sources: dict[str, SourceEntry]
    rights: RightsPicture
    """What declarations say on documents with `metadata.rights`, as `filter-rights` writes it; empty without any."""
    upstream: str
    """How sure the steps are of what they read: the least sure state of any (`entries.upstream_state`)."""
    damage: DamageSummary | None
    """What the inputs had lost before they were read."""
    hits: dict[str, dict[str, int]]
    """What steps found in documents, by step id and type, such as the personal data of `scrub-pii`."""
    left_out: list[LeftOutSummary]


@dataclass(frozen=True)
class Stats(Command):
    """Describe a dataset: documents, tokens, lengths, languages, sources, and what was left out and why.

    Where documents have `metadata.rights` (`filter-rights --annotate` keeps those that it would drop), documents and
    tokens are counted by use, verdict and mechanism: what a policy would cost.

    Reads every document once; holds 8 bytes for each in memory. `-j` reads files side by side.

        corpuskit stats corpus
    """

    inputs: ClassVar[str] = "DIR"
    answers: ClassVar[bool] = True
    settings: ClassVar[tuple[str, ...]] = ("jobs", "quiet", "verbose", "json")

    top: Annotated[int, "Languages and domains to show, most documents first."] = 10
    samples: Annotated[int, "Ids of dropped documents to show for each reason."] = 3

    def __post_init__(self) -> None:
        """Raise UsageError for a number of rows below 0."""
        for name in ("top", "samples"):
            if getattr(self, name) < 0:
                raise misfit(name, "a number from 0 on", getattr(self, name))

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print the description."""
        console.show_details(self.name(), settings.verbose)
        arguments = argument_list(arguments)
        if len(arguments) != 1:
            raise UsageError("name one dataset: `corpuskit stats DIR`")
        answer = self.describe(Dataset(Path(arguments[0])), settings.jobs or 1)
        if settings.json:
            console.write_stdout(console.answer_line("stats", answer))
        else:
            console.write_report("\n".join(_lines(answer)))
        return 0

    def describe(self, dataset: Dataset, jobs: int = 1) -> Description:
        """Return the figures of a dataset, whose files `jobs` processes read. Lengths are characters of text."""
        from corpuskit.core.stream.workers import each_in_order

        lengths, languages, domains = array("q"), Counter[str](), Counter[str]()
        ids: dict[VerdictKey, list[str]] = {}
        rights = RightsCount()
        # Decisions first: they are one large file.
        tasks = [(DECISIONS, number) for number in range(len(dataset.manifest["decisions"]))]
        tasks += [(SHARDS, number) for number in range(len(dataset.shards()))]
        for part in each_in_order(functools.partial(_read, dataset, self.samples), tasks, jobs):
            lengths += part.lengths
            languages.update(part.languages)
            domains.update(part.domains)
            rights.merge(part.rights)
            for key, samples in part.samples.items():
                ids[key] = [*ids.get(key, ()), *samples][: self.samples]
        return {
            "documents": len(lengths),
            "tokens": sum(shard["tokens"] for shard in dataset.shards()),
            "tokenizer": dataset.manifest["tokenizer"],
            "characters": _quantiles(lengths),
            "languages": dict(_most(languages, self.top)),
            "domains": dict(_most(domains, self.top)),
            "distinct": {"languages": len(languages), "domains": len(domains)},
            "sources": dataset.manifest["sources"],
            "rights": rights.picture(),
            "upstream": upstream_state(dataset.manifest["steps"]),
            "damage": accepted_damage(dataset.manifest),
            "hits": {step["id"]: dict(step["hits"]) for step in dataset.manifest["steps"] if step.get("hits")},
            "left_out": self._left_out(dataset, ids),
        }

    def _left_out(self, dataset: Dataset, ids: dict[VerdictKey, list[str]]) -> list[LeftOutSummary]:
        """Return each step's reasons, rejects after drops, with their shares and some of these ids."""
        names = Counter(step["name"] for step in dataset.manifest["steps"])
        for step in dataset.manifest["steps"]:
            # Decisions of earlier versions give the name alone, which says nothing where several steps have it.
            for verdict, reason, _ in left_out(step) if names[step["name"]] == 1 else ():
                named = ids.get((step["name"], verdict, reason), [])
                ids[step["id"], verdict, reason] = [*ids.get((step["id"], verdict, reason), []), *named][: self.samples]
        return [
            {
                "step": step["id"],
                "verdict": verdict,
                "reason": reason,
                "documents": number,
                "share": round(number / max(step["in"]["documents"], 1), 6),
                "samples": ids.get((step["id"], verdict, reason), []),
            }
            for step in dataset.manifest["steps"]
            for verdict, reason, number in sorted(left_out(step), key=lambda item: (item[0], -item[2], item[1]))
        ]


@dataclass
class Part:
    """The figures of one file."""

    lengths: "array[int]"
    languages: "Counter[str]" = field(default_factory=Counter)
    domains: "Counter[str]" = field(default_factory=Counter)
    rights: RightsCount = field(default_factory=RightsCount)
    samples: dict[VerdictKey, list[str]] = field(default_factory=dict)
    """Some ids for each verdict."""


def _read(dataset: Dataset, samples: int, task: tuple[str, int]) -> Part:
    """Read one file of a dataset, as a worker may do it; `task` is its kind and its number."""
    (kind, number) = task
    part = Part(array("q"), rights=RightsCount(dataset.manifest["tokenizer"]))
    if kind == DECISIONS:
        for entry in dataset.decisions_in(dataset.manifest["decisions"][number]):
            ids = part.samples.setdefault(verdict_key(entry), [])
            if len(ids) < samples and entry["id"] is not None:
                ids.append(entry["id"])
        return part
    for document in dataset.documents(dataset.shards()[number]):
        part.lengths.append(len(document.text))
        part.languages[value_text(document.metadata.get("language") or "-")] += 1
        part.domains[_domain(document.metadata.get("url"))] += 1
        part.rights.add(document)
    return part


def _domain(url: Any) -> str:
    try:
        return urlsplit(url).hostname or "-" if isinstance(url, str) else "-"
    except ValueError:
        return "-"


def _quantiles(lengths: "array[int]") -> dict[str, int]:
    """Return the quantiles of some lengths; empty without lengths.

    >>> _quantiles(array("q", [30, 10, 20]))
    {'p0': 10, 'p5': 10, 'p25': 10, 'p50': 20, 'p75': 20, 'p95': 20, 'p100': 30}
    """
    ordered = sorted(lengths)
    last = len(ordered) - 1
    return {f"p{share}": ordered[last * share // 100] for share in QUANTILES} if ordered else {}


def _most(counts: "Counter[str]", number: int) -> list[tuple[str, int]]:
    return ranked_counts(counts)[:number]


def _or_none_given(value: str | list[str] | None, name: str) -> str:
    values = [value] if isinstance(value, str) else value
    return f"no {name} given" if values is None else ", ".join(map(console.escape, values))


def _lines(answer: Description) -> list[str]:
    lines = [f"{answer['documents']:,} documents, {answer['tokens']:,} tokens ({console.escape(answer['tokenizer'])})"]
    lines.append("characters  " + "  ".join(f"{name} {value:,}" for name, value in answer["characters"].items()))
    for key, counts in (("languages", answer["languages"]), ("domains", answer["domains"])):
        lines += ["", key]
        lines += [f"  {number:>10,}  {console.escape(name)}" for name, number in counts.items()]
        if more := answer["distinct"][key] - len(counts):
            lines.append(f"  {'':>10}  and {more:,} more; `--top N` shows others")
    lines += ["", "sources"]
    for name, source in answer["sources"].items():
        rights = f"{_or_none_given(source['origin'], 'origin')}, {_or_none_given(source['license'], 'license')}"
        lines.append(
            f"  {source['documents']:>10,}  {console.escape(name)}: {source['tokens']:,} tokens, "
            f"{source['share']:.1%}, {rights}"
        )
    lines += rights_lines(answer["rights"])
    lines += ["", f"upstream    {answer['upstream']}"]
    lines += [f"damage      {damage_text(answer['damage'])}"] if answer["damage"] else []
    for step, hits in answer["hits"].items():
        lines += ["", f"found by {console.escape(step)}"]
        lines += [f"  {number:>10,}  {console.escape(kind)}" for kind, number in ranked_counts(hits)]
    lines += ["", "left out" if answer["left_out"] else "left out    nothing"]
    for entry in answer["left_out"]:
        samples = f"  e.g. {', '.join(map(console.escape, entry['samples']))}" if entry["samples"] else ""
        what = console.escape(f"{entry['step']} {entry['verdict']} {entry['reason']}")
        lines.append(f"  {entry['documents']:>10,}  {what} ({entry['share']:.1%}){samples}")
    return lines
