"""`aggregate-labels`: many people's labels of one item become one label."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from corpuskit.core import console
from corpuskit.core.audience import SCOPES, scopes_of
from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import Document, decode_trusted, encode, parents_of
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.step import CorpusStage, Drop, Item, Made
from corpuskit.core.wording import excerpt
from corpuskit.formats.json_lines import json_lines
from corpuskit.product.voting.agreement import cohen_kappa
from corpuskit.product.voting.ballots import Question, Tally, class_key, votes_of

LEAST_TENANTS = 3
LEAST_USERS = 10
"""People whose votes a label across tenants must rest on."""
RATERS_TOLD = 10
Alphas = dict[str, float | None]


@dataclass(frozen=True)
class AggregateLabels(CorpusStage):
    """Make one label of the labels that several people, or models, gave to one item.

    Votes are the label signals of `signals` that have an actor, and those of a `synth-plan --votes`; a null abstains,
    and a later vote of a rater replaces an earlier one. For each item that enough raters agree on, one new document has
    the `labels`, and in `metadata.signal` for each of them its `posterior` (probability), the number of `raters`, how
    many of these are `models` (if any is), and `alpha`, Krippendorff's agreement of all votes on that question. The
    votes leave as drops: `aggregated`, or `too-few-raters` or `uncertain` if no label of their item came about. All
    other documents pass unchanged.

    `majority` counts votes; `dawid-skene` weighs raters by how well they tell the classes apart. Which of them is
    better differs from set to set, so `auto` takes the mean of their probabilities; `--gold` (JSON Lines `{"item",
    "label"}`, and `name` if there are several questions) tells it the truth about some items. How often each rater is
    right there is printed, with Cohen's kappa, for the ten with the most of them.

    Votes of two tenants are refused (exit code 6) unless `--min-tenants` says from how many tenants a label may rest on
    all of them together. It then needs 10 people, and no tenant has more than half of its votes, else its votes are
    dropped as `too-few-tenants`. What comes out has no tenant, no text and no parents.

    Reads all of its input, spooled to TMPDIR, then writes; holds about 300 bytes a vote in memory.

        corpuskit aggregate-labels signals.jsonl --gold gold.jsonl --min-posterior 0.8 -o labels.jsonl
    """

    acts_on: ClassVar[str] = "votes; `corpuskit signals` makes them of events"

    method: Annotated[Literal["auto", "majority", "dawid-skene"], "How votes are weighed."] = "auto"
    gold: Annotated[Path | None, "JSONL file of items whose label is known, for auto."] = None
    min_raters: Annotated[int, "Fewest people whose votes make a label."] = 2
    min_posterior: Annotated[float, "Least probability of a label, 0 to 1."] = 0.9
    min_tenants: Annotated[int | None, "Fewest tenants, 3 or more, on whose votes together a label may rest."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for thresholds out of range, and for gold that cannot be read."""
        if self.min_raters < 1:
            raise misfit("min-raters", "a number of people from 1 on", self.min_raters)
        if not 0 <= self.min_posterior <= 1:
            raise misfit("min-posterior", "a probability from 0 to 1", self.min_posterior)
        if self.min_tenants is not None and self.min_tenants < LEAST_TENANTS:
            raise misfit("min-tenants", f"a number of tenants from {LEAST_TENANTS} on", self.min_tenants)
        _ = self._gold

    @cached_property
    def _gold(self) -> dict[tuple[str, str | None], str]:
        return {} if self.gold is None else dict(_read_gold(self.gold))

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield each item's label where its first vote was, votes as drops, and all else in its place.

        Raises RefusedError for votes of two tenants.
        """
        with closing(Spool()) as lines:
            ballots = _Ballots()
            for document in documents:
                ballots.add(document)
                lines.append(encode(document))
            if self.min_tenants is None and len(ballots.tenants) > 1:
                raise RefusedError(
                    f"the votes are of {len(ballots.tenants)} tenants, which do not mix; "
                    "aggregate each by itself, or set --min-tenants"
                )
            tallies, alphas = self._tallies(ballots)
            for numbers in ballots.groups():
                members = [decode_trusted(lines[number]) for number in numbers]
                item = ballots.item_of.get(numbers[0])
                if item is None:
                    yield from members
                    continue
                yield from self._outcome(item, ballots, members, tallies, alphas)

    def _tallies(self, ballots: "_Ballots") -> tuple[dict[int, dict[str, Tally]], Alphas]:
        """Return the tallies of each item by question, and each question's alpha."""
        tallies: dict[int, dict[str, Tally]] = {}
        alphas: Alphas = {}
        for name, question in ballots.questions.items():
            gold = {
                number: label
                for item, number in ballots.items.items()
                if (label := self._gold.get((item, name), self._gold.get((item, None)))) is not None
            }
            by_item, alphas[name] = question.tallies(self.method, gold)
            self._tell_agreement(name, question, gold, ballots)
            for item, tally in by_item.items():
                tallies.setdefault(item, {})[name] = tally
        return tallies, alphas

    def _tell_agreement(self, name: str, question: Question, gold: dict[int, str], ballots: "_Ballots") -> None:
        """Say how often the raters with the most items of the gold are right there, before any of it is used."""
        pairs = question.pairs_with(gold)
        for rater in sorted(pairs, key=lambda rater: (-len(pairs[rater]), ballots.rater_names[rater]))[:RATERS_TOLD]:
            kappa = cohen_kappa(pairs[rater])
            right = sum(one == other for one, other in pairs[rater])
            words = "no kappa, as there is one class" if kappa is None else f"kappa {kappa:.3f}"
            share = f"{right:,} of {len(pairs[rater]):,} items of the gold ({right / len(pairs[rater]):.3f})"
            rater_name = excerpt(ballots.rater_names[rater])
            console.remark(self.name(), f"{excerpt(name)}: {rater_name} is right on {share}, {words}")

    def _outcome(
        self,
        item: int,
        ballots: "_Ballots",
        votes: list[Document],
        tallies: dict[int, dict[str, Tally]],
        alphas: Alphas,
    ) -> Iterator[Item]:
        """Yield the label of an item, if there is one, and its votes as drops."""
        reasons = {name: self._objection(tally, ballots) for name, tally in tallies.get(item, {}).items()}
        kept_names = [name for name, reason in reasons.items() if not reason]
        if kept_names:
            chosen = {name: tallies[item][name] for name in kept_names}
            yield Made(self._label(ballots.names[item], votes, chosen, alphas, ballots.model_raters))
            reason = "aggregated"
        else:
            reason = min(reasons.values(), default="too-few-raters")
        for vote in votes:
            yield Drop(vote, reason)

    def _objection(self, tally: Tally, ballots: "_Ballots") -> str:
        """Return why a tally is no label; empty if it is one."""
        if len(tally.raters) < self.min_raters:
            return "too-few-raters"
        if self.min_tenants is not None:
            by_tenant: dict[str, int] = {}
            for rater in tally.raters:
                tenant = ballots.tenant_of_rater[rater]
                by_tenant[tenant] = by_tenant.get(tenant, 0) + 1
            is_one_sided = 2 * max(by_tenant.values()) > len(tally.raters)
            if len(by_tenant) < self.min_tenants or len(tally.raters) < LEAST_USERS or is_one_sided:
                return "too-few-tenants"
        return "uncertain" if tally.posterior < self.min_posterior else ""

    def _label(
        self, item: str, votes: list[Document], tallies: dict[str, Tally], alphas: Alphas, model_raters: set[int]
    ) -> Document:
        """Return the document of an item's label; all that its votes agree to goes with it."""
        first = votes[0]
        consent = _common_consent(votes)
        has_text = self.min_tenants is None and (consent is None or "text" in consent["scope"])
        texts = (vote for vote in votes if vote.text) if has_text else iter(())
        spoken = next(texts, None)
        kept_keys = ["source", "origin", "license", "license_evidence", "gen_depth"]
        if self.min_tenants is None:
            kept_keys.append("tenant")
        metadata: dict[str, Any] = {key: first.metadata[key] for key in kept_keys if key in first.metadata}
        if spoken is not None and "content_type" in spoken.metadata:
            metadata["content_type"] = spoken.metadata["content_type"]
        values = [tally.label for tally in tallies.values()]
        signal = {
            "kind": "label",
            **({"value": values[0]} if len(values) == 1 else {}),
            "weight": 1.0,
            "item": item,
            "posterior": {name: round(tally.posterior, 6) for name, tally in tallies.items()},
            "raters": {name: len(tally.raters) for name, tally in tallies.items()},
            **_number_of_models(tallies, model_raters),
            "alpha": {name: None if (alpha := alphas[name]) is None else round(alpha, 6) for name in tallies},
        }
        metadata |= {} if consent is None else {"consent": consent}
        metadata |= {"labels": {name: tally.label for name, tally in tallies.items()}}
        if self.min_tenants is None:
            parents = [parent for vote in votes for parent in [*parents_of(vote), vote.id]]
            metadata["parents"] = list(dict.fromkeys(parents))
        prefix = f"{metadata['tenant']}/" if "tenant" in metadata else ""
        text = spoken.text if spoken is not None else ""
        return Document(f"{prefix}{item}#aggregate", text, {**metadata, "signal": signal})


