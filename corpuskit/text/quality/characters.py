"""What each character means to the rules on words, as bits that are looked up for whole arrays of code points."""

import re
import unicodedata
from functools import cache

import numpy as np

from corpuskit.text.quality.arrays import Integers
from corpuskit.text.quality.fillers import INVISIBLES
from corpuskit.text.quality.sums import distinct
from corpuskit.text.quality.words import BEFORE_STOP, CLOSING, ICONS, OPENING, UNIT_ENDS, UNSPACED_LETTER

__all__ = ["CLOSING_MARKS", "SYMBOLS", "character_kinds"]

# As `str` has it: isalpha, isdigit, isalnum, isupper, islower; a letter as in `[^\W\d_]`, a digit as in `[0-9]`.
ALPHA, DIGIT, ALNUM, UPPER, LOWER, LETTER, FIGURE = (1 << bit for bit in range(7))
# To the Gopher and C4 rules: ends a sentence, is punctuation, is not a word by itself, begins a bullet line, ends a
# line.
TERMINAL, PUNCTUATION, SYMBOL, BULLET, ELLIPSIS, C4_END = (1 << bit for bit in range(7, 13))
# At the ends of a token: comes off its start, comes off its end, lets a full stop after it come off; the last character
# of what comes off after a digit; the characters of a genitive.
OPENS, CLOSES, BEFORE_DOT, UNIT_END, APOSTROPHE, GENITIVE = (1 << bit for bit in range(13, 19))
# Within a token: what may cut it.
DOT, HYPHEN, COLON, COMMA, SIGN, CUTS = (1 << bit for bit in range(19, 25))
# What closes a line in any script: a mark that ends a sentence, or a quotation mark after one.
CLOSING_MARK = 1 << 25
# Ends a sentence in a script other than Latin; may stand after the end of one; a colon.
SENTENCE_END, AFTER_END, LEADS_ON = 1 << 26, 1 << 27, 1 << 28
# Shows nothing, as a soft hyphen does; a letter of a script without spaces between words.
INVISIBLE, UNSPACED = 1 << 29, 1 << 30
_CLASSIFIED = 1 << 31

# Unicode's sentence-terminal punctuation, as code points and ranges of them.
_TERMINAL_RANGES = (
    "21 2e 3f 589 61d-61f 6d4 700-702 7f9 837 839 83d-83e 964-965 104a-104b 1362 1367-1368 166e 1735-1736 17d4-17d6 "
    "17d9-17da 1803 1809 1944-1945 1aa8-1aab 1b5a-1b5b 1b5e-1b5f 1b7d-1b7e 1c3b-1c3c 1c7e-1c7f 203c-203d 2047-2049 "
    "2e2e 2e3c 2e53-2e54 3002 a4ff a60e-a60f a6f3 a6f7 a876-a877 a8ce-a8cf a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb "
    "fe52 fe56-fe57 ff01 ff0e ff1f ff61 10a56-10a57 10f55-10f59 10f86-10f89 11047-11048 110be-110c1 11141-11143 "
    "111c5-111c6 111cd 111de-111df 11238-11239 1123b-1123c 112a9 1144b-1144c 115c2-115c3 115c9-115d7 11641-11642 "
    "1173c-1173e 11944 11946 11a42-11a43 11a9b-11a9c 11c41-11c42 11ef7-11ef8 11f43-11f44 16a6e-16a6f 16af5 "
    "16b37-16b38 16b44 16e98 1bc9f 1da88"
)
_SYMBOL_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~—”％〈、━【「」，】；“《„’∶´．（–？！：～«〉》）。…►»"


def _characters(ranges: str) -> frozenset[str]:
    bounds = [item.partition("-") for item in ranges.split()]
    return frozenset(chr(code) for low, _, high in bounds for code in range(int(low, 16), int(high or low, 16) + 1))


