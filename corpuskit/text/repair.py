"""Damage to text that can be undone: wrong encodings, control and invisible characters, line ends, spaces, normal form.

Encodings are ftfy's work (https://ftfy.readthedocs.io, Speer 2019). It takes hundreds of times as long as a look at the
text, so it sees only the lines that may need it: mojibake is two characters that do not belong beside each other, and
almost all of its characters are from a few hundred (ftfy's `badness`).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

Kind = Literal[
    "encoding",
    "controls",
    "invisible",
    "line-ends",
    "spaces",
    "normal-form",
    "lossy-encoding",
    "entities",
    "ligatures",
    "width",
    "quotes",
]
KINDS = get_args(Kind)
DEFAULT_KINDS = KINDS[:6]
"""Those that change no character an author may have intended."""

LETTERS = "\u0370-\u03ff\u0400-\u045f"
"""Greek and Cyrillic letters, which UTF-8 becomes when Windows-1253 or -1251 is assumed."""
SMALL = "".join(letter for letter in map(chr, range(0xDF, 0x250)) if letter.islower() and letter not in "œƒ")
CAPITAL = "".join(letter for letter in map(chr, range(0xC0, 0x250)) if letter.isupper() and letter != "Œ")
"""Letters with accents. Two small ones, two capitals, or a capital before a small one are a word of some language."""
MISPLACED = "\x80-\x9f¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffdªºŒЂҐґ"
"""Characters that hardly ever stand behind a letter but in mojibake."""
SIGNS = f"\x80-\xbf×÷Œœ{MISPLACED}\u0250-\u036f\u0384\u0385\u0403\u040e\u045e\u2000-\u2bff\uf8ff\ufb01\ufb02"
"""What else than letters UTF-8 becomes when a single-byte encoding is assumed."""
SUSPECT = re.compile(
    f"[{SMALL}{CAPITAL}{SIGNS}]"  # one set first, so that `re` skips all other characters fast
    f"(?:(?<=[\x80-\x9f])|(?<=[Œœ])(?![A-Za-z])|(?<=[ÂÃÎÐØÙ])[ŠšŸž]|(?<=[{LETTERS}][{CAPITAL}{MISPLACED}])|(?<=β€)"
    f"|(?<=[ВГРСΒΓΞΟ].)[ВГРСΒΓΞΟ]|(?<=[{SMALL}])[{CAPITAL}{SIGNS}]|(?<=[{CAPITAL}])[{SIGNS}]|(?<=[{SIGNS}])[{SMALL}{CAPITAL}{SIGNS}])"
)
"""What every text contains that ftfy takes for mojibake, but for what `LOSSY` finds."""
LOSSY = re.compile("[ÂÃÎÐØÙ] ")
"""What may have been `à` or a no-break space before that became a plain space; or a letter that stands alone."""
ENTITY = re.compile(r"&[#\w]{1,32};")
LIGATURE = re.compile("[\u0132\u0133\u0149\u01f1-\u01f3\u01c4-\u01cc\ufb00-\ufb06]")
WIDE = re.compile("[\u3000\uff01-\uffef]")
QUOTE = re.compile("[\u02bc\u2018-\u201f]")

REPEATED_AMPERSAND = re.compile("&(?:(?:amp|AMP|#0{0,8}38|#[xX]0{0,8}26);){2,}")
"""An ampersand that was escaped several times over; ftfy goes through the text once for each."""

PATTERNS = {
    "encoding": SUSPECT,
    "lossy-encoding": LOSSY,
    "entities": ENTITY,
    "ligatures": LIGATURE,
    "width": WIDE,
    "quotes": QUOTE,
}
"""What a line contains that ftfy may have to change, by kind."""
KINDS_OF_STEPS = {
    "unescape_html": "entities",
    "fix_latin_ligatures": "ligatures",
    "fix_character_width": "width",
    "uncurl_quotes": "quotes",
}
"""What ftfy calls its steps; all others undo a wrong encoding."""
MAX_ROUNDS = 6
"""Rounds in which one repair may bring to light what another undoes; nearly all texts need two at most."""
MAX_SLICE = 1_000_000
"""Characters that ftfy is given at once, as in its own `fix_text`."""

CONTROL = re.compile(
    "\x1b\\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[]PX^_][^\x07\x1b\x9c\n]{0,1000}(?:\x07|\x9c|\x1b\\\\)"
    "|[\x00-\x08\x0e-\x1b\x7f\ufdd0-\ufdef\ufffe\uffff]"
)
"""Sequences that drive a terminal (ECMA-48), control characters that mean nothing in text, and noncharacters."""
SEPARATOR = re.compile("[\x1c-\x1f]")
"""ASCII's separators of files, groups, records and units."""
INVISIBLE = re.compile("[\u00ad\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]")
"""Characters without a shape: soft hyphens, zero-width spaces, byte order marks, annotations, tags."""
WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1980-\u19df"
"""Thai, Lao, Burmese, Khmer, New Tai Lue: there a zero-width space parts words."""
NEEDED_OR_INVISIBLE = re.compile(
    f"((?<=[{WITHOUT_SPACES}])\u200b(?=[{WITHOUT_SPACES}])|\U0001f3f4[\U000e0030-\U000e007a]{{3,6}}\U000e007f)|"
    + INVISIBLE.pattern
)
"""As INVISIBLE, after what is needed: those spaces, and flags of regions, which tags spell (UTS 51, ED-14a)."""
RARE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u00ad\u1680\u2000-\u200b\u2028\u2029\u205f-\u206f\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
"""Every character that is replaced by itself; most texts have none, and are then looked at once."""
LINE_END = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
"""Word writes a line break within a paragraph as a vertical tab."""
WIDE_SPACE = re.compile("[\u1680\u2000-\u200a\u205f]")
"""Spaces of other widths, but for those that keep words on one line: French and numbers need these."""
SPACES = re.compile(r"(?<![ \t])(?!(?<=[^\n])  \n[ \t]{0,40}[^\s])[ \t]+(?=\n|\Z)|(?<=\n\n\n)\n+")
"""Spaces at the end of a line, but for two within a paragraph, Markdown's line break; blank lines after the second."""
KEPT_BY_NORMAL_FORM = re.compile("([\u2329\u232a\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
"""Characters that NFC replaces by others of another look: ideographs of names, and narrow brackets."""


def repaired(text: str, kinds: Collection[str]) -> tuple[str, "Counter[str]"]:
    """Return the text with damage of these kinds undone, and how many changes of each kind that took.

    >>> repaired("donâ€™t\\u200b stop\\r\\n", DEFAULT_KINDS)
    ('don’t stop\\n', Counter({'line-ends': 1, 'encoding': 1, 'invisible': 1}))
    """
    counts: Counter[str] = Counter()
    for _ in range(MAX_ROUNDS):
        before = counts.total()
        text = _repaired_once(text, kinds, counts)
        if counts.total() == before:
            break
    return text, counts


def _repaired_once(text: str, kinds: Collection[str], counts: "Counter[str]") -> str:
    is_rare = RARE.search(text) is not None
    if is_rare:
        text = _replaced(text, ("line-ends", "controls", "separators"), kinds, counts)
    if not text.isascii() or "entities" in kinds:
        text = _by_ftfy(text, kinds, counts)
    if is_rare or counts:
        text = _replaced(text, ("invisible", "wide-spaces"), kinds, counts)
    if "spaces" in kinds and (" \n" in text or "\t\n" in text or text.endswith((" ", "\t")) or "\n\n\n\n" in text):
        text = _replaced(text, ("spaces",), kinds, counts)
    if "normal-form" in kinds and not unicodedata.is_normalized("NFC", text):
        composed = _composed(text)
        if composed != text:
            counts["normal-form"] += 1
            text = composed
    return text


def _composed(text: str) -> str:
    """Return the text in NFC, but for the characters that it would replace by others."""
    parts = KEPT_BY_NORMAL_FORM.split(text)
    parts[::2] = [unicodedata.normalize("NFC", part) for part in parts[::2]]
    return "".join(parts)


def _replaced(text: str, names: Collection[str], kinds: Collection[str], counts: "Counter[str]") -> str:
    for name in names:
        kind, pattern, replacement = REPLACEMENTS[name]
        if kind in kinds:
            before = len(text)
            text, count = pattern.subn(replacement, text)
            # What a function replaces may be replaced by itself; what it takes out are single characters.
            if changes := count if isinstance(replacement, str) else before - len(text):
                counts[kind] += changes
    return text


def _without_invisible(match: "re.Match[str]") -> str:
    return match[1] or ""


REPLACEMENTS: dict[str, tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]]] = {
    "line-ends": ("line-ends", LINE_END, "\n"),
    "controls": ("controls", CONTROL, ""),
    "separators": ("controls", SEPARATOR, " "),
    "invisible": ("invisible", NEEDED_OR_INVISIBLE, _without_invisible),
    "wide-spaces": ("spaces", WIDE_SPACE, " "),
    "spaces": ("spaces", SPACES, ""),
}
"""Kind, what is replaced, and by what."""


