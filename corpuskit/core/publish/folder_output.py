"""Publication: a dataset appears whole or not at all.

A folder is written under `DIR/.staging/`, each shard flushed to disk; then the shards are renamed into place, and
`manifest.json` last. That rename is the moment of publication; only after it are files that keep their name replaced,
and the shards of the previous manifest removed. A journal names the shards of both manifests, so that after a failure,
or a kill in between, the shards of the one that is not in place can be removed. A folder without a manifest is not a
dataset, and a folder that is not ours is refused. The folder itself is locked with flock, which dies with its holder.
"""

import contextlib
import json
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import demand_lock, finishing, flush, publishing, size_and_digest, write_flushed
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.disk.stored_json import read_json
from corpuskit.core.document import Document
from corpuskit.core.errors import PublishError
from corpuskit.core.format import Format, ShardWriter
from corpuskit.core.provenance import manifest
from corpuskit.core.provenance.balance import VerdictKey
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.entries import CardEntry, FileEntry, Manifest, QuotaEntry, ShardEntry
from corpuskit.core.provenance.manifest import shard_format
from corpuskit.core.publish.decision_files import content_and_ids, copy_decisions, demand_all_decisions
from corpuskit.core.publish.equal_ids import EqualIds
from corpuskit.core.publish.recovery import (
    JOBS,
    JOURNAL,
    OLD_RUN,
    STAGING,
    TASKS,
    WORK,
    demand_own_folders,
    extra_names_of,
    listed_names,
    recover,
    remove_if_empty,
    write_journal,
)
from corpuskit.core.publish.report_file import REPORT_NAME, REPORT_NAMES, write_report
from corpuskit.core.publish.seals import is_edited_card, new_card_beside
from corpuskit.core.publish.shard_files import measured_files, named_by_content, shard_order
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.publish.takedown_gate import demand_still_cleared
from corpuskit.core.wording import comma_list, excerpt

HOLDER = "holder.json"


class HolderEntry(TypedDict):
    """Who writes a folder, in `holder.json`."""

    process: int
    host: str


@dataclass
class _Shard:
    writer: ShardWriter
    path: Path
    format_: Format
    number: int
    documents: int = 0
    tokens: int = 0


