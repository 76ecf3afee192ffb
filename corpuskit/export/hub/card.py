"""The dataset card: README.md of a published folder, with all its figures taken from the manifest."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from corpuskit.core.document import Document
from corpuskit.core.provenance.entries import Manifest, SourceEntry, StepEntry
from corpuskit.core.publish.shard_files import token_ids_in

EXAMPLE_CHARACTERS = 500
"""Most characters of an example's text that the card shows."""


def card(manifest: Manifest, data_files: str, example: Document | None = None) -> str:
    """Return the text of README.md: front matter for the Hub, then what the dataset holds and how it was made.

    `data_files` is the pattern of the shards to load, relative to the folder (`data/part-*.parquet`). `example` is a
    document to show.
    """
    words = manifest.get("card", {})
    name = _line(words.get("title") or _name(manifest))
    parts = (
        f"---\n{_front_matter(manifest, data_files, name)}---",
        f"# {_prose(name)}",
        words.get("description", ""),
        _links(words.get("links", {})),
        _contents(manifest, data_files),
        _texts(manifest),
        _personal_data(manifest),
        _example(example),
        _making(manifest),
        _loading(data_files),
        "## How to verify it\n\n"
        "`corpuskit verify .` in this folder reads every shard again and compares it with `manifest.json`; "
        "`corpuskit explain . ID` says which step removed a document, and why; `decisions/` lists every removal.",
        _limits(manifest),
        _citation(words.get("citation", "")),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _front_matter(manifest: Manifest, data_files: str, name: str) -> str:
    import yaml

    from corpuskit.export.hub.vocabulary import license_fields, size_category

    fields: dict[str, Any] = {"pretty_name": name}
    languages = sorted({*_languages(manifest), *_stated_languages(manifest)})
    if languages:
        fields["language"] = languages
    fields |= license_fields(list(_licenses(manifest)))
    fields["task_categories"] = ["text-generation"]
    fields["size_categories"] = [size_category(_documents(manifest, data_files))]
    fields["tags"] = ["corpuskit"]
    # Of an empty dataset as well: without it, `load_dataset` would take the manifest for rows.
    fields["configs"] = [{"config_name": "default", "data_files": [{"split": "train", "path": data_files}]}]
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
    ids = token_ids_in(manifest)
    total += f" Of the tokenizer that is named below, there are {ids:,} token ids, end tokens included." if ids else ""
    return f"## What it holds\n\n{total}\n\n{_table(head, rows, figures=4)}"


def _links(links: Mapping[str, str]) -> str:
    return "\n".join(f"- [{_prose(name)}](<{_address(address)}>)" for name, address in links.items())


def _address(text: str) -> str:
    """Return an address in the form that angle brackets take: they end it, and so do spaces and line ends."""
    return re.sub(r"[<>\\\s]", lambda match: f"%{ord(match[0]):02X}", text)


def _texts(manifest: Manifest) -> str:
    """Return how long the texts are, in which languages, and of which time."""
    contents = manifest.get("contents")
    documents = sum(source["documents"] for source in manifest["sources"].values())
    if contents is None or not documents:
        return ""
    lengths = contents["lengths"]
    sentences = [
        f"The median length is about {lengths['p50']:,} characters; nine documents in ten have between "
        f"{lengths['p5']:,} and {lengths['p95']:,}. All texts together have {contents['characters']:,}."
    ]
    if "dates" in contents:
        dates = contents["dates"]
        span = dates["first"] if dates["first"] == dates["last"] else f"{dates['first']} to {dates['last']}"
        sentences.append(f"Dates: {span}, as {dates['documents']:,} of {documents:,} documents state them.")
    languages = contents.get("languages", {})
    rows = [(name, f"{number:,}", _percent(number / documents)) for name, number in languages.items()]
    table = _table(("Language", "Documents", "Share"), rows, figures=2) if rows else ""
    return "\n\n".join(part for part in ("## The texts", " ".join(sentences), table) if part)


def _personal_data(manifest: Manifest) -> str:
    """Return what was found by type, and what became of it: masked, or only tagged."""
    hits: dict[str, int] = {}
    modes = set()
    for step in manifest["steps"]:
        if step["name"] == "scrub-pii" and step.get("hits"):
            modes.add(step["options"].get("mode"))
            for kind, number in step["hits"].items():
                hits[kind] = hits.get(kind, 0) + number
    if not hits:
        return ""
    fate = "tagged" if modes == {"tag"} else "tagged or removed" if "tag" in modes else "removed"
    sentence = "In the documents that reached `scrub-pii`, personal data of these types was found and " + fate
    rows = [(kind, f"{number:,}") for kind, number in sorted(hits.items(), key=lambda item: (-item[1], item[0]))]
    return f"## Personal data\n\n{sentence}.\n\n{_table(('Type', 'Found'), rows, figures=1)}"


def _example(document: Document | None) -> str:
    if document is None:
        return ""
    text = document.text if len(document.text) <= EXAMPLE_CHARACTERS else document.text[:EXAMPLE_CHARACTERS] + "…"
    record = {"id": document.id, "text": text, "metadata": document.metadata}
    # Indented by four spaces, no line of it can end the block.
    lines = json.dumps(record, ensure_ascii=False, indent=2, default=str).split("\n")
    return "## An example\n\n" + "\n".join(f"    {line}" for line in lines)


def _citation(text: str) -> str:
    if not text:
        return ""
    longest_fence = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest_fence + 1)
    return f"## How to cite it\n\n{fence}{'bibtex' if text.startswith('@') else 'text'}\n{text}\n{fence}"


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
    files = f"{len(inputs):,} input {_plural('file', len(inputs))}"
    read = f"From {files}; `manifest.json` lists them with their sha256. {_upstream(manifest)}"
    parts = ("## How it was made", _table(head, rows), "\n".join(options), read, f"Made with {versions}.")
    return "\n\n".join(part for part in parts if part)


def _upstream(manifest: Manifest) -> str:
    """Return whether every step vouches for what it read, in the words of the manifest."""
    states = {step.get("upstream") for step in manifest["steps"]}
    if "unverified" in states:
        return "Not every step could check what it read (`upstream: unverified`)."
    if "cut" in states:
        return "The stream was cut on purpose (`upstream: cut`)."
    return "Every step read exactly what the steps before it wrote (`upstream: verified`)."


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
        yield f"Parts of {files} were damaged: {lost_bytes:,} stored bytes could not be read."
    if manifest.get("repeatable") is False:
        yield "A time limit stopped the work on some documents, so another run may give other bytes."
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
        yield "Personal data was tagged in `pii`, but it is still in the text."
    elif "scrub-pii" in steps:
        yield "Personal data was found by pattern; what has no pattern, such as most names, is still there."
    else:
        yield "Personal data was not removed."
    if "dedup" not in steps:
        yield "Duplicates were not removed."
    if "decontaminate" not in steps:
        yield "It was not checked for overlap with evaluation sets."
    if "filter-language" in steps:
        yield "Languages were identified by a model, which makes mistakes on short and mixed texts."
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


def _stated_languages(manifest: Manifest) -> list[str]:
    """Return the languages that at least one document in a hundred states, in the Hub's codes."""
    languages = manifest.get("contents", {}).get("languages", {})
    total = sum(languages.values())
    return [code for code, number in languages.items() if re.fullmatch(r"[a-z]{2,3}", code) and number * 100 >= total]


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
