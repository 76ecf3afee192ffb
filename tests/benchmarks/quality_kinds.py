"""What share of the documents of each kind of source `filter-quality` keeps, and how much of their text.

    python -m tests.benchmarks.quality_kinds [--half 0|1] [--kinds PATTERN] [--set NAME=VALUE] FILE.jsonl[.gz]…

Each line has `text` or `gold_text`, and `kind`, `page_type` or `lang`, which names its kind. Documents of the kind
`code` are labelled as Python; all others are labelled by `filter-language`. `--half` takes the hosts (or ids) of one
half, by their hash: rules were looked at with half 0, and half 1 was only scored. The last lines sum up all kinds that
`--kinds` matches, which should be kinds whose texts are good.
"""

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.step import Drop
from corpuskit.stages.filter_language import FilterLanguage
from corpuskit.stages.filter_quality import FilterQuality

MUCH = 0.9
"""A text of which less is left has lost more than notices."""


def half_of(record: dict[str, Any]) -> int:
    host = str(record.get("host") or record.get("url") or record.get("id") or record.get("text"))
    return hashlib.md5(host.encode(), usedforsecurity=False).digest()[-1] % 2


def documents(paths: list[Path], half: int | None) -> dict[str, list[Document]]:
    """Return the documents of each kind, with their languages."""
    by_kind: dict[str, list[Document]] = defaultdict(list)
    label = FilterLanguage(annotate=True)
    for path in paths:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
            for record in map(json.loads, file):
                if half is None or half_of(record) == half:
                    kind = record.get("kind") or record.get("page_type") or record.get("lang") or "text"
                    metadata = {"content_type": "text/x-python"} if kind == "code" else {}
                    labelled = label.apply(Document("x", record.get("text") or record["gold_text"], metadata))
                    assert isinstance(labelled, Document)
                    by_kind[kind].append(labelled)
    return by_kind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--kinds", type=re.compile, default=re.compile(""), help="kinds to sum up, all by default")
    parser.add_argument("--set", action="append", default=[], help="as of filter-quality")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    step = FilterQuality(set=tuple(arguments.set))
    left: list[float] = []
    reasons_of_all: Counter[str] = Counter()
    print("kind                 documents  kept  lost over a tenth of their text  dropped most by")
    for kind, items in sorted(documents(arguments.files, arguments.half).items()):
        outcomes = step.apply_many(items)
        shares = [
            len(outcome.text) / max(1, len(item.text))
            for item, outcome in zip(items, outcomes, strict=True)
            if isinstance(outcome, Document)
        ]
        reasons = Counter(outcome.reason for outcome in outcomes if isinstance(outcome, Drop))
        if arguments.kinds.search(kind):
            left += shares
            reasons_of_all += reasons
        told = ", ".join(f"{reason} {number}" for reason, number in reasons.most_common(3))
        print(f"{kind:20} {len(items):9}  {len(shares) / len(items):.2f}  {thinned(shares):31.2f}  {told}")
    number = len(left) + reasons_of_all.total()
    long = number - reasons_of_all["gopher-too-few-words"]
    print(f"all: {len(left) / number:.3f} of {number} kept, {len(left) / long:.3f} of the {long} with enough words")
    print(f"of those kept, {thinned(left):.3f} lost more than a tenth of their text")


def thinned(shares: list[float]) -> float:
    return sum(share < MUCH for share in shares) / max(1, len(shares))


if __name__ == "__main__":
    main()
