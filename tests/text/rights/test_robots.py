"""robots.txt: the vectors of Google, the files of real sites beside Protego, and no file that breaks anything."""

import tarfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from corpuskit.text.rights.agents import AgentList
from corpuskit.text.rights.host_files import file_content, robots_for_path
from corpuskit.text.rights.path_rules import address_path
from corpuskit.text.rights.robots_file import RobotsFile, parse_robots
from corpuskit.text.rights.robots_statements import robots_statements
from tests.support.robots_vectors import vectors_in

AGAINST_THE_RFC = {
    # RFC 9309, 2.2.2: octets outside ASCII "MUST be percent-encoded … prior to comparison". The vectors leave that to
    # their caller, and hold a file and an address that differ in it alone for different.
    ("http://foo.bar/foo/bar/ツ", "FooBot"): "percent-encoding of the address",
    # RFC 9309, 2.2.2: "If a percent-encoded ASCII octet is encountered in the URI, it MUST be unencoded prior to
    # comparison"; the vector cites a draft of 2019, and its table has this pair of paths as one.
    ("http://foo.bar/foo/bar/baz", "FooBot"): "percent-encoding of the rule",
    # RFC 9309, 2.2.1: a product token has letters, `_` and `-` alone, so that this agent has none. Agents with digits
    # exist, AI2Bot is one, and we believe a file that names them.
    ("http://example.com/robots.txt", "XYZ123bot"): "an agent with digits",
}


class ReadTwice(NamedTuple):
    """A file, as it is read and as a table has it."""

    robots: RobotsFile
    content: dict[str, Any]

    @classmethod
    def of(cls, text: str) -> "ReadTwice":
        return cls(parse_robots(text), file_content("robots", text))

    def lets(self, agent: str, url: str) -> bool:
        """Whether an agent may fetch an address; both readings say the same."""
        path, agents = address_path(url), AgentList(agent.lower(), {})
        read, stored = (
            [one for one in robots_statements(file, path, agents, "u", "") if one.mechanism == "robots"]
            for file in (self.robots, robots_for_path(self.content, path))
        )
        assert read == stored
        return not read


def may_fetch(text: str, agent: str, url: str) -> bool:
    return ReadTwice.of(text).lets(agent, url)


def test_the_vectors_of_google(shared_data: Path) -> None:
    vectors = list(vectors_in(shared_data / "robots" / "google_spec_test_vectors.tar.xz"))
    wrong = [vector for vector in vectors if may_fetch(vector.robots, vector.agent, vector.url) != vector.allowed]
    assert len(vectors) == 278
    assert {(vector.url, vector.agent) for vector in wrong} == AGAINST_THE_RFC.keys()
    assert len(wrong) == 4


@pytest.mark.slow
def test_real_files_are_read_as_protego_reads_them(shared_data: Path) -> None:
    """But for one thing: Protego takes a group for `Yandex` as one for YandexAdditional, and we take names whole.

    A byte order mark before the first line, which RFC 9309 passes over and Protego does not, is cut off for it.
    """
    agents = ("ccbot", "gptbot", "google-extended", "yandexadditional", "bingbot", "foobot", "ai2bot")
    usual = ("/", "/a/b.html", "/index.html", "/search?q=x", "/wp-admin/a", "/news/2024/05/a-title")
    checks, other_groups = 0, Counter[tuple[str | None, str | None]]()
    for name, text in real_files(shared_data):
        ours, theirs = ReadTwice.of(text), Protego.parse(text.lstrip("\ufeff"))
        values = [rule.value for group in ours.robots.groups for rule in group.rules if rule.value.startswith("/")]
        paths = [*usual, *(value.replace("*", "q").rstrip("$") for value in values[:20])]
        tokens = {agent for group in ours.robots.groups for agent in group.agents}
        for agent in agents:
            own_group = agent if agent in tokens else "*" if "*" in tokens else None
            matched = theirs._get_matching_rule_set(agent)
            if (matched and matched.user_agent) != own_group:
                other_groups[matched and matched.user_agent, own_group] += 1
                continue
            for path in paths:
                if path != "/robots.txt":  # which Protego lets everybody fetch, whatever the file says
                    checks += 1
                    url = f"https://{name.partition('_')[0]}{path}"
                    assert ours.lets(agent, url) == theirs.can_fetch(url, agent), (name, agent, path)
    assert checks > 200_000
    assert other_groups.keys() == {("yandex", "*"), ("google", "*"), ("bing", "*")} and other_groups.total() < 100


def test_no_real_file_breaks_anything(shared_data: Path) -> None:
    count = 0
    for _, text in real_files(shared_data):
        count += 1
        robots = parse_robots(text)
        numbers = [rule.number for group in robots.groups for rule in group.rules]
        lines = text.lstrip("\ufeff\ufffd").splitlines()
        assert all(rule.raw == lines[rule.number - 1].strip() for group in robots.groups for rule in group.rules)
        assert numbers == sorted(numbers)
    assert count == 2127


def real_files(shared_data: Path) -> list[tuple[str, str]]:
    with tarfile.open(shared_data / "robots" / "real_robots_txt.tar.xz") as archive:
        streams = [(member.name, archive.extractfile(member)) for member in archive if member.isfile()]
        return [(name, stream.read().decode("utf-8", "replace")) for name, stream in streams if stream is not None]


FIELDS = st.sampled_from(
    [
        "User-agent",
        "Disallow",
        "Allow",
        "disalow",
        "Content-Usage",
        "Content-Signal",
        "License",
        "Sitemap",
        "Crawl-delay",
    ]
)
VALUES = st.one_of(
    st.sampled_from(["*", "CCBot", "GPTBot/1.0", "/", "/a", "/a*b$", "/*", "/%61", "/ä", "/a/index.html", "", "a b"]),
    st.text(max_size=8),
)
LINES = st.tuples(FIELDS, st.sampled_from([":", ": ", " ", " :\t"]), VALUES).map("".join)
PATHS = st.sampled_from(["/", "/a", "/ab", "/axb", "/b", "/a/", "/%61b", "/ä", "/a/index.html", "/a?b=c", "//a"])


@given(st.lists(LINES, max_size=12), PATHS)
def test_rules_that_cannot_match_are_left_out_without_changing_anything(lines: list[str], path: str) -> None:
    """`may_fetch` compares the two readings; Protego agrees where it takes the same group."""
    text = "\n".join(lines)
    expected = Protego.parse(text)
    tokens = {agent for group in parse_robots(text).groups for agent in group.agents}
    got = may_fetch(text, "ccbot", f"https://example.org{path}")
    matched = expected._get_matching_rule_set("ccbot")
    if "ccbot" in tokens and matched is not None and matched.user_agent == "ccbot" and "License" not in text:
        assert got == expected.can_fetch(f"https://example.org{path}", "ccbot")


@pytest.mark.parametrize(
    "text",
    [
        "\0" * 1000,
        "User-agent: *\n" * 50_000,
        ":" * 5000,
        "User-agent: *\nDisallow: " + "*" * 3000 + "x",
        "a" * 3_000_000,
    ],
)
def test_hostile_files_are_read_in_no_time(text: str) -> None:
    assert may_fetch(text, "ccbot", "https://example.org/" + "a" * 2000)
