"""What templates say: those that stand for words of a sentence, by rules of ours; all others say nothing.

A template's own text is in another page, which a dump of articles need not hold, and most are boxes, notices,
references and navigation. The few with a rule are common within sentences, where leaving them out would lose a number,
a name or a word of another language. What they show is described on their pages, such as
https://en.wikipedia.org/wiki/Template:Convert.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from corpuskit.text.wikitext.template_names import (
    CITATIONS,
    CURRENCIES,
    NAMES_BY_RULE,
    RANGES,
    SHIPS,
    SIGNS,
    TITLE_WORDS,
    UNITS,
)

NAMED_VALUE = re.compile(r"\s*([^\s=<>\[\]{}|\"'][^=<>\[\]{}|\"\n]{0,40}?)\s*=(.*)", re.DOTALL)
LANGUAGE_RULE = re.compile(r"(?:lang|ipa)-[a-z-]{2,12}|[a-z]{2}s")
"""`lang-ru`, `ipa-de`, and the `ruS` of the German Wikipedia."""
SHOWN_TAGS = frozenset(("nowiki", "pre", "poem"))
"""Tags whose content `{{#tag:…}}` shows; of references and galleries it is left out."""


class Call(NamedTuple):
    """One use of a template."""

    name: str
    values: list[str]
    """Those without a name, in order."""
    named: dict[str, str]

    def value(self, number: int, *names: str) -> str:
        """Return the value with this number, from 1 on, or else the first of these names that is set; or nothing."""
        if number <= len(self.values) and self.values[number - 1]:
            return self.values[number - 1]
        return next((self.named[key] for key in (str(number), *names) if self.named.get(key)), "")


Rule = Callable[[Call], str]


def text_of_template(content: str, title: str) -> str:
    """Return what a template shows, from what stands between its braces; nothing if that is not known.

    >>> text_of_template("convert|12|km|mi", ""), text_of_template("Infobox town|name=Ely", "")
    ('12 km', '')
    """
    first, bar, remainder = content.partition("|")
    name = first.strip().replace("_", " ").lower()
    if not bar and name in SIGNS:
        return SIGNS[name]
    if not bar and name in TITLE_WORDS:
        return title
    function, colon, _ = name.partition(":")
    if colon:
        return _text_of_function(function.strip(), first.partition(":")[2].strip(), remainder)
    rule = RULES.get(name) or (_first if LANGUAGE_RULE.fullmatch(name) else None)
    return rule(_call(name, remainder)) if rule is not None and bar else ""


def is_citation(content: str) -> bool:
    """Whether a template names a book, an article or a page, from what stands between its braces.

    >>> is_citation("Cite book |title=Tides"), is_citation("Literatur|Autor=Ebbe"), is_citation("cited by|5")
    (True, True, False)
    """
    name = content.partition("|")[0].strip().replace("_", " ").lower()
    return name in CITATIONS or name.startswith("cite ")


def _call(name: str, remainder: str) -> Call:
    values, named = [], {}
    for part in remainder.split("|"):
        match = NAMED_VALUE.fullmatch(part)
        if match:
            named[match[1].strip().lower()] = match[2].strip()
        else:
            values.append(part.strip())
    return Call(name, values, named)


def _text_of_function(function: str, argument: str, remainder: str) -> str:
    """Return what a parser function shows, where that depends on nothing but its argument."""
    if function == "#tag":
        return remainder.partition("|")[0] if argument.lower() in SHOWN_TAGS else ""
    change = FUNCTIONS.get(function)
    return change(argument) if change else ""


FUNCTIONS: dict[str, Callable[[str], str]] = {
    "formatnum": str,
    "lc": str.lower,
    "uc": str.upper,
    "lcfirst": lambda text: text[:1].lower() + text[1:],
    "ucfirst": lambda text: text[:1].upper() + text[1:],
}


def _first(call: Call) -> str:
    return call.value(1, "text", "content")


def _last(call: Call) -> str:
    return next((value for value in reversed(call.values) if value), "")


def _separated_by(sign: str) -> Rule:
    return lambda call: sign.join(filter(None, call.values))


def _around(before: str, after: str = "") -> Rule:
    return lambda call: f"{before}{_first(call)}{after}" if _first(call) else ""


def _second(call: Call) -> str:
    """`lang`: the words after the language's code."""
    return call.value(2, "text", "texte")


