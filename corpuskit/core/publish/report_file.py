"""Reports that may lie in a dataset's folder. The manifest does not list them: they name the manifest's digest."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.provenance.manifest import MANIFEST
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.registry import find_step

REPORT_NAME, CROISSANT_NAME = "report.html", "croissant.json"
REPORT_NAMES = (REPORT_NAME, CROISSANT_NAME)
CROISSANT_VERSION = "http://mlcommons.org/croissant/1.1"
_PAGE_START, _PAGE_END = b"<!DOCTYPE html>", b"<footer><p>Written by corpuskit "


def write_report(staging: Path) -> None:
    """Write the page on the dataset that stands in a folder."""
    report: Any = find_step("report")()
    (text,) = report.texts([Dataset(staging)]).values()
    write_flushed(staging / REPORT_NAME, text.encode("utf-8", "replace"))


def is_report_of(path: Path, content: Mapping[str, Any]) -> bool:
    """Whether a file is a report on the dataset with this manifest; a link is none."""
    digest = content.get("digest")
    try:
        return isinstance(digest, str) and digest_mark(path.name, digest).encode() in read_regular(path)
    except OSError:
        return False


def digest_mark(name: str, digest: str) -> str:
    """Return what a report of this name says of the digest of a manifest."""
    return f"1.0.0+{digest.removeprefix('sha256:')[:12]}" if name == CROISSANT_NAME else digest


def is_own_report(path: Path) -> bool:
    """Whether corpuskit wrote a page or Croissant metadata, of whatever dataset; False for what others wrote."""
    try:
        content = read_regular(path)
    except OSError:
        return False
    return is_croissant(content) if path.name == CROISSANT_NAME else is_page(content)


def is_page(content: bytes) -> bool:
    """Whether this is a page that corpuskit wrote."""
    return content.startswith(_PAGE_START) and _PAGE_END in content[-1000:]


def is_croissant(content: bytes) -> bool:
    """Whether this is Croissant metadata that corpuskit wrote: among the files that it describes is a manifest."""
    try:
        value = json.loads(content)
        names = [file["name"] for file in value["distribution"]]
        is_ours = value["conformsTo"] == CROISSANT_VERSION and isinstance(value["prov:wasGeneratedBy"], list)
        return is_ours and any(str(name).endswith(MANIFEST) for name in names)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
