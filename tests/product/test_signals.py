"""Events become signals by one table; later events win, withdrawals take everything out, and nothing is lost."""

import json
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Document, Signals
from corpuskit.core.counts import StepCount
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop, Item, Made
from corpuskit.product.distilling import grouping
from corpuskit.product.distilling.edit_distance import edit_share
from corpuskit.text.turns import Turn, parse, render
from tests.conftest import Run, lines_of
from tests.product.logs import events, prepare, record

CONSENT = {"scope": ["label", "text", "train"]}
ASK, ANSWER = Turn("user", "Where?"), Turn("assistant", "It is here, on the left.")


def event(
    number: int, kind: str, value: Any = None, item: str = "i", turns: tuple[Turn, ...] = (ASK, ANSWER), **fields: Any
) -> Document:
    metadata = {
        "date": f"2026-01-01T00:00:{number:02d}Z",
        "tenant": fields.pop("tenant", "acme"),
        "consent": fields.pop("consent", CONSENT),
        "actor": fields.pop("actor", "a" * 32),
        "event": {"type": kind, "value": value, "item": item, **fields},
    }
    return Document(f"e{number}", render(turns) if turns else "", metadata)


def distilled(*documents: Document, **options: Any) -> tuple[list[tuple[str, Any]], dict[str, str]]:
    """The kinds and values of the signals, and the reason for which each event leaves."""
    items: list[Item] = list(Signals(**options).run(documents))
    made = [item.document for item in items if isinstance(item, Made)]
    reasons = {item.document.id: item.reason for item in items if isinstance(item, Drop)}
    assert len(reasons) == len(documents) == len(items) - len(made)
    for signal in made:
        assert signal.metadata["parents"] and "event" not in signal.metadata
        assert signal.metadata["tenant"] and signal.metadata["consent"]["scope"]
    return [(one.metadata["signal"]["kind"], one.metadata["signal"].get("value")) for one in made], reasons


def edited(after: str, before: str = "It is here, on the left.") -> tuple[Turn, ...]:
    return (ASK, Turn("rejected", before), Turn("chosen", after))


@pytest.mark.parametrize(
    ("given", "signals", "reason"),
    [
        (event(1, "rate", 5), [("unpaired", True)], "distilled"),
        (event(1, "rate", 4), [("unpaired", True)], "distilled"),
        (event(1, "rate", 3), [], "neutral"),
        (event(1, "rate", 2), [("unpaired", False)], "distilled"),
        (event(1, "rate", 5, turns=()), [("label", 5)], "distilled"),
        (event(1, "rate", "good"), [], "no-value"),
        (event(1, "rate", None), [], "no-value"),
        (event(1, "choose", 1, turns=edited("There.")), [("pair", 1)], "distilled"),
        (event(1, "choose", 1), [], "no-pair"),
        (event(1, "edit", turns=edited("It is here, on the left.")), [], "no-change"),
        (
            event(1, "edit", turns=edited("It is here, on the right.")),
            [("pair", 0.16), ("sft", 0.16)],
            "distilled",
        ),
        (event(1, "edit", turns=edited("No.")), [("label", 0.916667)], "distilled"),
        (event(1, "edit", 0.3, turns=()), [("label", 0.3)], "distilled"),
        (event(1, "accept"), [("unpaired", True)], "distilled"),
        (event(1, "accept", 0.1), [("unpaired", True)], "distilled"),
        (event(1, "accept", 0.61), [("unpaired", False)], "distilled"),
        (event(1, "accept", 0.6), [], "edited-without-text"),
        (
            event(1, "accept", 0.3, turns=(ASK, ANSWER, Turn("chosen", "It is there."))),
            [("pair", 0.3), ("sft", 0.3)],
            "distilled",
        ),
        (event(1, "reject"), [("unpaired", False)], "distilled"),
        (event(1, "label", {"spam": 1, "hate": None}), [("label", None)], "distilled"),
        (event(1, "report", "spam"), [("label", "spam")], "distilled"),
        (event(1, "outcome", {"status": "solved"}), [("label", None)], "distilled"),
        (event(1, "dance"), [], "bad-event"),
        (Document("e1", "", {"tenant": "acme", "event": 5}), [], "bad-event"),
        (Document("e1", "no turns", {"tenant": "acme", "event": {"type": "edit", "item": "i"}}), [], "bad-turns"),
    ],
)
def test_the_table(given: Document, signals: list[tuple[str, Any]], reason: str) -> None:
    assert distilled(given) == (signals, {"e1": reason})


def made_of(*documents: Document) -> list[Document]:
    return [item.document for item in Signals().run(documents) if isinstance(item, Made)]


