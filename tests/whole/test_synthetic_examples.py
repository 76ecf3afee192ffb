"""The examples of synthetic data do what they say, with a server that answers as a model would."""

import hashlib
import json
import random
import re
import runpy
from collections import Counter
from typing import Any

import pytest

from tests.support.model_server import ModelServer, completion, running
from tests.whole.test_examples import Checkout, checkout
from tests.whole.test_product_example import documents_in

__all__ = ["checkout"]

pytestmark = pytest.mark.slow

LABELS, RARE = "examples/model-labels", "examples/rare-class"


def chance_of(body: dict[str, Any]) -> random.Random:
    return random.Random(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest())


def prompt_of(body: dict[str, Any]) -> str:
    prompt: str = body["messages"][-1]["content"]
    return prompt


def test_a_model_rates_and_a_small_one_learns_it(checkout: Checkout) -> None:
    folder = checkout.root / LABELS
    pages = runpy.run_path(str(folder / "pages.py"))
    openings = [re.split(r"\{\w+\}", line) for line in pages["USEFUL"]]

    def rate(body: dict[str, Any]) -> dict[str, Any]:
        """Count the useful sentences; the careless prompt is answered carelessly."""
        prompt, chance = prompt_of(body), chance_of(body)
        text = prompt.partition("\n\n")[2]
        number = sum(max(parts, key=len) in text for parts in openings)
        score = max(number - 1, 0) if number > 1 else chance.choice([0, 1][: number + 1])
        if chance.random() < (0.3 if prompt.startswith("How much") else 0.05):
            score = min(max(score + chance.choice([-1, 1]), 0), 5)
        assert body["response_format"]["json_schema"]["schema"]["properties"]["score"]["maximum"] == 5
        return completion(json.dumps({"score": score}), len(prompt.split()), model=body["model"])

    with running(ModelServer(answer=rate)) as server:
        done = checkout.run(f"sh {LABELS}/run.sh", MODEL_URL=server.url)
        assert server.calls == 2 * pages["RATED"]
        checkout.run(f"sh {LABELS}/run.sh", MODEL_URL=server.url)
        assert server.calls == 2 * pages["RATED"], "no rating is paid for twice"
    said = done.stderr
    costs = re.findall(r"tokens of prompts and [\d,]+ of answers were charged for, (0\.\d+) by the prices", said)
    assert len(costs) == 2
    right = re.findall(
        r"score: small/\w{12} is right on \d+ of 60 items of the gold \((.*?)\), kappa (\S+)", done.stderr
    )
    assert len(right) == 2, said
    assert sorted(float(share) for share, _ in right)[1] > 0.85
    (answer,) = re.findall(r"```text\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert [line for line in answer.splitlines() if line not in said] == [], said
    assert all(0 < float(kappa) < float(share) for share, kappa in right)
    auc = re.search(r"AUC on texts held back +(\S+)", done.stdout)
    assert auc is not None
    assert float(auc[1]) > 0.95
    filtered = [json.loads(line) for line in (folder / "work" / "filtered.jsonl").read_text().splitlines()]
    deserved = [max(sum(max(parts, key=len) in one["text"] for parts in openings) - 1, 0) for one in filtered]
    assert 100 < len(filtered) < pages["REST"] - 100
    assert sum(score >= 3 for score in deserved) > 0.9 * len(deserved)
    labels = [json.loads(line) for line in (folder / "work" / "labels.jsonl").read_text().splitlines()]
    assert all(one["metadata"]["signal"]["raters"] == {"score": 2} for one in labels)
    assert all(one["metadata"]["license"] == "CC0-1.0" for one in labels)


def test_a_rare_class_is_filled_and_no_real_question_goes(checkout: Checkout) -> None:
    folder = checkout.root / RARE
    bank = runpy.run_path(str(folder / "bank.py"))

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        """Reword by hardly a word, or ask another question of the class."""
        prompt = prompt_of(body)
        if prompt.startswith("Say this"):
            return completion(prompt.partition(": ")[2].replace("Please tell", "Kindly tell"))
        (intent,) = re.findall(r"asks about this: (.*)\.\n", prompt)
        return completion(bank["question"](chance_of(body), intent))

    with running(ModelServer(answer=answer)) as server:
        done = checkout.run(f"sh {RARE}/run.sh", MODEL_URL=server.url)
        needed = bank["USUAL"] - bank["FEW"]
        assert server.calls == 2 * needed
    assert "90  exchange rate" in done.stdout
    assert "The questions of reword.txt are refused, all of them" in done.stdout
    assert "refused: near copies of real documents: 1 " in done.stderr
    assert "The questions of ask.txt pass" in done.stdout
    assert not (folder / "work" / "reword-checked.jsonl").exists()
    documents = documents_in(folder / "corpus")
    real = {one["id"] for one in documents if one["metadata"]["source"] == "real"}
    assert len(real) == 5 * bank["USUAL"] + bank["FEW"]
    made = [one for one in documents if one["metadata"]["source"] == "synthetic"]
    assert Counter(one["metadata"]["labels"]["intent"] for one in made).keys() == {bank["RARE"]}
    assert all(one["metadata"]["gen_depth"] == 1 and len(one["metadata"]["parents"]) == 1 for one in made)
    manifest = json.loads((folder / "corpus" / "manifest.json").read_bytes())
    assert 0.05 < manifest["sources"]["synthetic"]["share"] <= 0.2
    classes = manifest["steps"][-1]["options"]["real-not-below"]["classes"]
    assert len(classes) == 6
    assert all(each["now"] >= each["before"] > 0 for each in classes.values())
    checkout.run(f"corpuskit mix {RARE}/recipe.yaml --set budget.tokens=15000 -o less || test $? = 6")
    assert not (checkout.root / "less" / "manifest.json").exists()
