"""The quality rules of three papers, as data: what is measured, which bound it must keep, and the source of the rule.

- gopher, gopher-repetition: Rae et al. 2021, *Scaling Language Models: Methods, Analysis & Insights from Training
  Gopher*, arXiv:2112.11446, appendix A.1.1 and table A1.
- c4: Raffel et al. 2020, *Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*, JMLR
  21(140), section 2.2. Its word list, language test and three-sentence deduplication are left to other commands.
- fineweb: Penedo et al. 2024, *The FineWeb Datasets*, arXiv:2406.17557, section 3.5 and its released pipeline.

The values are those for English; `languages` has what FineWeb2 published for others. In Gopher's ratios a word is what
is not a mark, as the paper says "word". Where a paper leaves another choice, we follow datatrove, the widely used
implementation by FineWeb's authors, so that thresholds mean the same here as there: FineWeb's own ratio and the n-grams
count marks, as their thresholds were set so.
"""

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["FAMILIES", "QUALITY_RULES", "RULES", "SETTINGS", "Rule", "Setting"]

QUALITY_RULES = "corpuskit-quality-rules/12"
"""Name and version of the rules and signals, for the manifest."""

FAMILIES = ("gopher", "gopher-repetition", "c4", "fineweb")
"""In the order in which they are applied."""

_C4_PAPER, _FINEWEB_PAPER = "JMLR 21(140) 2.2", "arXiv:2406.17557 3.5"


@dataclass(frozen=True, slots=True)
class Rule:
    """A document fails if its `signal` is below a "min" `value`, or above a "max" one."""

    name: str
    signal: str
    bound: Literal["min", "max"]
    value: float
    reason: str
    source: str
    off: None = None

    @property
    def family(self) -> str:
        """The longest family name that the rule's name starts with."""
        return max((family for family in FAMILIES if self.name.startswith(f"{family}-")), key=len)


@dataclass(frozen=True, slots=True)
class Setting:
    """A number or switch that shapes a signal."""

    name: str
    value: float
    off: float
    """The value that disables it."""
    meaning: str
    source: str


def _gopher() -> list[Rule]:
    rows: tuple[tuple[str, str, Literal["min", "max"], float, str], ...] = (
        ("min-words", "words", "min", 50, "too-few-words"),
        ("max-words", "words", "max", 100_000, "too-many-words"),
        ("min-mean-word-length", "mean_word_length", "min", 3.0, "words-too-short"),
        ("max-mean-word-length", "mean_word_length", "max", 10.0, "words-too-long"),
        ("max-hash-ratio", "hash_ratio", "max", 0.1, "too-many-hashes"),
        ("max-ellipsis-ratio", "ellipsis_ratio", "max", 0.1, "too-many-ellipses"),
        ("max-bullet-lines", "bullet_lines", "max", 0.9, "too-many-bullet-lines"),
        ("max-ellipsis-lines", "ellipsis_lines", "max", 0.3, "too-many-ellipsis-lines"),
        ("min-alphabetic-words", "alphabetic_words", "min", 0.8, "too-few-alphabetic-words"),
        ("min-stop-words", "stop_words", "min", 2, "too-few-stop-words"),
    )
    return [
        Rule(f"gopher-{name}", f"gopher_{signal}", bound, value, f"gopher-{reason}", "arXiv:2112.11446 A.1.1")
        for name, signal, bound, value, reason in rows
    ]


def _repetition() -> list[Rule]:
    rows: list[tuple[str, float]] = [
        ("duplicate-paragraphs", 0.3),
        ("duplicate-paragraph-characters", 0.2),
        ("duplicate-lines", 0.3),
        ("duplicate-line-characters", 0.2),
        *((f"top-{n}-gram-characters", value) for n, value in ((2, 0.20), (3, 0.18), (4, 0.16))),
        *((f"duplicate-{n}-gram-characters", round(0.30 - n / 100, 2)) for n in range(5, 11)),
    ]
    family, source = "gopher-repetition", "arXiv:2112.11446 table A1"
    empty = Rule(f"{family}-min-characters", "repetition_characters", "min", 1, f"{family}-empty", "nothing to judge")
    return [
        empty,
        *(
            Rule(
                f"{family}-max-{name}",
                f"repetition_{name.replace('-', '_')}",
                "max",
                value,
                f"{family}-{name}",
                source,
            )
            for name, value in rows
        ),
    ]


