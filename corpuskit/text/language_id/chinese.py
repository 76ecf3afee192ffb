"""What tells Chinese on a page that has kana: Japanese, too, has headings, tables and names in Han characters alone.

The model takes many of those for Chinese, so it does not decide. Modern Chinese prose has a character in five that
Japanese has no use for, and function words that Japanese has within nouns only.
"""

import re

__all__ = ["has_chinese_prose", "has_run_of_han", "is_chinese_prose"]

RUN = 16
"""Han characters in a row, from which a Japanese text is looked at: kana and Japanese commas end a row, but Latin
letters and ends of lines do not."""
CLAUSES = 10
"""Least length of Chinese clauses with nothing but their own marks between."""
TELLING_SHARE, LEAST_TELLING = 0.08, 3
"""Least share and number of the Han characters of Chinese prose that tell it from Japanese."""
AGAINST = 2
"""How many of them one character weighs that is Japanese alone: a line of Japanese may have 的 and 不 several times."""

_HAN_BLOCKS = bytes(range(0x4E, 0xA0))
_HAN = _HAN_BLOCKS[:1]
_HAN_AS_ONE = bytes.maketrans(_HAN_BLOCKS, _HAN * len(_HAN_BLOCKS))
_RUN = _HAN * RUN
_CLAUSES = re.compile(f"[\u4e00-\u9fff][\u4e00-\u9fff，：；“”]{{{CLAUSES - 1},}}+")
_HAN_CHARACTERS = re.compile("[\u4e00-\u9fff]+")
_JAPANESE_CHARACTERS, _CHINESE_CHARACTERS = "cp932", ("gb2312", "big5")
"""Character sets: that of Japanese, with the variants that names are spelled with, and those of simplified and of
traditional Chinese. The first lacks most of what was simplified in China, the others what was simplified in Japan."""
_TELLING = frozenset(
    "的是不了在我他也就而之其此些但已與並來對從沒還這那們會個很麼什怎着於把給經發處數單體點樣變讀號寫圖轉將擇區兩雖屬"
)
"""Characters of Chinese that the character set of Japanese has: function words, and traditional spellings that are
in no Japanese names."""


def has_run_of_han(blocks: bytes) -> bool:
    """Whether many letters in a row are Han characters without kana, by the block of each letter that is not Latin."""
    return _RUN in blocks.translate(_HAN_AS_ONE)


def has_chinese_prose(text: str) -> bool:
    """Whether there is Chinese in a text with kana.

    >>> has_chinese_prose("次の文は中国語です。这座图书馆从明年春天起每天开放到晚上九点。")
    True
    """
    return any(map(is_chinese_prose, _CLAUSES.findall(text)))


def is_chinese_prose(text: str) -> bool:
    """Whether Han characters without kana are Chinese for certain.

    >>> is_chinese_prose("这座图书馆从明年春天起每天开放到晚上九点。")
    True
    >>> is_chinese_prose("県立図書館、来年四月以降開館時間延長決定、利用者増加目的")
    False
    """
    characters = "".join(_HAN_CHARACTERS.findall(text))
    least = max(LEAST_TELLING, TELLING_SHARE * len(characters))
    of_japanese = len(characters.encode(_JAPANESE_CHARACTERS, "ignore")) // 2
    telling = len(characters) - of_japanese + sum(map(_TELLING.__contains__, characters))
    return telling >= least and telling - AGAINST * sum(map(_is_japanese_alone, characters)) >= least


def _is_japanese_alone(character: str) -> bool:
    return not any(character.encode(encoding, "ignore") for encoding in _CHINESE_CHARACTERS)