_TERMINALS = _characters(_TERMINAL_RANGES)
"""The characters that end a sentence."""
CLOSING_MARKS = _TERMINALS | frozenset("\"'”’“‘»«›‹」』﹂﹄＂＇｣〞〟\u037e")
"""The characters that may end a line of prose, in any script; German closes with `“`, Swedish with `”`, Danish `«`."""
_SENTENCE_ENDS = frozenset(mark for mark in _TERMINALS if mark > "\x7f") | _characters("f0d-f12")
"""Tibetan's shad parts clauses, and ends sentences: Unicode does not list it among the marks that end them."""
_AFTER_END = frozenset("\"'”’“‘»«›‹)]}」』）】〕》〉﹂﹄＂＇*†‡§⁰¹²³⁴⁵⁶⁷⁸⁹")
_CONTROLS = frozenset(map(chr, (*range(32), *range(127, 160))))
SYMBOLS = _TERMINALS | _CONTROLS | frozenset(_SYMBOL_MARKS)
"""A word of these alone does not count for the Gopher rules: ASCII marks, common typographic and East Asian ones."""
_OPENING, _CLOSING, _ICON = (re.compile(f"[{marks}]") for marks in (OPENING, CLOSING, ICONS))
_INVISIBLE = re.compile(f"[{INVISIBLES}]")


def character_kinds(codes: Integers) -> Integers:
    """Return the bits of each code point."""
    table = _table()
    kinds: Integers = table.take(codes)
    unknown = codes[kinds == 0]
    if len(unknown):
        new = distinct(unknown)
        table[new] = [_bits(chr(code)) for code in new.tolist()]
        kinds = table.take(codes)
    return kinds


@cache
def _table() -> Integers:
    """Return the bits by code point, 0 until one is requested; a page takes memory when it is first written to."""
    return np.zeros(0x110000, np.uint32)


def _bits(character: str) -> int:
    return _CLASSIFIED | sum(bit for bit, holds in (*_rule_bits(character), *_splitter_bits(character)) if holds)


def _rule_bits(character: str) -> tuple[tuple[int, bool], ...]:
    return (
        (ALPHA, character.isalpha()),
        (DIGIT, character.isdigit()),
        (ALNUM, character.isalnum()),
        (UPPER, character.isupper()),
        (LOWER, character.islower()),
        (LETTER, character.isalnum() and not character.isdecimal()),
        (FIGURE, "0" <= character <= "9"),
        (TERMINAL, character in _TERMINALS),
        (PUNCTUATION, unicodedata.category(character)[0] == "P"),
        (SYMBOL, character in SYMBOLS),
        (BULLET, character in "•-"),
        (ELLIPSIS, character == "…"),
        (C4_END, character in ".?!\"'"),
        (CLOSING_MARK, character in CLOSING_MARKS),
        (SENTENCE_END, character in _SENTENCE_ENDS),
        (AFTER_END, character in _AFTER_END or _INVISIBLE.match(character) is not None),
        (LEADS_ON, character in ":："),
        (INVISIBLE, _INVISIBLE.match(character) is not None),
        (UNSPACED, UNSPACED_LETTER.match(character) is not None),
    )


def _splitter_bits(character: str) -> tuple[tuple[int, bool], ...]:
    low = character.isalpha() and not character.isupper()
    return (
        (OPENS, _OPENING.match(character) is not None),
        (CLOSES, _CLOSING.match(character) is not None),
        (BEFORE_DOT, low or character in BEFORE_STOP or unicodedata.category(character) in ("Mc", "Mn")),
        (UNIT_END, character in UNIT_ENDS),
        (APOSTROPHE, character in "'’"),
        (GENITIVE, character in "sS"),
        (DOT, character == "."),
        (HYPHEN, character in "-–—~"),
        (COLON, character in ":<>=/"),
        (COMMA, character == ","),
        (SIGN, character in "+-*^"),
        (CUTS, character == "…" or _ICON.match(character) is not None),
    )
