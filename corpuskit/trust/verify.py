"""Is this dataset what its manifest says it is?"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core import console
from corpuskit.core.counts import StreamCount
from corpuskit.core.document import Reject, encode
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.provenance.chain import is_balanced
from corpuskit.core.provenance.entries import FileEntry, Manifest, ShardEntry, left_out
from corpuskit.core.provenance.manifest import MANIFEST, is_repeatable, shard_format
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.publish.folder_output import CARD, left_behind
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Settings
from corpuskit.core.step import Command
from corpuskit.core.stream.cpu_guard import KILLED
from corpuskit.core.tokens import counter

NOT_DATA = (MANIFEST, "run.json", CARD)


@dataclass(frozen=True)
class Verify(Command):
    """Reread datasets and say whether they are whole.

    Every shard is read again: its bytes against size and sha256, its documents against the counts, tokens and digest of
    the last step. A shard that is missing, changed, cut or added, a changed manifest, a step whose documents do not
    balance or do not follow from those before: exit 3, and a line that names it. Sizes and times are not trusted.

        corpuskit verify corpus && train corpus
    """

    inputs: ClassVar[str] = "DIR"
    answers: ClassVar[bool] = True

    def execute(self, arguments: list[str], settings: Settings) -> int:
        """Check each dataset; 0 if all are whole, else DamagedError."""
        if not arguments:
            raise UsageError("name the dataset folders, or published files, to verify")
        problems = [problem for argument in arguments for problem in self._report(argument, settings)]
        if problems:
            raise DamagedError(f"{problems[0]}{f'; {len(problems) - 1} more problems above' if problems[1:] else ''}")
        return 0

    def _report(self, argument: str, settings: Settings) -> list[str]:
        answer: dict[str, Any] = {"dataset": Path(argument).name}
        problems = [f"{argument}: {problem}" for problem in check(Path(argument), answer)]
        answer["problems"] = problems
        if settings.json:
            console.write_stdout(console.answer_line("verify", answer))
        elif problems:
            for problem in problems[1:]:
                console.notice("verify", problem)
        elif not settings.quiet:
            console.write_stdout(
                f"{argument}: whole; {answer['documents']:,} documents, {answer['tokens']:,} tokens in "
                f"{answer['shards']:,} shards, {answer['steps']:,} steps balance"
            )
        return problems


def check(path: Path, answer: dict[str, Any]) -> list[str]:
    """Everything that is wrong with the dataset at `path`; `answer` takes what it holds."""
    try:
        dataset = Dataset(path)
    except DamagedError as error:
        return [str(error).removeprefix(f"{path}: ")]
    manifest = dataset.manifest
    problems = list(_check_shards(dataset, answer))
    problems += _check_decisions(dataset)
    problems += _check_steps(manifest)
    if path.is_dir():
        problems += _check_strangers(path, manifest)
    answer |= {"steps": len(manifest["steps"]), "digest": manifest["digest"]}
    return problems


def _check_shards(dataset: Dataset, answer: dict[str, Any]) -> Iterator[str]:
    manifest = dataset.manifest
    answer |= {"documents": 0, "tokens": 0, "shards": len(manifest["shards"])}
    for format_ in sorted({shard_format(shard["path"]) for shard in manifest["shards"]}):
        total = StreamCount()
        totals = Totals(_token_counter(manifest))
        problems: list[str] = []
        for shard in manifest["shards"]:
            if shard_format(shard["path"]) == format_:
                problems_of_file = list(_check_file(dataset.folder, shard))
                problems += problems_of_file or _check_documents(dataset, shard, total, totals)
        yield from problems or _check_sums("/part-*".join(format_).lstrip("/"), manifest, total, totals)
        answer |= {"documents": total.documents, "tokens": totals.tokens}


def _token_counter(manifest: Manifest) -> Callable[[str], int]:
    """The counter the manifest names; tokens of a tokenizer that is a file of the user's are not counted again."""
    name = manifest["tokenizer"]
    return counter(name) if name in ("words", "bytes/4") else lambda text: 0


