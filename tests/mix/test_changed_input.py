"""One input more or another one: a run asks the steps of what is new, and publishes what one without a cache does."""

import itertools
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.disk import file_status
from corpuskit.core.document import Document
from corpuskit.core.settings import Settings
from corpuskit.mix.engine import mix_tasks, patched_files, read_tasks, select_shard, shards
from corpuskit.mix.engine.filter_memo import FOLLOWED, FilterMemo
from corpuskit.mix.engine.row_memo import MEMO, RowMemo
from corpuskit.mix.engine.selection_memo import SelectionChanges, SelectionMemo
from corpuskit.mix.engine.work_cache import WorkCache
from corpuskit.mix.mix import Mix
from corpuskit.stages.dedup import Dedup
from corpuskit.stages.scrub_pii import ScrubPii
from corpuskit.text.dedup import sharded
from corpuskit.text.dedup.matching import Matcher, apply_outcome
from tests.conftest import lines_of
from tests.support.recipes import paragraph, published

RECIPE = """
seed: 3
sources:
  a: {from: files, inputs: [a/], origin: other, license: CC0-1.0}
together: [dedup, scrub-pii]
output: {order: shuffled, shard_documents: 50}
"""
FILES, DOCUMENTS = 6, 40


def metadata(part: int) -> dict[str, Any]:
    """Most of what the manifest counts by source, in several combinations."""
    every: dict[str, Any] = {"language": ("en", "de", "de-AT", "no language")[part % 4], "license_evidence": "header"}
    dated = {"date": f"{1990 + part % 30}-05-0{1 + part % 9}T12:00"} if part % 3 else {"date": part}
    signal = {"signal": {"kind": "unpaired", "value": part % 2 == 0}} if part % 5 == 0 else {}
    return {**every, **dated, **signal}


def write_file(number: int, numbers: list[int]) -> None:
    """Documents of which each second one has an address to mask."""
    documents = [
        {
            "id": f"{number}-{part}",
            "text": paragraph(part) if part % 2 else paragraph(part).replace("@", " at "),
            "metadata": metadata(part),
        }
        for part in numbers
    ]
    Path("a", f"{number}.jsonl").write_bytes(lines_of(documents))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe of six files, each a task and a shard, that share no document."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(read_tasks, "TASK_BYTES", 1)
    monkeypatch.setattr(shards, "MERGED_BYTES", 1)
    monkeypatch.setattr(patched_files, "LEAST_BYTES", 1)
    monkeypatch.setattr(patched_files, "MOST_REPLACED", 1)
    monkeypatch.setattr(file_status, "SETTLED_AFTER", -1)
    monkeypatch.setattr(mix_tasks, "BUCKET_BYTES", 4000)
    (tmp_path / "a").mkdir()
    for number in range(FILES):
        write_file(number * 10, list(range(number * DOCUMENTS, (number + 1) * DOCUMENTS)))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


@pytest.fixture
def scrubbed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the documents that `scrub-pii` is asked of."""
    ids: list[str] = []
    apply = ScrubPii.apply

    def noted(step: ScrubPii, document: Document) -> Any:
        ids.append(document.id)
        return apply(step, document)

    monkeypatch.setattr(ScrubPii, "apply", noted)
    return ids


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files of documents of which a task reads the lines."""
    names: list[str] = []
    own_lines = shards.WorkShardInput.own_lines

    def noted(input_: shards.WorkShardInput) -> Any:
        names.append(input_.name)
        return own_lines(input_)

    monkeypatch.setattr(shards.WorkShardInput, "own_lines", noted)
    return names


@pytest.fixture
def filtered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the documents that `dedup` changes or drops."""
    ids: list[str] = []

    def noted(document: Document, outcome: Any) -> Any:
        ids.append(document.id)
        return apply_outcome(document, outcome)

    monkeypatch.setattr(sharded, "apply_outcome", noted)
    return ids


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of which the selection counts the tokens."""
    texts: list[str] = []
    counter = select_shard.counter

    def noted(tokenizer: str) -> Any:
        count = counter(tokenizer)

        def counted_text(text: str) -> int:
            texts.append(text)
            return count(text)

        return counted_text

    monkeypatch.setattr(select_shard, "counter", noted)
    return texts


def mix(output: str = "out", jobs: int = 1, **options: Any) -> dict[str, str]:
    Mix(**{"cache": Path("cache"), **options}).execute(
        ["recipe.yaml"], Settings(output=Path(output), jobs=jobs, quiet=True)
    )
    return published(Path(output))


def without_cache() -> dict[str, str]:
    shutil.rmtree("plain", ignore_errors=True)
    return mix("plain", no_cache=True)


def spread(number: int) -> list[int]:
    """New documents, and one of each file that was there, so that each file has a survivor that changes."""
    new = list(range(1000 + number * 10, 1000 + number * 10 + 10))
    return new + [file * DOCUMENTS + number for file in range(FILES)]


