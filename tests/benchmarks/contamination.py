"""Plant items of GSM8K and MMLU in articles and papers, and count how many `decontaminate` finds, and what besides.

    python -m tests.benchmarks.contamination [--items N] [--seed N]

Each item is planted once in each of four ways: as a document of its own, in the middle of a document, there with one
word changed (also by length), and there with a line break after every eighth word. The other half of the documents
stays clean: what is convicted there counts as false. Then sentences of several languages are planted among others of
theirs with one word changed, in Chinese one character. What is convicted in clean texts of other kinds is counted,
too. Speed is megabytes of text a CPU second, in one process.
"""

import argparse
import bz2
import gzip
import json
import random
import re
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import Drop
from corpuskit.sources.wikipedia import Wikipedia
from corpuskit.stages.decontaminate import Decontaminate
from tests.conftest import SHARED

SETS = ("gsm8k_test-1", "mmlu_validation-1", "mmlu_dev-1")
WAYS = ("verbatim", "embedded", "one word changed", "re-wrapped")
DUMP = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
LINE_WORDS = 8
LEAST_WORDS = 8
LANGUAGES = ("en", "de", "ru", "zh")
LENGTHS = (8, 16, 30)
"""Fewest words of each row of the table by length."""


def articles() -> Iterator[str]:
    """Text of Wikipedia articles and of papers."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as dump:
        dump.write(bz2.decompress((SHARED / "wiki" / DUMP).read_bytes()))
        dump.flush()
        for item in Wikipedia().read(Input("dump.xml", Path(dump.name))):
            if isinstance(item, Document):
                yield item.text
    with tarfile.open(SHARED / "academic" / "elife_jats.tar.xz") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None and member.name.endswith(".xml"):
                yield " ".join(re.sub(r"<[^<>]*>", " ", stream.read().decode()).split())


def documents() -> list[str]:
    """The articles cut into documents of about a page."""
    pages = []
    for text in articles():
        words = text.split(" ")
        pages.extend(" ".join(words[start : start + 400]) for start in range(0, len(words), 400))
    return [page for page in pages if len(page) > 500]


def questions(count: int, choice: random.Random) -> list[str]:
    """Questions of the sets, each once."""
    texts: dict[str, None] = {}
    for name in SETS:
        with gzip.open(SHARED / "eval" / "decon_bundled" / f"{name}.jsonl.gz") as stream:
            texts |= dict.fromkeys(json.loads(line)["question"] for line in stream)
    long_enough = [text for text in texts if length(text) >= LEAST_WORDS]
    return choice.sample(long_enough, min(count, len(long_enough)))


def length(text: str) -> int:
    """How many words a question has."""
    return len(re.findall(r"[^\W_]+", text))


def planted(way: str, question: str, page: str, choice: random.Random) -> str:
    """A document that holds the question."""
    if way == "verbatim":
        return question
    if way == "one word changed":
        words = question.split(" ")
        words[choice.randrange(len(words))] = "otherwise"
        question = " ".join(words)
    sentences = re.split(r"(?<=[.!?]) ", page)
    sentences.insert(choice.randint(0, len(sentences)), question)
    text = " ".join(sentences)
    if way == "re-wrapped":
        words = text.split()
        text = "\n".join(" ".join(words[start : start + LINE_WORDS]) for start in range(0, len(words), LINE_WORDS))
    return text


def megabytes(stream: list[Document]) -> float:
    """The size of all texts."""
    return sum(len(document.text.encode()) for document in stream) / 1e6


def of_language(language: str, choice: random.Random) -> None:
    """Count how many sentences are found in which one word, or one character, is changed."""
    with gzip.open(SHARED / "lid" / "sentences_75lang.jsonl.gz", "rt") as stream:
        texts = [entry["text"] for entry in map(json.loads, stream) if entry["lang"] == language]
    separator = "" if language == "zh" else " "
    items = [text for text in texts[::2] if len(text.split(separator) if separator else text) >= LEAST_WORDS]
    documents = []
    for number, item in enumerate(items):
        words = item.split(separator) if separator else list(item)
        words[choice.randrange(len(words))] = choice.choice(texts)[0] if not separator else "otherwise"
        first, last = choice.sample(texts[1::2], 2)
        documents.append(Document(str(number), f"{first} {separator.join(words)} {last}"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "set.jsonl")
        path.write_text("".join(json.dumps({"text": item}) + "\n" for item in items))
        found = sum(isinstance(item, Drop) for item in Decontaminate(against=(path,)).run(documents))
    print(f"one word changed, {language}: {found} of {len(items)}, {found / len(items):.3f}")


def strings(path: Path, least: int = 40) -> Iterator[str]:
    """The strings of a file of JSON Lines from a length on."""
    with gzip.open(path, "rt", errors="replace") as stream:
        waiting: list[Any] = [json.loads(line) for line in stream if line.strip()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and len(value) >= least:
            yield value
        elif isinstance(value, list | dict):
            waiting.extend(value.values() if isinstance(value, dict) else value)


def lines(path: Path) -> Iterator[str]:
    """The lines of a file."""
    with gzip.open(path, "rt", errors="replace") as stream:
        yield from stream


def books(*names: str) -> Iterator[str]:
    """The texts of archives, cut as `documents` are."""
    for name in names:
        with zipfile.ZipFile(SHARED / "books" / name) as archive:
            for member in archive.namelist():
                words = re.sub(r"<[^<>]*>", " ", archive.read(member).decode("utf-8", "replace")).split()
                yield from (" ".join(words[start : start + 400]) for start in range(0, len(words), 400))


def of_other_kinds() -> None:
    """Count what is convicted in clean texts of many kinds, and by words alone; all sets are looked for."""
    pages = sorted((SHARED / "extract").glob("*.gold.jsonl.gz"))
    kinds = {
        "news": lines(SHARED / "dedup" / "articles_1000.train.gz"),
        "text of web pages": (text for path in pages for text in strings(path, 200)),
        "plays and speeches": books("shakespeare.zip", "state_union.zip"),
        "chats": strings(SHARED / "product" / "hh_rlhf_harmless_test.jsonl.gz"),
        "customers": lines(SHARED / "product" / "banking77_train.csv.gz"),
        "reviews": lines(SHARED / "product" / "clothing_reviews.csv.gz"),
        "abstracts": strings(SHARED / "retrieval" / "cranfield_docs.jsonl.gz"),
        "sentences of 75 languages": strings(SHARED / "lid" / "sentences_75lang.jsonl.gz", 20),
    }
    step = Decontaminate(against=tuple(sorted((SHARED / "eval" / "decon_bundled").glob("*.jsonl.gz"))))
    for kind, texts in kinds.items():
        stream = [Document(str(number), text) for number, text in enumerate(texts)]
        drops = [item.values for item in step.run(stream) if isinstance(item, Drop)]
        by_words = sum("unit" in values for values in drops)
        print(f"{kind}: {len(stream)} texts, {megabytes(stream):.1f} MB, {len(drops)} convicted, {by_words} by words")
        for values in drops:
            print("   ", values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    choice = random.Random(arguments.seed)
    of_other_kinds()
    for language in LANGUAGES:
        of_language(language, random.Random(arguments.seed))
    pages = documents()
    items = questions(arguments.items, choice)
    stream = [Document(f"clean/{number}", page) for number, page in enumerate(pages[::2])]
    for way in WAYS:
        for number, question in enumerate(items):
            text = planted(way, question, choice.choice(pages[1::2]), choice)
            stream.append(Document(f"{way}/{number}", text))
    choice.shuffle(stream)
    step = Decontaminate(against=tuple(SHARED / "eval" / "decon_bundled" / f"{name}.jsonl.gz" for name in SETS))
    list(step.run(stream[:1]))
    before = time.process_time()
    outcomes = list(step.run(stream))
    seconds = time.process_time() - before
    ids = {item.document.id for item in outcomes if isinstance(item, Drop)}
    convicted = Counter(id_.partition("/")[0] for id_ in ids)
    for way in WAYS:
        print(f"{way}: {convicted[way]} of {len(items)} found, {convicted[way] / len(items):.3f}")
    for least, most in zip(LENGTHS, (*LENGTHS[1:], 10_000), strict=True):
        numbers = [number for number, item in enumerate(items) if least <= length(item) < most]
        found = sum(f"one word changed/{number}" in ids for number in numbers)
        print(f"one word changed, {least} words or more: {found} of {len(numbers)}, {found / max(1, len(numbers)):.3f}")
    print(f"clean: {convicted['clean']} of {len(pages[::2])} convicted")
    for item in outcomes:
        if isinstance(item, Drop) and item.document.id.startswith("clean/"):
            start, end = item.values["span"]
            print("   ", item.values, item.document.text[start:end][:160])
    print(f"planted and clean together: {megabytes(stream) / seconds:.1f} MB a CPU second")
    clean = [document for document in stream if document.id.startswith("clean/")]
    before = time.process_time()
    list(step.run(clean))
    print(f"clean alone: {megabytes(clean) / (time.process_time() - before):.1f} MB a CPU second")


if __name__ == "__main__":
    main()
