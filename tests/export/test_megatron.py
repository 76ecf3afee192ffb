"""megatron: an index that Megatron's own reader would take (its bytes are compared with datatrove's in test_tokens)."""

import struct
from pathlib import Path

import numpy as np

from tests.conftest import Run
from tests.export.test_tokens import TEXTS, tokenizer_of, write_documents


def test_the_index_has_the_layout_of_megatron(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    shell("corpuskit export in.jsonl --to megatron --tokenizer tokenizer.json -o out -q")
    (path,) = (tmp_path / "out/megatron").glob("*.idx")
    index, ids = path.read_bytes(), path.with_suffix(".bin").read_bytes()
    assert index[:9] == b"MMIDIDX\x00\x00"
    version, kind, sequences, documents = struct.unpack_from("<QBQQ", index, 9)
    assert (version, kind, sequences, documents) == (1, 8, len(TEXTS), len(TEXTS) + 1)
    lengths = np.frombuffer(index, "<i4", sequences, 34)
    offsets = np.frombuffer(index, "<i8", sequences, 34 + 4 * sequences)
    ends = np.frombuffer(index, "<i8", documents, 34 + 12 * sequences)
    assert 2 * int(lengths.sum()) == len(ids)
    assert offsets.tolist() == [2 * int(lengths[:number].sum()) for number in range(sequences)]
    assert ends.tolist() == list(range(documents))
    assert lengths[1] == 1, "an empty text is its end token alone"
