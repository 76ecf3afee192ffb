"""Votes of a stream, gathered as columns for each class that is asked for, and the tallies that come out."""

import json
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.product.voting.agreement import nominal_alpha
from corpuskit.product.voting.dawid_skene import Votes, dawid_skene, majority

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpuskit.product.voting.dawid_skene import Numbers, Posteriors

METHODS = ("auto", "majority", "dawid-skene")


class Tally(NamedTuple):
    """What the votes on one item say about one question."""

    label: Any
    posterior: float
    raters: tuple[int, ...]
    """The numbers of those who voted."""


class Question:
    """One question, such as whether something is spam, and the votes on it."""

    def __init__(self) -> None:
        """Begin without a vote."""
        self._cells: dict[tuple[int, int], int] = {}
        self._classes: dict[str, int] = {}

    def add(self, item: int, rater: int, value: Any) -> None:
        """Add a vote; a later one of the same rater replaces it."""
        self._cells[item, rater] = self._classes.setdefault(class_key(value), len(self._classes))

    def pairs_with(self, gold: "Mapping[int, str]") -> dict[int, list[tuple[str, str]]]:
        """Return each rater's classes of the items in `gold`, each with the true one."""
        names = list(self._classes)
        pairs: dict[int, list[tuple[str, str]]] = {}
        for (item, rater), number in self._cells.items():
            if item in gold:
                pairs.setdefault(rater, []).append((names[number], gold[item]))
        return pairs

    def tallies(self, method: str, gold: "Mapping[int, str]") -> "tuple[dict[int, Tally], float | None]":
        """Return the tally of each item, by its number, and Krippendorff's alpha of all votes."""
        import numpy

        ordered_classes = sorted(self._classes)
        ranks = {self._classes[key]: rank for rank, key in enumerate(ordered_classes)}
        items = numpy.array([item for item, _ in self._cells], numpy.int64)
        raters = numpy.array([rater for _, rater in self._cells], numpy.int64)
        classes = numpy.array([ranks[number] for number in self._cells.values()], numpy.int64)
        item_numbers, item_rows = numpy.unique(items, return_inverse=True)
        rater_numbers, rater_rows = numpy.unique(raters, return_inverse=True)
        votes = Votes(item_rows, rater_rows, classes, len(item_numbers), len(rater_numbers), len(ordered_classes))
        rank_of = {key: rank for rank, key in enumerate(ordered_classes)}
        known_ranks = [rank_of.get(gold.get(item, ""), -1) for item in item_numbers.tolist()]
        posteriors = posteriors_by(method, votes, numpy.array(known_ranks, numpy.int64))
        best = posteriors.argmax(axis=1)
        raters_of: dict[int, array[int]] = {}
        for item, rater in zip(items.tolist(), raters.tolist(), strict=True):
            raters_of.setdefault(item, array("q")).append(rater)
        labels = [json.loads(key) for key in ordered_classes]
        tallies = {
            item: Tally(labels[best[row]], float(posteriors[row, best[row]]), tuple(raters_of[item]))
            for row, item in enumerate(item_numbers.tolist())
        }
        return tallies, nominal_alpha(votes)


def posteriors_by(method: str, votes: Votes, known_classes: "Numbers") -> "Posteriors":
    """Return the probabilities of the classes.

    `auto` is the mean of what the majority and Dawid-Skene say and, if the class of some items is known, Dawid-Skene
    with these held: which of them is best differs from one set of votes to the next, and a little gold cannot tell.
    """
    if method == "majority":
        return majority(votes)
    if method == "dawid-skene":
        return dawid_skene(votes)
    opinions = [majority(votes), dawid_skene(votes)]
    if (known_classes >= 0).any():
        opinions.append(dawid_skene(votes, known_classes))
    total = opinions[0]
    for opinion in opinions[1:]:
        total = total + opinion
    return total / len(opinions)


def class_key(value: Any) -> str:
    """Return a class as JSON, by which equal values are one class."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def votes_of(labels: Any) -> Iterator[tuple[str, Any]]:
    """Yield the questions that a document answers, and the answers; a null abstains."""
    if isinstance(labels, dict):
        yield from ((str(name), value) for name, value in labels.items() if value is not None)