class FolderOutput:
    """A dataset folder on its way to publication."""

    def __init__(
        self,
        target: Path,
        formats: list[Format],
        totals: Totals,
        shard_documents: int,
        card: CardEntry | None = None,
        *,
        report: bool = False,
    ) -> None:
        """Lock the folder; `card` is what people wrote for the dataset card, and `report` asks for a page beside it.

        Raises PublishError if the folder is in use, cannot be written, or holds files that are not ours.
        """
        self.target, self.formats, self.totals = target, formats, totals
        self.shard_documents, self.card, self.report = shard_documents, card, report
        self.is_new = _make_folder(target)
        self.lock, self.before = _claim(target, self.is_new)
        self.run = target / STAGING / f"{os.getpid()}-{os.urandom(4).hex()}"
        self.shards: list[ShardEntry] = []
        self._open: list[_Shard] = []
        self._extra_names: list[str] = []
        self._edited_cards: list[str] = []
        self._ids = EqualIds()
        self._publishing = publishing(target)
        self._id_remarks: list[str] = []
        try:
            with publishing(target):
                self._sweep(WORK)
                filesystem.make_folder(self.run, parents=True)
                holder: HolderEntry = {"process": os.getpid(), "host": platform.node()}
                write_flushed(self.run.parent / HOLDER, json.dumps(holder).encode())
        except BaseException:
            self.abandon(keep_work=True)
            raise

    @property
    def work(self) -> Path:
        """A folder that outlives a failed run, so that the next one can resume; publication removes it."""
        return self.target.absolute() / STAGING / WORK

    def write(self, document: Document) -> None:
        """Add the next document of the final order."""
        with self._publishing:
            if not self._open:
                self._open = [self._new_shard(format_) for format_ in self.formats]
            tokens = self.totals.add(document)
            self._ids.add(document)
            for shard in self._open:
                shard.writer.write(document)
                shard.documents += 1
                shard.tokens += tokens
            if self._open[0].documents >= self.shard_documents:
                self._close_shards()

    def adopt(self, format_: Format, number: int, folder: Path, files: Sequence[ShardEntry]) -> None:
        """Add a shard that was written elsewhere on this file system; its files are in `folder`, its own first."""
        with publishing(self.target):
            filesystem.make_folder(self.run / format_.folder, exist_ok=True, parents=True)
            for file, entry in zip(files, named_by_content(format_, number, files), strict=True):
                filesystem.link(folder / file["path"], self.run / entry["path"])
                self.shards.append(entry)

    def publish(self, chain: Chain, quotas: Mapping[str, QuotaEntry] | None = None) -> Manifest:
        """Make everything written the content of the folder; return the manifest, with the quotas of a mix."""
        demand_still_cleared(self.before.get("steps", ()), chain.steps, self.target)
        self._id_remarks = self._ids.remarks()
        with publishing(self.target):
            content = self._stage_manifest(chain, quotas)
            extra_names = self._stage_extra_files(content)
            for name in (*listed_names(content), *extra_names):
                flush(self.run / name)
            self._move_to_target(listed_names(content))
        with finishing(self.target):
            self._extra_names = extra_names
            self._finish()
        self.abandon()
        return content

    def remarks(self) -> list[str]:
        """Return what the user should know after publication: of pages, equal ids and edited cards."""
        edited_cards = [
            f"{name} in {str(self.target)!r} was edited, so it stays; the card of the new dataset is "
            f"{new_card_beside(name)}"
            for name in self._edited_cards
        ]
        return [*self.totals.remarks(), *self._id_remarks, *edited_cards, *self._replaced_sources()]

    def _replaced_sources(self) -> list[str]:
        """Return that a dataset of other sources was replaced: the name of the folder may have been a mistake."""
        sources, old_sources = self.totals.sources, self.before.get("sources", {})
        if not old_sources or not sources or old_sources.keys() & sources.keys():
            return []
        names = excerpt(comma_list(old_sources), 200)
        return [f"{str(self.target)!r} held another dataset, of {names}, which this one has replaced"]

    def account(self) -> dict[str, int]:
        """Return nothing."""
        return {}

    def decisions_path(self) -> Path:
        """Return where the last step's verdicts are written until the folder is published."""
        return self.run / "verdicts.jsonl.zst"

    def abandon(self, keep_work: bool = False) -> None:
        """Remove what was staged and unlock the folder; `keep_work` leaves finished work for the next run."""
        for shard in self._open:
            with contextlib.suppress(Exception):
                shard.writer.close()
        self._open = []
        self._ids.close()
        if self.lock < 0:
            return
        kept_names = [WORK] if keep_work and self.has_work() else []
        try:
            self._finish()
        except (OSError, MemoryError):
            kept_names.append(JOURNAL)
        self._sweep(*kept_names)
        if self.is_new and not (self.target / manifest.MANIFEST).exists():
            remove_if_empty(self.target)
        os.close(self.lock)
        self.lock = -1

    def has_work(self) -> bool:
        """Whether there is anything that the next run can use, or must know of."""
        return (self.work / JOBS).exists() or any((self.work / TASKS).glob("*/*"))

    def _finish(self) -> None:
        """Tidy the folder, before or after publication; what was done already is not done again."""
        for name in self._extra_names:
            if (self.run / name).exists():
                # Renamed and not written there, so that a link of that name is replaced and not followed.
                filesystem.make_folder((self.target / name).parent, exist_ok=True, parents=True)
                filesystem.replace(self.run / name, self.target / self._name_in_target(name))
        recover(self.target)

    def _name_in_target(self, name: str) -> str:
        """Return the name that a file gets; that of a card is another one if people edited the card in its place."""
        beside = new_card_beside(name)
        if is_edited_card(self.target / name):
            self._edited_cards.append(name)
            return beside
        if beside != name and not is_edited_card(self.target / beside):
            filesystem.remove(self.target / beside, missing_ok=True)
        return name

    def _sweep(self, *kept_names: str) -> None:
        """Remove what can be removed from staging, except for entries with these names."""
        staging = self.target / STAGING
        left: list[Path] = []
        with contextlib.suppress(OSError, MemoryError):
            left = sorted(path for path in staging.iterdir() if path.name not in kept_names)
        for path in left:
            with contextlib.suppress(OSError, MemoryError):
                remove_any(path)
        remove_if_empty(staging)

    def _new_shard(self, format_: Format) -> _Shard:
        folder = self.run / format_.folder
        filesystem.make_folder(folder, exist_ok=True, parents=True)
        number = sum(1 for shard in self.shards if shard_format(shard["path"]) == (format_.folder, format_.suffix))
        path = folder / f"part-{number:05d}{format_.suffix}"
        return _Shard(format_.open(path), path, format_, number)

    def _close_shards(self) -> None:
        for shard in self._open:
            shard.writer.close()
            files = measured_files(shard.format_, shard.path, shard.documents, shard.tokens)
            for file, entry in zip(files, named_by_content(shard.format_, shard.number, files), strict=True):
                filesystem.replace(shard.path.with_name(file["path"]), self.run / entry["path"])
                self.shards.append(entry)
        self._open = []

    def _stage_manifest(self, chain: Chain, quotas: Mapping[str, QuotaEntry] | None) -> Manifest:
        """Return the manifest of everything written, all of which is then in staging."""
        self._close_shards()
        decisions = self._stage_decisions(chain)
        for format_ in self.formats:
            for name, version in format_.versions().items():
                chain.record_version(name, version)
        shards = sorted(self.shards, key=lambda shard: shard_order(shard["path"]))
        sources = self.totals.as_json()
        contents = self.totals.contents()
        content = manifest.build(chain, self.totals.tokenizer, sources, shards, decisions, quotas, contents, self.card)
        write_flushed(self.run / manifest.MANIFEST, manifest.serialise(content))
        return content

    def _stage_extra_files(self, content: Manifest) -> list[str]:
        """Write what formats add to their shards; of those that share a file, such as the card, the first writes it.

        Lossless ones come first: a card of rows is for a folder that holds nothing else.
        """
        names: list[str] = []
        for format_ in sorted(self.formats, key=lambda format_: not format_.lossless):
            if not names or not set(format_.extra_files) <= set(names):
                format_.finish(self.run, content)
                names += [name for name in format_.extra_files if name not in names]
        if self.report:
            write_report(self.run)
            names.append(REPORT_NAME)
        return names

    def _stage_decisions(self, chain: Chain) -> list[FileEntry]:
        folder = self.run / "decisions"
        filesystem.make_folder(folder)
        staged: list[FileEntry] = []
        decisions_of: Counter[VerdictKey] = Counter()
        for number, file in enumerate(sorted(chain.decisions, key=content_and_ids)):
            path = folder / f"part-{number:05d}.jsonl.zst"
            decisions_of += copy_decisions(file, path)
            size, digest = size_and_digest(path)
            final = path.with_name(f"part-{number:05d}-{digest[:8]}.jsonl.zst")
            filesystem.replace(path, final)
            staged.append({"path": final.relative_to(self.run).as_posix(), "bytes": size, "sha256": digest})
        demand_all_decisions(chain, decisions_of)
        return staged

    def _move_to_target(self, names: list[str]) -> None:
        """Rename the shards into place, and the manifest after them."""
        write_journal(
            self.target, {*names, *listed_names(self.before), *extra_names_of(self.before), *REPORT_NAMES, OLD_RUN}
        )
        paths = [self.target / name for name in names]
        for folder in sorted({path.parent for path in paths}):
            filesystem.make_folder(folder, exist_ok=True, parents=True)
        for name, path in zip(names, paths, strict=True):
            filesystem.replace(self.run / name, path)
        for folder in sorted({self.target, *(path.parent for path in paths)}):
            flush(folder)
        filesystem.replace(self.run / manifest.MANIFEST, self.target / manifest.MANIFEST)


