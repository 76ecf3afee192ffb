"""What leaves the stream: drops and rejects, set aside with their reasons.

Three files, each optional: `--drops` (with the documents), `--rejects` (with the bytes in a file of their own, readable
only by the owner) and the decisions, which hold no text and become part of every published folder.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.document import encode
from corpuskit.core.errors import PublishError, what_to_do
from corpuskit.core.outcome import Drop, Rejected

DROPPED = "dropped"
REJECTED = "rejected"
STEP_ID = "step_id"
MOST_SEARCHED = 1024 * 1024
"""Bytes of a rejected record up to which its id is looked for: parsed, a long one can take 40 times its size."""
WRITTEN_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@dataclass(slots=True)
class Verdict:
    """One document or record that a step took out of the stream."""

    step: str
    verdict: str
    reason: str
    id: str | None
    values: dict[str, Any]
    line: bytes = b""
    """The dropped document's line, or the rejected record's bytes."""
    input: str = ""
    offset: int = 0
    source: str = ""
    """The source that the document names; empty if it names none."""
    position: int = 0
    """Number of the step among those that are applied together: two steps may have one name."""

    @classmethod
    def of_drop(cls, step: str, drop: Drop, location: tuple[str, int], line: bytes | None = None) -> "Verdict":
        """Return a step's verdict on a document that was read at `location` (input, offset), maybe with its line."""
        line = encode(drop.document) if line is None else line
        source = _text_or_none(drop.document.metadata.get("source"))
        return cls(step, DROPPED, drop.reason, drop.document.id, drop.values, line, *location, source or "")

    @classmethod
    def of_rejected(cls, step: str, rejected: Rejected) -> "Verdict":
        """Return the verdict on a record that could not be read or processed, with what can be read of it."""
        values = {"detail": rejected.detail} if rejected.detail else {}
        identifier, source = _id_and_source(rejected.raw)
        return cls(
            step,
            REJECTED,
            rejected.reason,
            identifier if rejected.id is None else rejected.id,
            values,
            rejected.raw,
            rejected.input,
            rejected.offset,
            source or "",
        )

    def decision(self) -> dict[str, Any]:
        """Return the line in `decisions/`: no text; for rejects, the location and digest of the record."""
        decision: dict[str, Any] = {
            "id": self.id,
            "step": self.step,
            "verdict": self.verdict,
            "reason": self.reason,
            "values": self.values,
        }
        if self.source:
            decision["source"] = self.source
        if self.verdict == REJECTED:
            decision |= {"input": self.input, "offset": self.offset, "sha256": hashlib.sha256(self.line).hexdigest()}
        return decision


def decision_line(decision: Mapping[str, Any], step_id: str | None) -> bytes:
    """Return the line of a decision with this id of its step; without one if there is none."""
    import orjson

    line = {"id": decision["id"], "step": decision["step"], STEP_ID: step_id, **decision}
    if step_id is None:
        del line[STEP_ID]
    else:
        line[STEP_ID] = step_id
    return orjson.dumps(line) + b"\n"


def _id_and_source(record: bytes) -> tuple[str | None, str | None]:
    """Return the id and the source of a rejected record, as far as it is an object that has them."""
    import orjson

    if len(record) > MOST_SEARCHED or record.lstrip()[:1] != b"{":
        return None, None
    try:
        content = orjson.loads(record)
    except ValueError:
        return None, None
    metadata = content.get("metadata")
    source = metadata.get("source") if isinstance(metadata, dict) else None
    return _text_or_none(content.get("id")), _text_or_none(source)


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


