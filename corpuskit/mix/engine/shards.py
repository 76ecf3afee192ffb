"""What tasks leave on disk: documents as pieces, cut by size, verdicts on what was set aside, and accounts of both."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.document import Document, encode
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.verdicts import DROPPED, REJECTED, Verdict, VerdictLog
from corpuskit.core.publish.line_writer import JsonlWriter
from corpuskit.core.reading.inputs import Input
from corpuskit.mix.engine.tasks import Result

SHARD_BYTES = 64 * 1024 * 1024


@dataclass
class Tally:
    """Passes verdicts on and counts them by source, for the summary."""

    pass_on: Callable[[Verdict], None]
    gone: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    """By source, then `dropped` and `rejected`, then `step: reason`."""

    def take(self, verdict: Verdict) -> None:
        """Count one verdict under the source its document names."""
        of_source = self.gone.setdefault(_source_of(verdict), {DROPPED: Counter(), REJECTED: Counter()})
        of_source[verdict.verdict][f"{verdict.step}: {verdict.reason}"] += 1
        self.pass_on(verdict)


class Accounts:
    """What a task sets aside, and its part of the result."""

    def __init__(self, stem: Path) -> None:
        """Verdicts go to `STEM.verdicts.jsonl.zst`."""
        self.path = stem.with_name(f"{stem.name}.verdicts.jsonl.zst")
        filesystem.remove(self.path, missing_ok=True)
        self.aside = VerdictLog(decisions=self.path)
        self.tally = Tally(self.aside.take)
        self.take = self.tally.take

    def close(self, counts: Sequence[StepCount], pieces: "Sequence[Piece]" = ()) -> Result:
        """The result of a task with these accounts and pieces."""
        self.aside.close()
        verdicts = [self.path.name] if self.path.exists() else []
        return {
            "counts": [count.as_json() for count in counts],
            "gone": self.tally.gone,
            "shards": [[piece.path.name, piece.documents] for piece in pieces],
            "verdicts": verdicts,
            "files": [piece.path.name for piece in pieces] + verdicts,
        }


@dataclass(frozen=True)
class Piece:
    """One file of documents in order; `key` stands for all that its content depends on."""

    path: Path
    documents: int
    key: str

    def input(self) -> Input:
        """The file as an input of a next task."""
        return Input(self.path.name, local_path=self.path)


@dataclass
class Shards:
    """A stream as it lies on disk between two phases: its pieces in order, and the chain behind them."""

    pieces: list[Piece]
    chain: Chain
    verdicts: dict[str, list[str]] = field(default_factory=dict)
    """By step, the names of the files that hold verdicts of it, in order."""

    def set_aside(self, result: Result) -> None:
        """Note the verdicts that a task left."""
        reasons = (key for gone in result["gone"].values() for kind in gone.values() for key in kind)
        for step in dict.fromkeys(key.partition(": ")[0] for key in reasons):
            self.add_verdicts({step: result["verdicts"]})

    def add_verdicts(self, verdicts: Mapping[str, Iterable[str]]) -> None:
        """Note the files of verdicts of these steps."""
        for step, names in verdicts.items():
            self.verdicts.setdefault(step, []).extend(names)


def pieces_of(stem: Path, result: Result) -> list[Piece]:
    """The files of documents that a task left."""
    key = result.get("key", stem.name)
    return [
        Piece(stem.with_name(name), documents, f"{key}/{place}")
        for place, (name, documents) in enumerate(result["shards"])
    ]


def write_shards(documents: Iterable[Document], stem: Path) -> list[Piece]:
    """Write documents to `STEM-0000.jsonl.zst` and on, cut by size; the files in order."""
    pieces: list[Piece] = []
    writer: JsonlWriter | None = None
    size = number = 0
    path = stem

    def finish() -> None:
        if writer is not None:
            writer.close()
            pieces.append(Piece(path, number, ""))

    for document in documents:
        if writer is None or size >= SHARD_BYTES:
            finish()
            path = stem.with_name(f"{stem.name}-{len(pieces):04d}.jsonl.zst")
            writer, size, number = JsonlWriter(compressing_writer(filesystem.open_write(path), ".zst")), 0, 0
        line = encode(document)
        writer.write_line(line)
        size += len(line)
        number += 1
    finish()
    return pieces


def _source_of(verdict: Verdict) -> str:
    import orjson

    try:
        return str(orjson.loads(verdict.line)["metadata"]["source"])
    except (ValueError, KeyError, TypeError):
        return ""
