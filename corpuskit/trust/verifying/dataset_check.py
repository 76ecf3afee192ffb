"""Whether a dataset is what its manifest says: its files, documents, tokens, decisions and steps."""

import functools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict

from corpuskit.core import console
from corpuskit.core.counts import StreamCount
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.balance import VerdictKey, decision_problems, step_problems
from corpuskit.core.provenance.entries import DamageSummary, Manifest, ShardEntry, accepted_damage
from corpuskit.core.provenance.manifest import MANIFEST, is_repeatable, shard_format
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.publish.recovery import OLD_RUN, all_extra_names, left_behind
from corpuskit.core.publish.shard_files import token_ids_in
from corpuskit.core.publish.source_totals import Totals, share
from corpuskit.core.stream.cpu_guard import KILLED
from corpuskit.core.tokens import TOKENIZERS
from corpuskit.core.wording import quantity
from corpuskit.trust.verifying.dealing import DECISIONS, SHARDS, dealt, longest_first, works_of
from corpuskit.trust.verifying.file_check import Reading, counts_tokens, join_parts, load_libraries, read, token_counter
from corpuskit.trust.verifying.lossy_shards import id_problems, name_problems


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
    try:
        dataset = Dataset(path)
    except DamagedError as error:
        return [str(error).removeprefix(f"{path}: ")]
    manifest = dataset.manifest
    readings: dict[tuple[str, str], Reading] = {}
    for (kind, path_of_file), reading in _readings(dataset, jobs):
        readings[kind, path_of_file] = reading
        state = quantity(len(reading.problems), "problem") if reading.problems else "sound"
        lines = quantity(reading.count.documents or reading.decisions_of.total(), "line")
        console.detail(f"read {path_of_file}: {lines}, {state}")
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


def _readings(dataset: Dataset, jobs: int) -> Iterator[tuple[tuple[str, str], Reading]]:
    """Yield what each file holds, by its kind and its path, in the order in which one process would read them."""
    from corpuskit.core.stream.workers import each_in_order

    load_libraries()
    files = longest_first(works_of(dataset.manifest))
    works = dealt(files, jobs)
    number_of_parts = Counter(work.file for work in works)
    parts: defaultdict[tuple[str, int], list[Reading]] = defaultdict(list)
    for work, reading in zip(works, each_in_order(functools.partial(read, dataset), works, jobs), strict=True):
        parts[work.file].append(reading)
        while files and len(parts[files[0].file]) == number_of_parts[files[0].file]:
            file = files.pop(0)
            path = dataset.manifest[file.kind][file.number]["path"]
            yield (file.kind, path), join_parts(dataset, file, parts.pop(file.file))


def _check_shards(
    manifest: Manifest, readings: Mapping[tuple[str, str], Reading], answer: Verification
) -> Iterator[str]:
    """Yield what is wrong with the shards, one format after the other."""
    shards = manifest["shards"]
    of_several_files = {shard["path"].partition(".")[0] for shard in shards}
    answer |= {"documents": 0, "tokens": 0, "shards": len(of_several_files)}
    for group in sorted({shard_format(shard["path"]) for shard in shards}):
        members = [shard for shard in shards if shard_format(shard["path"]) == group]
        total, totals = StreamCount(), Totals(token_counter(manifest))
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
    if not (is_read and counts_tokens(manifest)):
        # What is not counted here is what the manifest says, whose sums were compared.
        answer["tokens"] = sum(entry["tokens"] for entry in sources)


def _check_unreadable(manifest: Manifest, shards: list[ShardEntry], pattern: str) -> Iterator[str]:
    """Yield the difference in documents of files that they cannot be read from."""
    documents = sum(shard["documents"] for shard in shards)
    expected = sum(entry["documents"] for entry in manifest["sources"].values())
    if documents != expected:
        yield f"the shards {pattern} hold {documents} documents, but the sources {expected}"


def _check_tokens(manifest: Manifest) -> Iterator[str]:
    """Check what can be known of tokens without the tokenizer: its digest is there, and the sums agree."""
    name = manifest["tokenizer"]
    if not counts_tokens(manifest) and f"tokens:{name}" not in manifest["versions"]:
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
            if value != listed and (key not in ("tokens", "share") or counts_tokens(manifest)):
                yield f"the source {name} has {key} {value} in the shards {pattern}, but {listed} in the manifest"


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
