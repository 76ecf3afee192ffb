"""Whether places are as the receipt of a takedown says: they are searched again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.wording import printable_name, quantity
from corpuskit.text.takedown.entries import Entry
from corpuskit.text.takedown.list_file import read_list
from corpuskit.text.takedown.on_record import digests_in, digests_on_record
from corpuskit.trust.takedowns.kinds import KINDS
from corpuskit.trust.takedowns.receipt import CLEAN, REMOVED, Receipt, StoreEntry, read_receipt
from corpuskit.trust.takedowns.sought import Sought, list_kernels
from corpuskit.trust.takedowns.store_run import StoreRun, search


def check_receipt(receipt_path: Path, list_path: Path | None, stores: Sequence[str]) -> list[str]:
    """Return what is wrong with the receipt, or with the places as it describes them.

    The list is by default the file of the name that the receipt gives, beside it. Raises UsageError if it cannot be
    read, or lacks entries of the receipt; DamagedError for a receipt that was changed.
    """
    receipt = read_receipt(receipt_path)
    entries = _entries(receipt, receipt_path, list_path)
    stores = [store for store in stores if not _is_gone(receipt, Path(store))]
    runs = [StoreRun(Path(store)) for store in stores]
    sought = Sought(entries)
    search(runs, sought)
    return [
        printable_name(f"{store}: {problem}")
        for store, run in zip(stores, runs, strict=True)
        for problem in _problems(receipt, run)
    ]


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
    cleared = [entry for entry in receipt["places"] if entry["name"] == path.name and entry["outcome"] == REMOVED]
    removed = {entry["kind"] for entry in cleared}
    return any(kind.kind in removed and kind.is_gone(path) for kind in KINDS)


def _problems(receipt: Receipt, run: StoreRun) -> Iterator[str]:
    """Yield what is wrong with one place."""
    yield from run.problems()
    if run.error is not None:
        return
    promised = _entry_of(receipt, run.entry)
    if promised is None:
        yield "is not in the receipt"
        return
    if promised["outcome"] not in (CLEAN, REMOVED):
        yield f"was not cleared, says the receipt: it is {promised['outcome']}"
    record = run.record()
    if promised["outcome"] == REMOVED and record is not None and not _is_erasure_alone(promised):
        yield from _problems_on_record(receipt, promised, record.steps, run.entry["before"])


def _is_erasure_alone(promised: StoreEntry) -> bool:
    """Whether only what was left of documents removed before was erased: of that no step is on record."""
    return "unerased" in promised and not promised["documents"]


def _entry_of(receipt: Receipt, now: StoreEntry) -> StoreEntry | None:
    """Return what the receipt says of a place: by its digest or, if it has changed since, by its name."""
    alike = [promised for promised in receipt["places"] if promised["kind"] == now["kind"]]
    same = [promised for promised in alike if promised["after"] == now["before"]]
    return next(iter([*same, *(promised for promised in alike if promised["name"] == now["name"])]), None)


def _problems_on_record(
    receipt: Receipt, promised: StoreEntry, all_steps: list[StepEntry], digest: str | None
) -> Iterator[str]:
    """Compare the receipt with the steps on record, and with the digest of what is there."""
    steps = [step for step in all_steps if step["name"] == "takedown"]
    if digests_in(receipt["list"]) - digests_on_record(all_steps):
        yield "has no step `takedown` with the list of the receipt on record"
    elif promised["after"] == digest and steps:
        dropped = steps[-1].get("dropped", {})
        if dropped != promised["reasons"] or sum(dropped.values()) != promised["documents"]:
            yield (
                f"lost {quantity(sum(dropped.values()), 'document')}, says its record, "
                f"but the receipt says {promised['documents']:,}"
            )
