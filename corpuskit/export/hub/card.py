"""The dataset card: README.md of a published folder, with all its figures taken from the manifest."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from corpuskit.core.provenance.entries import Manifest, SourceEntry, StepEntry


def card(manifest: Manifest, data_files: str, pretty_name: str | None = None) -> str:
    """Return the text of README.md: front matter for the Hub, then what the dataset holds and how it was made.

    `data_files` is the pattern of the shards to load, relative to the folder (`data/part-*.parquet`).
    """
    name = _line(pretty_name or _name(manifest))
    parts = (
        f"---\n{_front_matter(manifest, data_files, name)}---",
        f"# {_prose(name)}",
        _contents(manifest, data_files),
        _making(manifest),
        _loading(data_files),
        "## How to verify it\n\n"
        "`corpuskit verify .` in this folder reads every shard again and compares it with `manifest.json`; "
        "`corpuskit explain . ID` tells which step took a document out, and why; `decisions/` holds that of all.",
        _limits(manifest),
    )
    return "\n\n".join(parts) + "\n"


def _front_matter(manifest: Manifest, data_files: str, name: str) -> str:
    import yaml

    from corpuskit.export.hub.vocabulary import license_fields, size_category

    fields: dict[str, Any] = {"pretty_name": name}
    languages = _languages(manifest)
    if languages:
        fields["language"] = languages
    fields |= license_fields(list(_licenses(manifest)))
    fields["task_categories"] = ["text-generation"]
    fields["size_categories"] = [size_category(_documents(manifest, data_files))]
    fields["tags"] = ["corpuskit"]
    if any(fnmatchcase(shard["path"], data_files) for shard in manifest["shards"]):
        files = [{"split": "train", "path": data_files}]
        fields["configs"] = [{"config_name": "default", "data_files": files}]
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1000)


def _contents(manifest: Manifest, data_files: str) -> str:
    sources = _sources(manifest)
    documents = _documents(manifest, data_files)
    tokens = sum(source.get("tokens") or 0 for source in sources.values())
    counted = f" (counted as `{_code(manifest['tokenizer'])}`)" if manifest.get("tokenizer") else ""
    rows = [
        (
            name,
            _list(source.get("origin")),
            _list(source.get("license")),
            _list(source.get("license_evidence")),
            _number(source.get("documents")),
            _number(source.get("tokens")),
            _number(source.get("epochs")),
            _percent(source.get("share")),
        )
        for name, source in sources.items()
    ]
    head = ("Source", "Origin", "Licence", "Evidence", "Documents", "Tokens", "Epochs", "Share")
    total = (
        f"{documents:,} documents, {tokens:,} tokens{counted}, from {len(sources)} {_plural('source', len(sources))}."
    )
    return f"## What it holds\n\n{total}\n\n{_table(head, rows, figures=4)}"


def _making(manifest: Manifest) -> str:
    rows = [
        (
            step["id"],
            ", ".join(step["from"]) or "the inputs",
            _number(_count(step, "in")),
            _number(step.get("made")),
            _number(_count(step, "out")),
            _reasons(step.get("dropped")),
            _reasons(step.get("rejected")),
        )
        for step in manifest["steps"]
    ]
    head = ("Step", "After", "In", "Made", "Out", "Dropped", "Rejected")
    options = [
        f"- `{_code(step['id'])}`: `{_code(_options(step))}`" for step in manifest["steps"] if step.get("options")
    ]
    versions = ", ".join(f"{_prose(name)} {_prose(version)}" for name, version in manifest["versions"].items())
    inputs = manifest.get("inputs", [])
    read = f"Read: {len(inputs):,} input {_plural('file', len(inputs))}, listed with their sha256 in `manifest.json`."
    parts = ("## How it was made", _table(head, rows), "\n".join(options), read, f"Made with {versions}.")
    return "\n\n".join(part for part in parts if part)


def _loading(data_files: str) -> str:
    lines = [
        "## How to load it",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'dataset = load_dataset("path/to/this/folder", split="train")',
        "```",
    ]
    if data_files.endswith(".parquet"):
        lines += [
            "",
            "Columns: `id`, `text`, one for each reserved metadata key (objects such as `rights` are JSON strings), "
            "and `extra`, a JSON string with all other fields of the record, null where there are none.",
        ]
    return "\n".join(lines)


def _limits(manifest: Manifest) -> str:
    limits = (*_of_provenance(manifest), *_of_content(manifest))
    return "## Known limits\n\n" + "\n".join(f"- {limit}" for limit in limits)


def _of_provenance(manifest: Manifest) -> Iterable[str]:
    upstream = {step.get("upstream") for step in manifest["steps"]}
    if "unverified" in upstream:
        yield "A part of the stream came from a program other than corpuskit; what happened there is not recorded."
    if "cut" in upstream:
        yield "The stream was cut on purpose (`head`, `sample`); the steps before the cut carry no counts."
    damaged_inputs = [item for item in manifest.get("inputs", []) if item.get("damage")]
    if damaged_inputs:
        lost_bytes = sum(damage["lost"] for item in damaged_inputs for damage in item["damage"])
        files = f"{len(damaged_inputs):,} input {_plural('file', len(damaged_inputs))}"
        yield f"Of {files} a part was damaged: {lost_bytes:,} stored bytes could not be read."
    if manifest.get("repeatable") is False:
        yield "A limit of time ended work on some document; another run may give other bytes."
    unlicensed = [name for name, source in _sources(manifest).items() if not source.get("license")]
    if unlicensed:
        yield f"No licence is stated for {', '.join(map(_prose, unlicensed))}."
    license_refs = [
        name
        for name, source in _sources(manifest).items()
        if any("licenseref-" in expression.lower() for expression in _several(source.get("license")))
    ]
    if license_refs:
        names = ", ".join(map(_prose, license_refs))
        yield f"`LicenseRef-` names no public licence: the rights in {names} are their authors'."


def _of_content(manifest: Manifest) -> Iterable[str]:
    steps = {step["name"]: step.get("options", {}) for step in manifest["steps"]}
    if steps.get("scrub-pii", {}).get("mode") == "tag":
        yield "Personal data was tagged in `pii`, not taken out of the text."
    elif "scrub-pii" in steps:
        yield "Personal data was sought by pattern; what has no pattern, such as most names, is still there."
    else:
        yield "Personal data was not taken out."
    if "dedup" not in steps:
        yield "Duplicates were not taken out."
    if "decontaminate" not in steps:
        yield "It was not compared with any evaluation set."
    if "filter-language" in steps:
        yield "Languages were told by a model, which errs on short and mixed texts."
    synthetic = [item for item in _sources(manifest).values() if "synthetic" in _several(item.get("origin"))]
    synthetic_share = sum(item.get("share") or 0 for item in synthetic)
    if synthetic_share:
        yield f"{_percent(synthetic_share)} of the tokens were written by models."


def _languages(manifest: Manifest) -> list[str]:
    """Return the languages that steps kept, in the Hub's codes; `code` is source code."""
    codes = set()
    for step in manifest["steps"]:
        options = step.get("options", {})
        if step["name"] == "filter-language" and not options.get("annotate"):
            codes |= {code for code in options.get("keep") or [] if re.fullmatch(r"[a-z]{2,3}", code)}
        if step["name"] == "code":
            codes.add("code")
    return sorted(codes)


