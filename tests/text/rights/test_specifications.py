"""Each mechanism says what its specification says: our own cases, and those that others wrote from the texts."""

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.text.rights.declared import captured, rights_of, verdicts

AGENT = "User-agent: "
RSL = '<rsl xmlns="https://rslstandard.org/rsl">{}</rsl>'
FREE = '<content url="/"><license><permits type="usage">all</permits><payment type="free"/></license></content>'


def rsl(license_: str, url: str = "/", attributes: str = "") -> dict[str, str]:
    """An RSL file with one licence, and the robots.txt that names it."""
    content = f'<content url="{url}"{attributes}><license>{license_}</license></content>'
    return {"robots": "License: https://example.org/rsl.xml\n", "rsl": RSL.format(content)}


def robots(*lines: str) -> dict[str, str]:
    return {"robots": "\n".join(lines) + "\n"}


HOSTS: list[tuple[str, dict[str, str], str]] = [
    # Named agents.
    ("a listed agent of another company", robots("User-agent: ClaudeBot", "Disallow: /a"), "duu"),
    ("two agents in one group", robots("User-agent: Foo", "User-agent: gptbot", "Disallow: /"), "duu"),
    ("another path", robots("User-agent: GPTBot", "Disallow: /private/"), "uuu"),
    ("the longer rule allows", robots("User-agent: GPTBot", "Disallow: /", "Allow: /a/"), "uuu"),
    ("equal length: allow", robots("User-agent: GPTBot", "Disallow: /a/", "Allow: /a/"), "uuu"),
    ("a pattern", robots("User-agent: GPTBot", "Disallow: /*.html$"), "duu"),
    ("a misspelling", robots("Useragent: GPTBot", "Dissallow: /"), "duu"),
    ("no colon", robots("User-agent GPTBot", "Disallow /"), "duu"),
    ("an agent that no file of ours lists", robots("User-agent: Foobot", "Disallow: /"), "uuu"),
    ("all but ours", robots("User-agent: *", "Disallow: /", "", "User-agent: CCBot", "Disallow: /x"), "uuu"),
    ("a name that only begins as ours", robots("User-agent: CCBotanist", "Disallow: /"), "uuu"),
    ("for an assistant", robots("User-agent: Claude-User", "Disallow: /"), "uuu"),
    # Usage tokens.
    ("the token, all", robots("User-agent: __usage_ai-training", "Disallow: /"), "duu"),
    ("the token, allowed", robots("User-agent: __usage_ai-training", "Allow: /"), "auu"),
    ("another token is kept", robots("User-agent: __usage_ai-music", "Disallow: /"), "uuu"),
    # AI preferences.
    ("with a path that does not match", robots("User-agent: *", "Content-Usage: /b train-ai=n"), "uuu"),
    ("a wildcard path", robots("User-agent: *", "Content-Usage: /*.html train-ai=n, search=y"), "dua"),
    (
        "longest path takes all categories",
        robots("User-agent: *", "Content-Usage: search=n", "Content-Usage: /a train-ai=y"),
        "auu",
    ),
    (
        "a path alone says nothing",
        robots("User-agent: *", "Content-Usage: train-ai=n", "Content-Usage: /a/b.html"),
        "duu",
    ),
    ("broken", robots("User-agent: *", "Content-Usage: train-ai=n search=y"), "uuu"),
    # Content Signals.
    ("all three", robots("User-agent: *", "Content-Signal: ai-train=no,ai-input=no,search=no"), "ddd"),
    ("in another letter case", robots("User-agent: *", "content-signal: AI-Train = No"), "duu"),
    ("with a path", robots("User-agent: *", "Content-Signal: /b/ ai-train=no"), "uuu"),
    ("nothing may be stored", robots("User-agent: *", "Content-Signal: use=immediate"), "dud"),
    ("a reference", robots("User-agent: *", "Content-Signal: use=reference"), "uuu"),
    ("twice", robots("User-agent: *", "Content-Signal: ai-input=yes", "Content-Signal: ai-input=no"), "udu"),
    # TDMRep.
    ("reserved", {"tdmrep": '[{"location":"/","tdm-reservation":1}]'}, "ddu"),
    (
        "the first that matches",
        {"tdmrep": '[{"location":"/a/*","tdm-reservation":0},{"location":"/","tdm-reservation":1}]'},
        "aau",
    ),
    ("no match", {"tdmrep": '[{"location":"/x","tdm-reservation":1}]'}, "uuu"),
    ("a string reserves", {"tdmrep": '[{"location":"/","tdm-reservation":"1"}]'}, "ddu"),
    ("a string does not permit", {"tdmrep": '[{"location":"/","tdm-reservation":"0"}]'}, "uuu"),
    ("one bad entry costs all permissions", {"tdmrep": '[{"location":"/","tdm-reservation":0},{"location":3}]'}, "uuu"),
    ("and no restriction", {"tdmrep": '[{"location":"/x"},{"location":"/a","tdm-reservation":1}]'}, "ddu"),
    ("broken JSON", {"tdmrep": '[{"location": "/", "tdm-reservation": 1,}]'}, "ddu"),
    ("broken JSON does not permit", {"tdmrep": '[{"location": "/", "tdm-reservation": 0,}]'}, "uuu"),
    ("deep nonsense", {"tdmrep": "[" * 100_000}, "uuu"),
    # RSL.
    ("free for all", rsl('<permits type="usage">all</permits><payment type="free"/>'), "aaa"),
    ("no payment is asked for", rsl('<permits type="usage">ai-input, search</permits>'), "uaa"),
    ("for attribution", rsl('<permits type="usage">ai-all</permits><payment type="attribution"/>'), "uuu"),
    (
        "a licence from a server",
        rsl('<permits type="usage">ai-train</permits>', attributes=' server="https://l.example"'),
        "duu",
    ),
    ("payment for whatever", rsl('<payment type="subscription"/>'), "ddd"),
    ("for some users", rsl('<permits type="usage">all</permits><permits type="user">non-commercial</permits>'), "uuu"),
    ("upside down", rsl('<permits type="ai-train">no</permits><permits type="search">yes</permits>'), "duu"),
    ("an element of their own", rsl('<permits type="usage">all</permits><attribution required="true"/>'), "uuu"),
    ("another host", rsl('<prohibits type="usage">all</prohibits>', "https://other.example/"), "uuu"),
    ("the host with www", rsl('<prohibits type="usage">all</prohibits>', "https://www.example.org/"), "ddd"),
    ("no namespace", {"robots": "License: /rsl.xml", "rsl": FREE.join(("<rsl>", "</rsl>"))}, "uuu"),
    ("nobody names the file", {"rsl": RSL.format(FREE)}, "uuu"),
    ("a relative name", {"robots": "License: /rsl.xml", "rsl": RSL.format(FREE)}, "aaa"),
    (
        "cut",
        {"robots": "License: /rsl.xml", "rsl": RSL.format(FREE)[:-6] + '<prohibits type="usage">ai-train</prohibits>'},
        "duu",
    ),
    ("an entity", {"rsl": '<!DOCTYPE r [<!ENTITY a "x">]><rsl><prohibits type="usage">all</prohibits></rsl>'}, "uuu"),
    # ai.txt.
    ("training denied", {"ai-txt": "Training: deny\n"}, "duu"),
    ("allowed by an informal file", {"ai-txt": "Training: allow\n"}, "uuu"),
    ("a path", {"ai-txt": "Training: conditional\nTraining-Deny: /a\n"}, "duu"),
    ("Spawning's form", {"ai-txt": "User-Agent: *\nDisallow: /\n"}, "duu"),
    ("only media", {"ai-txt": "User-Agent: *\nDisallow: *.jpg\n"}, "uuu"),
    # A licence is none of these.
    ("a licence file", {"license": "SPDX-License-Identifier: MIT\n"}, "uuu"),
]

