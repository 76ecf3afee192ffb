"""Which scripts a text is written in, and which scripts each language of the model is written in.

Scripts are told by the first word of a character's name in Unicode (`LATIN SMALL LETTER A`). Languages and their
scripts follow the Unicode CLDR's list of the scripts in use for each language.
"""

import itertools
import re
import string
import unicodedata
from collections import Counter
from functools import cache

__all__ = [
    "LATIN",
    "blocks_of_others",
    "count_scripts",
    "has_letters_of_others",
    "has_unknown_letters",
    "is_alone_in_its_script",
    "language_of_script",
    "languages_written_in",
    "looks_foreign",
    "may_be_unknown",
    "script_counts",
    "scripts_of",
    "text_size",
    "weighed",
    "weight_of_all",
    "weight_of_letters",
]

LATIN = "LATIN"

_TABLE = """
CYRILLIC: ru uk be bg mk sr sh bs mn kk ky tg tt ba cv ce os av bxr krc kv lez mhr mrj myv rue sah tyv uz az xal tk ku
ARABIC: ar arz fa ckb azb lrc mzn pnb ps sd ug ur ku kk az uz tg ky tk ms
DEVANAGARI: hi mr ne sa mai bh dty gom new sd
HAN: zh wuu yue ja
KANA: ja
HANGUL: ko
HEBREW: he yi
GREEK: el
ARMENIAN: hy
GEORGIAN: ka xmf
BENGALI: bn as bpy
GUJARATI: gu
GURMUKHI: pa
ORIYA: or
TAMIL: ta
TELUGU: te
KANNADA: kn
MALAYALAM: ml
SINHALA: si
THAI: th
LAO: lo
KHMER: km
MYANMAR: my
TIBETAN: bo
ETHIOPIC: am
THAANA: dv
"""
_LANGUAGES = {
    script: frozenset(codes.split()) for script, _, codes in (row.partition(":") for row in _TABLE.split("\n") if row)
}
_ALSO_LATIN = frozenset(["sr", "sh", "bs", "uz", "az", "tk", "ku", "tt", "kk", "ms", "gom"])
"""Languages of the table that are written in Latin letters, too."""
_NAMES = {
    "CJK": "HAN",
    "IDEOGRAPHIC": "HAN",
    "HIRAGANA": "KANA",
    "KATAKANA": "KANA",
    "KATAKANA-HIRAGANA": "KANA",
    "HALFWIDTH": "KANA",
    "FULLWIDTH": LATIN,
}
"""First words of names that are no names of scripts."""
_WEIGHTS = {"HAN": 2, "KANA": 2}

# The first byte of UTF-16: blocks of 256 characters, in which all letters but those of Latin script tell on a text.
_LATIN_BLOCKS = bytes([0x00, 0x01, 0x02, 0x1E, 0x20, 0x21, 0x22, 0x25, 0x26, 0x27, 0x2C, 0xA7, 0xD8, 0xDC, 0xFE, 0xFF])
_BLOCKS = {
    "CYRILLIC": (0x04, 0x05),
    "ARABIC": (0x06, 0x07, 0x08, 0xFB),
    "DEVANAGARI": (0x09,),
    "HAN": range(0x34, 0xA0),
    "KANA": (0x30,),
    "HANGUL": (0x11, *range(0xAC, 0xD8)),
    "HEBREW": (0x05, 0xFB),
    "GREEK": (0x03, 0x1F),
    "ARMENIAN": (0x05,),
    "GEORGIAN": (0x10, 0x1C),
    "BENGALI": (0x09,),
    "GUJARATI": (0x0A,),
    "GURMUKHI": (0x0A,),
    "ORIYA": (0x0B,),
    "TAMIL": (0x0B,),
    "TELUGU": (0x0C,),
    "KANNADA": (0x0C,),
    "MALAYALAM": (0x0D,),
    "SINHALA": (0x0D,),
    "THAI": (0x0E,),
    "LAO": (0x0E,),
    "KHMER": (0x17,),
    "MYANMAR": (0x10,),
    "TIBETAN": (0x0F,),
    "ETHIOPIC": (0x12, 0x13),
    "THAANA": (0x07,),
}
COUNTED = 1_000
"""About so many characters of a long text are counted."""
_ASCII_LETTERS = string.ascii_letters.encode()
TOLD_SHARE = 0.8
"""Least share of a text's letters in the script of a language that has it for itself, so that no model is needed."""
OWN_SHARE, FOREIGN_SHARE = 0.55, 0.1
"""Shares of a text's characters, white space included: at least of its language's own blocks, at most of others."""


