"""Make what a corpus of public sources starts from: a wiki dump, a paper, an e-book, a package of code, a dataset.

    inputs/harbourwiki.xml     two articles and a redirect, as Wikimedia's wikis export them
    inputs/papers/tides.xml    a paper in JATS, under CC BY
    inputs/books/lamp.epub     an e-book in the public domain, with a quotation that was read in the wrong encoding
    inputs/tidetable.tar.gz    a package of Python with its licence in pyproject.toml
    inputs/letters/            a dataset as the Hub has them: a card, a split to train on and one to test on
    inputs/exam.jsonl          questions that models are tested on; one of them stands in a letter

Everything is invented and written here, so nothing is downloaded, and the same bytes come out each time.
"""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

INPUTS = Path(__file__).resolve().parent / "inputs"

PAGE = """  <page><title>{title}</title><ns>0</ns><id>{number}</id>{redirect}<revision><id>{number}0</id>
  <timestamp>2026-03-0{number}T00:00:00Z</timestamp><model>wikitext</model><format>text/x-wiki</format>
  <text bytes="1" xml:space="preserve">{text}</text></revision></page>
"""
WIKI = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo><sitename>Wikipedia</sitename><dbname>enwiki</dbname><base>https://en.wikipedia.org/wiki/Main_Page</base>
  <generator>MediaWiki 1.44</generator><case>first-letter</case></siteinfo>
{pages}</mediawiki>
"""
TIDE_GAUGE = """A '''tide gauge''' records how high the water of a [[harbour]] stands. The oldest were
painted poles, which
somebody had to read by day and by night. Later a float in a well drew a line on a drum of paper, and the
well kept the
waves out of the record.

== Reading it ==
The keeper notes the time, the height and the wind. A reading without the wind is of little use, since a
storm may hold
the ebb back for hours.

{| class="wikitable"
! Gauge !! Since
|-
| North mole || 1871
|-
| Fish quay || 1902
|}
"""
BUOY = """A '''buoy''' is a float that is moored to mark a channel, a wreck or a place to tie up to. Its
colour and shape
say on which side a ship has to pass. At night the rhythm of its light says the same, and in fog a bell does,
as long as
there is a swell to ring it.{{citation needed}}
"""
PAPER = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.3 20210610//EN"
"JATS-journalpublishing1-3.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="en"
article-type="research-article"><front><article-meta>
<article-id pub-id-type="doi">10.5555/harbour.7</article-id>
<title-group><article-title>Seiches in a small harbour</article-title></title-group>
<pub-date pub-type="epub"><day>4</day><month>5</month><year>2026</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Open
access.</license-p></license>
</permissions>
<abstract><p>We measured the standing waves of a small harbour during one winter and compare them with a
simple model.</p>
</abstract></article-meta></front>
<body><sec><title>Introduction</title><p>The water of a harbour can swing back and forth like that of a basin
that is carried.
Its period follows from length and depth, and ships feel it as a pull on their lines.</p></sec>
<sec><title>Results</title><p>We found a period of eleven minutes, one less than the model gives. The mole,
which is not
straight, explains the difference.</p></sec></body></article>
"""
CHAPTER = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>The lamp</title></head><body><h1>The lamp</h1>
<p>Every evening the keeper carried the oil up ninety steps, and every evening he counted them, though he knew the
number. \u00e2\u20ac\u0153One day there will be ninety-one,\u00e2\u20ac\u009d he used to say, and nobody laughed.</p>
<p>When the lamp was made electric he stayed on to wind the clock. The steps he still counted.</p></body></html>
"""
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0"
 unique-identifier="uid"><metadata><dc:identifier id="uid">urn:isbn:9780000000000</dc:identifier>
<dc:title>The lamp</dc:title><dc:language>en</dc:language>
<dc:rights>https://creativecommons.org/publicdomain/zero/1.0/</dc:rights></metadata>
<manifest><item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="one"/></spine></package>
"""
CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
CODE = {
    "tidetable/pyproject.toml": '[project]\nname = "tidetable"\nversion = "1"\nlicense = "BSD-2-Clause"\n',
    "tidetable/tidetable.py": '''"""Heights of the tide between two readings."""


def height_at(minutes: float, low: float, high: float, period: float = 372.0) -> float:
    """Return the height so many minutes after low water, by the rule of the cosine."""
    from math import cos, pi

    return low + (high - low) * (1 - cos(pi * minutes / period)) / 2
''',
    "tidetable/vendor/six.py": "# Somebody else's work.\n",
}
CARD = "---\nlicense: cc-by-sa-4.0\nlanguage: en\n---\n# Letters to a harbour master\n"
QUESTION = (
    "A ferry crosses the sound in forty minutes with the stream and in one hour against it. The sound is twelve "
    "kilometres wide. How fast would the ferry be in still water, and how fast is the stream?"
)
LETTERS = (
    "The light on the south mole has been dark since Tuesday. We came in by the church tower, as in my father's day, "
    "but I would not ask it of a stranger.",
    "Thank you for the berth. The bollard nearest to the crane is loose in its footing; somebody should see to it "
    "before the autumn storms, when all the boats lie there three deep.",
    f"My daughter brought this home and I could not help her. {QUESTION} Perhaps the pilots can.",
)


def archive_of(files: dict[str, str]) -> bytes:
    """Return a tar.gz of texts that is the same each time."""
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return stream.getvalue()


def book() -> bytes:
    """Return the e-book."""
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "package.opf": PACKAGE,
        "one.xhtml": CHAPTER,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in members.items():
            package.writestr(zipfile.ZipInfo(name), text)
    return stream.getvalue()


def wiki() -> str:
    """Return the dump."""
    redirect = '<redirect title="Tide gauge" />'
    pages = (
        PAGE.format(title="Tide gauge", number=1, redirect="", text=TIDE_GAUGE),
        PAGE.format(title="Buoy", number=2, redirect="", text=BUOY),
        PAGE.format(title="Tide pole", number=3, redirect=redirect, text="#REDIRECT [[Tide gauge]]"),
    )
    return WIKI.format(pages="".join(pages))


def lines_of(texts: tuple[str, ...], name: str) -> bytes:
    """Return texts as JSON Lines."""
    records = [{"id": f"{name}-{number}", "text": text} for number, text in enumerate(texts, 1)]
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def main() -> None:
    """Write all inputs."""
    contents = {
        "harbourwiki.xml": wiki().encode(),
        "papers/tides.xml": PAPER.encode(),
        "books/lamp.epub": book(),
        "tidetable.tar.gz": archive_of(CODE),
        "letters/README.md": CARD.encode(),
        "letters/train.jsonl": lines_of(LETTERS, "letter"),
        "letters/test.jsonl": lines_of(("A letter that is kept back for tests.",), "test"),
        "exam.jsonl": lines_of((QUESTION,), "question"),
    }
    for name, content in contents.items():
        path = INPUTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
