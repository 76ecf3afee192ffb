"""The folder for the Hub: `datasets` opens it, and the card says what the manifest says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpuskit.core.document import Document, encode
from corpuskit.core.registry import find_format
from corpuskit.export.hf import HuggingFace
from corpuskit.export.hub.card import card
from corpuskit.export.hub.vocabulary import license_fields, size_category

PATTERN = "data/part-*.parquet"


def count(documents: int) -> dict[str, Any]:
    return {"documents": documents, "bytes": 10 * documents, "digest": "0" * 32}


def manifest(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "format": "corpuskit.manifest/1",
        "versions": {"corpuskit": "0.1.0", "resiliparse": "2.0"},
        "steps": [
            {
                "id": "1-fetch-warc",
                "from": [],
                "name": "fetch-warc",
                "options": {},
                "upstream": "none",
                "in": count(1500),
                "made": 0,
                "out": count(1400),
                "dropped": {"not-html": 90},
                "rejected": {"truncated": 10},
            },
            {
                "id": "2-filter-language",
                "from": ["1-fetch-warc"],
                "name": "filter-language",
                "options": {"keep": ["no", "en"], "min-score": 0.65},
                "upstream": "verified",
                "in": count(1400),
                "made": 0,
                "out": count(1200),
                "dropped": {"language": 200},
                "rejected": {},
            },
        ],
        "inputs": [{"path": "a.warc.gz", "bytes": 1, "sha256": "0", "damage": []}],
        "tokenizer": "words",
        "sources": {"web": source("LicenseRef-crawl", share=0.75), "wiki": source("CC-BY-SA-4.0", share=0.25)},
        "shards": [
            {"path": "data/part-00000-aaaaaaaa.parquet", "bytes": 1, "sha256": "0", "documents": 1200, "tokens": 4000},
            {"path": "part-00000-bbbbbbbb.jsonl.zst", "bytes": 1, "sha256": "0", "documents": 1200, "tokens": 4000},
        ],
        "digest": "sha256:0",
    }
    return {**content, **changes}


def source(expression: Any, **changes: Any) -> dict[str, Any]:
    content = {"origin": "crawl", "license": expression, "license_evidence": None, "documents": 600, "tokens": 2000}
    return {**content, "epochs": 1, "share": 0.5, **changes}


def front_matter(text: str) -> dict[str, Any]:
    _, front, body = text.split("---\n", 2)
    assert body.startswith("\n# ")
    return yaml.safe_load(front)


def test_the_front_matter_is_what_the_hub_reads() -> None:
    assert front_matter(card(manifest(), PATTERN)) == {
        "pretty_name": "Corpus of web and wiki",
        "language": ["en", "no"],
        "license": "other",
        "license_name": "mixed",
        "task_categories": ["text-generation"],
        "size_categories": ["1K<n<10K"],
        "tags": ["corpuskit"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": PATTERN}]}],
    }


def test_the_body_says_what_the_manifest_says() -> None:
    text = card(manifest(), PATTERN)
    assert "1,200 documents, 4,000 tokens (counted as `words`), from 2 sources." in text
    assert "| wiki | crawl | CC-BY-SA-4.0 | not stated | 600 | 2,000 | 1 | 25.0% |" in text
    assert "| 1-fetch-warc | the inputs | 1,500 | 0 | 1,400 | not-html 90 | truncated 10 |" in text
    assert '- `2-filter-language`: `keep=["no", "en"] min-score=0.65`' in text
    assert "corpuskit verify ." in text and "load_dataset(" in text


def test_other_folders_can_have_a_card() -> None:
    text = card(manifest(card={"title": "My corpus"}), "part-*.jsonl.zst")
    assert front_matter(text)["configs"][0]["data_files"][0]["path"] == "part-*.jsonl.zst"
    assert front_matter(text)["pretty_name"] == "My corpus"
    assert "`extra`" not in text
    empty = front_matter(card(manifest(shards=[], sources={}), PATTERN))
    assert empty["configs"][0]["data_files"] == [{"split": "train", "path": PATTERN}]


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        (["MIT"], {"license": "mit"}),
        (["CC0-1.0", "CC0-1.0"], {"license": "cc0-1.0"}),
        (["GPL-2.0-or-later"], {"license": "gpl-2.0"}),
        (["ODC-By-1.0"], {"license": "odc-by"}),
        (["PSF-2.0"], {"license": "other", "license_name": "psf-2.0"}),
        (["MIT OR Apache-2.0"], {"license": "other", "license_name": "mit-or-apache-2.0"}),
        (["MIT", "Apache-2.0"], {"license": "other", "license_name": "mixed"}),
        (["MIT", None], {"license": "other", "license_name": "mixed"}),
        ([None], {"license": "unknown"}),
        ([], {"license": "unknown"}),
    ],
)
def test_licences_by_the_names_of_the_hub(expressions: list[Any], expected: dict[str, str]) -> None:
    assert license_fields(expressions) == expected


def test_a_source_of_several_licences_is_mixed() -> None:
    front = front_matter(card(manifest(sources={"web": source(["ISC", "MIT"])}), PATTERN))
    assert (front["license"], front["license_name"]) == ("other", "mixed")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**12 - 1, "100B<n<1T"), (10**12, "n>1T")],
)
def test_size_categories(documents: int, expected: str) -> None:
    assert size_category(documents) == expected


def test_known_limits_follow_from_the_steps() -> None:
    plain = card(manifest(), PATTERN)
    assert "Personal data was not removed." in plain and "Duplicates were not removed." in plain
    assert "the rights in web are their authors'" in plain
    steps = manifest()["steps"]
    steps += [{**steps[1], "id": f"3-{name}", "name": name, "options": {}} for name in ("dedup", "scrub-pii")]
    steps[0]["upstream"] = "unverified"
    damage = [{"what": "gzip: cut", "offset": 5, "lost": 1234}]
    inputs = [{"path": "a", "bytes": 1, "sha256": "0", "damage": damage}]
    sources = {"made": source("CC0-1.0", origin="synthetic", share=0.125), "bare": source(None)}
    text = card(manifest(steps=steps, inputs=inputs, sources=sources, repeatable=False), PATTERN)
    assert "Duplicates were not" not in text and "Personal data was found by pattern" in text
    assert "1,234 stored bytes" in text and "other than corpuskit" in text and "another run may" in text
    assert "12.5% of the tokens were written by models." in text and "No licence is stated for bare." in text


def test_steps_after_a_cut_carry_no_counts() -> None:
    steps = [{"id": "1-files", "from": [], "name": "files", "options": {"text-key": "a`b"}, "upstream": "cut"}]
    text = card(manifest(steps=steps), PATTERN)
    assert "| 1-files | the inputs |  |  |  |  |  |" in text and '`text-key="a\'b"`' in text
    assert "cut on purpose" in text


def test_names_cannot_break_the_card() -> None:
    hostile = "a|b\n---\n# <script>"
    text = card(manifest(sources={hostile: source("MIT")}), PATTERN)
    assert front_matter(text)["pretty_name"] == "Corpus of a|b --- # <script>"
    assert "\n| a\\|b --- \\# \\<script\\> | crawl |" in text
    assert "<script>" not in text.split("---\n", 2)[2].replace("\\<script\\>", "")


def write_folder(path: Path) -> list[Document]:
    """A published folder of two shards, with its other files."""
    documents = [
        Document("a", "first", {"url": "https://example.org/", "http_status": 200, "rights": {"train": "allowed"}}),
        Document("b", "second", {"language_score": 0.5, "mine": [1]}, {"added": "2020"}),
        Document("c", "third", {"pii": [{"start": 0, "end": 5, "type": "email"}], "epoch": 2}),
    ]
    format_ = HuggingFace()
    (path / "data").mkdir(parents=True)
    shards = []
    for number, shard_documents in enumerate([documents[:2], documents[2:]]):
        name = f"data/part-{number:05d}-aaaaaaaa.parquet"
        writer = format_.open(path / name)
        for document in shard_documents:
            writer.write(document)
        writer.close()
        shards.append({"path": name, "bytes": 1, "sha256": "0", "documents": len(shard_documents), "tokens": 3})
    content = manifest(shards=shards)
    format_.finish(path, content)
    (path / "manifest.json").write_text(json.dumps(content))
    (path / "decisions").mkdir()
    (path / "decisions" / "part-00000-cccccccc.jsonl.zst").write_bytes(b"(\xb5/\xfd")
    return documents


LOAD = """
import json, sys
from datasets import load_dataset
dataset = load_dataset(sys.argv[1])
print(json.dumps({"rows": dataset["train"].to_list(), "splits": list(dataset)}))
"""


@pytest.mark.slow
def test_datasets_opens_the_folder_offline(tmp_path: Path) -> None:
    documents = write_folder(tmp_path / "snapshot")
    environment = {**os.environ, "HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    command = [sys.executable, "-c", LOAD, str(tmp_path / "snapshot")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = json.loads(done.stdout)
    assert loaded["splits"] == ["train"]
    rows = [{key: value for key, value in row.items() if value is not None} for row in loaded["rows"]]
    assert [row["text"] for row in rows] == ["first", "second", "third"]
    assert rows[0]["rights"] == '{"train":"allowed"}' and rows[0]["http_status"] == 200
    assert json.loads(rows[1]["extra"]) == {"metadata": {"mine": [1]}, "added": "2020"}
    assert rows[2]["pii"] == [{"start": 0, "end": 5, "type": "email"}]
    assert len(documents) == len(rows)


def test_shards_come_back_and_the_card_is_stable(tmp_path: Path) -> None:
    documents = write_folder(tmp_path / "a")
    write_folder(tmp_path / "b")
    shards = sorted((tmp_path / "a" / "data").iterdir())
    loaded = [document for path in shards for document in HuggingFace().read(path)]
    assert list(map(encode, loaded)) == list(map(encode, documents))
    assert (tmp_path / "a" / "README.md").read_bytes() == (tmp_path / "b" / "README.md").read_bytes()
    assert isinstance(find_format("hf"), HuggingFace)
