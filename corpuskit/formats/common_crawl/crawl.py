"""A crawl by its name, and where its lists, indexes and archives are below the address that it is read from.

Source: commoncrawl.org, "Get started" and the pages of its crawls.
"""

import re
from dataclasses import dataclass

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt

_MAIN = re.compile(r"CC-MAIN-[0-9]{4}(-[0-9]{2}|-[0-9]{4})?")
_NEWS = re.compile(r"CC-NEWS-([0-9]{4})-(0[1-9]|1[0-2])")
_SAFE_PATH = re.compile(r"[A-Za-z0-9=_.+~@,-]+(/[A-Za-z0-9=_.+~@,-]+)*")
LONGEST_PATH = 1024


@dataclass(frozen=True)
class Crawl:
    """A crawl of Common Crawl, such as CC-MAIN-2026-05, or a month of its news, such as CC-NEWS-2026-05."""

    name: str

    def __post_init__(self) -> None:
        """Raise UsageError for what is no name of a crawl."""
        if not (_MAIN.fullmatch(self.name) or _NEWS.fullmatch(self.name)):
            raise UsageError(
                f"--crawl takes the name of a crawl, such as CC-MAIN-2026-05, or of a month of news, such as "
                f"CC-NEWS-2026-05, not {excerpt(self.name)!r}"
            )

    @property
    def is_news(self) -> bool:
        """Whether it is a month of news, of which there is neither an index nor extracted text."""
        return self.name.startswith("CC-NEWS")

    @property
    def folder(self) -> str:
        """Where its lists are."""
        news = _NEWS.fullmatch(self.name)
        return f"crawl-data/CC-NEWS/{news[1]}/{news[2]}" if news else f"crawl-data/{self.name}"

    def list_path(self, kind: str) -> str:
        """Return the path of the list of its archives (`warc`, `wet`) or of the parts of its index.

        >>> Crawl("CC-NEWS-2026-05").list_path("warc"), Crawl("CC-MAIN-2026-05").list_path("cc-index-table")
        ('crawl-data/CC-NEWS/2026/05/warc.paths.gz', 'crawl-data/CC-MAIN-2026-05/cc-index-table.paths.gz')
        """
        return f"{self.folder}/{kind}.paths.gz"


def is_safe_path(path: str) -> bool:
    """Whether a path from a list or an index stays below the address, or the folder, that it is put after.

    >>> [is_safe_path(path) for path in ("crawl-data/a.warc.gz", "../a", "/etc/a", "//h/a", "http://h/a", "a/./b")]
    [True, False, False, False, False, False]
    """
    if len(path) > LONGEST_PATH or not _SAFE_PATH.fullmatch(path):
        return False
    return all(part.strip(".") and len(part) <= 200 for part in path.split("/"))


def segment_of(lines: list[str], number: int, count: int) -> list[str]:
    """Return the part of a list with a number from 1 to `count`; the parts are the list, and differ by one at most.

    >>> [segment_of(list("abcdefg"), number, 3) for number in (1, 2, 3)]
    [['a', 'b'], ['c', 'd'], ['e', 'f', 'g']]
    """
    return lines[(number - 1) * len(lines) // count : number * len(lines) // count]
