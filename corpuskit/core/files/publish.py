"""Publication: a dataset appears whole or not at all.

A folder is written under `DIR/.staging/`, each shard flushed to disk; then the shards are renamed into place, and
`manifest.json` last. That rename is the moment of publication; only after it are the shards of the manifest before
removed. A folder without a manifest is no dataset, and one that is not ours is refused. The folder itself is locked
with flock, which dies with its holder.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

from corpuskit.core import manifest
from corpuskit.core.chain import Chain
from corpuskit.core.document import Document
from corpuskit.core.errors import PublishError
from corpuskit.core.files.jsonl import LineWriter, compressed

SHARD_DOCUMENTS = 50_000
STAGING = ".staging"
CARD = "README.md"


class ShardWriter(Protocol):
    """Writes the documents of one shard."""

    def write(self, document: Document) -> None:
        """Write one document."""

    def close(self) -> None:
        """Leave a complete file."""


class Format(Protocol):
    """A form that datasets are written in."""

    name: ClassVar[str]
    suffix: ClassVar[str]
    folder: ClassVar[str]
    """Where in a dataset folder the shards lie."""

    def open(self, path: Path) -> ShardWriter:
        """A writer of one shard."""

    def read(self, path: Path) -> Iterator[Document]:
        """The documents of one shard."""

    def finish(self, staging: Path, manifest: dict[str, Any]) -> list[str]:
        """Write the files that stand beside the shards; their relative names."""

    def versions(self) -> dict[str, str]:
        """Libraries that shape the shards' bytes."""


@dataclass
class SourceTotals:
    """What a published dataset holds of one source."""

    documents: int = 0
    tokens: int = 0
    epochs: int = 1
    origins: set[str] = field(default_factory=set)
    licenses: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)


@dataclass
class Totals:
    """Documents and tokens by source, summed while documents are written."""

    count_tokens: Callable[[str], int]
    tokenizer: str = "words"
    sources: dict[str, SourceTotals] = field(default_factory=dict)
    tokens: int = 0
    documents: int = 0

    def add(self, document: Document) -> int:
        """Count one document; its tokens."""
        tokens = self.count_tokens(document.text)
        metadata = document.metadata
        total = self.sources.setdefault(str(metadata.get("source") or "unnamed"), SourceTotals())
        total.documents += 1
        total.tokens += tokens
        total.epochs = max(total.epochs, metadata.get("epoch") or 1)
        for key, kept in (
            ("origin", total.origins),
            ("license", total.licenses),
            ("license_evidence", total.evidence),
        ):
            if metadata.get(key):
                kept.add(str(metadata[key]))
        self.tokens += tokens
        self.documents += 1
        return tokens

    def as_json(self) -> dict[str, Any]:
        """The `sources` of the manifest; several licences or origins of one source as a sorted list."""
        return {
            name: {
                "origin": _one_or_list(total.origins),
                "license": _one_or_list(total.licenses),
                "license_evidence": _one_or_list(total.evidence),
                "documents": total.documents,
                "tokens": total.tokens,
                "epochs": total.epochs,
                "share": round(total.tokens / self.tokens, 6) if self.tokens else 0.0,
            }
            for name, total in sorted(self.sources.items())
        }


@dataclass
class _Shard:
    writer: ShardWriter
    path: Path
    form: Format
    documents: int = 0
    tokens: int = 0


