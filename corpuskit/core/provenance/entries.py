"""What is recorded about a dataset, key by key: the parts of a manifest, and the lines of its decisions.

docs/manifest.md says the same to users. Keys that are Python keywords (`in`, `from`) have a base class of their own.
The entries that count streams are in `core/counts.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NotRequired, TypedDict

from corpuskit.core.counts import StreamEntry
from corpuskit.core.wording import quantity

_StepEntryKeys = TypedDict(
    "_StepEntryKeys",
    {
        "from": list[str],  # ids of the steps whose output this one took
        "in": NotRequired[StreamEntry],  # this and the next four are absent after a cut
        "made": NotRequired[int],
        "out": NotRequired[StreamEntry],
        "dropped": NotRequired[dict[str, int]],
        "rejected": NotRequired[dict[str, int]],
        "ways": NotRequired[dict[str, int]],
        "hits": NotRequired[dict[str, int]],
        "killed": NotRequired[list[str]],
    },
)


class StepEntry(_StepEntryKeys):
    """One step of the chain, with its account as in `CountEntry`."""

    id: str
    """Position and name, unique in one manifest: `2-dedup`."""
    name: str
    options: dict[str, Any]
    """All that shape content, defaults included; a file as its name and sha256."""
    upstream: str
    """How sure the step is of what it read: `none`, `verified`, `unverified` or `cut`."""


class DamageEntry(TypedDict):
    """Stored bytes that could not be read."""

    what: str
    """A plain phrase."""
    offset: int
    """The first of them."""
    lost: int
    """How many there are."""


class InputEntry(TypedDict):
    """A file at the start of the chain."""

    path: str
    """The last name of what was named and the path below it; a URL without user name and query."""
    bytes: int
    """As stored."""
    sha256: str
    """Of the stored bytes."""
    damage: list[DamageEntry]
    """Empty for a whole input."""


class DamageSummary(TypedDict):
    """What all inputs had lost before they were read."""

    inputs: int
    """How many are damaged."""
    lost: int
    """Stored bytes that could not be read."""


def accepted_damage(manifest: "Manifest") -> DamageSummary | None:
    """Return the damage of a dataset's inputs, which the run accepted; None if all were whole."""
    damage = [item["damage"] for item in manifest["inputs"] if item["damage"]]
    lost = sum(entry["lost"] for entries in damage for entry in entries)
    return {"inputs": len(damage), "lost": lost} if damage else None


def damage_text(damage: DamageSummary) -> str:
    """Return the damage as people read it.

    >>> damage_text({"inputs": 1, "lost": 1204})
    '1 input was damaged, and 1,204 bytes of it could not be read'
    """
    verb, whose = ("was", "it") if damage["inputs"] == 1 else ("were", "them")
    bytes_lost = f"{quantity(damage['lost'], 'byte')} of {whose} could not be read"
    return f"{quantity(damage['inputs'], 'input')} {verb} damaged, and {bytes_lost}"


def left_out(entry: StepEntry) -> Iterator[tuple[str, str, int]]:
    """Yield what a step left out: `dropped` or `rejected`, the reason, and how many. Nothing after a cut."""
    for reason, number in entry.get("dropped", {}).items():
        yield "dropped", reason, number
    for reason, number in entry.get("rejected", {}).items():
        yield "rejected", reason, number


def upstream_state(steps: Iterable[StepEntry]) -> str:
    """Return the least sure state of any step: unverified, cut or verified; `none` if all read files alone."""
    states = {entry["upstream"] for entry in steps}
    return next((state for state in ("unverified", "cut", "verified") if state in states), "none")