def _converted(call: Call) -> str:
    """`convert`: number and unit as they are stated, without what they are in other units."""
    number, unit = call.value(1), call.value(2)
    if unit in RANGES and len(call.values) > 3:
        number, unit = f"{number}{RANGES[unit]}{call.values[2]}", call.values[3]
    return f"{number} {UNITS.get(unit, unit)}".strip() if number else ""


def _fraction(call: Call) -> str:
    values = call.values
    if len(values) > 2:
        return f"{values[0]} {values[1]}/{values[2]}"
    return "/".join(values) if len(values) == 2 else f"1/{values[0]}"


def _number(call: Call) -> str:
    """`val`: a number with its uncertainty, power of ten and unit."""
    spread, power = call.value(2), call.named.get("e", "")
    unit = call.named.get("u") or call.named.get("ul") or ""
    text = call.value(1) + (f"±{spread}" if spread else "") + (f"×10^{power}" if power else "")
    return f"{text} {unit}".strip()


def _day(call: Call) -> str:
    """Year, month and day as ISO 8601 writes them; words as they are."""
    values = [value for value in call.values if value]
    if values and all(value.isdigit() for value in values[:3]):
        return "-".join(value.zfill(2) for value in values[:3])
    return " ".join(values)


def _as_of(call: Call) -> str:
    return f"As of {' '.join(filter(None, call.values))}" if any(call.values) else ""


def _nihongo(call: Call) -> str:
    """A word, and in brackets how it is written and read in its language."""
    word, *others = (call.value(number) for number in (1, 2, 3))
    inside = ", ".join(filter(None, others))
    return f"{word} ({inside})" if word and inside else word or inside


def _chinese(call: Call) -> str:
    keys = ("c", "s", "t", "p", "hp", "w", "j", "poj")
    return "; ".join(call.named[key] for key in keys if call.named.get(key)) or _first(call)


def _person(call: Call) -> str:
    return f"{call.value(1, 'first')} {call.value(2, 'last')}".strip()


def _link(call: Call) -> str:
    label = next((call.named[key] for key in ("lt", "texte", "trad", "fr") if call.named.get(key)), "")
    return label or _first(call)


def _address(call: Call) -> str:
    return call.value(2, "title") or _first(call)


def _passage(call: Call) -> str:
    """A quotation that stands by itself, and who said it."""
    text = call.value(1, "text", "quote", "content", "texte", "texto", "testo", "treść", "текст")
    said_by = call.value(2, "author", "sign", "source", "auteur", "autor", "autore", "автор") if text else ""
    return f"\n\n{text}\n\n" + (f"— {said_by}\n\n" if said_by else "")


def _items(call: Call) -> str:
    values = list(filter(None, call.values))
    if len(values) == 1 and "\n" in values[0]:
        return f"\n\n{values[0]}\n\n"
    return ", ".join(value.lstrip("*# ") for value in values)


def _ruby(call: Call) -> str:
    return f"{call.value(1)} ({call.value(2)})" if call.value(2) else call.value(1)


def _sic(call: Call) -> str:
    return f"{' '.join(filter(None, call.values))} [sic]".strip()


def _money(call: Call) -> str:
    return f"{CURRENCIES[call.name]}{_first(call)}" if _first(call) else ""


def _ship(call: Call) -> str:
    return f"{call.name.upper()} {_first(call)}".strip()


RULES_BY_KIND: dict[str, Rule] = {
    "first": _first,
    "second": _second,
    "last": _last,
    "joined": _separated_by(""),
    "spaced": _separated_by(" "),
    "hyphenated": _separated_by("-"),
    "converted": _converted,
    "fraction": _fraction,
    "number": _number,
    "raised": _around("<sup>", "</sup>"),
    "lowered": _around("<sub>", "</sub>"),
    "nihongo": _nihongo,
    "chinese": _chinese,
    "person": _person,
    "link": _link,
    "address": _address,
    "passage": _passage,
    "items": _items,
    "as of": _as_of,
    "circa": _around("c. "),
    "floruit": _around("fl. "),
    "reign": _around("r. "),
    "day": _day,
    "literally": _around("lit. '", "'"),
    "power": _around("×10^"),
    "sic": _sic,
    "degrees": _around("", "°"),
    "root": _around("√"),
    "ruby": _ruby,
    "century": _around("", "e siècle"),
    "percent": _around("", "%"),
}
RULES: dict[str, Rule] = {
    name.strip(): RULES_BY_KIND[kind] for kind, names in NAMES_BY_RULE.items() for name in names.split("|")
}
RULES |= dict.fromkeys(CURRENCIES, _money) | dict.fromkeys(SHIPS, _ship)
