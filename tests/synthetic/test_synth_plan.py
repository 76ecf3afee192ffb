"""`synth-plan`: what reaches a prompt, what does not, and what a plan looks like."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.errors import UsageError
from corpuskit.core.registry import find_step
from tests.conftest import Run, lines_of

TEMPLATE = "Rewrite for $$5, on ${labels.topic}:\n${text}"


def seeds(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_bytes(lines_of(rows))


def seed(number: int, topic: str = "sea", text: str = "", **metadata: Any) -> dict[str, Any]:
    text = text or f"text {number} on {topic}"
    return {"id": f"s{number}", "text": text, "metadata": {"labels": {"topic": topic}, **metadata}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.txt").write_text(TEMPLATE)
    seeds(tmp_path / "seeds.jsonl", [seed(number, "sea" if number % 3 else "sky") for number in range(9)])
    return tmp_path


def planned(folder: Path, corpuskit: Run, *arguments: str, plan: str = "plan.jsonl") -> dict[str, Any]:
    done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "-o", plan, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def prompts(path: Path) -> list[str]:
    return [row["body"]["messages"][-1]["content"] for row in rows(path)]


def test_a_line_is_what_batch_runners_take(folder: Path, corpuskit: Run) -> None:
    (folder / "system.txt").write_text("You write on ${labels.topic}.")
    arguments = ("--model", "m", "--param", "temperature=0.5", "--param", 'stop=["a","b"]', "--system", "system.txt")
    answer = planned(folder, corpuskit, *arguments)
    assert answer["requests"] == 9
    assert answer["seeds"] == {"used": 9, "dropped": {}, "rejected": {}}
    first = rows(folder / "plan.jsonl")[0]
    assert list(first) == ["custom_id", "method", "url", "body"]
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"] == {
        "model": "m",
        "temperature": 0.5,
        "stop": ["a", "b"],
        "messages": [
            {"role": "system", "content": "You write on sky."},
            {"role": "user", "content": "Rewrite for $5, on sky:\ntext 0 on sky"},
        ],
    }
    canonical = json.dumps(first["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert first["custom_id"] == hashlib.sha256(f"{canonical}\n0".encode()).hexdigest()


def test_beside_the_plan_stands_what_it_was_made_from(folder: Path, corpuskit: Run) -> None:
    seeds(
        folder / "seeds.jsonl",
        [
            seed(1, license="CC-BY-4.0", language="en", url="https://example.org/1", note="n"),
            seed(2, origin="synthetic", gen_depth=2),
            seed(3, origin="synthetic"),
        ],
    )
    planned(folder, corpuskit, "--keep", "note")
    *lines, last = rows(folder / "plan.seeds.jsonl")
    assert [line["custom_id"] for line in lines] == [line["custom_id"] for line in rows(folder / "plan.jsonl")]
    assert [(line["parents"], line["gen_depth"]) for line in lines] == [(["s1"], 1), (["s2"], 3), (["s3"], 2)]
    assert lines[0]["metadata"] == {
        "license": "CC-BY-4.0",
        "language": "en",
        "labels": {"topic": "sea"},
        "note": "n",
    }
    assert last["plan_sha256"] == hashlib.sha256((folder / "plan.jsonl").read_bytes()).hexdigest()
    assert last["requests"] == 3


CANARY = "canary-xyzzy"
OUT_OF_BOUNDS = {
    "rights-disallowed": [
        {"rights": {"train": "disallowed"}},
        {"rights": {"train": "allowed", "input": "disallowed"}},
        {"url": "https://example.org/", "declarations": {"header": {"x-robots-tag": "noai"}}},
        {"url": "https://example.org/", "declarations": {"header": {"tdm-reservation": "1"}}},
    ],
    "rights-unreadable": [{"rights": "no"}, {"rights": {"train": "DISALLOWED"}}, {"rights": {"Train": "disallowed"}}],
    "gen-depth-unreadable": [{"gen_depth": "2"}, {"gen_depth": 2.5}, {"gen_depth": -1}, {"gen_depth": True}],
    "foreign-tenant": [
        {"tenant": "other"},
        {"tenant": "other", "consent": {"scope": ["text", "train"]}},
        {"tenant": 5},
    ],
    "no-consent": [
        {"tenant": "acme", "consent": {"scope": ["label"]}},
        {"consent": {"scope": ["retrieve"]}},
        {"tenant": "acme"},
    ],
    "expired": [{"tenant": "acme", "consent": {"scope": ["text", "train"], "until": "2020-01-01"}}],
    "unmasked-pii": [{"pii": [{"start": 0, "end": 3, "type": "name"}]}],
}


def test_what_must_not_be_repeated_reaches_no_prompt(folder: Path, corpuskit: Run) -> None:
    kinds = [(reason, metadata) for reason, each in OUT_OF_BOUNDS.items() for metadata in each]
    bad = [seed(number, text=f"{CANARY} {number}", **metadata) for number, (_, metadata) in enumerate(kinds)]
    with_pii = [
        seed(100, text=f"{CANARY}: write to keeper@harbour-town.com"),
        seed(101, topic="call +1 202 555 0143", text=CANARY),
        {"id": "s102", "text": CANARY, "metadata": {}},
    ]
    good = [
        seed(200, text="allowed", rights={"train": "allowed"}),
        seed(201, text="unknown", rights={"train": "unknown"}),
        seed(202, text="ours", tenant="acme", consent={"scope": ["text", "train"], "until": "2030-01-01"}),
        seed(203, text="masked: {{EMAIL}}"),
    ]
    seeds(folder / "seeds.jsonl", bad + with_pii + good)
    answer = planned(folder, corpuskit, "--audience", "tenant:acme", "--as-of", "2026-11-01")
    expected = Counter(reason for reason, _ in kinds) + Counter({"unmasked-pii": 2, "missing-field": 1})
    assert answer["seeds"]["dropped"] == dict(sorted(expected.items()))
    assert answer["seeds"]["used"] == answer["requests"] == 4
    assert [prompt.rpartition("\n")[2] for prompt in prompts(folder / "plan.jsonl")] == [row["text"] for row in good]
    for name in ("plan.jsonl", "plan.seeds.jsonl"):
        assert CANARY not in (folder / name).read_text()


def test_the_public_gets_no_tenants_words(folder: Path, corpuskit: Run) -> None:
    seeds(folder / "seeds.jsonl", [seed(1, tenant="acme", consent={"scope": ["text", "train"]}), seed(2)])
    assert planned(folder, corpuskit)["seeds"]["dropped"] == {"foreign-tenant": 1}


def test_where_no_seed_may_be_used_nothing_is_written(folder: Path, corpuskit: Run) -> None:
    seeds(folder / "seeds.jsonl", [seed(1, rights={"train": "disallowed"})])
    done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "-o", "plan.jsonl")
    assert done.returncode == 6
    assert b"rights-disallowed 1" in done.stderr
    assert not list(folder.glob("plan*"))


def test_an_unknown_field_is_named_with_those_that_are_known(folder: Path, corpuskit: Run) -> None:
    (folder / "t.txt").write_text("${labels.topik}: ${text}")
    done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "-o", "plan.jsonl")
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "corpuskit synth-plan: t.txt: no seed has the field `labels.topik` (did you mean `labels.topic`?); "
        "the fields are text, id, labels.topic"
    ]
    assert not list(folder.glob("plan*"))


@pytest.mark.parametrize(
    ("template", "words"),
    [("costs $5: ${text}", b"dollar"), ("no field", b"no field"), ("${text", b"dollar"), (" \n", b"empty")],
)
def test_a_template_that_cannot_be_filled_in_is_refused(
    folder: Path, corpuskit: Run, template: str, words: bytes
) -> None:
    (folder / "t.txt").write_text(template)
    done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "-o", "plan.jsonl")
    assert done.returncode == 2
    assert words in done.stderr


def test_a_seed_is_text_and_no_template(folder: Path, corpuskit: Run) -> None:
    text = "${labels.topic} {{ 7*7 }} {% for x in y %} $text %s {0.__class__}"
    seeds(folder / "seeds.jsonl", [seed(1, text=text)])
    planned(folder, corpuskit)
    assert prompts(folder / "plan.jsonl") == [f"Rewrite for $5, on sea:\n{text}"]


def test_samples_are_requests_of_their_own(folder: Path, corpuskit: Run) -> None:
    seeds(folder / "seeds.jsonl", [seed(1), seed(2, text="text 1 on sea")])
    answer = planned(folder, corpuskit, "--samples", "3")
    lines = rows(folder / "plan.jsonl")
    assert answer["requests"] == len({line["custom_id"] for line in lines}) == 6
    assert len({json.dumps(line["body"]) for line in lines}) == 1
    planned(folder, corpuskit, "--samples", "3", "--param", "seed=7")
    assert [line["body"]["seed"] for line in rows(folder / "plan.jsonl")] == [7, 8, 9] * 2


def test_a_quota_is_met_class_by_class(folder: Path, corpuskit: Run) -> None:
    (folder / "q.json").write_text(json.dumps({"by": "labels.topic", "quotas": {"sky": 7, "sea": 2, "none": 0}}))
    answer = planned(folder, corpuskit, "--quota", "q.json")
    assert answer["classes"] == {"sea": 2, "sky": 7}
    assert answer["requests"] == 9
    assert answer["seeds"] == {"used": 5, "dropped": {"no-quota": 4}, "rejected": {}}
    parents = Counter(line["parents"][0] for line in rows(folder / "plan.seeds.jsonl")[:-1])
    assert sorted(parents.values()) == [1, 1, 2, 2, 3]
    (folder / "q.json").write_text(json.dumps({"by": "labels.topic", "quotas": {"moon": 1}}))
    done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "-o", "plan.jsonl", "--quota", "q.json")
    assert done.returncode == 6
    assert b"moon" in done.stderr


def test_equal_seeds_give_equal_bytes_and_ids_outlive_other_seeds(folder: Path, corpuskit: Run) -> None:
    planned(folder, corpuskit)
    planned(folder, corpuskit, plan="again.jsonl")
    for name in (".jsonl", ".seeds.jsonl"):
        assert (folder / f"plan{name}").read_bytes() == (folder / f"again{name}").read_bytes()
    lines = (folder / "seeds.jsonl").read_text().splitlines(keepends=True)
    (folder / "seeds.jsonl").write_text("".join(lines[4:]))
    planned(folder, corpuskit, plan="fewer.jsonl")
    assert (folder / "fewer.jsonl").read_text() == "".join(
        (folder / "plan.jsonl").read_text().splitlines(keepends=True)[4:]
    )


WRONG_PARAMETERS = (
    *("temperature", "=5", "messages=[]", "stream=true", "n=2", "response_format={}", "model=x"),
    *("seed=9223372036854775808000", 'stop="\\ud800"'),
)


@pytest.mark.parametrize("param", WRONG_PARAMETERS)
def test_parameters_that_are_given_otherwise_are_refused(folder: Path, param: str) -> None:
    with pytest.raises(UsageError, match=r"param|64 bits"):
        find_step("synth-plan")(template=folder / "t.txt", param=[param], model="m")


def test_a_schema_stands_in_each_request(folder: Path, corpuskit: Run) -> None:
    schema = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
    (folder / "s.json").write_text(json.dumps(schema))
    planned(folder, corpuskit, "--schema", "s.json")
    assert rows(folder / "plan.jsonl")[0]["body"]["response_format"]["json_schema"]["schema"] == schema
    for bad in ("[1]", "{", '{"type": "no such type"}'):
        (folder / "s.json").write_text(bad)
        done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "--schema", "s.json", "-o", "p.jsonl")
        assert done.returncode == 2, bad
        assert b"s.json" in done.stderr


def test_nothing_else_is_overwritten(folder: Path, corpuskit: Run) -> None:
    (folder / "mine.jsonl").write_text('{"text": "mine"}\n')
    (folder / "folder.jsonl").mkdir()
    for name in ("mine.jsonl", "seeds.jsonl", "folder.jsonl", "plan.txt"):
        done = corpuskit("synth-plan", "seeds.jsonl", "--template", "t.txt", "-o", name)
        assert done.returncode == 2, name
    assert (folder / "mine.jsonl").read_text() == '{"text": "mine"}\n'


def test_personal_data_that_the_template_puts_together_reaches_no_prompt(tmp_path: Path, corpuskit: Run) -> None:
    rows = [
        {"id": "a", "text": "anna.meier", "metadata": {"labels": {"topic": "@firma-meier.de"}}},
        {"id": "b", "text": "the sea ", "metadata": {"labels": {"topic": "waves"}}},
    ]
    (tmp_path / "s.jsonl").write_bytes(lines_of(rows))
    (tmp_path / "t.txt").write_text("Mail of ${text}${labels.topic} to office@our-house.de")
    done = corpuskit("synth-plan", "s.jsonl", "--template", "t.txt", "-o", "p.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["seeds"]["dropped"] == {"unmasked-pii": 1}
    assert b"anna" not in (tmp_path / "p.jsonl").read_bytes()


def test_rights_in_another_form_are_no_permission(tmp_path: Path, corpuskit: Run) -> None:
    forms: list[Any] = ["no", False, 0, [], ["disallowed"], {"train": "DISALLOWED"}, {"train": "no"}, {"train": False}]
    forms += [{"train": ["disallowed"]}, {"Train": "disallowed"}, {"train": None}]
    good: list[Any] = [None, {}, {"train": "allowed", "search": "disallowed", "evidence": []}, {"input": "unknown"}]
    rows = [{"id": str(n), "text": "x", "metadata": {"rights": each}} for n, each in enumerate([*forms, *good])]
    (tmp_path / "s.jsonl").write_bytes(lines_of(rows))
    (tmp_path / "t.txt").write_text("Say ${text}")
    done = corpuskit("synth-plan", "s.jsonl", "--template", "t.txt", "-o", "p.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["requests"] == len(good)
    told = {**answer["seeds"]["dropped"], **answer["seeds"]["rejected"]}
    assert told["rights-unreadable"] == len(forms)


def test_names_that_nobody_knows_are_told(folder: Path, corpuskit: Run) -> None:
    names = ("--param", "max_token=7", "--param", "top_k=5", "--keep", "label", "--keep", "labels")
    planned = ("synth-plan", "seeds.jsonl", "--template", "t.txt", *names, "-o", "plan.jsonl")
    done = corpuskit(*planned)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.decode().splitlines() if "--" in line]
    assert len(told) == 2
    assert "`max_token` is no parameter" in told[0] and "`max_tokens`" in told[0]
    assert "`label`" in told[1] and "`labels`" in told[1]
    assert b"max_token`" not in corpuskit(*planned, "--quiet").stderr
