"""Feedback of people as sets of texts in which nobody is too loud: a few texts of each user, a share of each tenant.

Which texts stay is decided by hashes, so that neither order nor copies matter, and one who sends ten times as much is
heard up to the share, and no further.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

from corpuskit.text.quality_model.features import Features, features_of
from corpuskit.text.quality_model.linear import area_under_curve, learn_calibrated

__all__ = ["FeedbackSampler", "FeedbackTexts", "LowestHashes", "Preference", "preference_of", "without_contradictions"]

FOLDS = 5
CALIBRATION = 4
"""One in how many texts tells a first model how sure it may be."""
TEXT_FEATURES = 4_000
"""Features kept of one text: its first 2,000 words."""


class Owner(NamedTuple):
    """Who gave feedback."""

    tenant: str
    actor: str


class FeedbackTexts(NamedTuple):
    """Texts in the order of their hashes; what several users met stands there once for each of them."""

    hashes: NDArray[np.uint64]
    """Shape (texts)."""
    features: Features
    owners: list[Owner]
    silenced_users: int = 0
    """Of whom no text stays, because their tenant has more than its share."""

    def part(self, rows: NDArray[np.bool_]) -> "FeedbackTexts":
        """Return the texts for which `rows` is true."""
        owners = [owner for owner, stays in zip(self.owners, rows.tolist(), strict=True) if stays]
        return FeedbackTexts(self.hashes[rows], self.features.part(rows), owners, self.silenced_users)

    def folds(self) -> NDArray[np.int64]:
        """Return the fold of each text: all texts of a user are in one, so that nobody is known beforehand."""
        digests = [xxhash.xxh3_64_intdigest("\0".join(owner).encode("utf-8", "replace")) for owner in self.owners]
        return np.array([digest % FOLDS for digest in digests], np.int64)


class LowestHashes:
    """Keeps the features of the texts with the lowest hashes: of any number of texts, a fixed number."""

    def __init__(self, most: int) -> None:
        """Begin without a text."""
        self._most = most
        self._highest_first: list[int] = []
        self._features: dict[int, NDArray[np.uint32]] = {}
        self.copies = self.left_out = 0

    def add(self, key: int, text: str) -> None:
        """Take a text, whose hash is `key`, if that is among the lowest."""
        if key in self._features:
            self.copies += 1
            return
        if len(self._features) == self._most:
            self.left_out += 1
            if key > -self._highest_first[0]:
                return
            del self._features[-heapq.heapreplace(self._highest_first, -key)]
        else:
            heapq.heappush(self._highest_first, -key)
        self._features[key] = features_of([text]).buckets[:TEXT_FEATURES].astype(np.uint32)

    def items(self) -> Iterator[tuple[int, NDArray[np.uint32]]]:
        """Yield hashes and features, in the order of the hashes."""
        for key in sorted(self._features):
            yield key, self._features[key]

    def features(self) -> Features:
        """Return the features of all texts, in the order of their hashes."""
        return _as_features([buckets for _, buckets in self.items()])


class FeedbackSampler:
    """Takes the texts of one set, and keeps a few of each user. Holds some 20 KB for a text that it keeps."""

    def __init__(self, of_user: int) -> None:
        """`of_user` is the most texts of one user."""
        self._of_user = of_user
        self._texts: dict[Owner, LowestHashes] = {}

    def add(self, text: str, tenant: str, actor: str) -> None:
        """Take a text of a user."""
        key = xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace"))
        self._texts.setdefault(Owner(tenant, actor), LowestHashes(self._of_user)).add(key, text)

    def finish(self, tenant_share: float, left_out: "Counter[str]") -> FeedbackTexts:
        """Return the texts, at most such a share of them of one tenant, and count what is left out by reason."""
        votes: list[tuple[int, Owner, NDArray[np.uint32]]] = []
        for owner, texts in self._texts.items():
            left_out["copies"] += texts.copies
            left_out["over the share of a user"] += texts.left_out
            votes += [(key, owner, buckets) for key, buckets in texts.items()]
        votes.sort(key=lambda vote: vote[:2])
        most = _most_of_tenant(Counter(owner.tenant for _, owner, _ in votes), tenant_share)
        of_tenant, chosen = Counter[str](), []
        for vote in votes:
            of_tenant[vote[1].tenant] += 1
            if of_tenant[vote[1].tenant] <= most:
                chosen.append(vote)
        left_out["over the share of a tenant"] += len(votes) - len(chosen)
        hashes = np.array([key for key, _, _ in chosen], np.uint64)
        features, owners = _as_features([buckets for *_, buckets in chosen]), [owner for _, owner, _ in chosen]
        return FeedbackTexts(hashes, features, owners, len({owner for _, owner, _ in votes}) - len(set(owners)))


class Preference(NamedTuple):
    """What held-back users say of the models that learned from the others, and what the models say of the sources."""

    areas: list[float]
    """Shape (folds): how often a good text of a held-back user has a higher score than a bad one."""
    scores: list[float]
    """Shape (sources): the mean score of the documents of each, over all folds."""


def preference_of(good: FeedbackTexts, bad: FeedbackTexts, sources: Sequence[Features]) -> Preference | None:
    """Return what the feedback prefers, learned five times, each time without a fifth of the users and their texts.

    None if a fold has no good or no bad text to hold back, or to learn from.
    """
    sets = [(texts, texts.folds()) for texts in (good, bad)]
    areas, scores = [], np.zeros(len(sources))
    for fold in range(FOLDS):
        held_back = [texts.part(folds == fold) for texts, folds in sets]
        held_hashes = np.concatenate([texts.hashes for texts in held_back])
        learned = [texts.part((folds != fold) & ~np.isin(texts.hashes, held_hashes)) for texts, folds in sets]
        if not all(texts.owners for texts in (*learned, *held_back)):
            return None
        features = Features(*map(np.concatenate, zip(*(texts.features for texts in learned), strict=True)))
        is_good = np.arange(len(features.counts)) < len(learned[0].owners)
        hashes = np.concatenate([texts.hashes for texts in learned])
        linear = learn_calibrated(features, is_good, hashes // np.uint64(16) % np.uint64(CALIBRATION) == 0)
        areas.append(area_under_curve(*(linear.scores(texts.features) for texts in held_back)))
        scores += [float(linear.scores(of_source).mean()) for of_source in sources]
    return Preference(areas, (scores / FOLDS).tolist())


def without_contradictions(good: FeedbackTexts, bad: FeedbackTexts) -> tuple[FeedbackTexts, FeedbackTexts, int]:
    """Return both sets without the texts of which one user says both, and how many these are.

    What one user calls good and another bad stays in both: nobody takes away what others say.
    """
    votes = [set(zip(texts.hashes.tolist(), texts.owners, strict=True)) for texts in (good, bad)]
    both = votes[0] & votes[1]
    first, second = (
        texts.part(np.array([vote not in both for vote in zip(texts.hashes.tolist(), texts.owners, strict=True)], bool))
        for texts in (good, bad)
    )
    return first, second, len(both)


def _most_of_tenant(texts: "Counter[str]", share: float) -> int:
    """Return how many texts of a tenant stay, so that none has more than the share; all if there is but one tenant.

    >>> _most_of_tenant(Counter(a=1000, b=100, c=80), 0.4)
    119
    """
    most = max(texts.values(), default=0)
    if len(texts) * share < 1:
        return most
    while most > (allowed := int(share * sum(min(number, most) for number in texts.values()))):
        most = allowed
    return most


def _as_features(buckets: Sequence[NDArray[np.uint32]]) -> Features:
    counts = np.array([len(part) for part in buckets], np.int64)
    return Features(np.concatenate([np.empty(0, np.uint32), *buckets]).astype(np.int64), counts)