@dataclass
class VerdictLog:
    """Writes verdicts where the user and the manifest want them."""

    drops: Path | None = None
    rejects: Path | None = None
    decisions: Path | None = None
    _open: dict[str, BinaryIO] = field(default_factory=dict)
    _raw_bytes: int = 0

    def __post_init__(self) -> None:
        """Empty the files of an earlier run: a run without drops must not show old ones."""
        if self.drops:
            self._stream("drops", self.drops)
        if self.rejects:
            self._stream("rejects", self.rejects)
            self._stream("bytes", bytes_of_rejects(self.rejects))

    def take(self, verdict: Verdict) -> None:
        """Write one verdict."""
        if self.decisions:
            self._write("decisions", self.decisions, verdict.decision())
        if verdict.verdict == DROPPED and self.drops:
            self._write("drops", self.drops, self._drop(verdict))
        if verdict.verdict == REJECTED and self.rejects:
            self._write("rejects", self.rejects, self._reject(verdict))

    def close(self) -> None:
        """Finish all files."""
        while self._open:
            name, stream = self._open.popitem()
            with naming_verdict_file(name, self._path_of(name)):
                stream.close()

    def _drop(self, verdict: Verdict) -> dict[str, Any]:
        import orjson

        return {
            "id": verdict.id,
            "step": verdict.step,
            "reason": verdict.reason,
            "values": verdict.values,
            "document": orjson.Fragment(verdict.line),
        }

    def _reject(self, verdict: Verdict) -> dict[str, Any]:
        entry = {
            "input": verdict.input,
            "offset": verdict.offset,
            "reason": verdict.reason,
            "sha256": hashlib.sha256(verdict.line).hexdigest(),
            "id": verdict.id,
            "step": verdict.step,
            "values": verdict.values,
            "bytes": {"offset": self._raw_bytes, "length": len(verdict.line)},
        }
        assert self.rejects is not None
        path = bytes_of_rejects(self.rejects)
        with naming_verdict_file("bytes", path):
            self._stream("bytes", path).write(verdict.line)
        self._raw_bytes += len(verdict.line)
        return entry

    def _write(self, name: str, path: Path, entry: dict[str, Any]) -> None:
        import orjson

        with naming_verdict_file(name, path):
            self._stream(name, path).write(orjson.dumps(entry) + b"\n")

    def _path_of(self, name: str) -> Path:
        paths = {"drops": self.drops, "rejects": self.rejects, "decisions": self.decisions}
        path = self.rejects if name == "bytes" else paths[name]
        assert path is not None
        return bytes_of_rejects(path) if name == "bytes" else path

    def _stream(self, name: str, path: Path) -> BinaryIO:
        if name not in self._open:
            self._open[name] = open_verdict_file(name, path)
        return self._open[name]


@contextlib.contextmanager
def naming_verdict_file(name: str, path: Path) -> Iterator[None]:
    """Turn a failed write into a PublishError that names the file, and the option that named it."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if name == "decisions":
            raise
        option = "--drops" if name == "drops" else "--rejects"
        raise PublishError(
            f"cannot write {str(path)!r}: {error.strerror or error}; nothing was published. {what_to_do(error)}, or "
            f"choose another {option}, and run it again"
        ) from error


def open_verdict_file(name: str, path: Path) -> BinaryIO:
    """Open the file of `drops`, `rejects`, `bytes` or `decisions`, empty and compressed as its name says.

    `-` is standard output. Raises PublishError, with the option that named it.
    """
    return compressing_writer(_open_anew(name, path), path.name)


def _open_anew(name: str, path: Path) -> BinaryIO:
    """Open one of the three files and empty it. Raises PublishError, with the option that named it."""
    try:
        if str(path) == "-":
            return filesystem.open_stdout()
        return _private(path) if name == "bytes" else filesystem.open_flags(path, WRITTEN_ANEW)
    except OSError as error:
        if name == "decisions":
            raise
        option = "--drops" if name == "drops" else "--rejects"
        raise PublishError(f"cannot write {str(path)!r}: {error.strerror or error}; choose another {option}") from None


def bytes_of_rejects(rejects: Path) -> Path:
    """Return the file, next to `--rejects`, that holds the rejected records' bytes; a device takes both."""
    if os.path.exists(rejects) and rejects.is_char_device():
        return rejects
    return rejects.parent / f"{rejects.name}.bytes"


def _private(path: Path) -> BinaryIO:
    """Open a file that nobody else may read, even if it exists. No user named it, so no link is followed."""
    stream = filesystem.open_flags(path, WRITTEN_ANEW | os.O_NOFOLLOW, 0o600)
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        os.fchmod(stream.fileno(), 0o600)
    return stream
