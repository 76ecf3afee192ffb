"""Events of one item, brought together: lines wait on disk, and memory holds a key and an offset for each."""

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_EVENTS = 100_000
"""Events of one item that are distilled together; a log with more of them for one item is cut into parts."""


class EventSpool:
    """A stream, to be taken out item by item, in the order in which the items first occurred.

    A document that is no event is an item by itself.
    """

    def __init__(self) -> None:
        """Open a temporary file. Raises PublishError if TMPDIR has no room."""
        self._lines = Spool()
        self._keys = array("Q")
        self._withdrawals: dict[tuple[str, str], str] = {}

    def close(self) -> None:
        """Remove the temporary file."""
        self._lines.close()

    def add(self, event: Document, line: bytes) -> None:
        """Add the next document, given with its line."""
        import xxhash

        metadata = event.metadata
        event_data = metadata.get("event")
        tenant = str(metadata.get("tenant"))
        key = f"{tenant}\0{group_of(event)}" if isinstance(event_data, dict) else f"{len(self._lines)}\0"
        self._keys.append(xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")))
        self._lines.append(line)
        if (
            isinstance(event_data, dict)
            and event_data.get("type") == "withdraw"
            and isinstance(metadata.get("actor"), str)
        ):
            self._withdrawals.setdefault((tenant, metadata["actor"]), event.id)

    def groups(self) -> Iterator[list[bytes]]:
        """Yield the lines of each item's events, in input order."""
        import numpy

        keys = numpy.frombuffer(self._keys, numpy.uint64) if self._keys else numpy.empty(0, numpy.uint64)
        order = numpy.argsort(keys, kind="stable")
        ordered_keys = keys[order]
        starts = numpy.flatnonzero(numpy.concatenate(([True], ordered_keys[1:] != ordered_keys[:-1]))[: len(keys)])
        ends = numpy.append(starts[1:], len(keys))
        for group in numpy.argsort(order[starts], kind="stable"):
            yield from self._parts(order[starts[group] : ends[group]])

    def without_withdrawn(self, events: list[Document]) -> tuple[list[Document], list[Drop]]:
        """Return the events that stay, and a drop for each withdrawal and for all that a person has withdrawn."""
        if not self._withdrawals:
            return events, []
        kept_events, drops = [], []
        for event in events:
            metadata = event.metadata
            tenant, actor = str(metadata.get("tenant")), metadata.get("actor")
            withdrawal = self._withdrawals.get((tenant, actor)) if isinstance(actor, str) else None
            if withdrawal is None:
                kept_events.append(event)
            elif isinstance(metadata.get("event"), dict) and metadata["event"].get("type") == "withdraw":
                values = {"tenant": metadata.get("tenant"), "actor": actor, "date": metadata.get("date")}
                drops.append(Drop(event, "withdrawal", values))
            else:
                # Not even the file of drops keeps what a person has taken back.
                drops.append(Drop(Document(event.id, ""), "withdrawn", {"by": withdrawal}))
        return kept_events, drops

    def _parts(self, numbers: "NDArray[np.int64]") -> Iterator[list[bytes]]:
        for start in range(0, len(numbers), MOST_EVENTS):
            yield [self._lines[int(number)] for number in numbers[start : start + MOST_EVENTS]]


def group_of(event: Document) -> str:
    """Return what an event is distilled together with: ratings of answers to one prompt, else all that one item has."""
    event_data = event.metadata["event"]
    if event_data.get("type") == "rate" and event.text.startswith("<|") and "\n<|assistant|>\n" in event.text:
        prompt, _, _ = event.text.rpartition("\n<|assistant|>\n")
        return f"prompt\0{prompt}"
    return f"item\0{event_data.get('item')}"
