"""A pipe of commands: what the last stage knows of those before it, and what it does about it.

Every test runs real processes under a real shell.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from corpuskit.core.options import build_step, to_flags
from corpuskit.core.registry import find_step, step_names
from tests.conftest import Run, lines_of, texts
from tests.support.recipes import ONE_SOURCE
from tests.whole.test_contract import OPTIONS

DOCUMENTS = texts(*(f"document number {number}" for number in range(3000)))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    path = tmp_path / "documents.jsonl"
    path.write_bytes(DOCUMENTS)
    return path


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_bytes())


def upstreams(folder: Path) -> list[tuple[str, str]]:
    return [(entry["name"], entry["upstream"]) for entry in manifest(folder)["steps"]]


def test_a_whole_pipe_is_verified(shell: Run, documents: Path, tmp_path: Path) -> None:
    done = shell(
        "corpuskit sample --rate 0.5 documents.jsonl | corpuskit sample --seed 1 --rate 0.5 | corpuskit export -o out"
    )
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out")[-1] == ("export", "verified")
    assert [name for name, _ in upstreams(tmp_path / "out")] == ["sample", "sample", "export"]
    assert shell("corpuskit verify out").returncode == 0


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("pipefail", ["", "set -o pipefail;"])
def test_a_killed_upstream_publishes_nothing(
    shell: Run, documents: Path, tmp_path: Path, environment: dict[str, str], jobs: int, pipefail: str
) -> None:
    script = (
        f"{pipefail} (cat documents.jsonl; echo $BASHPID > feeder; exec sleep 600) |"
        f" (echo $BASHPID > victim; exec corpuskit export -j {jobs}) |"
        " (corpuskit export -o out; echo $? > code; touch ended)"
    )
    pipe = subprocess.Popen(["bash", "-c", script], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    try:
        _wait_for(lambda: any("running" in entry for entry in _entries(environment, "export")))
        time.sleep(0.1)
        os.kill(int((tmp_path / "victim").read_text()), signal.SIGKILL)
        # The feeder, for whose end nobody may wait, lasts longer than this does.
        _wait_for((tmp_path / "ended").exists)
    finally:
        os.kill(int((tmp_path / "feeder").read_text()), signal.SIGKILL)
        _, said = pipe.communicate(timeout=60)
    assert (tmp_path / "code").read_text().strip() == "4"
    assert not (tmp_path / "out").exists()
    assert b"was killed" in said


def _entries(environment: dict[str, str], name: str) -> list[str]:
    folder = Path(environment["CORPUSKIT_STATE"]) / "ledger"
    return [path.read_text() for path in folder.glob("[!n]*.json") if f'"name": "{name}"' in path.read_text()]


def _wait_for(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "nothing happened for 60 seconds"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("middle", "upstream"),
    [
        # They pass just what came: its digest is known.
        ("jq -c .", "verified"),
        ("grep number", "verified"),
        ("cat", "verified"),
        ("gzip | zcat", "verified"),
        ("jq -c '.text += \"!\"'", "unverified"),
        ("sed s/number/figure/", "unverified"),
        ("corpuskit export", "verified"),
    ],
)
def test_other_tools_in_between_are_welcome(
    shell: Run, documents: Path, tmp_path: Path, middle: str, upstream: str
) -> None:
    done = shell(f"corpuskit export documents.jsonl | {middle} | corpuskit export -o out")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out")[-1] == ("export", upstream)
    assert (b"unverified" in done.stderr) is (upstream == "unverified")
    assert manifest(tmp_path / "out")["steps"][-1]["out"]["documents"] == 3000


def test_strict_input_refuses_an_unverified_stream(shell: Run, documents: Path, tmp_path: Path) -> None:
    done = shell("corpuskit export documents.jsonl | sed s/number/n/ | corpuskit export --strict-input -o out")
    assert done.returncode == 4
    assert not (tmp_path / "out").exists()


def test_several_writers_of_one_pipe_add_up(shell: Run, documents: Path, tmp_path: Path) -> None:
    done = shell("(corpuskit head -n 5 documents.jsonl; corpuskit export documents.jsonl) | corpuskit export -o out")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out")[-1] == ("export", "verified")
    assert len(manifest(tmp_path / "out")["steps"][-1]["from"]) == 2
    assert shell("corpuskit verify out").returncode == 0


def test_writers_of_which_one_failed_are_refused(shell: Run, documents: Path, tmp_path: Path) -> None:
    done = shell("(corpuskit export documents.jsonl; corpuskit export missing.jsonl; false) | corpuskit export -o out")
    assert done.returncode == 4 and not (tmp_path / "out").exists()
    done = shell(
        "(corpuskit export documents.jsonl; head -c 990 documents.jsonl | corpuskit export) | corpuskit export -o o2"
    )
    assert done.returncode == 4
    assert not (tmp_path / "o2").exists()


def test_xargs_and_process_substitution(shell: Run, documents: Path, tmp_path: Path) -> None:
    shell("split -l 1000 documents.jsonl part-")
    done = shell("ls part-* | xargs -n 1 corpuskit export | corpuskit export -o out")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out")[-1] == ("export", "verified")
    done = shell("corpuskit export <(corpuskit export documents.jsonl) -o out2")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out2")[-1] == ("export", "verified")
    # The end of standard error, which all of them hold, is the end of all of them.
    done = shell("corpuskit export documents.jsonl | tee >(corpuskit export -o out3) | corpuskit export -o out4")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out3")[-1] == upstreams(tmp_path / "out4")[-1] == ("export", "verified")


def test_a_named_pipe_matches_only_runs_that_overlap(shell: Run, documents: Path, tmp_path: Path) -> None:
    done = shell("mkfifo f; corpuskit export documents.jsonl -o f & corpuskit export f -o out && wait")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out")[-1] == ("export", "verified")
    done = shell("cat documents.jsonl > f & corpuskit export f -o out2 && wait")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out2")[-1] == ("export", "unverified")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_closed_reader_is_no_error(shell: Run, documents: Path, jobs: int) -> None:
    done = shell(
        f"cat documents.jsonl documents.jsonl documents.jsonl | corpuskit export -j {jobs} |"
        " head -1; echo ${PIPESTATUS[@]}"
    )
    assert done.stderr == b""
    assert done.stdout.splitlines()[-1].split()[1:] == [b"141", b"0"]


def test_head_is_an_honest_cut(shell: Run, documents: Path, tmp_path: Path) -> None:
    done = shell("corpuskit sample --rate 1 documents.jsonl | corpuskit head -n 7 | corpuskit export -o out")
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "out") == [("sample", "cut"), ("head", "cut"), ("export", "verified")]
    first = manifest(tmp_path / "out")["steps"][0]
    assert first["options"] == {"rate": 1.0, "seed": 0}
    assert "in" not in first
    assert shell("corpuskit verify out").returncode == 0


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("head -c 990 documents.jsonl | corpuskit export -o out", 4, b"inside a line"),
        ("head -c 990 documents.jsonl > cut.jsonl; corpuskit export cut.jsonl -o out", 3, b"damaged"),
        ("true | corpuskit export -o out", 4, b"no document"),
        ("corpuskit sample --rate 0 documents.jsonl | corpuskit export -o out", 6, b"--allow-empty"),
        ("corpuskit export nothing.jsonl -o out", 2, b"no such file"),
        ("corpuskit export '*.nothing' -o out", 2, b"no file matches"),
        ("mkdir out; echo precious > out/file; corpuskit export documents.jsonl -o out", 5, b"choose another"),
        ("ulimit -f 4; corpuskit export documents.jsonl -o out", 5, b"nothing was published"),
        ("corpuskit export documents.jsonl >&-", 5, b"closed"),
        ("corpuskit export -o out <&-", 2, b"standard input is closed"),
        ("corpuskit export documents.jsonl > /dev/full", 5, b"No space left"),
        ("corpuskit export documents.jsonl --max-rejects x", 2, b"--max-rejects"),
        (
            "(cat documents.jsonl; echo broken) > b.jsonl; corpuskit export b.jsonl --max-rejects 0 -o out",
            3,
            b"1 of 3,001",
        ),
    ],
)
def test_trouble_is_one_line_and_publishes_nothing(
    shell: Run, documents: Path, tmp_path: Path, script: str, code: int, says: bytes
) -> None:
    done = shell(script)
    assert done.returncode == code, done.stderr
    last = done.stderr.splitlines()[-1]
    assert says in last
    assert last.startswith(b"corpuskit export: ")
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert not list(tmp_path.glob("out/.staging/*"))


def test_a_verified_empty_stream_may_be_published(shell: Run, documents: Path, tmp_path: Path) -> None:
    done = shell(
        "corpuskit sample --rate 0 documents.jsonl | corpuskit export --allow-empty -o out && corpuskit verify out"
    )
    assert done.returncode == 0, done.stderr


def test_bad_lines_are_rejected_and_their_neighbours_kept(shell: Run, tmp_path: Path) -> None:
    bad = [
        b"{",
        b'{"text":"\xff"}',
        b'{"text":"a","text":"b"}',
        b'{"text":"a","n":NaN}',
        b'{"text":"' + b"x" * 70_000_000 + b'"}',
    ]
    (tmp_path / "mixed.jsonl").write_bytes(texts("one") + b"\n".join(bad) + b"\n" + texts("two"))
    done = shell("corpuskit export mixed.jsonl --rejects rejects.jsonl -o out --json")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stderr.splitlines()[-1])
    assert outcome == {
        "command": "export",
        "upstream": "none",
        "in": 7,
        "made": 0,
        "out": 2,
        "dropped": {},
        "rejected": {"bad-json": 1, "bad-utf8": 1, "duplicate-key": 1, "not-finite": 1, "line-too-long": 1},
        "exit": 0,
    }
    raw = (tmp_path / "rejects.jsonl.bytes").read_bytes()
    assert (tmp_path / "rejects.jsonl.bytes").stat().st_mode & 0o777 == 0o600
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_bytes().splitlines()]
    places = {entry["reason"]: entry["bytes"] for entry in rejects}
    for line, reason in zip(bad[:4], ["bad-json", "bad-utf8", "duplicate-key", "not-finite"], strict=True):
        place = places[reason]
        assert raw[place["offset"] : place["offset"] + place["length"]] == line
    assert shell("corpuskit verify out").returncode == 0


def test_damaged_input_flows_on_but_is_not_published(shell: Run, documents: Path, tmp_path: Path) -> None:
    shell(
        "head -1000 documents.jsonl | gzip > d.gz; head -c -20 d.gz > cut.jsonl.gz;"
        "gzip -c documents.jsonl >> cut.jsonl.gz"
    )
    done = shell("corpuskit export cut.jsonl.gz > whole.jsonl; echo $?; corpuskit export cut.jsonl.gz -o out")
    assert done.stdout == b"3\n"
    assert done.returncode == 3
    assert len((tmp_path / "whole.jsonl").read_bytes().splitlines()) >= 3000
    assert not (tmp_path / "out").exists()
    assert shell("corpuskit export cut.jsonl.gz | corpuskit export -o out").returncode == 4
    assert shell("corpuskit export cut.jsonl.gz --accept-damaged -o out").returncode == 0
    assert manifest(tmp_path / "out")["inputs"][0]["damage"]
    assert shell("corpuskit verify out").returncode == 0


def test_a_published_folder_hands_its_chain_and_decisions_on(shell: Run, documents: Path, tmp_path: Path) -> None:
    shell(
        "(cat documents.jsonl; echo broken) > b.jsonl; corpuskit filter-license --allow MIT b.jsonl --allow-empty -o a"
    )
    shell("corpuskit export b.jsonl -o one; corpuskit count one")
    done = shell(
        "corpuskit head -n 3000 one | corpuskit export -o cut; corpuskit export one -o two; corpuskit verify two"
    )
    assert done.returncode == 0, done.stderr
    assert upstreams(tmp_path / "two") == [("export", "none"), ("export", "verified")]
    assert manifest(tmp_path / "two")["inputs"] == manifest(tmp_path / "one")["inputs"]
    assert len(manifest(tmp_path / "two")["decisions"]) == 1
    shard = next((tmp_path / "one").glob("data/part-*"))
    shard.write_bytes(shard.read_bytes() + b"\n")
    assert shell("corpuskit export one -o three").returncode == 3
    assert not (tmp_path / "three").exists()


@pytest.mark.parametrize(
    "script", ["corpuskit export nothing.jsonl --json", "corpuskit export cut.jsonl --json -o out"]
)
def test_a_failure_ends_in_its_outcome_as_json(shell: Run, documents: Path, script: str) -> None:
    shell("head -c 990 documents.jsonl > cut.jsonl")
    done = shell(script)
    outcome = json.loads(done.stderr.splitlines()[-1])
    assert outcome["exit"] == done.returncode != 0
    assert outcome["error"] in done.stderr.decode().splitlines()[-2]
    assert outcome["in"] == (17 if "cut" in script else 0)


def test_an_unwritable_state_folder_is_said_once(shell: Run, documents: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = shell("export CORPUSKIT_STATE=$PWD/file; corpuskit export documents.jsonl | corpuskit export -o out")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(b"unverified") == 1
    assert upstreams(tmp_path / "out")[-1] == ("export", "unverified")


MANY = 8
FEED_AND_FILTER = """
import os, signal, subprocess, sys
ignored = int(sys.argv[1])
for number in (signal.SIGINT, signal.SIGHUP):  # a shell's job in the background begins with signals ignored
    signal.signal(number, signal.SIG_IGN if number == ignored else signal.SIG_DFL)