def _licenses(manifest: Manifest) -> Iterator[str | None]:
    for source in _sources(manifest).values():
        yield from _several(source.get("license")) or (None,)


def _name(manifest: Manifest) -> str:
    names = list(_sources(manifest))
    if not 0 < len(names) <= 3:
        return f"Corpus of {len(names)} sources"
    return "Corpus of " + " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _documents(manifest: Manifest, data_files: str) -> int:
    return sum(shard["documents"] for shard in manifest["shards"] if fnmatchcase(shard["path"], data_files))


def _sources(manifest: Manifest) -> dict[str, SourceEntry]:
    return dict(manifest.get("sources") or {})


def _several(value: Any) -> list[str]:
    """Return the values of a key that holds one value, several or none."""
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _list(value: Any) -> str:
    return ", ".join(_several(value)) or "not stated"


def _count(step: StepEntry, key: Literal["in", "out"]) -> int | None:
    return step[key]["documents"] if key in step else None


def _reasons(reasons: Mapping[str, int] | None) -> str:
    if reasons is None:
        return ""
    return ", ".join(f"{reason} {count:,}" for reason, count in reasons.items()) or "0"


def _options(step: StepEntry) -> str:
    return " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in step["options"].items())


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], figures: int = 0) -> str:
    """Return a Markdown table whose last `figures` columns are aligned to the right."""
    rule = ["---"] * (len(head) - figures) + ["--:"] * figures
    lines = [head, rule, *[[_prose(cell) for cell in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _prose(text: Any) -> str:
    """Return text on one line, escaped for Markdown."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", _line(text))


def _code(text: Any) -> str:
    """Return text on one line, for a code span."""
    return _line(text).replace("`", "'")


def _line(text: Any) -> str:
    """Return text on one line, without unprintable characters."""
    return " ".join("".join(character if character.isprintable() else " " for character in str(text)).split())
