"""chunk: nothing is lost, structure is kept, and an edit changes few chunks."""

import gzip
import json
import statistics
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.outcome import Drop
from corpuskit.retrieval.chunk import Chunk
from tests.support.timing import is_quicker, least_seconds

ARTICLE = """Before any heading.

# Tides

The tide rises at six. The tide falls at noon.

## Tables

| day | height |
|-----|--------|
| one | 4.1    |

```python
# no heading

x = 1
```

## Empty
### Below
Last words.
"""


def chunks(text: str, size: int = 1200, overlap: int = 0, **metadata: object) -> list[Document]:
    result = Chunk(size=size, overlap=overlap).split(Document("doc", text, dict(metadata)))
    assert not isinstance(result, Drop)
    return list(result)


def test_sections_become_chunks_with_their_headings() -> None:
    found = chunks(ARTICLE, title="The harbour")
    assert [chunk.metadata["title"] for chunk in found] == [
        "The harbour",
        "The harbour > Tides",
        "The harbour > Tides > Tables",
        "The harbour > Tides > Empty > Below",
    ]
    assert found[2].text.endswith("x = 1\n```")
    assert found[3].text == "## Empty\n### Below\nLast words."
    for chunk in found:
        start, end = chunk.metadata["span"]
        assert ARTICLE[start:end] == chunk.text
        assert chunk.metadata["parents"] == ["doc"]
        assert chunk.id.startswith("doc#")


@given(
    st.lists(st.sampled_from(["# a", "## b", "word " * 7, "x" * 90, "", "", "```", "- item", "猫" * 60, "One. Two!"])),
    st.sampled_from([100, 150, 400]),
    st.integers(0, 50),
)
def test_every_word_is_in_a_chunk_and_none_is_too_long(lines: list[str], size: int, overlap: int) -> None:
    text = "\n".join(lines)
    result = Chunk(size=size, overlap=overlap).split(Document("doc", text))
    if isinstance(result, Drop):
        assert not text.strip()
        return
    position = 0
    for chunk in result:
        start, end = chunk.metadata["span"]
        assert text[start:end] == chunk.text
        assert 0 < len(chunk.text) <= size
        assert not text[position:start].strip()
        position = end
        assert chunk.text == chunk.text.strip()
    assert not text[position:].strip()
    ids = [chunk.id for chunk in result]
    assert len(set(ids)) == len(ids)


def test_long_paragraphs_are_cut_at_sentences_then_words() -> None:
    sentences = [f"Sentence number {number} tells of the tide." for number in range(40)]
    found = chunks(" ".join(sentences), size=200)
    assert all(chunk.text.endswith(".") for chunk in found)
    assert " ".join(chunk.text for chunk in found) == " ".join(sentences)
    assert {len(chunk.text) for chunk in chunks("x" * 1000, size=100)} == {100}
    japanese = chunks("潮が満ちる。" * 60, size=100)
    assert all(chunk.text.endswith("。") for chunk in japanese)


def test_an_overlap_repeats_whole_paragraphs_of_the_section_alone() -> None:
    paragraphs = [f"Paragraph {number} " + "word " * 12 for number in range(12)]
    found = chunks("# One\n\n" + "\n\n".join(paragraphs) + "\n\n# Two\n\nOther.", size=300, overlap=120)
    for before, after in pairwise(found[:-1]):
        last = before.text.split("\n\n")[-1]
        assert after.text.startswith(last)
    assert found[-1].text == "# Two\n\nOther."


def test_a_long_heading_is_not_repeated_whole() -> None:
    heading = "tide " * 200_000
    text = f"# {heading}\n\n" + "\n\n".join("word " * 200 for _ in range(50))
    chunks = Chunk().split(Document("d", text, {"title": "T" * 5000}))
    assert not isinstance(chunks, Drop)
    assert {chunk.metadata["title"] for chunk in chunks} == {f"{'T' * 199}… > {heading[:199]}…"}
    assert "".join(chunk.text for chunk in chunks).count("tide") == 200_000
    short = Chunk().split(Document("d", f"# {'h' * 200}\n\ntext", {}))
    assert not isinstance(short, Drop) and short[0].metadata["title"] == "h" * 200