# Letters that the only language of the model in a script has few of: Tigrinya and its relatives have ኣ, ቐ and ኸ, and
# Shan, Mon and Karen languages have letters of their own.
_UNKNOWN_LETTERS = {
    "ETHIOPIC": re.compile("[\u1250-\u125d\u12a3\u12b8-\u12be\u1380-\u138f\u2d80-\u2dde]"),
    "MYANMAR": re.compile("[\u1022\u1028\u105a-\u1099\uaa60-\uaa7f]"),
}
_UNKNOWN_SHARE = 0.01
"""Share of such letters in a text from which it is in a language that the model does not know."""
_SCRIPTS_OF_OTHERS = {"am": "ETHIOPIC", "my": "MYANMAR"}


@cache
def scripts_of(language: str) -> frozenset[str]:
    """Return the scripts that a language is written in.

    >>> sorted(scripts_of("ja")), sorted(scripts_of("sr")), sorted(scripts_of("cy"))
    (['HAN', 'KANA'], ['CYRILLIC', 'LATIN'], ['LATIN'])
    """
    scripts = {script for script, languages in _LANGUAGES.items() if language in languages}
    return frozenset(scripts | {LATIN} if not scripts or language in _ALSO_LATIN else scripts)


@cache
def is_alone_in_its_script(language: str) -> bool:
    """Whether the script of a language tells it from all others, as Thai script does."""
    return all(languages_written_in(script) == frozenset([language]) for script in scripts_of(language))


def languages_written_in(script: str) -> frozenset[str] | None:
    """Return the languages that a script decides between; None for Latin script, which most are written in."""
    return None if script == LATIN else _LANGUAGES.get(script, frozenset())


def may_be_unknown(language: str) -> bool:
    """Whether a language of the model shares its script with languages that the model does not know."""
    return language in _SCRIPTS_OF_OTHERS


def has_unknown_letters(text: str, script: str) -> bool:
    """Whether a text has many letters of a script that no language of the model uses.

    >>> has_unknown_letters("ኣነ ናብ ቤት ትምህርቲ እኸይድ", "ETHIOPIC"), has_unknown_letters("እኔ ወደ ቤት እሄዳለሁ", "ETHIOPIC")
    (True, False)
    """
    pattern = _UNKNOWN_LETTERS.get(script)
    return pattern is not None and len(pattern.findall(text)) > _UNKNOWN_SHARE * len(text)


def looks_foreign(sample: str, language: str) -> bool:
    """Whether a text has letters that a language is not written in, by a quick count that takes few for many."""
    if sample.isascii():
        return LATIN not in scripts_of(language)
    blocks = sample.encode("utf-16-be", "replace")[::2]
    others = len(blocks.translate(None, _own_blocks(language)))
    if LATIN in scripts_of(language):
        return others > FOREIGN_SHARE * len(blocks)
    return others > (1 - OWN_SHARE) * len(blocks)


def blocks_of_others(text: str) -> bytes:
    """Return the block of each letter that is not Latin, as the first byte of UTF-16.

    >>> blocks_of_others("été"), blocks_of_others("A я")
    (b'', b'\\x04')
    """
    return b"" if text.isascii() else text.encode("utf-16-be", "replace")[::2].translate(None, _LATIN_BLOCKS)


def has_letters_of_others(text: str, language: str, least: float) -> bool:
    """Whether at least some share of a text's letters is in scripts that a language is not written in, by quick counts.

    >>> has_letters_of_others("Это test.", "ru", 0.5), has_letters_of_others("Это test.", "ru", 0.6)
    (True, False)
    """
    if text.isascii():
        return LATIN not in scripts_of(language)
    blocks = text.encode("utf-16-be", "replace")[::2]
    latin = _ascii_letters(text)
    others = blocks.translate(None, _LATIN_BLOCKS)
    foreign = len(others.translate(None, _own_blocks(language)))
    if LATIN not in scripts_of(language):
        foreign += latin
    return foreign >= least * (latin + len(others))


