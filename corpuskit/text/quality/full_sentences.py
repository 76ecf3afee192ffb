"""Whole sentences of a text in any script: long enough, and with a mark at the end where the script has one."""

import re

from corpuskit.text.quality.told_of_others import sentences_of

__all__ = ["MARKLESS", "SHORTEST_SENTENCE", "UNSPACED", "full_sentences", "is_full_sentence"]

SHORTEST_SENTENCE, SHORTEST_DENSE = 18, 8
"""Characters of a sentence, and of one in a script without spaces."""
LONG_PARAGRAPH = 60
"""Characters of a line that is worth a sentence in a script whose sentences end without a mark."""
UNSPACED = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af]")
"""Letters of scripts whose words have no spaces between them, or endings."""
MARKLESS = re.compile("[\u0e00-\u0eff\u1780-\u17ff]")
"""Letters of scripts whose sentences end in a space."""
_ENDS = '.!?。！？।؟۔…”"»」’)'


def full_sentences(text: str) -> list[str]:
    """Return the sentences of a text without its headings, buttons and single words.

    >>> full_sentences("Log in\\nThe boats lay on the shore. Why?")
    ['The boats lay on the shore.']
    """
    return [part for part in sentences_of(text) if is_full_sentence(part.strip())]


def is_full_sentence(part: str) -> bool:
    """Whether a part of a text is a sentence that says something.

    >>> is_full_sentence("The boats lay on the shore."), is_full_sentence("Learn more.")
    (True, False)
    """
    if len(part) >= LONG_PARAGRAPH and MARKLESS.search(part):
        return True
    shortest = SHORTEST_DENSE if UNSPACED.search(part) else SHORTEST_SENTENCE
    return len(part) >= shortest and part[-1] in _ENDS
