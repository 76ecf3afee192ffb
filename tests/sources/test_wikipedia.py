"""`wikipedia`: one document an article, with what the dump says of it, and each other page a drop with its reason."""

import bz2
import gzip
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import Drop, Item
from corpuskit.sources.wikipedia import Wikipedia
from tests.conftest import Run
from tests.support.mediawiki import Page, dump

PAGES = [
    Page("Oak", "An '''oak''' is a [[tree]].[[File:O.png|thumb|One]]\n\n== Use ==\nWood.\n\n[[Category:Trees]]"),
    Page("Talk:Oak", "I think so.", 1),
    Page("Oak tree", "#REDIRECT [[Oak]]", redirect="Oak"),
    Page("Old oak", "#redirect [[Oak]]"),
    Page("Oak (meanings)", "'''Oak''' may be\n* [[Oak]]\n{{disambiguation}}"),
    Page("Oak.css", "a { b: c }", model="css"),
    Page("Box", "{{Infobox tree|name=Oak}}"),
]


def read(path: Path, data: bytes, step: Wikipedia | None = None) -> list[Item]:
    path.write_bytes(data)
    return list((step or Wikipedia()).read(Input(path.name, path)))


def test_an_article_carries_what_the_dump_says_of_it(tmp_path: Path) -> None:
    data = dump(PAGES, database="enwiki", base="https://en.wikipedia.org/wiki/Main_Page")
    documents = [item for item in read(tmp_path / "a.xml", data) if isinstance(item, Document)]
    (oak,) = documents
    assert oak.id == "enwiki/1" and oak.text == "An oak is a tree.\n\nUse\n\nWood."
    assert oak.metadata == {
        "url": "https://en.wikipedia.org/wiki/Oak",
        "date": "2024-01-01T00:00:00Z",
        "title": "Oak",
        "content_type": "text/plain",
        "language": "en",
        "license": "CC-BY-SA-4.0",
        "license_evidence": oak.metadata["license_evidence"],
        "revision": "100",
    }
    assert "Terms of Use" in oak.metadata["license_evidence"]


def test_other_pages_are_drops_with_their_reason_and_without_text(tmp_path: Path) -> None:
    drops = [item for item in read(tmp_path / "a.xml", dump(PAGES)) if isinstance(item, Drop)]
    assert [(drop.document.id, drop.reason) for drop in drops] == [
        ("testwiki/2", "other-namespace"),
        ("testwiki/3", "redirect"),
        ("testwiki/4", "redirect"),
        ("testwiki/5", "disambiguation"),
        ("testwiki/6", "not-wikitext"),
        ("testwiki/7", "no-text"),
    ]
    assert not any(drop.document.text for drop in drops)


def test_a_wiki_of_unknown_terms_has_no_licence(tmp_path: Path) -> None:
    (document,) = read(tmp_path / "a.xml", dump(PAGES[:1]))
    assert isinstance(document, Document) and "license" not in document.metadata


@pytest.mark.parametrize("scheme", ["https:", ""])
def test_a_login_in_the_wikis_address_is_told_nobody(corpuskit: Run, tmp_path: Path, scheme: str) -> None:
    base = f"{scheme}//me:secret@wiki.example.org/wiki/Main_Page"
    (tmp_path / "a.xml").write_bytes(dump([*PAGES, Page("Broken", "\0")], base=base))
    done = corpuskit("wikipedia", "a.xml", "-o", "out")
    assert done.returncode in (0, 3) and b"secret" not in done.stderr
    (oak, *_) = read(tmp_path / "b.xml", dump(PAGES, base=base))
    assert isinstance(oak, Document) and oak.metadata["url"] == f"{scheme}//wiki.example.org/wiki/Oak"
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    contents = [path.read_bytes() for path in files]
    contents += [
        zstandard.ZstdDecompressor().stream_reader(content).read()
        for path, content in zip(files, contents, strict=True)
        if path.suffix == ".zst"
    ]
    assert any(b"wiki.example.org/wiki/Oak" in content for content in contents)
    assert not any(b"secret" in content for content in contents)


