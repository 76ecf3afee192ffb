"""The licence gate: an allow-list against SPDX licence expressions.

Only what is listed passes. `A OR B` passes if either does, `A AND B` if both do (SPDX 2.3, annex D). `A+` and
`A-or-later` allow the choice of `A` or of any later version, so they pass if one of these is listed; a list that names
them allows all these versions. `A WITH exception` has to be listed as such. `LicenseRef-…` is a custom name.
NOASSERTION, NONE, and anything that is empty, unreadable or holds a name unknown to SPDX never pass. Case does not
matter.

`license_of_address` knows the addresses of licences: https://spdx.org/licenses/, and the deeds of Creative Commons at
https://creativecommons.org/licenses/list.en.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from corpuskit.core.wording import did_you_mean, excerpt

MAX_LENGTH = 1000
"""Longest expression that is read, in characters."""

_OWN_NAME = re.compile(r"(documentref-[a-z0-9.-]+:)?licenseref-[a-z0-9.-]+")
_NAME = re.compile(r"[A-Za-z0-9.+-]+")

_VERSIONED = re.compile(
    r"(?P<license>.+?)-(?P<version>\d{1,4}(\.\d{1,4}){0,3})(?P<later>\+|-only|-or-later)?( with (?P<exception>.+))?"
)

_NEVER_NAMES = {"GPL", "BSD-2"}
"""What the library takes for former names, but SPDX never had: which GPL is it?"""

_HOSTS = r"(?:creativecommons|spdx|opensource|apache|gnu|w3)\.org"
_START = r"(?:https?://)?(?:www\.)?"
_IN_TEXT = re.compile(rf"(?<![\w./=&?@%-]){_START}{_HOSTS}/[^\s<>\"'()\[\]{{}}|\\]+", re.IGNORECASE)
_VERSIONS = r"(1\.0|2\.0|2\.1|2\.5|3\.0|4\.0)"
_DEED = re.compile(rf"licen[sc]es/(by(?:-nc|-nd|-sa){{0,2}})/{_VERSIONS}(?:/([^/?#]*))?(?:[/?#].*)?", re.IGNORECASE)
_PAGE_OF_DEED = re.compile(r"(?:deed|legalcode|rdf)\b.*|", re.IGNORECASE)

Tree = str | tuple[str, tuple["Tree", ...]]
"""A licence's name in lower case, or `and`/`or` and its parts."""


def allowed(expression: str | None, allow: Iterable[str]) -> bool:
    """Whether the expression grants what the list allows.

    >>> allowed("MIT OR GPL-3.0-only", ["MIT"]), allowed("MIT AND GPL-3.0-only", ["MIT"]), allowed("NOASSERTION", [])
    (True, False, False)
    """
    return _holds(_parsed(expression or ""), _allow_names(tuple(allow)))


def entry_problem(entry: str) -> str:
    """Return why an entry of an allow-list is not one licence (with its exception, if any); empty if it is."""
    tree = _parsed(entry)
    if isinstance(tree, str):
        return ""
    if tree is not None:
        return f"`{excerpt(entry)}` is not an SPDX licence but an expression; list its licences one by one"
    return _unknown_license(entry)


def expression_problem(expression: str) -> str:
    """Return why a text is not an SPDX licence expression; empty if it is, or says that no licence is known."""
    if expression in ("NOASSERTION", "NONE") or _parsed(expression) is not None:
        return ""
    return _unknown_license(expression)


def _unknown_license(text: str) -> str:
    """Return what is wrong with a text that is no expression, with the nearest name to the first that is unknown."""
    words = [word for word in re.split(r"[\s()/,]+", text) if word and word.lower() not in ("and", "or", "with")]
    names = [name for name, _ in _index().values()]
    unknown = next((word for word in words if _parsed(word) is None and word.lower() not in _index()), None)
    if unknown is None and words:
        return f"`{excerpt(text)}` is not an SPDX licence expression; put AND or OR between licences"
    unknown = unknown or text
    near = _last_version(unknown, names) or did_you_mean(unknown, names)
    return f"`{excerpt(unknown)}` is not an SPDX licence{near}; write LicenseRef-… for your own"


def _last_version(family: str, names: Iterable[str]) -> str:
    """Return a hint at the last version of a family of licences, such as GPL or CC-BY; empty for any other name."""
    version = re.compile(rf"{re.escape(family)}-?[0-9.]+(-only)?", re.IGNORECASE)
    versions = sorted(name for name in names if version.fullmatch(name))
    return f" (did you mean `{versions[-1]}`?)" if versions else ""


