"""The command that says why a document is in a dataset, or why it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, NotRequired, TypedDict

from corpuskit.core import console
from corpuskit.core.errors import UsageError
from corpuskit.core.format import TokenFormat
from corpuskit.core.provenance.entries import ShardEntry
from corpuskit.core.provenance.manifest import shard_format
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.registry import format_of_shard, is_token_format
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import or_list, printable_name, quantity
from corpuskit.text.takedown.on_record import hidden_id

DUPLICATE_OF = "of"
"""The value of a duplicate's verdict that holds the id of the document that it duplicates."""


MOST_LOOKED_AT = 100_000
"""Documents among which an id is looked for that is like one that is not there."""


SHORTEST_PART = 3
"""Characters of an id that tell which one is meant."""
MOST_NEAR_IDS = 3


class Fate(TypedDict):
    """What became of a document: the decision that left it out, or the shard that it is in."""

    id: str | None
    verdict: str
    """`dropped`, `rejected` or `kept`."""
    step: NotRequired[str]
    """This and the next three describe a document that was left out."""
    step_id: NotRequired[str]
    reason: NotRequired[str]
    values: NotRequired[dict[str, Any]]
    shard: NotRequired[str]
    """This and the next describe a document that was kept."""
    epoch: NotRequired[int]
    position: NotRequired[str]
    """Of a shard of token ids: where in it the document's are."""
    source: NotRequired[str]
    """Of either, if the document names one."""


