"""The format of a file of documents: by its name without a compression suffix, else by how it begins."""

import itertools
from typing import TYPE_CHECKING

from corpuskit.core.document import BYTE_ORDER_MARK, Reject, parse
from corpuskit.core.reading.input_kinds import first_block, suffix_within

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
COMPRESSIONS = ("", ".gz", ".zst", ".bz2")
SUFFIXES = tuple("".join(pair) for pair in itertools.product(FORMATS, COMPRESSIONS))


def format_of(input_: "Input") -> str:
    """Return the format that the input's name indicates, else the one that its content looks like."""
    format_name = format_by_name(input_.name)
    if format_name not in (None, "json"):
        return format_name
    if input_.is_stream:
        return format_name or "jsonl"
    head = first_block(input_).removeprefix(BYTE_ORDER_MARK).lstrip()
    if format_name == "json":
        return "jsonl" if _starts_as_jsonl(head) else "json"
    return "parquet" if head.startswith(b"PAR1") else "jsonl" if head.startswith(b"{") else "text"


def format_by_name(name: str) -> str | None:
    """Return the format that a file's name stands for; None if it does not tell."""
    return FORMATS.get(suffix_within(name, COMPRESSIONS))


def _starts_as_jsonl(head: bytes) -> bool:
    """Whether the first line is an object by itself, or is too long to be the start of an indented one."""
    line, line_feed, _ = head.partition(b"\n")
    if not line.startswith(b"{"):
        return False
    try:
        parse(line)
    except Reject:
        return not line_feed
    return True
