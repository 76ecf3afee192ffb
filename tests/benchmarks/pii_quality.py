"""Recall and precision of `scrub-pii` on labelled texts: `python -m tests.benchmarks.pii_quality [FOLDER] [ENGINE]`.

FOLDER holds `*.jsonl.gz` files with `text` and `spans` (start, end, label); default `../shared/data/pii`.
A labelled value is found if hits of its type cover all of its letters and digits (of a number: its digits).
A hit is right if it overlaps a label of its type; types that a file labels nowhere are left out of its rows,
except that their hits are counted in the last column.
"""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.text.pii.engines import finder

LABELS = {
    "EMAIL": "email",
    "EMAIL_ADDRESS": "email",
    "CORREO_ELECTRONICO": "email",
    "PHONE": "phone",
    "PHONE_NUMBER": "phone",
    "NUMERO_TELEFONO": "phone",
    "NUMERO_FAX": "phone",
    "CREDIT_CARD": "credit-card",
    "IBAN": "iban",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ipv4",
    "SSN": "ssn",
    "US_SSN": "ssn",
    "PESEL": "pl-pesel",
}
NUMBERS = ("phone", "credit-card", "iban", "ssn", "pl-pesel")


def main(folder: Path, engine: str) -> None:
    """Print one row for each file and type, then the sums."""
    find = finder(engine, ())
    total: Counter[tuple[str, str]] = Counter()
    print(f"{'file':32} {'type':12} {'gold':>5} {'found':>5} {'recall':>7} {'hits':>5} {'right':>5} {'precision':>9}")
    for path in sorted(folder.glob("*.jsonl.gz")):
        counts = count(path, find)
        kinds = sorted({kind for kind, what in counts if what == "gold"})
        for kind in kinds:
            print(row(path.name.removesuffix(".jsonl.gz"), kind, counts))
            total.update({key: value for key, value in counts.items() if key[0] == kind})
        others = {kind: counts[kind, "hits"] for kind, what in sorted(counts) if what == "hits" and kind not in kinds}
        if others:
            print(f"{path.name.removesuffix('.jsonl.gz'):32} unlabelled types: {others}")
    for kind in sorted({kind for kind, _ in total}):
        print(row("all", kind, total))


def count(path: Path, find: Any) -> Counter[tuple[str, str]]:
    """How many labels there are and are found, how many hits there are and are right, by type."""
    counts: Counter[tuple[str, str]] = Counter()
    for text, gold, _ in labelled(path):
        hits = find(text)
        for start, end, kind in gold:
            counts[kind, "gold"] += 1
            counts[kind, "found"] += covered(text, start, end, [hit for hit in hits if hit.type == kind])
        for hit in hits:
            counts[hit.type, "hits"] += 1
            counts[hit.type, "right"] += any(
                kind == hit.type and start < hit.end and hit.start < end for start, end, kind in gold
            )
    return counts


def labelled(path: Path) -> Iterator[tuple[str, list[tuple[int, int, str]], str]]:
    """Each record's text, its labels of types that `scrub-pii` knows, and its id."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            spans = [span for span in record["spans"] if span["label"] in LABELS]
            yield record["text"], [(span["start"], span["end"], LABELS[span["label"]]) for span in spans], record["id"]


def covered(text: str, start: int, end: int, hits: list[Any]) -> bool:
    """Every character of the label that says something lies in a hit."""
    hidden = {place for hit in hits for place in range(hit.start, hit.end)}
    says = str.isdigit if hits and hits[0].type in NUMBERS else str.isalnum
    return bool(hits) and all(place in hidden for place in range(start, end) if says(text[place]))


def row(name: str, kind: str, counts: Counter[tuple[str, str]]) -> str:
    """One line of the table."""
    gold, found, hits, right = (counts[kind, what] for what in ("gold", "found", "hits", "right"))
    return (
        f"{name:32} {kind:12} {gold:5} {found:5} {found / max(gold, 1):7.3f} {hits:5} {right:5} "
        f"{right / max(hits, 1):9.3f}"
    )


def missed_and_false(path: Path, find: Any) -> Iterator[str]:
    """Places, without text, of what was missed and of false hits: for a look at the file itself."""
    for text, gold, identifier in labelled(path):
        hits = find(text)
        for start, end, kind in gold:
            if not covered(text, start, end, [hit for hit in hits if hit.type == kind]):
                yield f"missed {kind} {identifier} {start}-{end}"
        for hit in hits:
            if not any(kind == hit.type and start < hit.end and hit.start < end for start, end, kind in gold):
                yield f"false {hit.type} {identifier} {hit.start}-{hit.end}"


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[3] / "shared" / "data" / "pii"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default, sys.argv[2] if len(sys.argv) > 2 else "native")
