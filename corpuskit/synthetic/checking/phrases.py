"""Refusals and boilerplate: what assistants say around an answer, or in place of one.

The phrases are those with which chat models open, refuse and close; a text is counted once.
"""

import re

__all__ = ["is_boilerplate"]

_OPENINGS = (
    r"(?:i'?m|i am) (?:(?:really|very) )?(?:sorry|afraid),? (?:but )?(?:that )?(?:i|as|we|this)\b",
    r"i apologi[sz]e\b",
    r"(?:unfortunately,? )?i (?:can(?:'?t|not)|am (?:not able|unable) to|won'?t) (?:\w+ )?"
    r"(?:assist|help|provide|fulfil|comply|create|generate|write|answer|do that)",
    r"(?:sure|certainly|of course|absolutely|great question)[!,.:]",
    r"(?:sure,? |certainly,? )?here(?:'s| is| are) (?:the|a|an|your|some|my) (?:\w+ ){0,4}?"
    r"(?:rewrit|rephras|paraphras|version|question|example|response|answer|text|summary)",
    r"(?:es )?tut mir leid\b",
    r"(?:natürlich|gerne|selbstverständlich)[!,.:]",
    r"(?:je suis désolé|désolé)\b",
    r"(?:bien sûr|certainement)\b ?[!,.:]",
    r"lo siento\b",
    r"(?:claro|por supuesto)[!,.:]",
    r"(?:抱歉|对不起|很抱歉|当然)",
)
_ANYWHERE = (
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b",
    r"\bi(?:'?m| am) (?:just |only )?an? (?:ai|(?:large )?language model|virtual assistant)\b",
    r"\bi (?:do not|don'?t) have (?:personal|access to real-time|the ability to)\b",
    r"\bals (?:ki|künstliche intelligenz|sprachmodell)\b",
    r"\ben tant qu(?:'ia|e modèle)\b",
    r"\bcomo (?:modelo de lenguaje|una? ia)\b",
    r"作为(?:一个)?(?:人工智能|ai|语言模型)",
    r"\bi hope (?:this|that) helps\b",
    r"\blet me know if (?:you(?:'d like|'d prefer| would like| need| have) (?:any|me|more|further|a|other)"
    r" (?:other|further|more|to|question|change|help|assist|adjust)|there(?:'s| is) anything else)",
    r"\bfeel free to (?:ask|reach out|contact)\b",
    r"\[(?:insert|your|name|company|date|topic)\b[^\]]{0,40}\]",
    r"\blorem ipsum\b",
    r"\b(?:knowledge cutoff|my last (?:knowledge )?update|my training data)\b",
)
_START = re.compile(rf"[\W_]*(?:{'|'.join(_OPENINGS)})")
_INSIDE = re.compile("|".join(_ANYWHERE))
_LONGEST = 20_000
"""Characters looked at from each end."""


def is_boilerplate(text: str) -> bool:
    """Whether a text refuses, or talks about itself.

    >>> is_boilerplate("I'm sorry, but I can't help with that."), is_boilerplate("I am afraid of the dark.")
    (True, False)
    """
    lowered = text.lower().replace("\u2019", "'")
    if len(lowered) > 2 * _LONGEST:
        lowered = f"{lowered[:_LONGEST]}\n{lowered[-_LONGEST:]}"
    return _START.match(lowered) is not None or _INSIDE.search(lowered) is not None
