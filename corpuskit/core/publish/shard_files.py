"""The files of one shard: a format may give it companions, such as an index."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.format import Format, file_suffixes, shard_paths
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.provenance.manifest import shard_format
from corpuskit.core.registry import find_format, is_token_format, token_format_names


def measured_files(format_: Format, path: Path, documents: int, tokens: int) -> list[ShardEntry]:
    """Return an entry for each file of a shard that was written to `path`; the entries' paths are their names alone."""
    files = shard_paths(format_, path)
    tokens = tokens_of_shard(format_, path, tokens)
    return [shard_entry(format_, file.name, size_and_digest(file), documents, tokens) for file in files]


def tokens_of_shard(format_: Format, path: Path, tokens: int) -> int:
    """Return the exact number of ids in a shard that holds such, and `tokens` for any other."""
    return format_.token_count(path) if is_token_format(format_) else tokens


def token_ids_in(manifest: Manifest) -> int | None:
    """Return the number of ids in the first format of token ids of a dataset; None if it has none."""
    counts: dict[str, int] = {}
    for shard in manifest["shards"]:
        folder, suffix = shard_format(shard["path"])
        for format_ in map(find_format, token_format_names()):
            if (folder, suffix) == (format_.folder, format_.suffix):
                counts[format_.name] = counts.get(format_.name, 0) + shard["tokens"]
    return next(iter(counts.values()), None)


def shard_entry(
    format_: Format, name: str, size_and_sha256: tuple[int, str], documents: int, tokens: int
) -> ShardEntry:
    """Return the entry of one file of a shard; its path is `name`."""
    size, sha256 = size_and_sha256
    entry: ShardEntry = {"path": name, "bytes": size, "sha256": sha256, "documents": documents, "tokens": tokens}
    if not is_readable(format_, name):
        entry["readable"] = False
    return entry


def is_readable(format_: Format, name: str) -> bool:
    """Whether documents can be read from a shard's file of this name: not from companions, nor in a lossy format."""
    return format_.lossless and not name.endswith(format_.companion_suffixes)


def named_by_content(format_: Format, number: int, files: Sequence[ShardEntry]) -> list[ShardEntry]:
    """Return the entries of a shard's files with their paths in the dataset.

    The name holds the start of the sha256; of several files, which differ in their endings alone, of all their sha256s.
    """
    digests = "".join(file["sha256"] for file in files)
    digest = digests if len(files) == 1 else hashlib.sha256(digests.encode()).hexdigest()
    stem = f"{format_.folder}/part-{number:05d}-{digest[:8]}".lstrip("/")
    return [{**file, "path": stem + suffix} for file, suffix in zip(files, file_suffixes(format_), strict=True)]


def shard_order(path: str) -> tuple[str, str, str]:
    """Return what shards are sorted by in a manifest."""
    folder, suffix = shard_format(path)
    return suffix, folder, path
