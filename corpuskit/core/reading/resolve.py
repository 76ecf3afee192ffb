"""What arguments name: files, folders, globs, addresses and datasets, in one fixed order.

*Input order* is by name, then by position in the file. A file is called by the last name of what is named, followed by
the path below it: `a/x.txt` if the folder `a` is named, wherever that is, and `x.txt` if the file is. So neither the
working folder, nor the order of the arguments, nor what else is read changes a name, or an id that is made of it.
"""

import errno
import glob
import itertools
import os
import re
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from corpuskit.core import console
from corpuskit.core.errors import DamagedError, UsageError, in_one
from corpuskit.core.provenance.manifest import MANIFEST, is_manifest, read_manifest, readable_shards
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.other_files import advice_on_files, endings, found_instead
from corpuskit.core.reading.repeats import links_to_others, tell_equal_names, without_repeats
from corpuskit.core.reading.web_requests import public_url
from corpuskit.core.wording import NO_NAME, comma_list, nearest, printable_name, quantity

# Patterns are compiled by those who read folders: it takes time at each start.
_RECORDS = r"\.(?:jsonl|ndjson|csv|tsv|parquet)(?:\.[a-z0-9]+)?$"
_SPLIT = r"(?<![a-z])(train|test|validation|valid|val|dev|eval)(?![a-z])"
_PAGES = r"-p\d+p\d+(?=(?:\.[a-z0-9]+)?$)"
"""The pages that a part of a dump of a wiki holds."""
_COMPANION = r"(?:readme|license|licence|citation|changelog)(?:\.(?:md|markdown|txt|html?))?"
"""Names of files that come with the records of a cloned dataset."""

Expand = Callable[[Input], list[str] | None]
"""Returns the inputs that an input lists, or None if it is not a list."""


def resolve_lists(
    arguments: Sequence[str | Path], suffixes: Sequence[str], expand: Expand, *, allow_private: bool = False
) -> list[Input]:
    """Return the inputs that these arguments name, with lists of inputs replaced by what they list."""
    inputs: list[Input] = []
    for input_ in resolve(arguments, suffixes, allow_private=allow_private):
        names = expand(input_)
        # Looking for a list may have opened the input, and open files cannot be handed to workers.
        if names is not None:
            inputs += resolve(names, suffixes, allow_private=allow_private)
        else:
            inputs.append(input_ if input_.is_unread() else input_.unread_copy())
    return inputs


def resolve(
    arguments: Sequence[str | Path] | str | Path,
    suffixes: Sequence[str] = (),
    base: Path | None = None,
    *,
    allow_private: bool = False,
) -> list[Input]:
    """Return the inputs that these arguments name, in input order.

    An argument is `-`, a URL, a file, a glob, or a folder: all files below it, or those with a suffix of `suffixes`, or
    the shards of the datasets that corpuskit published there. Raises UsageError for what does not exist and for
    empty globs, with the others after the first. URLs may lead into private networks only if that is allowed.
    """
    listed = [arguments] if isinstance(arguments, (str, Path)) else arguments
    named = _all_expanded([os.fspath(argument) for argument in listed], suffixes, base)
    inputs = [item for items in named for item in items]
    for item in inputs:
        item.allow_private = allow_private
    streams = [item for item in inputs if item.is_stream]
    for number, item in enumerate((item for item in streams if item.name != "-"), start=1):
        item.name = f"pipe-{number}"
    files = without_repeats([[item for item in items if not item.is_stream] for items in named])
    tell_equal_names(files)
    return streams + files


def is_dataset(folder: Path) -> bool:
    """Whether this is a folder that corpuskit published."""
    return (folder / MANIFEST).is_file()


def _all_expanded(arguments: Sequence[str], suffixes: Sequence[str], base: Path | None) -> list[list[Input]]:
    """Return the inputs of each argument. Raises one UsageError for all arguments that cannot be read."""
    named, errors = [], []
    for argument in arguments:
        try:
            named.append(_expand(argument, suffixes, base))
        except UsageError as error:
            error.argument = argument
            errors.append(error)
    if errors:
        raise in_one(errors)
    return named


def _expand(argument: str, suffixes: Sequence[str], base: Path | None) -> list[Input]:
    if not argument:
        raise UsageError(NO_NAME)
    if argument == "-":
        return [Input("-")]
    if re.match(r"[a-z][a-z0-9+.-]+://", argument, re.IGNORECASE):
        scheme, _, rest = argument.partition("://")
        if scheme.lower() == "file":
            return _expand(unquote(rest.removeprefix("localhost")), suffixes, base)
        argument = f"{scheme.lower()}://{rest}"
        try:
            return [Input(printable_name(public_url(argument)), url=argument)]
        except ValueError:
            raise UsageError(f"a {scheme}:// address that cannot be read; check its host and port") from None
    if "://" in argument and not os.path.lexists(argument):
        raise UsageError("an address starts with its scheme, such as https://; chained addresses are not read")
    path = Path(argument) if base is None else base / argument
    if os.path.lexists(path):
        if not path.exists():
            raise UsageError(f"{argument!r} is a link that leads nowhere")
        return _existing(path, suffixes, os.path.basename(os.path.abspath(path)))
    if not glob.has_magic(argument):
        missing = UsageError(f"no such file or folder: {argument!r}{near_name(path)}")
        missing.missing_input = argument
        raise missing
    _demand_searchable(path)
    matches = sorted(glob.glob(str(path), recursive=True))
    if not matches:
        raise UsageError(f"no file matches {argument!r}; check the pattern and the folder it starts in")
    # Of a pattern, the part that was matched is named: so its names differ, and `a/*.txt` gives what a shell would.
    start = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), path.parts))
    return [item for match in matches for item in _existing(Path(match), suffixes, os.path.relpath(match, start))]


