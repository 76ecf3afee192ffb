"""The record: one JSON object per line, and the one strict codec that reads and writes it.

The *canonical line* of a document has the keys `id`, `text`, `metadata` and then any others in their order;
within `metadata` the reserved keys come first, in the order of `RESERVED`. There is no white space between tokens
and text is UTF-8, unescaped. Every line that corpuskit writes is canonical, so equal documents are equal bytes,
and a line that is already canonical is passed on without being encoded again.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpuskit.core.json_values import holds_containers, is_deeper_than, lost_number
from corpuskit.core.line_text import join_text, split_text
from corpuskit.core.reserved import ordered
from corpuskit.core.spelling import equal_without_blanks, without_literal

ORIGINS = (
    "public_dataset",
    "licensed",
    "private_third_party",
    "crawl",
    "user_model",
    "user_product",
    "synthetic",
    "other",
)
"""The closed list of origins that a document can have; if it has none, none is assumed."""

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
"""Media types of pages that `extract` turns into text."""

TURNS = "text/x-turns"
"""Media type of a conversation, pair or edit in `text` (`corpuskit.text.turns`)."""

MAX_LINE = 64 * 1024 * 1024
MAX_DEPTH = 128
UNCOUNTED_LINE = 16 * 1024 * 1024
MAX_CONTAINERS = 2_000_000
"""Most `{` and `[` in a line beyond `UNCOUNTED_LINE`: an empty object is 3 bytes there, and 30 times that once read."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""U+FEFF in UTF-8. It stands before the first line of files that some editors, shells and spreadsheets write, and so
before a line in the middle where such files were joined; RFC 8259, section 8.1, lets a reader ignore it."""
NUMBER_AS_ID = "number-as-id"
"""The way of a document whose id was an integer, and is now its digits: other tools write such ids."""

UNKNOWN_DEPTH = 1 << 64
"""Deeper than any integer that a line can hold, so that no limit lets pass what cannot be read."""


class Reject(Exception):
    """This record cannot be read or processed; `reason` is kebab-case and stable."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """`detail` is for people and never holds the record's own text."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Document:
    """One document. Treat it as frozen: `with_text` and `with_metadata` give changed copies."""

    id: str
    text: str
    metadata: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    line: bytes | None = field(default=None, repr=False, compare=False)
    """The canonical line, if it is known; copies start without one."""
    way: str = field(default="", repr=False, compare=False)
    """How a step that has several ways came to this document, in kebab-case; the step's account counts it by this."""
    hits: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)
    """How much of each type a step found in this document; the step's account adds them up."""
    utf8: bytes | None = field(default=None, repr=False, compare=False)
    """The text in UTF-8, if it is known; copies with another text start without it."""
    came_as: bytes | None = field(default=None, repr=False, compare=False)
    """The line that this document was read from, if that is not the canonical one; copies start without."""

    def with_text(self, text: str, **metadata: Any) -> "Document":
        """Return a copy with another text, and metadata as in `with_metadata`."""
        return Document(self.id, text, _merged(self.metadata, metadata), self.extra)

    def with_metadata(self, **metadata: Any) -> "Document":
        """Return a copy with this metadata set; None removes a key."""
        return Document(self.id, self.text, _merged(self.metadata, metadata), self.extra, utf8=self.utf8)

    def __getstate__(self) -> tuple[Any, ...]:
        """Return what another process needs: the text or its bytes, which are most of it, and not both."""
        text = self.text if self.utf8 is None else None
        return self.id, text, self.metadata, self.extra, self.line, self.way, self.hits, self.utf8, self.came_as

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Become what `__getstate__` returned."""
        self.id, text, self.metadata, self.extra, self.line, self.way, self.hits, self.utf8, self.came_as = state
        self.text = self.utf8.decode() if text is None and self.utf8 is not None else text


def encode(document: Document) -> bytes:
    """Return the document's canonical line, without the line feed. Raises Reject if JSON cannot express its values."""
    if document.line is None:
        _demand_types(document)
        line = _line_of(document)
        if lost_number(line, document.metadata, document.extra):
            raise Reject("not-finite", "NaN and infinities are not JSON")
        if len(line) > MAX_LINE:
            raise Reject("line-too-long", f"{len(line)} bytes, at most {MAX_LINE}")
        document.line = line
    return document.line


