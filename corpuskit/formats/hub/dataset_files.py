"""Which files belong to one split of a dataset: on the Hub, in a folder laid out for it, or saved to disk.

The library `datasets` knows how configurations and splits follow from a card, from folders and from names of files
(huggingface.co/docs/hub/datasets-data-files-configuration); it is asked for the files, and runs no code of a dataset.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpuskit.core.console import remark
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import did_you_mean, excerpt, or_list, printable_name, quantity
from corpuskit.formats.hub.card_fields import card_fields, demand_own_files, yaml_fields

NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?")
"""The name of a dataset on the Hub: of its owner and its own; few have no owner."""
OFFLINE = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
SAVED, SAVED_DICT = "dataset_info.json", "dataset_dict.json"
"""What `Dataset.save_to_disk` and `DatasetDict.save_to_disk` leave in a folder."""
TRAIN = "train"
CARD = "README.md"
FIELDS = ".huggingface.yaml"
"""Holds fields that take the place of the card's."""


@dataclass(frozen=True)
class DatasetFiles:
    """The files of one split."""

    name: str
    """Of the dataset, with its revision if it is from the Hub: `owner/name@1f3a…`."""
    base: str
    """What the files' paths and addresses begin with."""
    files: tuple[str, ...]
    """Paths, or addresses `hf://…`."""
    card: str
    """The text of the dataset's card; empty if it has none."""
    card_address: str
    """Where the card is."""


def is_dataset_name(name: str) -> bool:
    """Whether a text can be the name of a dataset on the Hub, such as `owner/name`."""
    return bool(NAME.fullmatch(name))


def dataset_files(name: str, config: str | None, split: str | None, revision: str | None) -> DatasetFiles:
    """Return the files of a split of a dataset: of a folder if there is one, else of the Hub.

    Raises UsageError for a dataset, revision, configuration or split that is not there, and RemoteError.
    """
    if os.path.isdir(name):
        if revision is not None:
            raise UsageError(f"{name!r} is a folder, which has no revisions; leave --revision out")
        return _of_folder(Path(name), os.path.basename(os.path.abspath(name)), config, split)
    if os.path.exists(name):
        raise UsageError(f"{name!r} is a file; read it with `corpuskit files`, or name the folder of its dataset")
    if not is_dataset_name(name):
        raise UsageError(f"{name!r} is neither a folder nor the name of a dataset on the Hub, such as owner/name")
    if any(os.environ.get(variable, "").upper() in ("1", "TRUE", "YES", "ON") for variable in OFFLINE):
        folder = _cached_snapshot(name, revision)
        files = _of_folder(folder, f"{name}@{folder.name}", config, split)
        return replace(files, card_address=_card_address(name, folder.name))
    return _of_hub(name, config, split, revision)


def _cached_snapshot(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, repo_type="dataset", revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, FileNotFoundError, ValueError):
        at = f" at {revision}" if revision else ""
        raise UsageError(
            f"{name}{at} is not in the Hub's cache, and HF_HUB_OFFLINE is set; with a network, run "
            f"`hf download --repo-type dataset {name}` before"
        ) from None


def _of_folder(folder: Path, name: str, config: str | None, split: str | None) -> DatasetFiles:
    if (folder / SAVED_DICT).is_file() or (folder / SAVED).is_file():
        dataset = _saved(folder, name, config, split)
        _demand_below(folder, dataset.files, name)
        return dataset
    card, own_fields = folder / CARD, folder / FIELDS
    present = [str(path) for path in (card, own_fields) if path.is_file()]
    _demand_below(folder, present, name)
    text = _text(card) if str(card) in present else ""
    _demand_fair_card(text, _text(own_fields) if str(own_fields) in present else "", name)
    by_split = _files_by_split(os.path.abspath(folder), config, None)
    files = by_split[_chosen("split", split, list(by_split), name)]
    _demand_below(folder, files, name)
    _tell_links_left_out(folder, name, {file for names in by_split.values() for file in names})
    return DatasetFiles(name, os.path.abspath(folder), files, text, f"{name}/{CARD}")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _demand_fair_card(card: str, own_fields: str, name: str) -> None:
    """Raise UsageError if a card, or the file that takes the place of its fields, is unreadable or names other data."""
    for file, text, fields_of in ((CARD, card, card_fields), (FIELDS, own_fields, yaml_fields)):
        try:
            fields = fields_of(text)
        except ValueError as error:
            raise UsageError(f"{name}/{file} cannot be read as YAML: {excerpt(str(error), 100)}") from None
        demand_own_files(fields, f"{name}/{file}")


