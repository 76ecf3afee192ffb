"""Which documents an entry names, and which it must not."""

import hashlib
from typing import Any

import pytest

from corpuskit.core.document import Document, text_hash
from corpuskit.text.takedown.entries import Entry, id_digits
from corpuskit.text.takedown.matching import TakedownMatcher
from corpuskit.text.takedown.reasons import REASONS
from corpuskit.text.urls.addresses import address_of

TEXT = "Any text."


def reason_of(entry: Entry, identifier: str = "d", text: str = TEXT, **metadata: Any) -> str | None:
    finding = TakedownMatcher([Entry("id", "somebody-else"), entry], address_of).find(
        Document(identifier, text, metadata)
    )
    assert finding is None or finding.number == 1
    return finding.reason if finding else None


@pytest.mark.parametrize(
    ("entry", "document", "is_named"),
    [
        (Entry("id", "d"), {}, True),
        (Entry("id", "D"), {}, False),
        (Entry("id", "d", source="web"), {"source": "web"}, True),
        (Entry("id", "d", source="web"), {"source": "wiki"}, False),
        (Entry("id", "d", source="web"), {}, False),
        (Entry("id", "d", source="5"), {"source": 5}, True),
        (Entry("id", "d", tenant="acme"), {"tenant": ["acme"]}, True),
        (Entry("id_prefix", "d", "5"), {"source": 5}, True),
        (Entry("actor", "7"), {"actor": 7}, True),
        (Entry("actor", "u1"), {"actor": ["u0", "u1"]}, True),
        (Entry("url", "https://example.org/a"), {"url": ["https://example.org/b", "https://example.org/a"]}, True),
        (Entry("url", "https://example.org/a"), {"url": {"of": "https://example.org/a"}}, False),
        (Entry("id", "d", tenant="acme"), {"tenant": "acme"}, True),
        (Entry("id", "d", tenant="acme"), {"tenant": "birch"}, False),
        (Entry("id_hash", id_digits("d")), {}, True),
        (Entry("id_hash", id_digits("d")), {"identifier": "e"}, False),
        (Entry("id_hash", id_digits("d"), tenant="acme"), {"tenant": "birch"}, False),
        (Entry("id_prefix", "d", "web"), {"source": "web"}, True),
        (Entry("id_prefix", "d", "web"), {"identifier": "d/7", "source": "web"}, True),
        (Entry("id_prefix", "d/7", "web"), {"identifier": "d", "source": "web"}, False),
        (Entry("id_prefix", "d", "web"), {"source": "wiki"}, False),
        (Entry("id_prefix", "d", "web"), {}, False),
        (Entry("url", "https://example.org/a"), {"url": "http://www.Example.org:80/a/#b"}, True),
        (Entry("url", "example.org/a"), {"url": "https://example.org/a"}, True),
        (Entry("url", "https://example.org/a"), {"url": "https://example.org/a/b"}, False),
        (Entry("url", "https://example.org/a"), {"url": "https://example.org/a?b"}, False),
        (Entry("url", "https://example.org/"), {"url": "https://example.org"}, True),
        (Entry("url", "https://example.org/"), {"url": "mailto:a"}, False),
        (Entry("url", "https://example.org/a"), {"url": "https://example.org:443/a"}, True),
        (Entry("url", "https://example.org/a"), {"url": "http://example.org:0080/a"}, True),
        (Entry("url", "https://example.org:443/a"), {"url": "http://example.org/a"}, True),
        (Entry("url", "example.org:443/a"), {"url": "http://example.org/a"}, True),
        (Entry("url", "https://example.org/a"), {"url": "https://example.org:8443/a"}, False),
        (Entry("url", "https://example.org:8443/a"), {"url": "https://example.org/a"}, False),
        (Entry("url", "https://example.org:8443/a"), {"url": "http://www.example.org:8443/a/"}, True),
        (Entry("url", "https://example.org/a"), {"url": "http://example.org:443/a"}, False),
        (Entry("url", "https://example.org/a"), {"url": "ftp://example.org/a"}, False),
        (Entry("url", "ftp://example.org:21/a"), {"url": "ftp://example.org/a"}, True),
        (Entry("url_prefix", "https://example.org/blog"), {"url": "https://example.org:8443/blog/2"}, False),
        (Entry("url_prefix", "https://example.org:8443/blog"), {"url": "https://www.example.org:8443/blog/2"}, True),
        (Entry("url_prefix", "https://example.org/blog"), {"url": "ftp://example.org/blog/2"}, False),
        (Entry("domain", "example.org"), {"url": "ftp://a.example.org:8443/x"}, True),
        (Entry("url_prefix", "https://example.org/blog/"), {"url": "https://www.example.org/blog/2"}, True),
        (Entry("url_prefix", "https://example.org/blog"), {"url": "https://example.org/blog2"}, True),
        (Entry("url_prefix", "https://example.org/blog/"), {"url": "https://example.org/blog"}, False),
        (Entry("url_prefix", "https://example.org"), {"url": "https://example.org"}, True),
        (Entry("url_prefix", "https://example.org"), {"url": "https://example.organic/"}, False),
        (Entry("url_prefix", "https://example.org/~jane"), {"url": "https://a.example.org/~jane"}, False),
        (Entry("domain", "example.org"), {"url": "https://a.b.example.org/x"}, True),
        (Entry("domain", "example.org"), {"url": "https://example.org./x"}, True),
        (Entry("domain", "example.org"), {"url": "https://notexample.org/x"}, False),
        (Entry("domain", "bücher.example"), {"url": "https://xn--bcher-kva.example/"}, True),
        (Entry("domain", "www.example.org"), {"url": "https://example.org/"}, True),
        (Entry("domain", "www.example.org"), {"url": "https://jane.example.org/"}, False),
        (Entry("actor", "0f1e"), {"actor": "0f1e"}, True),
        (Entry("actor", "0f1e", tenant="acme"), {"actor": "0f1e", "tenant": "birch"}, False),
        (Entry("actor", "0f1e"), {}, False),
        (Entry("tenant", "acme"), {"tenant": "acme"}, True),
        (Entry("tenant", "acme"), {"actor": "acme"}, False),
        (Entry("text_hash", text_hash(TEXT)), {}, True),
        (Entry("text_hash", hashlib.sha256(TEXT.encode()).hexdigest()), {}, True),
        (Entry("text_hash", text_hash(TEXT)), {"text": "Any text"}, False),
        (Entry("text_hash", text_hash(TEXT), tenant="acme"), {}, False),
    ],
)
def test_an_entry_names_what_it_says_and_nothing_else(entry: Entry, document: dict[str, Any], is_named: bool) -> None:
    assert reason_of(entry, **document) == (REASONS[entry.kind] if is_named else None)


