"""The inputs of the benchmarks, cut from real data once and kept: `python -m tests.benchmarks.corpus --help`.

Two corpora are known. *Web*: the folder that `../shared/data/build_bench_corpus.py DIR` builds (documentation pages as
WARC, and texts). *Articles*: the sets of `../shared/data/extract`, pages of news and blogs with their gold texts.
Without the first, the second stands in for it.
"""

import argparse
import gzip
import io
import itertools
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ARTICLES = "trafilatura_eval"
TEXT_SETS = ("readability_pages", "daniel_news_5lang", "webmainbench_sample")
LEAST_CHARACTERS = 1000
"""Of the texts: shorter ones would measure the cost of a record, not of a text."""


def build(folder: Path, documents: int, articles: int, pages: int, web: Path | None) -> None:
    """Write the inputs into `all/`, and one record of each into `one/`."""
    whole, one = folder / "all", folder / "one"
    for place in (whole, one):
        place.mkdir(parents=True, exist_ok=True)
    _write(whole / "articles.jsonl", itertools.islice(_articles(), articles))
    warc = _cut(_archives(web), pages) if web else _archive(itertools.islice(_archived(ARTICLES), pages))
    news = _archive(itertools.islice(_archived(ARTICLES), articles))
    for name, archive in (("pages.warc.gz", warc), ("articles.warc.gz", news)):
        (whole / name).write_bytes(archive)
        (one / name).write_bytes(_cut([archive], 1))
    _write(whole / "documents.jsonl", itertools.islice(_texts(web, english=True), documents))
    _write(whole / "many.jsonl", itertools.islice(_texts(web, english=True), 10 * documents))
    _write(whole / "compact.jsonl", itertools.islice(_texts(web, english=True), 10 * documents), separators=(",", ":"))
    _write(whole / "pages.jsonl", _responses(whole / "pages.warc.gz"))
    for path in whole.glob("*.jsonl"):
        with path.open("rb") as lines:
            (one / path.name).write_bytes(lines.readline())


LONGEST_FIRST = 64
"""Documents that stand at the head of a stream, more than a batch of them holds."""


