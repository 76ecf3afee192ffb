"""Token ids in datatrove's form: `.ds` with the ids, `.ds.index` with the end of each document, `.ds.metadata`."""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.format import shard_paths
from corpuskit.core.provenance.entries import Manifest
from corpuskit.export.training.token_ids import TokenIds
from corpuskit.export.training.token_shards import IDS_SUFFIX, IdsFile, TokenShardFormat

if TYPE_CHECKING:
    import numpy as np


class Tokens(TokenShardFormat):
    """Token ids, `tokens/part-00000-1f3a9c2b.ds`, as datatrove's DocumentTokenizer writes them, byte for byte.

    Ids have 2 bytes if the vocabulary has at most 65,536 entries, else 4. Read by datatrove's datasets, nanotron and
    litgpt; a memory-mapped array of numpy is enough.
    """

    name: ClassVar[str] = "tokens"
    folder: ClassVar[str] = "tokens"
    suffix: ClassVar[str] = ".ds"
    companion_suffixes: ClassVar[tuple[str, ...]] = (".ds.index", ".ds.metadata", IDS_SUFFIX)
    extra_files: ClassVar[tuple[str, ...]] = ("tokens/README.md",)
    title: ClassVar[str] = "Token ids"
    loading: ClassVar[str] = """```python
import numpy

ids = numpy.memmap("part-….ds", dtype="uint16", mode="r")        # uint32 for ids of 4 bytes
ends = numpy.fromfile("part-….ds.index", dtype="uint64")
first_document = ids[: ends[0]]
```"""

    def ids_file(self, path: Path) -> IdsFile:
        """Return what writes the three files of datatrove's form."""
        return TokenFile(self.tokens, shard_paths(self, path))

    def ends(self, path: Path) -> Iterator[int]:
        """Yield the position after the last token of each document. Raises ValueError if the files disagree."""
        import numpy as np

        ends = np.fromfile(shard_paths(self, path)[1], "<u8")
        size = path.stat().st_size
        if size not in (2 * int(ends[-1]), 4 * int(ends[-1])) if len(ends) else size:
            raise ValueError("the index ends elsewhere than the ids")
        return iter(ends.tolist())

    def check_parts(self, path: Path, ids: "np.ndarray[Any, Any]", manifest: Manifest) -> Iterator[str]:
        """Yield where the metadata says something else than ids and manifest do."""
        metadata = shard_paths(self, path)[2]
        name = metadata.read_bytes().partition(b"\n")[0].rpartition(b"|")[0]
        if f"tokenizer:{name.decode(errors='replace')}" not in manifest["versions"]:
            yield f"{metadata.name} names another tokenizer than the manifest"
        elif metadata.read_bytes() != metadata_of(name.decode(), ids.itemsize, len(ids)):
            yield f"{metadata.name} has another width or number of ids than {path.name}"


class TokenFile:
    """The files of one shard; holds 8 bytes for each document."""

    def __init__(self, tokens: TokenIds, paths: list[Path]) -> None:
        """Create the file of the ids."""
        self._tokens, self._paths = tokens, paths
        self._stream = filesystem.open_new(paths[0])
        self._ends = array("Q")
        self._size = 0

    def write(self, ids: "np.ndarray[Any, Any]") -> None:
        """Write the ids of one document."""
        self._stream.write(ids.tobytes())
        self._size += len(ids)
        self._ends.append(self._size)

    def close(self) -> None:
        """Write index and metadata: name and width of the tokenizer, the number of ids, and that number in words."""
        import numpy as np

        self._stream.close()
        with filesystem.open_new(self._paths[1]) as index:
            index.write(np.array(self._ends, "<u8").tobytes())
        with filesystem.open_new(self._paths[2]) as metadata:
            metadata.write(metadata_of(self._tokens.name, self._tokens.bytes_per_id, self._size))


def metadata_of(tokenizer: str, width: int, number: int) -> bytes:
    """Return the content of a file of metadata."""
    import humanize

    return f"{tokenizer}|{width}\n{number}\n{humanize.metric(number, unit='T')}".encode()