@pytest.mark.parametrize(
    ("number", "order"),
    [
        pytest.param(55, "input", id="at the end-input"),
        pytest.param(25, "shuffled", id="in the middle-shuffled"),
        pytest.param(55, "shuffled", id="at the end-shuffled", marks=pytest.mark.slow),
        pytest.param(25, "input", id="in the middle-input", marks=pytest.mark.slow),
    ],
)
def test_a_new_file_costs_its_own_documents_and_those_that_it_changes(
    folder: Path, scrubbed: list[str], counted: list[str], read: list[str], number: int, order: str
) -> None:
    Path("recipe.yaml").write_text(RECIPE.replace("shuffled", order))
    mix()
    for at in (1, 2):  # the second night goes on from what the first has remembered
        scrubbed.clear()
        counted.clear()
        read.clear()
        write_file(number + at, spread(at))
        grown = mix()
        asked = set(scrubbed)
        # Ten new documents, and the survivors of the six that two files have: those of the earlier one of the two.
        survivors = {
            f"{file * 10 if file * 10 < number else number + at}-{file * DOCUMENTS + at}" for file in range(FILES)
        }
        assert asked == {f"{number + at}-{part}" for part in spread(at)[:10]} | survivors
        assert len(scrubbed) == len(asked)
        # The selection remembers documents as they were in the first night of their file.
        assert len(counted) == 10 + sum(at if file * 10 < number else 1 for file in range(FILES))
        # The verdicts of dedup take reading each file once; the new file is read by each step.
        assert len(read) <= FILES + at + 4
        assert grown == without_cache()


STEPS = {
    "dropped": "[dedup, {filter-license: {allow: [MIT]}}, scrub-pii]",
    "dropped by the first": "[{filter-license: {allow: [MIT]}}, dedup, scrub-pii]",
    "changed twice": "[dedup, scrub-pii, repair-text]",
    "passages": "[{dedup: {unit: span}}, scrub-pii]",
}
QUICK = ("dropped", "dropped by the first")


