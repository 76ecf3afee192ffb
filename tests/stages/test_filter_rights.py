"""filter-rights: what declarations disallow is dropped, with the evidence; what travels with a document is read."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Document, Drop, FilterRights, UsageError
from tests.conftest import Run, lines_of
from tests.support.warc import gz, http, record
from tests.text.rights.declared import captured, table_of

URL = "https://example.org/a"
NOAI = {"header": {"x-robots-tag": ["noai"]}}
PROSE = "The harbour lies open to the south, and ships that come in at night are led by two lights on the mole. " * 3


def page(name: str, **metadata: Any) -> Document:
    return Document(name, PROSE, {"url": URL, **metadata})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    robots = "User-agent: GPTBot\nDisallow: /closed\n\nUser-agent: *\nContent-Signal: search=yes\n"
    return table_of({"example.org": [captured("robots", robots)]}, tmp_path / "rights.jsonl.zst")


def test_a_drop_names_the_declaration(table: Path) -> None:
    outcome = FilterRights(use="train", table=table).apply(page("a", url="https://example.org/closed/b"))
    assert isinstance(outcome, Drop) and outcome.reason == "rights-disallowed"
    assert outcome.values == {
        "use": "train",
        "mechanism": "robots",
        "raw": "User-agent: GPTBot\nDisallow: /closed",
        "where": "https://example.org/robots.txt:2",
        "train": "disallowed",
    }


def test_each_use_and_profile_lets_pass_what_it_may(table: Path) -> None:
    urls = ("https://example.org/closed", "https://example.org/b", "https://b.example/")

    def passing(**options: Any) -> str:
        step = FilterRights(table=table, **options)
        return "".join("-+"[isinstance(step.apply(each), Document)] for each in (page("a", url=url) for url in urls))

    assert passing(use="train") == passing(use="train", profile="at-crawl") == "-++"
    assert passing(use="train", profile="opt-in") == passing(use="input", profile="opt-in") == "---"
    assert passing(use="search", profile="opt-in") == "++-"
    assert passing(use="input") == "+++"
    assert passing(use="train", annotate=True) == passing(use="train", profile="opt-in", annotate=True) == "+++"


def test_rights_take_the_place_of_declarations() -> None:
    step = FilterRights(use="train", annotate=True)
    before = page("a", declarations=NOAI, title="T")
    after = step.apply(before)
    assert isinstance(after, Document)
    assert before.metadata["declarations"] == NOAI, "the document that came in stays as it is"
    assert "declarations" not in after.metadata and after.metadata["title"] == "T"
    evidence = {"mechanism": "noai", "raw": "X-Robots-Tag: noai", "where": "HTTP header", "train": "disallowed"}
    assert after.metadata["rights"] == {
        "train": "disallowed", "input": "unknown", "search": "unknown", "evidence": [evidence]
    }  # fmt: skip
    assert after.text == before.text


def test_a_second_run_with_another_table_only_adds(table: Path) -> None:
    first = FilterRights(use="search", annotate=True).apply(page("a", declarations=NOAI))
    assert isinstance(first, Document)
    second = FilterRights(use="search", table=table, annotate=True).apply(first)
    assert isinstance(second, Document)
    assert second.metadata["rights"]["train"] == "disallowed" and second.metadata["rights"]["search"] == "allowed"
    assert FilterRights(use="search", table=table, annotate=True).apply(second) == second


@pytest.mark.parametrize(
    ("rights", "train"),
    [
        ({"train": "disallowed"}, "disallowed"),
        ({"train": "allowed"}, "unknown"),
        ({"train": "yes"}, "unknown"),
        ({"evidence": [{"mechanism": "tdmrep", "raw": "", "where": "x", "train": "disallowed"}]}, "disallowed"),
        ({"evidence": [3, {}, {"mechanism": 1}], "train": ["allowed"]}, "unknown"),
        ("disallowed", "unknown"),
    ],
)
def test_what_others_wrote_into_rights_is_believed_as_far_as_it_is_clear(rights: Any, train: str) -> None:
    outcome = FilterRights(use="train", annotate=True).apply(page("a", rights=rights))
    assert isinstance(outcome, Document) and outcome.metadata["rights"]["train"] == train


@pytest.mark.parametrize(
    "odd", [None, 7, [], "noai", {"header": 1}, {"meta": {"robots": 3}}, {"of": [1, {}]}, {"x": {}}]
)
def test_odd_declarations_and_addresses_do_no_harm(odd: Any, table: Path) -> None:
    step = FilterRights(use="train", table=table)
    for url in (
        None,
        3,
        "",
        "mailto:a@example.org",
        "https://[",
        "https://example.org:x/",
        "https://exämple.org/ä",
        "//x",
    ):
        assert isinstance(
            step.apply(Document("a", "x", {"url": url, "declarations": odd, "crawl_date": odd})), Document
        )


def test_a_link_to_a_licence_names_the_licence_of_a_document_without_one() -> None:
    step = FilterRights(use="train")
    by, zero = "https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/publicdomain/zero/1.0/"
    cases = [
        ({"link": {"license": [by]}}, "CC-BY-4.0"),
        ({"link": {"license": [by, by + "deed.en"]}}, "CC-BY-4.0"),
        ({"link": {"license": [by, zero]}}, None),
        ({"link": {"license": ["/terms"]}}, None),
        ({"header": {"link": [f'<{zero}>; rel="license", <https://example.org/a>; rel="next"']}}, "CC0-1.0"),
        ({"header": {"link": [f'<{zero}>; rel="next"']}}, None),
        ({"link": {"license": ["https://spdx.org/licenses/MIT.html"]}}, "MIT"),
        ({"link": {"license": ["https://creativecommons.org/licenses/by-nd-nc/9.9/"]}}, None),
    ]
    for declarations, expected in cases:
        outcome = step.apply(page("a", declarations=declarations))
        assert isinstance(outcome, Document) and outcome.metadata.get("license") == expected, declarations
        assert outcome.metadata["rights"]["train"] == "unknown", "a licence does not speak of training"
    tagged = step.apply(page("a", declarations=cases[0][0], license="LicenseRef-crawl"))
    assert isinstance(tagged, Document) and tagged.metadata["license"] == "LicenseRef-crawl"


def test_headers_and_heads_travel_from_the_archive_through_extract(tmp_path: Path, shell: Run) -> None:
    """Wherever the filter stands, it comes to the same verdicts."""
    body = f"<html><head><title>T</title>%s</head><body><article><p>{PROSE}</p></article></body></html>"
    meta = '<meta name="tdm-reservation" content="1">'
    by = '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'
    fields = "Content-Type: text/html\r\n{}"
    blocks = [
        http((body % "").encode(), fields.format("X-Robots-Tag: noarchive\r\nX-Robots-Tag: GPTBot: noai")),
        http((body % meta).encode(), fields.format("TDM-Reservation: 0")),
        http((body % by).encode(), fields.format("Content-Usage: train-ai=y")),
        http((body % "").encode(), fields.format("X-Robots-Tag: noarchive")),
    ]
    (tmp_path / "crawl.warc.gz").write_bytes(gz([record(number, block) for number, block in enumerate(blocks)]))
    rights = "corpuskit filter-rights --use train --annotate --quiet"
    orders = [f"{rights} | corpuskit extract --quiet", f"corpuskit extract --quiet | {rights}"]
    orders.append(f"corpuskit extract --quiet | corpuskit dedup --threshold 1 --quiet | {rights}")
    outputs = []
    for order in orders:
        done = shell(f"corpuskit fetch-warc crawl.warc.gz --quiet | {order}")
        assert done.returncode == 0, done.stderr
        outputs.append([json.loads(line)["metadata"] for line in done.stdout.splitlines()])
    before, behind, behind_dedup = outputs
    assert [each["rights"] for each in before] == [each["rights"] for each in behind]
    assert [each["rights"]["train"] for each in before] == ["disallowed", "disallowed", "allowed", "unknown"]
    assert [each.get("license") for each in before] == [None, None, "CC-BY-4.0", None]
    assert not any("declarations" in each for each in [*before, *behind])
    (survivor,) = behind_dedup
    assert survivor["rights"]["train"] == "disallowed" and survivor["duplicates"]["count"] == 3
    assert {entry["mechanism"] for entry in survivor["rights"]["evidence"]} >= {"noai", "tdmrep", "aipref-header"}


def test_the_summary_and_stats_show_what_a_policy_costs(tmp_path: Path, corpuskit: Run, table: Path) -> None:
    documents = [
        {"id": f"d{number}", "text": "word " * number, "metadata": {"url": f"https://example.org/{path}", **more}}
        for number, (path, more) in enumerate(
            [("closed/a", {}), ("closed/b", {"declarations": NOAI}), ("c", {"declarations": NOAI}), ("d", {})], start=1
        )
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    options = ("filter-rights", "--table", table, "--use", "train", "in.jsonl")
    kept = json.loads(corpuskit(*options, "--json", "-o", "kept").stderr.splitlines()[-1])
    assert kept["dropped"] == {"rights-disallowed": 3}
    assert kept["hits"] == {"noai: disallowed": 2, "nothing: unknown": 1, "robots: disallowed": 2}
    assert corpuskit(*options, "--annotate", "--quiet", "-o", "all").returncode == 0
    for jobs in ("1", "2"):
        picture = json.loads(corpuskit("stats", "all", "--json", "-j", jobs).stdout)["rights"]
        assert picture["train"]["disallowed"] == {
            "documents": 3,
            "tokens": 9,
            "mechanisms": {"noai": {"documents": 2, "tokens": 7}, "robots": {"documents": 2, "tokens": 5}},
        }
        assert picture["train"]["unknown"] == {"documents": 1, "tokens": 5, "mechanisms": {}}
        assert picture["search"]["allowed"]["mechanisms"] == {"content-signal": {"documents": 4, "tokens": 14}}
    people = corpuskit("stats", "all").stdout.decode()
    assert "rights to train\n           3  disallowed: 9 tokens\n               2  by noai: 7 tokens\n" in people
    manifest = json.loads((tmp_path / "all" / "manifest.json").read_bytes())
    assert manifest["steps"][-1]["options"]["table"]["name"] == table.name
    assert {"protego", "http-sf", "aipref-vocab", "usage-tokens", "table:tdmrep"} <= manifest["versions"].keys()


def test_agents_are_data(tmp_path: Path, table: Path) -> None:
    agents = tmp_path / "agents.json"
    agents.write_text('{"crawler": "MyBot", "agents": [{"token": "GPTBot", "uses": []}]}')
    closed = page("a", url="https://example.org/closed")
    assert isinstance(FilterRights(use="train", table=table, agents=agents).apply(closed), Document)
    for wrong in (
        "",
        "[]",
        '{"crawler": "", "agents": []}',
        '{"crawler": "a", "agents": [{"token": "b", "uses": "train"}]}',
    ):
        agents.write_text(wrong)
        with pytest.raises(UsageError, match="no list of agents"):
            FilterRights(use="train", agents=agents)


def test_workers_open_the_table_themselves(table: Path) -> None:
    step = FilterRights(use="train", table=table)
    copy = pickle.loads(pickle.dumps(step))  # noqa: S301 - our own bytes
    assert copy == step and "_reader" not in pickle.dumps(step).decode("latin-1")
    closed = page("a", url="https://example.org/closed")
    assert isinstance(copy.apply(closed), Drop)


def test_a_bad_table_is_told_in_one_line(tmp_path: Path, corpuskit: Run, table: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": "a", "text": "x"}]))
    (tmp_path / "cut.zst").write_bytes(table.read_bytes()[:-9])
    (tmp_path / "text.zst").write_text("User-agent: *\n")
    cases = [
        ("cut.zst", 3, "is damaged"),
        ("text.zst", 2, "is no rights table"),
        ("none.zst", 2, "cannot read"),
        (".", 2, "cannot read"),
    ]
    for name, code, message in cases:
        done = corpuskit("filter-rights", "--use", "train", "--table", name, "in.jsonl")
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (code, b"", 1), done.stderr
        assert message in done.stderr.decode()