def test_options_choose_namespaces_and_disambiguation_pages(tmp_path: Path) -> None:
    step = Wikipedia(namespaces=("0", "1"), keep_disambiguation=True)
    kept = [item.id for item in read(tmp_path / "a.xml", dump(PAGES), step) if isinstance(item, Document)]
    assert kept == ["testwiki/1", "testwiki/2", "testwiki/5"]
    with pytest.raises(UsageError, match="namespaces"):
        Wikipedia(namespaces=("Talk",))


def test_names_of_contributors_stay_in_the_dump(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(dump(PAGES))
    done = corpuskit("wikipedia", "a.xml", "--drops", "drops.jsonl")
    assert done.returncode == 0 and b"Somebody" not in done.stdout + (tmp_path / "drops.jsonl").read_bytes()


def test_compressions_pipes_and_folders_give_the_same(corpuskit: Run, tmp_path: Path) -> None:
    data = dump(PAGES)
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "a.xml.bz2").write_bytes(bz2.compress(data[:700]) + bz2.compress(data[700:]))
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(data))
    expected = corpuskit("wikipedia", "a.xml.gz").stdout
    assert expected and corpuskit("wikipedia", "dumps").stdout == expected
    assert corpuskit("wikipedia", stdin=data).stdout == expected


@pytest.mark.parametrize("beside", [(), ("other.xml",)])
def test_a_folder_of_parts_by_their_official_names_is_read_whole(
    corpuskit: Run, tmp_path: Path, beside: tuple[str, ...]
) -> None:
    folder = tmp_path / "dumps"
    folder.mkdir()
    names = ("enwiki-latest-pages-articles1.xml-p1p41242.bz2", "enwiki-latest-pages-articles2.xml-p41243p151573")
    for number, name in enumerate((*names, *beside)):
        data = dump([Page(f"Page {number}", f"Text {number}.")])
        (folder / name).write_bytes(bz2.compress(data) if name.endswith(".bz2") else data)
    done = corpuskit("wikipedia", "dumps")
    assert done.returncode == 0 and done.stdout.count(b'"Text ') == len(names) + len(beside), done.stderr


def test_one_page_of_odd_numbers_costs_no_other(corpuskit: Run) -> None:
    data = dump([*PAGES[:1], Page("Odd", f"It is &#{'9' * 5000}; here.")])
    done = corpuskit("wikipedia", stdin=data)
    assert done.returncode == 0 and done.stdout.count(b"\n") == 2 and b"It is &#999" in done.stdout


def test_what_is_no_dump_is_named(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello\n")
    (tmp_path / "a.xml").write_bytes(dump(PAGES[:1]))
    (tmp_path / "feed.xml").write_text("<?xml version='1.0'?><rss><page>no</page></rss>")
    wrong = corpuskit("wikipedia", "a.txt")
    assert wrong.returncode == 2 and b"a.txt is text" in wrong.stderr
    hint = corpuskit("files", "a.xml")
    assert hint.returncode == 2 and b"corpuskit wikipedia" in hint.stderr
    other = corpuskit("wikipedia", "feed.xml")
    assert b"not-a-dump 1" in other.stderr and b"feed.xml has no <mediawiki>" in other.stderr, other.stderr


EXPECTED = {
    "ltgwiki-excerpt.xml.bz2": {"kept": 347, "other-namespace": 49, "redirect": 24},
    "bgwiki-latest-pages-articles-shortened.xml.bz2": {"kept": 1, "other-namespace": 2},
    "enwiki-table-markup.xml.bz2": {"kept": 5},
    "pywikibot/article-pyrus-utf16.xml": {"redirect": 1},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_real_dumps(shared_data: Path, name: str) -> None:
    items = list(Wikipedia().read(Input(name, shared_data / "wiki" / name)))
    counts = Counter("kept" if isinstance(item, Document) else item.reason for item in items)
    assert counts == EXPECTED[name]
    for item in items:
        if isinstance(item, Document):
            assert item.metadata["title"] and item.metadata["language"] in ("ltg", "bg", "en")
            assert ("license" in item.metadata) == ("url" in item.metadata), "what the dump's head says, if it has one"