def test_an_edit_is_a_pair_and_an_example() -> None:
    pair, example = made_of(event(1, "edit", turns=edited("It is here, on the right.")))
    assert parse(pair.text) == [ASK, Turn("chosen", "It is here, on the right."), Turn("rejected", ANSWER.body)]
    assert parse(example.text) == [ASK, Turn("assistant", "It is here, on the right.")]
    assert pair.metadata["labels"] == {"edit_share": 0.16}


def test_an_absent_class_stays_null() -> None:
    (label,) = made_of(event(1, "label", {"spam": 0, "hate": None}))
    assert label.metadata["labels"] == {"spam": 0, "hate": None}


def test_a_later_event_replaces_an_earlier_one_whatever_the_order_of_the_log() -> None:
    ratings = [event(1, "rate", 5), event(2, "rate", 1), event(3, "rate", 5, actor="b" * 32)]
    for order in (ratings, ratings[::-1]):
        signals, reasons = distilled(*order)
        assert sorted(signals, key=str) == [("unpaired", False), ("unpaired", True)]
        assert reasons == {"e1": "superseded", "e2": "distilled", "e3": "distilled"}
    votes = [event(n, "label", {"tone": "kind"}, role="annotator", actor=f"{n}" * 32) for n in range(3)]
    assert len(distilled(*votes)[0]) == 3


def test_an_appeal_that_was_upheld_flips_the_label() -> None:
    label = event(1, "label", {"spam": 1, "hate": None, "kind": "ad"}, role="moderator")
    appeal = event(2, "outcome", "appeal-upheld", actor="b" * 32)
    (flipped,) = made_of(label, appeal)
    assert flipped.metadata["labels"] == {"spam": 0, "hate": None, "kind": None}
    assert sorted(flipped.metadata["parents"]) == ["e1", "e2"]
    again = event(3, "label", {"spam": 1, "hate": None, "kind": "ad"}, role="moderator")
    (renewed,) = made_of(label, appeal, again)
    assert renewed.metadata["labels"]["spam"] == 1


def test_two_ratings_of_one_person_for_one_prompt_are_a_pair() -> None:
    other = (ASK, Turn("assistant", "No idea."))
    good, bad = event(1, "rate", 5, "i"), event(2, "rate", 2, "j", turns=other, consent={"scope": ["text", "label"]})
    pair = made_of(good, bad)[-1]
    assert parse(pair.text) == [ASK, Turn("chosen", ANSWER.body), Turn("rejected", "No idea.")]
    assert pair.metadata["signal"]["value"] == 3 and pair.metadata["parents"] == ["e1", "e2"]
    assert pair.metadata["consent"] == {"scope": ["label", "text"]}, "no more than both agreed to"
    for stranger in (
        event(2, "rate", 4, "j", turns=other),
        event(2, "rate", 1, "j", turns=other, actor="b" * 32),
        event(2, "rate", 1, "j", turns=other, tenant="birch"),
    ):
        assert [one.metadata["signal"]["kind"] for one in made_of(good, stranger)] == ["unpaired"] * 2


def test_a_withdrawal_takes_out_everything_of_its_actor() -> None:
    mine, other = event(1, "rate", 5), event(2, "rate", 5, "j", actor="b" * 32)
    elsewhere = event(3, "rate", 5, "k", tenant="birch")
    gone = event(4, "withdraw", item="all", turns=())
    items = list(Signals().run([mine, other, elsewhere, gone]))
    assert [item.document.metadata["parents"] for item in items if isinstance(item, Made)] == [["e2"], ["e3"]]
    drops = {item.document.id: item for item in items if isinstance(item, Drop)}
    assert (drops["e1"].reason, drops["e1"].values, drops["e1"].document.text) == ("withdrawn", {"by": "e4"}, "")
    values = {"tenant": "acme", "actor": "a" * 32, "date": "2026-01-01T00:00:04Z"}
    assert (drops["e4"].reason, drops["e4"].values) == ("withdrawal", values)


