"""Shards that documents cannot be read back from: their own parts, their names, and the ids of their documents."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from corpuskit.core.format import Format, file_suffixes
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.provenance.manifest import shard_format
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.publish.shard_files import named_by_content
from corpuskit.core.registry import format_of_shard


def part_problems(dataset: Dataset, shard: ShardEntry) -> Iterator[str]:
    """Yield what is wrong with a shard of a lossy format and its companions; nothing for a companion by itself."""
    format_ = _lossy_format(shard)
    if format_ is not None:
        try:
            yield from format_.shard_problems(dataset.folder / shard["path"], shard, dataset.manifest)
        except OSError as error:
            why = (error.strerror or "I/O error").lower()
            yield f"{shard['path']}: a file that belongs to it cannot be read: {why}"


def digest_of_ids(dataset: Dataset, shard: ShardEntry) -> str:
    """Return a digest of the documents' ids in a whole shard of a lossy format; empty if its files do not tell."""
    format_, digest = _lossy_format(shard), ""
    for identifier in (format_ and format_.document_ids(dataset.folder / shard["path"])) or ():
        digest = with_id(digest, identifier)
    return digest


def with_id(digest: str, identifier: str) -> str:
    """Return the digest of ids that it is of, and one more."""
    return hashlib.sha256(f"{digest} {identifier}".encode("utf-8", "surrogatepass")).hexdigest()


def id_problems(digests: Mapping[str, str]) -> Iterator[str]:
    """Yield which shards of one number hold other documents, given `digest_of_ids` by path.

    Every format has the same documents in the shard of one number.
    """
    first_of: dict[str, str] = {}
    for path, digest in sorted(digests.items()):
        first = first_of.setdefault(number_of(path), path)
        if digest != digests[first]:
            yield f"{path} has other documents than {first}, by their ids"


def number_of(path: str) -> str:
    """Return the name of a shard before its digest, which tells its number."""
    return Path(path).name.rpartition("-")[0]


def name_problems(manifest: Manifest) -> Iterator[str]:
    """Yield which lossy shards are not called as the digests of their files demand: a file is of another shard."""
    files_of: dict[str, list[ShardEntry]] = {}
    for shard in manifest["shards"]:
        if not shard.get("readable", True):
            files_of.setdefault(shard["path"].partition(".")[0], []).append(shard)
    for stem, files in files_of.items():
        format_ = format_of_shard(files[0]["path"])
        suffixes = file_suffixes(format_)
        number = re.search(r"part-([0-9]+)-[0-9a-f]{8}\Z", stem)
        files = _in_order(files, suffixes)
        if len(files) != len(suffixes):
            yield f"the shard {stem} lacks one of its files"
        elif number and named_by_content(format_, int(number[1]), files)[0]["path"] != files[0]["path"]:
            yield f"the files of {stem} are not those of one shard: its name does not follow from their contents"


def _in_order(files: list[ShardEntry], suffixes: tuple[str, ...]) -> list[ShardEntry]:
    """Return the files of one shard in the order of their suffixes, as their format declares them."""
    return sorted(files, key=lambda file: suffixes.index(shard_format(file["path"])[1]))


def _lossy_format(shard: ShardEntry) -> Format | None:
    """Return the format of a shard's first file if it is lossy, and None for any other file."""
    format_ = format_of_shard(shard["path"])
    return None if format_.lossless or shard_format(shard["path"])[1] != format_.suffix else format_