def _demand_below(folder: Path, files: Sequence[str], name: str) -> None:
    """Raise UsageError if a file is not in the folder, links resolved; the Hub's cache has its files beside it."""
    top = folder.resolve()
    blobs = top.parent.parent / "blobs"
    for file in files:
        path = Path(file).resolve()
        is_cached = top.parent.name == "snapshots" and path.parent == blobs
        if not is_cached and not path.is_relative_to(top):
            below = os.path.relpath(os.path.abspath(file), os.path.abspath(folder))
            shown_file = printable_name(os.path.basename(file) if below.startswith("..") else below)
            raise UsageError(
                f"{shown_file} of {name} leads to a file outside of the folder, so its card is not about it; copy it in"
            )


def _linked_folders(folder: Path) -> list[str]:
    """Return the links below a folder that lead to folders outside of it, in order, which `datasets` passes over."""
    top = folder.resolve()
    links = []
    for parent, names, _ in os.walk(os.path.abspath(folder)):
        names[:] = sorted(name for name in names if not name.startswith((".", "__")))
        paths = [os.path.join(parent, name) for name in names if os.path.islink(os.path.join(parent, name))]
        links += [path for path in paths if not Path(path).resolve().is_relative_to(top)]
    return links


def _tell_links_left_out(folder: Path, name: str, files: Set[str]) -> None:
    """Tell of links to folders of which no file is read: what is there would be missing without a word."""
    links = [link for link in _linked_folders(folder) if not any(file.startswith(f"{link}/") for file in files)]
    if links:
        below = os.path.relpath(links[0], os.path.abspath(folder))
        remark("hub", f"{quantity(len(links), 'link')} to a folder outside of {name} left out, the first is {below!r}")


