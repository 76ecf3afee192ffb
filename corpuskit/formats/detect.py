"""The format of a file of documents: by its name without a compression suffix, else by how it begins."""

import itertools
from typing import TYPE_CHECKING

from corpuskit.core.document import BYTE_ORDER_MARK, Reject, parse
from corpuskit.core.reading.input_kinds import (
    archive_of_content,
    archive_of_name,
    first_block,
    kind_of,
    kind_of_content,
    suffix_within,
)

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
COMPRESSIONS = ("", ".gz", ".zst", ".bz2", ".xz")
SUFFIXES = tuple("".join(pair) for pair in itertools.product(FORMATS, COMPRESSIONS))

PAGE_SUFFIXES = tuple(suffix for suffix in SUFFIXES if ".htm" in suffix or ".xhtm" in suffix)


def is_page(input_: "Input") -> bool:
    """Whether an input is an HTML file: by its name or, for standard input or without a suffix, by its first bytes."""
    if input_.dataset is not None or input_.url is not None:
        return False
    if format_by_name(input_.name) == "html":
        return True
    kind = kind_of_content(first_block(input_)) if input_.is_stream or kind_of(input_.name) is None else None
    return kind is not None and kind.label == "HTML"


def format_of(input_: "Input") -> str:
    """Return the format that the input's name indicates, else the one that its content looks like.

    Archives are `zip` or `tar`.
    """
    format_name = format_by_name(input_.name) or archive_of_name(input_.name)
    if format_name not in (None, "json"):
        return format_name
    if input_.is_stream:
        return archive_of_content(block := first_block(input_)) or _format_of_content(block) or "jsonl"
    block = first_block(input_)
    head = block.removeprefix(BYTE_ORDER_MARK).lstrip()
    if format_name == "json":
        return "jsonl" if _starts_as_jsonl(head) else "json"
    if archive := archive_of_content(block):
        return archive
    if head.startswith(b"{"):
        return "jsonl"
    return _format_of_content(block) or "text"


def _format_of_content(block: bytes) -> str | None:
    """Return the format that a file's first bytes are the signature of; None if they are of none."""
    kind = kind_of_content(block)
    return {"Parquet": "parquet", "Arrow": "arrow", "HTML": "html"}.get(kind.label) if kind else None


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