def test_the_next_export_holds_nothing_of_those_who_left_and_names_it(corpuskit: Run, tmp_path: Path) -> None:
    people = [f"person{number}@example.org" for number in range(300)]
    given = [
        record(
            number,
            "up",
            value=5,
            item=f"m{number}",
            ask=f"Question {number}?",
            answer="Yes.",
            user=people[number % 300],
        )
        for number in range(900)
    ]
    leaving = people[:3]
    left = [record(1000 + number, "gone", item="all", user=person) for number, person in enumerate(leaving)]
    for name, records in (("before", given), ("after", given + left)):
        prepare(tmp_path, records)
        (tmp_path / "events.jsonl").write_bytes(lines_of(events(corpuskit)))
        done = corpuskit("signals", "events.jsonl", "-o", "signals.jsonl", "--drops", "drops.jsonl")
        assert done.returncode == 0, done.stderr
        assert corpuskit("export", "signals.jsonl", "--audience", "tenant:acme", "-o", name).returncode == 0
    before, after = (
        {
            parent
            for line in corpuskit("files", name, "--quiet").stdout.splitlines()
            for parent in json.loads(line)["metadata"]["parents"]
        }
        for name in ("before", "after")
    )
    gone = {f"acme/{number}" for number in range(900) if people[number % 300] in leaving}
    assert len(before) == 900 and before - after == gone
    drops = [json.loads(line) for line in (tmp_path / "drops.jsonl").read_text().splitlines()]
    assert {drop["id"] for drop in drops if drop["reason"] == "withdrawn"} == gone
    assert sum(drop["reason"] == "withdrawal" for drop in drops) == 3


def test_what_is_no_event_passes_and_the_order_is_that_of_the_items() -> None:
    plain = Document("p", "Plain.")
    given = [event(1, "rate", 5, "b"), plain, event(2, "reject", item="a"), event(3, "rate", 1, "b", actor="c" * 32)]
    out = [item.document if isinstance(item, Made) else item for item in Signals().run(given)]
    ids = [item.id for item in out if isinstance(item, Document)]
    assert ids == ["e1#unpaired", "e3#unpaired", "p", "e2#unpaired"] and plain in out


def test_a_withdrawal_takes_out_signals_of_an_earlier_run_too() -> None:
    (earlier,) = made_of(event(1, "rate", 5))
    other = Document("x", "Hi.", {"tenant": "birch", "actor": "a" * 32})
    items = list(Signals().run([earlier, other, event(2, "withdraw", item="all", turns=())]))
    assert items[1] == other
    assert [(item.document.id, item.reason) for item in items if isinstance(item, Drop)] == [
        ("e1#unpaired", "withdrawn"),
        ("e2", "withdrawal"),
    ]


def test_weights_can_be_given(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "weights.yaml").write_text("rate: 0.25\n")
    (signal,) = [
        item.document
        for item in Signals(tmp_path / "weights.yaml").run([event(1, "rate", 5)])
        if isinstance(item, Made)
    ]
    assert signal.metadata["signal"] == {"kind": "unpaired", "value": True, "weight": 0.25, "item": "i"}
    for text in ("rates: 1", "rate: 2", "rate: much", "- 1"):
        (tmp_path / "weights.yaml").write_text(text)
        refused = corpuskit("signals", "--weights", "weights.yaml", stdin=b"")
        assert refused.returncode == 2 and b"Traceback" not in refused.stderr


def levenshtein(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for number, left in enumerate(one, start=1):
        before, row[0] = row[0], number
        for place, right in enumerate(other, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (left != right))
    return row[-1]


def test_the_share_of_an_edit_is_that_of_the_plain_table() -> None:
    choice = random.Random(5)
    for _ in range(2000):
        one, other = ("".join(choice.choices("abcé", k=choice.randrange(12))) for _ in range(2))
        longer = max(len(one), len(other), 1)
        assert edit_share(one, other) == pytest.approx(levenshtein(one, other) / longer, abs=1e-12)


def test_counts_balance_on_a_real_log(corpuskit: Run, shared_data: Path, tmp_path: Path) -> None:
    prepare(tmp_path, [])
    log = str(shared_data / "product" / "cups_copilot.jsonl.gz")
    arguments = ["--format", "copilot", "--tenant", "acme", "--key", "acme.key", "--consent", "consent.jsonl"]
    made = corpuskit("events", log, *arguments, "-o", "events.jsonl")
    assert made.returncode == 0, made.stderr
    done = corpuskit("signals", "events.jsonl", "-o", "signals.jsonl")
    assert done.returncode == 0, done.stderr
    step = json.loads((tmp_path / "signals.jsonl.manifest.json").read_bytes())["steps"][-1]
    assert step["made"] == step["out"]["documents"] == 155 + 9 + 353
    assert step["dropped"] == {"distilled": 517, "edited-without-text": 66}
    assert StepCount.from_json(step).is_balanced()
    assert corpuskit("verify", "signals.jsonl").returncode == 0
    lines = (tmp_path / "signals.jsonl").read_bytes().splitlines()
    signals = [json.loads(line)["metadata"]["signal"] for line in lines]
    assert sum(signal["value"] is True for signal in signals) == 155


RECIPE = """
policy: {audience: "tenant:acme", pii: required}
sources:
  log:
    from: events
    inputs: [log.jsonl]
    options: {format: map, map: map.yaml, tenant: acme, key: acme.key, consent: consent.jsonl}
    origin: user_model
    steps: [signals, scrub-pii]
"""


def test_a_recipe_distils_a_log_and_heeds_withdrawals(corpuskit: Run, tmp_path: Path) -> None:
    stays, leaves = "bob@example.org", "ann@example.org"
    given = [
        record(n, "up", value=5, item=f"m{n}", ask=f"Is {person} number {n}?", answer="Yes.", user=person)
        for n, person in enumerate([stays, leaves, stays, leaves])
    ]
    prepare(tmp_path, [*given, record(9, "gone", item="all", user=leaves)])
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    for jobs in ("1", "2"):
        done = corpuskit("mix", "recipe.yaml", "-o", f"out{jobs}", "-j", jobs)
        assert done.returncode == 0, done.stderr
        assert corpuskit("verify", f"out{jobs}").returncode == 0
    one, two = (corpuskit("files", f"out{jobs}", "--quiet").stdout for jobs in "12")
    assert one == two
    documents = [json.loads(line) for line in one.splitlines()]
    assert [document["metadata"]["parents"] for document in documents] == [["acme/0"], ["acme/2"]]
    assert b"@example.org" not in one and documents[0]["text"].startswith("<|user|>\nIs {{EMAIL}}")
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace('audience: "tenant:acme", ', ""))
    empty = corpuskit("mix", "recipe.yaml", "-o", "public", "--allow-empty")
    assert empty.returncode == 0 and not corpuskit("files", "public", "--quiet").stdout


