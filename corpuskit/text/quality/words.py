"""Words: how corpuskit cuts prose into the units that quality rules count.

A text is cut at white space (and at U+1361, which stands for it in Ethiopic script) into *tokens*, and a token into
*words*. Punctuation at its ends stands alone, character by character (a run of dots is one word), and some marks
between letters cut it in two. English contractions come apart (`do` `n't`); common abbreviations, web addresses and
numbers stay whole. These rules restate the habits of the rule-based tokenizer that published quality thresholds were
set with (spaCy's blank pipelines).

In languages that write no spaces, the scripts themselves are cut too, without a dictionary and so always in the same
way: Han into pairs of characters, Japanese at each change between kanji, hiragana and katakana, Thai, Lao, Khmer and
Burmese into syllables, Tibetan at the tsheg. These units are shorter than words, so thresholds on word length and word
counts have to be set for such languages.
"""

import re
import unicodedata

__all__ = ["UNSPACED", "WORD_SPLITTER", "is_unspaced", "split_token"]

WORD_SPLITTER = "corpuskit-words/2"
"""Name and version of the rules below, for every manifest whose content they shape."""

UNSPACED = frozenset(
    [
        "zh",
        "cmn",
        "yue",
        "wuu",
        "lzh",
        "nan",
        "ja",
        "jpn",
        "th",
        "tha",
        "lo",
        "lao",
        "km",
        "khm",
        "my",
        "mya",
        "bo",
        "bod",
        "dz",
        "dzo",
    ]
)
"""Languages whose scripts write no spaces."""

_QUOTES = "'\"”“`‘´’‚„»«「」『』（）〔〕【】《》〈〉⟦⟧"
_MARKS = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪"
_CURRENCY = "$£€¥฿₽﷼₴₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₵₸₹₺₼₾₿¢"
ICONS = (
    "¦©®°҂֍֎؎؏۞۩۽۾\u2100\u2101\u2103-\u2106\u2108\u2109\u2114\u2116\u2117\u211e-\u2123\u2125\u2127\u2129\u212e"
    "\u213a\u213b\u214a\u214c\u214d\u214f\u2195-\u2199\u219c-\u219f\u21a1\u21a2\u21a4\u21a5\u21a7-\u21ad"
    "\u21af-\u21cd\u21d0\u21d1\u21d3\u21d5-\u21f3\u2300-\u2307\u230c-\u231f\u2322-\u2328\u232b-\u237b"
    "\u237d-\u239a\u23b4-\u23db\u23e2-\u2426\u249c-\u24e9\u2500-\u25b6\u25b8-\u25c0\u25c2-\u25f7\u2600-\u266e"
    "\u2670-\u2767\u2794-\u27bf\u2800-\u28ff\u2b00-\u2b2f\u2b45-\u2bff\u2e80-\u2fd5\u3004\u3012\u3013\u3020"
    "\u3200-\u32ff\u3300-\u33ff\ufffc\ufffd\U0001f000-\U0001faff"
)
_UNITS = (
    "km² km³ km m² m³ dm² dm³ dm cm² cm³ cm mm² mm³ mm ha µm nm yd in ft kg mg µg g t lb oz m/s km/h kmh mph hPa Pa "
    "mbar mb MB kb KB gb GB tb TB T G M K % км² км³ км м² м³ дм см мм нм кг мг г м/с км/ч кПа Па Кб Мб Гб Тб м m"
)


def _escaped_class(characters: str) -> str:
    """Return the characters escaped for a `[...]` of a regular expression; ranges stay as they are."""
    return re.sub(r"([\[\]\\^&|~])", r"\\\1", characters)


