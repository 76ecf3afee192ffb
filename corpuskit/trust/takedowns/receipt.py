"""The receipt of a takedown: what was looked for and where, and what became of it. It holds no id, address or text."""

import hashlib
import json
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from corpuskit.core.disk.option_file import read_option_file
from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.disk.stored_json import conforms
from corpuskit.core.errors import DamagedError
from corpuskit.core.wording import printable_name
from corpuskit.text.takedown.on_record import digests_in, list_on_record

FORMAT = "corpuskit.takedown-receipt/1"
CLEAN, LEFT_THERE, REMOVED, DAMAGED, FAILED = "clean", "found", "removed", "damaged", "failed"


class StoreEntry(TypedDict):
    """What became of one place."""

    name: str
    """Its last name."""
    kind: str
    outcome: str
    """`clean`: nothing was there; `tally`: it was left; `removed`; `damaged`; `failed`: in use or not to be read."""
    before: str | None
    """Digest of what was there; None if it could not be read."""
    after: str | None
    """The same when all was done."""
    documents: int
    """How many documents, or entries of an index, were found."""
    reasons: dict[str, int]
    """The same by reason."""
    chunks: NotRequired[int]
    """Of a search index: how many of them are chunks of other documents."""
    vectors: NotRequired[int]
    """Of a search index: how many of them have a vector."""
    unerased: NotRequired[int]
    """Of a search index: how many documents that were removed before may still have had bytes in the file."""
    decisions: NotRequired[int]
    """Of a dataset: how many decisions name documents that go, and get hashes in place of their ids."""
    undecided: NotRequired[int]
    """How many documents stay because the list narrows an id, and nobody can say whose it is here."""
    unlearned_texts: NotRequired[int]
    """How many texts go of which no place keeps what the list learns: copies of them come back under other ids."""
    chunks_alone: NotRequired[int]
    """How many chunks stay of documents that no place has: nobody can tell whether these are copies of a text."""
    unasked: NotRequired[dict[str, int]]
    """What the place knows nothing of, such as addresses: how many entries that named nothing anywhere name it so."""
    problem: NotRequired[str]
    """Why it was not searched, or not changed."""


class ListEntry(TypedDict):
    """The list on record."""

    name: str
    digest: str
    entries: str


ReachedEntry = TypedDict(
    "ReachedEntry",
    {
        "name": str,  # of the place that was made from another
        "from": str,  # digest that the other had before anything was taken out of it
        "by": NotRequired[str],  # `shards` that it read or, which is no proof, `steps` on record
    },
)
"""One place that was made from another in which documents were found."""


Receipt = TypedDict(  # noqa: UP013 - what users read is no name of ours
    "Receipt",
    {
        "format": str,
        "list": ListEntry,
        "applied": bool,  # whether documents were to be removed
        "places": list[StoreEntry],
        "reached": list[ReachedEntry],  # places that were made from others in which documents were found
        "not_found": list[str],  # digests of entries that named nothing in any place, be it in an earlier run
        "unknown": NotRequired[list[str]],  # the same, of which a place not searched, or not asked, may know
        "digest": str,  # sha256 of everything above
    },
)
"""The whole receipt."""


def receipt_of(
    path: Path,
    digests: Iterable[str],
    applied: bool,
    stores: list[StoreEntry],
    not_found: Iterable[str],
    reached: list[ReachedEntry],
    unknown: Set[str] = frozenset(),
) -> Receipt:
    """Return the receipt of a run with the list at `path`, whose entries have these digests.

    Those that were not found, and are `unknown`, may be in a place that was not searched, or not asked for them.
    """
    unnamed = set(not_found)
    content: dict[str, Any] = {
        "format": FORMAT,
        "list": {"name": printable_name(path.name), **list_on_record(digests)},
        "applied": applied,
        "places": stores,
        "reached": reached,
        "not_found": sorted(unnamed - unknown),
        **({"unknown": sorted(unnamed & unknown)} if unnamed & unknown else {}),
    }
    return {**content, "digest": _digest(content)}  # type: ignore[typeddict-item]


def serialise(receipt: Receipt) -> bytes:
    """Return the bytes of a receipt."""
    return json.dumps(receipt, ensure_ascii=False, indent=1).encode() + b"\n"


def is_receipt(path: Path) -> bool:
    """Whether a file says that it is a receipt, sound or not."""
    try:
        content = json.loads(read_named(path))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT


def read_receipt(path: Path) -> Receipt:
    """Return a receipt. Raises UsageError if it cannot be read, DamagedError if it was changed or is none."""
    name = printable_name(path.name)
    data = read_option_file(path, "receipt")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise DamagedError(f"{name} is no receipt of `takedown`") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT or not conforms(content, Receipt):
        raise DamagedError(f"{name} is no {FORMAT}")
    receipt: Receipt = content  # type: ignore[assignment]
    rest = {key: value for key, value in content.items() if key != "digest"}
    record = list_on_record(digests_in(content["list"]))
    changed = f"{name} was changed after it was written"
    if content["digest"] != _digest(rest):
        raise DamagedError(f"{changed}: its `digest` is not that of what it says")
    if record["entries"] != content["list"]["entries"]:
        raise DamagedError(f"{changed}: `entries` of its list are not digests in order, with single spaces between")
    if record["digest"] != content["list"]["digest"]:
        raise DamagedError(f"{changed}: `digest` of its list is not {record['digest']}, that of `entries`")
    return receipt


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
