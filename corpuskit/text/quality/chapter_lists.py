"""The contents of a whole manual below one of its chapters, where chapters are called so: `Chapter 1:`, `I.`, `第1章`.

Their sections may have no numbers, or such as begin anew in each chapter. So the chapters alone are counted: from the
first to the last of the list, none left out.
"""

import re

from corpuskit.text.quality.contents_lists import (
    ENDS_NO_TITLE,
    MOST_BELOW,
    MOST_BETWEEN,
    may_be_title,
    may_end_in_list,
    without_list,
)

__all__ = ["without_chapters"]

LEAST_CHAPTERS = 5
LEAST_LINES = 12
"""Lines of a list, those of sections among them."""

_WORDS = (
    "Chapter|CHAPTER|Part|PART|Section|Unit|Lesson|Kapitel|Teil|Abschnitt|Chapitre|Partie|Capítulo|Capitolo|Parte|Deel"
    "|Hoofdstuk|Rozdział|Część|Kapitola|Глава|ГЛАВА|Часть|Раздел|Розділ|Частина|Bölüm|Kısım|الفصل|अध्याय|Chương|Bab|Luku"
    "|Fejezet|Κεφάλαιο|บทที่"
)
_BEGINS = "(?=[" + "".join(sorted({word[0] for word in _WORDS.split("|")} | set("IVXLC第제"))) + "])"
"""Few other lines have such a first letter."""
_CHAPTER = (
    rf"[ \t§•*·-]*{_BEGINS}(?:(?:{_WORDS})\s+(?:\d{{1,3}}|[IVXLC]{{1,7}})\b|[IVXLC]{{1,7}}[.)]"
    r"|[第제]\s?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?[章節节部장])"
)
_IN_FOOT = re.compile(rf"\n{_CHAPTER}")
_ENTRY = re.compile(_CHAPTER)
_COUNT = re.compile(r"\d+|[IVXLC]+(?=\W*\Z)|[一二三四五六七八九十]+")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_HAN = "一二三四五六七八九"


def without_chapters(text: str) -> str:
    """Return a text without a list of the chapters of the manual that it is one of; the text itself if none is there.

    >>> chapter = "Chapter 2: Oars\\nOars are long. They are of ash.\\nThey are dear, too."
    >>> titles = [f"Chapter {number}: {name}\\n  Parts\\n  Care" for number, name in enumerate(["Oars"] * 6, 1)]
    >>> without_chapters("\\n".join([chapter, *titles])) == chapter
    True
    """
    if text.endswith(ENDS_NO_TITLE) or not may_end_in_list(text, _IN_FOOT, LEAST_LINES):
        return text
    lines = text.splitlines()
    first, last = _chapters(lines)
    return without_list(lines, first, last) or text


def _chapters(lines: list[str]) -> tuple[int, int]:
    """Return the first line of a list, and the line after its last one; twice the same if there is none."""
    numbers: list[int] = []
    between, last = 0, len(lines)
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        number = _number(line)
        if number is not None and (not numbers or number == numbers[-1] - 1):
            last = last if numbers else _end_of_sections(lines, index)
            numbers.append(number)
            between = 0
            if number == 1:
                is_list = len(numbers) >= LEAST_CHAPTERS and last - index >= LEAST_LINES
                return (index, last) if is_list else (last, last)
        elif line.strip():
            between += 1
            if between > (MOST_BETWEEN if numbers else MOST_BELOW) or (numbers and not may_be_title(line.strip())):
                break
    return last, last


def _end_of_sections(lines: list[str], chapter: int) -> int:
    """Return the line after the sections of the last chapter: those that are set in."""
    end = chapter + 1
    while end < len(lines) and lines[end][:1].isspace():
        end += 1
    return end


def _number(line: str) -> int | None:
    entry = _ENTRY.match(line)
    if entry is None or not may_be_title(line.strip()):
        return None
    count = _COUNT.search(entry[0])
    if count is None:
        return None
    if count[0].isdecimal():
        return int(count[0])
    return _roman(count[0]) if count[0][0] in _ROMAN else _han(count[0])


def _roman(numeral: str) -> int:
    """Return what a Roman numeral counts.

    >>> _roman("XIV")
    14
    """
    values = [_ROMAN[letter] for letter in numeral]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))


def _han(numeral: str) -> int:
    """Return what a numeral in Chinese characters counts, up to 99.

    >>> _han("十"), _han("二十三")
    (10, 23)
    """
    tens, ten, ones = numeral.rpartition("十")
    by_ten = (_HAN.find(tens) + 1 if tens else 1) if ten else 0
    return 10 * by_ten + (_HAN.find(ones) + 1 if ones else 0)