def decode(line: bytes) -> Document:
    """Return the document on one line, given without its line feed; an integer id becomes a string.

    Raises Reject with the reason.
    """
    if len(line) > MAX_LINE:
        raise Reject("line-too-long", f"{len(line)} bytes, at most {MAX_LINE}")
    line = line.removeprefix(BYTE_ORDER_MARK)
    if split_text is not None and len(line) <= UNCOUNTED_LINE and (parts := split_text(line)) is not None:
        document = _decode_parts(line, *parts)
        if document is not None:
            return document
    value = _load(line)
    if type(value) is not dict:
        raise Reject("not-an-object", "a line holds one JSON object")
    fields = dict(value)
    document = _checked(value)
    canonical = _dump(_record(document))
    if canonical != line:
        # A line that survives the round trip, but for white space, cannot hold a repeated key or a number that changed;
        # any other line goes through the strict parser.
        if not equal_without_blanks(line, _dump(fields), len(document.text)):
            _STRICT.decode(_without_text(line, document, canonical).decode())
        document.came_as = line
    document.line = canonical
    return document


def _checked(value: dict[str, Any]) -> Document:
    document = _document(value)
    if document.extra or holds_containers(document.metadata):
        _demand_shallow({"metadata": document.metadata, **document.extra})
    return document


def _decode_parts(line: bytes, text: str, utf8: bytes, start: int, end: int) -> Document | None:
    """Return the document on a line whose text is known already; None if the rest of the line is not what it seems.

    As in `decode`, the rest of the line survives the round trip or goes through the strict parser.
    """
    import orjson

    rest = line[:start] + b'""' + line[end:]
    try:
        value = orjson.loads(rest)
    except orjson.JSONDecodeError:
        return None
    if value["text"] != "":
        return None
    fields = dict(value)
    value["text"] = text
    document = _checked(value)
    canonical_rest = _dump({**_record(document), "text": ""})
    if canonical_rest == rest:
        document.line = line
    else:
        if not equal_without_blanks(rest, _dump(fields)):
            _STRICT.decode(rest.decode())
        before = _start_of_text(document)
        document.line = canonical_rest[:before] + line[start:end] + canonical_rest[before + 2 :]
        document.came_as = line
    document.utf8 = utf8
    return document


def decode_trusted(line: bytes) -> Document:
    """Return the document on a canonical line that `encode` produced; nothing is checked again."""
    import orjson

    record = orjson.loads(line)
    identifier, text, metadata = record.pop("id"), record.pop("text"), record.pop("metadata", {})
    return Document(identifier, text, metadata, record, line)


def parse(line: bytes) -> Any:
    """Return the JSON value on one line, checked for depth; a byte order mark is left out. Raises Reject."""
    value = _load(line.removeprefix(BYTE_ORDER_MARK))
    _demand_shallow(value)
    return value


def parse_lossless(line: bytes) -> Any:
    """Return the JSON value of a line that survives parsing unchanged. Raises Reject."""
    line = line.removeprefix(BYTE_ORDER_MARK)
    value = parse(line)
    if not equal_without_blanks(line, _dump(value)):
        json.loads(line, **_HOOKS)
    return value


def gen_depth(document: Document) -> int:
    """Return how many models stand between a document and what a person wrote; `UNKNOWN_DEPTH` if it says no number."""
    depth = document.metadata.get("gen_depth")
    if depth is None:
        return 1 if document.metadata.get("origin") == "synthetic" or document.metadata.get("generator") else 0
    return depth if type(depth) is int and depth >= 0 else UNKNOWN_DEPTH


def parents_of(document: Document) -> list[str]:
    """Return the ids of what a document was made from; one that stands alone, or is a number, counts as well.

    >>> parents_of(Document("c", "", {"parents": ["a", 7]})), parents_of(Document("c", "", {"parents": "a"}))
    (['a', '7'], ['a'])
    """
    parents = document.metadata.get("parents")
    listed = parents if isinstance(parents, list) else [parents]
    return [str(parent) for parent in listed if isinstance(parent, str | int) and not isinstance(parent, bool)]


def text_hash(text: str) -> str:
    """Return the id of a document that came without one: xxh3 of its UTF-8 text, 128 bits in hex."""
    import xxhash

    return xxhash.xxh3_128_hexdigest(text.encode())


def _load(line: bytes) -> Any:
    import orjson

    if len(line) > UNCOUNTED_LINE and (line.count(b"{") + line.count(b"[")) > MAX_CONTAINERS:
        raise Reject("too-many-values", f"more than {MAX_CONTAINERS} objects and lists")
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Reject(*_why_not_json(line, str(error))) from None


