"""Why is this document in the dataset, or why is it not?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core import console
from corpuskit.core.errors import UsageError
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.core.step import Command

LEADS_TO = "of"
"""The value of a duplicate's verdict that names the document it was held against."""


@dataclass(frozen=True)
class Explain(Command):
    """Say what became of a document: the step that took it out and why, or the shard it is in.

    Reads the decisions that every published folder keeps; a duplicate is followed to the document that stayed. Where
    the decisions know nothing of the id, the shards that may hold it are searched.

        corpuskit explain corpus 2aabeff2-67f5-4608-8466-e87c6296e2b6
    """

    inputs: ClassVar[str] = "DIR ID"
    answers: ClassVar[bool] = True

    def execute(self, arguments: list[str], settings: Settings) -> int:
        """Print the answer. Raises UsageError for an id that nothing is known of."""
        if len(arguments) != 2:
            raise UsageError("name a dataset and the id of a document: `corpuskit explain DIR ID`")
        dataset, identifier = Dataset(Path(arguments[0])), arguments[1]
        fates = list(fate(dataset, identifier))
        if not fates:
            raise UsageError(f"{arguments[0]} knows no document {identifier!r}; it was never read, or ids differ")
        if settings.json:
            console.write_stdout(console.answer_line("explain", {"id": identifier, "fate": fates}))
        else:
            console.write_stdout("\n".join(console.escape(_line(entry)) for entry in fates))
        return 0


def fate(dataset: Dataset, identifier: str) -> Iterator[dict[str, Any]]:
    """What is known of a document, and of those that it was dropped for."""
    lines: set[str] = set()
    while identifier not in lines:
        lines.add(identifier)
        entries = list(_decisions(dataset, identifier)) or list(_locations(dataset, identifier))
        yield from entries
        leaders = [entry["values"].get(LEADS_TO) for entry in entries if isinstance(entry.get("values"), dict)]
        if not any(leaders):
            return
        identifier = next(leader for leader in leaders if leader)


def _decisions(dataset: Dataset, identifier: str) -> Iterator[dict[str, Any]]:
    import orjson

    for entry in dataset.decisions(b'{"id":' + orjson.dumps(identifier) + b","):
        yield {key: entry[key] for key in ("id", "verdict", "step", "reason", "values")}


def _locations(dataset: Dataset, identifier: str) -> Iterator[dict[str, Any]]:
    for shard in dataset.shards():
        for document in dataset.find(shard, identifier):
            entry = {"id": identifier, "verdict": "kept", "shard": shard["path"]}
            yield entry | {key: document.metadata[key] for key in ("source", "epoch") if key in document.metadata}


def _line(entry: dict[str, Any]) -> str:
    if entry["verdict"] == "kept":
        epoch = f", epoch {entry['epoch']}" if "epoch" in entry else ""
        return f"{entry['id']}: kept, in {entry['shard']}{epoch}"
    values = ", ".join(f"{key} {value}" for key, value in entry["values"].items())
    return f"{entry['id']}: {entry['verdict']} by {entry['step']}: {entry['reason']}{f' ({values})' if values else ''}"
