"""The verdict on a pipe, over all that its writers can have done (the table in docs/pipes.md)."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.core.counts import StreamCount
from corpuskit.core.errors import UpstreamError
from corpuskit.core.provenance.chain import Chain, follow, join
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.provenance.ledger import Ledger, LedgerEntry, check_upstream, state_folder
from corpuskit.core.provenance.pipe import Pipe, pipe_of

LINES = st.lists(st.binary(min_size=1, max_size=6), max_size=5)
WRITERS = st.lists(
    st.tuples(st.sampled_from(["complete", "complete", "complete", "failed", "running"]), LINES), max_size=4
)
INODES = iter(range(1, 10**9))


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path))
    return Ledger("reader", None, [])


def counted(lines: list[bytes]) -> StreamCount:
    count = StreamCount()
    for line in lines:
        count.add(line)
    return count


def step(place: int) -> StepEntry:
    return {"id": "1-x", "from": [], "name": "x", "options": {"place": place}, "upstream": "none"}


def enter(ledger: Ledger, pipe: Pipe, place: int, state: str, lines: list[bytes], **more: object) -> None:
    """An entry as the writer number `place` would have left it."""
    record = LedgerEntry(f"writer-{place}", place, 1.0, state, 2.0 if state != "running" else None)
    if state == "complete":
        record.sent = counted(lines).as_json()
        record.chain = Chain([step(place)], heads=["1-x"]).as_json()
    path = ledger.folder / f"{pipe.key()}.{place}-0.json"
    path.write_text(json.dumps({**vars(record), **more}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WRITERS, LINES, st.data())
def test_the_verdict_follows_from_what_was_written_and_what_arrived(
    reader: Ledger, writers: list[tuple[str, list[bytes]]], others: list[bytes], data: st.DataObject
) -> None:
    pipe = Pipe("boot", 7, next(INODES), False)
    for path in reader.folder.glob("*.json"):
        path.unlink()  # an earlier example's writer of just these lines would be recognised by them
    for place, (state, lines) in enumerate(writers):
        enter(reader, pipe, place, state, lines)
    sent = [line for _, lines in writers for line in lines]
    lost = data.draw(st.integers(0, len(sent)))
    arrived = data.draw(st.permutations(sent[lost:] + others))
    received = counted(arrived)
    complete = all(state == "complete" for state, _ in writers)
    if not complete or len(arrived) < len(sent) or (not writers and not arrived):
        with pytest.raises(UpstreamError):
            check_upstream(reader, pipe, received, "-")
        return
    found = check_upstream(reader, pipe, received, "-")
    exact = bool(writers) and sorted(arrived) == sorted(sent)
    assert found.verdict == ("verified" if exact else "unverified")
    assert bool(found.notice) is not exact
    assert len(found.chain.steps) == (len(writers) if exact else 0)


def test_a_stream_of_an_unknown_pipe_is_unverified(reader: Ledger) -> None:
    assert check_upstream(reader, None, counted([b"a"]), "-").verdict == "unverified"
    with pytest.raises(UpstreamError, match="no document"):
        check_upstream(reader, None, StreamCount(), "-")


def test_a_verified_empty_stream_passes(reader: Ledger) -> None:
    pipe = Pipe("boot", 7, next(INODES), False)
    enter(reader, pipe, 0, "complete", [])
    assert check_upstream(reader, pipe, StreamCount(), "-").verdict == "verified"


def test_a_named_pipe_matches_only_runs_that_overlap(reader: Ledger) -> None:
    pipe = Pipe("boot", 7, next(INODES), True)
    enter(reader, pipe, 0, "failed", [], ended=reader.record.started - 10)
    assert reader.writers(pipe) == []
    enter(reader, pipe, 1, "complete", [], ended=reader.record.started + 10)
    assert [record.pid for record in reader.writers(pipe)] == [1]


def test_entries_that_say_nothing_of_a_stream_are_not_taken_apart(reader: Ledger) -> None:
    sender, other = (Pipe("boot", 7, next(INODES), False) for _ in range(2))
    enter(reader, sender, 1, "complete", [b"a"])
    enter(reader, other, 2, "complete", [b"b"])
    enter(reader, other, 3, "complete", [b"c"], reads=[sender.key()])
    named = reader.latest_entries_naming(counted([b"a"]).as_json()["digest"] or "")
    assert {entry.pid for _, entry in named} == {1, 3}
    assert reader.latest_entries_naming(counted([b"d"]).as_json()["digest"] or "") == []


def test_both_ends_of_a_pipe_have_one_identity() -> None:
    read, write = os.pipe()
    try:
        assert pipe_of(os.fstat(read)) == pipe_of(os.fstat(write))
        assert pipe_of(os.fstat(read)) is not None
    finally:
        os.close(read)
        os.close(write)
    with open(os.devnull) as nowhere:
        assert pipe_of(os.fstat(nowhere.fileno())) is None


def test_a_broken_entry_of_somebody_else_is_passed_over(reader: Ledger) -> None:
    pipe = Pipe("boot", 7, next(INODES), False)
    (reader.folder / f"{pipe.key()}.1-0.json").write_text("{")
    assert check_upstream(reader, pipe, counted([b"a"]), "-").verdict == "unverified"


FORGED: dict[str, dict[str, object]] = {
    "a count that is text": {"sent": "many"},
    "a digest that is none": {"sent": {"documents": 1, "bytes": 2, "digest": "zz"}},
    "a chain that is a number": {"chain": 3},
    "steps without names": {"chain": {**Chain().as_json(), "steps": [{}]}},
    "a step from nowhere": {"chain": {**Chain().as_json(), "steps": [{**step(1), "from": ["9-nothing"]}]}},
    "a head that is no step": {"chain": {**Chain().as_json(), "heads": ["9-nothing"]}},
    "a pipe that is none": {"reads": ["nothing"]},
    "a key too many": {"more": 1},
}


@pytest.mark.parametrize("more", FORGED.values(), ids=FORGED)
def test_a_forged_entry_vouches_for_nothing(reader: Ledger, more: dict[str, object]) -> None:
    pipe = Pipe("boot", 7, next(INODES), False)
    enter(reader, pipe, 1, "complete", [b"a"], **more)
    assert reader.writers(pipe) == []
    assert check_upstream(reader, pipe, counted([b"a"]), "-").verdict == "unverified"


def test_an_entry_that_is_nested_too_deep_or_a_pipe_is_passed_over(reader: Ledger) -> None:
    pipe = Pipe("boot", 7, next(INODES), False)
    (reader.folder / f"{pipe.key()}.1-0.json").write_text("[" * 90_000)
    os.mkfifo(reader.folder / f"{pipe.key()}.2-0.json")
    assert reader.writers(pipe) == []


def test_old_entries_are_swept(reader: Ledger) -> None:
    old = reader.folder / "old.json"
    old.write_text("{}")
    os.utime(old, (1, 1))
    Ledger("next", None, [])
    assert not old.exists()
    assert reader.path is not None
    assert reader.path.exists()


def test_an_entry_of_this_boot_is_kept_when_the_clock_is_set_ahead(reader: Ledger) -> None:
    read, write = os.pipe()
    pipe = pipe_of(os.fstat(read))
    writer = Ledger("writer", pipe, [])
    assert writer.path is not None
    os.utime(writer.path, (1, 1))
    Ledger("next", None, [])
    assert writer.path.exists()
    os.close(read)
    os.close(write)


def test_the_state_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CORPUSKIT_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "corpuskit"


@given(st.permutations([0, 1, 2]))
def test_joined_chains_do_not_depend_on_their_order(order: list[int]) -> None:
    chains = [
        Chain(
            [{"id": "1-a", "from": [], "name": "a", "n": n}, {"id": "2-b", "from": ["1-a"], "name": "b"}], heads=["2-b"]
        )
        for n in range(3)
    ]
    joined = join([chains[place] for place in order])
    assert joined == follow(chains)
    assert [entry["id"] for entry in joined.steps] == ["1-a", "2-b", "3-a", "4-b", "5-a", "6-b"]
    assert joined.steps[3]["from"] == ["3-a"]
    assert joined.heads == ["2-b", "4-b", "6-b"]