PAGES: list[tuple[str, list[tuple[str, str]], str, str]] = [
    ("no training", [("x-robots-tag", "noai")], "", "duu"),
    ("of images", [("x-robots-tag", "noimageai")], "", "uuu"),
    ("among others", [("x-robots-tag", "noindex, noai")], "", "dud"),
    ("to one agent, then to another", [("x-robots-tag", "googlebot: noindex, CCBot: noai")], "", "duu"),
    ("to nobody we list", [("x-robots-tag", "foobot: noai")], "", "uuu"),
    ("a rule with a colon", [("x-robots-tag", "unavailable_after: 25 Jun 2030, noai")], "", "duu"),
    ("to all, spelled out", [("x-robots-tag", "*: noai")], "", "duu"),
    ("none", [], '<meta name="robots" content="none">', "uud"),
    ("to an agent", [], '<meta name="GPTBot" content="noai">', "duu"),
    ("in a script", [], '<script>"<meta name=robots content=noai>"</script>', "uuu"),
    ("behind a script", [], "<script>if (a < b) c()</script><META CONTENT=NOAI NAME=ROBOTS>", "duu"),
    ("references", [], '<meta name="robots" content="no&#97;i">', "uuu"),
    ("single quotes, odd space", [], "<meta\n name = 'robots'\tcontent = ' NoAI , nofollow '/>", "duu"),
    ("header", [("tdm-reservation", "0")], "", "aau"),
    ("meta over header, either way", [("tdm-reservation", "1")], '<meta name="tdm-reservation" content="0">', "aau"),
    ("a wrong value resets nothing", [("tdm-reservation", "1")], '<meta name="tdm-reservation" content="?">', "ddu"),
    ("preferences in two lines", [("content-usage", "search=n"), ("content-usage", "train-ai=y")], "", "aud"),
    ("signals", [("content-signal", "ai-input=no")], "", "udu"),
    ("a licence", [("link", '<https://example.org/l>; rel="license"')], "", "uuu"),
    ("RSL in the page", [], f'<script type="application/rsl+xml">{RSL.format(FREE)}</script>', "aaa"),
    ("not in the body's text", [], "<body><p>&lt;meta name=robots content=noai&gt;</p>", "uuu"),
]