CLOSING = f"—–{_escaped_class(_MARKS)}{_escaped_class(_QUOTES)}{ICONS}"
"""Single characters that come off the end of a token, escaped for a `[...]` of a regular expression."""
OPENING = f"§%={CLOSING}{_escaped_class(_CURRENCY)}"
"""Single characters that come off the start of a token, escaped likewise."""
_OPENING_MARK = re.compile(rf"\.\.+|\+(?![0-9])|(?:US|C|A)\$|[{OPENING}]")
_CLOSING_MARK = re.compile(
    rf"(?:\.\.+|['’][sS]|[{CLOSING}]"
    rf"|(?<=[0-9])(?:\+|[{_escaped_class(_CURRENCY)}]|{'|'.join(map(re.escape, _UNITS.split()))}))\Z"
)
_LETTER = r"[^\W\d_]"
_MAYBE_INFIX = re.compile(rf"[.…,~:<>=/+*^\-–—{ICONS}]")
_INFIX = re.compile(
    # Most characters are none of these, and then nothing else is asked.
    rf"(?={_MAYBE_INFIX.pattern})(?:\.\.+|…|[{ICONS}]|(?<=[0-9])[+\-*^](?=[0-9-])|(?<={_LETTER}),(?={_LETTER})"
    rf"|(?<=[^\W_])(?:-{{1,3}}|——?|–|~)(?={_LETTER})|(?<=[^\W_])[:<>=/](?={_LETTER})"
    rf"|(?<=[^\W\d_{_escaped_class(_QUOTES)}])\.(?=[^\W\d_{_escaped_class(_QUOTES)}]))"
)
_UNIT_OR_GENITIVE = re.compile("[0-9'’]")
_SINGLE = frozenset(_MARKS + _QUOTES)
_ADDRESS = re.compile(
    r"(?:[\w+.-]{2,}://)?(?:[^\s@]+@)?(?:(?:[A-Za-z0-9\u00a1-\uffff][\w\u00a1-\uffff-]{0,63}\.)+(?P<top>[^\W\d_]{2,63})"
    r"|(?:\d{1,3}\.){3}\d{1,3})(?::\d{2,5})?(?:[/?#]\S*)?"
)
_LONGEST_ADDRESS = 4096

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HIRAGANA, _KATAKANA = "\u3041-\u309f", "\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f"
UNSPACED_LETTER = re.compile(f"[{_HAN}{_HIRAGANA}{_KATAKANA}\u0e01-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""A letter of a script that is written without spaces between words."""
_THAI = "[เ-ไ]?[ก-ฮ][ะ-ฺ็-๎]*(?:[ก-ฮ](?![ะ-ฺ็-๎]))?[ๆฯ]?"
_LAO = "[ເ-ໄ]?[ກ-ຮໜ-ໟ][ະ-ຽ່-ໍ]*(?:[ກ-ຮ](?![ະ-ຽ່-ໍ]))?"
_KHMER = "[ក-ឳ](?:្[ក-ឳ])*[ា-៑]*(?:[ក-អ](?![្ា-៑]))?"
_BURMESE = "[က-ဪ](?:္[က-အ])*[ါ-ှ]*(?:[က-အ][့း]*်[့း]*)*"
_UNSPACED_UNIT = re.compile(
    f"[{_HAN}]{{1,2}}|[{_HIRAGANA}]+|[{_KATAKANA}]+|{_THAI}|{_LAO}|{_KHMER}|{_BURMESE}|[\u0f40-\u0fbc]+"
    rf"|(?:(?![{_HAN}{_HIRAGANA}{_KATAKANA}\u0e01-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff])[^\W_])+|\.\.+|."
)


def is_unspaced(language: str) -> bool:
    """Whether a language (an ISO 639 code, with or without a region) is written without spaces between words."""
    return language.replace("_", "-").partition("-")[0].lower() in UNSPACED


def split_token(token: str, unspaced: bool = False) -> list[str]:
    """Return the words of one token, a string without white space. Joined, they are the token again.

    With `unspaced`, scripts that write no spaces are cut into the units that the module describes.

    >>> [split_token(token) for token in ["Don't", "(it's", "No):", "example.org/no…"]]
    [['Do', "n't"], ['(', 'it', "'s"], ['No', ')', ':'], ['example.org/no', '…']]
    """
    exception_words = TOKENIZER_EXCEPTIONS.get(token)
    if exception_words is not None:
        return list(exception_words)
    if unspaced and not token.isascii() and UNSPACED_LETTER.search(token):
        return _UNSPACED_UNIT.findall(token)
    if token.isalpha():
        return [token]
    # Most other tokens are a word and one mark; the general way gives the same result, but takes longer.
    word, mark = token[:-1], token[-1]
    if (
        word.isalpha()
        and word not in TOKENIZER_EXCEPTIONS
        and (mark in ",;:!?)" or (mark == "." and word[-1].islower()))
    ):
        return [word, mark]
    unmarked = token[0].isalnum() and mark.isalnum() and "$" not in token
    if unmarked and (mark not in _LAST_LETTERS or not _UNIT_OR_GENITIVE.search(token)):
        return _split_core(token)
    opening, core, closing = _strip_marks(token)
    return [*opening, *_split_core(core), *closing]


def _strip_marks(token: str) -> tuple[list[str], str, list[str]]:
    """Take marks off both ends, one at a time, until none comes off or the rest is a special token.

    Return the marks of the start, the core between, and the marks of the end.
    """
    opening: list[str] = []
    closing: list[str] = []
    start, end = 0, len(token)
    while start < end and not _is_special(token, start, end):
        after = _opening_mark_end(token, start, end)
        if after > start and _is_special(token, after, end):
            opening.append(token[start:after])
            start = after
            break
        before = _closing_mark_start(token, after, end)
        if before == end and after == start:
            break
        if before < end and _is_special(token, start, before):
            after = start
        if after > start:
            opening.append(token[start:after])
        if before < end:
            closing.append(token[before:end])
        start, end = after, before
    closing.reverse()
    return opening, token[start:end], closing


def _is_special(token: str, start: int, end: int) -> bool:
    return end - start <= _LONGEST_EXCEPTION and token[start:end] in TOKENIZER_EXCEPTIONS


def _opening_mark_end(token: str, start: int, end: int) -> int:
    """Return where the opening mark of `token[start:end]` ends; `start` if it has none."""
    if token[start] in _SINGLE:
        return start + 1
    match = _OPENING_MARK.match(token, start, end)
    return match.end() if match else start


def _closing_mark_start(token: str, start: int, end: int) -> int:
    """Return where the closing mark of `token[start:end]` begins; `end` if it has none."""
    if start >= end:
        return end
    last = token[end - 1]
    if last in _SINGLE:
        return end - 1
    if last == ".":
        return _closing_dots_start(token, start, end)
    if last.isalnum() and last not in _LAST_LETTERS:
        return end
    match = _CLOSING_MARK.search(token[max(start, end - 6) : end])
    return end - len(match.group()) if match else end


def _closing_dots_start(token: str, start: int, end: int) -> int:
    """Return where closing dots begin. A full stop after a capital that stands alone (`J.`) belongs to its word."""
    first = end - 1
    while first > start and token[first - 1] == ".":
        first -= 1
    if end - first > 1:
        return first
    if first == start:
        return end
    before = token[first - 1]
    if before in BEFORE_STOP or (before.isalpha() and not before.isupper()):
        return first
    if unicodedata.category(before) in ("Mc", "Mn"):
        return first
    if before.isupper() and first - 2 >= start and token[first - 2].isalpha() and not token[first - 2].islower():
        return first
    return end


def _split_core(core: str) -> list[str]:
    """Return the words between the marks: special tokens and addresses stay whole, others are cut at their infixes."""
    if not core:
        return []
    if core in TOKENIZER_EXCEPTIONS:
        return list(TOKENIZER_EXCEPTIONS[core])
    if core.isalnum() or not _MAYBE_INFIX.search(core):
        return [core]
    if "." in core and len(core) <= _LONGEST_ADDRESS and _is_address(core):
        return [core]
    return _cut_at_infixes(core)


def _is_address(core: str) -> bool:
    match = _ADDRESS.fullmatch(core)
    return match is not None and (match["top"] or "").islower() is (match["top"] is not None)


def _cut_at_infixes(core: str) -> list[str]:
    words: list[str] = []
    start = 0
    for infix in _INFIX.finditer(core):
        first, last = infix.span()
        if first > start and _cuts(core, first, last):
            words += (core[start:first], core[first:last])
            start = last
    if start < len(core):
        words.append(core[start:])
    return words


def _cuts(core: str, first: int, last: int) -> bool:
    """Whether an infix cuts. A single full stop cuts only after a small letter or quote and before a capital or quote.

    So `end.Next` is cut, and `e.g.` is not.
    """
    if core[first:last] != ".":
        return True
    return not core[first - 1].isupper() and not core[last].islower()


BEFORE_STOP = frozenset("%²-+0123456789" + _MARKS + _QUOTES)
"""Characters after which a full stop is a word of its own, as it is after accents and letters other than capitals."""
_LAST_LETTERS = frozenset(unit[-1] for unit in _UNITS.split()) | {"s", "S"}
UNIT_ENDS = _LAST_LETTERS | frozenset("+" + _CURRENCY)
"""Last characters of the units that may come off after a digit."""


def _english_exceptions() -> dict[str, tuple[str, ...]]:
    """Return tokens with words of their own: English contractions, times, abbreviations that end in a full stop."""
    exceptions: dict[str, tuple[str, ...]] = {}

    def contract(bases: str, endings: str) -> None:
        for lower_base in bases.split():
            for base in (lower_base, lower_base.title()):
                for ending in endings.split():
                    for spelling in (ending, ending.replace("'", "’"), ending.replace("'", "")):
                        exceptions[base + spelling] = (base, spelling)

    contract("i", "'m 'll 'd 've")
    contract("you we they", "'ll 'd 've 're")
    contract("he she it", "'ll 'd 's")
    contract("who what when where why how there that", "'s 'll 'd")
    contract("who what when where why how there this these those", "'re 've")
    contract("these those this", "'ll 'd")
    contract("this", "'s")
    contract("ca could do does did had may might must need ought sha should wo would", "n't")
    contract("ai are is was were have has dare", "n't")
    contract("could might must should would", "'ve")
    # Without their apostrophe these are other words.
    for word in [
        "ill",
        "Ill",
        "its",
        "Its",
        "hell",
        "Hell",
        "shell",
        "Shell",
        "shed",
        "Shed",
        "were",
        "Were",
        "well",
        "Well",
    ]:
        exceptions.pop(word, None)
    for pair in ["can|not", "gon|na", "got|ta", "let|'s", "let|’s"]:
        head, tail = pair.split("|")
        for first in (head, head.title()):
            exceptions[first + tail] = (first, tail)
    for hour in range(1, 13):
        for half in ("am", "pm", "a.m.", "p.m."):
            exceptions[f"{hour}{half}"] = (str(hour), half)
    exceptions.update((word, (word,)) for word in _WHOLE_TOKENS.split())
    exceptions.update((f"{letter}.", (f"{letter}.",)) for letter in "abcdefghijklmnopqrstuvwxyzäöü")
    return exceptions


_WHOLE_TOKENS = (
    "Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. "
    "Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. "
    "Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis. a.m. p.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. "
    "Gov. i.e. I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s. "
    "and/or w/o ma'am o'clock O'clock 'em 'cause 'bout '' ' C++ :) :-) ;) ;-) :( :-( :D :P :/"
)
TOKENIZER_EXCEPTIONS = _english_exceptions()
"""Tokens, and cores of tokens, that have words of their own."""
_LONGEST_EXCEPTION = max(map(len, TOKENIZER_EXCEPTIONS))
