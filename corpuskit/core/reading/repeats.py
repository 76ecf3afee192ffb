"""Files that have several names: which of them they go by, and what the user is told of it."""

import functools
import itertools
import os
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path

from corpuskit.core import console
from corpuskit.core.reading.input_kinds import has_records
from corpuskit.core.reading.inputs import Input
from corpuskit.core.wording import quantity


def without_repeats(named: Sequence[Sequence[Input]]) -> list[Input]:
    """Return each file that arguments name once, in input order, by its own name rather than by a link's.

    Of several names, one that was found in a folder goes before that of the file alone. What several arguments name is
    told, as whoever repeats a name may expect to read it twice; the matches of one pattern may well overlap. Manifests
    and decisions are UTF-8, so bytes of a name that are not are spelled out.
    """
    files: dict[str | None, Input] = {}
    argument_of: dict[str | None, int] = {}
    repeats: set[str | None] = set()
    real_path = real_path_finder()
    for number, items in enumerate(named):
        for item in items:
            key = real_path(item.local_path, item.is_real_path) if item.local_path else item.url
            if argument_of.setdefault(key, number) != number:
                repeats.add(key)
            if key not in files or _rank(item) < _rank(files[key]):
                files[key] = item
    _tell_repeats([files[key].name for key in repeats])
    return [item for _, item in sorted(files.items(), key=lambda pair: (os.fsencode(pair[1].name), pair[0] or ""))]


def _rank(file: Input) -> tuple[bool, int, str]:
    """Return what is least for the name that one file with several goes by."""
    is_link = not file.is_real_path and file.local_path is not None and os.path.islink(file.local_path)
    return is_link, -len(file.name), file.name


def _tell_repeats(names: Sequence[str]) -> None:
    if names:
        verb = "is" if len(names) == 1 else "are"
        message = f"{quantity(len(names), 'input')} {verb} named more than once and read once, {min(names)!r} first"
        console.remark("", message)


def tell_equal_names(files: list[Input]) -> None:
    """Say that files have one name: ids that are made of names are the same then; records have ids of their own."""
    pairs = (pair for pair in itertools.pairwise(files) if pair[0].name == pair[1].name and pair[0].local_path)
    equal = [pair for pair in pairs if not has_records(pair[0].name)]
    if equal:
        first, second = equal[0]
        verb = "has" if len(equal) == 1 else "have"
        console.remark(
            "",
            f"{quantity(len(equal), 'input')} {verb} the name of another, {first.name!r} first: "
            f"{str(first.local_path)!r} and {str(second.local_path)!r}; text and code in them get equal ids. "
            "Name a folder that holds both",
        )


def links_to_others(paths: Sequence[Path], links: Container[Path], shards: Iterable[Input]) -> set[Path]:
    """Return the links among the paths to others of them or to shards, or to what an earlier link leads to."""
    linked = [path for path in paths if path in links] if links else []
    if not linked:
        return set()
    real_path = real_path_finder()
    read = {real_path(path, True) for path in paths if path not in links}
    read |= {real_path(shard.local_path, False) for shard in shards if shard.local_path is not None}
    repeats = set()
    for path in linked:
        target = os.path.realpath(path)
        if target in read:
            repeats.add(path)
        read.add(target)
    return repeats


def real_path_finder() -> Callable[[Path, bool], str]:
    """Return what does as `os.path.realpath`, but asks the system about each folder once.

    It asks about no last name of which it is told that it is no link.
    """
    real_folder = functools.cache(os.path.realpath)

    def real_path(path: Path, is_no_link: bool) -> str:
        folder, name = os.path.split(path)
        if name in ("", "..") or (not is_no_link and os.path.islink(path)):
            return os.path.realpath(path)
        return os.path.join(real_folder(folder), name)

    return real_path