@pytest.mark.parametrize(
    "of_size",
    [
        lambda size: "\n\n".join(f"# h{number}" for number in range(size // 8)),
        lambda size: "# a" + " " * size + "b",
        lambda size: "# a" + " #" * (size // 2) + "b",
    ],
)
def test_time_grows_with_the_text(of_size: Callable[[int], str]) -> None:
    small, large = (Document("d", of_size(size), {}) for size in (200_000, 800_000))
    # Four times the text takes sixteen times as long where time grows with the square.
    limit = 9 * least_seconds(lambda: Chunk().split(small)) + 0.05
    assert is_quicker(lambda: Chunk().split(large), limit)


@pytest.mark.parametrize(("line", "heading"), [("## C# ##", "C#"), ("# ##", ""), ("# a #b", "a #b"), ("# a\t#", "a")])
def test_a_closing_sequence_is_no_part_of_a_heading(line: str, heading: str) -> None:
    (chunk,) = Chunk().split(Document("d", f"{line}\n\ntext", {}))
    assert chunk.metadata.get("title", "") == heading


def test_conversations_are_cut_between_turns() -> None:
    turns = "\n".join(f"<|{role}|>\n{'word ' * 30}" for role in ("user", "assistant") * 4)
    found = chunks(turns, size=400, content_type="text/x-turns")
    assert len(found) > 2
    assert all(chunk.text.startswith("<|") for chunk in found)
    assert "\n".join(chunk.text for chunk in found) == turns
    assert len(chunks(f"<|user|>\n{'word ' * 900}", size=200, content_type="text/x-turns")) == 1


def test_what_a_document_says_twice_has_two_ids() -> None:
    same = "The same words again and again, in a paragraph that is long enough to stand alone in a chunk of its own."
    found = chunks(f"# A\n\n{same}\n\n# A\n\n{same}")
    assert found[1].id == f"{found[0].id}-2"


def test_empty_documents_are_dropped_and_options_checked() -> None:
    assert isinstance(Chunk().split(Document("a", " \n ")), Drop)
    for options in ({"size": 99}, {"overlap": 601}, {"overlap": -1}):
        with pytest.raises(UsageError):
            Chunk(**options)


def test_real_edits_change_few_chunks(shared_data: Path) -> None:
    revisions = defaultdict(list)
    with gzip.open(shared_data / "retrieval/evolving_docs.jsonl.gz") as stream:
        for line in stream:
            row = json.loads(line)
            revisions[row["doc"]].append(row)
    changed, fixed, of_one_paragraph = [0, 0], [0, 0], []
    for rows in revisions.values():
        rows.sort(key=lambda row: row["date"])
        before: dict[str, set[str]] = {}
        for row in rows:
            parts = {
                "chunk": [chunk.text for chunk in chunks(row["text"])],
                "fixed": [row["text"][start : start + 1200] for start in range(0, len(row["text"]), 1200)],
                "paragraph": row["text"].split("\n\n"),
            }
            if before:
                new = {name: sum(text not in before[name] for text in texts) for name, texts in parts.items()}
                changed = [changed[0] + new["chunk"], changed[1] + len(parts["chunk"])]
                fixed = [fixed[0] + new["fixed"], fixed[1] + len(parts["fixed"])]
                if new["paragraph"] == 1:
                    of_one_paragraph.append(new["chunk"])
            before = {name: set(texts) for name, texts in parts.items()}
    assert changed[0] / changed[1] < 0.4 * fixed[0] / fixed[1]
    assert statistics.median(of_one_paragraph) == 1


@pytest.mark.parametrize(
    ("stated", "parents"), [(None, []), ("page-1", ["page-1"]), (7, ["7"]), (["a", 7, None], ["a", "7"]), ({}, [])]
)
def test_parents_of_any_form_are_followed(stated: Any, parents: list[str]) -> None:
    (chunk,) = Chunk().split(Document("d", "A text.", {"parents": stated}))  # type: ignore[misc]
    assert chunk.metadata["parents"] == [*parents, "d"]
