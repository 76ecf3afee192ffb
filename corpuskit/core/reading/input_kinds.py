"""What an input is by its name, so that one of the wrong kind is named as such, and is not called damaged."""

from collections.abc import Container, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.document import Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.decompress import decompressed_blocks

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz", ".lz4")


class Kind(NamedTuple):
    """A kind of file, and the command that reads it, if there is one."""

    label: str
    command: str | None = None


_PACKED = Kind("a packed folder; unpack it")
_KINDS = {
    ".jsonl": Kind("JSONL", "files"),
    ".ndjson": Kind("JSONL", "files"),
    ".json": Kind("JSON", "files"),
    ".csv": Kind("CSV", "files"),
    ".tsv": Kind("TSV", "files"),
    ".parquet": Kind("Parquet", "files"),
    ".txt": Kind("text", "files"),
    ".md": Kind("Markdown", "files"),
    ".markdown": Kind("Markdown", "files"),
    ".html": Kind("HTML", "files"),
    ".htm": Kind("HTML", "files"),
    ".xhtml": Kind("HTML", "files"),
    ".warc": Kind("a web archive", "fetch-warc"),
    ".arc": Kind("a web archive", "fetch-warc"),
    ".wet": Kind("a web archive", "fetch-warc"),
    ".wacz": Kind("a web archive", "fetch-warc"),
    ".pdf": Kind("PDF; turn it into text"),
    ".docx": Kind("a Word file; save it as text"),
    ".doc": Kind("a Word file; save it as text"),
    ".xlsx": Kind("an Excel file; save it as CSV"),
    ".xls": Kind("an Excel file; save it as CSV"),
    ".epub": Kind("an e-book; turn it into text"),
    ".zip": _PACKED,
    ".tar": _PACKED,
    ".tgz": _PACKED,
    ".7z": _PACKED,
    ".png": Kind("a picture"),
    ".jpg": Kind("a picture"),
    ".jpeg": Kind("a picture"),
    ".gif": Kind("a picture"),
    ".webp": Kind("a picture"),
}


def kind_of(name: str) -> Kind | None:
    """Return the kind that a file's name stands for, without the suffix of a compression.

    >>> kind_of("mail.CSV.gz")
    Kind(label='CSV', command='files')
    """
    return _KINDS.get(suffix_within(name, COMPRESSIONS))


def suffix_within(name: str, compressions: Container[str]) -> str:
    """Return the suffix of a file's name in lower case, without that of one of the compressions.

    >>> suffix_within("mail.CSV.gz", (".gz",))
    '.csv'
    """
    path = PurePosixPath(name.lower())
    return (path.with_suffix("") if path.suffix and path.suffix in compressions else path).suffix


def demand_lines_of_documents(inputs: "Sequence[Input]") -> None:
    """Raise UsageError for an input that is no JSONL, by its name and by its first byte."""
    for input_ in inputs:
        kind = kind_of(input_.name)
        if kind is None or kind.label in ("JSONL", "JSON", "Parquet") or input_.local_path is None or input_.is_stream:
            continue
        if not first_block(input_).lstrip().startswith(b"{"):
            raise UsageError(f"{input_.name} is {_with_advice(kind)}")


def demand_any_of_kind(command: str, inputs: "Sequence[Input]") -> None:
    """Raise UsageError if, by their names, all inputs are of kinds that the command does not read."""
    kinds = [kind_of(input_.name) for input_ in inputs]
    if kinds and all(kind is not None and kind.command != command for kind in kinds):
        kind = kinds[0]
        assert kind is not None
        raise UsageError(f"{inputs[0].name} is {_with_advice(kind)}")


def demand_kind(command: str, input_: "Input") -> None:
    """Raise Reject if, by its name, an input is of a kind that the command does not read."""
    kind = kind_of(input_.name)
    if kind is not None and kind.command != command:
        raise Reject("not-text", f"{input_.name} is {_with_advice(kind)}")


def _with_advice(kind: Kind) -> str:
    return f"{kind.label}; use `corpuskit {kind.command}`" if kind.command else kind.label


def first_block(input_: "Input") -> bytes:
    """Return the first decompressed bytes of an input, past any damage, which reading it will report; empty if none."""
    with input_.unread_copy().open() as stream:
        return next(filter(None, decompressed_blocks(stream, lambda what, offset, lost: None, input_.name)), b"")
