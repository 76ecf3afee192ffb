"""What an input is, by its name and by its first bytes, so that one of the wrong kind is named as such.

Signatures: the `file` command's table and the formats' own specifications.
"""

import io
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from corpuskit.core.document import BYTE_ORDER_MARK, Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.decompress import decompressed_blocks
from corpuskit.core.wording import printable_name

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz", ".lz4")
LINE_SUFFIXES = tuple(
    f"{suffix}{packed}" for suffix in (".jsonl", ".ndjson") for packed in ("", ".gz", ".zst", ".bz2", ".xz")
)
"""Endings of the files that a folder stands for where documents are read."""
ARCHIVE_SUFFIXES = (".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".txz", ".zip")
"""Endings of the archives that a folder stands for where papers or books are read."""
TAR_SHORTHANDS = (".tgz", ".tbz", ".tbz2", ".txz", ".tzst")


class Kind(NamedTuple):
    """A kind of file, and the command that reads it, if there is one."""

    label: str
    command: str | None = None
    text_command: str | None = None
    """The command that makes text of it at once, where another than the one that reads it does."""
    has_records: bool = False
    """Whether it holds records, whose ids do not come from the file's name."""

    @property
    def best_command(self) -> str | None:
        """The command to name to whoever wants its text."""
        return self.text_command or self.command


_ARCHIVE = Kind("an archive", "files")
_OTHER_ARCHIVE = Kind("an archive of a kind that is not read; unpack it")
_PAGE = Kind("HTML", "files", "extract")
_WEB_ARCHIVE = Kind("a web archive", "fetch-warc", has_records=True)
_WIKI = Kind("a dump of a wiki", "wikipedia", has_records=True)
_PAPER = Kind("a paper", "papers")
_BOOK = Kind("an e-book", "books")
_PARQUET = Kind("Parquet", "files", has_records=True)
_ARROW = Kind("Arrow", "files", has_records=True)
_TEXT = Kind("text", "files")
_PDF = Kind("PDF; turn it into text")
_DATABASE = Kind("an SQLite database; export it as CSV")
_SEARCH_INDEX = Kind("a search index; ask it with `corpuskit search`, or name what it was made of")
_PICTURE = Kind("a picture; leave it out")
_LINES = Kind("JSONL", "files", has_records=True)
_KINDS = {
    ".jsonl": _LINES,
    ".ndjson": _LINES,
    ".json": Kind("JSON", "files", has_records=True),
    ".csv": Kind("CSV", "files", has_records=True),
    ".tsv": Kind("TSV", "files", has_records=True),
    ".parquet": _PARQUET,
    ".arrow": _ARROW,
    ".feather": _ARROW,
    ".txt": _TEXT,
    ".md": Kind("Markdown", "files"),
    ".markdown": Kind("Markdown", "files"),
    ".html": _PAGE,
    ".htm": _PAGE,
    ".xhtml": _PAGE,
    ".warc": _WEB_ARCHIVE,
    ".arc": _WEB_ARCHIVE,
    ".wet": _WEB_ARCHIVE,
    ".wacz": _WEB_ARCHIVE,
    ".pdf": _PDF,
    ".docx": Kind("a Word file; save it as text"),
    ".doc": Kind("a Word file; save it as text"),
    ".xlsx": Kind("an Excel file; save it as CSV"),
    ".xls": Kind("an Excel file; save it as CSV"),
    ".epub": _BOOK,
    ".nxml": _PAPER,
    ".tex": _PAPER,
    ".ipynb": Kind("a notebook", "code"),
    ".sqlite": _DATABASE,
    ".db": _DATABASE,
    ".zip": _ARCHIVE,
    ".tar": _ARCHIVE,
    **dict.fromkeys(TAR_SHORTHANDS, _ARCHIVE),
    ".7z": _OTHER_ARCHIVE,
    ".rar": _OTHER_ARCHIVE,
    ".png": _PICTURE,
    ".jpg": _PICTURE,
    ".jpeg": _PICTURE,
    ".gif": _PICTURE,
    ".webp": _PICTURE,
}
_SQLITE = b"SQLite format 3\0"
SEARCH_INDEX_MARK, SEARCH_INDEX_MARK_OFFSET = b"ckix", 68
"""What tells a search index from other databases of SQLite."""
_SIGNATURES = (
    (0, b"WARC/", _WEB_ARCHIVE),
    (30, b"mimetypeapplication/epub+zip", _BOOK),
    (0, b"PK\x03\x04", _ARCHIVE),
    (257, b"ustar", _ARCHIVE),
    (0, b"PAR1", _PARQUET),
    (0, b"%PDF-", _PDF),
    (0, _SQLITE, _DATABASE),
    (0, b"ARROW1", _ARROW),
    (0, b"\xff\xff\xff\xff", _ARROW),
    (0, b"7z\xbc\xaf\x27\x1c", _OTHER_ARCHIVE),
    (0, b"Rar!\x1a", _OTHER_ARCHIVE),
    (0, b"\x89PNG", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"GIF8", _PICTURE),
    (0, b"\xd0\xcf\x11\xe0", Kind("an old Office file; save it as text or CSV")),
    (0, b"\x7fELF", Kind("a program; leave it out")),
)
"""Where in the decompressed file which bytes stand."""
_MARKUP = (
    (b"<!doctype html", _PAGE),
    (b"<html", _PAGE),
    (b"<mediawiki", _WIKI),
    (b"<!doctype article", _PAPER),
    (b"<article ", _PAPER),
)
"""How text of a kind begins, in small letters, after white space and an XML declaration."""


def archive_of_name(name: str) -> str | None:
    """Return `zip` or `tar` if a file's name says that it is such an archive; None for any other.

    >>> archive_of_name("books.TAR.xz"), archive_of_name("books.zip"), archive_of_name("books.xz")
    ('tar', 'zip', None)
    """
    suffix = suffix_within(name, COMPRESSIONS)
    return "zip" if suffix == ".zip" else "tar" if suffix == ".tar" or suffix in TAR_SHORTHANDS else None


def archive_of_content(head: bytes) -> str | None:
    """Return `zip` or `tar` if a file that starts like this is such an archive; None for any other."""
    return "zip" if head.startswith(b"PK\x03\x04") else "tar" if head[257:262] == b"ustar" else None


def kind_of_content(head: bytes) -> Kind | None:
    """Return the kind that a file's first decompressed bytes show, if they show one.

    >>> kind_of_content(b"WARC/1.1\\r\\n")
    Kind(label='a web archive', command='fetch-warc', text_command=None, has_records=True)
    """
    if head.startswith(_SQLITE) and head.startswith(SEARCH_INDEX_MARK, SEARCH_INDEX_MARK_OFFSET):
        return _SEARCH_INDEX
    for offset, signature, kind in _SIGNATURES:
        if head.startswith(signature, offset):
            return kind
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        head = head[:2048].decode("utf-16", "ignore").encode("utf-8", "ignore")
    start = head[:1024].removeprefix(BYTE_ORDER_MARK).lstrip().lower()
    if start.startswith(b"<?xml"):
        start = start.partition(b"?>")[2].lstrip()
    return next((kind for opening, kind in _MARKUP if start.startswith(opening)), None)


def kind_of_input(input_: "Input") -> Kind | None:
    """Return the kind of an input by its name or, if that tells nothing and the file is local, by its content."""
    kind = kind_of(input_.name)
    if kind is None and input_.local_path is not None and not input_.is_stream:
        kind = kind_of_content(first_block(input_))
    return kind


def kind_of(name: str) -> Kind | None:
    """Return the kind that a file's name stands for, without the suffix of a compression.

    >>> kind_of("mail.CSV.gz")
    Kind(label='CSV', command='files', text_command=None, has_records=True)
    """
    return _KINDS.get(suffix_within(name, COMPRESSIONS))


def has_records(name: str) -> bool:
    """Whether a file's name says that it holds records, whose ids do not come from that name.

    >>> has_records("crawl.warc.gz"), has_records("novel.txt"), has_records("books.zip")
    (True, False, False)
    """
    kind = kind_of(name)
    return kind is not None and kind.has_records


def suffix_within(name: str, compressions: Container[str]) -> str:
    """Return the suffix of a file's name in lower case, without that of one of the compressions.

    >>> suffix_within("mail.CSV.gz", (".gz",))
    '.csv'
    """
    stem, suffix = _split_suffix(name.lower().rstrip("/").rpartition("/")[2])
    return _split_suffix(stem)[1] if suffix and suffix in compressions else suffix


def _split_suffix(name: str) -> tuple[str, str]:
    """Return a name's stem and suffix as `PurePath` does, which takes ten times as long: there may be many files."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem and suffix else (name, "")


def demand_lines_of_documents(
    inputs: "Sequence[Input]", is_taken: "Callable[[Input], bool]" = lambda input_: False
) -> None:
    """Raise UsageError for an input that is no JSONL, by its name and by its first byte, unless `is_taken` takes it."""
    for input_ in inputs:
        if input_.local_path is None or input_.is_stream or input_.dataset is not None:
            continue
        kind = kind_of(input_.name)
        if kind in (_LINES, _PARQUET) or is_taken(input_):
            continue
        head = first_block(input_)
        if head.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] not in (b"{", b""):
            raise UsageError(f"{_name_as_given(input_)} is {_with_advice(kind or kind_of_content(head) or _TEXT)}")


def demand_any_of_kind(command: str, inputs: "Sequence[Input]", others: Container[str] = ()) -> None:
    """Raise UsageError if all inputs are of kinds that the command does not read; `others` are labels of some it does.

    A kind shows in the name or in the first bytes.
    """
    first = None
    for input_ in inputs:
        kind = kind_of_input(input_)
        if kind is None or kind.command == command or kind.label in others:
            return
        first = first or (input_, kind)
    if first is not None:
        raise UsageError(f"{_name_as_given(first[0])} is {_with_advice(first[1])}")


def demand_no_archive(command: str, input_: "Input", data: bytes) -> None:
    """Raise UsageError if a pipe brings an archive, which has no name that says so and is not read from one."""
    if input_.is_stream and archive_of_content(data[:512]):
        raise UsageError(f"{input_.name} is an archive, which cannot be read from a pipe: `corpuskit {command} FILE`")


def demand_kind(command: str, input_: "Input") -> None:
    """Raise Reject if an input is of a kind that the command does not read."""
    kind = kind_of_input(input_)
    if kind is not None and kind.command != command:
        raise Reject("not-text", _with_advice(kind))


def advice_on(head: bytes, name: str = "") -> str:
    """Return what records that start like this show their file to be, and what reads it; empty for JSONL."""
    kind = kind_of_content(head)
    if kind is not None and kind.command == "files" and kind_of(name) not in (None, kind):
        return f"{kind.label}, whatever its name says; rename it"
    return _with_advice(kind) if kind else ""


def _with_advice(kind: Kind) -> str:
    return f"{kind.label}; use `corpuskit {kind.best_command}`" if kind.command else kind.label


def _name_as_given(input_: "Input") -> str:
    """Return the path of a local file, by which its user finds it; its name does not hold the folder."""
    return printable_name(str(input_.local_path)) if input_.local_path is not None else input_.name


def first_block(input_: "Input") -> bytes:
    """Return the first decompressed bytes of an input, past any damage, which reading it will report; empty if none.

    Of standard input these are the bytes that are waiting in its buffer, which stay there; any other pipe shows none.
    """
    if input_.is_stream:
        stream: BinaryIO = io.BytesIO(_waiting_bytes(input_))
    else:
        stream = input_.unread_copy().open()
    with stream:
        return next(filter(None, decompressed_blocks(stream, lambda what, offset, lost: None, input_.name)), b"")


def _waiting_bytes(input_: "Input") -> bytes:
    """Return what standard input gives next, without taking it; waits for its writer's first bytes."""
    peek = getattr(sys.stdin.buffer, "peek", None) if input_.name == "-" and sys.stdin else None
    return bytes(peek(1)) if peek is not None else b""
