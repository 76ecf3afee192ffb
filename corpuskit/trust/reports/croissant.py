"""Croissant metadata of a dataset, version 1.1 of the format: https://mlcommons.org/croissant/1.1

A dictionary of our own: the library of the format writes version 1.0. Provenance is told in terms of PROV-O, as the
format has it; `manifest.json`, which is listed among the files, tells it in full.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.entries import Manifest, ShardEntry, SourceEntry, StepEntry
from corpuskit.core.provenance.manifest import MANIFEST, serialise, shard_format
from corpuskit.core.publish.dataset import VERIFY, Dataset
from corpuskit.core.publish.report_file import CROISSANT_NAME, CROISSANT_VERSION, digest_mark
from corpuskit.core.publish.shard_files import is_readable
from corpuskit.core.registry import format_of_shard
from corpuskit.core.reserved import RESERVED
from corpuskit.core.wording import excerpt

SPDX = "https://spdx.org/licenses/"
PARQUET, RECORDS = ".parquet", "documents"
MEDIA_TYPES = {
    ".jsonl": "application/jsonlines",
    ".jsonl.gz": "application/jsonlines",
    PARQUET: "application/x-parquet",
    ".jsonl.zst": "application/zstd",
    ".tar": "application/x-tar",
}
"""Media types by how names end; JSON Lines under zstd are not read by any Croissant library, so they are zstd files."""
DATA_TYPES = {str: "sc:Text", int: "sc:Integer", float: "sc:Float"}
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification gives, and the prefix of PROV-O."""


def croissant(dataset: Dataset) -> str:
    """Return the metadata of a dataset as JSON-LD."""
    manifest = dataset.manifest
    words = manifest.get("card", {})
    title = words.get("title") or dataset.location.name
    links = words.get("links", {})
    record_files = [shard for shard in manifest["shards"] if _is_table(shard)]
    content: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": title,
        "description": words.get("description") or _description(manifest),
        "conformsTo": CROISSANT_VERSION,
        "license": _licenses(manifest) or ["not stated"],
        **({"url": next(iter(links.values()))} if links else {}),
        **({"citeAs": words["citation"]} if words.get("citation") else {}),
        "version": digest_mark(CROISSANT_NAME, manifest["digest"]),
        "inLanguage": [name for name in manifest.get("contents", {}).get("languages", {}) if _is_code(name)],
        "isLiveDataset": False,
        "prov:wasDerivedFrom": [_source(name, source) for name, source in manifest["sources"].items()],
        "prov:wasGeneratedBy": [_activity(step) for step in manifest["steps"]],
        "distribution": [*_files(dataset), *_file_sets(record_files)],
        "recordSet": [_record_set(dataset, record_files[0])] if record_files else [],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _description(manifest: Manifest) -> str:
    documents = sum(source["documents"] for source in manifest["sources"].values())
    tokens = sum(source["tokens"] for source in manifest["sources"].values())
    return f"{documents:,} documents of text with {tokens:,} tokens, counted as {manifest['tokenizer']}."


def _licenses(manifest: Manifest) -> list[str]:
    """Return the addresses of licences that SPDX lists, and other licence expressions as they are."""
    expressions = {text for source in manifest["sources"].values() for text in _several(source["license"])}
    return sorted(f"{SPDX}{text}" if re.fullmatch(r"[\w.+-]+", text) else text for text in expressions)


def _several(value: str | list[str] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else value


def _is_code(name: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", name))


def _source(name: str, source: SourceEntry) -> dict[str, Any]:
    """Return a source as something that the dataset was derived from."""
    return {
        "@type": "prov:Entity",
        "@id": f"source/{name}",
        "prov:label": name,
        "prov:type": ", ".join(_several(source["origin"])) or "not stated",
        "license": ", ".join(_several(source["license"])) or "not stated",
        "size": f"{source['documents']} documents",
    }


def _activity(step: StepEntry) -> dict[str, Any]:
    """Return a step as something that was done."""
    return {
        "@type": "prov:Activity",
        "@id": f"step/{step['id']}",
        "prov:label": step["name"],
        "prov:wasInformedBy": [{"@id": f"step/{parent}"} for parent in step["from"]],
    }


def _files(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """Yield the files of a dataset: its manifest, and its shards."""
    import hashlib

    data = serialise(dataset.manifest)
    name = MANIFEST if dataset.location.is_dir() else f"{dataset.location.name}.{MANIFEST}"
    yield _file(name, len(data), hashlib.sha256(data).hexdigest(), "application/json")
    for shard in dataset.manifest["shards"]:
        yield _file(shard["path"], shard["bytes"], shard["sha256"], _media_type(shard))


def _file(path: str, size: int, sha256: str, media_type: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{size} B",
        "encodingFormat": media_type,
        "sha256": sha256,
    }


def _media_type(shard: ShardEntry) -> str:
    _, suffix = shard_format(shard["path"])
    endings = sorted(MEDIA_TYPES, key=len, reverse=True)
    return next((MEDIA_TYPES[ending] for ending in endings if suffix.endswith(ending)), "application/octet-stream")


def _is_table(shard: ShardEntry) -> bool:
    """Whether a shard holds documents as rows of the columns that `_record_set` names."""
    return shard["path"].endswith(PARQUET) and is_readable(format_of_shard(shard["path"]), shard["path"])


def _file_sets(shards: list[ShardEntry]) -> Iterator[dict[str, Any]]:
    if shards:
        folder, suffix = shard_format(shards[0]["path"])
        yield {
            "@type": "cr:FileSet",
            "@id": "tables",
            "name": "tables",
            "description": "The files that hold the documents as rows.",
            "encodingFormat": MEDIA_TYPES[PARQUET],
            "includes": f"{folder}/part-*{suffix}" if folder else shards[0]["path"],
        }


def _record_set(dataset: Dataset, shard: ShardEntry) -> dict[str, Any]:
    """Return the documents as records, with a field for each column of their tables."""
    import pyarrow.parquet

    meanings = {
        "id": (str, "stable name of the document"),
        "text": (str, "the text"),
        **RESERVED,
        "extra": (dict, "all other fields of the record, as JSON"),
    }
    path = dataset.folder / shard["path"]
    try:
        names = pyarrow.parquet.read_schema(path).names
    except (OSError, pyarrow.ArrowException):
        problem = "cannot be read" if path.is_file() else "is missing"
        raise DamagedError(f"{shard['path']} {problem}{VERIFY}") from None
    if unknown := [name for name in names if name not in meanings]:
        raise DamagedError(f"{shard['path']} has a column {excerpt(unknown[0])!r} that no dataset has{VERIFY}")
    return {
        "@type": "cr:RecordSet",
        "@id": RECORDS,
        "name": RECORDS,
        "description": "One record for each document.",
        "key": {"@id": f"{RECORDS}/id"},
        "field": [_field(name, *meanings[name]) for name in names],
    }


def _field(name: str, kind: Any, meaning: str) -> dict[str, Any]:
    """Return a column as a field; objects and lists of objects stand in their columns as JSON."""
    is_list = kind == list[str]
    note = "" if is_list or kind in DATA_TYPES else " (JSON)"
    return {
        "@type": "cr:Field",
        "@id": f"{RECORDS}/{name}",
        "name": f"{RECORDS}/{name}",
        "description": meaning.replace("`", "") + note,
        "dataType": DATA_TYPES.get(kind, "sc:Text"),
        **({"isArray": True, "arrayShape": "-1"} if is_list else {}),
        "source": {"fileSet": {"@id": "tables"}, "extract": {"column": name}},
    }
