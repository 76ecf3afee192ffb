"""Hostile lines: JSON that parsers crash on, change in silence or take gigabytes for."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.hostile import FILES, RECORDS, Attack, Make

MIB = 1024 * 1024


def line(text: str, /, **more: object) -> bytes:
    """A harmless line."""
    return json.dumps({"id": text.replace(" ", "-"), "text": text, "metadata": {}, **more}).encode()


def between(hostile: Callable[[], bytes], end: bytes = b"\n", name: str = "2-hostile.jsonl") -> Make:
    """The attack as a line between two lines of a file between two files."""

    def make(folder: Path) -> None:
        place = folder / "in"
        place.mkdir(parents=True)
        first, last = RECORDS
        (place / "1-good.jsonl").write_bytes(line(FILES[0]) + b"\n")
        (place / "3-good.jsonl").write_bytes(line(FILES[1]) + b"\n")
        (place / name).write_bytes(line(first) + b"\n" + hostile() + end + line(last) + b"\n")

    return make


def of(name: str, reason: str, hostile: Callable[[], bytes], **more: object) -> Attack:
    """A line that must be rejected for this reason, or pass where that is empty."""
    reasons = {reason: 1} if reason else {}
    return Attack(f"jsonl-{name}", between(hostile), "head -n 9 in", 0, reasons, FILES + RECORDS, **more)  # type: ignore[arg-type]


def text_of(name: str, command: str, text: Callable[[], str], **more: object) -> Attack:
    """A text that a step must get through."""
    return Attack(f"text-{name}", between(lambda: line(text())), f"{command} in", 0, {}, FILES + RECORDS, **more)  # type: ignore[arg-type]


def padded(inner: bytes) -> bytes:
    return b'{"id":"x","text":"x","metadata":{"a":' + inner + b"}}"


ATTACKS = [
    of("line-too-long", "line-too-long", lambda: b'{"text":"' + b"a" * (65 * MIB) + b'"}'),
    of("too-deep", "too-deep", lambda: padded(b"[" * 200 + b"]" * 200)),
    of("a-million-deep", "too-deep", lambda: padded(b"[" * MIB + b"]" * MIB)),
    of("a-million-never-closed", "too-deep", lambda: b'{"a":' * MIB),
    of("millions-of-objects", "too-many-values", lambda: padded(b"[" + b"{}," * (21 * MIB) + b"1]")),
    of("millions-of-small-objects", "too-many-values", lambda: padded(b"[" + b'{"":0},' * (9 * MIB) + b"1]")),
    of("a-million-keys", "", lambda: padded(json.dumps(dict.fromkeys(map(str, range(MIB)), 1)).encode())),
    of("keys-that-collide", "", lambda: padded(json.dumps({str(n * (2**61 - 1)): 1 for n in range(50_000)}).encode())),
    of("repeated-key", "duplicate-key", lambda: b'{"text":"a","text":"b"}'),
    of("repeated-key-within", "duplicate-key", lambda: padded(b'{"a":{"b":1,"b":1}}')),
    of("not-a-number", "not-finite", lambda: padded(b"NaN")),
    of("infinity", "not-finite", lambda: padded(b"-Infinity")),
    of("overflowing-number", "not-finite", lambda: padded(b"1e999")),
    of("5000-digits", "integer-range", lambda: padded(b"9" * 5000)),
    of("a-million-digits", "integer-range", lambda: padded(b"9" * MIB)),
    of("too-small", "number-range", lambda: padded(b"-0.01e-400")),
    of("65-bits", "integer-range", lambda: padded(b"36893488147419103232")),
    of("lone-surrogate", "lone-surrogate", lambda: b'{"text":"\\ud800"}'),
    of("bad-utf8", "bad-utf8", lambda: b'{"text":"\xff\xfe"}'),
    of("overlong-utf8", "bad-utf8", lambda: b'{"text":"\xc0\xaf"}'),
    of("utf-16", "bad-utf8", lambda: '{"text":"a"}'.encode("utf-16")),
    of("nul-bytes", "bad-json", lambda: bytes(MIB)),
    of("blank", "empty-line", lambda: b" " * MIB),
    of("not-an-object", "not-an-object", lambda: b'["text"]'),
    of("text-is-a-list", "no-text", lambda: b'{"text":["a"]}'),
    of("id-is-an-object", "bad-id", lambda: b'{"id":{"$oid":"1"},"text":"a"}'),
    of("metadata-is-a-string", "bad-metadata", lambda: b'{"text":"a","metadata":"{}"}'),
    of("python-literal", "bad-json", lambda: b"{'text': __import__('os').system('touch owned')}"),
    of("pickle", "bad-utf8", lambda: b"\x80\x04\x8c\x02os\x94."),
    of("line-separators", "", lambda: '{"text":"a\u2028b\u2029c\x85d"}'.encode()),
    of("names-of-files", "", lambda: line("x", id="../../../etc/owned", source="/etc/owned")),
    of("terminal-codes", "", lambda: line("\x1b]0;owned\x07\x1b[2J[bold red]x[/]", id="\x1b[31m")),
    Attack(
        "jsonl-cut",
        between(lambda: b'{"text":"never clo', b""),
        "head -n 9 in",
        0,
        {"bad-json": 1},
        (*FILES, RECORDS[0]),
    ),
    text_of("ten-million-letters", "filter-quality --annotate", lambda: "a" * 10_000_000),
    text_of("a-million-lines", "filter-quality --annotate", lambda: "\n" * 1_000_000 + "a"),
    text_of("two-million-words", "filter-quality --annotate", lambda: "a b " * 1_000_000),
    text_of("many-signs-of-addresses", "scrub-pii", lambda: "a@" * 1_000_000),
    text_of("many-dots-of-addresses", "scrub-pii", lambda: "a@" + "b." * 1_000_000),
    text_of("digits", "scrub-pii", lambda: "4111 1111 " * 60_000),
    text_of("sixteen-megabytes-of-one-number", "scrub-pii", lambda: "6180339887" * (16 * MIB // 10)),
    text_of("sixteen-megabytes-of-single-digits", "scrub-pii", lambda: "1 6 1 8 0-3-3-9 " * MIB),
    text_of("plus-signs", "scrub-pii", lambda: "+1 (" * 500_000),
    text_of("colons", "scrub-pii", lambda: "fe80::" * 300_000),
    text_of("backslashes", "scrub-pii --engine native", lambda: "\\u0040" * 300_000),
    text_of("combining-marks", "filter-language --keep en --annotate", lambda: "a" + "\u0301" * 2_000_000),
    text_of("ten-million-letters-to-tell-a-language", "filter-language --keep en --annotate", lambda: "x" * 10_000_000),
    text_of("one-word-repeated", "dedup", lambda: "word " * 2_000_000),
    text_of("one-line-of-marks", "dedup --unit line", lambda: "\u200b" * 2_000_000),
]
