"""Pages that stand in for another: errors, parked names, walls to log in or to prove to be human.

They are whole sentences, so no rule on lines finds them. A page is one of them if it is short and one of its first
lines says so: an article on such pages is longer, or speaks of them later. A short page may ask to log in with no such
line, by two of the labels that forms have. The other sentences of the page tell a wall from an article, wherever they
stand (`stories`): a wall speaks of its site and to its reader, an article of its story.
"""

import re
import string
from collections.abc import Sequence
from itertools import pairwise

from corpuskit.text.quality.form_labels import FORM_LABELS
from corpuskit.text.quality.full_sentences import UNSPACED
from corpuskit.text.quality.stand_in_phrases import HEADINGS_OF_ERRORS, HEADINGS_OF_WALLS, PLACEHOLDERS, WALLS
from corpuskit.text.quality.stories import is_article, is_story, parts_of
from corpuskit.text.quality.told_of_others import sentences_of

__all__ = ["PageHeads"]

LONGEST_PAGE = 2000
"""Characters of a page that only stands in for another."""
LONGEST_LINE = 160
"""Characters of the line that says so."""
LONGEST_HEADED = 800
"""Characters of such a page that says so in words that an article may have, too, in a longer line, or in labels."""
HEAD = 600
"""Characters in which the first lines are looked for."""
FIRST_LINES = 4
OPENING_SENTENCES = 2
"""Sentences of a longer line in which a short page may say so."""
LEAST_LABELS = 2
"""Different labels of a form to log in that make a short page one."""
LONGEST_LABELLED = 80
"""Characters of a line or sentence that is such a label, with what is glued to it."""
SHORTEST_ANSWER = 60
"""Characters of a sentence that answers such words, which are then a question of a lesson."""
_STOPS = (".", "!", "。", "！", "।", "۔")
_ASKS = "?？؟ :…"

_NO_MARKS = bytes.maketrans(string.punctuation.encode(), b" " * len(string.punctuation))
_OPENING = re.compile(r"(?:[\W\d_]|\b(?:oh no|oops|ooops|sorry|ups|whoops|error|http)\b)+")


class PageHeads:
    """The first lines of a batch of texts, which say whether a page is one that stands in for another."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take the first lines of the texts that are short enough for such a page."""
        self._texts = texts
        self._heads = [_first_lines(text) if len(text) <= LONGEST_PAGE else "" for text in texts]
        # Few pages have any of the phrases: all are searched for them at once.
        self._lines = _Lines(self._heads)

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
        walls = self._begin_with(_WALLS, _HEADINGS_OF_WALLS)
        for index in self._login_forms():
            walls[index] = True
        return walls

    def _login_forms(self) -> list[int]:
        """Return the indices of the short texts that are a form to log in by their labels, and no article."""
        short = [index for index, text in enumerate(self._texts) if len(text) <= LONGEST_HEADED]
        labels = _LABELS.within(_Lines([self._texts[index] for index in short]))
        if len(labels) < LEAST_LABELS:
            return []
        return [index for index in short if _is_form(_plain(self._texts[index]), labels)]

    def _begin_with(self, phrases: "_Phrases", headings: "_Phrases") -> list[bool]:
        """Return for each text whether one of its first lines has one of the phrases, or is one of the headings."""
        said = phrases.within(self._lines)
        headed = headings.within(self._lines)
        if not said and not headed:
            return [False] * len(self._heads)
        return [
            _says(text, head, said) or (len(text) <= LONGEST_HEADED and _is_headed(text, head, headed))
            for text, head in zip(self._texts, map(_plain, self._heads), strict=True)
        ]


class _Lines:
    """Lines of many texts in small letters, and what tells most phrases to be absent from them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = _plain("\n".join(texts))
        self.words = set(_words(self.text))
        unspaced = [] if self.text.isascii() else [text for text in texts if UNSPACED.search(text)]
        self.unspaced = _plain("\n".join(unspaced))


class _Phrases:
    """Phrases by a word that each of them has, so that most are known to be absent from texts by their words."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._by_word: dict[bytes, list[tuple[str, set[bytes]]]] = {}
        self._rest: list[str] = []
        self._unspaced: list[str] = []
        for phrase in phrases:
            # The last word may be the beginning of one.
            words = _words(phrase)[:-1]
            if UNSPACED.search(phrase):
                self._unspaced.append(phrase)
            elif words:
                # The first may have a mark before it.
                self._by_word.setdefault(max(words, key=len), []).append((phrase, set(words[1:])))
            else:
                self._rest.append(phrase)

    def within(self, lines: _Lines) -> list[str]:
        """Return the phrases that these lines have."""
        words = lines.words
        likely = [
            phrase
            for word in self._by_word.keys() & words
            for phrase, needed in self._by_word[word]
            if needed <= words and phrase in lines.text
        ]
        rest = [phrase for phrase in self._rest if phrase in lines.text]
        return [*likely, *rest, *(phrase for phrase in self._unspaced if phrase in lines.unspaced)]


def _words(text: str) -> list[bytes]:
    return text.encode("utf-8", "replace").translate(_NO_MARKS).split()


_PLACEHOLDERS, _HEADINGS_OF_ERRORS = _Phrases(PLACEHOLDERS), _Phrases(HEADINGS_OF_ERRORS)
_WALLS, _HEADINGS_OF_WALLS = _Phrases(WALLS), _Phrases(HEADINGS_OF_WALLS)
_LABELS = _Phrases(FORM_LABELS)


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _first_lines(text: str) -> str:
    """Return the first lines of a text that are short enough to say what kind of page it is."""
    lines = [line for line in text[:HEAD].splitlines() if line and not line.isspace()]
    first_lines: list[str] = []
    for line in lines[:FIRST_LINES]:
        if len(line) <= LONGEST_LINE:
            first_lines.append(line)
        elif len(text) <= LONGEST_HEADED:
            first_lines += sentences_of(line, OPENING_SENTENCES)
    return "\n".join(first_lines)


def _says(text: str, head: str, phrases: list[str]) -> bool:
    """Whether one of the first lines of a text has one of the phrases, and the page is no article."""
    for line in head.splitlines() if any(phrase in head for phrase in phrases) else ():
        said = [phrase for phrase in phrases if phrase in line]
        if said and not is_article(_plain(text), line, max(said, key=len)):
            return True
    return False


def _is_headed(text: str, head: str, phrases: list[str]) -> bool:
    """Whether half of a line is one of the phrases, but for an exclamation or a number before it, and no article."""
    lines = [line for line in head.splitlines() if any(phrase in line for phrase in phrases)]
    for line in lines:
        heading = _OPENING.sub("", line, count=1) if _OPENING.match(line) else line
        longest = max((len(phrase) for phrase in phrases if phrase in line), default=0)
        if 2 * longest >= len(heading.strip()):
            return not is_story(_plain(text), line)
    return False


def _is_form(text: str, labels: list[str]) -> bool:
    """Whether so many lines or sentences of a text in small letters are labels of a form, and it is no article."""
    labels = [label for label in labels if label in text]
    if len(labels) < LEAST_LABELS:
        return False
    parts = parts_of(text)
    standing = {
        label
        for part, below in pairwise([*parts, ""])
        if len(part) <= LONGEST_LABELLED and not part.endswith(_STOPS) and not _is_answer(below)
        for label in labels
        if part.startswith(label) or part.rstrip(_ASKS).endswith(label)
    }
    return len(standing) >= LEAST_LABELS and not is_story(text)


def _is_answer(part: str) -> bool:
    return len(part) >= SHORTEST_ANSWER and part.endswith(_STOPS)
