"""How well `filter-language` recognises sentences, the same in capitals, and pages of two languages.

    python -m tests.benchmarks.language_quality [--half 0|1] FILE.jsonl[.gz]…

Each line has `lang` and `text`; languages that the model does not know are left out. `--half` takes every other line:
the rules around the model were looked at with half 0, and half 1 was only scored. Certain is what has at least the
default of `--min-score`. The peer is the model alone, as datatrove's `LanguageFilter` asks it.
"""

import argparse
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from corpuskit.text.language_id.identify import detect, identify
from corpuskit.text.language_id.model import canonical_code, predict

CERTAIN = 0.65
LARGE = ["en", "de", "fr", "es", "ru", "zh", "ja", "ar", "pl", "it", "tr", "vi", "el", "nl", "pt", "ko", "th", "hi"]
"""Languages of the mixed pages."""
MIXES = ((12, 6), (12, 4), (12, 3), (6, 3), (4, 2))
"""Sentences of a page, and how many of them are in the second language."""
PAGES = 200

Rows = list[tuple[str, str]]
Asked = Callable[[str], tuple[str, float]]


def rows(paths: list[Path], half: int | None) -> Iterator[tuple[str, str]]:
    for path in paths:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
            for number, line in enumerate(file):
                record = json.loads(line)
                code = canonical_code(record["lang"])
                if code and (half is None or number % 2 == half):
                    yield code, record["text"]


def ours(text: str) -> tuple[str, float]:
    return detect(text)


def model(text: str) -> tuple[str, float]:
    return (predict(" ".join(text.split()), 1) or [("und", 0.0)])[0]


def score(sentences: Rows, ask: Asked, spell: Callable[[str], str]) -> str:
    right = certain = 0
    for language, text in sentences:
        answer, probability = ask(spell(text))
        right += answer == language
        certain += answer == language and probability >= CERTAIN
    return f"{right / len(sentences):.4f} right, {certain / len(sentences):.4f} right and certain"


def mixed_pages(sentences: Rows) -> None:
    by_language: dict[str, list[str]] = defaultdict(list)
    for language, text in sentences:
        by_language[language].append(text)
    languages = [language for language in LARGE if len(by_language[language]) >= MIXES[0][0]]
    if len(languages) < 2:
        return
    choose = random.Random(3)
    for size, second_size in MIXES:
        both = alone = 0
        for _ in range(PAGES):
            first, second = choose.sample(languages, 2)
            page = choose.sample(by_language[first], size - second_size)
            page += choose.sample(by_language[second], second_size)
            both += set(identify("\n".join(page)).shares) == {first, second}
            alone += bool(identify("\n".join(choose.sample(by_language[first], size))).shares)
        print(
            f"pages of {size} sentences, {second_size} in another language: "
            f"{both / PAGES:.3f} have shares of these two; of pages in one, {alone / PAGES:.3f} have shares"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    sentences = list(rows(arguments.files, arguments.half))
    print(f"{len(sentences)} sentences")
    for spelling, spell in (("as they are", str), ("in small letters", str.lower), ("in capitals", str.upper)):
        for name, ask in (("ours", ours), ("the model alone", model)):
            print(f"{spelling}, {name}: {score(sentences, ask, spell)}")
    mixed_pages(sentences)


if __name__ == "__main__":
    main()
