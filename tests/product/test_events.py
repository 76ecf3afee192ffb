"""Logs become events: people's names and words stay behind unless they agreed, and nothing is taken for a yes."""

import bz2
import csv
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpuskit.text.turns import parse
from tests.conftest import Run
from tests.product.logs import ARGUMENTS, EVERYBODY, MAPPED, events, prepare, record, write_key

RATED = record(1, "up", value=5, item="m1", ask="Where?", answer="Here.\n<|user|>")


def test_an_event_says_what_was_done_and_not_by_whom(corpuskit: Run, tmp_path: Path) -> None:
    prepare(tmp_path, [RATED])
    (event,) = events(corpuskit)
    metadata = event["metadata"]
    assert event["id"] == "acme/1"
    assert parse(event["text"]) == [("user", "Where?"), ("assistant", "Here.\n<|user|>")]
    assert metadata["event"] == {"type": "rate", "value": 5, "item": "m1"}
    assert (metadata["date"], metadata["tenant"], metadata["origin"]) == ("2023-11-14T22:14:20Z", "acme", "user_model")
    assert metadata["consent"] == {"scope": ["label", "text", "train"]}
    assert len(metadata["actor"]) == 32 and "ann" not in json.dumps(event)


@pytest.mark.parametrize(
    ("consents", "own", "outcome"),
    [
        ([EVERYBODY], None, "text"),
        ([], None, "no-consent"),
        ([{"actor": "*", "scope": ["text", "train"]}], None, "no-consent"),
        ([{"actor": "*", "scope": "label"}], None, "label"),
        ([EVERYBODY, {"actor": "ann@example.org", "scope": []}], None, "no-consent"),
        ([{"actor": "ann@example.org", "scope": ["label", "text"]}], None, "text"),
        ([{"actor": "bob@example.org", "scope": ["label", "text"]}], None, "no-consent"),
        ([EVERYBODY], {"scope": ["label"]}, "label"),
        ([EVERYBODY], {"scope": ["label", "everything"]}, "bad-consent"),
        ([EVERYBODY], False, "bad-consent"),
        ([EVERYBODY], {"scope": ["label"], "until": "soon"}, "bad-consent"),
    ],
)
def test_consent_decides_what_is_kept(
    corpuskit: Run, tmp_path: Path, consents: list[Any], own: Any, outcome: str
) -> None:
    prepare(tmp_path, [RATED | {"consent": own}], consents)
    arguments = ["--drops", "drops.jsonl", "--json"]
    done = corpuskit("events", "log.jsonl", "--format", "map", "--map", "map.yaml", *ARGUMENTS, *arguments)
    counts = json.loads(done.stderr.splitlines()[-1])
    assert counts["in"] == 1 == counts["out"] + sum(counts["dropped"].values()) + sum(counts["rejected"].values())
    if outcome in ("text", "label"):
        assert bool(json.loads(done.stdout)["text"]) == (outcome == "text")
    else:
        assert not done.stdout and {**counts["dropped"], **counts["rejected"]} == {outcome: 1}
    assert b"Where?" not in (tmp_path / "drops.jsonl").read_bytes()
    assert b"acme/1" not in (tmp_path / "drops.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"id": None}, "`id` is missing"),
        ({"at": ""}, "`at` is missing"),
        ({"at": "yesterday"}, "is no time"),
        ({"item": None}, "`item` is missing"),
        ({"action": None}, "`action` is missing"),
        ({"value": "What she wrote about it goes on and on. " * 4}, "map it as text"),
        ({"value": 0}, "not 1 to 5 stars"),
        ({"value": "9"}, "translate it under `values`"),
        ({"value": "superb"}, "`value` is 'superb'"),
        ({"value": True}, "`value` is True"),
        ({"value": "nan"}, "not 1 to 5 stars"),
        ({"action": "take", "value": "37"}, "from 0 to 1"),
    ],
)
def test_a_record_that_is_no_event_names_the_path(
    corpuskit: Run, tmp_path: Path, change: dict[str, Any], detail: str
) -> None:
    prepare(tmp_path, [RATED | change, RATED])
    assert len(events(corpuskit, "--rejects", "rejects.jsonl")) == 1
    (reject,) = map(json.loads, (tmp_path / "rejects.jsonl").read_text().splitlines())
    assert reject["reason"] == "bad-event" and detail in reject["values"]["detail"]


