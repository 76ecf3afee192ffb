"""What share of pages in each language `filter-quality` keeps, with the settings of the language and with English ones.

    python -m tests.benchmarks.quality_languages [--half 0|1] [--pages N] FILE.jsonl[.gz]…

Each line has `lang` and `gold_text`, a page, or `lang` and `text`, a sentence: of these, twelve in one language make a
page of four lines. Every rule is applied. `--half` takes every other line: rules and bounds were looked at with half 0,
and half 1 was only scored. The last column names the rules that drop most with the settings of the language.
"""

import argparse
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.step import Drop
from corpuskit.stages.filter_quality import FilterQuality

SENTENCES, LINES = 12, 4


def records(path: Path, half: int | None) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        for number, line in enumerate(file):
            if half is None or number % 2 == half:
                yield json.loads(line)


def pages(paths: list[Path], half: int | None) -> dict[str, list[str]]:
    """Return the pages of each language."""
    by_language: dict[str, list[str]] = defaultdict(list)
    sentences: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for record in records(path, half):
            if "gold_text" in record:
                by_language[record["lang"]].append(record["gold_text"])
            else:
                sentences[record["lang"]].append(record["text"])
    size = SENTENCES // LINES
    for language, items in sentences.items():
        for start in range(0, len(items) - SENTENCES + 1, SENTENCES):
            lines = [" ".join(items[line : line + size]) for line in range(start, start + SENTENCES, size)]
            by_language[language].append("\n".join(lines))
    return by_language


def outcomes(step: FilterQuality, language: str, texts: list[str]) -> list[Any]:
    return step.apply_many([Document("x", text, {"language": language}) for text in texts])


def kept(results: list[Any]) -> float:
    return sum(isinstance(result, Document) for result in results) / len(results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--pages", type=int, default=200, help="most pages of one language")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    auto, english, peer = (
        FilterQuality(),
        FilterQuality(language_settings="english"),
        FilterQuality(language_settings="english", words="datatrove"),
    )
    print("language  pages  own settings  English settings  English, datatrove's words  dropped most by")
    for language, texts in sorted(pages(arguments.files, arguments.half).items()):
        chosen = texts[: arguments.pages]
        results = outcomes(auto, language, chosen)
        shares = [kept(results), *(kept(outcomes(step, language, chosen)) for step in (english, peer))]
        reasons = Counter(result.reason for result in results if isinstance(result, Drop)).most_common(2)
        told = ", ".join(f"{reason} {number}" for reason, number in reasons)
        print(f"{language:8}  {len(chosen):5}  {shares[0]:12.2f}  {shares[1]:16.2f}  {shares[2]:26.2f}  {told}")


if __name__ == "__main__":
    main()