@pytest.mark.parametrize(("name", "files", "expected"), HOSTS, ids=[name for name, *_ in HOSTS])
def test_what_a_host_declares(name: str, files: dict[str, str], expected: str) -> None:
    del name
    rights = rights_of(files)
    assert verdicts(rights) == expected, rights


@pytest.mark.parametrize(("name", "headers", "html", "expected"), PAGES, ids=[name for name, *_ in PAGES])
def test_what_a_page_declares(name: str, headers: list[tuple[str, str]], html: str, expected: str) -> None:
    del name
    rights = rights_of(headers=headers, html=html)
    assert verdicts(rights) == expected, rights


def test_tdmrep_goes_from_the_file_to_the_header_to_the_page() -> None:
    """All 27 combinations: the last place that says something decides, and silence resets nothing."""
    values = {None: "", 0: "aau", 1: "ddu"}
    for in_file in values:
        for in_header in values:
            for in_page in values:
                files = {} if in_file is None else {"tdmrep": f'[{{"location":"/","tdm-reservation":{in_file}}}]'}
                headers = [] if in_header is None else [("tdm-reservation", str(in_header))]
                html = "" if in_page is None else f'<meta name="tdm-reservation" content="{in_page}">'
                last = next((value for value in (in_page, in_header, in_file) if value is not None), None)
                rights = rights_of(files, headers, html)
                assert verdicts(rights) == (values[last] or "uuu"), (in_file, in_header, in_page)