class FolderOutput:
    """A dataset folder on its way to publication."""

    def __init__(self, target: Path, forms: list[Format], totals: Totals, shard_documents: int) -> None:
        """Lock the folder. Raises PublishError if it is in use, cannot be written, or holds what is not ours."""
        self.target, self.forms, self.totals = target, forms, totals
        self.shard_documents = shard_documents
        self.made = _make_folder(target)
        self.lock = _lock(target)
        self.before = _manifest_before(target, self.lock)
        self.run = target / STAGING / f"{os.getpid()}-{os.urandom(4).hex()}"
        self.shards: list[dict[str, Any]] = []
        self._open: list[_Shard] = []
        with publishing(target):
            shutil.rmtree(target / STAGING, ignore_errors=True)
            self.run.mkdir(parents=True)

    def write(self, document: Document) -> None:
        """Add the next document of the final order."""
        with publishing(self.target):
            if not self._open:
                self._open = [self._new_shard(form) for form in self.forms]
            tokens = self.totals.add(document)
            for shard in self._open:
                shard.writer.write(document)
                shard.documents += 1
                shard.tokens += tokens
            if self._open[0].documents >= self.shard_documents:
                self._close_shards()

    def publish(self, chain: Chain, run_facts: dict[str, Any]) -> dict[str, Any]:
        """Make everything written the content of the folder; the manifest."""
        with publishing(self.target):
            self._close_shards()
            decisions = self._stage_decisions(chain)
            for form in self.forms:
                for name, version in form.versions().items():
                    chain.record_version(name, version)
            shards = sorted(self.shards, key=lambda shard: _shard_order(shard["path"]))
            content = manifest.build(chain, self.totals.tokenizer, self.totals.as_json(), shards, decisions)
            beside = [name for form in self.forms for name in form.finish(self.run, content)]
            names = [item["path"] for item in (*shards, *decisions)] + beside
            for name in names:
                _flush(self.run / name)
            _write_flushed(self.run / manifest.MANIFEST, manifest.serialise(content))
            self._swap(names, content)
            _write_flushed(self.target / "run.json", _run_json(run_facts))
        self.abandon()
        return content

    def abandon(self) -> None:
        """Remove what was staged and let go of the folder."""
        for shard in self._open:
            with contextlib.suppress(Exception):
                shard.writer.close()
        self._open = []
        shutil.rmtree(self.target / STAGING, ignore_errors=True)
        if self.made and not (self.target / manifest.MANIFEST).exists():
            with contextlib.suppress(OSError):
                self.target.rmdir()
        with contextlib.suppress(OSError):
            os.close(self.lock)

    def _new_shard(self, form: Format) -> _Shard:
        folder = self.run / form.folder
        folder.mkdir(exist_ok=True)
        number = sum(1 for shard in self.shards if form_of(shard["path"]) == (form.folder, form.suffix))
        path = folder / f"part-{number:05d}{form.suffix}"
        return _Shard(form.open(path), path, form)

    def _close_shards(self) -> None:
        for shard in self._open:
            shard.writer.close()
            path, size, digest = _named_by_content(shard.path, shard.form.suffix)
            self.shards.append(
                {
                    "path": path.relative_to(self.run).as_posix(),
                    "bytes": size,
                    "sha256": digest,
                    "documents": shard.documents,
                    "tokens": shard.tokens,
                }
            )
        self._open = []

    def _stage_decisions(self, chain: Chain) -> list[dict[str, Any]]:
        folder = self.run / "decisions"
        folder.mkdir()
        staged = []
        for place, source in enumerate(sorted(chain.decisions, key=_content_digest)):
            path = folder / f"part-{place:05d}.jsonl.zst"
            shutil.copyfile(source, path)
            path, size, digest = _named_by_content(path, ".jsonl.zst")
            staged.append({"path": path.relative_to(self.run).as_posix(), "bytes": size, "sha256": digest})
        return staged

    def _swap(self, names: list[str], content: dict[str, Any]) -> None:
        folders = {self.target}
        for name in names:
            place = self.target / name
            place.parent.mkdir(exist_ok=True)
            folders.add(place.parent)
            (self.run / name).replace(place)
        for folder in folders:
            _flush(folder)
        (self.run / manifest.MANIFEST).replace(self.target / manifest.MANIFEST)
        _flush(self.target)
        for item in (*self.before.get("shards", []), *self.before.get("decisions", [])):
            if item["path"] not in names:
                (self.target / item["path"]).unlink(missing_ok=True)
        if any(form_of(item["path"])[0] == "data" for item in self.before.get("shards", [])) and CARD not in names:
            (self.target / CARD).unlink(missing_ok=True)
        for emptied in ("data", "decisions"):
            with contextlib.suppress(OSError):
                (self.target / emptied).rmdir()