def ranked_counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return counts by name, the largest first.

    >>> ranked_counts({"b": 1, "a": 1, "c": 2})
    [('c', 2), ('a', 1), ('b', 1)]
    """
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


class SourceEntry(TypedDict):
    """What a dataset holds of one source; several origins, licences or pieces of evidence are a sorted list."""

    origin: str | list[str] | None
    license: str | list[str] | None
    license_evidence: str | list[str] | None
    documents: int
    tokens: int
    epochs: int
    """The highest repetition of a document."""
    share: float
    """Of the dataset's tokens, 0 to 1."""
    signals: NotRequired[dict[str, int]]
    """Training signals by kind; absent if there are none."""


class KtoEntry(TypedDict):
    """How many rated answers are good, and the weights with which KTO counts both alike."""

    desirable: int
    undesirable: int
    desirable_weight: float
    undesirable_weight: float


class QuotaEntry(TypedDict):
    """What the budget of a mix asked of one source."""

    tokens: int
    bound_by: str | None
    """The recipe's key of the limit that the quota lies on; `max_epochs` if the source ran dry."""


class DatesEntry(TypedDict):
    """The first and the last day, month or year that documents state (ISO 8601), and how many state one."""

    first: str
    last: str
    documents: int


class ContentEntry(TypedDict):
    """What the documents are like."""

    characters: int
    """Of all texts together."""
    lengths: dict[str, int]
    """Quantiles of the texts' lengths in characters, rounded down to two figures: `p50` is the median."""
    languages: NotRequired[dict[str, int]]
    """Documents by language, most first; `unknown` are those that state none. Absent if none states one."""
    dates: NotRequired[DatesEntry]
    """Absent if no document has a date."""


class CardEntry(TypedDict):
    """What people wrote for the dataset card."""

    title: NotRequired[str]
    description: NotRequired[str]
    """Markdown."""
    citation: NotRequired[str]
    """BibTeX, or a plain reference."""
    links: NotRequired[dict[str, str]]
    """Addresses by what they lead to."""
    example: NotRequired[bool]
    """Whether the card shows a document."""


class FileEntry(TypedDict):
    """A file in the dataset's folder."""

    path: str
    bytes: int
    sha256: str


class ShardEntry(FileEntry):
    """A file of documents."""

    documents: int
    tokens: int
    readable: NotRequired[bool]
    """False if documents cannot be read from it: of a lossy format, or a companion of a shard; otherwise absent."""


class Manifest(TypedDict):
    """`manifest.json`."""

    format: str
    """Name and version of this format."""
    versions: dict[str, str]
    """corpuskit, and each library, model and algorithm that shapes content."""
    repeatable: NotRequired[bool]
    """False if a step had to be stopped on a document; otherwise absent."""
    steps: list[StepEntry]
    """In topological order."""
    inputs: list[InputEntry]
    tokenizer: str
    """What `tokens` count."""
    sources: dict[str, SourceEntry]
    quotas: NotRequired[dict[str, QuotaEntry]]
    """By source, if a budget was shared out; otherwise absent."""
    contents: NotRequired[ContentEntry]
    """Absent in datasets of earlier versions."""
    card: NotRequired[CardEntry]
    """Absent if nobody wrote anything for the card."""
    kto: NotRequired[KtoEntry]
    """Absent unless there are rated answers of both kinds."""
    shards: list[ShardEntry]
    decisions: list[FileEntry]
    """Files of `Decision` lines."""
    digest: str
    """sha256 of everything above."""


class Decision(TypedDict):
    """One line of `decisions/`: why a document or record is not in the dataset. It holds no text."""

    id: str | None
    """Of the document; None for a record that has none."""
    step: str
    step_id: NotRequired[str]
    """The id of the step in this manifest; absent in datasets of corpuskit 0.1."""
    verdict: str
    """`dropped` or `rejected`."""
    reason: str
    values: dict[str, Any]
    """The figures behind the verdict."""
    source: NotRequired[str]
    """The source of the document, if it names one."""
    input: NotRequired[str]
    """The input that a rejected record lies in."""
    offset: NotRequired[int]
    """The record's first byte there."""
    sha256: NotRequired[str]
    """Of the record's bytes."""
