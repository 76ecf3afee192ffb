"""Whether a dataset is what its manifest says: its files, documents, tokens, decisions and steps."""

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from corpuskit.core import console
from corpuskit.core.counts import StreamCount
from corpuskit.core.document import Reject, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.balance import VerdictKey, decision_problems, step_problems, verdict_key
from corpuskit.core.provenance.entries import DamageSummary, FileEntry, Manifest, ShardEntry, accepted_damage
from corpuskit.core.provenance.manifest import MANIFEST, is_repeatable, shard_format
from corpuskit.core.publish.dataset import VERIFY, Dataset
from corpuskit.core.publish.recovery import OLD_RUN, all_extra_names, left_behind
from corpuskit.core.publish.shard_files import is_readable, token_ids_in
from corpuskit.core.publish.source_totals import SourcePart, Totals, share
from corpuskit.core.reading.inputs import Input
from corpuskit.core.registry import format_of_shard
from corpuskit.core.stream.cpu_guard import KILLED
from corpuskit.core.tokens import TOKENIZERS, counter
from corpuskit.core.wording import quantity
from corpuskit.trust.verifying.lossy_shards import digest_of_ids, id_problems, name_problems, part_problems, with_id

DECISIONS, SHARDS = "decisions", "shards"
DECISION_WORK = 3
"""How many times as long a byte of decisions takes as one of a shard: as they are much alike, they are packed well."""


class Verification(TypedDict, total=False):
    """What `verify` found in one dataset, as `--json` prints it; without a manifest, only the first and last keys."""

    dataset: str
    """The name of the folder or file."""
    documents: int
    tokens: int
    token_ids: int
    """The exact number in a format of token ids, end tokens included; absent without one."""
    shards: int
    steps: int
    digest: str
    """The digest of the manifest."""
    unverified: list[str]
    """Ids of the steps that read documents which no corpuskit command vouched for."""
    damage: DamageSummary | None
    """What the inputs had lost before they were read, if the run accepted it."""
    problems: list[str]
    """Empty if the dataset is whole."""


def check(path: Path, answer: Verification, jobs: int = 1) -> list[str]:
    """Return everything that is wrong with the dataset at `path`, and add what it holds to `answer`.

    `jobs` processes read its files.
    """
    from corpuskit.core.stream.workers import each_in_order

    try:
        dataset = Dataset(path)
    except DamagedError as error:
        return [str(error).removeprefix(f"{path}: ")]
    manifest = dataset.manifest
    works = [
        *((DECISION_WORK * file["bytes"], DECISIONS, file["path"]) for file in manifest["decisions"]),
        *((shard["bytes"], SHARDS, shard["path"]) for shard in manifest["shards"]),
    ]
    # What takes longest first, or the last of them would keep one process busy while all others are done.
    names = [(kind, path) for _, kind, path in sorted(works, key=lambda work: -work[0])]
    reading_each = each_in_order(functools.partial(_read, dataset), names, jobs)
    readings = {}
    for name, reading in zip(names, reading_each, strict=True):
        readings[name] = reading
        state = quantity(len(reading.problems), "problem") if reading.problems else "sound"
        lines = quantity(reading.count.documents or reading.decisions_of.total(), "line")
        console.detail(f"read {name[1]}: {lines}, {state}")
    problems = list(_check_shards(manifest, readings, answer))
    ids = {path: reading.ids for (_, path), reading in readings.items() if reading.ids}
    problems += () if problems else (*name_problems(manifest), *id_problems(ids))
    problems += _check_tokens(manifest)
    problems += _check_decisions(manifest, readings)
    problems += _check_steps(manifest)
    if path.is_dir():
        problems += _check_other_files(path, manifest)
    unverified = unverified_steps(manifest)
    answer |= {"steps": len(manifest["steps"]), "digest": manifest["digest"], "unverified": unverified}
    answer["damage"] = accepted_damage(manifest)
    return problems


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
    """A digest of the ids of a shard's documents, in order; empty if there are none, or they are not known."""


def _read(dataset: Dataset, name: tuple[str, str]) -> Reading:
    """Read one file of a dataset, as a worker may do it; `name` is its kind and its path."""
    kind, path = name
    if kind == SHARDS:
        return _read_shard(dataset, next(shard for shard in dataset.manifest["shards"] if shard["path"] == path))
    file = next(file for file in dataset.manifest["decisions"] if file["path"] == path)
    reading = Reading(list(_check_file(dataset.folder, file)))
    if not reading.problems:
        try:
            reading.decisions_of.update(map(verdict_key, dataset.decisions_in(file)))
        except DamagedError:
            reading.problems.append(f"{file['path']} holds lines that are not decisions")
    return reading