def _check_sums(format_: str, manifest: Manifest, total: StreamCount, totals: Totals) -> Iterator[str]:
    expected = manifest["steps"][-1].get("out") if manifest["steps"] else None
    if expected is not None and total.as_json() != expected:
        yield (
            f"the shards {format_} hold {total.documents} documents with digest {total.as_json()['digest']}, "
            f"the last step sent {expected['documents']} with {expected['digest']}"
        )
    counted = {name: entry["documents"] for name, entry in totals.as_json().items()}
    if counted != {name: entry["documents"] for name, entry in manifest["sources"].items()}:
        yield f"the sources in the shards {format_} are not those of the manifest"


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


def _check_documents(dataset: Dataset, shard: ShardEntry, total: StreamCount, totals: Totals) -> Iterator[str]:
    before = total.documents, totals.tokens
    try:
        for document in dataset.documents(shard):
            total.add(encode(document))
            totals.add(document)
    except (DamagedError, Reject) as error:
        yield f"{shard['path']} cannot be read to its end: {str(error).removeprefix(Path(shard['path']).name + ': ')}"
        return
    except Exception as error:  # pyarrow raises types of its own
        yield f"{shard['path']} cannot be read to its end: {type(error).__name__}"
        return
    documents, tokens = total.documents - before[0], totals.tokens - before[1]
    if documents != shard["documents"]:
        yield f"{shard['path']} holds {documents} documents, not {shard['documents']}"
    elif tokens != shard["tokens"] and tokens:
        yield f"{shard['path']} holds {tokens} tokens, not {shard['tokens']}"


def _check_decisions(dataset: Dataset) -> Iterator[str]:
    """The decision files against their digests, and their number against the counts of the steps."""
    decided: Counter[tuple[str, str, str]] = Counter()
    manifest = dataset.manifest
    for file in manifest["decisions"]:
        problems = list(_check_file(dataset.folder, file))
        yield from problems
        if not problems:
            try:
                decisions = dataset.decisions_in(file)
                decided.update((each["step"], each["verdict"], each["reason"]) for each in decisions)
            except DamagedError:
                yield f"{file['path']} holds lines that are no decisions"
    counted: Counter[tuple[str, str, str]] = Counter()
    for entry in manifest["steps"]:
        for verdict, reason, number in left_out(entry):
            counted[entry["name"], verdict, reason] += number
    for name, verdict, reason in sorted(counted.keys() | decided.keys()):
        key = name, verdict, reason
        if counted[key] != decided[key] and manifest["decisions"]:
            yield f"step {name} {verdict} {counted[key]} for {reason}, the decisions hold {decided[key]}"


def _check_steps(manifest: Manifest) -> Iterator[str]:
    """Each step accounts for its documents, and takes what those before it sent; what it was ended on is named."""
    if manifest.get("repeatable", True) != is_repeatable(manifest["steps"]):
        yield "`repeatable` is not what the steps say"
    sent: dict[str, StreamCount | None] = {}
    for entry in manifest["steps"]:
        if not is_balanced(entry):
            yield f"step {entry['id']} lost count of its documents"
        if "rejected" in entry and entry["rejected"].get(KILLED, 0) != len(entry.get("killed", ())):
            yield f"step {entry['id']} does not name the documents it was ended on"
        if any(parent not in sent for parent in entry["from"]):
            yield f"step {entry['id']} follows steps that come after it or are not there"
        sent[entry["id"]] = StreamCount.from_json(entry["out"]) if "out" in entry else None
        if entry["upstream"] == "verified" and "in" in entry:
            flowed = StreamCount()
            for parent in entry["from"]:
                flowed.merge(sent.get(parent) or StreamCount())
            if flowed.as_json() != entry["in"]:
                yield f"step {entry['id']} took {entry['in']['documents']} documents, it was sent {flowed.documents}"


def _check_strangers(folder: Path, manifest: Manifest) -> Iterator[str]:
    expected = {entry["path"] for entry in (*manifest["shards"], *manifest["decisions"])} | set(NOT_DATA)
    stopped = left_behind(folder) or []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in expected and not name.startswith("."):
            # Who reads the folder by a pattern reads this too, so the dataset does not count as whole.
            left = "; a run was stopped while it published, the next run into the folder takes it away"
            yield f"{name} is no part of the dataset{left if name in stopped else ''}"
