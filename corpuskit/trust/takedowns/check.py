"""Whether places are as the receipt of a takedown says: they are searched again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.wording import printable_name, quantity
from corpuskit.text.takedown.entries import Entry
from corpuskit.text.takedown.list_file import read_list
from corpuskit.text.takedown.on_record import digests_in, digests_on_record
from corpuskit.trust.takedowns.datasets import DatasetPlace
from corpuskit.trust.takedowns.kernels import list_kernels
from corpuskit.trust.takedowns.receipt import CLEAN, FOUND, REMOVED, PlaceEntry, Receipt, read_receipt
from corpuskit.trust.takedowns.run import PlaceRun, search
from corpuskit.trust.takedowns.sought import Sought


def check_receipt(receipt_path: Path, list_path: Path | None, places: Sequence[str]) -> list[str]:
    """Return what is wrong with the receipt, or with the places as it describes them.

    The list is by default the file of the name that the receipt gives, beside it. Raises UsageError if it cannot be
    read, or lacks entries of the receipt; DamagedError for a receipt that was changed.
    """
    receipt = read_receipt(receipt_path)
    entries = _entries(receipt, receipt_path, list_path)
    runs = [PlaceRun(Path(place)) for place in places]
    sought = Sought(entries)
    search(runs, sought)
    return [
        printable_name(f"{place}: {problem}")
        for place, run in zip(places, runs, strict=True)
        for problem in _problems(receipt, run)
    ]


def _entries(receipt: Receipt, receipt_path: Path, list_path: Path | None) -> list[Entry]:
    """Return the entries of the receipt, out of a list that may have grown."""
    path = list_path or receipt_path.parent / Path(receipt["list"]["name"]).name
    if list_path is None and not path.is_file():
        raise UsageError(f"the list of the receipt, {path.name!r}, is not beside it; name it with --list")
    wanted = digests_in(receipt["list"])
    entries = [entry for entry in read_list(path, list_kernels()) if entry.digest() in wanted]
    if missing := len(wanted - {entry.digest() for entry in entries}):
        raise UsageError(f"{path.name} lacks {missing:,} of the {len(wanted):,} entries of the receipt; name its list")
    return entries


def _problems(receipt: Receipt, run: PlaceRun) -> Iterator[str]:
    """Yield what is wrong with one place."""
    if run.error is not None:
        yield f"cannot be searched: {run.error}"
        return
    now = run.entry
    if now["documents"]:
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in now["reasons"].items())
        yield f"holds {quantity(now['documents'], 'document')} that the list takes out ({reasons})"
    elif now["outcome"] == FOUND and now["kind"] == DatasetPlace.kind:
        yield "names documents in its decisions that the list takes out"
    told = _entry_of(receipt, now)
    if told is None:
        yield "is not in the receipt"
        return
    if told["outcome"] not in (CLEAN, REMOVED):
        yield f"was not cleared, says the receipt: it is {told['outcome']}"
    if told["outcome"] == REMOVED and isinstance(run.place, DatasetPlace):
        yield from _problems_on_record(receipt, told, run.place.dataset)


def _entry_of(receipt: Receipt, now: PlaceEntry) -> PlaceEntry | None:
    """Return what the receipt says of a place: by its digest or, if it has changed since, by its name."""
    alike = [told for told in receipt["places"] if told["kind"] == now["kind"]]
    same = [told for told in alike if told["after"] == now["before"]]
    return next(iter([*same, *(told for told in alike if told["name"] == now["name"])]), None)


def _problems_on_record(receipt: Receipt, told: PlaceEntry, dataset: Dataset) -> Iterator[str]:
    """Compare the receipt with the steps in the manifest."""
    steps = [step for step in dataset.manifest["steps"] if step["name"] == "takedown"]
    if digests_in(receipt["list"]) - digests_on_record(dataset.manifest["steps"]):
        yield "has no step `takedown` with the list of the receipt on record"
    elif told["after"] == dataset.manifest["digest"] and steps:
        dropped = steps[-1].get("dropped", {})
        if dropped != told["reasons"] or sum(dropped.values()) != told["documents"]:
            yield (
                f"lost {quantity(sum(dropped.values()), 'document')}, says its manifest, "
                f"but the receipt says {told['documents']:,}"
            )
