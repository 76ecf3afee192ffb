"""How often `filter-quality` and datatrove's four filters agree, family by family, and how fast each is.

    python -m venv /tmp/peer && /tmp/peer/bin/pip install -e . spacy        (in the project's folder)
    /tmp/peer/bin/python -m tests.benchmarks.quality_agreement [--words gopher] [--peer-every K] FILE.jsonl…

The peer is datatrove as it comes: its default tokenizer, spaCy's blank pipeline, which is why spacy is needed here and
nowhere else (`--language cmn` also needs jieba). Each line of the files has `text`, as `docs/record.md` describes it;
gzip is read. Both sides see the same documents in alternating blocks in one process, and times are processor time, so
that other work on the machine disturbs both alike. A block is as long as the batches of a stream. All time is counted:
each of our runs starts with an empty vocabulary. With `--peer-every` the peer, which takes equally long for every
document, sees only a sample, and speeds are by the bytes that each side saw.
"""

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.vocabulary import vocabulary

BLOCK = 256
FAMILIES = ("gopher", "gopher-repetition", "c4", "fineweb")


def documents(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
            for line in file:
                record = json.loads(line)
                text = record.get("text") or record.get("gold_text") or ""
                if text.strip():
                    yield text


class Peer:
    """datatrove's filters, each on its own and as a chain."""

    def __init__(self, language: str) -> None:
        from datatrove.pipeline import filters
        from loguru import logger

        logger.remove()
        kinds = ("GopherQualityFilter", "GopherRepetitionFilter", "C4QualityFilter", "FineWebQualityFilter")
        self.filters = [getattr(filters, kind)(language=language) for kind in kinds]
        self.verdicts(["To begin with, this loads the tokenizer. " * 20])

    def verdicts(self, texts: list[str]) -> list[list[bool]]:
        return [[self._passes_filter(step, self._document(text)) for step in self.filters] for text in texts]

    def chain(self, texts: list[str]) -> list[bool]:
        return [self._passes_chain(self._document(text)) for text in texts]

    def _passes_chain(self, document: Any) -> bool:
        return all(self._passes_filter(step, document) for step in self.filters)

    @staticmethod
    def _document(text: str) -> Any:
        from datatrove.data import Document as TheirDocument

        return TheirDocument(text=text, id="x")

    @staticmethod
    def _passes_filter(step: Any, document: Any) -> bool:
        try:
            return step.filter(document) is True
        except ZeroDivisionError:
            return False


def add_time(times: Counter[str], name: str, side: Callable[[list[str]], list[Any]], texts: list[str]) -> list[Any]:
    """Return what a side makes of the texts, and add its time to `times`."""
    start = time.process_time()
    verdicts = side(texts)
    times[name] += time.process_time() - start
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--language", default="en")
    parser.add_argument("--words", choices=("datatrove", "gopher"), default="datatrove", help="whose words we count")
    parser.add_argument("--peer-every", type=int, default=1, help="let the peer see only one block in this many")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    texts = list(islice(documents(arguments.files), arguments.documents))
    peer = Peer(arguments.language)
    # The peer knows English bounds alone, and its words.
    annotate, drop = (
        FilterQuality(annotate=value, language=arguments.language, language_settings="english", words=arguments.words)
        for value in (True, False)
    )

    def quality(texts: list[str]) -> list[Any]:
        documents = annotate.apply_many([Document("x", text) for text in texts])
        return [document.metadata["quality"]["verdicts"] for document in documents]

    def passes(texts: list[str]) -> list[bool]:
        outcomes = drop.apply_many([Document("x", text) for text in texts])
        return [isinstance(outcome, Document) for outcome in outcomes]

    times: Counter[str] = Counter()
    agree: Counter[str] = Counter()
    blocks = [texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK)]
    peer_blocks = blocks[:: arguments.peer_every]
    for number, block in enumerate(blocks):
        ours = add_time(times, "ours, one pass", quality, block)
        if number % arguments.peer_every == 0:
            theirs = add_time(times, "theirs, four filters", peer.verdicts, block)
            for our, their in zip(ours, theirs, strict=True):
                agree.update(
                    family for family, passed in zip(FAMILIES, their, strict=True) if (our[family] == "pass") is passed
                )
    vocabulary.cache_clear()
    for number, block in enumerate(blocks):
        our_chain = add_time(times, "ours, chain", passes, block)
        if number % arguments.peer_every == 0:
            their_chain = add_time(times, "theirs, chain", peer.chain, block)
            agree["chain"] += sum(our is their for our, their in zip(our_chain, their_chain, strict=True))
    sizes = {"ours": megabytes(blocks), "theirs": megabytes(peer_blocks)}
    peer_documents = sum(map(len, peer_blocks))
    print(
        f"{len(texts)} documents, {sizes['ours']:.1f} MB; {peer_documents} of them, {sizes['theirs']:.1f} MB, by both"
    )
    for family in (*FAMILIES, "chain"):
        print(f"agreement, {family}: {agree[family] / peer_documents:.4f}")
    speeds = {name: sizes[name.partition(",")[0]] / seconds for name, seconds in times.items()}
    for name, speed in speeds.items():
        print(f"{name}: {speed:.2f} MB/s")
    for kind, one, other in (
        ("one pass", "theirs, four filters", "ours, one pass"),
        ("chain", "theirs, chain", "ours, chain"),
    ):
        print(f"{kind}: {speeds[other] / speeds[one]:.1f} times as fast")


def megabytes(blocks: list[list[str]]) -> float:
    return sum(len(text.encode()) for block in blocks for text in block) / 1e6


if __name__ == "__main__":
    main()
