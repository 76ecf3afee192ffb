"""What a folder holds besides the files that a command reads, in the words of messages."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from corpuskit.core.reading.input_kinds import COMPRESSIONS, Kind, kind_of_input, suffix_within
from corpuskit.core.reading.inputs import Input
from corpuskit.core.wording import excerpt, or_list

SHOWN_ENDINGS = 4
NO_ENDING = "no ending"
_SOURCE_CODE = Kind("source code", "code")
_CODE_SUFFIXES = frozenset(
    """
    .c .cc .cpp .cs .css .cu .go .h .hpp .hs .java .jl .js .jsx .kt .lua .m .php .pl .py .r .rb .rs .scala .sh .sql
    .swift .ts .tsx .vue .zig
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""Endings of source code; `files` reads such a file too if it is named, as text."""


def endings(suffixes: Sequence[str]) -> str:
    """Return how the files end that a command reads.

    >>> endings((".json", ".json.gz", ".csv", ".csv.gz", ".csv.zst"))
    ' that ends in .json or .csv, or in one of these with .gz or .zst'
    """
    plain = dict.fromkeys(suffix for suffix in suffixes if not suffix.endswith(COMPRESSIONS))
    packed = [ending for ending in COMPRESSIONS if any(suffix.endswith(ending) for suffix in suffixes)]
    more = f", or in one of these with {or_list(packed)}" if packed else ""
    return f" that ends in {or_list(list(plain))}{more}" if suffixes else ""


def found_instead(paths: Sequence[Path]) -> str:
    """Return which endings the files have that were found, most frequent first, and what reads those."""
    ranked = _ranked_endings(paths)
    listing = ", ".join(f"{excerpt(ending)} ({number:,})" for ending, number in ranked[:SHOWN_ENDINGS])
    return f"; it has {listing}{advice_on_files(paths)}" if listing else "; it has no files"


def advice_on_files(paths: Sequence[Path]) -> str:
    """Return what to do with the files of the most frequent ending, by the name or the content of the first.

    Empty if nothing reads them.

    >>> advice_on_files([Path("crawl/a.warc.gz"), Path("crawl/b.pdf"), Path("crawl/b.warc.gz")])
    '; for .warc use `corpuskit fetch-warc`'
    """
    for ending, _ in _ranked_endings(paths)[:1]:
        first = next(path for path in paths if _ending(path) == ending)
        kind = _SOURCE_CODE if ending in _CODE_SUFFIXES else kind_of_input(Input(first.name, local_path=first))
        if kind is not None and kind.best_command is not None:
            return f"; for {excerpt(ending)} use `corpuskit {kind.best_command}`"
        if kind is not None:
            return f"; {excerpt(ending)} is {kind.label}"
    return ""


def _ranked_endings(paths: Iterable[Path]) -> list[tuple[str, int]]:
    counts = Counter(_ending(path) for path in paths)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _ending(path: Path) -> str:
    """Return how a file's name ends, in small letters and without the ending of a compression."""
    return suffix_within(path.name, COMPRESSIONS) or NO_ENDING
