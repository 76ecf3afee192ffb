"""What a run that was stopped while it published has left behind, and how the next one takes it away.

A journal lists the files of the dataset before and of the new one. Whichever of the two has its manifest in place keeps
its files; the others are removed.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import flush, or_elsewhere, write_flushed
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.errors import PublishError
from corpuskit.core.format import file_suffixes
from corpuskit.core.provenance import manifest
from corpuskit.core.provenance.manifest import shard_format
from corpuskit.core.publish.report_file import REPORT_NAMES, is_own_report, is_report_of
from corpuskit.core.publish.seals import CARD_NAME, is_edited_card, new_card_beside
from corpuskit.core.registry import all_formats

STAGING = ".staging"
WORK = "work"
TASKS = "tasks"
"""Inside the work folder; it holds folders of tasks' files."""
LOG = "log"
"""Inside it, too."""
JOBS = "slurm.json"
"""Inside it as well: jobs that may still write there."""
JOURNAL = "journal.json"
DECISIONS = "decisions"
OLD_RUN = "run.json"
"""When and where a dataset was made: what folders of earlier versions hold, next to their shards."""

_PART = re.compile(r"part-[0-9]{5,}-[0-9a-f]{8}")


def write_journal(target: Path, names: Iterable[str]) -> None:
    """Note the files of the dataset before and of the new one, before any of them is changed."""
    write_flushed(target / STAGING / JOURNAL, json.dumps(sorted(names)).encode())
    flush(target / STAGING)


def recover(target: Path) -> None:
    """Remove, of the two datasets that a journal names, the files of the one whose manifest is not in place."""
    names = left_behind(target)
    if names is None:
        return
    # The manifest that decides must survive a power failure before anything is removed because of it.
    flush(target)
    for name in names:
        if not is_edited_card(target / name):
            filesystem.remove(target / name, missing_ok=True)
    for folder in _folders_of(names):
        remove_if_empty(target / folder)


def left_behind(target: Path) -> list[str] | None:
    """Return the files to remove after a run that was stopped while it published; None if there was no such run."""
    journal = target / STAGING / JOURNAL
    if not journal.is_file():
        return None
    try:
        names = json.loads(read_regular(journal))
        published = _read_if_there(target / manifest.MANIFEST)
        kept_names = {*listed_names(published), *extra_names_of(published)}
        kept_names.update(name for name in REPORT_NAMES if _stays(target / name, published))
    except (FileNotFoundError, NotADirectoryError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # A journal that was not finished has had no effect; a manifest that is not whole is not ours to judge.
        return None
    listed = names if isinstance(names, list) else []
    return [name for name in listed if isinstance(name, str) and name not in kept_names and _is_dataset_file(name)]


def _stays(report: Path, published: Any) -> bool:
    """Whether a report beside a dataset is on that dataset, or somebody's own; a link is neither."""
    return is_report_of(report, published) or (
        report.is_file() and not report.is_symlink() and not is_own_report(report)
    )


def _read_if_there(path: Path) -> Any:
    try:
        return json.loads(read_regular(path, follow_links=True))
    except FileNotFoundError:
        return {}


def listed_names(content: Mapping[str, Any]) -> list[str]:
    """Return the files that a manifest names."""
    return [item["path"] for item in (*content.get("shards", ()), *content.get("decisions", ()))]


def extra_names_of(content: Mapping[str, Any]) -> list[str]:
    """Return the extra files of the formats that a manifest's shards are in."""
    names: set[str] = set()
    for folder, suffix in {shard_format(item["path"]) for item in content.get("shards", ())}:
        for format_ in all_formats():
            if format_.folder == folder and suffix in file_suffixes(format_):
                names.update(format_.extra_files)
    return sorted(names)


def all_extra_names() -> set[str]:
    """Return the extra files of all formats, reports on a dataset, and where new cards go if a README was edited."""
    names = {name for format_ in all_formats() for name in format_.extra_files} | set(REPORT_NAMES)
    return names | {new_card_beside(name) for name in names if name.endswith(CARD_NAME)}


def demand_own_folders(target: Path) -> None:
    """Refuse links in place of our folders and files, which would redirect writes and removals, and files for folders.

    Links further inside are removed, or replaced, and never followed.
    """
    work = target / STAGING / WORK
    shard_names = {f"{format_.folder}/{format_.suffix}" for format_ in all_formats()}
    folders = (DECISIONS, *sorted(_folders_of({*shard_names, *all_extra_names()})))
    for path in (target / STAGING, work, *_entries_of(work), *(target / name for name in folders)):
        if path.is_symlink():
            raise _not_ours(path, target, "is a link")
    for path in (target / STAGING, work, work / TASKS, work / LOG):
        if path.exists() and not path.is_dir():
            raise _not_ours(path, target, "is not a folder")


def _entries_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _not_ours(path: Path, target: Path, what: str) -> PublishError:
    name = path.relative_to(target).as_posix()
    return PublishError(f"{name} in {str(target)!r} {what}; {or_elsewhere('remove it')}")


def _is_dataset_file(name: str) -> bool:
    """Whether a dataset may hold a file of this name. A journal that somebody forged must not remove any other."""
    folder, suffix = shard_format(name)
    if not _PART.fullmatch(name.rpartition("/")[2].removesuffix(suffix)):
        return name in all_extra_names() or name == OLD_RUN
    if (folder, suffix) == (DECISIONS, ".jsonl.zst"):
        return True
    # Earlier versions put shards of some formats next to the manifest.
    return any(folder in ("", format_.folder) and suffix in file_suffixes(format_) for format_ in all_formats())


def _folders_of(names: Iterable[str]) -> list[str]:
    """Return the folders in a dataset that these files lie in, inner ones first.

    >>> _folders_of(["data/a", "chat/de/b", "c"])
    ['data', 'chat/de', 'chat']
    """
    folders = {parent.as_posix() for name in names for parent in PurePosixPath(name).parents} - {"."}
    return sorted(folders, reverse=True)


def remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        filesystem.remove_folder(folder)