_SHARED_BLOCKS = {block for block, number in Counter(itertools.chain(*_BLOCKS.values())).items() if number > 1}
_TOLD_BY_BLOCK = {
    block: language
    for script, languages in _LANGUAGES.items()
    for language in languages
    if language == "ja" or (is_alone_in_its_script(language) and not may_be_unknown(language))
    for block in _BLOCKS[script]
    if block not in _SHARED_BLOCKS
}
"""The only language in each block; of Han, which is Chinese without kana, Japanese."""


@cache
def _own_blocks(language: str) -> bytes:
    scripts = scripts_of(language)
    own_blocks = {block for script in scripts if script != LATIN for block in _BLOCKS[script]}
    return bytes(own_blocks) + (_LATIN_BLOCKS if LATIN in scripts else b"")


def script_counts(text: str) -> Counter[str]:
    """Return the number of letters in each script.

    >>> script_counts("Это test.").most_common()
    [('LATIN', 4), ('CYRILLIC', 3)]
    """
    counts = Counter(map(_SCRIPTS.__getitem__, text))
    counts.pop("", None)
    return counts


def count_scripts(text: str) -> Counter[str]:
    """Return the number of letters in each script for a text of any length, of which it looks at every so many."""
    return script_counts(text[:: 1 + len(text) // COUNTED])


def weighed(scripts: Counter[str]) -> Counter[str]:
    """Return numbers of letters for a comparison: a Han character or kana says as much as two letters.

    >>> weighed(Counter(HAN=3, LATIN=4)).most_common()
    [('HAN', 6), ('LATIN', 4)]
    """
    return Counter({script: letters * _WEIGHTS.get(script, 1) for script, letters in scripts.items()})


def weight_of_all(scripts: Counter[str]) -> int:
    """Return how many letters numbers of letters say as much as.

    >>> weight_of_all(Counter(HAN=3, LATIN=4))
    10
    """
    return scripts.total() + sum((weight - 1) * scripts.get(script, 0) for script, weight in _WEIGHTS.items())


def language_of_script(text: str, blocks: bytes) -> tuple[str, float]:
    """Return the language whose own script nearly all letters of a text are in, and their share, by quick counts.

    The blocks are those of the letters that are not Latin.

    >>> language_of_script("Πού πας;", blocks_of_others("Πού πας;"))
    ('el', 1.0)
    """
    language = _TOLD_BY_BLOCK.get(blocks[len(blocks) // 2], "") if blocks else ""
    if not language:
        return "", 0.0
    own_letters = len(blocks) - len(blocks.translate(None, _own_blocks(language)))
    share = own_letters / (len(blocks) + _ascii_letters(text))
    return (language, share) if share >= TOLD_SHARE else ("", 0.0)


def _ascii_letters(text: str) -> int:
    encoded = text.encode("utf-8", "replace")
    return len(encoded) - len(encoded.translate(None, _ASCII_LETTERS))


@cache
def weight_of_letters(language: str) -> int:
    """Return how many letters of others one of a language says as much as."""
    return max(_WEIGHTS.get(script, 1) for script in scripts_of(language))


def _script(character: str) -> str:
    """Return the script of a letter or of a sign that goes with letters; empty for anything else."""
    if not (character.isalpha() or unicodedata.category(character) in ("Mc", "Mn")):
        return ""
    word = unicodedata.name(character, "").partition(" ")[0]
    if word in ("COMBINING", "MODIFIER", "VARIATION", "FEMININE", "MASCULINE", "MICRO"):
        return ""
    return _NAMES.get(word, word)


def text_size(text: str) -> int:
    """Return how much a text says, in Latin letters: by their bytes, a Cyrillic one says 1.5 and a Chinese one 3.

    >>> text_size("test"), text_size("тест"), text_size("测试")
    (4, 6, 6)
    """
    if text.isascii():
        return len(text)
    return max(len(text), 3 * (len(text.encode("utf-8", "replace")) - len(text)) // 2)


class _Scripts(dict[str, str]):
    """The script of each character that was looked up: a dictionary is faster than a cached function."""

    def __missing__(self, character: str) -> str:
        script = self[character] = _script(character)
        return script


_SCRIPTS = _Scripts()
