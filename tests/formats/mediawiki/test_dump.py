"""Dumps: pages by themselves, so that damage costs no neighbour, and the latest revision of each."""

import bz2
import contextlib
import random
from pathlib import Path

import pytest

from corpuskit.core.document import Reject
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.inputs import Input
from corpuskit.formats.mediawiki import dump as module
from corpuskit.formats.mediawiki.dump import DumpPage, read_pages
from corpuskit.formats.mediawiki.site import Site, site_of
from tests.support.mediawiki import Page, dump, head, page

PAGES = [Page(f"Page {number}", f"Text of page {number} & more.", 0) for number in range(1, 8)]


def read(path: Path, data: bytes) -> tuple[list[DumpPage | Rejected], Input]:
    path.write_bytes(data)
    input_ = Input(path.name, path)
    return list(read_pages(input_)), input_


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_of_a_dump_does_not_matter(tmp_path: Path, encoding: str) -> None:
    pages = [Page("Äpfel", "Größe <b>und</b> Maß: 漢字 𝛼")]
    items, _ = read(tmp_path / "a.xml", dump(pages).decode().encode(encoding))
    assert [(item.title, item.text) for item in items if isinstance(item, DumpPage)] == [
        (pages[0].title, pages[0].text)
    ]


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 100_000])
def test_pages_do_not_depend_on_how_the_stream_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    data = dump([Page("A", "x" * 500, 0, ("first", "second")), *PAGES])
    expected, _ = read(tmp_path / "a.xml", data)
    blocks = [data[start : start + size] for start in range(0, len(data), size)]
    monkeypatch.setattr(Input, "blocks_and_gaps", lambda self: iter(blocks))
    assert list(read_pages(Input("a.xml", tmp_path / "a.xml"))) == expected
    assert len(expected) == 8


def test_of_several_revisions_the_latest_counts_wherever_it_stands(tmp_path: Path) -> None:
    text = page(1, Page("A", "newest", 0, ("oldest", "older")))
    opening, *revisions = text.split("    <revision>")
    last, ending = revisions[-1].split("  </page>")
    turned = opening + "".join("    <revision>" + part for part in (last, *revisions[:-1])) + "  </page>" + ending
    for body in (text, turned):
        ((item,), _) = read(tmp_path / "a.xml", (head() + body + "</mediawiki>").encode())
        assert isinstance(item, DumpPage) and (item.text, item.revision) == ("newest", "102")


def test_a_damaged_page_is_a_reject_and_costs_no_other(tmp_path: Path) -> None:
    data = dump(PAGES)
    for damage in (b"&nbsp;", b"<oops>", b"&#1;", b"</text>", b"<page>"):
        broken = data.replace(b"Text of page 3", b"Text " + damage)
        items, _ = read(tmp_path / "a.xml", broken)
        titles = [item.title for item in items if isinstance(item, DumpPage)]
        rejects = [item for item in items if isinstance(item, Rejected)]
        assert titles == [f"Page {number}" for number in (1, 2, 4, 5, 6, 7)], damage
        assert {item.reason for item in rejects} == {"bad-xml"}, damage
        assert b"Page 3" in rejects[0].raw and rejects[0].offset == data.index(b"<page>\n    <title>Page 3")


def test_a_dump_that_ends_inside_a_page_is_damaged(tmp_path: Path) -> None:
    data = dump(PAGES)
    for cut in (data.index(b"Text of page 5"), data.index(b"</page>", data.index(b"Page 5")) + 3):
        items, input_ = read(tmp_path / "a.xml", data[:cut])
        assert len(items) == 4
        assert [damage.what for damage in input_.damage] == ["the dump ends inside a page"]
    items, input_ = read(tmp_path / "a.xml", data)
    assert len(items) == 7 and not input_.damage