@cache
def _allow_names(allow: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for entry in allow if isinstance(name := _parsed(entry), str))


def _holds(tree: Tree | None, names: frozenset[str]) -> bool:
    if tree is None:
        return False
    if isinstance(tree, str):
        return tree in names or any(_overlap(tree, name) for name in names)
    holds = [_holds(part, names) for part in tree[1]]
    return all(holds) if tree[0] == "and" else any(holds)


def _overlap(name: str, listed: str) -> bool:
    """Whether two names stand for versions of one licence, and some version is among those of both.

    >>> _overlap("gpl-3.0-only", "gpl-2.0-or-later"), _overlap("gpl-1.0-or-later", "gpl-2.0-only")
    (True, True)
    >>> _overlap("gpl-1.0-only", "gpl-2.0-or-later"), _overlap("gpl-3.0-only", "lgpl-3.0-or-later")
    (False, False)
    """
    one, other = _version_range(name), _version_range(listed)
    if one is None or other is None or one.family != other.family:
        return False
    lower, higher = sorted((one, other), key=lambda item: item.first)
    return lower.first == higher.first or lower.has_later


class _VersionRange(NamedTuple):
    """One version of a licence, or that and all later ones."""

    family: tuple[str, str]
    """The name without its version, and the exception."""
    first: tuple[int, ...]
    has_later: bool


@lru_cache(maxsize=4096)
def _version_range(name: str) -> _VersionRange | None:
    """Return the versions that a name in lower case stands for; None for one without a version at its end."""
    match = _VERSIONED.fullmatch(name)
    if match is None:
        return None
    version = tuple(map(int, match["version"].split(".")))
    return _VersionRange((match["license"], match["exception"] or ""), version, match["later"] in ("+", "-or-later"))


@lru_cache(maxsize=65536)
def _parsed(expression: str) -> Tree | None:
    """Return the expression as a tree; None if it cannot be parsed or names an unknown licence."""
    from license_expression import ExpressionError

    if not expression.strip() or len(expression) > MAX_LENGTH:
        return None
    try:
        return _tree(_licensing().parse(expression, validate=False, strict=True))
    # On some malformed expressions the library raises internal errors of its parser.
    except (ExpressionError, ValueError, TypeError, AttributeError, IndexError, RecursionError, KeyError):
        return None


def _tree(node: Any) -> Tree:
    from license_expression import LicenseWithExceptionSymbol

    for operator, kind in (("and", _licensing().AND), ("or", _licensing().OR)):
        if isinstance(node, kind):
            return operator, tuple(_tree(part) for part in node.args)
    if isinstance(node, LicenseWithExceptionSymbol):
        return f"{_canonical_id(node.license_symbol.key)} with {node.exception_symbol.key.lower()}"
    return _canonical_id(node.key)


def listed_name(name: str) -> str | None:
    """Return a licence as SPDX writes it, whatever letters are large; None if SPDX lists no licence of this name.

    >>> listed_name("cc-by-4.0")
    'CC-BY-4.0'
    """
    listed = _index().get(name.lower())
    return listed[0] if listed and not listed[1] else None


def _canonical_id(key: str) -> str:
    name = key.lower()
    canonical = _index().get(name) or _index().get(name.removesuffix("+"))
    if not _OWN_NAME.fullmatch(name) and (canonical is None or canonical[1]):
        raise ValueError("not a licence")
    return name


@cache
def _index() -> dict[str, tuple[str, bool]]:
    """Return SPDX's licences and exceptions by lower-case name: the exact name, and whether it is an exception."""
    from license_expression import get_license_index

    return {
        row["spdx_license_key"].lower(): (row["spdx_license_key"], row["is_exception"])
        for row in get_license_index()
        if _NAME.fullmatch(row.get("spdx_license_key") or "") and not _OWN_NAME.match(row["spdx_license_key"].lower())
    }


@cache
def _licensing() -> Any:
    from license_expression import LicenseSymbol, Licensing, get_license_index

    # The library's own set maps names such as LicenseRef-Apache to other licences; a custom name is not another
    # licence, so only SPDX's former identifiers (GPL-2.0 for GPL-2.0-only) are kept.
    return Licensing(
        [
            LicenseSymbol(row["spdx_license_key"], _former_names(row), is_exception=row["is_exception"])
            for row in get_license_index()
            if (row.get("spdx_license_key") or "").lower() in _index()
        ]
    )