@pytest.mark.parametrize("order", ["shuffled", pytest.param("input", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "steps",
    [pytest.param(steps, id=name, marks=[pytest.mark.slow] * (name not in QUICK)) for name, steps in STEPS.items()],
)
def test_what_comes_out_is_what_comes_out_without_a_cache(folder: Path, steps: str, order: str) -> None:
    """Through nights with a file more, another one, one less, and with repetitions made by another corpus."""
    Path("recipe.yaml").write_text(
        RECIPE.replace("[dedup, scrub-pii]", steps).replace("shuffled", order).replace(", license: CC0-1.0", "")
    )
    lines = [
        {
            "id": f"e-{number}",
            "text": paragraph(number * 3),
            "metadata": {"license": "MIT" if number % 5 else "GPL-3.0-only", **({"epoch": 2} if number % 7 else {})},
        }
        for number in range(DOCUMENTS)
    ]
    Path("a/05.jsonl").write_bytes(lines_of(lines))
    mix()
    nights = [
        lambda: write_file(25, spread(1)),
        lambda: Path("a/05.jsonl").write_bytes(lines_of(lines[3:] + lines[:1])),
        lambda: Path("a/25.jsonl").unlink(),
        lambda: write_file(55, spread(1)),
    ]
    for change in nights:
        change()
        assert mix() == without_cache()


def test_a_changed_file_costs_its_own_documents_and_those_that_it_changes(folder: Path, scrubbed: list[str]) -> None:
    write_file(25, spread(1))
    mix()
    scrubbed.clear()
    write_file(25, spread(2))
    assert set(scrubbed_of(mix, scrubbed)) <= {f"25-{part}" for part in spread(2)} | {
        f"{file * 10}-{file * DOCUMENTS + part}" for file in range(FILES) for part in (1, 2)
    }
    assert mix("again") == without_cache()


def scrubbed_of(run: Any, scrubbed: list[str]) -> list[str]:
    run()
    return list(scrubbed)


def test_a_file_that_is_gone_leaves_what_is_known_of_the_others(folder: Path, scrubbed: list[str]) -> None:
    write_file(25, spread(1))
    mix()
    scrubbed.clear()
    Path("a/25.jsonl").unlink()
    fewer = mix()
    assert set(scrubbed) <= {f"{file * 10}-{file * DOCUMENTS + 1}" for file in range(FILES)}
    assert fewer == without_cache()


def test_any_number_of_processes_remembers_the_same(folder: Path) -> None:
    one = [mix(), (write_file(25, spread(1)), mix())[1]]
    shutil.rmtree("cache")
    Path("a/25.jsonl").unlink()
    assert [mix("two", jobs=2), (write_file(25, spread(1)), mix("two", jobs=2))[1]] == one


@pytest.mark.parametrize(("number", "is_known"), [(55, True), (25, False)], ids=["at the end", "in the middle"])
def test_only_a_file_behind_all_others_leaves_what_these_have_matched(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_known: bool
) -> None:
    compared = 0
    agreement = Matcher._agreement

    def noted(matcher: Matcher, left: Any, right: Any) -> Any:
        nonlocal compared
        compared += len(left)
        return agreement(matcher, left, right)

    monkeypatch.setattr(Matcher, "_agreement", noted)
    write_file(0, [*range(DOCUMENTS), *range(10)])  # ten documents have a copy
    mix()
    before, compared = compared, 0
    write_file(number, spread(1))
    grown, pairs = mix(), compared
    compared = 0
    assert grown == without_cache()
    assert 0 < before < compared
    assert pairs == (compared - before if is_known else compared)


def test_another_option_of_a_later_step_is_not_answered_from_memory(folder: Path, scrubbed: list[str]) -> None:
    mix()
    scrubbed.clear()
    path = Path("recipe.yaml")
    path.write_text(RECIPE.replace("scrub-pii]", "{scrub-pii: {mode: tag}}]"))
    tagged = mix()
    assert len(scrubbed) == FILES * DOCUMENTS
    assert tagged == without_cache()


@pytest.mark.parametrize("fault", ["cut", "foreign", "none"])
def test_what_is_remembered_is_used_only_if_it_is_ours_and_whole(
    folder: Path, scrubbed: list[str], capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    mix()
    memos = [entry.path for entry in WorkCache(Path("cache"), 0).entries() if list(entry.path.glob(f"*{MEMO}"))]
    assert len(memos) == 3 * FILES + Dedup().bands
    for memo in memos:
        (path,) = memo.glob(f"*{MEMO}")
        if fault == "cut":
            path.write_bytes(path.read_bytes()[:-1])
        elif fault == "foreign":
            other, content = path.with_name("other"), path.read_bytes()
            other.write_bytes(content[:8] + bytes(len(content) - 8))
            os.replace(other, path)
        else:
            shutil.rmtree(memo)
    write_file(25, spread(1))
    scrubbed.clear()
    grown = mix()
    assert len(scrubbed) == FILES * DOCUMENTS + 10
    assert grown == without_cache()


def test_records_that_another_task_has_replaced_meanwhile_are_not_used(
    folder: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mix()
    changes = SelectionMemo.changes

    def changes_of_replaced(memo: SelectionMemo, files: Sequence[shards.WorkFile]) -> SelectionChanges | None:
        memo.records.unlink()
        memo.records.write_bytes(b"those of another task")
        return changes(memo, files)

    monkeypatch.setattr(SelectionMemo, "changes", changes_of_replaced)
    write_file(25, spread(1))
    counted.clear()
    grown = mix()
    assert len(counted) == FILES * DOCUMENTS + 10
    assert grown == without_cache()


def test_dedup_asks_only_of_documents_on_which_it_has_another_verdict(folder: Path, filtered: list[str]) -> None:
    write_file(0, [*range(DOCUMENTS), *range(4)])  # four documents have a copy
    mix()
    assert len(filtered) == 8
    for at in (1, 2):  # the second night goes on from what the first has remembered
        filtered.clear()
        write_file(50 + at, spread(at))
        grown = mix()
        assert len(filtered) == 2 * FILES  # those of the new file, and the one that each other file has
        assert grown == without_cache()


@pytest.mark.parametrize("ending", [FOLLOWED, ".patch.zst", ".verdicts.jsonl.zst"])
def test_what_another_task_has_replaced_meanwhile_is_not_gone_on_from(
    folder: Path, filtered: list[str], monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    write_file(0, [*range(DOCUMENTS), *range(4)])
    mix()
    of_shard = FilterMemo.of_shard

    def replaced_memo(memo: RowMemo, tasks: Path) -> FilterMemo | None:
        earlier = of_shard(memo, tasks)
        for path in earlier.path.parent.glob(f"{earlier.path.name}*{ending}") if earlier is not None else ():
            path.unlink()
            path.write_bytes(b"that of another task")
        return earlier

    monkeypatch.setattr(FilterMemo, "of_shard", replaced_memo)
    write_file(55, spread(1))
    filtered.clear()
    grown = mix()
    assert len(filtered) >= 2 * FILES + 7  # of the first file, all that are changed or dropped
    assert grown == without_cache()


def test_kills_leave_nothing_that_is_misread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends within a shard leaves no memo of half a file."""
    apply, calls = ScrubPii.apply, itertools.count()

    def failing(step: ScrubPii, document: Document) -> Any:
        if next(calls) == DOCUMENTS + DOCUMENTS // 2:
            raise KeyboardInterrupt
        return apply(step, document)

    monkeypatch.setattr(ScrubPii, "apply", failing)
    with pytest.raises(KeyboardInterrupt):
        mix()
    monkeypatch.setattr(ScrubPii, "apply", apply)
    assert mix() == without_cache()
    write_file(25, spread(1))
    assert mix() == without_cache()