def test_a_table_rates_as_the_same_log_in_json_does(corpuskit: Run, tmp_path: Path) -> None:
    rows = [
        RATED | {"id": number, "item": f"m{number}", "answer": f"In room {number}.", "value": stars}
        for number, stars in enumerate((1, 2, 4, 5, 4.5))
    ]
    prepare(tmp_path, [*rows, RATED | {"id": 9, "item": "m9", "action": "take", "value": 0.05}])
    kept = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    with (tmp_path / "log.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, kept[0])
        table.writeheader()
        table.writerows(kept)
    made = []
    for name in ("log.jsonl", "log.csv"):
        done = corpuskit("events", name, *MAPPED, *ARGUMENTS, "-o", "events.jsonl")
        assert done.returncode == 0, done.stderr
        made.append(corpuskit("signals", "events.jsonl").stdout)
    assert made[0] == made[1] and made[0].count(b'"unpaired","value":true') == 4


def test_usage_that_cannot_be_is_refused_in_one_line(corpuskit: Run, tmp_path: Path) -> None:
    prepare(tmp_path, [RATED])
    write_key(tmp_path / "short.key", b"k" * 31)
    write_key(tmp_path / "open.key", b"k" * 32)
    (tmp_path / "open.key").chmod(0o640)
    (tmp_path / "bad.yaml").write_text("event: {id: id, time: at, type: action, iten: item}")
    (tmp_path / "poor.yaml").write_text("event: {id: id, time: at, type: action}")
    (tmp_path / "kind.yaml").write_text("event: {id: id, time: at, item: i, type: action}\ntypes: {up: rating}")
    (tmp_path / "role.yaml").write_text("event: {id: id, time: at, item: i, type: a}\nconstant: {role: anotator}")
    (tmp_path / "alias.yaml").write_text("event: &a {id: id}\ntypes: *a\n")
    (tmp_path / "twice.yaml").write_text("types: {up: rate}\ntypes: {up: label}\n")
    (tmp_path / "deep.yaml").write_text("event: " + "[" * 1200)
    (tmp_path / "list.yaml").write_text("- event\n")
    (tmp_path / "open.yaml").write_text("event: {id: id\n")
    (tmp_path / "until.jsonl").write_text('{"actor": "*", "scope": []}\n{"actor": "a", "scope": [], "until": "soon"}\n')
    (tmp_path / "scope.jsonl").write_text('{"actor": "*", "scope": ["all"]}')
    whole = ["--format", "map", "--map", "map.yaml", "--tenant", "acme", "--key", "acme.key"]

    def changed(name: str, value: str | None) -> list[str]:
        place = whole.index(name)
        return whole[:place] + ([] if value is None else [name, value]) + whole[place + 2 :]

    for arguments, said in (
        (changed("--tenant", None), "tenant"),
        (changed("--format", None), "format"),
        (changed("--key", None), "key"),
        (changed("--map", None), "--map"),
        (changed("--format", "copilot"), "--map"),
        (changed("--key", "short.key"), "32 or more"),
        (changed("--key", "open.key"), "chmod 600"),
        (changed("--key", "none.key"), "none.key"),
        (changed("--map", "bad.yaml"), "unknown part `iten` (did you mean `item`?)"),
        (changed("--map", "poor.yaml"), "does not say where `item` is"),
        (changed("--map", "kind.yaml"), "'rating' is no type of event"),
        (changed("--map", "role.yaml"), "'anotator' is no role (did you mean `annotator`?); write user, annotator or"),
        (changed("--map", "alias.yaml"), "alias.yaml: aliases"),
        (changed("--map", "twice.yaml"), "twice.yaml:2: the key `types` stands twice"),
        (changed("--map", "deep.yaml"), "deep.yaml"),
        (changed("--map", "list.yaml"), "must be a mapping"),
        ([*whole, "--consent", "scope.jsonl"], "scope.jsonl:1"),
        ([*whole, "--consent", "scope.jsonl"], 'label, text, train, retrieve; `scope` is ["all"]'),
        ([*whole, "--consent", "until.jsonl"], 'until.jsonl:2: `consent.until` is no date such as 2027-12-31: "soon"'),
        ([*whole, "--consent", "list.yaml"], "list.yaml:1: not a line of JSON: "),
        (changed("--map", "open.yaml"), "open.yaml:2: not YAML: "),
    ):
        refused = corpuskit("events", "log.jsonl", *arguments)
        assert refused.returncode == 2, (arguments, refused.stderr)
        assert said in refused.stderr.decode() and b"Traceback" not in refused.stderr and not refused.stdout


def test_nobody_finds_out_who_it_was_without_the_key(corpuskit: Run, tmp_path: Path) -> None:
    people = [f"person{number}@example.org" for number in range(100)]
    prepare(tmp_path, [RATED | {"id": number, "user": person} for number, person in enumerate(people)])
    acme = [event["metadata"]["actor"] for event in events(corpuskit)]
    birch = [event["metadata"]["actor"] for event in events(corpuskit, tenant="birch")]
    assert len({*acme, *birch}) == 200, "the same person has another pseudonym at another tenant, even under one key"
    assert acme == [event["metadata"]["actor"] for event in events(corpuskit)]

    import hashlib

    found = 0
    for number in range(10_000):
        name = f"person{number}@example.org".encode()
        for digest in (hashlib.sha256, hashlib.md5, hashlib.sha1):
            found += digest(name).hexdigest()[:32] in acme
    assert not found


SNAPSHOT = {
    "q": {"id": "q", "parentId": None, "role": "user", "content": "Where?"},
    "a": {"id": "a", "parentId": "q", "role": "assistant", "content": "Here."},
    "b": {"id": "b", "parentId": "q", "role": "assistant", "content": "There."},
}
THUMB = {
    "id": "f1",
    "user_id": "u1",
    "type": "rating",
    "data": {"rating": -1, "model_id": "m-1", "reason": "", "comment": "write to ann@example.org"},
    "meta": {"message_id": "b", "chat_id": "c"},
    "snapshot": {"chat": {"title": "T"}, "history": {"messages": SNAPSHOT, "currentId": "b"}},
    "created_at": 1704067200,
}
TASK = {
    "id": 7,
    "data": {"text": "Good shoes."},
    "annotations": [
        {
            "id": 1,
            "completed_by": {"id": 3, "email": "ann@example.org"},
            "created_at": "2024-05-15T12:00:00Z",
            "result": [
                {"type": "choices", "from_name": "tone", "to_name": "text", "value": {"choices": ["Positive"]}},
                {"type": "labels", "from_name": "spans", "value": {"start": 0, "end": 3}},
            ],
        },
        {"id": 2, "completed_by": 4, "was_cancelled": True, "created_at": "2024-05-15T12:00:00Z", "result": []},
    ],
}
ANSWERED = {
    "id": "r1",
    "updated_at": "2025-01-01T00:00:00",
    "fields": {"prompt": "Where?", "response": "Here."},
    "responses": {
        "useful": [{"user_id": "u1", "value": 4, "status": "submitted"}],
        "tone": [{"user_id": "u1", "value": "kind", "status": "draft"}],
    },
}
BY_PERSON = {**ANSWERED, "responses": [{"user_id": "u2", "values": {"tone": {"value": "kind"}}, "status": "submitted"}]}
TICKET = {
    "id": 35,
    "status": "solved",
    "updated_at": "2025-01-01T00:00:00Z",
    "requester_id": 9,
    "subject": "Late",
    "description": "It came late.",
    "satisfaction_rating": {"score": "good", "comment": "write to ann@example.org"},
}
TREE = {
    "prompt": {
        "message_id": "p",
        "role": "prompter",
        "text": "Where?",
        "replies": [
            {"message_id": "x", "role": "assistant", "text": "Here.", "rank": 1, "replies": []},
            {"message_id": "y", "role": "assistant", "text": "On the left.", "rank": 0, "replies": []},
        ],
    }
}
SHOWN = {"user": 1, "seq": 4, "ts": "2022-08-08T16:05:28.904Z", "prompt_tail": "x = ", "suggestion": "1"}


@pytest.mark.parametrize(
    ("format_name", "records", "found", "dropped"),
    [
        ("openwebui", [THUMB, THUMB | {"type": "comment"}], [("rate", 1, ["user", "assistant"])], {"no-rating": 1}),
        (
            "labelstudio",
            [TASK, TASK | {"annotations": []}],
            [("label", {"tone": "Positive"}, ["user"]), ("label", None, ["user"])],
            {"no-label": 1, "no-annotation": 1},
        ),
        (
            "argilla",
            [ANSWERED, BY_PERSON, ANSWERED | {"responses": []}],
            [("rate", 4, ["user", "assistant"]), ("label", {"tone": "kind"}, ["user", "assistant"])],
            {"draft": 1, "no-response": 1},
        ),
        ("oasst", [TREE], [("choose", 1, ["user", "chosen", "rejected"])], {}),
        (
            "zendesk",
            [TICKET],
            [("outcome", {"status": "solved", "type": None, "priority": None, "csat": "good"}, ["user"])],
            {},
        ),
        (
            "copilot",
            [
                SHOWN | {"event": "Shown"},
                SHOWN | {"event": "Replay", "seq": 5},
                SHOWN | {"event": "Accepted", "seq": 6, "edit_share": [0, 0.3]},
                SHOWN | {"event": "Rejected", "seq": 7},
            ],
            [("accept", 0.3, ["user", "assistant"]), ("reject", None, ["user", "assistant"])],
            {"replay": 1, "shown": 1},
        ),
    ],
)
@pytest.mark.parametrize("is_array", [False, True])
def test_the_logs_of_other_tools(
    corpuskit: Run,
    tmp_path: Path,
    format_name: str,
    records: list[dict[str, Any]],
    found: list[tuple[str, Any, list[str]]],
    dropped: dict[str, int],
    is_array: bool,
) -> None:
    prepare(tmp_path, [])
    name = "log.json" if is_array else "log.jsonl"
    (tmp_path / name).write_text(json.dumps(records) if is_array else "\n".join(map(json.dumps, records)))
    done = corpuskit("events", name, "--format", format_name, *ARGUMENTS, "--json")
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [
        (
            document["metadata"]["event"]["type"],
            document["metadata"]["event"].get("value"),
            [turn.role for turn in parse(document["text"])],
        )
        for document in documents
    ] == found
    assert json.loads(done.stderr.splitlines()[-1])["dropped"] == dropped
    assert b"ann@" not in done.stdout


@pytest.mark.parametrize("format_name", ["openwebui", "labelstudio", "argilla", "oasst", "zendesk", "copilot"])
def test_records_of_another_shape_are_rejected(corpuskit: Run, tmp_path: Path, format_name: str) -> None:
    prepare(tmp_path, [])
    odd = [{}, [], 5, {"id": 1, "annotations": [5]}, {"id": 1, "responses": {"a": [5]}}, {"prompt": 3, "status": 4}]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, odd)))
    done = corpuskit("events", "log.jsonl", "--format", format_name, *ARGUMENTS, "--json")
    outcome = json.loads(done.stderr.splitlines()[-1])
    # Where no record could be read at all, the format is likely to be the wrong one.
    assert done.returncode == (2 if outcome["rejected"].get("bad-event") == len(odd) else 0) and outcome["out"] == 0
    assert sum(outcome["dropped"].values()) + sum(outcome["rejected"].values()) == outcome["in"] == len(odd)