feeder = subprocess.Popen(["bash", "-c", "cat many.jsonl; exec sleep 600"], stdout=subprocess.PIPE)
os.dup2(feeder.stdout.fileno(), 0)
print(feeder.pid, flush=True)
os.execvp("corpuskit", ["corpuskit", *"filter-license --allow MIT --allow-empty -o out -j 2".split()])
"""


@contextlib.contextmanager
def filtering(
    folder: Path, environment: dict[str, str], ignored: int
) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A command that waits for more input and ignores a signal, unless it is 0; and the process that it waits for."""
    # Of which the workers have some in hand when the rest does not come.
    (folder / "many.jsonl").write_bytes(DOCUMENTS * MANY)
    command = [sys.executable, "-c", FEED_AND_FILTER, str(int(ignored))]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **pipes) as process:
        assert process.stdout
        feeder = int(process.stdout.readline())
        try:
            # The one that feeds it is a child, too.
            _wait_for(lambda: len(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()) == 3)
            time.sleep(0.3)
            yield process, feeder
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(feeder, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_leave_nothing(tmp_path: Path, environment: dict[str, str], number: int) -> None:
    with filtering(tmp_path, environment, 0) as (process, _):
        process.send_signal(number)
        assert process.wait(60) == -number
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_is_to_be_ignored_ends_nothing(tmp_path: Path, environment: dict[str, str], number: int) -> None:
    """So does `nohup` start commands; a terminal that closes tells the workers, too."""
    with filtering(tmp_path, environment, number) as (process, feeder):
        os.killpg(process.pid, number)
        os.kill(feeder, signal.SIGKILL)
        assert process.wait(60) == 0
    assert manifest(tmp_path / "out")["steps"][-1]["in"]["documents"] == 3000 * MANY


def test_a_terminal_is_driven_by_no_line(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "hostile.jsonl").write_bytes(texts(*(f"{n} \x9b31m \u202e back" for n in range(5))))
    done = shell("script -qec 'corpuskit export hostile.jsonl --quiet' /dev/null")
    shown = [line for line in done.stdout.decode().splitlines() if line.startswith("{")]
    assert len(shown) == 5
    assert all("\\u009b31m" in line and "\\u202e" in line for line in shown)


def test_a_report_says_what_it_could_not_read(shell: Run, documents: Path) -> None:
    shell("(cat documents.jsonl; echo broken) > b.jsonl")
    done = shell("corpuskit count b.jsonl --rejects rejects.jsonl")
    assert done.stdout.split()[0] == b"3000"
    assert done.stderr == b"corpuskit count: not in the answer: 1 rejected (bad-json 1)\n"
    assert shell("wc -l < rejects.jsonl").stdout.strip() == b"1"
    assert shell("corpuskit count b.jsonl --max-rejects 0").returncode == 3


CHANGES_OF_VERDICTS = {
    "cut": lambda data: data[: len(data) // 2],
    "emptied": lambda _: b"",
    "fewer": lambda data: _packed(_unpacked(data).splitlines(keepends=True)[0]),
    "others": lambda data: _packed(_unpacked(data).replace(b"gopher", b"nobody")),
    "of-another-kind": lambda data: _packed(re.sub(rb'"values":{.*?}', b'"values":[]', _unpacked(data))),
    "removed": None,
}


def _unpacked(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(data).read()


def _packed(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize("change", sorted(CHANGES_OF_VERDICTS))
def test_verdicts_that_were_changed_on_their_way_are_not_published(
    tmp_path: Path, environment: dict[str, str], change: str
) -> None:
    (tmp_path / "short.jsonl").write_bytes(texts(*(f"only {number} words" for number in range(90))))
    command = [sys.executable, "-m", "corpuskit.cli.main"]
    reader, writer = os.pipe()
    with open(writer, "wb") as sent:
        filtering = [*command, "filter-quality", "short.jsonl"]
        subprocess.run(filtering, stdout=sent, stderr=subprocess.DEVNULL, cwd=tmp_path, env=environment, check=True)
    (kept,) = Path(environment["CORPUSKIT_STATE"]).glob("ledger/*.decisions.jsonl.zst")
    changed = CHANGES_OF_VERDICTS[change]
    if changed is None:
        kept.unlink()
    else:
        kept.write_bytes(changed(kept.read_bytes()))
    with open(reader, "rb") as received:
        publishing = [*command, "export", "-o", "out", "--allow-empty"]
        done = subprocess.run(publishing, stdin=received, stderr=subprocess.PIPE, cwd=tmp_path, env=environment)
    assert done.returncode == 3
    assert b"the verdicts that earlier steps have left were changed" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_outcome_as_json_comes_after_all_notices(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("some words"))
    (tmp_path / "recipe.yaml").write_text(ONE_SOURCE)
    (tmp_path / "file").write_text("")
    for command in (
        "corpuskit scrub-pii in.jsonl --fields text,nowhere --json >out.jsonl",
        "corpuskit mix recipe.yaml -o out --cache file/cache --json",
    ):
        done = shell(command)
        *notices, outcome = done.stderr.splitlines()
        assert notices, command
        assert json.loads(outcome)["exit"] == 0


def steps_of(folder: Path) -> list[str]:
    return [name for name, _ in upstreams(folder)]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param("true", marks=pytest.mark.slow),
        pytest.param("corpuskit count n.jsonl", marks=pytest.mark.slow),
        "corpuskit dedup n.jsonl -q > /dev/null",
    ],
)
def test_the_same_command_gives_the_same_history_whatever_read_the_file_since(
    shell: Run, documents: Path, tmp_path: Path, between: str
) -> None:
    assert shell("corpuskit sample --rate 1 documents.jsonl | corpuskit dedup > n.jsonl").returncode == 0
    for number in range(3):
        done = shell(f"corpuskit export -o n{number} < n.jsonl && cat n.jsonl | corpuskit export -o c{number}")
        assert done.returncode == 0, done.stderr
        assert steps_of(tmp_path / f"n{number}") == ["sample", "dedup", "export"]
        assert steps_of(tmp_path / f"c{number}") == ["sample", "dedup", "export"]
        assert shell(between).returncode == 0
    manifests = {(tmp_path / name / "manifest.json").read_bytes() for name in ("n0", "n1", "n2", "c0", "c1", "c2")}
    assert len(manifests) == 1


def test_a_file_has_the_history_of_the_command_that_wrote_it(shell: Run, documents: Path, tmp_path: Path) -> None:
    """Two commands passed the same documents on; each file knows its own, and a move keeps it."""
    shell(
        "corpuskit sample --rate 1 documents.jsonl > a.jsonl; corpuskit dedup < a.jsonl > b.jsonl; mv b.jsonl m.jsonl"
    )
    assert shell("corpuskit export -o m < m.jsonl; corpuskit export -o a < a.jsonl").returncode == 0
    assert steps_of(tmp_path / "a") == ["sample", "export"]
    assert steps_of(tmp_path / "m") == ["sample", "dedup", "export"]


def test_a_copy_within_a_pipe_has_the_history_of_that_pipe(shell: Run, documents: Path, tmp_path: Path) -> None:
    shell("corpuskit sample --rate 1 documents.jsonl > a.jsonl")
    for number in range(2):
        done = shell(
            f"corpuskit dedup < a.jsonl | tee b.jsonl | corpuskit scrub-pii | cat | corpuskit export -o o{number}"
        )
        assert done.returncode == 0, done.stderr
        assert steps_of(tmp_path / f"o{number}") == ["sample", "dedup", "scrub-pii", "export"]


def test_what_went_to_a_device_or_was_published_vouches_for_no_stream(
    shell: Run, documents: Path, tmp_path: Path
) -> None:
    shell("corpuskit sample --rate 1 documents.jsonl > /dev/null; corpuskit export documents.jsonl -o published")
    assert shell("corpuskit export -o out < documents.jsonl").returncode == 0
    assert upstreams(tmp_path / "out") == [("export", "unverified")]


def until(condition: str) -> str:
    """What bash waits by, for half a minute."""
    return f"for _ in {{1..1500}}; do {condition} && break; sleep .02; done"


HEAD_WRITES = until("""grep -qs '"name": "head"' state/ledger/[!n]*.json""")
"""It is on record by then as writing to its pipe."""


@pytest.mark.parametrize(
    "command",
    [
        "corpuskit dedup c1 -o w1",
        "corpuskit dedup c1 > w1",
        "corpuskit count c1",
        "corpuskit index c1 -o w1.idx",
        "corpuskit files c1 documents.jsonl -o w1",
        "corpuskit mix recipe.yaml -o w1",
    ],
)
def test_a_pipe_that_a_command_writes_to_is_not_ignored(
    shell: Run, documents: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "sources: {s: {from: files, inputs: [c1], origin: other, license: CC0-1.0}}\n"
    )
    (tmp_path / "c1").write_bytes(b"".join(documents.read_bytes().splitlines(keepends=True)[:3]))
    done = shell(f"corpuskit head -n 5 documents.jsonl -q | ({HEAD_WRITES}; {command})")
    assert done.returncode == 2
    (said,) = done.stderr.splitlines()
    assert b"`head` writes to this pipe, and it is not read, as inputs are named; add `-` to read both" in said
    assert not (tmp_path / "w1").exists() or not (tmp_path / "w1").read_bytes()
    assert not (tmp_path / "w1.idx").exists()


def test_a_pipe_whose_writer_begins_later_is_not_ignored_either(shell: Run, documents: Path, tmp_path: Path) -> None:
    (tmp_path / "slow.sh").write_text(f"touch begun; {HEAD_WRITES}; cat")
    slowly = "corpuskit through documents.jsonl -o w1 -- bash slow.sh"
    done = shell(f"({until('[ -e begun ]')}; corpuskit head -n 5 documents.jsonl -q) | {slowly}")
    assert done.returncode == 2 and b"`head` writes to this pipe" in done.stderr
    assert not (tmp_path / "w1").exists()


def test_an_index_and_a_mix_notice_such_a_writer_too(shell: Run, documents: Path, tmp_path: Path) -> None:
    late_input = f"mkfifo late; ({HEAD_WRITES}; cat documents.jsonl > late) &"
    late_writer = f"({until('[ -e .w1.idx.lock ]')}; corpuskit head -n 5 documents.jsonl -q)"
    done = shell(f"{late_input} {late_writer} | corpuskit index late -o w1.idx")
    assert done.returncode == 2 and b"`head` writes to this pipe" in done.stderr
    assert not (tmp_path / "w1.idx").exists()
    (tmp_path / "recipe.yaml").write_text(
        "sources: {s: {from: files, inputs: [much.jsonl], origin: other, license: CC0-1.0, steps: [repair-text]}}\n"
    )
    long = [{"id": f"{number}", "text": "some words " * 400} for number in range(4000)]
    (tmp_path / "much.jsonl").write_bytes(lines_of(long))
    begun = f"{until('[ -e w1/.staging ]')}; corpuskit head -n 5 documents.jsonl -q"
    done = shell(f"({begun}) | corpuskit mix recipe.yaml -o w1 --no-cache")
    assert done.returncode == 2 and b"`head` writes to this pipe" in done.stderr
    assert not (tmp_path / "w1" / "manifest.json").exists()


def test_a_pipe_that_is_read_too_or_that_others_write_to_is_no_mistake(
    shell: Run, documents: Path, tmp_path: Path
) -> None:
    for dedup in ("dedup - documents.jsonl -o both", "dedup documents.jsonl /dev/stdin -o too"):
        for entry in tmp_path.glob("state/ledger/*.json"):
            entry.unlink()
        done = shell(f"corpuskit head -n 5 documents.jsonl | ({HEAD_WRITES}; corpuskit {dedup})")
        assert done.returncode == 0, done.stderr
    for idle in ("sleep .5", "cat documents.jsonl", "yes"):
        assert shell(f"{idle} | corpuskit dedup documents.jsonl -o w1").returncode == 0
    done = shell(
        "corpuskit head documents.jsonl | while read line; do corpuskit count documents.jsonl </dev/null; done"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "broken", ["filter-language", "sample --nope", "filtre", "dedup missing.jsonl", "files nowhere"]
)
def test_a_command_that_dies_of_its_usage_is_named_by_the_next(
    shell: Run, documents: Path, tmp_path: Path, broken: str
) -> None:
    done = shell(f"corpuskit head documents.jsonl | corpuskit {broken} | corpuskit export -o out")
    assert done.returncode == 4
    name = broken.partition(" ")[0]
    # The first command may tell its numbers before or after.
    said = f"corpuskit export: -: `{name}` earlier in the pipe failed; run it again. Nothing was published"
    assert said in done.stderr.decode().splitlines()
    assert not (tmp_path / "out").exists()


def test_a_command_that_writes_no_documents_into_the_pipe_does_not_break_it(
    shell: Run, documents: Path, tmp_path: Path
) -> None:
    for failed in ("count missing.jsonl", "verify missing", "dedup missing.jsonl -o other"):
        done = shell(f"(corpuskit {failed}; corpuskit head documents.jsonl) | corpuskit export -o out")
        assert done.returncode == 0, done.stderr


def _data_steps() -> list[str]:
    """Return the sources and stages that read a stream; a plan has a file beside it, and reports have answers."""
    kinds = ("source", "stage", "split", "corpus-stage", "sink")
    found = (find_step(name) for name in step_names())
    return [each.name() for each in found if each.kind in kinds and each.name() not in ("search", "hub", "synth-run")]


def _flags(name: str) -> list[str]:
    return to_flags(build_step(find_step(name), OPTIONS.get(name, {})))


@pytest.mark.parametrize("name", _data_steps())
def test_an_empty_stream_has_one_answer(shell: Run, tmp_path: Path, corpuskit: Run, name: str) -> None:
    (tmp_path / "none.key").write_bytes(b"k" * 40)
    (tmp_path / "none.key").chmod(0o600)
    done = corpuskit(name, *_flags(name), stdin=b"")
    assert done.returncode == 4, done.stderr
    assert b"standard input was empty" in done.stderr.splitlines()[-1]
    done = corpuskit(name, *_flags(name), "--allow-empty", stdin=b"")
    assert (done.returncode, done.stdout) == (0, b""), done.stderr


@pytest.mark.parametrize("words", [["files"], ["dedup"], ["head", "-n", "3"], ["export", "-o", "zz"], ["count"]])
def test_on_a_terminal_a_missing_input_is_one_line(
    tmp_path: Path, environment: dict[str, str], words: list[str]
) -> None:
    ours, terminal = os.openpty()
    try:
        command = [sys.executable, "-m", "corpuskit.cli.main", *words]
        done = subprocess.run(command, stdin=terminal, capture_output=True, cwd=tmp_path, env=environment, timeout=60)
    finally:
        os.close(ours)
        os.close(terminal)
    assert (done.returncode, done.stdout) == (2, b"")
    (said,) = done.stderr.decode().splitlines()
    assert said.startswith(f"corpuskit {words[0]}: name an input, or pipe one in: `corpuskit {words[0]} ")
    assert said.endswith(f"; `corpuskit {words[0]} --help` lists the options")