def _read_shard(dataset: Dataset, shard: ShardEntry) -> Reading:
    reading = Reading([*_check_file(dataset.folder, shard), *_check_readability(shard)])
    if not reading.problems and shard.get("readable", True):
        totals = Totals(_token_counter(dataset.manifest))
        reading.problems += _check_documents(dataset, shard, reading, totals)
        reading.totals = totals.parts()
    elif not reading.problems:
        reading.problems += part_problems(dataset, shard)
        reading.ids = "" if reading.problems else digest_of_ids(dataset, shard)
    return reading


def _check_shards(
    manifest: Manifest, readings: Mapping[tuple[str, str], Reading], answer: Verification
) -> Iterator[str]:
    """Yield what is wrong with the shards, one format after the other."""
    shards = manifest["shards"]
    of_several_files = {shard["path"].partition(".")[0] for shard in shards}
    answer |= {"documents": 0, "tokens": 0, "shards": len(of_several_files)}
    for group in sorted({shard_format(shard["path"]) for shard in shards}):
        members = [shard for shard in shards if shard_format(shard["path"]) == group]
        total, totals = StreamCount(), Totals(_token_counter(manifest))
        pattern = "/part-*".join(group).lstrip("/")
        problems = [problem for shard in members for problem in readings[SHARDS, shard["path"]].problems]
        if not any(shard.get("readable", True) for shard in members):
            yield from problems
            yield from _check_unreadable(manifest, members, pattern)
            continue
        for shard in members:
            total.merge(readings[SHARDS, shard["path"]].count)
            totals.merge(readings[SHARDS, shard["path"]].totals)
        yield from problems or _check_sums(pattern, manifest, total, totals)
        answer |= {"documents": total.documents, "tokens": totals.tokens}
    if (ids := token_ids_in(manifest)) is not None:
        answer["token_ids"] = ids
    sources = manifest["sources"].values()
    is_read = any(shard.get("readable", True) for shard in shards)
    if shards and not is_read:
        answer["documents"] = sum(entry["documents"] for entry in sources)
    if not (is_read and _counts_tokens(manifest)):
        # What is not counted here is what the manifest says, whose sums were compared.
        answer["tokens"] = sum(entry["tokens"] for entry in sources)


def _check_unreadable(manifest: Manifest, shards: list[ShardEntry], pattern: str) -> Iterator[str]:
    """Yield the difference in documents of files that they cannot be read from."""
    documents = sum(shard["documents"] for shard in shards)
    expected = sum(entry["documents"] for entry in manifest["sources"].values())
    if documents != expected:
        yield f"the shards {pattern} hold {documents} documents, but the sources {expected}"


def _check_readability(shard: ShardEntry) -> Iterator[str]:
    """Compare what the manifest says of a shard with its format: it must not keep documents from being checked."""
    try:
        format_ = format_of_shard(shard["path"])
    except DamagedError as error:
        yield str(error)
        return
    if is_readable(format_, shard["path"]) != shard.get("readable", True):
        yield f"{shard['path']} has a wrong `readable`: that is not what a file of {format_.name} is"


def _token_counter(manifest: Manifest) -> Callable[[str], int]:
    """Return the token counter that the manifest names; tokens of a user's own tokenizer are not counted again."""
    return counter(manifest["tokenizer"]) if _counts_tokens(manifest) else lambda text: 0


def _counts_tokens(manifest: Manifest) -> bool:
    return manifest["tokenizer"] in TOKENIZERS


def _check_tokens(manifest: Manifest) -> Iterator[str]:
    """Check what can be known of tokens without the tokenizer: its digest is there, and the sums agree."""
    name = manifest["tokenizer"]
    if not _counts_tokens(manifest) and f"tokens:{name}" not in manifest["versions"]:
        yield f"the tokenizer {name} is none of {', '.join(TOKENIZERS)}, and no digest of it is among the versions"
    of_sources = sum(entry["tokens"] for entry in manifest["sources"].values())
    for source, entry in manifest["sources"].items():
        if entry["share"] != share(entry["tokens"], of_sources):
            yield f"the source {source} has the share {entry['share']}, which its tokens contradict"
    readable = [shard for shard in manifest["shards"] if shard.get("readable", True)]
    for folder, suffix in sorted({shard_format(shard["path"]) for shard in readable}):
        shards = (shard for shard in readable if shard_format(shard["path"]) == (folder, suffix))
        of_shards = sum(shard["tokens"] for shard in shards)
        if of_shards != of_sources:
            yield f"the shards have {of_shards} tokens, but the sources {of_sources}"


