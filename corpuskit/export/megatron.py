"""Token ids in Megatron's indexed form: `.bin` with the ids, `.idx` with lengths, offsets and documents."""

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.format import shard_paths
from corpuskit.export.training.token_ids import TokenIds
from corpuskit.export.training.token_shards import IDS_SUFFIX, IdsFile, TokenShardFormat

if TYPE_CHECKING:
    import numpy as np

MAGIC, VERSION = b"MMIDIDX\x00\x00", 1
KINDS = {2: 8, 4: 4}
"""Megatron's code of the ids' type by their bytes: uint16 and int32 (megatron/core/datasets/indexed_dataset.py)."""
HEADER = struct.Struct("<9sQBQQ")
"""Magic, version, code of the type, number of sequences, number of entries in the list of documents."""


class Megatron(TokenShardFormat):
    """Token ids, `megatron/part-00000-1f3a9c2b.bin` and `.idx`, as datatrove's MegatronDocumentTokenizer writes them.

    Each document is one sequence. Read by Megatron-LM, NeMo, GPT-NeoX and nanotron.
    """

    name: ClassVar[str] = "megatron"
    folder: ClassVar[str] = "megatron"
    suffix: ClassVar[str] = ".bin"
    companion_suffixes: ClassVar[tuple[str, ...]] = (".idx", IDS_SUFFIX)
    extra_files: ClassVar[tuple[str, ...]] = ("megatron/README.md",)
    title: ClassVar[str] = "Token ids for Megatron"
    loading: ClassVar[str] = "Name the files without their ending: `--data-path 1.0 megatron/part-…`."

    def ids_file(self, path: Path) -> IdsFile:
        """Return what writes the two files of Megatron's form."""
        return IndexedFile(self.tokens, shard_paths(self, path))

    def ends(self, path: Path) -> Iterator[int]:
        """Yield the position after the last token of each document. Raises ValueError if the files disagree."""
        import numpy as np

        index = shard_paths(self, path)[1].read_bytes()
        if len(index) < HEADER.size:
            raise ValueError("the index is cut")
        magic, version, kind, sequences, documents = HEADER.unpack_from(index)
        width = next((width for width, code in KINDS.items() if code == kind), 0)
        whole = (magic, version, documents, len(index)) == (MAGIC, VERSION, sequences + 1, _size_of(sequences))
        if not whole or not width:
            raise ValueError("the index is not whole")
        lengths = np.frombuffer(index, "<i4", sequences, HEADER.size)
        if path.stat().st_size != width * int(lengths.sum(dtype=np.int64)):
            raise ValueError("the index ends elsewhere than the ids")
        ends = np.cumsum(lengths, dtype=np.int64)
        offsets = np.frombuffer(index, "<i8", sequences, HEADER.size + lengths.nbytes)
        numbers = np.frombuffer(index, "<i8", documents, HEADER.size + lengths.nbytes + offsets.nbytes)
        if (offsets != (ends - lengths) * width).any() or (numbers != np.arange(documents)).any():
            raise ValueError("the index has other offsets than its lengths give")
        return iter(ends.tolist())


class IndexedFile:
    """The files of one shard; holds 4 bytes for each document."""

    def __init__(self, tokens: TokenIds, paths: list[Path]) -> None:
        """Create the file of the ids."""
        self._width, self._index_path = tokens.bytes_per_id, paths[1]
        self._stream = filesystem.open_new(paths[0])
        self._lengths = array("i")

    def write(self, ids: "np.ndarray[Any, Any]") -> None:
        """Write the ids of one document."""
        self._stream.write(ids.tobytes())
        self._lengths.append(len(ids))

    def close(self) -> None:
        """Write the index."""
        import numpy as np

        self._stream.close()
        lengths = np.array(self._lengths, "<i4")
        offsets = np.zeros(len(lengths), "<i8")
        np.cumsum(lengths[:-1], dtype=np.int64, out=offsets[1:])
        header = HEADER.pack(MAGIC, VERSION, KINDS[self._width], len(lengths), len(lengths) + 1)
        documents = np.arange(len(lengths) + 1, dtype="<i8")
        with filesystem.open_new(self._index_path) as index:
            for part in (header, lengths.tobytes(), (offsets * self._width).tobytes(), documents.tobytes()):
                index.write(part)


def _size_of(sequences: int) -> int:
    """Return the bytes of a whole index."""
    return HEADER.size + sequences * (4 + 8) + (sequences + 1) * 8
