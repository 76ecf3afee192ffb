"""`takedown` where decisions name what the list takes out: ids go from them, and the answer says so."""

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.conftest import Run, lines_of
from tests.support.takedown_texts import prose

TAKEDOWN = ("takedown", "--list", "takedown.jsonl")
COPIES = ("copy", "near", "elsewhere")


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    """Three copies of a text, and a mix that gives all documents one source, and keeps one of the copies."""
    text = prose(1)
    documents: list[dict[str, Any]] = [
        {"id": "target", "text": text, "metadata": {"source": "site"}},
        {"id": "copy", "text": text, "metadata": {"source": "mirror"}},
        {"id": "near", "text": f"{text} and so on", "metadata": {"source": "blog"}},
        {"id": "other", "text": prose(2), "metadata": {"source": "site"}},
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    (tmp_path / "more.jsonl").write_bytes(lines_of([{"id": "elsewhere", "text": text}]))
    (tmp_path / "recipe.yaml").write_text(
        "sources: {a: {from: files, inputs: [in.jsonl, more.jsonl], origin: crawl}}\ntogether: [dedup]\n"
    )
    for command in (("export", "in.jsonl", "-o", "corpus"), ("mix", "recipe.yaml", "-o", "mixed")):
        done = corpuskit(*command, "-q")
        assert done.returncode == 0, done.stderr
    return tmp_path


def write_list(folder: Path, *lines: dict[str, str]) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of(list(lines)))


def decisions(folder: Path) -> str:
    files = sorted((folder / "mixed/decisions").iterdir())
    return "".join(zstandard.decompress(file.read_bytes(), 1 << 20).decode() for file in files)


@pytest.mark.parametrize(
    "line", [{"id": "target"}, {"id": "target", "source": "site"}, {"id_prefix": "targ", "source": "site"}]
)
def test_copies_lose_their_ids_though_the_mix_gave_them_another_source(
    folder: Path, corpuskit: Run, line: dict[str, str]
) -> None:
    """Also one that is in none of the places."""
    assert all(f'"{copy}"' in decisions(folder) for copy in COPIES)
    write_list(folder, line)
    done = corpuskit(*TAKEDOWN, "corpus", "mixed", "--apply")
    assert done.returncode == 0, done.stderr
    assert not any(f'"{identifier}"' in decisions(folder) for identifier in ("target", *COPIES))
    assert b"xxh3:" in corpuskit("explain", "mixed", "elsewhere").stdout
    assert corpuskit("verify", "mixed").returncode == 0


def test_what_is_in_decisions_alone_is_found_and_told(folder: Path, corpuskit: Run) -> None:
    """The document that was kept is of another source, so it stays."""
    write_list(folder, {"id": "target", "source": "site"}, {"id": "nobody"})
    dry = corpuskit(*TAKEDOWN, "mixed").stdout.decode()
    assert "mixed: found, ids in 3 decisions\n" in dry and dry.count("not found") == 1, dry
    applying = (*TAKEDOWN, "mixed", "--apply", "--json", "--receipt", "receipt.json")
    answer = json.loads(corpuskit(*applying).stdout)
    assert (answer["places"][0]["outcome"], answer["places"][0]["decisions"]) == ("removed", 3)
    assert len(answer["not_found"]) == 1
    assert corpuskit("verify", "--receipt", "receipt.json", "mixed").stderr == b""
    again = json.loads(corpuskit(*applying).stdout)
    assert (again["places"][0]["outcome"], again["not_found"]) == ("clean", answer["not_found"])


def test_documents_and_decisions_are_both_counted(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"id": "target"})
    told = corpuskit(*TAKEDOWN, "mixed").stdout.decode()
    assert "mixed: found, 1 document and ids in 3 decisions (takedown-id 1)" in told


@pytest.mark.parametrize(("line", "copies"), [({"id": "target"}, 0), ({"id": "gone"}, 1)])
def test_an_entry_that_only_an_index_knew_is_not_called_unfound_later(
    folder: Path, corpuskit: Run, line: dict[str, str], copies: int
) -> None:
    """An index of exact copies teaches no text, and the id is in the list already."""
    dedup = ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "--method", "exact", "-o", "unique")
    assert corpuskit(*dedup, "-q").returncode == 0
    write_list(folder, line)
    for _ in range(2):
        answer = json.loads(corpuskit(*TAKEDOWN, "seen", "--apply", "--json").stdout)
        assert len(answer["not_found"]) == copies
    listed = (folder / "takedown.jsonl").read_bytes()
    assert json.loads(corpuskit(*TAKEDOWN, "seen", "--apply", "--json").stdout)["places"][0]["outcome"] == "clean"
    assert (folder / "takedown.jsonl").read_bytes() == listed
