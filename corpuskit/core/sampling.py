"""Which documents fill a quota: by keyed hash, exactly, and whatever the order they come in.

A document's *rank* is a hash of the recipe's seed, the source's name and the document's id. A quota of so many whole
epochs and a rest takes every document that many times, and for the rest once more the documents of lowest rank, passing
over those that no longer fit. So a quota is never exceeded, what is missing to it is less than the smallest document
left out, and adding or removing a few documents moves few others. A second hash orders the output.

BLAKE2b and not a faster hash, since page authors choose their ids: with it they have to try for a low rank.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

RANK_BYTES = 16
OVER_BUDGET = "over-budget"
"""Drop reason of documents that the sample has no place for."""

PATIENT_ROUNDS = 64
"""Rounds of the vectorised search for documents that still fit, before single steps finish it."""


def ranker(seed: int, source: str) -> Callable[[str], bytes]:
    """The function from a document's id to its rank in this source, 16 bytes that compare as they sort."""
    return _keyed(f"{seed}\0{source}", b"rank")


def order_key(seed: int, id: str, epoch: int = 1) -> bytes:
    """Where a document stands in shuffled output: 16 bytes that compare as they sort."""
    return orderer(seed)(id, epoch)


@cache
def orderer(seed: int) -> Callable[[str, int], bytes]:
    """The function from a document's id and epoch to its `order_key`."""
    hashed = _keyed(str(seed), b"order")
    return lambda id, epoch: hashed(f"{epoch}\0{id}")


@dataclass(frozen=True)
class Choice:
    """How often each document is taken (`epochs`, 0 is not at all), and what that adds up to.

    `passed_over` counts documents that came up by rank but no longer fitted.
    """

    epochs: "NDArray[numpy.int64]"
    tokens: int
    passed_over: int


def choose(
    ranks: bytes | Iterable[bytes],
    tokens: "Iterable[int] | NDArray[Any]",
    quota: int,
    ties: bytes | Iterable[bytes] = (),
) -> Choice:
    """Fill one source's quota.

    `ranks`, `tokens` and `ties` (hashes of 16 bytes or more of the texts, for ids that occur twice) run over the
    source's documents in any order; ranks may also be one bytes object of all. Memory: about 50 bytes a document.
    The tokens chosen are `quota` less a remainder smaller than any document left out; a source of documents that
    are all larger than its quota gives nothing.
    """
    import numpy

    sizes = numpy.asarray(tokens if isinstance(tokens, numpy.ndarray) else list(tokens), dtype=numpy.int64)
    total = int(sizes.sum())
    if not total or quota <= 0:
        return Choice(numpy.zeros(len(sizes), numpy.int64), 0, 0)
    whole, rest = divmod(quota, total)
    epochs = numpy.full(len(sizes), whole, numpy.int64)
    passed = 0
    if rest:
        order = _order(_joined(ranks), _joined(ties), len(sizes))
        taken, passed = _fill(sizes[order], rest)
        epochs[order[taken]] += 1
    return Choice(epochs, int((epochs * sizes).sum()), passed)


def _keyed(key: str, person: bytes) -> Callable[[str], bytes]:
    # Hashed first, as a key may not be longer than 64 bytes.
    digest = hashlib.blake2b(key.encode(), digest_size=64).digest()
    start = hashlib.blake2b(digest_size=RANK_BYTES, key=digest, person=person)

    def hashed(text: str) -> bytes:
        state = start.copy()
        state.update(text.encode())
        return state.digest()

    return hashed


def _joined(hashes: bytes | Iterable[bytes]) -> bytes:
    return hashes if isinstance(hashes, bytes) else b"".join(item[:RANK_BYTES] for item in hashes)


def _order(ranks: bytes, ties: bytes, count: int) -> "NDArray[numpy.int64]":
    """Places of the documents by rank, then by text hash."""
    import numpy

    if len(ranks) != RANK_BYTES * count or len(ties) not in (0, RANK_BYTES * count):
        raise ValueError(f"ranks and ties are {RANK_BYTES} bytes for each of the {count} documents")
    columns = numpy.frombuffer(ranks, ">u8").reshape(count, 2).astype(numpy.uint64)
    order = numpy.argsort(columns[:, 0], kind="stable")
    first_half = columns[order, 0]
    if not (first_half[1:] == first_half[:-1]).any():
        return order
    keys = [columns[:, 1], columns[:, 0]]
    if ties:
        text = numpy.frombuffer(ties, ">u8").reshape(count, 2).astype(numpy.uint64)
        keys = [text[:, 1], text[:, 0], *keys]
    return numpy.lexsort(keys)


def _fill(sizes: "NDArray[numpy.int64]", room: int) -> "tuple[NDArray[numpy.int64], int]":
    """Places of the documents that fit one after another, and how many were passed over before room ran out.

    Each round looks only at those small enough for the room left, and takes them up to the first that is not any
    more.
    """
    import numpy

    taken: list[NDArray[numpy.int64]] = []
    places = numpy.arange(len(sizes))
    for _ in range(PATIENT_ROUNDS):
        places = places[sizes[places] <= room]
        sums = numpy.cumsum(sizes[places])
        fitting = int(numpy.searchsorted(sums, room, side="right"))
        taken.append(places[:fitting])
        room -= int(sums[fitting - 1]) if fitting else 0
        if fitting == len(places):
            places = places[:0]
            break
        places = places[fitting:]
    taken.append(_one_by_one(sizes, places, room))
    chosen = numpy.concatenate(taken)
    last = int(chosen[-1]) + 1 if len(chosen) else 0
    return chosen, last - len(chosen)


def _one_by_one(sizes: "NDArray[numpy.int64]", places: "NDArray[numpy.int64]", room: int) -> "NDArray[numpy.int64]":
    import numpy

    taken = []
    for place, size in zip(places.tolist(), sizes[places].tolist(), strict=True):
        if size <= room:
            room -= size
            taken.append(place)
    return numpy.array(taken, numpy.int64)