def _demand_searchable(pattern: Path) -> None:
    """Raise UsageError for a folder that a pattern leads into and that must not be read: glob passes over it."""
    for index, part in enumerate(pattern.parts):
        if glob.has_magic(part):
            # `**` is searched below, whatever follows; any other part is matched with the names in the folder before.
            above = Path(*pattern.parts[: index + 1 if part == "**" else index])
            for folder in glob.iglob(str(above), recursive=True):
                if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):
                    raise UsageError(f"cannot read {folder!r}: {os.strerror(errno.EACCES)}")
    for folder in glob.iglob(str(pattern.parent), recursive=True):
        if os.path.isdir(folder) and not os.access(folder, os.X_OK):
            raise UsageError(f"cannot read {folder!r}: {os.strerror(errno.EACCES)}")


def near_name(path: Path, endings: tuple[str, ...] = ("",)) -> str:
    """Return a hint at the name in the same folder, with one of these endings, that is most like a missing one."""
    try:
        names = [name for name in os.listdir(path.parent) if name.lower().endswith(endings)]
    except OSError:
        return ""
    near = nearest(path.name, names, abbreviated=False)
    return f" (did you mean {str(path.with_name(near))!r}?)" if near else ""


def _existing(path: Path, suffixes: Sequence[str], name: str) -> list[Input]:
    """Return a file, or the files in a folder, that is called `name`."""
    if path.is_dir():
        files = _folder(path, suffixes)
        names = _names_below(path, [file.local_path for file in files if file.local_path is not None])
        for file, below in zip(files, names, strict=True):
            file.name = printable_name(os.path.join(name, below))
        return files
    beside = path.with_name(f"{path.name}.{MANIFEST}")
    files = _dataset(beside) if beside.is_file() else [Input(str(path), local_path=path, is_named=True)]
    for file in files:
        file.name = printable_name(name)
    return files


def _names_below(folder: Path, paths: Iterable[Path]) -> list[str]:
    """Return paths that begin with the folder's without it; `Path.relative_to` takes ten times as long."""
    start = 0 if folder == Path() else len(os.path.join(folder, ""))
    return [os.fspath(path)[start:] for path in paths]


def _folder(folder: Path, suffixes: Sequence[str]) -> list[Input]:
    if is_dataset(folder):
        return _dataset(folder)
    files, links = _files_below(folder)
    datasets, loose = _split_datasets(files)
    shards = [shard for dataset in datasets for shard in _dataset(dataset) if _ends_in(shard.name, suffixes)]
    paths = _inside(folder, [path for path in loose if _ends_in(path.name, suffixes)], links)
    paths = _without_companions(folder, paths)
    repeats = links_to_others(paths, links, shards)
    paths = [path for path in paths if path not in repeats]
    _tell_splits(folder, paths)
    others = [path for path in loose if not _ends_in(path.name, suffixes)]
    _tell_passed_over(folder, *((others, repeats) if paths or shards else ([], ())))
    if not paths and not shards:
        raise UsageError(f"no file{endings(suffixes)} in folder {str(folder)!r}{found_instead(loose)}")
    return [_regular(path, links) for path in paths] + shards


def _regular(path: Path, links: Container[Path]) -> Input:
    """Return a file that the listing of its folder has shown to be a regular one, so that it is not asked again."""
    file = Input(str(path), local_path=path, is_real_path=not links or path not in links)
    file.is_stream = False
    return file


def _files_below(folder: Path) -> tuple[list[Path], set[Path]]:
    """Return the files in a folder and in those in it, sorted, without hidden ones and without links to nothing.

    Then those of them that are links. The listing of a folder says of what kind its entries are, so that none is asked.

    Raises UsageError for a folder that must not be read: what is in it would be missing without a word.
    """

    files: list[str] = []
    links: set[Path] = set()
    dangling: list[Path] = []
    folder_links: list[Path] = []
    folders = [os.fspath(folder)]
    while folders:
        for entry in _entries_of(folders.pop()):
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                if os.path.isfile(entry.path):
                    files.append(entry.path)
                    links.add(Path(entry.path))
                elif not os.path.exists(entry.path):
                    dangling.append(Path(entry.path))
                elif os.path.isdir(entry.path):
                    folder_links.append(Path(entry.path))
            elif entry.is_dir():
                folders.append(entry.path)
            elif entry.is_file():
                files.append(entry.path)
    _tell_left_out(folder, dangling, "nothing", "")
    _tell_left_out(folder, folder_links, "folders", "; to read such a folder, name it")
    return [Path(path) for path in sorted(files, key=lambda path: path.split(os.sep))], links


