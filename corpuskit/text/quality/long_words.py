"""Words that are none for their length: data in base64, addresses without end, letters glued together."""

import re
from functools import cache

from corpuskit.text.quality.words import UNSPACED_LETTER

__all__ = ["without_long_words"]


def without_long_words(line: str, longest: int) -> str:
    """Return a line without its words of more characters; in a script without spaces, letters in a row are no word.

    >>> without_long_words("The key is abcdefgh.", 6)
    'The key is '
    >>> without_long_words("船在岸边，鸟在天上。", 6)
    '船在岸边，鸟在天上。'
    """
    return _long_words(longest).sub("", line)


@cache
def _long_words(longest: int) -> re.Pattern[str]:
    """Return a pattern for words of more characters; what parts them is white space, here and in Ethiopic."""
    letters = UNSPACED_LETTER.pattern.removeprefix("[").removesuffix("]")
    return re.compile(rf"[^\s\u1361{letters}]{{{longest + 1},}}")