def test_the_most_restrictive_counts_and_all_is_on_record() -> None:
    files = {
        **robots("User-agent: *", "Content-Signal: search=yes, ai-train=yes"),
        "tdmrep": '[{"location":"/a","tdm-reservation":1}]',
    }
    rights = rights_of(files, [("x-robots-tag", "noindex")])
    assert verdicts(rights) == "ddd"
    assert {entry["mechanism"] for entry in rights["evidence"]} == {"content-signal", "tdmrep", "noai"}
    signal = next(entry for entry in rights["evidence"] if entry["mechanism"] == "content-signal")
    assert signal == {
        "mechanism": "content-signal",
        "raw": "Content-Signal: search=yes, ai-train=yes",
        "where": "https://example.org/robots.txt:2",
        "train": "allowed",
        "search": "allowed",
    }


def test_raw_lines_are_kept_as_they_are_written() -> None:
    files = robots("user-AGENT:GPTbot  # that one", "  disallow :/a   # all of it", "CONTENT-SIGNAL:ai-train = maybe")
    (rule,) = [entry for entry in rights_of(files)["evidence"] if entry["mechanism"] == "robots"]
    assert rule["raw"] == "User-agent: GPTBot\ndisallow :/a   # all of it" and rule["where"].endswith(":2")


OLD, NEW = ["2020-01-01T00:00:00Z"] * 2, ["2026-01-01T00:00:00Z"] * 2
OPEN, CLOSED = "User-agent: *\nAllow: /\n", "User-agent: CCBot\nDisallow: /\n"


@pytest.mark.parametrize(
    ("before", "now", "profile", "crawled", "expected"),
    [
        (OPEN, CLOSED, "at-crawl", "2021-05-05T00:00:00Z", "u"),
        (OPEN, CLOSED, "opt-out-now", "2021-05-05T00:00:00Z", "d"),
        (OPEN, CLOSED, "at-crawl", "2026-01-01T00:00:00+00:00", "d"),
        (CLOSED, OPEN, "at-crawl", "2021-05-05T00:00:00Z", "d"),
        (CLOSED, OPEN, "opt-out-now", "2021-05-05T00:00:00Z", "d"),
        (CLOSED, OPEN, "opt-out-now", "2026-05-05T00:00:00Z", "u"),
        (CLOSED, OPEN, "at-crawl", "2019-01-01T00:00:00Z", "d"),
        (CLOSED, OPEN, "opt-out-now", "", "u"),
        (CLOSED, OPEN, "opt-out-now", "yesterday", "u"),
    ],
)
def test_a_profile_says_which_captures_count(before: str, now: str, profile: str, crawled: str, expected: str) -> None:
    rows = {"example.org": [captured("robots", before, OLD), captured("robots", now, NEW)]}
    assert rights_of(rows=rows, profile=profile, crawl_date=crawled)["train"][0] == expected


def test_a_redirected_robots_txt_is_that_of_the_other_host() -> None:
    rows = {
        "example.org": [
            captured("redirect", "https://www.example.org/robots.txt", url="http://example.org/robots.txt")
        ],
        "www.example.org": [
            captured("redirect", "https://b.example/robots.txt", url="http://www.example.org/robots.txt")
        ],
        "b.example": [
            captured("robots", CLOSED, url="https://b.example/robots.txt"),
            captured("redirect", "https://example.org/robots.txt", url="http://b.example/robots.txt"),
        ],
    }
    rights = rights_of(rows=rows)
    assert rights["train"] == "disallowed" and rights["evidence"][0]["where"] == "https://b.example/robots.txt:2"


def test_a_licence_on_another_host_counts_where_robots_txt_names_it() -> None:
    file = RSL.format('<content url="/"><license><prohibits type="usage">ai-train</prohibits></license></content>')
    rows = {
        "example.org": [captured("robots", "License: https://licenses.example/a.xml\n")],
        "licenses.example": [
            captured("rsl", file, url="https://licenses.example/a.xml"),
            captured("rsl", RSL.format(FREE), url="https://licenses.example/b.xml"),
        ],
    }
    assert verdicts(rights_of(rows=rows)) == "duu"