def test_a_log_that_is_no_export_of_feedback_is_told_apart_from_one_without_ratings(
    corpuskit: Run, tmp_path: Path
) -> None:
    arguments = ["--format", "openwebui", *ARGUMENTS, "-o", "events.jsonl"]
    prepare(tmp_path, [{"id": number, "conversations": []} for number in range(3)])
    other = corpuskit("events", "log.jsonl", *arguments)
    assert other.returncode == 2 and b"bad-event (`data` is missing or empty)" in other.stderr
    prepare(tmp_path, [{"id": number, "data": {"rating": None}} for number in range(3)])
    unrated = corpuskit("events", "log.jsonl", *arguments)
    assert unrated.returncode == 6 and b"no-rating 3" in unrated.stderr


def test_a_withdrawal_needs_no_consent(corpuskit: Run, tmp_path: Path) -> None:
    prepare(tmp_path, [record(1, "gone", item="all")], [])
    (event,) = events(corpuskit)
    assert "origin" not in event["metadata"], "so that it fits any source of a recipe"
    assert event["text"] == "" and event["metadata"]["event"]["type"] == "withdraw" and event["metadata"]["actor"]


@pytest.mark.parametrize(
    ("name", "format_name", "out", "dropped", "rejected"),
    [
        ("cups_copilot.jsonl.gz", "copilot", 583, {"browsing": 1, "replay": 557, "shown": 608}, {}),
        ("oasst_en_trees.jsonl.gz", "oasst", 234, {}, {}),
        ("labelstudio", "labelstudio", 2, {"no-label": 13}, {"bad-event": 1}),
        ("zendesk/ticket_data.csv", "zendesk", 10, {}, {}),
    ],
)
def test_real_logs(
    corpuskit: Run,
    shared_data: Path,
    tmp_path: Path,
    name: str,
    format_name: str,
    out: int,
    dropped: dict[str, int],
    rejected: dict[str, int],
) -> None:
    prepare(tmp_path, [])
    done = corpuskit("events", str(shared_data / "product" / name), "--format", format_name, *ARGUMENTS, "--json")
    outcome = json.loads(done.stderr.splitlines()[-1])
    assert (outcome["out"], outcome["dropped"], outcome["rejected"]) == (out, dropped, rejected)


