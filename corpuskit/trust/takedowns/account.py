"""What became of each place, in lines for people: what stays or is not known there, and what to do about it."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from corpuskit.core.wording import comma_list, or_list, quantity
from corpuskit.trust.takedowns.reached import STEPS
from corpuskit.trust.takedowns.receipt import LEFT_THERE, REMOVED, Receipt
from corpuskit.trust.takedowns.store import CopyTally
from corpuskit.trust.takedowns.store_run import StoreRun

MOST_ENTRIES = 5
"""Of the list, that are told one by one; of more, the first few."""


def account(runs: Sequence[StoreRun], receipt: Receipt, line_numbers: Mapping[str, int]) -> Iterator[str]:
    """Yield the lines; entries of the list are told by the numbers of their lines."""
    for run in runs:
        yield from _about_store(run, is_applied=receipt["applied"])
    yield from _unlearned(runs)
    for made in receipt["reached"]:
        or_equal = ", or of equal documents by the same steps" if made.get("by") == STEPS else ""
        names = or_list(store["name"] for store in receipt["places"] if store["before"] == made["from"])
        yield f"{made['name']}: was made from {names}{or_equal}"
    if receipt["not_found"]:
        yield f"not found: {_lines_of(receipt['not_found'], line_numbers)}"
    if unknown := receipt.get("unknown"):
        why = "searched" if any(run.error for run in runs) else "asked"
        yield f"not found, but not every place was {why}: {_lines_of(unknown, line_numbers)}"
    if not receipt["applied"] and any(store["outcome"] == LEFT_THERE for store in receipt["places"]):
        yield "nothing was taken out; add --apply"


def _about_store(run: StoreRun, *, is_applied: bool) -> Iterator[str]:
    store = run.entry
    reasons = ", ".join(f"{reason} {number:,}" for reason, number in store["reasons"].items())
    outcome = f"{store['name']}: {store['outcome']}"
    outcome += f", {run.kind.amount(store)}" if store["outcome"] in (LEFT_THERE, REMOVED) else ""
    yield f"{outcome} ({reasons})" if reasons else outcome  # what is wrong with a place is told as an error
    if run.copies().is_any and not is_applied:
        yield f"{store['name']}: {_near_copies(run.copies())}"
    if "undecided" in store:
        yield f"{store['name']}: {_undecided(store['undecided'])}"
    if "chunks_alone" in store:
        yield f"{store['name']}: {_alone(store['chunks_alone'])}"
    if "unasked" in store:
        yield f"{store['name']}: {_unasked(store['unasked'])}"


def _near_copies(copies: CopyTally) -> str:
    """Return what goes that the list does not name: near copies, some by their ids, and what was made from them."""
    parts = []
    if copies.documents:
        near_copies = "1 near copy" if copies.documents == 1 else f"{copies.documents:,} near copies"
        parts.append(f"{near_copies} (such as {comma_list(copies.examples)})" if copies.examples else near_copies)
    if copies.made_from_them:
        parts.append(f"{quantity(copies.made_from_them, 'document')} made from near copies")
    return f"the list does not name {' and '.join(parts)}"


def _undecided(number: int) -> str:
    """Return what stays, and what to name in its stead."""
    stay = "1 document stays" if number == 1 else f"{number:,} documents stay"
    return (
        f"{stay} because the list narrows the id to a source or tenant, and nothing here says which it is of; to "
        "take it out, list its `text_hash` (the xxh3, as an index of `dedup` knows no other), or its `id` alone if no "
        "other has that"
    )


def _unlearned(runs: Sequence[StoreRun]) -> Iterator[str]:
    """Yield of how many texts copies stay and come back, once for places that lack the same ones."""
    lacking: dict[frozenset[Hashable], list[str]] = {}
    for run in runs:
        if run.unlearned_texts:
            lacking.setdefault(run.unlearned_texts, []).append(run.entry["name"])
    for texts, names in lacking.items():
        them = "it" if len(names) == 1 else "them"
        yield (
            f"{comma_list(names)}: {quantity(len(texts), 'text')} cannot be learned from {them}, so that copies under "
            f"other ids may be left in {them}, and come back, unless the list names them, too; name the dataset that "
            "the documents came from as well"
        )


def _alone(chunks: int) -> str:
    """Return which chunks may be of copies, and what to name beside the place."""
    stay = "1 chunk stays whose document" if chunks == 1 else f"{chunks:,} chunks stay whose documents"
    return (
        f"{stay} no place has, so that nothing can tell whether it was a copy of a text to take out; name the dataset "
        "that the chunks were cut from as well"
    )


def _unasked(entries: Mapping[str, int]) -> str:
    """Return what an index of `dedup` knows nothing of, and what to name beside it."""
    names = ", ".join(f"{name} {number:,}" for name, number in entries.items())
    return (
        f"cannot be asked for {quantity(sum(entries.values()), 'entry')} ({names}): an index of `dedup` knows ids and "
        "the xxh3 of texts; name the dataset that the documents came from as well"
    )


def _lines_of(digests: Sequence[str], line_numbers: Mapping[str, int]) -> str:
    """Return which lines of the list these entries are, and their digests, as the receipt has them."""
    numbered = sorted((line_numbers[digest], digest) for digest in digests if digest in line_numbers)
    if len(numbered) < len(digests):
        return comma_list(digests)
    lines = [f"line {number} ({digest})" for number, digest in numbered[:MOST_ENTRIES]]
    more = len(numbered) - len(lines)
    return comma_list(lines) + (f" and {quantity(more, 'more line')}" if more else "")
