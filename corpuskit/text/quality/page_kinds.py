"""Pages that stand in for another: errors, parked names, walls to log in or to prove to be human.

They are whole sentences, so no rule on lines finds them. A page is one of them if it is short and one of its first
lines says so: an article on such pages is longer, or speaks of them later. What follows tells the two apart where the
first sentence has such words among others, or the headline has them alone: a wall goes on about the site and to its
reader, an article about its story.
"""

import re
import string
from collections.abc import Sequence

from corpuskit.text.quality.full_sentences import UNSPACED, full_sentences
from corpuskit.text.quality.stand_in_phrases import HEADINGS_OF_ERRORS, HEADINGS_OF_WALLS, PLACEHOLDERS, WALLS
from corpuskit.text.quality.told_of_others import sentences_of, tells_of_others
from corpuskit.text.quality.web_words import speaks_of_site, speaks_to_reader

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
OPENING_SENTENCES = 1
"""Sentences of a page in one long line in which it may say so."""
LEAST_STORY = 4
"""Sentences that make an article of what follows the words of a wall."""
MOST_OF_SITE = 0.25
"""The share of them that speak of the site, up to which they are one."""
LEAST_BELOW = 3
"""Sentences that make an article of what stands below a headline of such words, if they are long enough together."""
SHORTEST_BELOW, SHORTEST_DENSE_BELOW = 250, 90
"""Characters of all these sentences: about the words that Gopher's rule asks for."""
MOST_TO_READER = 0.34
"""The share of them that speak of the site or to its reader, up to which they are one; the first of them does not."""
LONG_STORY = 8
"""Sentences of an article that may speak to its reader in each, as advice does, but seldom of the site."""
LEAST_OF_SITE = 0.5
"""The share of the sentences of a page in one line that must, if it is a wall."""

_NO_MARKS = bytes.maketrans(string.punctuation.encode(), b" " * len(string.punctuation))
_OPENING = re.compile(r"(?:[\W\d_]|\b(?:oh no|oops|ooops|sorry|ups|whoops|error|http)\b)+")


class PageHeads:
    """The first lines of a batch of texts, which say whether a page is one that stands in for another."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take the first lines of the texts that are short enough for such a page."""
        self._texts = texts
        self._heads = [_first_lines(text) if len(text) <= LONGEST_PAGE else "" for text in texts]
        # Few pages have any of the phrases: all are searched for them at once.
        self._every = _plain("\n".join(self._heads))
        self._words = set(_words(self._every))
        self._is_unspaced = not self._every.isascii() and UNSPACED.search(self._every) is not None

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
            _says(text, head, said) or (len(text) <= LONGEST_HEADED and _is_headed(text, head, headed))
            for text, head in zip(self._texts, map(_plain, self._heads), strict=True)
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
            if UNSPACED.search(phrase):
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
    first_lines = [line for line in lines[:FIRST_LINES] if len(line) <= LONGEST_LINE]
    if lines and len(lines[0]) > LONGEST_LINE and len(text) <= LONGEST_HEADED:
        first_lines = [*sentences_of(lines[0], OPENING_SENTENCES), *first_lines]
    return "\n".join(first_lines)


def _says(text: str, head: str, phrases: list[str]) -> bool:
    """Whether one of the first lines of a text has one of the phrases, and no article follows."""
    for line in head.splitlines() if any(phrase in head for phrase in phrases) else ():
        said = [phrase for phrase in phrases if phrase in line]
        if said and not _begins_article(_plain(text), line, max(said, key=len)):
            return True
    return False


def _begins_article(text: str, line: str, phrase: str) -> bool:
    """Whether a phrase of walls stands in a sentence of an article."""
    sentence = next((part for part in sentences_of(line) if phrase in part), line).strip()
    if sentence == line.strip() and _is_story(text[text.find(sentence) + len(sentence) :]):
        return True
    following = text[text.find(sentence) + len(sentence) :]
    sentences = full_sentences(following)
    of_site = sum(map(speaks_of_site, sentences))
    if len(following.partition("\n")[0]) > LONGEST_LINE and of_site < LEAST_OF_SITE * len(sentences):
        # The page is one long line, and the sentence is one of many.
        return True
    is_heading = 2 * len(phrase) >= len(sentence) and not tells_of_others(sentence)
    return not is_heading and len(sentences) >= LEAST_STORY and of_site <= MOST_OF_SITE * len(sentences)


def _is_story(below: str) -> bool:
    """Whether what stands below a headline, in small letters, is an article.

    >>> _is_story("the mayor knew of the cracks in the old bridge. he told nobody until the river rose. " * 3)
    True
    >>> _is_story("this part is closed to visitors. please talk to whoever runs it, who can let you in. " * 3)
    False
    """
    sentences = full_sentences(below)
    if len(sentences) < LEAST_BELOW or speaks_of_site(sentences[0]):
        return False
    if len(sentences) >= LONG_STORY:
        return sum(map(speaks_of_site, sentences)) <= MOST_OF_SITE * len(sentences)
    shortest = SHORTEST_DENSE_BELOW if UNSPACED.search(sentences[0]) else SHORTEST_BELOW
    to_reader = sum(map(speaks_to_reader, sentences))
    return sum(map(len, sentences)) >= shortest and to_reader <= MOST_TO_READER * len(sentences)


def _is_headed(text: str, head: str, phrases: list[str]) -> bool:
    """Whether half of a line is one of the phrases, but for an exclamation or a number before it, and no article."""
    lines = [line for line in head.splitlines() if any(phrase in line for phrase in phrases)]
    for line in lines:
        heading = _OPENING.sub("", line, count=1) if _OPENING.match(line) else line
        longest = max((len(phrase) for phrase in phrases if phrase in line), default=0)
        if 2 * longest >= len(heading.strip()):
            plain = _plain(text)
            return not _is_story(plain[plain.find(line) + len(line) :])
    return False
