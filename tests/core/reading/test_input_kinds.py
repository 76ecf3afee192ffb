"""Inputs of the wrong kind: named in one line, by name or by content, with the command that reads them."""

import gzip
import io
import itertools
import lzma
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from corpuskit.core.reading.input_kinds import archive_of_name, kind_of_content, suffix_within
from tests.conftest import Run, lines_of

PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><html><body><p>The pilot boat goes out first.</p></body></html>"
WEB_ARCHIVE = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"


def archive(kind: str) -> bytes:
    data = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(data, "w") as zipped:
            zipped.writestr("a.txt", "text")
    else:
        with tarfile.open(fileobj=data, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("a.txt"))
    return data.getvalue()


def name_alone(value: object) -> str:
    """What a case is called: archives state the time at which they were packed, and so would its name."""
    return value if isinstance(value, str) and " " not in value else "-"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("crawl", gzip.compress(WEB_ARCHIVE, mtime=0), "crawl is a web archive; use `corpuskit fetch-warc`"),
        ("crawl.gz", gzip.compress(WEB_ARCHIVE, mtime=0), "crawl.gz is a web archive; use `corpuskit fetch-warc`"),
        ("a.zip", archive("zip"), "a.zip is an archive; use `corpuskit files`"),
        ("a", archive("zip"), "a is an archive; use `corpuskit files`"),
        ("a.xz", lzma.compress(archive("tar")), "a.xz is an archive; use `corpuskit files`"),
        ("novel.txt", b"It was late.\n", "novel.txt is text; use `corpuskit files`"),
        ("novel", b"It was late.\n", "novel is text; use `corpuskit files`"),
        ("index", PAGE, "index is HTML; use `corpuskit extract`"),
        ("index.xhtml", PAGE, "index.xhtml is HTML; use `corpuskit extract`"),
        ("t.tsv", b"id\ttext\n1\ta\n", "t.tsv is TSV; use `corpuskit files`"),
        ("wide.xml", "<mediawiki>".encode("utf-16"), "is a dump of a wiki; use `corpuskit wikipedia`"),
        ("a.ipynb", b"{}", "is a notebook; use `corpuskit code`"),
        ("paper", b"%PDF-1.7\n\x00", "paper is PDF; turn it into text"),
        ("store", b"SQLite format 3\x00rest", "store is an SQLite database; export it as CSV"),
        (
            "a.idx",
            b"SQLite format 3\x00" + bytes(52) + b"ckix",
            "a.idx is a search index; ask it with",
        ),
        ("dump.xml", b"<mediawiki xml:lang='en'>", "dump.xml is a dump of a wiki; use `corpuskit wikipedia`"),
    ],
    ids=name_alone,
)
@pytest.mark.parametrize("command", ["dedup", "count", "head", "export"])
def test_commands_that_read_documents_name_another_kind(
    corpuskit: Run, tmp_path: Path, command: str, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    result = corpuskit(command, name, *(["-o", "out"] if command == "export" else []))
    assert (result.returncode, result.stdout) == (2, b"")
    assert said in result.stderr.decode() and result.stderr.count(b"\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("crawl.bin.gz", gzip.compress(WEB_ARCHIVE, mtime=0), "is a web archive; use `corpuskit fetch-warc`"),
        ("wiki.xml.xz", lzma.compress(b'<?xml version="1.0"?>\n<mediawiki>'), "is a dump of a wiki"),
        ("wide.xml", "<mediawiki>".encode("utf-16"), "is a dump of a wiki; use `corpuskit wikipedia`"),
        ("a.ipynb", b"{}", "is a notebook; use `corpuskit code`"),
        ("paper", b"%PDF-1.7\n\x00", "is PDF; turn it into text"),
        ("x.rar", b"Rar!\x1a\x07", "is an archive of a kind that is not read; unpack it"),
    ],
    ids=name_alone,
)
def test_files_names_what_it_does_not_read(corpuskit: Run, tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    result = corpuskit("files", name)
    assert (result.returncode, result.stdout) == (2, b"") and f"{name} {said}" in result.stderr.decode()


def test_standard_input_of_another_kind_is_named_once_it_is_read(corpuskit: Run) -> None:
    for command in ("files", "dedup"):
        result = corpuskit(command, stdin=gzip.compress(WEB_ARCHIVE))
        assert result.returncode == 2
        assert b"standard input is a web archive; use `corpuskit fetch-warc`" in result.stderr


def test_lines_are_lines_whatever_the_file_is_called(corpuskit: Run, tmp_path: Path) -> None:
    for name in ("docs.txt", "docs", "docs.csv", "docs.xz"):
        lines = lines_of([{"id": "a", "text": "one"}])
        (tmp_path / name).write_bytes(lzma.compress(lines) if name.endswith("xz") else lines)
        assert corpuskit("count", name).returncode == 0, name


def test_ndjson_and_every_compression_are_found_in_a_folder(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, name in enumerate(("a.jsonl", "b.ndjson", "c.jsonl.xz")):
        line = lines_of([{"id": str(number), "text": "one"}])
        (tmp_path / "in" / name).write_bytes(lzma.compress(line) if name.endswith("xz") else line)
    assert corpuskit("count", "in").stdout.split()[0] == b"3"


@pytest.mark.parametrize("name", ["x.docx", "x.jsonl", "x.gz", "x.tar.old", "tar", ".zip"])
def test_other_names_are_no_archives(name: str) -> None:
    assert archive_of_name(name) is None


@pytest.mark.parametrize("head", [b"", b"{", b"plain", b"<p>a", b"<?xml version='1.0'?><rss>", b"P", b"WARC"])
def test_other_beginnings_show_no_kind(head: bytes) -> None:
    assert kind_of_content(head) is None


def test_the_suffix_within_a_name_is_that_of_pure_path() -> None:
    parts = ("a", "B", ".", "/", ".gz", ".txt")
    for name in ("".join(each) for length in range(6) for each in itertools.product(parts, repeat=length)):
        path = PurePosixPath(name.lower())
        expected = (path.with_suffix("") if path.suffix == ".gz" else path).suffix
        if not name.rstrip("/").endswith("/."):  # which no file is called
            assert suffix_within(name, (".gz",)) == expected, name


def test_a_folder_without_a_fitting_file_is_told_in_one_short_line(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "empty").mkdir()
    for name in ("a.txt", "b.txt", "c.md", "Makefile"):
        (tmp_path / "notes" / name).write_text("Low tide.")
    said = corpuskit("dedup", "notes").stderr.decode().strip()
    assert said.endswith(
        "no file that ends in .jsonl or .ndjson, or in one of these with .gz, .zst, .bz2 or .xz in folder 'notes'; "
        "it has .txt (2), .md (1), no ending (1); for .txt use `corpuskit files`"
    )
    said = corpuskit("files", "empty").stderr.decode().strip()
    assert said.endswith("in folder 'empty'; it has no files") and len(said) < 220


@pytest.mark.parametrize(
    ("command", "name", "data", "advice"),
    [
        ("files", "a.py", b"x = 1\n", "it has .py (2); for .py use `corpuskit code`"),
        ("files", "a.warc.gz", WEB_ARCHIVE, "it has .warc (2); for .warc use `corpuskit fetch-warc`"),
        ("files", "wiki.xml", b"<mediawiki>", "it has .xml (2); for .xml use `corpuskit wikipedia`"),
        ("dedup", "a.HTML", PAGE, "it has .html (2); for .html use `corpuskit extract`"),
        ("export", "a.parquet", b"PAR1", "it has .parquet (2); for .parquet use `corpuskit files`"),
        ("extract", "a.txt", b"text", "it has .txt (2); for .txt use `corpuskit files`"),
        ("fetch-warc", "a.pdf", b"%PDF-", "it has .pdf (2); .pdf is PDF; turn it into text"),
        ("fetch-warc", "a.odd", b"odd", "it has .odd (2)"),
    ],
)
def test_a_folder_without_a_fitting_file_names_what_reads_the_most_frequent_kind(
    corpuskit: Run, tmp_path: Path, command: str, name: str, data: bytes, advice: str
) -> None:
    (tmp_path / "in").mkdir()
    for stem in ("", "b"):
        (tmp_path / "in" / f"{stem}{name}").write_bytes(data)
    (tmp_path / "in" / "a.rare").write_bytes(b"")
    done = corpuskit(command, "in", *(["-o", "out"] if command == "export" else []))
    said = done.stderr.decode().strip()
    assert done.returncode == 2 and said.endswith(f"; {advice.replace('(2)', '(2), .rare (1)')}") and "\n" not in said


def test_files_that_are_passed_over_bring_the_command_that_reads_them(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_bytes(b"Low tide.")
    (tmp_path / "in" / "a.warc").write_bytes(WEB_ARCHIVE)
    said = corpuskit("files", "in").stderr.decode()
    assert "in 'in' passed over, the first is 'a.warc'; for .warc use `corpuskit fetch-warc`\n" in said


@pytest.mark.parametrize("command", ["files", "dedup"])
def test_a_file_of_another_kind_is_named_by_its_path(corpuskit: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "crawl" / "a").mkdir(parents=True)
    (tmp_path / "crawl" / "a" / "picture.png").write_bytes(b"\x89PNG")
    said = corpuskit(command, "crawl/a/picture.png").stderr.decode()
    assert said == f"corpuskit {command}: crawl/a/picture.png is a picture; leave it out\n"


def test_a_file_that_is_lost_among_others_is_named_once(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7\n\x00")
    (tmp_path / "note.txt").write_bytes(b"Low tide.")
    (line, _) = corpuskit("files", "notes.pdf", "note.txt").stderr.decode().splitlines()
    assert line == "corpuskit files: notes.pdf: no record of it was taken: not-text (PDF; turn it into text)"


def test_a_text_that_is_too_large_may_be_read_by_lines(corpuskit: Run, tmp_path: Path) -> None:
    with open(tmp_path / "large.txt", "wb") as file:
        file.write(b"The tide comes in.\n" * 2_000_000)
    done = corpuskit("files", "large.txt")
    assert b"document-too-large (more than 32 MiB; `--lines` makes each line a document)" in done.stderr
