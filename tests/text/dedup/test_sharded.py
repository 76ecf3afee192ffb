"""Dedup in parts: over shards, and in little memory, it gives the verdicts and bytes of one run."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.disk import group_by_key
from corpuskit.core.document import Document
from corpuskit.core.step import Drop, Item
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup import matching
from tests.support.dedup import changed, corpus, cut, exactly, families, in_tasks, prose

SMALL: dict[str, Any] = {"ngram": 3, "permutations": 32, "bands": 16, "threshold": 0.5}
OPTIONS: list[dict[str, Any]] = [SMALL, {"method": "exact"}, {**SMALL, "keep": "longest"}, {**SMALL, "threshold": 1.0}]


@pytest.fixture(scope="module", autouse=True)
def any_memory() -> Iterator[None]:
    """Let a limit be so small that the few documents of a test exceed it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpuskit.stages.dedup.LEAST_MEMORY", 1)
        yield


@pytest.fixture(scope="module", autouse=True, params=[2, 1 << 17])
def windows(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let verdicts be resolved in windows of few entries, and what is dealt to them be written in small pieces.

    Each property is searched for with both sizes, so a few examples do for one.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpuskit.text.dedup.resolving.WINDOW_ROWS", request.param)
        if request.param < 10:
            patch.setattr("corpuskit.core.disk.window_spool.HELD_BYTES", 100)
            patch.setattr("corpuskit.core.disk.window_spool.READ_BYTES", 50)
            patch.setattr("corpuskit.text.dedup.resolving.ROWS_AT_ONCE", 2)
            patch.setattr("corpuskit.text.dedup.matching.PAIRS_AT_ONCE", 2)
        yield


def tagged(documents: list[Document]) -> list[Document]:
    sources = ("web", "books", None)
    return [doc.with_metadata(source=sources[at % 3], license="MIT") for at, doc in enumerate(documents)]


@settings(max_examples=15, deadline=None)
@given(families(), st.lists(st.integers(0, 24), max_size=4), st.sampled_from(OPTIONS))
def test_tasks_over_shards_give_what_one_run_gives(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document], places: list[int], options: dict[str, Any]
) -> None:
    documents = tagged(documents)
    step = Dedup(**options)
    found = in_tasks(tmp_path_factory.mktemp("tasks"), cut(documents, places), step)
    assert exactly(found) == exactly(step.run(documents))


@settings(max_examples=10, deadline=None)
@given(families(), st.lists(st.integers(0, 24), max_size=3))
def test_tasks_keep_in_an_index_what_one_run_keeps(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document], places: list[int]
) -> None:
    folder, first = tmp_path_factory.mktemp("tasks"), corpus(prose(1), changed(documents[0].text, 0), prose(2))
    made = {}
    for name in ("serial", "tasks"):
        before = Dedup(index=folder / name, snapshot="first", **SMALL)
        list(before.run(first))
        before.commit()
        step = Dedup(index=folder / name, snapshot="second", **SMALL)
        if name == "serial":
            items = list(step.run(documents))
            step.commit()
        else:
            items = in_tasks(folder, cut(documents, places), step)
        made[name] = exactly(items), {path.name: path.read_bytes() for path in (folder / name).iterdir()}
    assert made["tasks"] == made["serial"]


def test_what_tasks_cannot_do_is_said() -> None:
    options: list[dict[str, Any]] = [{"stream": True}, {"unit": "line"}, {"verify": "jaccard"}]
    assert not any(Dedup(**given).sharded() for given in options)


def test_what_is_compared_beside_the_shards_is_named(tmp_path: Path) -> None:
    step = Dedup(index=tmp_path, snapshot="a")
    with_index, plain = step.sharded(), Dedup().sharded()
    assert with_index is not None
    assert plain is not None
    assert plain.depends_on() == []
    assert with_index.depends_on() == [step.options()["index"]]
    step.close()


def test_a_task_leaves_its_file_whole_or_not_at_all(tmp_path: Path) -> None:
    def failing() -> Iterable[Document]:
        yield from corpus(*map(prose, range(300)))
        raise RuntimeError("the shard cannot be read")

    sharded = Dedup().sharded()
    assert sharded is not None
    with pytest.raises(RuntimeError):
        sharded.sign(failing(), tmp_path / "signatures")
    assert not (tmp_path / "signatures").exists()


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "LEAST_ROOM", 2)


@settings(max_examples=15, deadline=None)
@given(families(), st.sampled_from([*OPTIONS, {"verify": "jaccard", "threshold": 0.3}]), st.sampled_from([2, 3, 7]))
def test_little_memory_changes_nothing(documents: list[Document], options: dict[str, Any], room: int) -> None:
    documents = tagged([*documents, *(Document(f"again {item.id}", item.text) for item in documents)])
    expected = exactly(Dedup(**options).run(documents))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "LEAST_ROOM", room)
        assert exactly(Dedup(memory="1B", **options).run(documents)) == expected


