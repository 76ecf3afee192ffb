"""What a receipt may say of a place of each kind."""

import re
from collections.abc import Iterator

from corpuskit.core.wording import or_list, quantity
from corpuskit.text.takedown.reasons import ALL_REASONS
from corpuskit.trust.takedowns.dedup_index_store import SHA256, UNKNOWN_KINDS
from corpuskit.trust.takedowns.kinds import KINDS
from corpuskit.trust.takedowns.receipt import CLEAN, DAMAGED, FAILED, LEFT_THERE, REMOVED, StoreEntry
from corpuskit.trust.takedowns.store import ClearedWhole, Store

OUTCOMES = (CLEAN, LEFT_THERE, REMOVED, DAMAGED, FAILED)
UNSEARCHED = (DAMAGED, FAILED)
OF_ALL_KINDS = frozenset(StoreEntry.__required_keys__)
_DIGEST = re.compile("sha256:[0-9a-f]{64}")


def problems_of_form(store: StoreEntry) -> Iterator[str]:
    """Yield what no run says of a place of this kind, to follow the name of the place."""
    kind = next((kind for kind in KINDS if kind.kind == store["kind"]), None)
    if kind is None:
        yield f"that it is a {store['kind']}; places are {or_list(sorted(kind.kind for kind in KINDS))}"
        return
    if store["outcome"] not in OUTCOMES:
        yield f"the outcome {store['outcome']}; outcomes are {or_list(OUTCOMES)}"
        return
    yield from _problems_of_keys(store, kind)
    yield from _problems_of_numbers(store, kind)
    for key in ("before", "after"):
        digest = store[key]
        if digest is None and store["outcome"] not in UNSEARCHED:
            yield f"that it was {store['outcome']}, and no digest `{key}`"
        elif digest is not None and not _DIGEST.fullmatch(digest):
            yield f"`{key}`, which is no sha256"


def _problems_of_keys(store: StoreEntry, kind: type[Store]) -> Iterator[str]:
    is_unsearched = store["outcome"] in UNSEARCHED
    for key in sorted(store.keys() - OF_ALL_KINDS - {*kind.always_counted, *kind.may_count, "problem"}):
        yield f"`{key}`, which is said of no {kind.title}"
    for key in kind.always_counted:
        if key not in store and not is_unsearched:
            yield f"no `{key}`, which is said of each {kind.title}"
    if is_unsearched and not store.get("problem"):
        yield f"that it was {store['outcome']}, and not why"
    if not is_unsearched and "problem" in store:
        yield f"that it was {store['outcome']}, and a `problem`"


def _problems_of_numbers(store: StoreEntry, kind: type[Store]) -> Iterator[str]:
    documents = store["documents"]
    for reason, count in sorted(store["reasons"].items()):
        if reason not in ALL_REASONS:
            yield f"a reason that `takedown` does not give: {reason}"
        elif count < 1:
            yield f"that {count:,} documents go for the reason {reason}"
    for key in kind.may_count:
        number = store.get(key)
        if isinstance(number, int) and number < 1:
            yield f"`{key}` {number:,}; it is left out if there is nothing to count"
    for name, count in store.get("unasked", {}).items():
        if count < 1 or name not in (*UNKNOWN_KINDS, SHA256):
            yield f"that it cannot be asked for {quantity(count, 'entry')} by {name}"
    if issubclass(kind, ClearedWhole) and documents:
        yield f"{quantity(documents, 'document')}, and in a {kind.title} none is counted"
    if store["outcome"] in (LEFT_THERE, REMOVED) and not documents and not kind.changes_without(store):
        yield f"that something was {store['outcome']}, and 0 documents"