def test_workers_read_several_logs_as_one_process_does(corpuskit: Run, tmp_path: Path) -> None:
    prepare(tmp_path, [RATED])
    for number in range(4):
        lines = [json.dumps(RATED | {"id": 100 * number + place, "user": f"u{place}"}) for place in range(50)]
        (tmp_path / f"log{number}.jsonl").write_text("\n".join(lines))
    names = [f"log{number}.jsonl" for number in range(4)]
    one, two = (corpuskit("events", *names, *MAPPED, *ARGUMENTS, "-j", jobs).stdout for jobs in "12")
    assert one == two and one.count(b"\n") == 200


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress, lzma.compress])
def test_a_folder_of_packed_logs_is_read(corpuskit: Run, tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    prepare(tmp_path, [RATED])
    (tmp_path / "logs").mkdir()
    ending = {gzip.compress: "gz", bz2.compress: "bz2", lzma.compress: "xz"}[packed]
    (tmp_path / "logs" / f"day.jsonl.{ending}").write_bytes(packed((tmp_path / "log.jsonl").read_bytes()))
    done = corpuskit("events", "logs", *MAPPED, *ARGUMENTS)
    assert done.returncode == 0 and done.stdout.count(b"\n") == 1, done.stderr


@pytest.mark.parametrize(("role", "left"), [("annotator", 1), ("moderator", 0)])
def test_the_documented_map_makes_labels_of_annotators_votes(
    corpuskit: Run, tmp_path: Path, role: str, left: int
) -> None:
    page = (Path(__file__).parents[2] / "docs/product-data.md").read_text()
    documented = page[page.index("event: {id: n") : page.index("| role | its labels |")].split("```")[0]
    vote = {"n": 1, "at": "2026-10-01T10:00:00Z", "action": "flagged", "comment": {"id": "c1", "text": "Buy it."}}
    votes = [
        vote | {"n": n, "user": {"email": f"rater{n}@example.org"}, "flags": {"spam": 1, "hate": 0}} for n in range(3)
    ]
    prepare(tmp_path, votes)
    (tmp_path / "map.yaml").write_text(documented.replace("role: moderator", f"role: {role}"))
    arguments = ["--format", "map", "--map", "map.yaml", *ARGUMENTS]
    made = corpuskit("events", "log.jsonl", *arguments, "-o", "events.jsonl")
    assert made.returncode == 0, made.stderr
    assert corpuskit("signals", "events.jsonl", "-o", "signals.jsonl").returncode == 0
    labels = corpuskit("aggregate-labels", "signals.jsonl", "--min-posterior", "0.5")
    assert labels.returncode == 0 and bool(labels.stdout) == bool(left), labels.stderr


def test_without_any_consent_the_option_is_named(corpuskit: Run, tmp_path: Path) -> None:
    prepare(tmp_path, [RATED])
    words = [*ARGUMENTS]
    where = words.index("--consent")
    del words[where : where + 2]
    done = corpuskit("events", "log.jsonl", "--format", "map", "--map", "map.yaml", *words)
    assert done.returncode == 0 and b"name it with `--consent FILE`" in done.stderr
    done = corpuskit("events", "log.jsonl", "--format", "map", "--map", "map.yaml", *words, "-o", "out")
    assert done.returncode == 6 and b"name it with `--consent FILE`" in done.stderr
    prepare(tmp_path, [RATED | {"consent": {"scope": ["label"]}}])
    done = corpuskit("events", "log.jsonl", "--format", "map", "--map", "map.yaml", *words)
    assert b"--consent" not in done.stderr
