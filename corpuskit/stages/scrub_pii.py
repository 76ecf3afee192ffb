"""The stage `scrub-pii`."""

import dataclasses
import hashlib
import hmac
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from corpuskit.core.disk.key_file import read_key_file
from corpuskit.core.document import Document, Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.reserved import KNOWN_FIELDS
from corpuskit.core.step import RUNTIME, Drop, Stage
from corpuskit.core.wording import did_you_mean
from corpuskit.text.pii.fields import FieldPath, has_field, replaced, string_at, strings

if TYPE_CHECKING:
    from corpuskit.text.pii.engines import Finder
    from corpuskit.text.pii.scanner import Hit

KEY_VARIABLE = "CORPUSKIT_PII_KEY"
_SHORTEST_KEY = 16
_ROUNDS = 8


@dataclass(frozen=True)
class ScrubPii(Stage):
    """Mask, tag, hash or drop personal data and credentials.

    `mask` writes `{{EMAIL}}` in place of an address; `hash` writes `{{EMAIL:0123456789abcdef}}`, the first 64 bits
    of an HMAC-SHA-256 under your key, so that equal values stay equal; `tag` leaves the text and writes
    `metadata.pii`, a list of `{start, end, type}` in characters, with `field` where that is not `text`; `drop`
    drops the document for the reason `pii`, with the number of hits by type. Summary, `--json` and manifest count
    the hits by type in every mode. A text that was scrubbed before does not change again. A detector that fails
    rejects the record (`pii-detector-failed`).

    A field is `text`, `id`, another top-level key, or a path such as `metadata.author`; in a list or an object, all
    strings count, so `metadata` stands for all metadata. Missing fields are skipped; a run names those that no document
    has. Ids are left as they are unless named, and keys of objects always. Addresses of networks (192.0.2.0/24),
    multicast, loopback and netmasks are left; private addresses are not, unless `--allow private` leaves what every
    network uses again (192.168.…, fe80::…, names under `.local`); `--allow documentation` leaves what standards keep
    for examples (example.org, 192.0.2.…, 555-01xx).

    Documents with `metadata.programming_language`, as the source `code` gives it, are source code: `--code-types
    email,ipv4,ipv6,url-credentials,api-key,private-key` looks for nothing else in them.

    Types: email, phone, ipv4, ipv6, credit-card, iban, ssn, url-credentials, api-key, private-key, and national ids by
    country, such as gb-nhs, fr-nir, de-idnr or br-cpf: docs/personal-data.md lists them. `national-id` stands for ssn
    and all of those. A national id whose number alone could be anything counts only after a word that announces it.

    Not found: names, postal addresses, numbers and addresses in plain words (`name at example dot org`).
    The engine `scrubadub` knows email, phone, credit-card, ssn and credential (`username: … password: …`) only; a
    credential may include words that follow it.
    Holds one document at a time in memory.

        corpuskit scrub-pii --fields text,metadata.title --types email,phone docs.jsonl -o clean.jsonl.zst
    """

    engine: Annotated[Literal["native", "scrubadub"], "Whose detectors to use."] = "native"
    types: Annotated[tuple[str, ...], "Types to look for, as listed above; by default, all that the engine knows."] = ()
    code_types: Annotated[
        tuple[str, ...], "Types to look for in source code, such as email,api-key; by default, those of prose."
    ] = ()
    fields: Annotated[tuple[str, ...], "Fields to scrub: text, metadata.title, metadata (all of it)."] = ("text",)
    allow: Annotated[
        tuple[str, ...], "Values to leave: private (192.168.1.9), documentation (jo@example.org, 192.0.2.7)."
    ] = ()
    mode: Annotated[Literal["mask", "tag", "hash", "drop"], "What to do with a hit."] = "mask"
    key_file: Annotated[
        Path | None, f"File with the key of hash mode; without it, the variable {KEY_VARIABLE}.", RUNTIME
    ] = None

    def __post_init__(self) -> None:
        """Refuse types that the engine does not know, an empty list of fields, and hashing without a key."""
        self._demand_known_types("types", self.types)
        self._demand_known_types("code-types", self.code_types)
        self._demand_known_groups()
        if not self.fields:
            example = spelled("fields", ["text", "metadata.title"])
            raise UsageError(f"{spelled('fields')} names no field; name some, such as {example}")
        for field in self.fields:
            if field.startswith(".") or field.endswith("."):
                near = did_you_mean(field.strip("."), KNOWN_FIELDS)
                raise misfit("fields", "fields such as text or metadata.title", field, near)
        if self.mode == "hash" and self.key_file is None and not os.environ.get(KEY_VARIABLE):
            example = spelled("key-file", Path("FILE"))
            raise UsageError(f"{spelled('mode', self.mode)} needs a key: give {example}, or set {KEY_VARIABLE}")

    def _demand_known_groups(self) -> None:
        if not self.allow:
            return
        from corpuskit.text.pii.reserved import GROUPS

        for group in self.allow:
            if group not in GROUPS:
                raise misfit("allow", " or ".join(GROUPS), group, did_you_mean(group, GROUPS))

    def _demand_known_types(self, option: str, types: tuple[str, ...]) -> None:
        if not types:
            return
        from corpuskit.text.pii.engines import engine_types, listed

        known_types = engine_types(self.engine)
        for kind in types:
            if kind not in known_types:
                near = did_you_mean(kind, known_types)
                raise misfit(option, f"what the engine {self.engine} finds ({listed(known_types)})", kind, near)

    @property
    def guarded(self) -> bool:
        """Whether texts may take very long: our patterns take time linear in the text, those of scrubadub may not."""
        return self.engine == "scrubadub"

    def __getstate__(self) -> dict[str, Any]:
        """Return only the options: neither the key nor compiled patterns are ever pickled."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def versions(self) -> dict[str, str]:
        """Return patterns and libraries, two of which hold rules for numbers; in hash mode, also the key's short id."""
        from corpuskit.core.startup import installed_version

        libraries = ("google-re2", "phonenumbers", "python-stdnum")
        versions = {library: installed_version(library) for library in libraries}
        if self.engine == "scrubadub":
            versions["scrubadub"] = installed_version("scrubadub")
        else:
            from corpuskit.text.pii.scanner import VERSION

            versions["pii-patterns"] = VERSION
        if self.mode == "hash":
            versions["pii-key"] = hmac.digest(self._key, b"corpuskit scrub-pii key id", "sha256").hex()[:8]
        return versions

    def absent_fields(self, document: Document) -> frozenset[str]:
        """Return the named fields that this document does not have."""
        return frozenset(field for field in self.fields if not has_field(document, field))

    def apply(self, document: Document) -> Document | Drop:
        """Scrub, tag or drop the document. Raises Reject `pii-detector-failed` if a detector did not finish."""
        types = self._types_for(document)
        hits = {
            location: findings
            for location, text in strings(document, self.fields)
            if (findings := self._find(text, types))
        }
        if not hits and self.mode != "tag":
            return document
        counts = Counter(hit.type for findings in hits.values() for hit in findings)
        if self.mode == "tag":
            outcome = _tagged(document, hits)
        elif self.mode == "drop":
            document.hits = counts
            return Drop(document, "pii", {kind: counts[kind] for kind in sorted(counts)})
        else:
            texts = {}
            for location in hits:
                texts[location], more = self._scrubbed(string_at(document, location), hits[location], types)
                counts += more
            outcome = replaced(document, texts)
        outcome.hits = counts
        return outcome

    def _types_for(self, document: Document) -> tuple[str, ...]:
        """Return the types to look for: those of code where the document states its programming language."""
        return self.code_types if self.code_types and document.metadata.get("programming_language") else self.types

    @cached_property
    def _key(self) -> bytes:
        return _read_key(self.key_file)

    def _find(self, text: str, types: tuple[str, ...]) -> "list[Hit]":
        try:
            finder = self._finders.get(types)
            hits = (finder or self._finder(types))(text)
            return [hit for hit in hits if not self._allows(hit, text)] if self.allow else hits
        except Exception as error:
            from corpuskit.text.pii.scanner import DetectorFailed

            message = str(error) if isinstance(error, DetectorFailed) else type(error).__name__
            raise Reject("pii-detector-failed", message) from error

    def _finder(self, types: tuple[str, ...]) -> "Finder":
        from corpuskit.text.pii.engines import finder

        return self._finders.setdefault(types, finder(self.engine, types))

    @cached_property
    def _finders(self) -> "dict[tuple[str, ...], Finder]":
        """The functions that find hits, by the types that they look for."""
        return {}

    def _allows(self, hit: "Hit", text: str) -> bool:
        from corpuskit.text.pii.reserved import is_reserved

        return any(is_reserved(group, hit.type, text[hit.start : hit.end]) for group in self.allow)

    def _scrubbed(self, text: str, hits: "list[Hit]", types: tuple[str, ...]) -> "tuple[str, Counter[str]]":
        """Replace all hits, until another scan finds none: what was next to a hit may now be one.

        Return the text, and how many hits of each type came up later.
        """
        later: Counter[str] = Counter()
        for _ in range(_ROUNDS):
            text = _replace(text, hits, self._placeholder)
            hits = self._find(text, types)
            if not hits:
                return text, later
            later.update(hit.type for hit in hits)
        raise Reject("pii-detector-failed", f"new hits after {_ROUNDS} rounds")

    def _placeholder(self, kind: str, value: str) -> str:
        name = kind.upper().replace("-", "_")
        if self.mode == "mask":
            return f"{{{{{name}}}}}"
        from corpuskit.text.pii.scanner import normalised

        message = f"{kind}\0{normalised(kind, value)}".encode()
        return f"{{{{{name}:{hmac.digest(self._key, message, hashlib.sha256).hex()[:16]}}}}}"


def _read_key(path: Path | None) -> bytes:
    key = os.environ.get(KEY_VARIABLE, "").encode() if path is None else read_key_file(path)
    if len(key) < _SHORTEST_KEY:
        raise UsageError(f"the key for hashing has {len(key)} bytes; it needs {_SHORTEST_KEY} or more")
    return key


def _replace(text: str, hits: "list[Hit]", placeholder: Callable[[str, str], str]) -> str:
    parts, end = [], 0
    for hit in hits:
        parts += [text[end : hit.start], placeholder(hit.type, text[hit.start : hit.end])]
        end = hit.end
    return "".join([*parts, text[end:]])


def _tagged(document: Document, hits: "dict[FieldPath, list[Hit]]") -> Document:
    tags = [
        {"start": hit.start, "end": hit.end, "type": hit.type}
        | ({} if location == ("text",) else {"field": ".".join(map(str, location))})
        for location, findings in hits.items()
        for hit in findings
    ]
    if tags == document.metadata.get("pii", []):
        return document
    return document.with_metadata(pii=tags or None)
