"""Really Simple Licensing 1.0 (rslstandard.org): XML with what a licence permits and prohibits, and for what payment.

A permission needs due form: `type="usage"`, words of the vocabulary, no condition that we cannot tell is met, and no
payment but `free`. A use that is permitted for a payment is disallowed, as nobody has paid. Attribution, limits to some
users or countries and elements unknown to us leave a permission open. A document type is refused and no entity is read.
"""

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

from corpuskit.text.rights.path_rules import address_path, most_specific
from corpuskit.text.rights.statements import ALLOWED, DISALLOWED, most_restrictive

__all__ = ["RslRule", "matching_rules", "parse_rsl"]

NAMESPACE = "https://rslstandard.org/rsl"
MAX_CHARACTERS = 1 << 20
MAX_RULES = 10_000
MAX_PARTS = 50
_SEARCH, _ALL = frozenset({"search"}), frozenset({"train", "input", "search"})
_USAGES = {
    "all": _ALL,
    "ai-all": frozenset({"train", "input"}),
    "ai-train": frozenset({"train"}),
    "ai-input": frozenset({"input"}),
    "ai-index": frozenset[str](),
    "search": _SEARCH,
}
"""Which of our uses a word of the vocabulary covers; others, such as `quote`, cover none."""
_DENIALS = frozenset({"no", "false", "deny", "denied", "0", "none", "prohibited", "disallow"})
_OPEN_PAYMENTS = frozenset({"attribution"})
"""Conditions that a corpus may or may not meet."""
_HARMLESS = frozenset({"permits", "prohibits", "payment", "legal"})
"""Elements of a licence that put no condition on it beyond those that are read."""
_PROHIBITION = re.compile(r"<prohibits\b[^<>]{0,200}>([^<]{0,500})", re.IGNORECASE)


class RslRule(NamedTuple):
    """What a licence says on the addresses that match a pattern."""

    host: str
    """Empty for the host that the file is on."""
    pattern: str
    verdicts: dict[str, str]
    raw: str


def parse_rsl(text: str) -> list[RslRule]:
    """Return the rules of a file; of one that is no RSL, only what it prohibits; of one with a document type, none."""
    text = text[:MAX_CHARACTERS].removeprefix("\ufeff").lstrip()
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return []
    try:
        # No document type means no entities, which are what makes XML from others dangerous.
        root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]{0,200}\?>", "", text))  # noqa: S314
    except (ElementTree.ParseError, ValueError, RecursionError):
        return _prohibited_in_text(text)
    is_proper = root.tag == f"{{{NAMESPACE}}}rsl"
    rules: list[RslRule] = []
    for content in root.iter():
        if _name(content) != "content" or len(rules) >= MAX_RULES:
            continue
        host, pattern = _location(content.get("url", ""))
        needs_license = content.get("server") is not None
        for license_ in content:
            if _name(license_) == "license":
                verdicts = _verdicts(license_, is_proper and content.get("url") is not None, needs_license)
                rules.append(RslRule(host, pattern, verdicts, _raw(license_)))
    return rules


def matching_rules(rules: list[RslRule], host: str, path: str) -> list[RslRule]:
    """Return the rules of the most specific pattern that matches an address; `host` is the file's own."""
    on_host = [rule for rule in rules if rule.host in ("", host) or _is_www_twin(rule.host, host)]
    return most_specific(path, on_host, lambda rule: rule.pattern)


def _is_www_twin(one: str, other: str) -> bool:
    return one.removeprefix("www.") == other.removeprefix("www.")


def _location(url: str) -> tuple[str, str]:
    """Return the host, empty if it is not named, and the pattern of paths."""
    if "://" not in url:
        return "", url.strip() or "/"
    try:
        return (urlsplit(url).netloc.lower(), address_path(url.strip()))
    except ValueError:
        return "", "/"


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _usages(text: str | None) -> frozenset[str]:
    words = re.split(r"[\s,;]+", (text or "").strip().lower())
    return frozenset().union(*(_USAGES.get(word, frozenset()) for word in words))


def _verdicts(license_: Any, is_proper: bool, needs_license: bool) -> dict[str, str]:
    """Return what one licence says, by use."""
    permitted, prohibited = set[str](), set[str]()
    is_open = not is_proper
    """Whether its permissions have a condition that may not be met."""
    payments, names_uses = [], False
    for element in license_:
        name, kind = _name(element), (element.get("type") or "").strip().lower()
        if name == "payment":
            payments.append(kind)
        elif name == "permits" and kind in _USAGES and _denies(element.text):
            prohibited |= _USAGES[kind]  # upside down, as some write it
        elif name == "permits" and kind == "usage":
            names_uses = True
            permitted |= _usages(element.text)
        elif name == "prohibits":
            prohibited |= _usages(element.text) if kind in ("usage", "") else _USAGES.get(kind, frozenset())
            is_open |= kind in ("user", "geo")
        else:
            # Also permissions for some users or countries only, or in another form.
            is_open |= name not in _HARMLESS or name == "permits"
    asks_for_payment = needs_license or any(kind not in {"free", *_OPEN_PAYMENTS} for kind in payments)
    is_open |= any(kind in _OPEN_PAYMENTS for kind in payments)
    if asks_for_payment and not names_uses:
        prohibited |= _ALL
    verdict = DISALLOWED if asks_for_payment else None if is_open else ALLOWED
    verdicts = {use: [verdict] for use in permitted if verdict}
    for use in prohibited:
        verdicts.setdefault(use, []).append(DISALLOWED)
    return {use: most_restrictive(values) for use, values in sorted(verdicts.items())}


def _denies(text: str | None) -> bool:
    return (text or "").strip().lower() in _DENIALS


def _raw(license_: Any) -> str:
    """Return a licence as it is written, but for white space and what is deeper in it than what we read."""
    parts = []
    for element in license_:
        attributes = "".join(f' {name}="{value}"' for name, value in element.items())
        start = f"<{_name(element)}{attributes}"
        content = " ".join((element.text or "").split()) + ("…" if len(element) else "")
        parts.append(f"{start}>{content}</{_name(element)}>" if content else f"{start}/>")
        if len(parts) >= MAX_PARTS:
            break
    return f"<license>{''.join(parts)}</license>"


def _prohibited_in_text(text: str) -> list[RslRule]:
    """Return what XML that does not parse prohibits, for the whole host."""
    return [
        RslRule("", "/", dict.fromkeys(sorted(usages), DISALLOWED), match[0])
        for match in _PROHIBITION.finditer(text)
        if (usages := _usages(match[1]))
    ][:MAX_RULES]