def _demand_shallow(value: Any) -> None:
    if type(value) in (dict, list) and is_deeper_than(value, MAX_DEPTH):
        raise Reject("too-deep", f"nested deeper than {MAX_DEPTH}")


def _document(value: dict[str, Any]) -> Document:
    text = value.pop("text", None)
    if type(text) is not str:
        raise Reject("no-text", "`text` is missing or not a string")
    way = ""
    identifier = value.pop("id", None)
    if identifier is None:
        identifier = text_hash(text)
    elif type(identifier) is int:
        identifier, way = str(identifier), NUMBER_AS_ID
    elif type(identifier) is not str:
        raise Reject("bad-id", "`id` is neither a string nor an integer; `corpuskit files --id-key` takes another key")
    metadata = value.pop("metadata", None)
    if metadata is None:
        metadata = {}
    elif type(metadata) is not dict:
        raise Reject("bad-metadata", "`metadata` is not an object")
    return Document(identifier, text, metadata, value, way=way)


def _demand_types(document: Document) -> None:
    """Raise Reject for a document that `decode` would not give."""
    if not isinstance(document.id, str):
        raise Reject("bad-id", "`id` is not a string")
    if not isinstance(document.text, str):
        raise Reject("no-text", "`text` is not a string")
    if not isinstance(document.metadata, dict):
        raise Reject("bad-metadata", "`metadata` is not an object")


def _record(document: Document) -> dict[str, Any]:
    record = {"id": document.id, "text": document.text, "metadata": ordered(document.metadata)}
    record.update(document.extra)
    return record


def _line_of(document: Document) -> bytes:
    """Return the canonical line; orjson would have to make the text's bytes anew, where they are known."""
    if document.utf8 is None or join_text is None:
        return _dump(_record(document))
    rest = _dump({**_record(document), "text": ""})
    start = _start_of_text(document)
    return join_text(rest[:start], document.utf8, rest[start + 2 :])


def _start_of_text(document: Document) -> int:
    """Return where the literal of the text begins in the canonical line."""
    return len(_dump(document.id)) + len(b'{"id":,"text":')


def _dump(record: Any) -> bytes:
    import orjson

    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError as error:
        reason = "lone-surrogate" if "surrogate" in str(error) else "not-json"
        raise Reject(reason, "the record holds a value that JSON in UTF-8 cannot") from None


def _merged(metadata: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    if not changes:
        return metadata
    merged = {**metadata, **changes}
    return {key: value for key, value in merged.items() if value is not None or key not in changes}


def _why_not_json(line: bytes, message: str) -> tuple[str, str]:
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        return "bad-utf8", f"byte {error.start} of the line is not UTF-8"
    if not text.strip():
        return "empty-line", "the line is blank"
    if "depth limit" in message:
        return "too-deep", f"nested deeper than {MAX_DEPTH}"
    if "surrogate" in message:
        return "lone-surrogate", message
    try:
        _STRICT.decode(text)
    except Reject as reject:
        return reject.reason, reject.detail
    except (ValueError, RecursionError):
        return "bad-json", message
    # The standard library reads NaN and infinities, which JSON does not have.
    return "not-finite", "NaN and infinities are not JSON"


def _without_text(line: bytes, document: Document, canonical: bytes) -> bytes:
    """Return a JSON line with its text replaced by an empty string, or the line itself if its text is not found.

    The strict parser is slow, the text is most of a line, and a string value is neither a key nor a number.
    """
    suffix = len(_dump({"metadata": document.metadata, **document.extra}))
    literal = canonical[_start_of_text(document) : -suffix]
    return without_literal(line, literal, document.text) or line


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) != len({key for key, _ in pairs}):
        raise Reject("duplicate-key", "a key stands twice in one object")


def _integer(digits: str) -> None:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
        raise Reject("integer-range", "an integer does not fit into 64 bits")


def _finite(digits: str) -> None:
    number = float(digits)
    if number == 0 and digits.lower().partition("e")[0].strip("-0."):
        raise Reject("number-range", "a number is too small for a double, and would be 0")
    if not math.isfinite(number):
        raise Reject("not-finite", "a number is too large for a double")


_HOOKS: dict[str, Any] = {"object_pairs_hook": _unique, "parse_int": _integer, "parse_float": _finite}
_STRICT = json.JSONDecoder(**_HOOKS)
