"""Rows for OpenAI's fine-tuning, in its two forms: examples with messages, and pairs (platform.openai.com/docs)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.errors import RefusedError
from corpuskit.core.format import shard_paths
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.publish.seals import CARD_NAME, sealed
from corpuskit.core.wording import excerpt
from corpuskit.export.training.card import RowFile, card
from corpuskit.export.training.lossy_format import LossyFormat
from corpuskit.export.training.rows import Row, row_of


class Openai(LossyFormat):
    """Documents as lines, `openai/part-00000-1f3a9c2b.messages.jsonl` and `part-00000-1f3a9c2b.preference.jsonl`.

    Examples are `{"messages"}`; pairs are `{"input", "preferred_output", "non_preferred_output"}`. Files are not
    compressed, since they are uploaded as they are.
    """

    name: ClassVar[str] = "openai"
    folder: ClassVar[str] = "openai"
    suffix: ClassVar[str] = ".messages.jsonl"
    companion_suffixes: ClassVar[tuple[str, ...]] = (".preference.jsonl",)
    extra_files: ClassVar[tuple[str, ...]] = ("openai/README.md", CARD_NAME)

    def open(self, path: Path) -> "OpenaiWriter":
        """Return a writer of one shard and its companion."""
        return OpenaiWriter(*shard_paths(self, path))

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of the rows."""
        return self._card(folder, manifest)

    def card_above(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of a dataset of such rows alone."""
        return self._card(folder, manifest, self.folder)

    def _card(self, folder: Path, manifest: Manifest, rows_in: str = "") -> str:
        files = [
            RowFile(
                "messages", "part-*.messages.jsonl", _lines(folder, manifest, self.suffix), "supervised fine-tuning"
            ),
            RowFile("preference", "part-*.preference.jsonl", _lines(folder, manifest, ".preference.jsonl"), "DPO"),
        ]
        loading = "Upload a file as it is (purpose `fine-tune`); `datasets.load_dataset(FOLDER, NAME)` opens it, too."
        return sealed(card("Rows for OpenAI's fine-tuning", files, manifest, loading, rows_in))

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Yield what is wrong with the lines of a shard: one is no row, or there is not one a document."""
        del manifest
        rows = 0
        for key, file in zip(("messages", "preferred_output"), shard_paths(self, path), strict=True):
            try:
                rows += _rows_with(key, file)
            except (OSError, ValueError):
                yield f"{file.name} has a line that is no row with `{key}`"
                return
        if rows != shard["documents"]:
            yield f"{path.name} and the file beside it hold {rows} rows, not {shard['documents']}"

    def versions(self) -> dict[str, str]:
        """Return nothing: the files hold JSON alone."""
        return {}


class OpenaiWriter:
    """Writes examples and pairs as lines of JSON."""

    def __init__(self, messages: Path, preference: Path) -> None:
        """Create the files."""
        self._messages, self._preference = filesystem.open_new(messages), filesystem.open_new(preference)

    def write(self, document: Document) -> None:
        """Write one line. Raises RefusedError for a document that has no form there."""
        import orjson

        row = row_of(document, "openai")
        line = orjson.dumps(_line(document, row)) + b"\n"
        (self._preference if row.shape == "preference" else self._messages).write(line)

    def close(self) -> None:
        """Close the files."""
        self._messages.close()
        self._preference.close()


def _line(document: Document, row: Row) -> dict[str, Any]:
    """Return a row in OpenAI's form. Raises RefusedError if there is none for it."""
    columns = row.columns
    messages = columns.get("messages") or [*columns.get("prompt", []), *columns.get("completion", [])]
    problem = ""
    if row.shape == "text":
        problem = "is plain text, and examples are chats"
    elif row.shape == "unpaired":
        problem = "is a rated answer, and only examples and pairs can be expressed"
    elif any(message["role"] == "tool" for message in messages):
        problem = "has a turn of a tool, whose call is not known"
    elif row.shape != "preference" and not any(message["role"] == "assistant" for message in messages):
        problem = "has no answer to learn from"
    if problem:
        raise RefusedError(
            f"format openai: document {excerpt(document.id)!r} {problem}; leave it out, or export it to trl"
        )
    if row.shape == "preference":
        return {
            "input": {"messages": columns["prompt"]},
            "preferred_output": columns["chosen"],
            "non_preferred_output": columns["rejected"],
        }
    return {"messages": messages}


def _rows_with(key: str, path: Path) -> int:
    """Count the lines of a file, each of which is an object with this key. Raises ValueError for any other."""
    import orjson

    rows = 0
    with open(path, "rb") as stream:
        for line in stream:
            if not line.endswith(b"\n") or key not in orjson.loads(line):
                raise ValueError("no row")
            rows += 1
    return rows


def _lines(folder: Path, manifest: Manifest, suffix: str) -> int:
    """Count the lines of one kind."""
    paths = [folder / shard["path"] for shard in manifest["shards"] if shard["path"].endswith(suffix)]
    total = 0
    for path in paths:
        if path.is_file():
            with open(path, "rb") as stream:
                while block := stream.read(1 << 20):
                    total += block.count(b"\n")
    return total
