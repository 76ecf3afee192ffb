"""Row groups of Parquet files whose rows repeat their texts: the rows are those that were written."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.core.document import Document
from corpuskit.core.reading.resolve import resolve
from corpuskit.sources.files import Files


def documents(path: Path) -> list[Document]:
    (input_,) = resolve([str(path)])
    items = list(Files().read(input_))
    assert not input_.damage
    return [item for item in items if isinstance(item, Document)]


@pytest.mark.parametrize("rows", [7, 1500, 4000])
def test_texts_that_repeat_are_read_as_any(tmp_path: Path, rows: int) -> None:
    texts = [f"text {number % 5}" if number % 3 else f"only {number}" for number in range(rows)]
    other_columns = {
        "url": [None if number % 4 else f"https://example.org/{number % 2}" for number in range(rows)],
        "tags": [[None, texts[number - 1]][: number % 3] for number in range(rows)],
        "made": [{"by": texts[number - 2]} if number % 2 else None for number in range(rows)],
        "names": pa.array([[(texts[number], "a")] for number in range(rows)], pa.map_(pa.string(), pa.string())),
    }
    for text_type in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        pq.write_table(pa.table({"text": pa.array(texts, text_type), **other_columns}), tmp_path / "a.parquet")
        documents_read = documents(tmp_path / "a.parquet")
        assert [document.text for document in documents_read] == texts
        for key in ("url", "tags", "made"):
            assert [document.metadata.get(key) for document in documents_read] == other_columns[key]
        assert [document.metadata["names"] for document in documents_read] == [[[text, "a"]] for text in texts]
        pq.write_table(pa.table({"text": texts}), tmp_path / "b.parquet", use_dictionary=False)
        assert [document.text for document in documents(tmp_path / "b.parquet")] == texts