@pytest.mark.usefixtures("little_room")
def test_a_key_that_memory_cannot_hold_is_walked_in_parts() -> None:
    """Texts that share most of their shingles share band keys, more of them than fit; several lead."""
    shared = prose(0, 60)
    texts = [f"{shared} {prose(seed, 25)}" for seed in range(16)]
    documents = corpus(*texts, *(changed(text, 1) for text in texts))
    for options in ({"threshold": 0.9}, {"threshold": 0.55}, {"threshold": 0.55, "keep": "newest"}):
        given_options: dict[str, Any] = {"permutations": 32, "bands": 32, "ngram": 3, **options}
        expected = exactly(Dedup(**given_options).run(documents))
        assert exactly(Dedup(memory="1B", **given_options).run(documents)) == expected
        assert any(isinstance(item, tuple) for item in expected)


@pytest.mark.usefixtures("little_room")
def test_little_memory_and_an_index_agree(tmp_path: Path) -> None:
    first, second = corpus(*map(prose, range(20))), corpus(*(changed(prose(seed), seed % 3) for seed in range(10, 30)))
    made = []
    for memory in (None, "1B"):
        folder = tmp_path / str(memory)
        for name, documents in (("a", first), ("b", second)):
            step = Dedup(index=folder, snapshot=name, memory=memory)
            made.append(exactly(step.run(documents)))
            step.commit()
    assert made[:2] == made[2:]
    assert sum(isinstance(item, tuple) for item in made[1]) >= 8


@given(
    st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), max_size=120),
    st.integers(1, 40),
    st.sampled_from([None, 1, 2, 5, 200]),
)
def test_runs_bring_equal_keys_together_in_order(keys: list[int], size: int, room: int | None) -> None:
    rows = np.column_stack((np.array(keys, np.uint64), np.arange(len(keys), dtype=np.uint64)))
    chunks = [rows[:0], *(rows[start : start + size] for start in range(0, len(rows), size))]
    seen: list[int] = []
    for runs in group_by_key.by_key(chunks, room):
        parts = [(run.rows.tolist(), run.part) for run in runs]
        together = [row for part, _ in parts for row in part]
        held = {key for key, _ in together}
        assert all(part for part, _ in parts)
        assert room is None or all(len(part) <= room for part, _ in parts)
        assert all(not is_part for _, is_part in parts) or len(held) == 1
        assert [row for row in rows.tolist() if row[0] in held] == sorted(together, key=lambda row: row[1])
        for key in held:
            assert [place for other, place in together if other == key] == sorted(
                place for other, place in together if other == key
            )
        seen += [place for _, place in together]
    assert sorted(seen) == list(range(len(keys)))


TENANTS = ("acme", "birch", None)


@pytest.mark.parametrize("options", [*OPTIONS, {**SMALL, "verify": "jaccard"}])
@settings(max_examples=6, deadline=None)
@given(texts=families(), data=st.data())
def test_tenants_never_meet(
    tmp_path_factory: pytest.TempPathFactory, options: dict[str, Any], texts: list[Document], data: st.DataObject
) -> None:
    """Each tenant's verdicts are those on its documents alone, whoever else's lie between, however they are run."""
    owners = data.draw(st.lists(st.sampled_from(TENANTS), min_size=len(texts), max_size=len(texts)))
    documents = [document.with_metadata(tenant=owner) for document, owner in zip(texts, owners, strict=True)]
    step = Dedup(**options)
    alone = {tenant: exactly(step.run(of_tenant(documents, tenant))) for tenant in TENANTS}
    runs = [list(step.run(documents))]
    if step.keep == "first":
        runs.append(list(Dedup(**options, memory="1").run(documents)))
    if step.sharded():
        runs.append(in_tasks(tmp_path_factory.mktemp("tasks"), [documents[:3], documents[3:]], step))
    for items in runs:
        for tenant in TENANTS:
            own = [item for item in items if owner_of(item) == tenant]
            assert exactly(own) == alone[tenant]
    if step.keep == "first":
        streamed = exactly(Dedup(**options, stream=True).run(documents))
        assert sorted(map(repr, drops(streamed))) == sorted(
            repr(drop) for tenant in TENANTS for drop in drops(alone[tenant])
        )


def of_tenant(documents: list[Document], tenant: str | None) -> list[Document]:
    return [document for document in documents if document.metadata.get("tenant") == tenant]


def owner_of(item: Item) -> str | None:
    document = item.document if isinstance(item, Drop) else item
    assert isinstance(document, Document)
    owner: str | None = document.metadata.get("tenant")
    return owner


def drops(items: list[Any]) -> list[Any]:
    return [item for item in items if isinstance(item, tuple)]


@pytest.mark.parametrize("unit", ["line", "paragraph"])
def test_units_of_one_tenant_stay_though_another_has_them(unit: str) -> None:
    text = "A sentence that is long enough to be compared with others."
    owners = ["acme", "birch", None, "acme", None]
    documents = [Document(str(number), text, {"tenant": owner}) for number, owner in enumerate(owners)]
    step = Dedup(unit=unit)  # type: ignore[arg-type]
    assert [isinstance(item, Drop) for item in step.run(documents)] == [False, False, False, True, True]
    turns = {"content_type": "text/x-turns"}
    chats = [Document(str(number), f"<|user|>\n{text}\n\n<|assistant|>\n{text}", turns) for number in range(2)]
    assert list(Dedup(unit=unit, min_length=1).run(chats)) == chats  # type: ignore[arg-type]
