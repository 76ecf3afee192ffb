"""The page on a dataset that may lie in its folder. The manifest does not list it: it names the manifest's digest."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.registry import find_step

REPORT_NAME = "report.html"


def write_report(staging: Path) -> None:
    """Write the page on the dataset that stands in a folder."""
    report: Any = find_step("report")()
    (text,) = report.texts([Dataset(staging)]).values()
    write_flushed(staging / REPORT_NAME, text.encode("utf-8", "replace"))


def is_report_of(path: Path, content: Mapping[str, Any]) -> bool:
    """Whether a file is a page on the dataset with this manifest; a link is none."""
    digest = content.get("digest")
    try:
        return isinstance(digest, str) and digest.encode() in read_regular(path)
    except OSError:
        return False