@pytest.mark.parametrize(
    ("entry", "metadata", "is_named"),
    [
        (Entry("id", "p"), {"parents": ["a", "p"]}, True),
        (Entry("id", "p"), {"parents": ["a"]}, False),
        (Entry("id", "p"), {"parents": "p"}, True),
        (Entry("id", "p"), {"parents": [["p"], 7, None]}, False),
        (Entry("id_hash", id_digits("p")), {"parents": ["p"]}, True),
        (Entry("id", "True"), {"parents": [True, None, {}, 1.5]}, False),
        (Entry("id", "7"), {"parents": 7}, True),
        (Entry("id", "7"), {"parents": "7"}, True),
        (Entry("id", "7"), {"parents": [7]}, True),
        (Entry("id", "p", source="web"), {"parents": ["p"], "source": "wiki"}, False),
        (Entry("id_prefix", "p", source="web"), {"parents": ["p/7"], "source": "web"}, True),
    ],
)
def test_what_was_made_from_it_is_named_too(entry: Entry, metadata: dict[str, Any], is_named: bool) -> None:
    assert reason_of(entry, **metadata) == ("takedown-parent" if is_named else None)


@pytest.mark.parametrize(
    ("metadata", "extra", "is_named"),
    [
        ({}, {"url": "http://example.org/a"}, True),
        ({"url": "https://example.com/"}, {"url": "https://example.org/a"}, True),
        ({"url": "https://example.org/a"}, {"url": "https://example.com/"}, True),
        ({}, {"url": ["https://example.com/", "https://example.org/a"]}, True),
        ({}, {"uri": "https://example.org/a", "url": {"of": "https://example.org/a"}}, False),
    ],
)
def test_an_address_beside_the_metadata_counts_too(
    metadata: dict[str, Any], extra: dict[str, Any], is_named: bool
) -> None:
    for entry in (Entry("url", "https://example.org/a"), Entry("domain", "example.org")):
        finding = TakedownMatcher([entry], address_of).find(Document("d", "", metadata, extra))
        assert (finding is not None) == is_named


@pytest.mark.parametrize(
    "metadata", [{"url": 7}, {"url": None}, {"tenant": {"acme": 1}}, {"actor": {}}, {"source": []}]
)
def test_odd_metadata_names_nobody(metadata: dict[str, Any]) -> None:
    entries = [Entry("url", "https://example.org/"), Entry("tenant", "acme"), Entry("id_prefix", "x", "web")]
    assert TakedownMatcher(entries, address_of).find(Document("d", "", metadata)) is None


def test_the_first_entry_that_admits_a_document_is_named() -> None:
    entries = [Entry("id", "d", source="wiki"), Entry("id", "d"), Entry("id", "d")]
    finding = TakedownMatcher(entries, address_of).find(Document("d", "", {"source": "web"}))
    assert finding is not None and finding.number == 1
