"""Documents that have the same traits are counted together as they are one by one."""

from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.publish.contents import stated_day
from corpuskit.core.publish.source_totals import Totals, Traits

METADATA: list[dict[str, Any]] = [
    {"source": "web", "origin": "crawl", "license": "MIT", "license_evidence": "footer", "language": "en"},
    {"source": "web", "origin": "crawl", "license": "MIT", "license_evidence": "footer", "language": "en"},
    {"source": "web", "origin": "nonsense", "license": "CC0-1.0", "epoch": 3, "date": "2024-05-06"},
    {"source": "web", "content_type": "text/html", "language": 7, "date": 2020, "epoch": "late"},
    {"source": 'odd "\u00e9\n', "signal": {"kind": "pair"}, "date": "1999"},
    {"source": 'odd "\u00e9\n', "signal": {"kind": "unpaired", "value": True}},
    {"signal": "none", "title": None},
    {},
]


def test_equal_traits_are_counted_together() -> None:
    documents = [
        Document(f"d{number}", "word " * (number * 37), metadata)
        for number, metadata in enumerate(metadata for _ in range(3) for metadata in METADATA)
    ]
    one_by_one, together = Totals(len), Totals(len)
    alike: dict[Traits, list[Document]] = {}
    for document in documents:
        assert one_by_one.add(document) == len(document.text)
        alike.setdefault(Traits.of(document), []).append(document)
    assert len(alike) == len(METADATA) - 1
    for traits, same in alike.items():
        lengths = [len(document.text) for document in same]
        days = [day for document in same if (day := stated_day(document.metadata))]
        together.add_alike(Traits.of_text(traits.as_text()), lengths, lengths, days)
    assert together.parts() == one_by_one.parts()
    assert (together.documents, together.tokens) == (one_by_one.documents, one_by_one.tokens)
    parts = one_by_one.parts()
    assert parts["web"]["mistyped"] == {"date": 3, "epoch": 3, "language": 3, "origin": 3}
    assert parts["web"]["epochs"] == 3 and parts["web"]["html"] == 3
    assert parts['odd "\u00e9\n']["signals"] == {"pair": 3, "unpaired-true": 3}
    assert parts["web"]["contents"]["dates"] == ["2024-05-06", "2024-05-06"]