def test_the_cases_from_the_specifications(shared_data: Path) -> None:
    names = {"robots": "robots", "well-known/tdmrep.json": "tdmrep", "rsl": "rsl"}
    with gzip.open(shared_data / "rights" / "cases.jsonl.gz") as lines:
        cases = [json.loads(line) for line in lines]
    assert len(cases) >= 74
    for case in cases:
        given: dict[str, Any] = case["given"]
        assert set(given) <= {*names, "header", "html"}
        values = [(name, value) for name, value in given.get("header", {}).items()]
        headers = [(name, one) for name, value in values for one in (value if isinstance(value, list) else [value])]
        files = {kind: given[name] for name, kind in names.items() if name in given}
        rights = rights_of(files, headers, given.get("html", ""), case["url"], case["agent"])
        assert {use: rights[use] for use in case["expect"]} == case["expect"], case["id"]


def test_real_declarations(shared_data: Path) -> None:
    """No malformed file permits anything, and each restriction is found; which files state one was read by eye."""
    restricting = {
        "tdmrep": ("Debats", "mattin89", "moxiespirit", "vieanderes", "Jack5079"),
        "rsl": ("IreneBurresi", "BolsaClick", "wheelerhubbell", "Peiush", "NadirL05"),
        "robots": ("DavidJKTofan", "koji", "maiksensi", "sireneum-designs"),
    }
    malformed = ("mattin89", "moxiespirit", "OR13", "BolsaClick", "usmankhan045")
    with gzip.open(shared_data / "rights" / "real_declarations.jsonl.gz") as lines:
        rows = [json.loads(line) for line in lines]
    assert len(rows) == 18
    for row in rows:
        owner, text = row["repo"].partition("/")[0], row.get("text") or row["content"]
        start = text.partition('url="')[2].partition('"')[0]
        url = start if "://" in start else f"https://example.org{start or '/a'}"
        host = url.split("/")[2]
        files = [captured(row["kind"], text, url=f"https://{host}/file")]
        files += (
            [captured("robots", "License: /file\n", url=f"https://{host}/robots.txt")] if row["kind"] == "rsl" else []
        )
        rights = rights_of(rows={host: files}, url=url)
        uses = {rights[use] for use in ("train", "input", "search")}
        assert ("disallowed" in uses) == (owner in restricting[row["kind"]]), (owner, rights)
        assert owner not in malformed or "allowed" not in uses, (owner, rights)


HOSTILE_FILES = {
    "nested licences": ("rsl", "<rsl>" + "<content url='/a'><license>" * 30_000),
    "whole nested licences": (
        "rsl",
        "<rsl>" + "<content url='/a'><license>" * 15_000 + "</license></content>" * 15_000 + "</rsl>",
    ),
    "many rules": ("rsl", RSL.format("<content url='/*a*b*c'><license><permits/></license></content>" * 15_000)),
    "prohibitions that do not end": ("rsl", "<prohibits" * 100_000),
    "an entity in entities": ("rsl", '<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "&d;&d;">]><rsl>&b;</rsl>'),
    "many entries": ("tdmrep", json.dumps([{"location": "/*a*b*c*d", "tdm-reservation": 1}] * 20_000)),
    "nested objects": ("tdmrep", '{"a":' * 500 + "1" + "}" * 500),
    "many wildcards": ("robots", "User-agent: *\n" + "Disallow: /*a*b*c*d*e*f$\n" * 20_000),
    "many agents": ("robots", "".join(f"User-agent: a{number}\n" for number in range(50_000)) + "Disallow: /"),
    "many signals": ("robots", "User-agent: *\n" + "Content-Signal: ai-train=no\nContent-Usage: train-ai=n\n" * 20_000),
    "long lines": ("ai-txt", "Training: " + "deny " * 200_000),
}


@pytest.mark.parametrize("name", HOSTILE_FILES)
def test_hostile_files_take_little_time(name: str) -> None:
    kind, text = HOSTILE_FILES[name]
    start = time.process_time()
    rights = rights_of({kind: text}, url="https://example.org/" + "a" * 1000)
    assert time.process_time() - start < 10
    assert len(json.dumps(rights)) < 200_000
