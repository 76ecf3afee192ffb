"""Pages that stand in for another: errors, parked names, walls to log in or to prove to be human.

They are whole sentences, so no rule on lines finds them. A page is one of them if it is short, one of its first lines
says so, and the rest speaks of the site as well, or is no more than a sentence or two: below a headline such as "Access
denied", an article goes on with its story.
"""

import re
import string
from collections.abc import Sequence

from corpuskit.text.quality.stand_in_phrases import (
    HEADINGS_OF_ERRORS,
    HEADINGS_OF_WALLS,
    PLACEHOLDERS,
    SITE_WORDS,
    WALLS,
)

__all__ = ["PageHeads"]

LONGEST_PAGE = 2000
"""Characters of a page that only stands in for another."""
LONGEST_LINE = 160
"""Characters of the line that says so."""
LONGEST_HEADED = 800
"""Characters of such a page that says so in a heading whose words an article may have, too."""
HEAD = 600
"""Characters in which the first lines are looked for."""
FIRST_LINES = 4
LEAST_SENTENCES, LEAST_CHARACTERS = 3, 20
"""Sentences of an article, and characters of each; fewer are filler."""
MOST_OF_SITE = 1 / 3
"""Share of its sentences that speak of a site, up to which a text is an article; the first one does not."""

_NO_MARKS = bytes.maketrans(string.punctuation.encode(), b" " * len(string.punctuation))
_UNSPACED = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")
"""Letters of scripts whose words have no spaces between them, or endings."""
_OPENING = re.compile(r"(?:[\W\d_]|\b(?:oh no|oops|ooops|sorry|ups|whoops|error|http)\b)+")

_SENTENCE = re.compile("[^.!?؟।։።。！？\\n]+[.!?؟।։።。！？]")


def _beginning(word: str) -> str:
    """Return a pattern for a word of sites: where spaces part words, it stands at the beginning of one."""
    pattern = re.escape(word.strip()) + (r"\b" if word.endswith(" ") else "")
    return pattern if _UNSPACED.search(word) else rf"\b{pattern}"


_OF_SITE = re.compile("|".join(map(_beginning, SITE_WORDS)))


class PageHeads:
    """The first lines of a batch of texts, which say whether a page is one that stands in for another."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take the first lines of the texts that are short enough for such a page."""
        self._texts = texts
        self._sizes = list(map(len, texts))
        self._heads = [_first_lines(text) if len(text) <= LONGEST_PAGE else "" for text in texts]
        # Few pages have any of the phrases: all are searched for them at once.
        self._every = _plain("\n".join(self._heads))
        self._words = set(_words(self._every))
        self._is_unspaced = not self._every.isascii() and _UNSPACED.search(self._every) is not None

    def placeholders(self) -> list[bool]:
        """Return for each text whether it is the page of an error, or of a name or server without a site.

        >>> PageHeads(["Sorry, page not found\\n\\nIt may have moved.", "No sale."]).placeholders()
        [True, False]
        """
        return self._begin_with(_PLACEHOLDERS, _HEADINGS_OF_ERRORS)

    def access_walls(self) -> list[bool]:
        """Return for each text whether it only asks to log in, to subscribe, to accept cookies or to prove to be human.

        >>> PageHeads(["You must be logged in to see this page.\\n\\nUser name\\n\\nForgot it?"]).access_walls()
        [True]
        """
        return self._begin_with(_WALLS, _HEADINGS_OF_WALLS)

    def _begin_with(self, phrases: "_Phrases", headings: "_Phrases") -> list[bool]:
        """Return for each text whether one of its first lines has one of the phrases, or is one of the headings."""
        said = phrases.within(self._every, self._words, self._is_unspaced)
        headed = headings.within(self._every, self._words, self._is_unspaced)
        if not said and not headed:
            return [False] * len(self._heads)
        return [
            _says(head, said, headed if size <= LONGEST_HEADED else []) and not _is_article(text, (*said, *headed))
            for text, size, head in zip(self._texts, self._sizes, map(_plain, self._heads), strict=True)
        ]


class _Phrases:
    """Phrases by a word that each of them has, so that most are known to be absent from texts by their words."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._by_word: dict[bytes, list[str]] = {}
        self._rest: list[str] = []
        self._unspaced: list[str] = []
        for phrase in phrases:
            # The last word may be the beginning of one.
            words = _words(phrase)[:-1]
            if _UNSPACED.search(phrase):
                self._unspaced.append(phrase)
            elif words:
                self._by_word.setdefault(max(words, key=len), []).append(phrase)
            else:
                self._rest.append(phrase)

    def within(self, text: str, words: set[bytes], is_unspaced: bool) -> list[str]:
        """Return the phrases that a text with these words has."""
        likely = [phrase for word in self._by_word.keys() & words for phrase in self._by_word[word]]
        return [phrase for phrase in (*likely, *self._rest, *(self._unspaced if is_unspaced else ())) if phrase in text]


def _words(text: str) -> list[bytes]:
    return text.encode("utf-8", "replace").translate(_NO_MARKS).split()


_PLACEHOLDERS, _HEADINGS_OF_ERRORS = _Phrases(PLACEHOLDERS), _Phrases(HEADINGS_OF_ERRORS)
_WALLS, _HEADINGS_OF_WALLS = _Phrases(WALLS), _Phrases(HEADINGS_OF_WALLS)


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _first_lines(text: str) -> str:
    """Return the first lines of a text that are short enough to say what kind of page it is."""
    lines = [line for line in text[:HEAD].splitlines() if line and not line.isspace()]
    return "\n".join([line for line in lines[:FIRST_LINES] if len(line) <= LONGEST_LINE])


def _says(head: str, said: Sequence[str], headed: list[str]) -> bool:
    """Whether the first lines of a page have one of the phrases, or one is a heading."""
    return any(phrase in head for phrase in said) or _is_headed(head, headed)


def _is_article(text: str, phrases: Sequence[str]) -> bool:
    """Whether a short page goes on below its headline with sentences that are on no site.

    >>> story = "The mayor knew of the cracks. He told nobody until the river rose. Now the papers are open."
    >>> _is_article(f"Access denied\\n{story}", ["access denied"])
    True
    >>> _is_article("Access denied\\nYou may not see this page. Log in and try again. Thank you.", ["access denied"])
    False
    """
    lines = [line for line in _plain(text).splitlines() if line and not line.isspace()]
    saying = [index for index, line in enumerate(lines[:FIRST_LINES]) if any(phrase in line for phrase in phrases)]
    if len(saying) != 1:
        return False
    below = "\n".join(lines[saying[0] + 1 :])
    sentences = [part for part in _SENTENCE.findall(below) if len(part) >= LEAST_CHARACTERS or _UNSPACED.search(part)]
    if len(sentences) < LEAST_SENTENCES or _OF_SITE.search(sentences[0]):
        return False
    return sum(_OF_SITE.search(sentence) is not None for sentence in sentences) < MOST_OF_SITE * len(sentences)


def _is_headed(head: str, phrases: list[str]) -> bool:
    """Whether at least half of a line is one of the phrases, but for an exclamation or a number before it."""
    lines = [line for line in head.splitlines() if any(phrase in line for phrase in phrases)]
    for line in lines:
        heading = _OPENING.sub("", line, count=1) if _OPENING.match(line) else line
        longest = max((len(phrase) for phrase in phrases if phrase in line), default=0)
        if 2 * longest >= len(heading.strip()):
            return True
    return False
