"""`synth-run`: every answer once, whatever happens on the way, and the same bytes in the end."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core import console
from corpuskit.core.errors import CorpuskitError, RefusedError, RemoteError, UsageError
from corpuskit.core.options import build_step
from corpuskit.core.outcome import Item, Rejected
from corpuskit.core.registry import find_step
from corpuskit.core.step import Document, Source
from corpuskit.formats.model_server import client
from tests.conftest import ROOT, Run, lines_of
from tests.support.measured_command import cost_of
from tests.support.model_server import ModelServer, answer_of, completion

KEY = "sk-secret-of-the-test"


Plan = Callable[..., Path]


@pytest.fixture
def plan(tmp_path: Path, corpuskit: Run) -> Plan:
    """Make a plan of so many requests."""

    def make(number: int, *arguments: str, name: str = "plan.jsonl") -> Path:
        rows = [
            {"id": f"s{row}", "text": f"seed {row} – é", "metadata": {"labels": {"topic": "sea"}, "license": "MIT"}}
            for row in range(number)
        ]
        (tmp_path / "seeds.jsonl").write_bytes(lines_of(rows))
        (tmp_path / "t.txt").write_text("Rewrite: ${text}")
        done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "--model", "m", "-o", name, *arguments)
        assert done.returncode == 0, done.stderr
        return tmp_path / name

    return make


def run(plan: Path, **options: Any) -> list[Item]:
    step: Source = build_step(find_step("synth-run"), options)  # type: ignore[assignment]
    (input_,) = step.resolve([plan])
    return list(step.read(input_))


def bodies(plan: Path) -> list[dict[str, Any]]:
    return [json.loads(line)["body"] for line in plan.read_text().splitlines()]


def texts_of(items: list[Item]) -> list[str]:
    return [item.text for item in items if isinstance(item, Document)]


def text_for(body: dict[str, Any]) -> str:
    text: str = answer_of(body)["choices"][0]["message"]["content"]
    return text


def rejects_of(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Rejected)]


def test_answers_are_documents_that_say_where_they_come_from(plan: Plan, server: ModelServer) -> None:
    path = plan(3, "--param", "temperature=0.5")
    items = run(path, url=server.url)
    assert texts_of(items) == [text_for(body) for body in bodies(path)]
    first = items[0]
    assert isinstance(first, Document)
    assert first.id == json.loads(path.read_text().splitlines()[0])["custom_id"]
    end = json.loads((path.parent / "plan.seeds.jsonl").read_text().splitlines()[-1])
    assert first.metadata == {
        "labels": {"topic": "sea"},
        "license": "MIT",
        "origin": "synthetic",
        "generator": "m",
        "gen_depth": 1,
        "parents": ["s0"],
        "request": {
            "model": "m",
            "params": {"temperature": 0.5},
            "template": end["template_sha256"],
            "usage": {"prompt_tokens": 5, "completion_tokens": 8},
        },
    }


def test_order_is_the_plans_whoever_answers_first(plan: Plan, server: ModelServer) -> None:
    path = plan(40)
    server.fault_of = lambda body, calls: "500" if calls == 0 and hash(body) % 3 == 0 else ""
    assert texts_of(run(path, url=server.url)) == [text_for(body) for body in bodies(path)]


def test_what_is_there_is_not_asked_again(plan: Plan, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = plan(20)
    first = run(path, url=server.url)
    assert server.calls == 20
    import socket

    def no_socket(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_socket)
    assert run(path, url="https://nowhere.invalid/v1") == first
    monkeypatch.undo()
    again = plan(25, name="longer.jsonl")
    run(again, url=server.url, cache=path.parent / "plan.answers.sqlite")
    assert server.calls == 25


def test_it_runs_where_an_event_loop_runs_already(plan: Plan, server: ModelServer) -> None:
    path = plan(5)

    async def in_notebook() -> list[Item]:
        return run(path, url=server.url)

    assert len(texts_of(asyncio.run(in_notebook()))) == 5


def test_no_request_is_lost_or_doubled_under_faults(plan: Plan, server: ModelServer) -> None:
    path = plan(300)
    chance = random.Random(5)
    server.retry_after = "0"
    kinds = ["408", "409", "429", "500", "503", "drop", "cut", "cut-unsaid", "html"]
    server.fault_of = lambda body, calls: chance.choice(kinds) if calls < 3 and chance.random() < 0.3 else ""
    items = run(path, url=server.url, concurrency=16)
    assert texts_of(items) == [text_for(body) for body in bodies(path)]
    assert len({item.id for item in items if isinstance(item, Document)}) == 300
    assert server.most_in_flight <= 16
    answered = 300
    assert server.calls == sum(server.bodies.values()) > answered
    usage = [item.metadata["request"]["usage"] for item in items if isinstance(item, Document)]
    for kind in ("prompt_tokens", "completion_tokens"):
        assert sum(each[kind] for each in usage) == server.charged[kind]


def test_a_request_that_fails_to_the_end_ends_the_run_after_the_others(plan: Plan, server: ModelServer) -> None:
    path = plan(30)
    server.fault_of = lambda body, calls: "500" if b"seed 7 " in body else ""
    with pytest.raises(RemoteError, match=r"1 request of the plan got no answer.*29 new answers are kept") as raised:
        run(path, url=server.url)
    assert raised.value.exit_code == 7
    calls = server.calls
    server.fault_of = lambda body, calls: ""
    assert texts_of(run(path, url=server.url)) == [text_for(body) for body in bodies(path)]
    assert server.calls == calls + 1


def test_without_access_nothing_is_kept_as_an_answer(plan: Plan, server: ModelServer) -> None:
    path = plan(30)
    server.fault_of = lambda body, calls: "401"
    with pytest.raises(RemoteError, match="check the key"):
        run(path, url=server.url, concurrency=4)
    assert server.calls <= 4
    server.fault_of = lambda body, calls: ""
    assert len(texts_of(run(path, url=server.url))) == 30


def test_answers_that_give_no_document_are_rejects_and_stay_so(plan: Plan, server: ModelServer) -> None:
    path = plan(6)

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        prompt = body["messages"][0]["content"]
        if "seed 1 " in prompt:
            return completion("half of", finish="length")
        return completion("  ") if "seed 2 " in prompt else answer_of(body)

    server.answer = answer
    server.fault_of = lambda body, calls: "400" if b"seed 4 " in body else ""
    items = run(path, url=server.url)
    assert rejects_of(items) == ["cut-completion", "empty-completion", "refused-request"]
    assert [isinstance(item, Document) for item in items] == [True, False, False, True, False, True]
    lines = path.read_bytes().splitlines(keepends=True)
    rejected = items[1]
    assert isinstance(rejected, Rejected)
    assert rejected.offset == len(lines[0])
    assert rejected.id == json.loads(lines[1])["custom_id"]
    assert rejected.detail == "finish_reason is length"
    assert run(path, url=server.url) == items
    assert server.calls == 6


def test_structure_is_checked_by_us(plan: Plan, server: ModelServer, tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
    (tmp_path / "s.json").write_text(json.dumps(schema))
    path = plan(4, "--schema", "s.json")
    answers = iter(['{"q": "Why?"}', '{"q": 5}', "Sure! Here it is", "{}"])
    server.answer = lambda body: completion(next(answers))
    items = run(path, url=server.url, concurrency=1)
    assert texts_of(items) == ['{"q": "Why?"}']
    assert rejects_of(items) == ["broken-structure"] * 3
    assert isinstance(items[0], Document)
    assert len(items[0].metadata["request"]["schema"]) == 64
    assert items[0].metadata["request"]["params"] == {}
    assert "Sure" not in str(items[2].detail)  # type: ignore[union-attr]


def test_the_limit_of_tokens_is_held(plan: Plan, server: ModelServer) -> None:
    path = plan(100)
    server.answer = lambda body: {**completion("x"), "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    server.delay = 0.01
    for limit, before in ((200, 0), (205, 200), (500, 200)):
        with pytest.raises(RefusedError, match="--max-tokens-total") as raised:
            run(path, url=server.url, concurrency=4, max_tokens_total=limit)
        assert raised.value.exit_code == 6
        spent = 10 * server.calls
        assert max(limit, before) <= spent <= limit + 4 * 10
    items = run(path, url=server.url, max_tokens_total=1000)
    assert len(items) == server.calls == 100, "a limit that is reached by the last answer stops nothing"


def test_the_limit_of_cost_is_held_to_the_token(plan: Plan, server: ModelServer, tmp_path: Path) -> None:
    path = plan(50)
    (tmp_path / "prices.json").write_text('{"m": {"input": 0.15, "output": 0.6}}')
    usage = {"prompt_tokens": 1000, "completion_tokens": 500}
    server.answer = lambda body: {**completion("x"), "usage": usage}
    each = 0.00045
    with pytest.raises(RefusedError, match=r"--max-cost"):
        run(path, url=server.url, concurrency=2, max_cost=10 * each, prices=tmp_path / "prices.json")
    assert 10 <= server.calls <= 12
    step: Source = build_step(find_step("synth-run"), {"url": server.url, "prices": tmp_path / "prices.json"})  # type: ignore[assignment]
    (input_,) = step.resolve([path])
    assert len(list(step.read(input_))) == 50
    assert list(input_.findings.remarks) == [
        "50,000 tokens of prompts and 25,000 of answers were charged for, 0.0225 by the prices"
    ]
    (tmp_path / "prices.json").write_text('{"other": {"input": 1, "output": 1}}')
    with pytest.raises(UsageError, match="'m'"):
        run(path, url=server.url, prices=tmp_path / "prices.json")


def test_a_limit_needs_a_server_that_counts(plan: Plan, server: ModelServer) -> None:
    path = plan(5)
    server.answer = lambda body: {**completion("x"), "usage": None}
    with pytest.raises(RemoteError, match="no limit can be kept"):
        run(path, url=server.url, concurrency=1, max_tokens_total=10)
    assert server.calls == 1
    assert len(texts_of(run(path, url=server.url))) == 5


def result_line(custom_id: str, body: Any, status: int = 200, error: Any = None) -> str:
    response = {"status_code": status, "request_id": "r", "body": body}
    return json.dumps({"id": "b", "custom_id": custom_id, "response": response, "error": error}) + "\n"


def test_a_runners_results_give_the_same_documents(plan: Plan, server: ModelServer, tmp_path: Path) -> None:
    path = plan(10)
    requests = [json.loads(line) for line in path.read_text().splitlines()]
    lines = [result_line(request["custom_id"], answer_of(request["body"])) for request in requests]
    (tmp_path / "out.jsonl").write_text("".join(reversed(lines)))
    by_runner = run(path, results=[tmp_path / "out.jsonl"])
    assert by_runner == run(path, url=server.url)
    lines[2] = result_line(requests[2]["custom_id"], {}, 500)
    lines[3] = result_line(requests[3]["custom_id"], {"error": {"code": "too_long"}}, 400)
    lines[4] = ""
    lines += ["no json\n", lines[5]]
    (tmp_path / "out.jsonl").write_text("".join(lines))
    items = run(path, results=[tmp_path / "out.jsonl"], cache=tmp_path / "c.sqlite")
    assert rejects_of(items) == ["no-result", "refused-request", "no-result"]
    calls = server.calls
    items = run(path, url=server.url, cache=tmp_path / "c.sqlite")
    assert rejects_of(items) == ["refused-request"]
    assert server.calls == calls + 2, "what the runner left is asked of the server"


def test_a_plan_and_its_seeds_belong_together(plan: Plan, tmp_path: Path) -> None:
    path = plan(3)
    whole, seeds = path.read_bytes(), tmp_path / "plan.seeds.jsonl"
    seed_lines = seeds.read_bytes()
    for data in (whole[:-10], whole.replace(b"seed 1", b"seed 9"), whole + whole, b""):
        path.write_bytes(data)
        with pytest.raises(CorpuskitError) as raised:
            run(path, url="http://127.0.0.1:9/v1")
        assert raised.value.exit_code == 3
    path.write_bytes(whole)
    for data in (seed_lines[:-10], seed_lines[: len(seed_lines) // 2], b"", b"5\n"):
        seeds.write_bytes(data)
        with pytest.raises(CorpuskitError) as raised:
            run(path, url="http://127.0.0.1:9/v1")
        assert raised.value.exit_code == 3
    seeds.unlink()
    with pytest.raises(UsageError, match="missing"):
        run(path, url="http://127.0.0.1:9/v1")


def test_the_file_of_answers_is_ours_or_left_alone(plan: Plan, server: ModelServer, tmp_path: Path) -> None:
    import sqlite3

    path = plan(2)
    (tmp_path / "text").write_text("mine")
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    for name in ("text", "other", "."):
        with pytest.raises(UsageError):
            run(path, url=server.url, cache=tmp_path / name)
    assert (tmp_path / "text").read_text() == "mine"
    run(path, url=server.url)
    stored = tmp_path / "plan.answers.sqlite"
    assert stored.stat().st_mode & 0o077 == 0
    data = stored.read_bytes()
    stored.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    with pytest.raises(CorpuskitError) as raised:
        run(path, url=server.url)
    assert raised.value.exit_code == 3
    assert server.calls == 2


def test_the_key_is_sent_and_stands_nowhere(
    plan: Plan, server: ModelServer, tmp_path: Path, corpuskit: Run, environment: dict[str, str]
) -> None:
    plan(3)
    (tmp_path / "key").write_text(KEY + "\n")
    server.fault_of = lambda body, calls: "400" if b"seed 1 " in body else ""
    done = corpuskit("synth-run", "plan.jsonl", "--url", server.url, "--key-file", "key", "-o", "out", "--rejects", "r")
    assert done.returncode == 0, done.stderr
    assert server.keys == [f"Bearer {KEY}"] * 3
    files = [file for file in tmp_path.rglob("*") if file.is_file() and file.name != "key"]
    assert len(files) > 5
    assert all(KEY.encode() not in file.read_bytes() for file in files)
    assert KEY.encode() not in done.stderr + done.stdout
    manifest = (tmp_path / "out" / "manifest.json").read_text()
    assert server.url not in manifest


def test_a_recipe_makes_and_publishes_them(plan: Plan, server: ModelServer, tmp_path: Path, corpuskit: Run) -> None:
    plan(12)
    (tmp_path / "recipe.yaml").write_text(
        "sources:\n  synth:\n    from: synth-run\n    inputs: [plan.jsonl]\n    origin: synthetic\n"
        f"    options: {{url: '{server.url}'}}\n"
    )
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert corpuskit("verify", "out").returncode == 0
    assert server.calls == 12
    assert corpuskit("mix", "recipe.yaml", "-o", "out2").returncode == 0
    assert server.calls == 12
    for name in ("out", "out2"):
        answer = json.loads(corpuskit("stats", name, "--json").stdout)
        assert answer["documents"] == 12


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "http://127.0.0.1/v1", "results": ["r.jsonl"]},
        {"url": "ftp://127.0.0.1/v1"},
        {"url": "http://127.0.0.1/v1", "concurrency": 0},
        {"url": "http://127.0.0.1/v1", "max-cost": 1},
        {"url": "http://127.0.0.1/v1", "max-tokens-total": 0},
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        build_step(find_step("synth-run"), options)


NUMBER, CONCURRENCY = 400, 8


@pytest.mark.parametrize("wanted_kills", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_after_kills_nothing_is_asked_twice_but_what_was_in_flight(
    plan: Plan, server: ModelServer, tmp_path: Path, corpuskit: Run, environment: dict[str, str], wanted_kills: int
) -> None:
    path = plan(NUMBER)
    server.delay = 0.02
    command = [sys.executable, "-m", "corpuskit", "synth-run", "plan.jsonl", "--url", server.url, "-o", "out.jsonl"]
    chance = random.Random(11)
    kills = 0
    for kill in range(wanted_kills):
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wanted = min(server.calls + chance.randint(1, 30), NUMBER * (kill + 1))
        end = time.monotonic() + 20
        while server.calls < wanted and process.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
        assert not (tmp_path / "out.jsonl").exists() or process.returncode == 0
    assert kills == wanted_kills
    done = corpuskit("synth-run", "plan.jsonl", "--url", server.url, "-o", "out.jsonl")
    assert done.returncode == 0, done.stderr
    assert NUMBER <= server.calls <= NUMBER + CONCURRENCY * kills
    assert all(calls >= 1 for calls in server.bodies.values())
    assert len(server.bodies) == NUMBER
    done = corpuskit("synth-run", "plan.jsonl", "--url", server.url, "--cache", "fresh.sqlite", "-o", "unbroken.jsonl")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()
    assert texts_of(run(path, url=server.url)) == [text_for(body) for body in bodies(path)]


@pytest.mark.slow
def test_a_request_costs_less_than_a_millisecond_and_no_memory(plan: Plan, environment: dict[str, str]) -> None:
    few, many = plan(100, name="few.jsonl"), plan(5000, name="many.jsonl")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.model_server", "0", "--fixed"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        cost_of_few, cost_of_many = (
            cost_of(
                [
                    sys.executable,
                    "-m",
                    "corpuskit",
                    "synth-run",
                    path.name,
                    "--url",
                    url,
                    "-o",
                    f"{path.stem}.out.jsonl",
                ],
                path.parent,
                environment,
            )
            for path in (few, many)
        )
        server.communicate("")
    assert cost_of_few.code == cost_of_many.code == 0
    assert (cost_of_many.seconds - cost_of_few.seconds) / 4900 < 0.001
    assert cost_of_many.megabytes - cost_of_few.megabytes < 12


RATING = {
    "type": "object",
    "properties": {"why": {"type": "string"}, "rate": {"type": "object", "properties": {"score": {"type": "integer"}}}},
    "required": ["why", "rate"],
}
RATING["properties"]["rate"]["required"] = ["score"]  # type: ignore[index]


def test_a_field_of_the_answer_is_the_text(plan: Plan, server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(RATING))
    path = plan(4, "--schema", "s.json", "--text-from", "why")
    answers = [{"why": "A – new text.", "rate": {"score": 1}}, {"why": " ", "rate": {"score": 1}}]
    texts = iter([*map(json.dumps, answers), '{"why": "\\ud800", "rate": {"score": 1}}', '{"why": 5}'])
    server.answer = lambda body: completion(next(texts))
    items = run(path, url=server.url, concurrency=1)
    assert texts_of(items) == ["A – new text."]
    assert rejects_of(items) == ["empty-completion", "broken-structure", "broken-structure"]
    assert isinstance(items[0], Document)
    assert (items[0].metadata["origin"], items[0].metadata["gen_depth"]) == ("synthetic", 1)


def test_votes_are_label_signals_on_the_seeds(plan: Plan, server: ModelServer, tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "s.json").write_text(json.dumps(RATING))
    path = plan(3, "--schema", "s.json", "--votes", "rate.score")
    server.answer = lambda body: completion(json.dumps({"why": "x", "rate": {"score": 4}}), model="m-2")
    items = run(path, url=server.url)
    first = items[0]
    assert isinstance(first, Document)
    end = json.loads((path.parent / "plan.seeds.jsonl").read_text().splitlines()[-1])
    assert first.text == "seed 0 – é"
    request = first.metadata.pop("request")
    assert request["template"] == end["template_sha256"]
    assert first.metadata == {
        "license": "MIT",
        "actor": f"m-2/{end['template_sha256'][:12]}",
        "parents": ["s0"],
        "labels": {"score": 4},
        "signal": {"kind": "label", "weight": 1.0, "item": "s0", "rater": "model"},
    }
    done = corpuskit("synth-run", path, "--url", server.url, "-o", "votes.jsonl")
    assert done.returncode == 0, done.stderr
    (tmp_path / "gold.jsonl").write_bytes(
        lines_of([{"item": f"s{number}", "label": 4 - number} for number in range(2)])
    )
    done = corpuskit(
        "aggregate-labels", "votes.jsonl", "--min-raters", "1", "--gold", "gold.jsonl", "-o", "labels.jsonl"
    )
    assert done.returncode == 0, done.stderr
    assert b"score: m-2/" in done.stderr
    assert b"is right on 1 of 2 items of the gold (0.500), kappa 0.000" in done.stderr
    labels = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert [(one["text"], one["metadata"]["labels"]) for one in labels] == [
        (f"seed {number} – é", {"score": 4}) for number in range(3)
    ]
    assert [one["metadata"]["signal"]["models"] for one in labels] == [{"score": 1}] * 3, "no person said so"
    assert all("consent" not in one["metadata"] and "origin" not in one["metadata"] for one in labels)
    assert corpuskit("filter-audience", "labels.jsonl", "-o", "public.jsonl").returncode == 0
    assert len((tmp_path / "public.jsonl").read_text().splitlines()) == 3, "a vote on a public text is public"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--votes", "rate.score"),
        ("--text-from", "why"),
        ("--schema", "s.json", "--votes", "rate.scores"),
        ("--schema", "s.json", "--votes", "rate.score", "--samples", "2"),
        ("--schema", "s.json", "--votes", "rate.score", "--text-from", "why"),
        ("--schema", "optional.json", "--text-from", "why"),
    ],
)
def test_fields_that_answers_need_not_have_are_refused(tmp_path: Path, corpuskit: Run, arguments: list[str]) -> None:
    (tmp_path / "s.json").write_text(json.dumps(RATING))
    (tmp_path / "optional.json").write_text(json.dumps({**RATING, "required": ["rate"]}))
    (tmp_path / "t.txt").write_text("Rate: ${text}")
    (tmp_path / "seeds.jsonl").write_bytes(lines_of([{"id": "1", "text": "a"}]))
    done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "-o", "plan.jsonl", *arguments)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "plan.jsonl").exists()


def test_a_long_run_says_how_far_it_is(
    plan: Plan, server: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = plan(6)
    console.hush("synth-run", quiet=False)
    run(path, url=server.url)
    assert capsys.readouterr().err == "", "short work is silent"
    monkeypatch.setattr(console, "SECONDS_BETWEEN_LINES", 0.0)
    run(path, url=server.url, cache=path.with_name("c1"), concurrency=1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6
    pattern = r"corpuskit synth-run: 6 of 6 requests answered, [\d.e+,]+ a second, [\d,]+ tokens, about 0:00 left"
    assert re.fullmatch(pattern, lines[-1]), lines[-1]
    console.hush("synth-run", quiet=True)
    run(path, url=server.url, cache=path.with_name("c2"))
    console.hush("synth-run", quiet=False)
    assert capsys.readouterr().err == ""


def test_a_preview_asks_nothing(plan: Plan, server: ModelServer, tmp_path: Path, corpuskit: Run) -> None:
    plan(5)
    (tmp_path / "recipe.yaml").write_text(
        "sources:\n  synth:\n    from: synth-run\n    inputs: [plan.jsonl]\n    origin: synthetic\n"
        f"    options: {{url: '{server.url}'}}\n"
    )
    for option in ("--plan", "--check", "--dry-run"):
        done = corpuskit("mix", "recipe.yaml", option, "-o", "out")
        assert done.returncode == 0, done.stderr
        assert (b"# not asked: synth-run" in done.stdout) == (option == "--plan")
    told = json.loads(corpuskit("mix", "recipe.yaml", "--plan", "--json").stdout)
    assert told["sources"]["synth"]["documents"] is None
    assert server.calls == server.connections == 0
    assert not (tmp_path / "plan.answers.sqlite").exists()


def test_two_runs_at_once_do_not_both_pay(plan: Plan, server: ModelServer, tmp_path: Path, corpuskit: Run) -> None:
    from corpuskit.synthetic.requests.answer_store import AnswerStore

    plan(5)
    with AnswerStore(tmp_path / "plan.answers.sqlite"):
        done = corpuskit("synth-run", "plan.jsonl", "--url", server.url, "-o", "out.jsonl")
    assert done.returncode == 5
    assert b"another run, which asks for the same answers" in done.stderr
    assert server.calls == 0


def test_workers_of_one_run_ask_one_after_the_other(
    plan: Plan, server: ModelServer, tmp_path: Path, corpuskit: Run
) -> None:
    plan(20)
    server.delay = 0.05
    source = f"{{from: synth-run, inputs: [plan.jsonl], origin: synthetic, options: {{url: '{server.url}'}}}}"
    (tmp_path / "recipe.yaml").write_text(f"sources:\n  one: {source}\n  two: {source}\n")
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "-j", "2")
    assert done.returncode == 0, done.stderr
    assert server.calls == 20
    plan(20, "--param", "temperature=0.5", name="other.jsonl")
    run_both = ("synth-run", "plan.jsonl", "other.jsonl", "--url", server.url, "--cache", "both.sqlite", "-j", "2")
    done = corpuskit(*run_both, "-o", "out.jsonl")
    assert done.returncode == 0, done.stderr
    assert server.calls == 60
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 40


def test_an_answer_without_a_message_is_a_reject_and_paid_once(plan: Plan, server: ModelServer) -> None:
    path = plan(6)

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        is_empty = "seed 0 " in body["messages"][0]["content"]
        return {**answer_of(body), "choices": []} if is_empty else answer_of(body)

    server.answer = answer
    items = run(path, url=server.url, concurrency=1)
    assert rejects_of(items) == ["empty-completion"]
    assert len(texts_of(items)) == 5
    assert run(path, url=server.url) == items
    assert server.calls == 6


@pytest.mark.parametrize("fault", ["404", "bad-json"])
def test_a_single_request_that_a_wrong_address_would_answer_is_a_reject(
    plan: Plan, server: ModelServer, fault: str
) -> None:
    path = plan(6)
    server.fault_of = lambda body, calls: fault if b"seed 0 " in body or b"seed 5 " in body else ""
    items = run(path, url=server.url, concurrency=1)
    assert rejects_of(items) == ["refused-request"] * 2
    assert server.calls == 6
    server.fault_of = lambda body, calls: ""
    assert run(path, url=server.url) == items
    assert server.calls == 6
    assert len(texts_of(run(path, url=server.url, ask_again=True))) == 6
    assert server.calls == 8


@pytest.mark.parametrize("fault", ["404", "bad-json"])
def test_a_wrong_address_is_not_asked_further_and_nothing_is_kept(plan: Plan, server: ModelServer, fault: str) -> None:
    path = plan(30)
    run_of_some = [*run(plan(2, name="short.jsonl"), url=server.url, cache=path.parent / "c.sqlite")]
    server.fault_of = lambda body, calls: fault
    with pytest.raises(RemoteError, match="check"):
        run(path, url=server.url, concurrency=1, cache=path.parent / "c.sqlite")
    assert server.calls == 2 + 3
    server.fault_of = lambda body, calls: ""
    items = run(path, url=server.url, cache=path.parent / "c.sqlite")
    assert len(texts_of(items)) == 30 and texts_of(items)[:2] == texts_of(run_of_some)


def test_a_server_that_wants_payment_stops_the_run(plan: Plan, server: ModelServer) -> None:
    path = plan(10)
    server.fault_of = lambda body, calls: "402" if b"seed 4 " in body else ""
    with pytest.raises(RemoteError, match="payment"):
        run(path, url=server.url, concurrency=1)
    assert server.calls == 5
    server.fault_of = lambda body, calls: ""
    assert len(texts_of(run(path, url=server.url))) == 10


def test_a_refusal_says_why_costs_nothing_and_can_be_asked_again(plan: Plan, server: ModelServer) -> None:
    path = plan(4)
    server.fault_of = lambda body, calls: "400" if b"seed 1 " in body else ""
    first = run(path, url=server.url, max_tokens_total=10**6)
    (rejected,) = [item for item in first if isinstance(item, Rejected)]
    assert rejected.detail is not None and rejected.detail.startswith("status 400, fault_400: no: ")
    server.fault_of = lambda body, calls: ""
    assert run(path, url=server.url) == first
    assert len(texts_of(run(path, url=server.url, ask_again=True))) == 4
    assert server.calls == 5


def test_results_are_kept_and_a_server_is_asked_for_the_rest(plan: Plan, server: ModelServer, tmp_path: Path) -> None:
    path = plan(10)
    requests = [json.loads(line) for line in path.read_text().splitlines()]
    lines = [result_line(request["custom_id"], answer_of(request["body"])) for request in requests]
    (tmp_path / "a.jsonl").write_text("".join(lines[:4]))
    (tmp_path / "b.jsonl").write_text("".join(lines[4:7]))
    assert rejects_of(run(path, results=[tmp_path / "a.jsonl"])) == ["no-result"] * 6
    assert rejects_of(run(path, results=[tmp_path / "b.jsonl"])) == ["no-result"] * 3
    assert texts_of(run(path, url=server.url)) == [text_for(body) for body in bodies(path)]
    assert server.calls == 3
    with pytest.raises(UsageError, match="not both"):
        run(path, url=server.url, results=[tmp_path / "a.jsonl"])


def test_a_plan_that_does_not_go_on_as_its_seeds_is_damage_and_keeps_what_came(
    plan: Plan, server: ModelServer, tmp_path: Path
) -> None:
    import hashlib

    path, seeds = plan(5), tmp_path / "plan.seeds.jsonl"
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, first, *others]))
    *lines, end = seeds.read_bytes().splitlines(keepends=True)
    forged = {**json.loads(end), "plan_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    seeds.write_bytes(b"".join(lines) + json.dumps(forged).encode())
    with pytest.raises(CorpuskitError) as raised:
        run(path, url=server.url)
    assert raised.value.exit_code == 3


def test_results_that_end_inside_a_line_are_damage_and_what_came_is_kept(
    plan: Plan, tmp_path: Path, corpuskit: Run
) -> None:
    path = plan(4)
    requests = [json.loads(line) for line in path.read_text().splitlines()]
    lines = [result_line(request["custom_id"], answer_of(request["body"])) for request in requests]
    (tmp_path / "r.jsonl").write_text("".join(lines)[:-30])
    done = corpuskit("synth-run", "plan.jsonl", "--results", "r.jsonl", "-o", "out.jsonl")
    assert done.returncode == 3
    assert b"r.jsonl is not whole" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()
    (tmp_path / "r.jsonl").write_text(lines[-1].rstrip())
    done = corpuskit("synth-run", "plan.jsonl", "--results", "r.jsonl", "-o", "out.jsonl")
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 4


def test_too_few_descriptors_are_no_dead_server(
    plan: Plan, server: ModelServer, tmp_path: Path, environment: dict[str, str]
) -> None:
    plan(400)
    server.delay = 0.5
    command = f"ulimit -n 64; exec {sys.executable} -m corpuskit synth-run plan.jsonl --url {server.url}"
    done = subprocess.run(
        ["bash", "-c", f"{command} --concurrency 1024 -o out.jsonl"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 5, done.stderr
    assert b"ulimit -n" in done.stderr and b"--concurrency" in done.stderr
    assert b"nothing answers" not in done.stderr


def test_a_wait_is_told_once_in_a_while(
    plan: Plan, server: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = plan(20)
    console.hush("synth-run", quiet=False)  # an earlier run in this process may have been quiet
    monkeypatch.setattr(client, "LONG_WAIT", 0.01)
    server.retry_after = ""
    server.fault_of = lambda body, calls: "503" if calls < 2 else ""
    assert len(texts_of(run(path, url=server.url))) == 20
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"corpuskit synth-run: status 503; asking {server.url} again in 0.01 s"
