"""Small items grouped into tasks of a sensible size, so that cost grows with bytes and not with the number of items.

Where a group ends depends on the items themselves, as in content-defined chunking: on their sizes and a hash of their
names. So an item more, or one less, changes the groups next to it, and the finished work of all others stays usable.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

ItemType = TypeVar("ItemType")

MOST_FACTOR = 8
"""How many times the least size of a group its greatest size is."""


def grouped(
    items: Iterable[ItemType], name_and_size: Callable[[ItemType], tuple[str, int]], least_bytes: int
) -> list[list[ItemType]]:
    """Return consecutive items in groups of about twice `least_bytes`, and at most `MOST_FACTOR` times as many.

    An item of `least_bytes` or more is alone in its group. A group that has `least_bytes` ends with an item whose hash,
    as a fraction, is less than its share of `least_bytes`: after another `least_bytes` on average.

    >>> grouped([("a", 60), ("b", 60), ("c", 500), ("d", 10)], lambda item: item, 100)
    [[('a', 60), ('b', 60)], [('c', 500)], [('d', 10)]]
    """
    groups: list[list[ItemType]] = []
    size, is_open = 0, False
    for item in items:
        name, item_bytes = name_and_size(item)
        is_big = item_bytes >= least_bytes
        if not is_open or is_big or size + item_bytes > MOST_FACTOR * least_bytes:
            groups.append([])
            size = 0
        groups[-1].append(item)
        size += item_bytes
        is_open = not (is_big or (size >= least_bytes and _fraction(name) * least_bytes < item_bytes))
    return groups


def _fraction(name: str) -> float:
    """Return the hash of a name as a number from 0 up to 1."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