def _saved(folder: Path, name: str, config: str | None, split: str | None) -> DatasetFiles:
    """Return the files of a dataset that was saved to disk, or of one split of a dictionary of them."""
    if config is not None:
        raise UsageError(f"{name} was saved to disk, which keeps no configurations; leave --config out")
    if (folder / SAVED_DICT).is_file():
        splits = _json(folder / SAVED_DICT).get("splits")
        names = [text for text in splits if isinstance(text, str)] if isinstance(splits, list) else []
        folder = folder / _chosen("split", split, names, name)
    elif split is not None:
        raise UsageError(f"{name} was saved to disk as one split; leave --split out")
    if not (folder / "state.json").is_file():
        raise UsageError(f"{name} is not whole: state.json is missing; save it again")
    entries: Any = _json(folder / "state.json").get("_data_files")
    listed = (
        [entry.get("filename") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    )
    paths = [folder / text for text in listed if isinstance(text, str) and os.path.basename(text) == text]
    missing = [path.name for path in paths if not path.is_file()]
    if not paths or missing:
        problem = f"{missing[0]} is missing" if missing else "state.json names no files of data"
        raise UsageError(f"{name} is not whole: {problem}; save it again")
    return DatasetFiles(name, str(folder), tuple(map(str, paths)), "", "")


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _of_hub(name: str, config: str | None, split: str | None, revision: str | None) -> DatasetFiles:
    from huggingface_hub import HfApi

    info = _asked(name, revision, lambda: HfApi().dataset_info(name, revision=revision))
    names = {file.rfilename for file in info.siblings or ()}
    card, own_fields = (
        _asked(name, revision, lambda file=file: _remote_text(name, file, info.sha)) if file in names else ""
        for file in (CARD, FIELDS)
    )
    _demand_fair_card(card, own_fields, name)
    by_split = _asked(name, revision, lambda: _files_by_split(name, config, info.sha))
    files = by_split[_chosen("split", split, list(by_split), name)]
    base = f"hf://datasets/{name}@{info.sha}"
    for file in files:
        if not file.startswith(f"{base}/") or ".." in file.split("/"):
            raise UsageError(f"{name} names data outside of the dataset: {excerpt(file, 100)!r}")
    return DatasetFiles(f"{name}@{info.sha}", base, files, card, _card_address(name, info.sha))


def _card_address(name: str, revision: str) -> str:
    return f"https://huggingface.co/datasets/{name}/blob/{revision}/{CARD}"


def _remote_text(name: str, file: str, revision: str) -> str:
    from huggingface_hub import hf_hub_download

    return _text(Path(hf_hub_download(name, file, repo_type="dataset", revision=revision)))


def _asked(name: str, revision: str | None, action: Any) -> Any:
    """Return what the Hub answers. Raises UsageError for what is not there, RemoteError for all else."""
    from datasets.exceptions import DatasetNotFoundError
    from huggingface_hub import errors

    from corpuskit.core.reading.retries import with_retries

    gated = f"{name} asks its users to accept its terms first; do so on its page, and set HF_TOKEN"
    missing = f"no dataset on the Hub is called {name}; if it is private, set HF_TOKEN"

    def ask() -> Any:
        try:
            return action()
        except errors.GatedRepoError:
            problem = gated
        except DatasetNotFoundError as error:
            problem = gated if "gated" in str(error) else missing
        except errors.RevisionNotFoundError:
            problem = f"{name} has no revision {revision!r}"
        except errors.RepositoryNotFoundError:
            problem = missing
        raise UsageError(problem)

    return with_retries(f"hf://datasets/{name}", ask)


def _files_by_split(path: str, config: str | None, revision: str | None) -> Mapping[str, tuple[str, ...]]:
    """Return the files of each split, in order."""
    import datasets

    datasets.disable_progress_bars()
    shown_path = os.path.basename(path) if os.path.isdir(path) else path
    try:
        builder = datasets.load_dataset_builder(path, config, revision=revision)
    except FileNotFoundError as error:
        raise _files_error(shown_path, path, error) from None
    # What the library raises for fields of a card that are of another type than it expects.
    except (TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise UsageError(f"{shown_path}/{CARD} cannot be read: {excerpt(str(error), 100)}") from None
    except RuntimeError as error:
        if "scripts are no longer supported" in str(error):
            raise UsageError(
                f"{shown_path} is a script, and code of datasets is not run; read its files with `files`"
            ) from None
        raise
    except ValueError as error:
        raise _config_error(shown_path, config, error) from None
    files = getattr(builder.config, "data_files", None)
    if not files:
        raise UsageError(f"{shown_path} names no data files; read its files with `files`")
    return {str(name): tuple(map(str, entries)) for name, entries in files.items()}


def _files_error(name: str, path: str, error: FileNotFoundError) -> UsageError:
    """Return that there are no files of data, or none that the card names."""
    pattern = re.search(r"Unable to find '([^']*)'", str(error))
    if pattern is None:
        links = _linked_folders(Path(path))
        below = printable_name(os.path.relpath(links[0], path)) if links else ""
        hint = f"; {below} is a link to a folder outside of it, which is not followed" if links else ""
        return UsageError(f"{name} has no files that are known as data (Parquet, JSON, CSV, text, Arrow){hint}")
    below = pattern[1].removeprefix(path).lstrip("/")
    return UsageError(f"{name}/{CARD} names data that are not there: {excerpt(below, 100)!r}")


def _config_error(name: str, config: str | None, error: ValueError) -> Exception:
    """Return what is wrong with a configuration, by the message that lists those that there are."""
    listed = re.search(r"(?:Available|available configs): \[([^\]]*)\]", str(error))
    names = re.findall(r"'([^']*)'", listed[1]) if listed else []
    if names:
        return _choice_error("config", config, names, name)
    return UsageError(f"{name} cannot be read as a dataset: {excerpt(str(error), 200)}")


def _chosen(option: str, value: str | None, names: Sequence[str], dataset: str) -> str:
    """Return the name that was asked for; without a wish `train`, or the only one there is."""
    if value is None and TRAIN in names:
        return TRAIN
    if value is None and len(names) == 1:
        return names[0]
    if value is None or value not in names:
        raise _choice_error(option, value, names, dataset)
    return value


def _choice_error(option: str, value: str | None, names: Sequence[str], dataset: str) -> UsageError:
    if not names:
        return UsageError(f"{dataset} has no {option}s")
    if value is None:
        return UsageError(f"{dataset} has several {option}s; name one of them with --{option}: {or_list(names)}")
    return UsageError(f"{dataset} has no {option} {value!r}{did_you_mean(value, names)}; it has {or_list(names)}")
