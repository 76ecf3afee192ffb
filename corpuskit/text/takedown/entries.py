"""The lines of a takedown list: what each of them names.

A line is a JSON object that names one thing: `id`, `url`, `url_prefix`, `domain`, `id_prefix` (with its `source`),
`id_hash`, `actor`, `tenant`, `text` or `text_hash`. `source` and `tenant` narrow what stands beside them. `ref` and
`date` are for those who keep the list. `signature` stands beside a `text_hash`: by it near copies are found without the
text. An entry with `of` was added by `takedown`; beside an `id_hash`, it has the `reason` why that document went.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from corpuskit.core.document import Reject, parse_lossless, text_hash
from corpuskit.core.provenance.takedowns_on_record import DIGEST_LETTERS
from corpuskit.core.wording import comma_list, did_you_mean, excerpt
from corpuskit.text.takedown.reasons import ALL_REASONS

TEXT, TEXT_HASH, TENANT, ID_PREFIX, ID_HASH = "text", "text_hash", "tenant", "id_prefix", "id_hash"
SELECTORS = ("id", "url", "url_prefix", "domain", ID_PREFIX, ID_HASH, "actor", TEXT, TEXT_HASH)
ADDRESSES = ("url", "url_prefix", "domain")
NARROWING = ("source", TENANT)
KEYS = (*SELECTORS, *NARROWING, "signature", "ref", "date", "of", "reason")
PAIR = ("type", "kind", "value")
"""How other lists say what they name."""
EXAMPLE = 'write one a line, such as {"id": "page-1"}'
ID_DIGITS = 16
"""Hexadecimal digits of an id's hash: the first half of its xxh3 of 128 bits."""
_HASH = re.compile("[0-9a-f]{32}|[0-9a-f]{64}")
_ID_HASH = re.compile(f"[0-9a-f]{{{ID_DIGITS}}}")


AddressOf = Callable[[str], tuple[str, str, str]]
"""Returns the host of an address, in the one spelling in which hosts are compared, what follows it, and what tells its
server from that of the web: another port or scheme."""


class Kernels(NamedTuple):
    """What other packages of `text` lend to this one."""

    sign: Callable[[Sequence[str]], list[str]]
    """Returns the signatures of texts, by which near copies are found; empty for a text without words."""
    is_signature: Callable[[str], bool]
    """Whether a signature can be compared with those that `sign` returns."""
    address_of: AddressOf


class EntryError(ValueError):
    """A line that names nothing, or what it names is in doubt; its text says what to write."""


class Entry(NamedTuple):
    """One thing to take out."""

    kind: str
    """The key that names it, `tenant` if that stands alone; a text has become a `text_hash`."""
    value: str
    source: str | None = None
    tenant: str | None = None
    signature: str = ""
    ref: str | None = None
    date: str | None = None
    of: str | None = None
    """Digest of the entry that named a document with this text; `takedown` adds such entries."""
    reason: str | None = None
    """Of an id that was learned: why its document went. It goes for that reason wherever it is, and not for its own."""
    text: str | None = None
    """The text, in a list that still holds it; it is never written."""

    def as_json(self) -> dict[str, str]:
        """Return the line: what it names first, the text replaced by its hash and signature."""
        notes = {"ref": self.ref, "date": self.date, "of": self.of, "reason": self.reason}
        narrowed = {"source": self.source, TENANT: self.tenant, "signature": self.signature or None}
        beside = {key: value for key, value in {**narrowed, **notes}.items() if value is not None}
        return {self.kind: self.value, **beside}

    def digest(self) -> str:
        """Return a hash of what is named. `ref` and `date` may be corrected, and a signature added, without effect."""
        named = "\0".join([self.kind, self.value, _or_nothing(self.source), _or_nothing(self.tenant)])
        return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LETTERS]


def origin_of(entry: Entry) -> str:
    """Return the digest of the entry that somebody wrote: this one, or the one that it was learned by."""
    return entry.of or entry.digest()


