"""Publication: a dataset appears whole or not at all.

A folder is written under `DIR/.staging/`, each shard flushed to disk; then the shards are renamed into place, and
`manifest.json` last. That rename is the moment of publication; only after it are the shards of the manifest before
removed. A journal names what is about to be renamed, so that a run after one that was killed in between can take it
away again. A folder without a manifest is no dataset, and one that is not ours is refused. The folder itself is locked
with flock, which dies with its holder.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core import manifest
from corpuskit.core.chain import Chain
from corpuskit.core.document import Document
from corpuskit.core.errors import PublishError
from corpuskit.core.files.durable import demand_lock, flush, publishing, size_and_digest, write_flushed
from corpuskit.core.files.forms import Format, ShardWriter, form_of
from corpuskit.core.files.totals import Totals

STAGING = ".staging"
WORK = "work"
JOURNAL = "journal.json"
HOLDER = "holder.json"
CARD = "README.md"

_PLACED = re.compile(r"(data/|decisions/)?part-[0-9]{5,}-[0-9a-f]{8}\.[a-z.]+|README\.md")


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
        _refuse_links(target)
        self.lock = _lock(target)
        _undo_swap(target)
        self.before = _manifest_before(target, self.lock)
        self.run = target / STAGING / f"{os.getpid()}-{os.urandom(4).hex()}"
        self.shards: list[dict[str, Any]] = []
        self._open: list[_Shard] = []
        with publishing(target):
            self._sweep(WORK)
            self.run.mkdir(parents=True)
            holder = {"process": os.getpid(), "host": platform.node()}
            write_flushed(self.run.parent / HOLDER, json.dumps(holder).encode())

    @property
    def work(self) -> Path:
        """A folder that outlives a failed run, for the next one to go on from; publication removes it."""
        return self.target.absolute() / STAGING / WORK

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

    def adopt(self, form: Format, number: int, path: Path, facts: tuple[int, str, int, int]) -> None:
        """Add a shard that was written elsewhere on this file system: its size, sha256, documents and tokens."""
        size, digest, documents, tokens = facts
        final = self.run / form.folder / f"part-{number:05d}-{digest[:8]}{form.suffix}"
        with publishing(self.target):
            final.parent.mkdir(exist_ok=True)
            os.link(path, final)
        self.shards.append(
            {
                "path": final.relative_to(self.run).as_posix(),
                "bytes": size,
                "sha256": digest,
                "documents": documents,
                "tokens": tokens,
            }
        )

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
                flush(self.run / name)
            write_flushed(self.run / manifest.MANIFEST, manifest.serialise(content))
            self._swap(names, content)
            # Written beside and renamed, so that a link in its place is replaced and not followed.
            write_flushed(self.run / "run.json", _run_json(run_facts))
            (self.run / "run.json").replace(self.target / "run.json")
        self.abandon()
        return content

    def abandon(self, keep_work: bool = False) -> None:
        """Remove what was staged and let go of the folder; `keep_work` leaves finished work for the next run."""
        for shard in self._open:
            with contextlib.suppress(Exception):
                shard.writer.close()
        self._open = []
        self._sweep(WORK if keep_work and (self.work / "tasks").is_dir() else "")
        if self.made and not (self.target / manifest.MANIFEST).exists():
            with contextlib.suppress(OSError):
                self.target.rmdir()
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1

    def _sweep(self, keep: str) -> None:
        """Remove what lies in staging, but for one folder."""
        staging = self.target / STAGING
        for path in staging.iterdir() if staging.is_dir() else ():
            if path.name != keep:
                shutil.rmtree(path, ignore_errors=True)
                with contextlib.suppress(OSError):
                    path.unlink()
        with contextlib.suppress(OSError):
            staging.rmdir()

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
        write_flushed(self.target / STAGING / JOURNAL, json.dumps(names).encode())
        flush(self.target / STAGING)
        for name in names:
            place = self.target / name
            place.parent.mkdir(exist_ok=True)
            folders.add(place.parent)
            (self.run / name).replace(place)
        for folder in folders:
            flush(folder)
        (self.run / manifest.MANIFEST).replace(self.target / manifest.MANIFEST)
        flush(self.target)
        for item in (*self.before.get("shards", []), *self.before.get("decisions", [])):
            if item["path"] not in names:
                (self.target / item["path"]).unlink(missing_ok=True)
        if any(form_of(item["path"])[0] == "data" for item in self.before.get("shards", [])) and CARD not in names:
            (self.target / CARD).unlink(missing_ok=True)
        for emptied in ("data", "decisions"):
            with contextlib.suppress(OSError):
                (self.target / emptied).rmdir()


def _make_folder(target: Path) -> bool:
    with publishing(target):
        if target.exists() and not target.is_dir():
            raise PublishError(f"{str(target)!r} is a file; name a folder, or a file ending in .jsonl or .parquet")
        existed = target.exists()
        target.mkdir(parents=True, exist_ok=True)
        return not existed


def _refuse_links(target: Path) -> None:
    """A link in place of a folder of ours would lead what is written, and what is removed, elsewhere."""
    for name in (STAGING, f"{STAGING}/{WORK}", "data", "decisions"):
        if (target / name).is_symlink():
            raise PublishError(f"{name} in {str(target)!r} is a link; remove it, or choose another -o")


def _lock(target: Path) -> int:
    with publishing(target):
        descriptor = os.open(target, os.O_RDONLY)
        demand_lock(descriptor, target, _holder(target))
        return descriptor


def holder_of(target: Path) -> str | None:
    """Who is writing the folder, or None if nobody is."""
    descriptor = os.open(target, os.O_RDONLY)
    try:
        demand_lock(descriptor, target)
    except PublishError:
        return _holder(target)
    os.close(descriptor)
    return None


def _holder(target: Path) -> str:
    """The writer of a folder that is locked, as far as it says so itself."""
    try:
        found = json.loads((target / STAGING / HOLDER).read_bytes())
        return f"process {int(found['process'])} on {found['host']!s}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"


def _undo_swap(target: Path) -> None:
    """Take away the files that a killed run had put in place before its manifest, unless a manifest names them."""
    journal = target / STAGING / JOURNAL
    try:
        names = json.loads(journal.read_bytes())
    except (OSError, ValueError):
        return
    kept = set()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads((target / manifest.MANIFEST).read_bytes())
        kept = {CARD, *(item["path"] for item in (*known["shards"], *known["decisions"]))}
    for name in names:
        if isinstance(name, str) and _PLACED.fullmatch(name) and name not in kept:
            (target / name).unlink(missing_ok=True)
    for emptied in ("data", "decisions"):
        with contextlib.suppress(OSError):
            (target / emptied).rmdir()


def _manifest_before(target: Path, lock: int) -> dict[str, Any]:
    if not (target / manifest.MANIFEST).exists():
        if any(path.name != STAGING for path in target.iterdir()):
            os.close(lock)
            raise PublishError(f"{str(target)!r} is not empty and holds no corpuskit manifest; choose another -o")
        return {}
    try:
        before: dict[str, Any] = json.loads((target / manifest.MANIFEST).read_bytes())
        if before.get("format") == manifest.FORMAT and manifest.is_sound(before):
            return before
    except (OSError, ValueError, AttributeError, RecursionError):
        pass
    os.close(lock)
    raise PublishError(f"the manifest in {str(target)!r} is not one of corpuskit's; choose another -o")


def _named_by_content(path: Path, suffix: str) -> tuple[Path, int, str]:
    size, digest = size_and_digest(path)
    final = path.with_name(f"{path.name.removesuffix(suffix)}-{digest[:8]}{suffix}")
    path.rename(final)
    return final, size, digest


def _content_digest(path: str) -> str:
    return size_and_digest(Path(path))[1]


def _shard_order(path: str) -> tuple[str, str, str]:
    folder, suffix = form_of(path)
    return suffix, folder, path


def _run_json(facts: dict[str, Any]) -> bytes:
    """What a manifest must not hold, for people who ask when and where a dataset was made."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return (json.dumps({"finished": when, "host": platform.node(), **facts}, indent=1) + "\n").encode()