class _Ballots:
    """The votes of a stream, by question, and what else has to be known of them."""

    def __init__(self) -> None:
        self.questions: dict[str, Question] = {}
        self.items: dict[str, int] = {}
        self.names: list[str] = []
        self.tenants: set[str] = set()
        self.tenant_of_rater: list[str] = []
        self.rater_names: list[str] = []
        self.model_raters: set[int] = set()
        """The raters of which a vote says that they are models."""
        self.item_of: dict[int, int] = {}
        """The item of each vote, by the vote's number in the stream."""
        self._raters: dict[tuple[str, str], int] = {}
        self._numbers_of: dict[int, list[int]] = {}
        self._count = 0

    def add(self, document: Document) -> None:
        """Take the next document's vote, if it is one."""
        number, metadata = self._count, document.metadata
        self._count += 1
        signal, actor = metadata.get("signal"), metadata.get("actor")
        if not isinstance(signal, dict) or signal.get("kind") != "label" or not isinstance(actor, str):
            return
        if not isinstance(signal.get("item"), str):
            return
        tenant = str(metadata.get("tenant"))
        self.tenants.add(tenant)
        item = self.items.setdefault(signal["item"], len(self.items))
        if item == len(self.names):
            self.names.append(signal["item"])
        rater = self._raters.setdefault((tenant, actor), len(self._raters))
        if rater == len(self.tenant_of_rater):
            self.tenant_of_rater.append(tenant)
            self.rater_names.append(actor)
        if signal.get("rater") == "model":
            self.model_raters.add(rater)
        self.item_of[number] = item
        self._numbers_of.setdefault(item, []).append(number)
        for name, value in votes_of(metadata.get("labels")):
            self.questions.setdefault(name, Question()).add(item, rater, value)

    def groups(self) -> Iterator[list[int]]:
        """Yield the numbers of each item's votes, and of each other document, by the first of them."""
        for number in range(self._count):
            item = self.item_of.get(number)
            if item is None:
                yield [number]
            elif self._numbers_of[item][0] == number:
                yield self._numbers_of[item]