def test_only_the_kinds_that_are_named_are_made() -> None:
    edit = event(1, "edit", turns=edited("It is here, on the right."))
    label, rating = event(2, "label", {"spam": 1}, item="j"), event(3, "rate", 5, item="k")
    assert distilled(edit, label, rating, kinds=("sft", "label")) == (
        [("sft", 0.16), ("label", None)],
        {"e1": "distilled", "e2": "distilled", "e3": "other-kind"},
    )
    assert distilled(edit, label, rating, kinds=("pair",))[1] == {
        "e1": "distilled",
        "e2": "other-kind",
        "e3": "other-kind",
    }
    with pytest.raises(UsageError, match="names no kind"):
        Signals(kinds=())


@pytest.mark.parametrize("most_events", [3, 7, 50, 10_000])
def test_groups_come_whole_and_in_the_order_of_their_first_events(
    most_events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "MOST_EVENTS", most_events)
    choice = random.Random(most_events)
    items = [choice.choice(["often", str(choice.randrange(40)), None]) for _ in range(600)]
    documents = [
        Document(f"d{number}", "plain") if item is None else event(number % 60, "label", 1, item, ())
        for number, item in enumerate(items)
    ]
    groups: dict[str, list[bytes]] = {}
    with closing(grouping.EventSpool()) as spool:
        for number, (item, document) in enumerate(zip(items, documents, strict=True)):
            line = f"{number} {item}".encode()
            spool.add(document, line)
            groups.setdefault(f"d{number}" if item is None else f"item {item}", []).append(line)
        expected = [
            lines[start : start + most_events]
            for lines in groups.values()
            for start in range(0, len(lines), most_events)
        ]
        assert list(spool.groups()) == expected


@pytest.mark.slow
def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    from tests.benchmarks.product_signals import run

    line = json.dumps({"id": "ID", "text": "", "metadata": event(1, "label", {"spam": 1}, "ITEM", ()).metadata})
    peaks = []
    for count in (100_000, 1_000_000):
        with (tmp_path / "events.jsonl").open("w") as log:
            for number in range(count):
                log.write(line.replace("ID", f"e{number}", 1).replace("ITEM", f"m{number // 3}", 1) + "\n")
        peaks.append(run(tmp_path, "signals", "events.jsonl", "-o", "signals.jsonl")[1])
    assert peaks[1] < peaks[0] + 12_000_000, peaks


@pytest.mark.parametrize(("command", "wanted"), [("signals", "no events"), ("aggregate-labels", "no votes")])
def test_documents_that_are_nothing_of_it_are_told(corpuskit: Run, command: str, wanted: str) -> None:
    done = corpuskit(command, stdin=b'{"id": "a", "text": "one", "metadata": {}}\n')
    assert done.returncode == 0 and f"among 1 document there are {wanted}; `corpuskit ".encode() in done.stderr
