"""The README.md of rows for trainers: what is in which file, how to load it, and what it does not say."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from corpuskit.core.provenance.entries import Manifest


class RowFile(NamedTuple):
    """A kind of rows, as the card presents it."""

    name: str
    """What `load_dataset` calls it."""
    pattern: str
    """Of its files, relative to the card."""
    rows: int
    what_for: str


def card(title: str, files: Sequence[RowFile], manifest: Manifest, loading: str, rows_in: str = "") -> str:
    """Return the text of README.md: front matter for the Hub, tables, limits. Files without rows are left out.

    `rows_in` is the folder of the files, if the card stands in the one above, with the manifest.
    """
    import yaml

    from corpuskit.export.hub.vocabulary import license_fields, size_category

    above, parent = (f"{rows_in}/", "this folder") if rows_in else ("", "the folder above")
    filled_files = [file._replace(pattern=above + file.pattern) for file in files if file.rows]
    licenses: list[str | None] = []
    for source in manifest["sources"].values():
        license_ = source["license"]
        licenses += [license_] if isinstance(license_, str) or license_ is None else license_
    fields: dict[str, Any] = {
        "pretty_name": title,
        **license_fields(licenses),
        "task_categories": ["text-generation"],
        "size_categories": [size_category(sum(file.rows for file in filled_files))],
        "tags": ["corpuskit"],
    }
    if filled_files:
        fields["configs"] = [
            {"config_name": file.name, "data_files": [{"split": "train", "path": file.pattern}]}
            for file in filled_files
        ]
    front_matter = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1000)
    rows = [f"| `{file.name}` | `{file.pattern}` | {file.rows:,} | {file.what_for} |" for file in filled_files]
    parts = [
        f"---\n{front_matter}---",
        f"# {title}",
        "\n".join(["| rows | files | number | for |", "|---|---|--:|---|", *rows]),
        loading,
        *_balance(manifest),
        f"`corpuskit verify` in {parent} compares each file with `manifest.json`, which says how all was made.",
        _limits(manifest),
    ]
    return "\n\n".join(parts) + "\n"


def _balance(manifest: Manifest) -> list[str]:
    balance = manifest.get("kto")
    if balance is None:
        return []
    weights = f"`desirable_weight={balance['desirable_weight']}, undesirable_weight={balance['undesirable_weight']}`"
    return [
        f"Of the rated answers {balance['desirable']:,} are good and {balance['undesirable']:,} are not. With "
        f"{weights} KTO counts them as TRL advises, between 1 : 1 and 4 : 3."
    ]


def _limits(manifest: Manifest) -> str:
    limits = []
    if any(step["name"] == "scrub-pii" and step["options"].get("mode") != "tag" for step in manifest["steps"]):
        limits.append("Personal data was sought by pattern; what has no pattern, such as most names, is still there.")
    else:
        limits.append("Personal data was not taken out.")
    audiences = [step["options"].get("audience") for step in manifest["steps"] if step["options"].get("audience")]
    limits += [
        f"It is for {_plain(audience)} alone, and must not be published."
        for audience in dict.fromkeys(audiences)
        if audience != "public"
    ]
    return "\n".join(f"- {limit}" for limit in limits)


def _plain(text: Any) -> str:
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", " ".join(str(text).split()))
