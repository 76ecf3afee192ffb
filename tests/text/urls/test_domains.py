"""Lists of domains: what they cover, formats, odd lines, and large lists beside a set."""

import random

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
