"""Patterns of addresses match what the index's own keys do, and their ranges of keys leave nothing out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.errors import UsageError
from corpuskit.formats.common_crawl.url_pattern import UrlPattern


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        (
            "example.org/*",
            ["https://example.org/", "http://www.example.org/A?b=c", "https://EXAMPLE.org:443/x"],
            ["https://news.example.org/", "https://example.org.evil.example/", "https://notexample.org/", "ftp:/x"],
        ),
        (
            "*.example.org",
            ["https://example.org/", "https://a.b.example.org/x", "https://www2.example.org/"],
            ["https://example.orgs/", "https://badexample.org/", "https://example.com/example.org"],
        ),
        (
            "example.org/news/*",
            ["https://example.org/News/1", "https://example.org/news/"],
            ["https://example.org/new"],
        ),
        (
            "example.org/page",
            ["https://www.example.org/page/", "http://example.org/PAGE"],
            ["https://example.org/pages"],
        ),
        (
            "https://example.org/?q=1",
            ["https://example.org/?q=1"],
            ["https://example.org/", "https://example.org/?q=12"],
        ),
        ("example.org:8080/*", ["http://example.org:8080/a"], ["http://example.org/a"]),
        ("bücher.example/*", ["https://xn--bcher-kva.example/a"], ["https://bucher.example/"]),
    ],
)
def test_a_pattern_names_its_addresses(pattern: str, matching: list[str], others: list[str]) -> None:
    parsed = UrlPattern.parse(pattern)
    assert [url for url in matching if not parsed.matches(url)] == []
    assert [url for url in others if parsed.matches(url)] == []


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "/x", "exa mple.org/", "*.example.org/path", "a*b.org/", "example.org/a*b"]
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--url takes"):
        UrlPattern.parse(text)


HOSTS = st.lists(st.text("abz019-_", min_size=1, max_size=4), min_size=1, max_size=4).map(".".join)
PATHS = st.text("abZ019/_.-~%?=", max_size=8)


def key_of(host: str, path: str) -> str:
    """The key that the index has for plain addresses, by its rule: the host's parts turned round, small letters."""
    return ",".join(reversed(host.split("."))) + ")/" + path.lower()


@given(HOSTS, PATHS, st.sampled_from(["{}/*", "*.{}", "{}/{path}", "{}/{path}*"]))
def test_the_range_of_keys_holds_all_that_match(host: str, path: str, form: str) -> None:
    try:
        pattern = UrlPattern.parse(form.format(host, path=path.replace("?", "")))
    except UsageError:
        return
    start, end = pattern.key_range()
    for other in (host, f"sub.{host}", f"{host}x", "a.b"):
        for page in ("", path, f"{path}/more", "zz"):
            plain = page.partition("?")[0]
            if pattern.matches(f"https://{other}/{page}") and not other.startswith("www"):
                assert start <= key_of(other, plain if "%" in plain else page) < end or "%" in page
