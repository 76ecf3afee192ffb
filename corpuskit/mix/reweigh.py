"""`reweigh`: what people's feedback says of the weights of a recipe."""

import math
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.audience import PUBLIC, audience_of, objection_words
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import demand_share, misfit
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import comma_list, excerpt, quantity

if TYPE_CHECKING:
    from corpuskit.core.document import Document
    from corpuskit.mix.fitting.feedback import FeedbackTexts, Preference
    from corpuskit.mix.recipe.recipe import Recipe
    from corpuskit.text.quality_model.features import Features

MOST_CHANGE = 0.2
"""Most that a share moves in one round, of itself."""
STEEPNESS = 2.0
"""How far a share moves for what its source scores above the mean, before the bound: a tenth for .05, if no held-back
user is misjudged."""
FEWEST_TENANTS = 3
"""Tenants that weights for everybody need, as labels of several tenants do."""
LEAST_TENANT_SHARE = 0.34
"""Of a lower one, three tenants would not make a whole."""
SAMPLE = 1000
"""Documents of a source that are scored."""
DIGITS = 4
NO_DOCUMENT = "rejected, as no documents"
NO_DOCUMENT_OF_CORPUS = "rejected of the corpus, as no documents"


@dataclass(frozen=True)
class Reweigh(Command):
    """Say how users' feedback would change the weights of a recipe, by a little at a time.

    GOOD and BAD are documents with `metadata.actor`, as `signals` makes them: what users accepted or rated well, and
    what they did not. `--corpus` is the dataset that the recipe built, or any documents with `metadata.source`. A model
    of quality is learned from the feedback, five times, each time without a fifth of the users; how well it tells the
    good from the bad texts of these users is printed first (AUC; .5 is chance). Sources that score above the mean gain,
    others lose, in proportion to that skill, and not at all where it may be chance.

    No share moves by more than a fifth of itself in a round, and caps, floors and `any_source` hold. In each set, at
    most `--of-user` texts of a user count, and at most `--tenant-share` of all texts of a tenant: whoever is louder is
    heard more up to there, and no further. Fewer than `--min-users` users, or two tenants, in either set are refused
    (exit code 6); the feedback of one tenant is for its own corpus, as the answer says. Synthetic documents and those
    without an actor do not count.

    Prints the options that give the recipe these weights; nothing is changed. Equal documents, in any order, give equal
    weights. `metadata.consent` must hold, as for `train-quality`.

        corpuskit reweigh recipe.yaml good.jsonl bad.jsonl --corpus corpus
    """

    inputs: ClassVar[str] = "RECIPE GOOD BAD"
    settings: ClassVar[tuple[str, ...]] = ("quiet", "json")
    answers: ClassVar[bool] = True

    corpus: Annotated[Path, "What the recipe built: a dataset, or documents that name their source."]
    min_users: Annotated[int, "Fewest users that each set needs."] = 20
    of_user: Annotated[int, "Most texts of a user that count in each set."] = 20
    tenant_share: Annotated[float, "Most of the texts of a set that one of several tenants may have."] = 0.34
    as_of: Annotated[str | None, "Day, such as 2026-11-01, on which consent must hold."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for numbers out of range, or a day that cannot be read."""
        for name, least in (("min_users", 5), ("of_user", 1)):
            if getattr(self, name) < least:
                raise misfit(name, f"a number from {least} on", getattr(self, name))
        demand_share("tenant_share", self.tenant_share, LEAST_TENANT_SHARE)
        audience_of(PUBLIC, self.as_of)

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print the evidence and the weights. Raises UsageError, DamagedError, and RefusedError for too little."""
        from corpuskit.mix.recipe.recipe import load_recipe

        arguments = argument_list(arguments)
        if len(arguments) != 3:
            raise UsageError("name a recipe and two sets: `corpuskit reweigh RECIPE GOOD BAD --corpus DIR`")
        if os.path.realpath(arguments[1]) == os.path.realpath(arguments[2]):
            raise UsageError(f"the good and the bad set are both {arguments[1]!r}; name two sets that differ")
        recipe = load_recipe(Path(arguments[0]), name=arguments[0])
        answer = self.reweigh(recipe, *arguments[1:], quiet=settings.quiet)
        if settings.json:
            console.write_stdout(console.answer_line(self.name(), answer))
        else:
            console.write_stdout("\n".join(_lines(answer, Path(arguments[0]))))
        return 0

    def reweigh(self, recipe: "Recipe", good: str, bad: str, *, quiet: bool = True) -> dict[str, Any]:
        """Return the evidence, and for each source its score, its share, and the new one."""
        from corpuskit.mix.fitting.feedback import preference_of, without_contradictions

        left_out = Counter[str]()
        sets = [self._feedback(name, left_out, quiet=quiet) for name in (good, bad)]
        good_texts, bad_texts, contradictions = without_contradictions(*sets)
        left_out["in both sets, by one user"] += contradictions
        tenants = self._demand_enough({"good": good_texts, "bad": bad_texts}, left_out)
        samples = self._samples(recipe, left_out, quiet=quiet)
        preference = preference_of(good_texts, bad_texts, list(samples.values()))
        if preference is None:
            raise RefusedError("the users are too few to hold a fifth of them back in each set; wait for more feedback")
        scores = dict(zip(samples, preference.scores, strict=True))
        return {
            "texts": {"good": len(good_texts.owners), "bad": len(bad_texts.owners)},
            "users": len({*good_texts.owners, *bad_texts.owners}),
            "tenants": len(tenants),
            "for-tenant": tenants[0] or None if len(tenants) == 1 else None,
            "left-out": {reason: number for reason, number in sorted(left_out.items()) if number},
            **_weights(recipe, preference, scores),
        }

    def _feedback(self, name: str, left_out: "Counter[str]", *, quiet: bool) -> "FeedbackTexts":
        """Return the texts of one set. Raises RefusedError for a document whose consent does not hold."""
        from corpuskit.core.document import gen_depth
        from corpuskit.mix.fitting.feedback import FeedbackSampler
        from corpuskit.text.prose import require_prose

        sampler = FeedbackSampler(self.of_user)
        for document in self._documents(name, left_out, NO_DOCUMENT, quiet=quiet):
            require_prose(document, self.name())
            tenant, actor = document.metadata.get("tenant"), document.metadata.get("actor")
            if not isinstance(actor, str) or not actor or not document.text:
                left_out["without an actor" if document.text else "without text"] += 1
            elif gen_depth(document) or document.metadata.get("origin") == "synthetic":
                left_out["synthetic"] += 1
            else:
                self._demand_consent(document)
                sampler.add(document.text, tenant if isinstance(tenant, str) else "", actor)
        return sampler.finish(self.tenant_share, left_out)

    def _demand_consent(self, document: "Document") -> None:
        tenant = document.metadata.get("tenant")
        rule = audience_of(f"tenant:{tenant}" if isinstance(tenant, str) and tenant else PUBLIC, self.as_of)
        if objection := rule.objection(document):
            raise RefusedError(
                f"document {excerpt(document.id)!r} may not be learned from ({objection_words(objection)}); leave such "
                "documents out with filter-audience"
            )

    def _demand_enough(self, sets: "dict[str, FeedbackTexts]", left_out: "Counter[str]") -> list[str]:
        """Return the tenants. Raises RefusedError for too few users or tenants."""
        for name, texts in sets.items():
            users = len(set(texts.owners))
            if users < self.min_users:
                missing = left_out["without an actor"]
                hint = f"; {quantity(missing, 'document')} had no metadata.actor" if missing else ""
                if silenced := texts.silenced_users:
                    hint += (
                        f"; all texts of {quantity(silenced, 'more user')} are over their tenant's share "
                        f"(--tenant-share {self.tenant_share:g}); wait for more feedback of other tenants"
                    )
                raise RefusedError(
                    f"the {name} set has texts of {quantity(users, 'user')}; --min-users asks for "
                    f"{self.min_users:,}{hint}"
                )
        tenants_of = {name: {owner.tenant for owner in texts.owners} for name, texts in sets.items()}
        all_tenants = set[str]().union(*tenants_of.values())
        for name, tenants in tenants_of.items():
            if len(all_tenants) > 1 and len(tenants) < FEWEST_TENANTS:
                raise RefusedError(
                    f"the feedback is of {quantity(len(all_tenants), 'tenant')}, and the {name} set of "
                    f"{len(tenants):,} of them; weights for all need {FEWEST_TENANTS} or more in each set, weights for "
                    "one its own feedback alone"
                )
        return sorted(all_tenants)

    def _samples(self, recipe: "Recipe", left_out: "Counter[str]", *, quiet: bool) -> "dict[str, Features]":
        """Return the features of some documents of each source that the corpus has."""
        import xxhash

        from corpuskit.mix.fitting.feedback import LowestHashes

        samples = {source.name: LowestHashes(SAMPLE) for source in recipe.sources}
        for document in self._documents(str(self.corpus), left_out, NO_DOCUMENT_OF_CORPUS, quiet=quiet):
            source = document.metadata.get("source")
            if source not in samples:
                raise UsageError(
                    f"document {excerpt(document.id)!r} of the corpus is of source {excerpt(repr(source))}; the recipe "
                    f"has {comma_list(samples)}"
                )
            samples[source].add(xxhash.xxh3_64_intdigest(document.text.encode("utf-8", "replace")), document.text)
        features = {name: sample.features() for name, sample in samples.items()}
        features = {name: of_source for name, of_source in features.items() if len(of_source.counts)}
        if not features:
            raise UsageError("the corpus holds no document")
        return features

    def _documents(
        self, name: str, left_out: "Counter[str]", reason_of_rejects: str, *, quiet: bool
    ) -> "Iterator[Document]":
        from corpuskit.core.stream.document_files import find_document_files

        files = find_document_files(name)
        yield from console.with_progress(files, self.name(), quiet)
        left_out[reason_of_rejects] += files.rejected.total()


def _weights(recipe: "Recipe", preference: "Preference", scores: dict[str, float]) -> dict[str, Any]:
    """Return how well users are told apart, and for each source its score, its share, and the new one."""
    from corpuskit.mix.fitting.weight_limits import moved_shares, shares_of

    shares, skill = shares_of(recipe), _skill(preference)
    moved = moved_shares(recipe, shares, _changes(shares, scores, skill), MOST_CHANGE) if skill else shares
    return {
        "auc": round(sum(preference.areas) / len(preference.areas), DIGITS),
        "auc-of-folds": [round(area, DIGITS) for area in preference.areas],
        "skill": round(skill, DIGITS),
        "sources": {
            name: {
                "score": round(scores[name], DIGITS) if name in scores else None,
                "share": round(share, DIGITS),
                "new": round(moved[name], DIGITS),
            }
            for name, share in shares.items()
        },
    }


def _skill(preference: "Preference") -> float:
    """Return how sure it is that held-back users are told apart: 0 where it may be chance, 1 where none is misjudged.

    That is the lower end of the AUC over the folds (its mean less two standard errors), from .5 to 1.
    """
    areas = preference.areas
    mean = sum(areas) / len(areas)
    variance = sum((area - mean) ** 2 for area in areas) / (len(areas) - 1)
    lower = mean - 2 * math.sqrt(variance / len(areas))
    return max(0.0, 2 * lower - 1)


def _changes(shares: dict[str, float], scores: dict[str, float], skill: float) -> dict[str, float]:
    """Return by how much of itself each share would move: by what its source scores above the mean of the corpus."""
    total = sum(shares[name] for name in scores)
    mean = sum(shares[name] * score for name, score in scores.items()) / total if total else 0.0
    return {
        name: min(max(STEEPNESS * skill * (scores.get(name, mean) - mean), -MOST_CHANGE), MOST_CHANGE)
        for name in shares
    }


def _lines(answer: dict[str, Any], recipe: Path) -> Iterator[str]:
    """Yield the answer as people read it."""
    from corpuskit.mix.fitting.weight_limits import use_of_weights

    texts, folds = answer["texts"], answer["auc-of-folds"]
    tenants = f" of {quantity(answer['tenants'], 'tenant')}" if answer["tenants"] > 1 else ""
    yield f"{texts['good']:,} good and {texts['bad']:,} bad texts of {quantity(answer['users'], 'user')}{tenants}"
    for reason, number in answer["left-out"].items():
        yield f"  {number:,} left out: {reason}"
    if answer["for-tenant"] is not None:
        yield f"for tenant {console.escape(answer['for-tenant'])}'s own corpus"
    low, high = min(folds), max(folds)
    yield f"AUC on users held back  {answer['auc']:.3f} (five folds: {low:.3f} to {high:.3f}; .5 is chance)"
    if not answer["skill"]:
        yield "That may be chance: no weight is to be changed."
        return
    yield ""
    sources = answer["sources"]
    width = max(len("source"), *(len(console.escape(name)) for name in sources))
    yield f"{'source':{width}}  score   share     new  change"
    for name, row in sources.items():
        score = "    -" if row["score"] is None else f"{row['score']:.3f}"
        change = row["new"] / row["share"] - 1 if row["share"] else 0.0
        yield f"{console.escape(name):{width}}  {score}  {row['share']:.4f}  {row['new']:.4f}  {change:+.1%}"
    yield ""
    yield from use_of_weights(recipe, {name: row["new"] for name, row in sources.items()})
