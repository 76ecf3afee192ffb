"""The card: what people write for it, what it says of the texts, and that an edited README stays."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpuskit.core.document import Document
from corpuskit.core.provenance.manifest import read_manifest
from corpuskit.core.publish.contents import Contents, language_of, stated_day
from corpuskit.core.publish.seals import is_edited_card, sealed
from corpuskit.export.hub.card import card
from tests.conftest import Run, lines_of
from tests.export.test_hf import manifest

WORDS = {
    "title": "Harbour | notes",
    "description": "Notes of a *harbour*.\n\nThey say when boats leave.",
    "citation": "@misc{harbour, title={Notes}}",
    "links": {"home [page]": "https://example.org/a b>"},
    "example": True,
}
RECIPE = "sources: {notes: {from: files, inputs: [in.jsonl], origin: other, steps: [scrub-pii]}}\n"


def records(number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"d{index}",
            "text": f"Boat {index}: write to sailor{index}@example.org. " + "All is well. " * index,
            "metadata": {"language": "de" if index % 4 == 0 else "en", "date": f"{2001 + index}-05"},
        }
        for index in range(number)
    ]


def told(done: "subprocess.CompletedProcess[bytes]") -> str:
    """What a command printed."""
    return (done.stdout + done.stderr).decode()


def publish(folder: Path, corpuskit: Run, recipe: str) -> str:
    """Build a recipe over some records into `out`; return the notices."""
    (folder / "in.jsonl").write_bytes(lines_of(records(12)))
    (folder / "recipe.yaml").write_text(recipe)
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "-j", "1")
    assert done.returncode == 0, done.stderr
    return told(done)


def test_what_people_write_is_on_the_card(tmp_path: Path, corpuskit: Run) -> None:
    publish(tmp_path, corpuskit, RECIPE + yaml.safe_dump({"card": WORDS}))
    text = (tmp_path / "out" / "README.md").read_text()
    assert text.startswith("---\npretty_name: Harbour | notes\n") and "\n# Harbour \\| notes\n" in text
    assert "Notes of a *harbour*.\n\nThey say when boats leave." in text
    assert "- [home \\[page\\]](<https://example.org/a%20b%3E>)" in text
    assert "```bibtex\n@misc{harbour, title={Notes}}\n```" in text
    assert read_manifest(tmp_path / "out")["card"]["title"] == WORDS["title"]
    assert corpuskit("verify", "out").returncode == 0


def test_the_card_says_what_the_texts_are_like(tmp_path: Path, corpuskit: Run) -> None:
    publish(tmp_path, corpuskit, RECIPE + "card: {example: yes}\n".replace("yes", "true"))
    text = (tmp_path / "out" / "README.md").read_text()
    assert "| en | 9 | 75.0% |\n| de | 3 | 25.0% |" in text and "- de\n- en\n" in text
    assert "Dates: 2001-05 to 2012-05, as 12 of 12 documents state them." in text
    assert "| email | 12 |" in text and "found and removed" in text
    assert '      "id": "d0"' in text and "sailor0@example.org" not in text
    assert "(`upstream: verified`)" in text


def test_a_pipe_takes_the_words_from_a_file(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(records(3)))
    (tmp_path / "card.yaml").write_text(json.dumps(WORDS))
    done = corpuskit("export", "in.jsonl", "--to", "parquet", "--card", "card.yaml", "-o", "out")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out" / "README.md").read_text()
    assert "# Harbour" in text and '"id": "d0"' in text and "path: data/part-*.parquet" in text


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("titles: x", "card.yaml: `titles` is no key of a card (did you mean `title`?)"),
        ("title: [x]", "card.yaml: `title` must be a text"),
        ("links: {home: ftp://example.org}", "card.yaml: `links` must be names with addresses"),
        ("example: 1", "card.yaml: `example` must be true or false, not 1"),
        ("just words", "card.yaml: must be a mapping with the keys title"),
        ("a: b: c", "card.yaml:1: is not YAML"),
    ],
)
def test_wrong_words_end_the_run_before_it_starts(tmp_path: Path, corpuskit: Run, content: str, problem: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(records(3)))
    (tmp_path / "card.yaml").write_text(content)
    done = corpuskit("export", "in.jsonl", "--card", "card.yaml", "-o", "out")
    assert (done.returncode, (tmp_path / "out").exists()) == (2, False)
    assert problem in told(done) and "Traceback" not in told(done)
    (tmp_path / "recipe.yaml").write_text(RECIPE + "card: card.yaml\n")
    done = corpuskit("mix", "--check", "recipe.yaml")
    assert done.returncode == 2 and f"recipe.yaml:2: {problem}" in told(done)


def test_a_recipe_names_the_lines_of_wrong_words(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE + "card:\n  title: x\n  cite: y\n  description: 3\n")
    done = corpuskit("mix", "--check", "recipe.yaml")
    assert done.returncode == 2
    assert "recipe.yaml:4: `cite`" in told(done) and "recipe.yaml:5: `description`" in told(done)


def test_an_edited_readme_stays_until_it_is_removed(tmp_path: Path, corpuskit: Run) -> None:
    publish(tmp_path, corpuskit, RECIPE)
    readme, new = (tmp_path / "out" / name for name in ("README.md", "README.new.md"))
    edited = readme.read_text().replace("# Corpus of notes", "# Our notes")
    readme.write_text(edited)
    assert "README.md in 'out' was edited, so it stays" in publish(tmp_path, corpuskit, "seed: 2\n" + RECIPE)
    assert readme.read_text() == edited and "# Corpus of notes" in new.read_text()
    assert corpuskit("verify", "out").returncode == 0
    readme.unlink()
    assert "edited" not in publish(tmp_path, corpuskit, "seed: 3\n" + RECIPE)
    assert "# Corpus of notes" in readme.read_text() and not new.exists()


def test_an_edited_readme_stays_if_the_format_has_none_there(tmp_path: Path, corpuskit: Run) -> None:
    publish(tmp_path, corpuskit, RECIPE)
    readme = tmp_path / "out" / "README.md"
    readme.write_text("Mine.\n")
    publish(tmp_path, corpuskit, RECIPE + "output: {formats: [trl]}\n")
    assert readme.read_text() == "Mine.\n" and (tmp_path / "out" / "trl" / "README.md").exists()


def test_a_seal_is_broken_by_any_change(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(sealed("# A\n\n- b\n"))
    assert not is_edited_card(path)
    for change in (path.read_text() + "x", path.read_text().replace("# A", "# B"), "", "# A\n"):
        path.write_text(change)
        assert is_edited_card(path)
    path.unlink()
    path.symlink_to(tmp_path / "other.md")
    assert not is_edited_card(path)


def test_verify_finds_contents_that_are_not_so(tmp_path: Path, corpuskit: Run) -> None:
    from corpuskit.core.provenance.manifest import digest

    publish(tmp_path, corpuskit, RECIPE)
    path = tmp_path / "out" / "manifest.json"
    content = json.loads(path.read_text())
    content["contents"]["languages"]["en"] += 1
    path.write_text(json.dumps({**content, "digest": digest(content)}))
    done = corpuskit("verify", "out")
    assert done.returncode == 3 and "other lengths, languages or dates" in told(done)


def test_parts_add_up_in_any_order() -> None:
    documents = [Document(row["id"], row["text"], row["metadata"]) for row in records(40)]
    documents += [Document("x", "", {"language": ["en"], "date": "soon"}), Document("y", "z" * 12345, {})]
    whole, left, right = Contents(), Contents(), Contents()
    for index, document in enumerate(documents):
        day = stated_day(document.metadata)
        for contents in (whole, left if index % 3 else right):
            contents.add([len(document.text)], language_of(document.metadata), [day] if day else [])
    for first, second in ((left, right), (right, left)):
        total = Contents()
        total.merge(json.loads(json.dumps(first.part())))
        total.merge(second.part())
        assert total.as_json() == whole.as_json()
    entry = whole.as_json()
    assert entry["lengths"]["p95"] <= 12345 and entry["languages"]["unknown"] == 2
    assert entry["dates"] == {"first": "2001-05", "last": "2040-05", "documents": 40}


def test_no_text_breaks_out_of_its_place() -> None:
    words = {"title": "a\nb", "citation": "````\n# x", "links": {"l": "https://example.org/\n# y"}}
    text = card(manifest(card=words), "data/part-*.parquet", Document("d", "```\n# z", {}))
    assert "\n# a b\n" in text and "\n# y" not in text and "`````text\n````\n# x\n`````" in text
    assert "\n# z" not in text