def entry_of(line: bytes, kernels: Kernels) -> Entry:
    """Return what a line names; a text is not signed yet. Raises EntryError."""
    try:
        content = parse_lossless(line)
    except Reject as reject:
        raise EntryError(f"is no JSON object ({reject.reason}); {EXAMPLE}") from None
    if not isinstance(content, dict):
        raise EntryError(f"is no JSON object; {EXAMPLE}")
    _demand_known_keys(content)
    for key, value in content.items():
        if not isinstance(value, str) or not value.strip():
            raise EntryError(f"`{key}` must be a string that is not empty")
    kind = _kind_of(content)
    value, source, tenant = content[kind], content.get("source"), content.get(TENANT)
    if kind == TENANT:
        tenant = None
    if kind == TEXT_HASH and not _HASH.fullmatch(value):
        raise EntryError("`text_hash` must be the xxh3 (32) or sha256 (64 hexadecimal digits, in small letters)")
    if kind == ID_HASH and not _ID_HASH.fullmatch(value):
        raise EntryError(f"`id_hash` must be the first {ID_DIGITS} hexadecimal digits of the id's xxh3 of 128 bits")
    if kind in ADDRESSES and not kernels.address_of(value)[0]:
        raise EntryError(f"`{kind}` names no host; write an address such as https://example.org/page, or a domain")
    _demand_no_pattern(kind, value, kernels)
    text = value if kind == TEXT else None
    if text is not None:
        kind, value = TEXT_HASH, text_hash(text)
    signature = content.get("signature", "")
    if signature and not kernels.is_signature(signature):
        raise EntryError("`signature` was not made by this version; put the text in its place, or leave it out")
    notes = (content.get("ref"), content.get("date"), content.get("of"), content.get("reason"))
    return Entry(kind, value, source, tenant, signature, *notes, text)


def _demand_no_pattern(kind: str, value: str, kernels: Kernels) -> None:
    """Raise EntryError for an asterisk where it would be compared as it is: it names nothing then."""
    host = kernels.address_of(value)[0] if kind in ADDRESSES else ""
    if "*" in host or host.startswith("."):
        raise EntryError(
            f"`{kind}` takes no `*` in a host; a `domain`, such as example.org, is all of its subdomains as well"
        )
    if kind in ("url_prefix", ID_PREFIX) and value.endswith("*"):
        raise EntryError(f"`{kind}` takes no `*` at its end; it stands for all that begins so without one")


def signed(entries: Iterable[Entry], sign: Callable[[Sequence[str]], list[str]]) -> list[Entry]:
    """Return the entries, those with a text signed."""
    entries = list(entries)
    numbers = [number for number, entry in enumerate(entries) if entry.text is not None]
    signatures = sign([entries[number].text or "" for number in numbers])
    for number, signature in zip(numbers, signatures, strict=True):
        entries[number] = entries[number]._replace(signature=signature)
    return entries


def id_digits(identifier: str | bytes) -> str:
    """Return what names an id without saying it.

    >>> id_digits("page-1")
    '974b7c67b1a5093e'
    """
    import xxhash

    encoded = identifier.encode("utf-8", "surrogatepass") if isinstance(identifier, str) else identifier
    return xxhash.xxh3_128_hexdigest(encoded)[:ID_DIGITS]


def list_digest(digests: Iterable[str]) -> str:
    """Return the digest of a list whose entries have these digests, in any order and however often.

    >>> list_digest(["b", "a"]) == list_digest(["a", "b", "a"])
    True
    """
    return "sha256:" + hashlib.sha256("\n".join(sorted(set(digests))).encode()).hexdigest()


def _demand_known_keys(content: dict[str, Any]) -> None:
    for key in content:
        if key.lower() in PAIR:
            hint = f"write what it names as the key, such as `id`; keys are {comma_list(KEYS)}"
            raise EntryError(f"`{excerpt(key)}` is no key; {hint}")
        if key not in KEYS:
            raise EntryError(f"`{excerpt(key)}` is no key{did_you_mean(key, KEYS)}; keys are {comma_list(KEYS)}")


def _kind_of(content: dict[str, str]) -> str:
    kinds = [key for key in SELECTORS if key in content]
    if len(kinds) > 1:
        raise EntryError(f"names two things, `{kinds[0]}` and `{kinds[1]}`; write a line for each")
    if not kinds and TENANT in content and "source" not in content:
        kinds = [TENANT]
    if not kinds:
        raise EntryError(f"names nothing; write one of {comma_list((*SELECTORS, TENANT))}")
    if kinds[0] == ID_PREFIX and "source" not in content:
        raise EntryError("`id_prefix` needs a `source`: ids of other sources may begin alike")
    if "signature" in content and kinds[0] != TEXT_HASH:
        raise EntryError("`signature` stands beside a `text_hash`")
    if "reason" in content and (kinds[0] != ID_HASH or "of" not in content or content["reason"] not in ALL_REASONS):
        raise EntryError("`reason` is what `takedown` writes beside an `id_hash`; leave it out")
    return kinds[0]


def _or_nothing(value: str | None) -> str:
    return "" if value is None else f"={value}"