def _entries_of(folder: str) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise UsageError(f"cannot read {str(error.filename)!r}: {error.strerror}") from None


def _tell_left_out(folder: Path, links: Collection[Path], target: str, advice: str) -> None:
    if links:
        first = str(min(links).relative_to(folder))
        console.remark(
            "",
            f"{quantity(len(links), 'link')} to {target} left out of {str(folder)!r}, the first is {first!r}{advice}",
        )


def _split_datasets(files: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the published folders and the manifests of published files, and the files that belong to neither."""
    manifests = [path for path in files if path.name.endswith(MANIFEST) and is_manifest(path)]
    if not manifests:
        return [], files
    folders = {path.parent for path in manifests if path.name == MANIFEST}
    outside = {path for path in files if folders.isdisjoint(path.parents)}
    published = {path: path.with_name(path.name.removesuffix(f".{MANIFEST}")) for path in manifests if path in outside}
    published = {path: file for path, file in published.items() if file in outside}
    loose = outside - published.keys() - set(published.values())
    return sorted({*folders, *published}), [path for path in files if path in loose]


def _without_companions(folder: Path, paths: list[Path]) -> list[Path]:
    """Return the paths without the texts that tell about a folder of records, such as its README."""
    is_record = re.compile(_RECORDS).search
    if not any(is_record(path.name.lower()) for path in paths):
        return paths
    companions = [path for path in paths if path.parent == folder and re.fullmatch(_COMPANION, path.name.lower())]
    if companions:
        names = comma_list(repr(path.name) for path in companions)
        console.remark("", f"{names} in {str(folder)!r} left out, as it tells about the records; to read it, name it")
    return [path for path in paths if path not in companions]


def _tell_splits(folder: Path, paths: list[Path]) -> None:
    """Tell that the files are the splits of one dataset, as training data is not to hold what is tested on."""
    splits_in = re.compile(_SPLIT).findall
    splits = sorted({split for name in _names_below(folder, paths) for split in splits_in(name.lower())})
    if "train" in splits and len(splits) > 1:
        console.remark(
            "",
            f"{str(folder)!r} holds the splits {comma_list(splits)}, and all of them are read; "
            f"to read one, name its files: {str(folder / '**' / '*train*')!r}",
        )


def _tell_passed_over(folder: Path, others: Collection[Path], repeats: Collection[Path]) -> None:
    """Tell of the files of other kinds, and of the links to files that are read anyway."""
    links = f"{quantity(len(repeats), 'link')} to what is read anyway"
    if others:
        first = str(min(others).relative_to(folder))
        files = f"{quantity(len(others), 'file')} of other kinds in {str(folder)!r} passed over, the first is {first!r}"
        console.remark("", f"{files}{advice_on_files(list(others))}{f'; and {links}' if repeats else ''}")
    elif repeats:
        first = str(min(repeats).relative_to(folder))
        console.remark("", f"{links} in {str(folder)!r} passed over, the first is {first!r}")
    for path in sorted([*others, *repeats]):
        console.detail(f"passes over {str(path)!r}")


def _ends_in(name: str, suffixes: Sequence[str]) -> bool:
    """Whether a name has one of the suffixes; the range of pages that a part of a dump holds stands inside its own.

    >>> _ends_in("wiki.xml-p1p41242.bz2", [".xml.bz2"]), _ends_in("wiki.xml-p1p41242", [".xml"])
    (True, True)
    """
    endings = tuple(suffixes)
    return not suffixes or name.lower().endswith(endings) or re.sub(_PAGES, "", name.lower()).endswith(endings)


def _inside(folder: Path, paths: list[Path], links: set[Path]) -> list[Path]:
    """Return the files without links that lead out of the folder, whose maker must not choose what else is read."""
    if not links:
        return paths
    real = os.path.realpath(folder)
    outside = {path for path in paths if path in links and os.path.commonpath([real, os.path.realpath(path)]) != real}
    _tell_left_out(folder, outside, "files outside it", "; to read such a file, name it")
    return [path for path in paths if path not in outside]


def _dataset(dataset: Path) -> list[Input]:
    """Return the shards of a published folder, or the file that a manifest belongs to."""
    folder = dataset if dataset.is_dir() else dataset.parent
    manifest = read_manifest(dataset)
    for shard in manifest["shards"]:
        if (folder / shard["path"]).is_symlink():
            raise DamagedError(f"{shard['path']} is a link and not a shard; `corpuskit verify` the dataset")
        if not (folder / shard["path"]).is_file():
            raise DamagedError(f"{shard['path']} is missing; `corpuskit verify` the dataset")
    return [
        Input(
            str(folder / shard["path"]),
            local_path=folder / shard["path"],
            expected_sha256=shard["sha256"],
            dataset=dataset,
        )
        for shard in readable_shards(manifest, dataset)
    ]
