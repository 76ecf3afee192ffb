"""Addresses in one spelling: what names the same host is the same, and what is no host is none."""

import time

import pytest

from corpuskit.text.urls.addresses import address_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org", "example.org"),
        ("HTTP://EXAMPLE.Org:8080/A", "example.org"),
        ("//example.org?x=//other.example", "example.org"),
        ("example.org:80/a", "example.org"),
        ("example.org/a@b", "example.org"),
        (" https:\\\\example.org\\a ", "example.org"),
        ("https://exa\nmple.org/", "example.org"),
        ("https://example.org./", "example.org"),
        ("https://a:b@c@example.org:1/", "example.org"),
        ("https://example.org#@other.example/", "example.org"),
        ("ftp://%65xample.org/", "example.org"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://XN--BCHER-KVA.example/", "xn--bcher-kva.example"),
        ("https://ｅxample。org/", "example.org"),
        ("https://192.0.2.1:80/", "192.0.2.1"),
        ("https://3221225985/", "192.0.2.1"),
        ("https://0xC0.0.0x0201/", "192.0.2.1"),
        ("https://0300.0.2.01./", "192.0.2.1"),
        ("https://192.0.2.300/", "192.0.2.300"),
        ("https://1.2.3.4.5/", "1.2.3.4.5"),
        ("https://a.0x/", "a.0x"),
        ("https://[2001:DB8:0:0::1]:443/", "[2001:db8::1]"),
        ("https://[zz]/", "[zz]"),
        ("mailto:keeper@example.org", ""),
        ("urn:isbn:0", ""),
        ("https:///a", "a"),
        ("http:/example.org/a", "example.org"),
        ("https:example.org", "example.org"),
        ("http:\\example.org\\a", "example.org"),
        ("gopher:/example.org", ""),
        ("https://[::ffff:192.0.2.1]/", "192.0.2.1"),
        ("https://[::FFFF:c000:201]/", "192.0.2.1"),
        ("\x00\x1f https://exam\nple.org/ ", "example.org"),
        ("https://example.org:x/", ""),
        ("https://[::1]x/", ""),
        ("example.org:80/a", "example.org"),
        ("keeper@example.org", ""),
        ("a.b c.d", ""),
        ("file:///a", ""),
        ("", ""),
        ("no address", ""),
    ],
)
def test_hosts(url: str, host: str) -> None:
    assert address_of(url).host == host


@pytest.mark.parametrize(
    ("rest", "canonical"),
    [
        ("/%70ath/x", "/path/x"),
        ("/x/../path/./y", "/path/y"),
        ("/x/%2E%2e/path", "/path"),
        ("/../../a/..", "/"),
        ("/a/b/.", "/a/b/"),
        ("/a\\..\\b", "/b"),
        ("/.well-known/a..b/...", "/.well-known/a..b/..."),
        ("/a?x=/../y", "/a?x=/../y"),
        ("/a%2Fb%3f%20%25", "/a%2fb%3f%20%25"),
        ("/caf%C3%89", "/café"),
        ("/caf%E9%41", "/caf%e9%41"),
        ("/%E2%80%83%0a", "/%e2%80%83%0a"),
        ("/a\nb\tc", "/abc"),
        ("", ""),
    ],
)
def test_paths_in_their_one_spelling(rest: str, canonical: str) -> None:
    assert address_of(f"https://example.org{rest}").rest == canonical
    assert address_of(f"https://EXAMPLE.org:443{canonical}").rest == canonical


HOSTILE = [
    *("http://{}b.example/x", "{}@", "{}com:x", "http://{}1", "http:////{}"),
    *("https://x.example/{}", "http://user:{}@x.example/", "//{}"),
]


@pytest.mark.parametrize("address", HOSTILE)
@pytest.mark.parametrize("unit", ["a.", "%61/", "../", ":", "@", "[", "/", "é.", "1.", "\t", "%"])
def test_time_is_linear(address: str, unit: str) -> None:
    before = time.process_time()
    address_of(address.format(unit * 30_000))
    assert time.process_time() - before < 1


def test_what_follows_the_host_and_what_is_never_looked_at() -> None:
    assert address_of("https://keeper:lamp@example.org:1/A?b#c").rest == "/a?b#c"
    assert address_of("example.org").rest == ""
    assert [address_of(f"http://{host}/").is_number for host in ("192.0.2.1", "[::1]", "a1.example", "a.1a")] == [
        True,
        True,
        False,
        False,
    ]
