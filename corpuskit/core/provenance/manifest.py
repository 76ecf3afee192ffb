"""The manifest: what a dataset holds, where it came from, and what each step did to it.

`manifest.json` is deterministic: it holds no time, host, user or absolute path, and its last field is the digest of
the rest.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from json.encoder import encode_basestring as encode_string
from pathlib import Path
from typing import Any, cast

from corpuskit import __version__
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.disk.stored_json import conforms
from corpuskit.core.errors import DamagedError, UsageError, cannot_read
from corpuskit.core.provenance.balance import step_problems
from corpuskit.core.provenance.chain import CHECKS, Chain, follow_from_one_another, is_account
from corpuskit.core.provenance.entries import (
    CardEntry,
    ContentEntry,
    FileEntry,
    KtoEntry,
    Manifest,
    QuotaEntry,
    ShardEntry,
    SourceEntry,
    StepEntry,
)

FORMAT = "corpuskit.manifest/1"
MANIFEST = "manifest.json"
LARGEST_RATIO = 4 / 3


def build(
    chain: Chain,
    tokenizer: str,
    sources: dict[str, SourceEntry],
    shards: list[ShardEntry],
    decisions: list[FileEntry],
    quotas: Mapping[str, QuotaEntry] | None = None,
    contents: ContentEntry | None = None,
    card: CardEntry | None = None,
) -> Manifest:
    """Return the manifest of a dataset, its digest last. `tokenizer` says what `tokens` counts.

    `contents` say what the documents are like, and `card` is what people wrote for the dataset card.
    """
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "versions": {"corpuskit": __version__, **dict(sorted(chain.versions.items()))},
        **({} if is_repeatable(chain.steps) else {"repeatable": False}),
        "steps": chain.steps,
        "inputs": sorted(chain.inputs, key=lambda item: (item["path"], item["sha256"])),
        "tokenizer": tokenizer,
        "sources": sources,
        **({"quotas": dict(quotas)} if quotas else {}),
        **({} if contents is None else {"contents": contents}),
        **({"card": card} if card else {}),
        **({} if (balance := kto_balance(sources)) is None else {"kto": balance}),
        "shards": shards,
        "decisions": decisions,
    }
    return cast(Manifest, {**manifest, "digest": digest(manifest)})


def kto_balance(sources: Mapping[str, SourceEntry]) -> KtoEntry | None:
    """Return the weights that count good and bad rated answers alike; None unless there are both.

    TRL advises a ratio of weighted good to weighted bad ones between 1 : 1 and 4 : 3 (documentation of its KTOTrainer);
    what is outside goes to the middle.
    """
    good, bad = (
        sum(source.get("signals", {}).get(f"unpaired-{value}", 0) for source in sources.values())
        for value in ("true", "false")
    )
    if not good or not bad:
        return None
    ratio, middle, weights = good / bad, (1 + LARGEST_RATIO) / 2, (1.0, 1.0)
    if ratio > LARGEST_RATIO:
        weights = (1.0, round(ratio / middle, 4))
    elif ratio < 1:
        weights = (round(middle / ratio, 4), 1.0)
    return {
        "desirable": good,
        "undesirable": bad,
        "desirable_weight": weights[0],
        "undesirable_weight": weights[1],
    }


def is_repeatable(steps: list[StepEntry]) -> bool:
    """Whether another run would give the same result: no step had to be ended on a document."""
    return not any(entry.get("killed") for entry in steps)


def digest(manifest: Mapping[str, Any]) -> str:
    """Return the sha256 of the manifest's canonical JSON without its `digest`."""
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    canonical = json.dumps(rest, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()


def serialise(manifest: Manifest) -> bytes:
    """Return the bytes of `manifest.json`."""
    return (_indented(manifest, "\n") + "\n").encode("utf-8", "surrogateescape")


def _indented(value: Any, line_start: str) -> str:
    """Return what `json.dumps` returns with `ensure_ascii=False, indent=1`; that takes five times as long.

    There may be as many entries of inputs as files were read.
    """
    if isinstance(value, str):
        return encode_string(value)
    if type(value) is int:
        return str(value)
    inner = line_start + " "
    if isinstance(value, dict) and value:
        lines = [f"{encode_string(key)}: {_indented(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(lines)}{line_start}}}"
    if isinstance(value, list | tuple):
        return f"[{inner}{f',{inner}'.join([_indented(item, inner) for item in value])}{line_start}]" if value else "[]"
    return json.dumps(value, ensure_ascii=False)


def read_manifest(dataset: Path | str) -> Manifest:
    """Return the manifest of a dataset folder or a published file, or the one at this path.

    Raises DamagedError unless it is whole, PublishError if it may not be read.
    """
    dataset = Path(dataset)
    beside = dataset.parent / f"{dataset.name}.{MANIFEST}"
    path = dataset / MANIFEST if dataset.is_dir() else beside if beside.is_file() else dataset
    try:
        manifest = json.loads(read_regular(path, follow_links=True))
        expected = digest(manifest) if isinstance(manifest, dict) else None
    except FileNotFoundError:
        raise DamagedError(f"{dataset}: there is no {path.name}, so this is not a dataset") from None
    except PermissionError as error:
        raise cannot_read(path, error) from None
    except (OSError, ValueError, RecursionError) as error:
        if path.is_file() and not path.name.endswith(MANIFEST):
            raise DamagedError(f"{path}: is neither a dataset (there is no {beside.name}) nor a manifest") from None
        why = "it is nested too deeply" if isinstance(error, RecursionError) else "it is no whole JSON"
        why = (error.strerror or "I/O error").lower() if isinstance(error, OSError) else why
        raise DamagedError(f"{path}: cannot be read: {why}; build the dataset again") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DamagedError(f"{path}: is not a {FORMAT}")
    if manifest.get("digest") != expected:
        raise DamagedError(f"{path}: was changed after it was written; build the dataset again")
    if not is_sound(manifest):
        raise DamagedError(f"{path}: is not a valid {FORMAT}; build the dataset again")
    return cast(Manifest, manifest)


def is_manifest(path: Path) -> bool:
    """Whether a file says that it is a manifest of corpuskit; others have files of that name, too."""
    try:
        content = json.loads(read_regular(path, follow_links=True))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT


def is_sound(manifest: Mapping[str, Any]) -> bool:
    """Whether every value in a manifest has its type, and all its paths stay inside its folder.

    Anyone can write a manifest whose digest is right; it must not lead those who rely on it elsewhere.
    """
    return (
        conforms(manifest, Manifest, CHECKS, more_keys=True)
        and all(map(is_account, manifest["steps"]))
        and all(0 <= entry["share"] <= 1 for entry in manifest["sources"].values())
        and all(_is_inside(entry["path"]) for entry in (*manifest["shards"], *manifest["decisions"]))
        and not any(entry["path"].startswith("/") for entry in manifest["inputs"])
    )


def _is_inside(path: str) -> bool:
    return not {"", ".", ".."} & set(path.split("/")) and "\0" not in path


def chain_of(manifest: Manifest, folder: Path) -> Chain:
    """Return the chain of a published dataset, for the next step to extend. Raises DamagedError if it has a gap."""
    steps = manifest["steps"]
    if not follow_from_one_another(steps):
        raise DamagedError(f"{folder.name}: the steps in its manifest do not follow from one another")
    for problem in step_problems(steps):
        raise DamagedError(f"{folder.name}: {problem}, by its manifest; build the dataset again")
    for item in manifest["decisions"]:
        _demand_unchanged(folder, item)
    parents = {parent for entry in steps for parent in entry["from"]}
    versions = {name: version for name, version in manifest["versions"].items() if name != "corpuskit"}
    return Chain(
        steps=list(steps),
        inputs=list(manifest["inputs"]),
        versions=versions,
        heads=[entry["id"] for entry in steps if entry["id"] not in parents],
        decisions=[
            {"path": str(folder / item["path"]), "ids": _names_and_ids(steps)} for item in manifest["decisions"]
        ],
    )


def _names_and_ids(steps: list[StepEntry]) -> dict[str, str]:
    """Return the ids of steps by id, and by each name that only one step has."""
    numbers = Counter(entry["name"] for entry in steps)
    by_name = {entry["name"]: entry["id"] for entry in steps if numbers[entry["name"]] == 1}
    return by_name | {entry["id"]: entry["id"] for entry in steps}


def _demand_unchanged(folder: Path, entry: FileEntry) -> None:
    """Raise DamagedError if decisions, which are passed on with the chain, are no longer what the manifest says."""
    path = folder / entry["path"]
    if not path.is_symlink() and path.is_file():
        with open(path, "rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() == entry["sha256"]:
                return
    raise DamagedError(f"{entry['path']} is not what the manifest says; `corpuskit verify` the dataset")


def readable_shards(manifest: Manifest, dataset: Path) -> list[ShardEntry]:
    """Return the shards of the first lossless format: each document once.

    Raises UsageError if the dataset was published in formats alone from which documents cannot be read.
    """
    shards = [shard for shard in manifest["shards"] if shard.get("readable", True)]
    if manifest["shards"] and not shards:
        raise UsageError(f"{dataset.name}: its formats do not hold documents as they were; publish it as jsonl as well")
    return [shard for shard in shards if shard_format(shard["path"]) == shard_format(shards[0]["path"])]


def shard_format(path: str) -> tuple[str, str]:
    """Return what tells the formats of one dataset apart: the folder its shards are in, and how their names end."""
    folder, _, name = path.rpartition("/")
    return folder, "." + name.partition(".")[2]