def _number_of_models(tallies: dict[str, Tally], model_raters: set[int]) -> dict[str, dict[str, int]]:
    """Return how many raters of each question are models; nothing if none is."""
    models = {name: sum(rater in model_raters for rater in tally.raters) for name, tally in tallies.items()}
    return {"models": models} if any(models.values()) else {}


def _common_consent(votes: list[Document]) -> dict[str, Any] | None:
    """Return what all these votes allow, up to the first day on which one of them ends; None if they are public."""
    consents = [vote.metadata.get("consent") for vote in votes]
    if not any(vote.metadata.get("tenant") or consent for vote, consent in zip(votes, consents, strict=True)):
        return None
    scope = [word for word in SCOPES if all(word in scopes_of(consent) for consent in consents)]
    ends = [str(consent["until"]) for consent in consents if isinstance(consent, dict) and consent.get("until")]
    return {"scope": scope, **({"until": min(ends)} if ends else {})}


def _read_gold(path: Path) -> Iterator[tuple[tuple[str, str | None], str]]:
    """Yield item and question, and the class. Raises UsageError that names the line."""
    for location, value in json_lines(path):
        if not isinstance(value, dict) or not isinstance(value.get("item"), str) or value.get("label") is None:
            raise UsageError(f"{location}: needs `item`, a string, and `label`")
        yield (value["item"], value.get("name")), class_key(value["label"])