def test_bytes_that_a_damaged_member_lost_cost_its_pages_alone(tmp_path: Path) -> None:
    """Multistream dumps are bzip2 members of a hundred pages each."""
    bodies = [page(number, Page(f"P{number}", f"{number} " * 4000)) for number in range(1, 10)]
    members = [bz2.compress(part.encode()) for part in (head(), *bodies, "</mediawiki>")]
    spoilt = bytearray(members[4])
    spoilt[len(spoilt) // 2] ^= 0xFF
    members[4] = bytes(spoilt)
    items, input_ = read(tmp_path / "a.xml.bz2", b"".join(members))
    assert [item.title for item in items if isinstance(item, DumpPage)] == [f"P{n}" for n in (1, 2, 3, 5, 6, 7, 8, 9)]
    assert input_.damage


def test_a_revision_that_is_too_large_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REVISION", 5000)
    pages = [Page("A", "a" * 6000), Page("B", "small", 0, ("b" * 6000,)), Page("C", "c")]
    items, _ = read(tmp_path / "a.xml", dump(pages))
    assert [item.reason if isinstance(item, Rejected) else item.title for item in items] == [
        "document-too-large",
        "B",
        "C",
    ]


def test_entities_do_not_expand_without_bound(tmp_path: Path) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    data = (entities + head() + page(1, Page("A", "good")) + "</mediawiki>").encode().replace(b"good", b"&b;")
    ((item,), _) = read(tmp_path / "a.xml", data)
    assert isinstance(item, Rejected) and item.reason == "bad-xml"


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_comments_hold_no_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    hidden = "<!-- </revision></page> -->" + page(9, Page("Hidden", "x"))
    text = (
        f"{head()}<!-- {hidden.replace('-->', '')} --><!-- a -->{page(1, Page('A', 'one'))}<!--{'-' * 300}<page>-->"
        + page(2, Page("B", "two")).replace("two", "t<!-- </page> -->w<![CDATA[<page> & --> ]]>o")
        + page(3, Page("C", "three --> ]]"))
        + "</mediawiki>"
    )
    data = text.encode()
    blocks = [data[start : start + size] for start in range(0, len(data), size)]
    monkeypatch.setattr(Input, "blocks_and_gaps", lambda self: iter(blocks))
    input_ = Input("a.xml", tmp_path / "a.xml")
    pages = [item for item in read_pages(input_) if isinstance(item, DumpPage)]
    assert [(item.title, item.id) for item in pages] == [("A", "1"), ("B", "2"), ("C", "3")]
    assert pages[0].site.database == "testwiki" and pages[1].text == "tw<page> & --> o"
    assert not input_.damage


def test_a_comment_that_nothing_closes_is_damage(tmp_path: Path) -> None:
    data = dump(PAGES).replace(b"  <page>\n    <title>Page 5", b"  <!-- <page>\n    <title>Page 5")
    items, input_ = read(tmp_path / "a.xml", data)
    assert len(items) == 4 and [damage.what for damage in input_.damage] == ["the dump ends inside a comment"]


def test_tags_that_are_not_written_as_text_are_text_as_they_stand(tmp_path: Path) -> None:
    data = dump([Page("A", "TEXT")]).replace(b"TEXT", b"a <b>bold</b> c<br/> &amp; <i>d <u>e</u></i> f")
    ((item,), _) = read(tmp_path / "a.xml", data)
    assert isinstance(item, DumpPage) and item.text == "a <b>bold</b> c<br/> & <i>d <u>e</u></i> f"


@pytest.mark.parametrize("stated", ["UTF-16", "ISO-8859-1", "x-unknown"])
def test_an_encoding_that_a_dump_states_wrongly_loses_nothing(tmp_path: Path, stated: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{stated}"?>\n'
    data = declaration.encode() + dump([Page("Äpfel", "Maß")], database="enwiki")
    ((item,), _) = read(tmp_path / "a.xml", data)
    assert isinstance(item, DumpPage) and (item.title, item.text) == ("Äpfel", "Maß")
    assert item.site == read(tmp_path / "b.xml", dump([Page("A", "a")], database="enwiki"))[0][0].site  # type: ignore[union-attr]


def test_numbers_of_any_length_are_no_error(tmp_path: Path) -> None:
    number = b"9" * 5000
    data = dump([Page("A", "a"), Page("Talk:B", "b", 1)]).replace(b"<ns>1<", b"<ns>%s<" % number)
    data = data.replace(b'key="14"', b'key="%s"' % number)
    items, _ = read(tmp_path / "a.xml", data)
    assert [item.namespace for item in items if isinstance(item, DumpPage)] == [0, 1]


def test_any_bytes_give_pages_rejects_or_damage_and_never_an_error(tmp_path: Path) -> None:
    data, choice = dump(PAGES), random.Random(5)
    for _ in range(300):
        spoilt = bytearray(data)
        for _ in range(choice.randint(1, 6)):
            start = choice.randrange(len(spoilt))
            if choice.random() < 0.5:
                spoilt[start] = choice.randrange(256)
            else:
                del spoilt[start : start + choice.randint(1, 300)]
        with contextlib.suppress(Reject):
            items, _ = read(tmp_path / "a.xml", bytes(spoilt))
            assert len(items) <= 8


def test_a_site_says_where_its_pages_are_and_what_its_terms_are() -> None:
    site = site_of(head("dewiki", "https://de.wikipedia.org/wiki/Wikipedia:Hauptseite", "de").encode())
    assert site.database == "dewiki" and site.language == "de" and site.namespace_of("Talk:A") == 1
    assert site.url("Größe (Maß)?") == "https://de.wikipedia.org/wiki/Gr%C3%B6%C3%9Fe_(Ma%C3%9F)%3F"
    assert (site.license() or ("",))[0] == "CC-BY-SA-4.0"
    assert (Site(base="https://en.wikinews.org/wiki/Main_Page").license() or ("",))[0] == "CC-BY-4.0"
    for base in ("https://wiki.example.org/wiki/A", "https://notwikipedia.org/wiki/A", "", "nowhere"):
        assert Site(base=base).license() is None
    assert Site().url("A") is None and site_of(b"") == Site() and site_of(b"\xff\xfe<no") == Site()


@pytest.mark.parametrize(
    ("code", "language"), [("simple", "en"), ("zh-yue", "yue"), ("pt-br", "pt"), ("ltg", "ltg"), ("", "")]
)
def test_a_wikis_code_becomes_the_code_of_its_language(code: str, language: str) -> None:
    assert site_of(head(language=code).encode()).language == language
