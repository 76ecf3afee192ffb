"""Articles among the short pages that have the words of an error or a wall: told by all their other sentences.

A wall speaks of its site and to its reader. An article may quote a wall, bear the name of one or begin below one;
its own sentences speak of its story, and they count before the words as behind them.
"""

from collections.abc import Callable

from corpuskit.text.quality.full_sentences import MARKLESS, SHORTEST_SENTENCE, UNSPACED, is_full_sentence
from corpuskit.text.quality.told_of_others import sentences_of, tells_of_others
from corpuskit.text.quality.web_words import speaks_of_site, speaks_to_reader

__all__ = ["is_article", "is_story", "parts_of"]

LEAST_TELLING = 4
"""Sentences of an article beside one that has the words among others."""
MOST_OF_SITE = 0.25
"""The share of them that speak of the site, up to which they are one."""
LEAST_STORY = 3
"""Sentences of an article that has the words alone in a line, if they are long enough together."""
SHORTEST_STORY, SHORTEST_DENSE_STORY = 250, 90
"""Characters of all these sentences: about the words that Gopher's rule asks for."""
MOST_TO_READER = 0.34
"""The share of them that speak of the site or to its reader, up to which they are one."""
LONG_STORY = 8
"""Sentences of an article that may speak to its reader in each, as advice does, but seldom of the site."""
LEAST_TO_READER = 0.5
"""The share of them from which a page with less of a story is a wall, wherever its words are."""
LONGEST_LINE = 160
"""Characters of a line that is more than one sentence."""


def is_article(text: str, line: str, phrase: str) -> bool:
    """Whether a text in small letters, of which a line has a phrase of walls, is an article.

    >>> story = "the mayor knew of the cracks in the old bridge. he told nobody until the river rose. " * 4
    >>> is_article(story + "\\naccess denied", "access denied", "access denied")
    True
    """
    sentence = next((part for part in parts_of(line) if phrase in part), line.strip())
    if is_story(text, sentence):
        return True
    sentences = _other_sentences(text, sentence)
    if _share(speaks_to_reader, sentences) >= LEAST_TO_READER:
        return False
    if _is_one_of_many(text, sentence):
        return True
    is_heading = 2 * len(phrase) >= len(sentence) and not tells_of_others(sentence)
    return not is_heading and len(sentences) >= LEAST_TELLING and _share(speaks_of_site, sentences) <= MOST_OF_SITE


def is_story(text: str, sentence: str = "") -> bool:
    """Whether the sentences of a text in small letters, but for one, are an article and not what a site says.

    >>> is_story("the mayor knew of the cracks in the old bridge. he told nobody until the river rose. " * 4)
    True
    >>> is_story("this part is closed to visitors. please talk to whoever runs it, who can let you in. " * 3)
    False
    """
    sentences = _other_sentences(text, sentence)
    if len(sentences) < LEAST_STORY:
        return False
    if len(sentences) >= LONG_STORY:
        return _share(speaks_of_site, sentences) <= MOST_OF_SITE
    shortest = SHORTEST_DENSE_STORY if UNSPACED.search(sentences[0]) else SHORTEST_STORY
    return sum(map(len, sentences)) >= shortest and _share(speaks_to_reader, sentences) <= MOST_TO_READER


def _share(speaks: Callable[[str], bool], sentences: list[str]) -> float:
    return sum(map(speaks, sentences)) / max(1, len(sentences))


def _is_one_of_many(text: str, sentence: str) -> bool:
    """Whether a long line of a text has the sentence among others."""
    return any(len(line) > LONGEST_LINE and sentence in line for line in text.splitlines())


def _other_sentences(text: str, sentence: str) -> list[str]:
    """Return the sentences of a text without menus and titles, and without this one."""
    return [part for part in parts_of(text) if part != sentence and _is_sentence(part)]


def parts_of(text: str) -> list[str]:
    """Return the sentences and other lines of a text; a space ends one in scripts whose sentences have no marks.

    >>> parts_of("Log in! Then read on\\nHome")
    ['Log in!', 'Then read on', 'Home']
    """
    parts = [part.strip() for part in sentences_of(text)]
    if not MARKLESS.search(text):
        return parts
    return [clause for part in parts for clause in (part.split() if MARKLESS.search(part) else [part])]


def _is_sentence(part: str) -> bool:
    return len(part) >= SHORTEST_SENTENCE if MARKLESS.search(part) else is_full_sentence(part)
