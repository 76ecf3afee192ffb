"""Whether places are as the receipt of a takedown says: they are searched again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.wording import printable_name
from corpuskit.text.takedown.entries import Entry
from corpuskit.text.takedown.list_file import read_list
from corpuskit.text.takedown.on_record import digests_in
from corpuskit.trust.takedowns.kinds import KINDS
from corpuskit.trust.takedowns.receipt import CLEAN, REMOVED, Receipt, StoreEntry, read_receipt
from corpuskit.trust.takedowns.receipt_check import RecordedTakedown, contradictions
from corpuskit.trust.takedowns.sought import Sought, list_kernels
from corpuskit.trust.takedowns.store_run import StoreRun, real_name, search


class ReceiptCheck(NamedTuple):
    """What comes of a receipt when the places are searched again."""

    problems: list[str]
    """What is wrong with the receipt, or with the places as it describes them."""
    remarks: list[str]
    """What it says that nothing vouches for any more."""


def check_receipt(receipt_path: Path, list_path: Path | None, stores: Sequence[str]) -> ReceiptCheck:
    """Search the places of a receipt again, and compare them with it.

    The list is by default the file of the name that the receipt gives, beside it. Raises UsageError if it cannot be
    read, or lacks entries of the receipt; DamagedError for a receipt that was changed; PublishError for places that are
    in use or may not be read, if nothing else is wrong.
    """
    receipt = read_receipt(receipt_path)
    entries = _entries(receipt, receipt_path, list_path)
    stores = [store for store in stores if not _is_gone(receipt, Path(store))]
    runs = [StoreRun(Path(store)) for store in stores]
    sought = Sought(entries)
    search(runs, sought)
    problems = [f"{receipt_path.name} {problem}" for problem in contradictions(receipt, entries)]
    remarks = []
    for store, run in zip(stores, runs, strict=True):
        promised = _entry_of(receipt, run.entry)
        problems += [f"{store}: {problem}" for problem in _problems(receipt, promised, run)]
        remarks += [f"{store}: {remark}" for remark in _remarks(receipt, promised, run)]
    unread = [run.error for run in runs if isinstance(run.error, PublishError)]
    if unread and len(problems) == len(unread):  # each of them is a problem as well
        raise unread[0].with_others(unread[1:])
    return ReceiptCheck([*map(printable_name, problems)], [*map(printable_name, remarks)])


def _entries(receipt: Receipt, receipt_path: Path, list_path: Path | None) -> list[Entry]:
    """Return the entries of the receipt, out of a list that may have grown."""
    path = list_path or receipt_path.parent / Path(receipt["list"]["name"]).name
    if list_path is None and not path.is_file():
        raise UsageError(f"the list of the receipt, {path.name!r}, is not beside it; name it with --list")
    wanted_digests = digests_in(receipt["list"])
    entries = [entry for entry in read_list(path, list_kernels()) if entry.digest() in wanted_digests]
    if missing := len(wanted_digests - {entry.digest() for entry in entries}):
        raise UsageError(
            f"{path.name} lacks {missing:,} of the {len(wanted_digests):,} entries of the receipt; name its list"
        )
    return entries


def _is_gone(receipt: Receipt, path: Path) -> bool:
    """Whether nothing is left of a place that the receipt calls removed."""
    cleared = [entry for entry in receipt["places"] if entry["name"] == real_name(path) and entry["outcome"] == REMOVED]
    removed = {entry["kind"] for entry in cleared}
    return any(kind.kind in removed and kind.is_gone(path) for kind in KINDS)


def _problems(receipt: Receipt, promised: StoreEntry | None, run: StoreRun) -> Iterator[str]:
    """Yield what is wrong with one place."""
    yield from run.problems()
    if run.error is not None:
        return
    if promised is None:
        yield "is not in the receipt"
        return
    if promised["outcome"] not in (CLEAN, REMOVED):
        yield f"was not cleared, says the receipt: it is {promised['outcome']}"
    record = run.record()
    if record is not None:
        yield from RecordedTakedown(receipt, promised, record.steps, run.entry["before"]).problems()


def _remarks(receipt: Receipt, promised: StoreEntry | None, run: StoreRun) -> Iterator[str]:
    """Yield what the receipt says of a place that nothing vouches for."""
    if run.error is not None or promised is None or promised["outcome"] not in (CLEAN, REMOVED):
        return
    record = run.record()
    steps = [] if record is None else record.steps
    if not RecordedTakedown(receipt, promised, steps, run.entry["before"]).is_checked:
        yield "is not, or no longer, what the receipt says it became, so its numbers and digests cannot be checked"
    if promised["name"] != run.entry["name"]:
        yield f"is called {promised['name']} in the receipt"


def _entry_of(receipt: Receipt, now: StoreEntry) -> StoreEntry | None:
    """Return what the receipt says of a place: by its digest or, if it has changed since, by its name."""
    alike = [promised for promised in receipt["places"] if promised["kind"] == now["kind"]]
    same = [promised for promised in alike if promised["after"] == now["before"]]
    namesakes = [promised for promised in alike if promised["name"] == now["name"]]
    return next(iter([*(promised for promised in same if promised in namesakes), *same, *namesakes]), None)