def _former_names(row: dict[str, Any]) -> tuple[str, ...]:
    names = row.get("other_spdx_license_keys") or ()
    return tuple(
        name
        for name in names
        if _NAME.fullmatch(name) and not _OWN_NAME.match(name.lower()) and name not in _NEVER_NAMES
    )


def license_of_address(address: str) -> str | None:
    """Return the SPDX name of the licence at an address; None for an address of any other page.

    The form of a deed for one country (`…/by/3.0/us/`) is a licence of its own, which SPDX has for some countries.

    >>> license_of_address("http://creativecommons.org/licenses/by-nc/3.0"), license_of_address("https://example.org/")
    ('CC-BY-NC-3.0', None)
    """
    match = re.fullmatch(rf"{_START}({_HOSTS})/(.+)", address.strip(), re.IGNORECASE)
    return next((name for name in _NAMES[match[1].lower()](match[2]) if name), None) if match else None


def addresses_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the addresses in a text that may be of a licence, each with where it begins.

    >>> list(addresses_in("Under (https://creativecommons.org/licenses/by/4.0/)."))
    [(7, 'https://creativecommons.org/licenses/by/4.0/')]
    """
    for match in _IN_TEXT.finditer(text):
        yield match.start(), match[0].rstrip(".,;:!?*_")


def _creative_commons(path: str) -> Iterator[str | None]:
    if deed := _DEED.fullmatch(path):
        # The deeds of version 1.0 have some parts in another order than SPDX: by-nd-nc.
        by, *others = deed[1].upper().split("-")
        country = "" if _PAGE_OF_DEED.fullmatch(deed[3] or "") else f"-{deed[3]}"
        yield listed_name(f"CC-{'-'.join([by, *sorted(others)])}-{deed[2]}{country}")
    for pattern, name in _DEDICATIONS:
        if pattern.match(path):
            yield listed_name(name)


_DEDICATIONS = (
    (re.compile(r"(?:publicdomain|licen[sc]es)/(?:zero|cc0)/1\.0(?!\d)", re.IGNORECASE), "CC0-1.0"),
    (re.compile(r"publicdomain/mark/1\.0(?!\d)", re.IGNORECASE), "CC-PDM-1.0"),
    (re.compile(r"licen[sc]es/publicdomain(?![\w-])", re.IGNORECASE), "CC-PDDC"),
)


def _spdx(path: str) -> Iterator[str | None]:
    if match := re.fullmatch(r"licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json|\.txt)?/?(?:#.*)?", path):
        # A former name such as GPL-2.0 is no listed one, but still means a licence.
        yield listed_name(match[1]) or ("" if entry_problem(match[1]) else match[1])


def _open_source(path: str) -> Iterator[str | None]:
    if match := re.fullmatch(r"licenses?/([A-Za-z0-9.-]+?)(?:-license)?(?:\.php|\.html)?/?(?:[?#].*)?", path, re.I):
        yield listed_name(match[1]) or listed_name(re.sub(r"(?<=\d)-(?=\d)", ".", match[1]))


def _apache(path: str) -> Iterator[str | None]:
    if re.match(r"licenses/license-2\.0(?!\d)", path, re.I):
        yield "Apache-2.0"


def _gnu(path: str) -> Iterator[str | None]:
    """Yield the version at hand: that later ones may be chosen is said elsewhere, if at all."""
    if match := re.match(r"(?:licenses|copyleft)/(?:old-licenses/)?(a?gpl|lgpl|fdl)-(\d\.\d)(?!\d)", path, re.I):
        family = match[1].upper().replace("FDL", "GFDL")
        yield listed_name(f"{family}-{match[2]}-only")


def _w3c(path: str) -> Iterator[str | None]:
    if path.lower().startswith("consortium/legal/2015/copyright-software-and-document"):
        yield "W3C-20150513"


_NAMES: dict[str, Callable[[str], Iterator[str | None]]] = {
    "creativecommons.org": _creative_commons,
    "spdx.org": _spdx,
    "opensource.org": _open_source,
    "apache.org": _apache,
    "gnu.org": _gnu,
    "w3.org": _w3c,
}
