"""Where a report may be written: under a fitting name, over an earlier report alone, and not into a dataset's files."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.manifest import MANIFEST, is_manifest
from corpuskit.core.publish.report_file import CROISSANT_NAME, REPORT_NAME, is_croissant, is_page
from corpuskit.core.publish.seals import CARD_NAME, NEW_CARD_NAME, is_sealed
from corpuskit.core.publish.targets import demand_own_kind
from corpuskit.core.publish.whole_file import write_files, write_whole
from corpuskit.core.wording import or_list
from corpuskit.trust.reports.eu_summary import TITLE
from corpuskit.trust.reports.summary_text import DOMAIN_COLUMNS

ENDINGS = {"html": (".html", ".htm"), "card": (".md",), "croissant": (".json", ".jsonld")}
"""What a name may end in, if it has an ending."""
NAMES_IN_DATASETS = {"html": (REPORT_NAME,), "card": (CARD_NAME, NEW_CARD_NAME), "croissant": (CROISSANT_NAME,)}
"""Names that are passed over by `verify` in a dataset's folder, and replaced or removed by the next publication."""
FILE_ENDINGS = frozenset((".html", ".htm", ".md", ".json", ".csv", ".pdf", ".txt", ".yaml", ".zip"))
"""Nobody means a folder by such a name."""


def demand_target(output: Path, kind: str) -> None:
    """Raise UsageError for a file or folder that no report of this kind may be written to."""
    if kind in ENDINGS:
        _demand_file(output, kind)
    else:
        _demand_summary_folder(output)


def write_report(output: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a report, all of them or none. Raises UsageError and PublishError."""
    contents = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    if "" in contents:
        write_whole(output, [contents[""]])
    else:
        write_files(output, contents)


def _demand_file(output: Path, kind: str) -> None:
    """Raise UsageError for a name under which no report of this kind may be written."""
    if output.suffix and output.suffix.lower() not in ENDINGS[kind]:
        raise UsageError(f"{str(output)!r} is a name for something else; name a file that ends in {ENDINGS[kind][0]}")
    if (dataset := _dataset_around(output)) is not None:
        names = NAMES_IN_DATASETS[kind]
        if Path(os.path.realpath(output.parent), output.name) not in [dataset / name for name in names]:
            raise UsageError(
                f"{str(output)!r} is inside a dataset, where only {or_list(names)} may be; name a file outside of it"
            )
    _demand_report_or_nothing(output, _ARE_REPORTS[kind])


def _demand_summary_folder(output: Path) -> None:
    """Raise UsageError for a folder into which no summary may be written."""
    if output.exists() and not output.is_dir():
        raise UsageError(f"{str(output)!r} is no folder; a summary is several files")
    if not output.exists() and output.suffix.lower() in FILE_ENDINGS:
        raise UsageError(f"{str(output)!r} is a name for a file, and a summary is several; name a folder")
    if _dataset_around(output / "summary.md") is not None:
        raise UsageError(f"{str(output)!r} is inside a dataset, or is one; name a folder outside of it")
    for name, is_summary in _ARE_SUMMARIES.items():
        _demand_report_or_nothing(output / name, is_summary)


def _dataset_around(path: Path) -> Path | None:
    """Return the dataset folder that a path lies in, however deep; None if it lies in none."""
    folders = Path(os.path.realpath(path.parent), path.name).parents
    return next((folder for folder in folders if is_manifest(folder / MANIFEST)), None)


def _demand_report_or_nothing(path: Path, is_report: Callable[[bytes], bool]) -> None:
    """Raise UsageError where something else than a report of the same kind would be overwritten."""

    def is_own(path: Path) -> bool:
        try:
            return is_report(read_regular(path, follow_links=True))
        except OSError:
            return False

    demand_own_kind(path, "report as corpuskit writes it", "the report", is_own)


def _is_summary_json(content: bytes) -> bool:
    try:
        return bool(json.loads(content)[0]["title"] == TITLE)
    except (ValueError, TypeError, LookupError, RecursionError):
        return False


_ARE_REPORTS: dict[str, Callable[[bytes], bool]] = {"html": is_page, "card": is_sealed, "croissant": is_croissant}
_ARE_SUMMARIES: dict[str, Callable[[bytes], bool]] = {
    "summary.md": lambda content: content.startswith(f"# {TITLE}\n".encode()),
    "summary.json": _is_summary_json,
    "domains.csv": lambda content: content.startswith(f"{','.join(DOMAIN_COLUMNS)}\n".encode()),
}