def build_streams(folder: Path, documents: int, web: Path | None) -> None:
    """Write `stream-N.mixed.jsonl`, `.html.jsonl` and `.warc.gz`: N texts of any length and language, N pages, N
    responses; and the first tenth of each. They are repeated under new ids only if there are not so many.

    The longest texts and pages of the whole stream come first. So they are in the tenth too, and what is measured is
    what grows with the number of documents and with what is different in them, not where the longest happens to lie.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sizes = documents // 10, documents
    for kind, records in (("mixed", lambda: _texts(web, english=False)), ("html", lambda: _pages_of(web))):
        if not (folder / f"stream-{documents}.{kind}.jsonl").exists():
            found = list(_lengths(itertools.islice(_repeated(records), documents)))
            first = frozenset(sorted(range(documents), key=found.__getitem__)[-LONGEST_FIRST:])
            for size in sizes:
                stream = _with_first(lambda: itertools.islice(_repeated(records), documents), first)  # noqa: B023
                _write(folder / f"stream-{size}.{kind}.jsonl", itertools.islice(stream, size))
    for size in sizes:
        path = folder / f"stream-{size}.warc.gz"
        if not path.exists():
            _write_archive(path.with_suffix(".partial"), size, web)
            path.with_suffix(".partial").rename(path)


def _repeated(records: Callable[[], Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    return ({**record, "id": f"{record['id']}-{number}"} for number in itertools.count() for record in records())


def _lengths(records: Iterable[dict[str, Any]]) -> Iterator[int]:
    return (len(record["text"]) for record in records)


def _with_first(records: Callable[[], Iterator[dict[str, Any]]], first: frozenset[int]) -> Iterator[dict[str, Any]]:
    """The records at these places, then all others."""
    yield from (record for place, record in enumerate(records()) if place in first)
    yield from (record for place, record in enumerate(records()) if place not in first)


def _write_archive(path: Path, pages: int, web: Path | None) -> None:
    """Responses, again and again until there are enough."""
    with path.open("wb") as file:
        while pages > 0:
            for content in _archives(web) if web else [_archive(_archived(ARTICLES))]:
                part = _cut([content], pages)
                file.write(part)
                pages -= _responses_in(part)
                if pages <= 0:
                    break


def _responses_in(content: bytes) -> int:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    records = ArchiveIterator(io.BytesIO(content), parse_http=False, record_types=WarcRecordType.response)
    return sum(1 for _ in records)


_HTML = {"content_type": "text/html"}


def _articles() -> Iterator[dict[str, Any]]:
    return ({"id": name, "text": html, "metadata": _HTML} for name, html in _archived(ARTICLES))


def _pages_of(web: Path | None) -> Iterator[dict[str, Any]]:
    if web is None:
        yield from _articles()
        return
    for path in sorted((web / "warc").glob("*.warc.gz")):
        yield from _responses(path)


def _archives(web: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted((web / "warc").glob("*.warc.gz")))


def _texts(web: Path | None, english: bool) -> Iterator[dict[str, Any]]:
    for record in _built(web) if web else _golds():
        if not english or (record["lang"].startswith("en") and len(record["text"]) >= LEAST_CHARACTERS):
            yield {"id": record["id"], "text": record["text"], "metadata": {"language": record["lang"][:2]}}


def _built(web: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((web / "docs").glob("*.jsonl.gz")):
        with gzip.open(path) as lines:
            yield from map(json.loads, lines)


def _golds() -> Iterator[dict[str, Any]]:
    """Texts of people: main texts as annotated, English where the set does not say otherwise."""
    for name in TEXT_SETS:
        with gzip.open(SHARED / "extract" / f"{name}.gold.jsonl.gz") as lines:
            for gold in map(json.loads, lines):
                text = gold.get("gold_text") or gold.get("text") or ""
                if text.strip():
                    yield {"id": gold["id"], "text": text, "lang": gold.get("lang") or "en"}


def _archived(name: str) -> Iterator[tuple[str, str]]:
    with tarfile.open(SHARED / "extract" / f"{name}.pages.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read().decode("utf-8", "replace")


def _cut(archives: Iterable[bytes], pages: int) -> bytes:
    """The opening of the archives that holds so many responses: whole members, as they lie there."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    parts, found = [], 0
    for content in archives:
        for record in ArchiveIterator(io.BytesIO(content), parse_http=False):
            if found == pages:
                return b"".join([*parts, content[: record.stream_pos]])
            found += record.record_type == WarcRecordType.response
        parts.append(content)
    return b"".join(parts)


def _archive(articles: Iterable[tuple[str, str]]) -> bytes:
    """Pages as an archive, where no crawl is at hand."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    target = io.BytesIO()
    writer = WARCWriter(target, gzip=True)
    for name, html in articles:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            f"https://pages.example/{name}", "response", payload=io.BytesIO(html.encode()), http_headers=headers
        )
        writer.write_record(record)
    return target.getvalue()


def _responses(path: Path) -> Iterator[dict[str, Any]]:
    """The HTML pages of an archive, decoded, as documents."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    from resiliparse.parse.encoding import bytes_to_str

    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, auto_decode="all"):
            if (record.http_content_type or "").startswith(("text/html", "application/xhtml")):
                html = bytes_to_str(record.reader.read(), record.http_charset or "utf-8")
                yield {"id": record.record_id, "text": html, "metadata": _HTML}


def _write(path: Path, records: Iterable[dict[str, Any]], **spelling: Any) -> None:
    """Appear at once, so that a build cut short is not taken for a whole one."""
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, **spelling).encode("utf-8", "replace").decode() + "\n")
    partial.rename(path)


def main() -> None:
    """Build what is not there yet."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--web", type=Path, help="folder with `warc` and `docs`")
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--articles", type=int, default=0)
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--stream", type=int, default=0)
    given = parser.parse_args()
    last_files = [given.folder / "one" / name for name in ("pages.jsonl", "articles.warc.gz")]
    if given.documents and not all(path.exists() for path in last_files):
        build(given.folder, given.documents, given.articles, given.pages, given.web)
    if given.stream:
        build_streams(given.folder, given.stream, given.web)


if __name__ == "__main__":
    main()