@dataclass(frozen=True)
class Explain(Command):
    """Say what became of a document: the step that left it out and why, or the shard it is in.

    Searches the shards that may hold it, and the decisions that every published folder keeps: two sources may read one
    document, of which one keeps it. Follows a duplicate to the document that was kept. An input that was rejected whole
    is found by its name. Where it knows nothing of a document, it reads all shards to see whether one was edited. Of a
    document that was taken out by a takedown list, the dataset has the hash of the id alone.

        corpuskit explain corpus 2aabeff2-67f5-4608-8466-e87c6296e2b6
    """

    inputs: ClassVar[str] = "DIR ID"
    answers: ClassVar[bool] = True

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print the answer. Raises UsageError if the dataset holds neither the id nor a decision about it."""
        arguments = argument_list(arguments)
        if len(arguments) != 2:
            raise UsageError("name a dataset and the id of a document: `corpuskit explain DIR ID`")
        # Text files are documents under their names, and names that are not UTF-8 are spelled out.
        dataset, identifier = Dataset(Path(arguments[0])), printable_name(arguments[1])
        fates = list(fate(dataset, identifier))
        if not fates:
            _demand_unchanged(dataset)
            near = _near_id(dataset, identifier)
            raise UsageError(f"{arguments[0]} has no document {identifier!r}{near}; {_why_not(dataset)}")
        if settings.json:
            console.write_stdout(console.answer_line("explain", {"id": identifier, "fate": fates}))
        else:
            console.write_report("\n".join(console.escape(_line(entry)) for entry in fates))
        return 0


def _demand_unchanged(dataset: Dataset) -> None:
    """Raise DamagedError unless all that was searched is what was published: a document may be gone from it."""
    for shard in dataset.manifest["shards"]:
        dataset.demand_unchanged(shard)


def _near_id(dataset: Dataset, identifier: str) -> str:
    """Return a hint at the first ids that are this one in other case, or end in it, or hold it, of some documents."""
    if not any(shard.get("readable", True) for shard in dataset.manifest["shards"]):
        return ""
    word = identifier.casefold()
    ends: list[str] = []
    parts: list[str] = []
    for document in islice(dataset, MOST_LOOKED_AT):
        other = document.id.casefold()
        if other == word:
            return f" (did you mean {document.id!r}?)"
        if other.endswith(f"/{word}"):
            ends.append(document.id)
        elif len(word) >= SHORTEST_PART and word in other and len(parts) < MOST_NEAR_IDS:
            parts.append(document.id)
    near = ends[:1] or parts
    return f" (did you mean {or_list(map(repr, near))}?)" if near else ""


def _why_not(dataset: Dataset) -> str:
    """Say why a dataset may know nothing of a document."""
    if not dataset.location.is_dir():
        return "it was dropped, never read, or its id differs: a published file keeps no decisions, a folder does"
    if any("in" not in step for step in dataset.manifest["steps"]):
        return "it was dropped, never read, or its id differs: steps before `head` and `sample` keep no decisions"
    unknown = sum(entry["id"] is None for entry in dataset.decisions(b'{"id":null,'))
    if unknown:
        return f"it was never read, its id differs, or it is among {quantity(unknown, 'rejected record')} without an id"
    return "it was never read, or its id differs"


def fate(dataset: Dataset, identifier: str) -> Iterator[Fate]:
    """Yield what became of a document and, if it is a duplicate, of those that it duplicates."""
    waiting, followed_ids = [identifier], {identifier}
    while waiting:
        identifier = waiting.pop(0)
        locations = (*_locations(dataset, identifier), *_token_positions(dataset, identifier))
        decisions = (*_decisions(dataset, identifier), *_decisions(dataset, hidden_id(identifier)))
        for entry in (*locations, *decisions):
            yield entry
            values = entry.get("values")
            original = values.get(DUPLICATE_OF) if isinstance(values, dict) else None
            if isinstance(original, str) and original not in followed_ids:
                followed_ids.add(original)
                waiting.append(original)


def _decisions(dataset: Dataset, identifier: str) -> Iterator[Fate]:
    import orjson

    name = orjson.dumps(identifier)
    for entry in dataset.decisions(name):
        is_whole_input = entry["id"] is None and entry.get("input") == identifier and entry.get("offset") == 0
        if entry["id"] != identifier and not is_whole_input:
            continue
        fate: Fate = {
            "id": identifier,
            "verdict": entry["verdict"],
            "step": entry["step"],
            "reason": entry["reason"],
            "values": entry["values"],
        }
        if "step_id" in entry:
            fate["step_id"] = entry["step_id"]
        if "source" in entry:
            fate["source"] = entry["source"]
        yield fate


def _locations(dataset: Dataset, identifier: str) -> Iterator[Fate]:
    shards = dataset.manifest["shards"]
    is_readable = any(shard.get("readable", True) for shard in shards)
    if not is_readable and any(_token_format(shard) for shard in shards):
        return  # Token ids say themselves where a document is.
    for shard in dataset.shards():
        for document in dataset.find(shard, identifier):
            entry: Fate = {"id": identifier, "verdict": "kept", "shard": shard["path"]}
            if "source" in document.metadata:
                entry["source"] = document.metadata["source"]
            if "epoch" in document.metadata:
                entry["epoch"] = document.metadata["epoch"]
            yield entry


def _token_positions(dataset: Dataset, identifier: str) -> Iterator[Fate]:
    """Yield where the ids of a document's tokens are, in formats that hold them."""
    for shard in dataset.manifest["shards"]:
        format_ = _token_format(shard)
        if format_ and shard_format(shard["path"])[1] == format_.suffix:
            for position in format_.locate(dataset.folder / shard["path"], identifier):
                dataset.demand_unchanged(shard)
                yield {"id": identifier, "verdict": "kept", "shard": shard["path"], "position": position}


def _token_format(shard: ShardEntry) -> TokenFormat | None:
    """Return the format of a shard if it holds token ids, and None otherwise."""
    format_ = format_of_shard(shard["path"])
    return format_ if is_token_format(format_) else None


def _line(entry: Fate) -> str:
    source = f", source {entry['source']}" if "source" in entry else ""
    if entry["verdict"] == "kept":
        epoch = f", epoch {entry['epoch']}" if "epoch" in entry else ""
        epoch += f", {entry['position']}" if "position" in entry else ""
        return f"{entry['id']}: kept, in {entry['shard']}{source}{epoch}"
    values = ", ".join(f"{key} {value}" for key, value in entry["values"].items())
    reason = f"{entry['reason']}{f' ({values})' if values else ''}{source}"
    return f"{entry['id']}: {entry['verdict']} by {entry['step']}: {reason}"