_C4 = [
    Rule(
        "c4-max-placeholder", "c4_placeholder", "max", 0, "placeholder-page", "corpuskit: C4 has rules on filler alone"
    ),
    Rule("c4-max-access-wall", "c4_access_wall", "max", 0, "access-wall", "corpuskit: C4 has rules on notices alone"),
    Rule(
        "c4-max-contents-characters",
        "c4_contents_characters",
        "max",
        0.5,
        "table-of-contents",
        "corpuskit: entries end no line as prose does",
    ),
    Rule(
        "c4-max-price-lines", "c4_price_lines", "max", 0.2, "price-list", "corpuskit: entries end no line as prose does"
    ),
    Rule("c4-max-lorem-ipsum-characters", "c4_lorem_ipsum_characters", "max", 0.05, "c4-lorem-ipsum", _C4_PAPER),
    Rule("c4-max-curly-bracket-characters", "c4_curly_bracket_characters", "max", 0.2, "c4-curly-bracket", _C4_PAPER),
    Rule("c4-min-text-left", "c4_text_left", "min", 0.33, "c4-little-left", "corpuskit: no shreds"),
    Rule("c4-min-sentences", "c4_sentences", "min", 2, "c4-too-few-sentences", _C4_PAPER),
]

_FINEWEB = [
    Rule("fineweb-min-lines", "fineweb_lines", "min", 1, "fineweb-empty", "nothing to judge"),
    Rule(
        "fineweb-min-terminal-lines",
        "fineweb_terminal_lines",
        "min",
        0.12,
        "fineweb-too-few-terminal-lines",
        _FINEWEB_PAPER,
    ),
    Rule("fineweb-max-short-lines", "fineweb_short_lines", "max", 0.67, "fineweb-too-many-short-lines", _FINEWEB_PAPER),
    Rule(
        "fineweb-max-duplicate-line-characters",
        "fineweb_duplicate_line_characters",
        "max",
        0.2,
        "fineweb-duplicate-line-characters",
        _FINEWEB_PAPER,
    ),
    Rule(
        "fineweb-max-newlines-per-word",
        "fineweb_newlines_per_word",
        "max",
        0.3,
        "fineweb-too-many-newlines",
        _FINEWEB_PAPER,
    ),
]

RULES: tuple[Rule, ...] = (*_gopher(), *_repetition(), *_C4, *_FINEWEB)
"""In the order in which they are applied; the first that fails names the drop."""

SETTINGS = (
    Setting(
        "leave-out-code",
        True,
        False,
        "Judge no lines of code: in fences, or in paragraphs whose lines look like code.",
        "corpuskit: rules for prose say nothing of code",
    ),
    Setting(
        "prose-share",
        0.4,
        math.inf,
        "Of a text with this share of its characters in sentences, judge only these.",
        "corpuskit: cells and labels outnumber paragraphs",
    ),
    Setting(
        "gopher-repetition-window-words",
        500,
        math.inf,
        "Look for duplicate 5- to 10-grams within stretches of this many words.",
        "corpuskit: long texts repeat phrases by chance",
    ),
    Setting(
        "gopher-repetition-least-count",
        6,
        1,
        "Take the commonest 2- to 4-gram for repetition if it occurs at least so often.",
        "corpuskit: short texts repeat the name of what they are about",
    ),
    Setting(
        "c4-terminal-punctuation",
        False,
        False,
        "Keep only lines that end as prose does, or have the end of a sentence within, of any script.",
        _C4_PAPER,
    ),
    Setting(
        "c4-min-line-words",
        3,
        0,
        "Keep only lines of at least this many words, sentences, and lines of paragraphs that have as many a line.",
        _C4_PAPER,
    ),
    Setting(
        "c4-headings",
        True,
        False,
        "Keep shorter lines that are no menu at the head or foot: titles, headwords, usage, items of lists.",
        "corpuskit: C4 means menus, and a title may have one word",
    ),
    Setting("c4-max-word-length", 1000, math.inf, "Take out lines with a longer token.", "C4's released code"),
    Setting("c4-javascript", True, False, "Take out lines that ask for JavaScript to be switched on.", _C4_PAPER),
    Setting("c4-policy", True, False, "Take out lines about cookies, privacy and terms of use.", _C4_PAPER),
    Setting("c4-citations", True, False, "Take citation marks like [12] and [edit] out of lines.", _C4_PAPER),
    Setting("fineweb-short-line-length", 30, 0, "A line of at most this many characters is short.", _FINEWEB_PAPER),
)
"""Switches are true or false, counts are integers, ratios are floats; `--set` keeps to these types."""

DATATROVE: dict[str, float | None] = {
    "c4-max-placeholder": None,
    "c4-max-access-wall": None,
    "c4-max-contents-characters": None,
    "c4-max-price-lines": None,
    "leave-out-code": False,
    "prose-share": math.inf,
    **{f"gopher-repetition-max-duplicate-{n}-gram-characters": round(0.20 - n / 100, 2) for n in range(5, 11)},
    "gopher-repetition-window-words": math.inf,
    "gopher-repetition-least-count": 1,
    "c4-max-lorem-ipsum-characters": 0,
    "c4-max-curly-bracket-characters": 0,
    "c4-min-text-left": None,
    "c4-min-sentences": 5,
    "c4-terminal-punctuation": True,
    "c4-headings": False,
    "fineweb-max-duplicate-line-characters": 0.01,
}
"""Bounds and settings of datatrove's filters that differ from ours; None is off."""
