"""Lists of domains: what they cover, formats, odd lines, and large lists beside a set."""

import random
import time

import pytest

from corpuskit.text.urls.addresses import address_of
from corpuskit.text.urls.domains import Domains, ListError


def entry(listed: str, url: str) -> str | None:
    return Domains([listed.encode()]).entry_for(address_of(url))


@pytest.mark.parametrize(
    ("listed", "url", "expected"),
    [
        ("example.org", "https://example.org/a", "example.org"),
        ("example.org", "https://a.b.example.org:1", "example.org"),
        ("www.example.org", "https://example.org", "www.example.org"),
        ("WWW.example.org", "https://a.www.example.org", "www.example.org"),
        ("www.example.org", "https://keeper.example.org", None),
        ("example.org", "https://www.example.org", "example.org"),
        ("EXAMPLE.ORG.", "https://www.example.org", "example.org"),
        ("*.example.org # a remark", "https://a.example.org", "example.org"),
        (".example.org\r\n", "https://example.org", "example.org"),
        ("https://www.example.org/", "http://example.org", "www.example.org"),
        ("bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("0.0.0.0 a.example b.example", "https://b.example", "b.example"),
        ("127.0.0.1\ta.example # x", "https://a.example", "a.example"),
        ("::1 a.example", "https://a.example", "a.example"),
        ("127.0.0.1 localhost", "https://localhost", None),
        ("192.0.2.1", "http://0xc0000201/", "192.0.2.1"),
        ("[2001:db8::1]", "http://[2001:DB8::0:1]/", "[2001:db8::1]"),
        ("2.1", "http://192.0.2.1/", None),
        ("test", "https://a.test/", "test"),
        ("# all\n\nexample.org", "https://example.org", "example.org"),
        ("\ufeffexample.org", "https://example.org", "example.org"),
        ("example.org", "https://notexample.org", None),
        ("example.org", "https://example.org.example.net", None),
        ("a.example.org", "https://example.org", None),
        ("example.org", "https://example.org@example.net/", None),
        ("example.org", "https://example.net/?example.org", None),
        ("example.org/lamp/", "https://www.example.org/Lamp?x", "example.org/lamp"),
        ("example.org/lamp", "https://example.org/lamp/a", "example.org/lamp"),
        ("example.org/lamp", "https://example.org/lamps", None),
        ("example.org/lamp", "https://example.org/", None),
        ("", "https://example.org/", None),
        ("example.org", "http:/example.org", "example.org"),
        ("192.0.2.1", "http://[::ffff:192.0.2.1]/", "192.0.2.1"),
        ("[::ffff:192.0.2.1]", "http://192.0.2.1/", "192.0.2.1"),
        ("b.example/path", "https://b.example/%70ath/x", "b.example/path"),
        ("b.example/p%61th", "https://b.example/x/../path/y", "b.example/path"),
        ("b.example/caf%C3%A9", "https://b.example/café", "b.example/café"),
        ("example.org", f"https://{'a.' * 300_000}example.org/", "example.org"),
        ("example.org", f"https://{'a' * 300_000}.example.net/", None),
        ("127.0.0.1 www.example.org\r\n0.0.0.0 a.example\r\n", "https://example.org", "www.example.org"),
        ("127.0.0.1 www.example.org\r\n0.0.0.0 a.example\r\n", "https://b.a.example", "a.example"),
        ("0.0.0.0 localhost.localdomain\n", "https://localhost.localdomain", None),
    ],
)
def test_what_a_list_covers(listed: str, url: str, expected: str | None) -> None:
    assert entry(listed, url) == expected


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        (b"a.example\nnot a domain\n", "2: 'not a domain'"),
        (b"a.example\n\n||b.example^\n", "3: "),
        (b"a.example\n\xff\n", "2: not UTF-8"),
        (b"a" * 9000, "1: a line of over"),
        (b"a.example\n<html>\n", "2: "),
        (b"A.example\nb.example\nc,d\n", "3: "),
    ],
)
def test_lines_that_are_no_domain_are_named(listed: bytes, words: str) -> None:
    with pytest.raises(ListError) as caught:
        Domains([listed[:12], listed[12:]])
    assert str(caught.value).startswith(words)


def test_plain_and_odd_lines_stand_beside_each_other() -> None:
    odd = ["", "# remark", ".dot.example", "end.example.", "www.site.example", "192.0.2.7", "top", "UP.example",
           "p.example/path", "0.0.0.0 hosts.example other.example", "bücher.example", "wwwx.example"]  # fmt: skip
    lines = [line for name in odd for line in ("a.example", name, "b.example")]
    domains = Domains(["\n".join(lines).encode()[start : start + 7] for start in range(0, 600, 7)])
    for url, expected in {
        "a.example": "a.example", "b.example": "b.example", "dot.example": "dot.example", "end.example": "end.example",
        "site.example": "www.site.example", "x.site.example": None, "192.0.2.7": "192.0.2.7", "x.top": "top",
        "up.example": "up.example", "p.example/path/x": "p.example/path", "hosts.example": "hosts.example",
        "other.example": "other.example", "bücher.example": "xn--bcher-kva.example", "remark.example": None,
        "wwwx.example": "wwwx.example",
    }.items():  # fmt: skip
        assert domains.entry_for(address_of(f"https://{url}")) == expected, url


def test_time_is_linear_in_the_labels_of_a_host() -> None:
    domains = Domains([b"example.org\n"])
    before = time.process_time()
    assert domains.entry_for(address_of(f"https://{'a.' * 600_000}example.net/")) is None
    assert time.process_time() - before < 2


def test_a_large_list_is_a_set() -> None:
    choice = random.Random(7)
    names = [f"{choice.getrandbits(30):x}.example" for _ in range(40_000)]
    text = "\n".join(names).encode()
    cuts = sorted(choice.randrange(len(text)) for _ in range(20))
    domains = Domains([text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)])
    listed = set(names)
    assert len(domains) == len(listed)
    others = [f"{choice.getrandbits(30):x}.example" for _ in range(40_000)]
    for name in [*names[::5], *others]:
        found_entry = domains.entry_for(address_of(f"https://{name}/"))
        assert found_entry == (name if name in listed else None)