class FileOutput:
    """One published file with its manifest beside it, `NAME.manifest.json`."""

    def __init__(self, target: Path, form: Format | None, totals: Totals) -> None:
        """Stage beside the target; `form` is None for JSONL. Raises PublishError if the place is in use."""
        self.target, self.form, self.totals = target, form, totals
        self.staged = target.with_name(f".{target.name}.staging")
        with publishing(target):
            self.lock = os.open(self.staged.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o666)
            _demand_lock(self.lock, target)
            self.staged.unlink(missing_ok=True)
            self.writer: ShardWriter = form.open(self.staged) if form else _line_writer(self.staged, target.name)

    def write(self, document: Document) -> None:
        """Add the next document."""
        with publishing(self.target):
            self.totals.add(document)
            self.writer.write(document)

    def publish(self, chain: Chain, run_facts: dict[str, Any]) -> dict[str, Any]:
        """Rename the file and its manifest into place."""
        with publishing(self.target):
            self.writer.close()
            _flush(self.staged)
            size, digest = _size_and_digest(self.staged)
            for name, version in self.form.versions().items() if self.form else ():
                chain.record_version(name, version)
            shard = {
                "path": self.target.name,
                "bytes": size,
                "sha256": digest,
                "documents": self.totals.documents,
                "tokens": self.totals.tokens,
            }
            content = manifest.build(chain, self.totals.tokenizer, self.totals.as_json(), [shard], [])
            beside = manifest_of_file(self.target)
            beside.unlink(missing_ok=True)
            self.staged.replace(self.target)
            _write_flushed(self.staged, manifest.serialise(content))
            self.staged.replace(beside)
            _flush(self.target.parent)
        self.abandon()
        return content

    def abandon(self) -> None:
        """Remove what was staged and let go of the place."""
        with contextlib.suppress(Exception):
            self.writer.close()
        for path in (self.staged, self.staged.with_suffix(".lock")):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.close(self.lock)


def manifest_of_file(target: Path) -> Path:
    """Where the manifest of a single published file lies."""
    return target.with_name(f"{target.name}.manifest.json")


@contextlib.contextmanager
def publishing(target: Path) -> Iterator[None]:
    """Turn a failed write into a PublishError that names the place and what to do."""
    try:
        yield
    except OSError as error:
        raise PublishError(
            f"cannot write {str(target)!r}: {error.strerror or error}; nothing was published. "
            "Make room or choose another -o, and run it again"
        ) from error


def _line_writer(path: Path, name: str) -> LineWriter:
    return LineWriter(compressed(open(path, "wb"), name))


def _make_folder(target: Path) -> bool:
    with publishing(target):
        if target.exists() and not target.is_dir():
            raise PublishError(f"{str(target)!r} is a file; name a folder, or a file ending in .jsonl or .parquet")
        existed = target.exists()
        target.mkdir(parents=True, exist_ok=True)
        return not existed


def _lock(target: Path) -> int:
    with publishing(target):
        descriptor = os.open(target, os.O_RDONLY)
        _demand_lock(descriptor, target)
        return descriptor


def _demand_lock(descriptor: int, target: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise PublishError(f"{str(target)!r} is being written by another run; wait, or choose another -o") from None


def _manifest_before(target: Path, lock: int) -> dict[str, Any]:
    if not (target / manifest.MANIFEST).exists():
        if any(path.name != STAGING for path in target.iterdir()):
            os.close(lock)
            raise PublishError(f"{str(target)!r} is not empty and holds no corpuskit manifest; choose another -o")
        return {}
    try:
        before: dict[str, Any] = json.loads((target / manifest.MANIFEST).read_bytes())
        if before.get("format") == manifest.FORMAT:
            return before
    except (OSError, ValueError, AttributeError):
        pass
    os.close(lock)
    raise PublishError(f"the manifest in {str(target)!r} is not one of corpuskit's; choose another -o")


def _named_by_content(path: Path, suffix: str) -> tuple[Path, int, str]:
    size, digest = _size_and_digest(path)
    final = path.with_name(f"{path.name.removesuffix(suffix)}-{digest[:8]}{suffix}")
    path.rename(final)
    return final, size, digest


def _size_and_digest(path: Path) -> tuple[int, str]:
    with open(path, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return stream.tell(), digest


def _content_digest(path: str) -> str:
    return _size_and_digest(Path(path))[1]


def form_of(path: str) -> tuple[str, str]:
    """What tells the forms of one dataset apart: the folder its shards lie in, and how their names end."""
    folder, _, name = path.rpartition("/")
    return folder, "." + name.partition(".")[2]


def _shard_order(path: str) -> tuple[str, str, str]:
    folder, suffix = form_of(path)
    return suffix, folder, path


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_flushed(path: Path, data: bytes) -> None:
    stream: BinaryIO
    with open(path, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _run_json(facts: dict[str, Any]) -> bytes:
    """What a manifest must not hold, for people who ask when and where a dataset was made."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return (json.dumps({"finished": when, "host": platform.node(), **facts}, indent=1) + "\n").encode()


def _one_or_list(values: set[str]) -> Any:
    return sorted(values) if len(values) > 1 else next(iter(values), None)