def _by_ftfy(text: str, kinds: Collection[str], counts: "Counter[str]") -> str:
    """Return the text with what ftfy changes in the lines that may need it."""
    needs = _needs(tuple(kind for kind in PATTERNS if kind in kinds))
    if needs is None or not needs.search(text):
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if needs.search(line):
            lines[number] = "".join(_by_ftfy_line(part, kinds, counts) for part in _slices(line))
    return "\n".join(lines)


def _slices(line: str) -> list[str]:
    return [line[start : start + MAX_SLICE] for start in range(0, len(line), MAX_SLICE)]


def _by_ftfy_line(line: str, kinds: Collection[str], counts: "Counter[str]") -> str:
    import ftfy

    is_certain = SUSPECT.search(line) is not None
    is_asked = "lossy-encoding" in kinds
    encoding = ("encoding" in kinds and (is_certain or is_asked)) or (is_asked and not is_certain)
    has_tags = "<" in line
    if "entities" in kinds and not has_tags:
        line = REPEATED_AMPERSAND.sub("&amp;", line)
    fixed, steps = ftfy.fix_and_explain(line, _config(frozenset(kinds), encoding, has_tags))
    if fixed != line:
        kind_of_encoding = "encoding" if is_certain else "lossy-encoding"
        counts.update({KINDS_OF_STEPS.get(step.parameter, kind_of_encoding) for step in steps or ()})
    return fixed


@cache
def _needs(kinds: tuple[str, ...]) -> "re.Pattern[str] | None":
    return re.compile("|".join(PATTERNS[kind].pattern for kind in kinds)) if kinds else None


@cache
def _config(kinds: frozenset[str], encoding: bool, has_tags: bool) -> "TextFixerConfig":
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html="entities" in kinds and not has_tags,
        fix_encoding=encoding,
        restore_byte_a0=encoding,
        replace_lossy_sequences=encoding,
        decode_inconsistent_utf8=encoding,
        fix_c1_controls=encoding,
        fix_surrogates=encoding,
        fix_latin_ligatures="ligatures" in kinds,
        fix_character_width="width" in kinds,
        uncurl_quotes="quotes" in kinds,
        remove_terminal_escapes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
    )
