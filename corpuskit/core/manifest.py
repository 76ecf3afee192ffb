"""The manifest: what a dataset holds, where it came from, and what each step did to it.

`manifest.json` is deterministic: no time, host, user or absolute path is in it, and its last field is the digest of
the rest. Times and the like go to `run.json` beside it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from corpuskit import __version__
from corpuskit.core.chain import Chain
from corpuskit.core.errors import DamagedError

FORMAT = "corpuskit.manifest/1"
MANIFEST = "manifest.json"


def build(
    chain: Chain,
    tokenizer: str,
    sources: dict[str, Any],
    shards: list[dict[str, Any]],
    decisions: list[dict[str, Any]],
) -> dict[str, Any]:
    """The manifest of a dataset, its digest last. `tokenizer` is what `tokens` count."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "versions": {"corpuskit": __version__, **dict(sorted(chain.versions.items()))},
        "steps": chain.steps,
        "inputs": sorted(chain.inputs, key=lambda item: (item["path"], item["sha256"])),
        "tokenizer": tokenizer,
        "sources": sources,
        "shards": shards,
        "decisions": decisions,
    }
    return {**manifest, "digest": digest(manifest)}


def digest(manifest: dict[str, Any]) -> str:
    """sha256 of the manifest's canonical JSON without its `digest`."""
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    canonical = json.dumps(rest, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()


def serialise(manifest: dict[str, Any]) -> bytes:
    """The bytes of `manifest.json`."""
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogateescape")


def read_manifest(place: Path) -> dict[str, Any]:
    """The manifest of a dataset folder, or of a file `NAME.manifest.json`. Raises DamagedError if it is not whole."""
    path = place / MANIFEST if place.is_dir() else place
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DamagedError(f"{place}: there is no {path.name}, so this is no dataset") from None
    except (OSError, ValueError) as error:
        raise DamagedError(f"{path}: cannot be read ({type(error).__name__}); build the dataset again") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DamagedError(f"{path}: is not a {FORMAT}")
    if manifest.get("digest") != digest(manifest):
        raise DamagedError(f"{path}: was changed after it was written; build the dataset again")
    return manifest


def chain_of(manifest: dict[str, Any], folder: Path) -> Chain:
    """The chain behind a published dataset, for the next step to go on from."""
    steps = manifest["steps"]
    parents = {parent for entry in steps for parent in entry["from"]}
    versions = {name: version for name, version in manifest["versions"].items() if name != "corpuskit"}
    return Chain(
        steps=list(steps),
        inputs=list(manifest["inputs"]),
        versions=versions,
        heads=[entry["id"] for entry in steps if entry["id"] not in parents],
        decisions=[str(folder / item["path"]) for item in manifest["decisions"]],
    )