def _check_sums(pattern: str, manifest: Manifest, total: StreamCount, totals: Totals) -> Iterator[str]:
    """Compare the documents of all shards of one format with the last step and the sources."""
    expected = manifest["steps"][-1].get("out") if manifest["steps"] else None
    if expected is not None and total.as_json() != expected:
        yield (
            f"the shards {pattern} hold {total.documents} documents with digest {total.as_json()['digest']}, "
            f"but the last step sent {expected['documents']} with {expected['digest']}"
        )
    listed_contents = manifest.get("contents")
    if listed_contents is not None and totals.contents() != listed_contents:
        yield f"the texts in the shards {pattern} have other lengths, languages or dates than the manifest says"
    sources = totals.as_json()
    if sources.keys() != manifest["sources"].keys():
        yield f"the sources in the shards {pattern} are not those of the manifest"
        return
    for name, entry in sources.items():
        for key, value in entry.items():
            listed = manifest["sources"][name].get(key)
            if value != listed and (key not in ("tokens", "share") or _counts_tokens(manifest)):
                yield f"the source {name} has {key} {value} in the shards {pattern}, but {listed} in the manifest"


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


def _check_documents(dataset: Dataset, shard: ShardEntry, reading: Reading, totals: Totals) -> Iterator[str]:
    total = reading.count
    try:
        for document in dataset.documents(shard, is_checked=True):
            total.add(encode(document))
            totals.add(document)
            reading.ids = with_id(reading.ids, document.id)
    except (DamagedError, Reject) as error:
        problem = str(error).removeprefix(f"{Path(shard['path']).name}: ").removesuffix(VERIFY)
        yield f"{shard['path']} cannot be read to its end: {problem}"
        return
    documents, tokens = total.documents, totals.tokens
    if documents != shard["documents"]:
        yield f"{shard['path']} holds {documents} documents, not {shard['documents']}"
    elif tokens != shard["tokens"] and tokens:
        yield f"{shard['path']} holds {tokens} tokens, not {shard['tokens']}"


def _check_decisions(manifest: Manifest, readings: Mapping[tuple[str, str], Reading]) -> Iterator[str]:
    """Yield what is wrong with the decision files, and compare their lines with the counts of the steps."""
    decisions_of: Counter[VerdictKey] = Counter()
    for file in manifest["decisions"]:
        yield from readings[DECISIONS, file["path"]].problems
        decisions_of.update(readings[DECISIONS, file["path"]].decisions_of)
    if manifest["decisions"]:
        yield from decision_problems(manifest["steps"], decisions_of)


def _check_steps(manifest: Manifest) -> Iterator[str]:
    """Check that steps balance, read what the steps before them sent, and name documents that they were killed on."""
    if manifest.get("repeatable", True) != is_repeatable(manifest["steps"]):
        yield "`repeatable` contradicts the steps"
    yield from step_problems(manifest["steps"])
    for entry in manifest["steps"]:
        if "rejected" in entry and entry["rejected"].get(KILLED, 0) != len(entry.get("killed", ())):
            yield f"step {entry['id']} does not name under `killed` each document that it was ended on"


def _check_other_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the files in the folder that do not belong to the dataset."""
    expected = {entry["path"] for entry in (*manifest["shards"], *manifest["decisions"])} | {
        MANIFEST,
        OLD_RUN,
        *all_extra_names(),
    }
    unremoved_names = left_behind(folder) or []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in expected and not name.startswith("."):
            # A program that reads the folder by a pattern reads this too, so the dataset does not count as whole.
            cause = "; a run was stopped while it published, and the next run into the folder removes it"
            advice = cause if name in unremoved_names else "; move it out of the folder"
            yield f"{name} is not part of the dataset{advice}"


def unverified_steps(manifest: Manifest) -> list[str]:
    """Return the ids of steps that read what no corpuskit command vouched for."""
    return [entry["id"] for entry in manifest["steps"] if entry["upstream"] == "unverified"]