def _make_folder(target: Path) -> bool:
    with publishing(target):
        if target.exists() and not target.is_dir():
            raise PublishError(f"{str(target)!r} is a file; name a folder, or a file ending in .jsonl or .parquet")
        existed = target.exists()
        if not existed and target.is_symlink():
            raise PublishError(f"{str(target)!r} is a link to nothing; remove it, or choose another -o")
        filesystem.make_folder(target, parents=True, exist_ok=True)
        return not existed


def _claim(target: Path, is_new: bool) -> tuple[int, dict[str, Any]]:
    """Lock a folder and tidy it; return the lock and the previous manifest. Raises PublishError."""
    lock = -1
    try:
        with publishing(target):
            demand_own_folders(target)
        lock = _lock(target)
        with publishing(target):
            recover(target)
            return lock, _manifest_before(target)
    except BaseException:
        if lock >= 0:
            os.close(lock)
        if is_new:
            remove_if_empty(target)
        raise


def _lock(target: Path) -> int:
    with publishing(target):
        descriptor = os.open(target, os.O_RDONLY)
        demand_lock(descriptor, target, _holder(target))
        return descriptor


def holder_of(target: Path) -> str | None:
    """Return who is writing the folder, or None if nobody is."""
    descriptor = os.open(target, os.O_RDONLY)
    try:
        demand_lock(descriptor, target)
    except PublishError:
        return _holder(target)
    os.close(descriptor)
    return None


def _holder(target: Path) -> str:
    """Return who writes a locked folder, if it has said who it is."""
    content: HolderEntry | None = read_json(target / STAGING / HOLDER, HolderEntry)
    return f"process {content['process']} on {content['host']}" if content else "another run"


def remove_any(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; a link is not followed."""
    if path.is_dir() and not path.is_symlink():
        filesystem.remove_tree(path)
    else:
        filesystem.remove(path, missing_ok=True)


def _manifest_before(target: Path) -> dict[str, Any]:
    if not (target / manifest.MANIFEST).exists():
        if any(path.name != STAGING for path in target.iterdir()):
            raise PublishError(f"{str(target)!r} is not empty and holds no corpuskit manifest; choose another -o")
        return {}
    try:
        before: dict[str, Any] = json.loads(read_regular(target / manifest.MANIFEST, follow_links=True))
        if before.get("format") == manifest.FORMAT and manifest.is_sound(before):
            return before
    except (OSError, ValueError, AttributeError, RecursionError):
        pass
    raise PublishError(f"the manifest in {str(target)!r} is not one of corpuskit's; choose another -o")
