"""Whether one file of a dataset is what the manifest says, and what it holds."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.core.counts import StreamCount
from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.balance import VerdictKey, verdict_key
from corpuskit.core.provenance.entries import FileEntry, Manifest, ShardEntry
from corpuskit.core.publish.dataset import VERIFY, Dataset
from corpuskit.core.publish.shard_files import is_readable
from corpuskit.core.publish.source_totals import SourcePart, Totals
from corpuskit.core.reading.inputs import Input
from corpuskit.core.registry import format_of_shard
from corpuskit.core.tokens import TOKENIZERS, counter
from corpuskit.trust.verifying.dealing import DECISIONS, Work
from corpuskit.trust.verifying.lossy_shards import digest_of_ids, part_problems, with_id


@dataclass
class Reading:
    """What a file holds, and what is wrong with it."""

    problems: list[str] = field(default_factory=list)
    count: StreamCount = field(default_factory=StreamCount)
    """Of a shard's documents."""
    totals: dict[str, SourcePart] = field(default_factory=dict)
    """By source (`Totals.parts`)."""
    decisions_of: "Counter[VerdictKey]" = field(default_factory=Counter)
    ids: str = ""
    """A digest of the ids of a shard's documents, in order; empty if none is needed, or they are not known."""


def load_libraries() -> None:
    """Load what nearly every worker needs before they are forked, or each would load it for itself."""
    import orjson  # noqa: F401
    import xxhash  # noqa: F401
    import zstandard  # noqa: F401


def read(dataset: Dataset, work: Work) -> Reading:
    """Read one file of a dataset, or a part of one, as a worker may do it."""
    if work.kind == DECISIONS:
        return _read_decisions(dataset, dataset.manifest["decisions"][work.number])
    shard = dataset.manifest["shards"][work.number]
    return _read_shard(dataset, shard, work.is_compared) if work.is_whole else _read_part(dataset, shard, work)


def join_parts(dataset: Dataset, file: Work, parts: Sequence[Reading]) -> Reading:
    """Return what a file holds that was read in parts, or as the only one.

    If something is wrong with one of them, the file is read again as a whole: what is said of it must not depend on
    where it was cut.
    """
    if len(parts) == 1:
        return parts[0]
    shard = dataset.manifest["shards"][file.number]
    whole, totals = Reading(), Totals(token_counter(dataset.manifest))
    for part in parts:
        whole.problems += part.problems
        whole.count.merge(part.count)
        totals.merge(part.totals)
    whole.problems += _count_problems(shard, whole.count.documents, totals.tokens)
    whole.totals = totals.parts()
    return _read_shard(dataset, shard, is_compared=False) if whole.problems else whole


def _read_decisions(dataset: Dataset, file: FileEntry) -> Reading:
    reading = Reading(list(_check_file(dataset.folder, file)))
    if not reading.problems:
        try:
            reading.decisions_of.update(map(verdict_key, dataset.decisions_in(file)))
        except DamagedError:
            reading.problems.append(f"{file['path']} holds lines that are not decisions")
    return reading


def _read_shard(dataset: Dataset, shard: ShardEntry, is_compared: bool) -> Reading:
    reading = Reading([*_check_file(dataset.folder, shard), *_check_readability(shard)])
    if not reading.problems and shard.get("readable", True):
        totals = Totals(token_counter(dataset.manifest))
        documents = dataset.checked_documents(shard)
        reading.problems += _check_documents(shard, documents, reading, totals, is_compared=is_compared)
        if not reading.problems:
            reading.problems += _count_problems(shard, totals.documents, totals.tokens)
        reading.totals = totals.parts()
    elif not reading.problems:
        reading.problems += part_problems(dataset, shard)
        reading.ids = "" if reading.problems else digest_of_ids(dataset, shard)
    return reading


def _read_part(dataset: Dataset, shard: ShardEntry, part: Work) -> Reading:
    """Read a range of a shard's documents, once the bytes of all of it are known to be those of the manifest."""
    reading = Reading([*_check_file(dataset.folder, shard), *_check_readability(shard)])
    if not reading.problems:
        totals = Totals(token_counter(dataset.manifest))
        documents = dataset.checked_documents(shard, part.begin, part.end)
        reading.problems += _check_documents(shard, documents, reading, totals)
        if part.end is not None and totals.documents != part.end:
            reading.problems.append(f"{shard['path']} holds {totals.documents} documents, not {part.end} or more")
        reading.totals = totals.parts()
    return reading


def _check_readability(shard: ShardEntry) -> Iterator[str]:
    """Compare what the manifest says of a shard with its format: it must not keep documents from being checked."""
    try:
        format_ = format_of_shard(shard["path"])
    except DamagedError as error:
        yield str(error)
        return
    if is_readable(format_, shard["path"]) != shard.get("readable", True):
        yield f"{shard['path']} has a wrong `readable`: that is not what a file of {format_.name} is"


def token_counter(manifest: Manifest) -> Callable[[str], int]:
    """Return the token counter that the manifest names; tokens of a user's own tokenizer are not counted again."""
    return counter(manifest["tokenizer"]) if counts_tokens(manifest) else lambda text: 0


def counts_tokens(manifest: Manifest) -> bool:
    return manifest["tokenizer"] in TOKENIZERS


def _check_file(folder: Path, entry: FileEntry) -> Iterator[str]:
    path = folder / entry["path"]
    if path.is_symlink() or not path.is_file():
        yield f"{entry['path']} is missing"
        return
    actual = Input(entry["path"], local_path=path).manifest_entry()
    if actual["bytes"] != entry["bytes"]:
        yield f"{entry['path']} has {actual['bytes']} bytes, not {entry['bytes']}"
    elif actual["sha256"] != entry["sha256"]:
        yield f"{entry['path']} was changed: its sha256 differs"


def _check_documents(
    shard: ShardEntry, documents: Iterator[Document], reading: Reading, totals: Totals, *, is_compared: bool = False
) -> Iterator[str]:
    """Count the documents of a shard, or some of them; yield what keeps them from being read."""
    try:
        for document in documents:
            reading.count.add(encode(document))
            totals.add(document)
            if is_compared:
                reading.ids = with_id(reading.ids, document.id)
    except (DamagedError, Reject) as error:
        problem = str(error).removeprefix(f"{Path(shard['path']).name}: ").removesuffix(VERIFY)
        yield f"{shard['path']} cannot be read to its end: {problem}"


def _count_problems(shard: ShardEntry, documents: int, tokens: int) -> Iterator[str]:
    """Compare the documents and tokens of a shard with what the manifest says of it."""
    if documents != shard["documents"]:
        yield f"{shard['path']} holds {documents} documents, not {shard['documents']}"
    elif tokens != shard["tokens"] and tokens:
        yield f"{shard['path']} holds {tokens} tokens, not {shard['tokens']}"
