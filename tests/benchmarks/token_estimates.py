"""How near ways of counting tokens come to real tokenizers: `python -m tests.benchmarks.token_estimates TOKENIZER …`.

A tokenizer is a `tokenizer.json`, also gzipped, a `.tiktoken` file of ranks, or a SentencePiece `.model`; the wheels
of `tiktoken` and `sentencepiece` read the last two. Wheels that carry vocabularies are mistral-common
(`data/tokenizer.model.v1`) and dashscope (`resources/qwen.tiktoken`). Texts are of `../shared/data` and of the
standard library of Python. Half of the files of each kind (by a hash of the name or, where a set is one file, of the
text) are fitted on, the other half is scored.

What a budget shares out are ratios, so each way is scaled to be right on average, and then it is said how many percent
it gives each kind too much or too little of real tokens: 0 is perfect.
"""

import argparse
import collections
import gzip
import hashlib
import importlib
import json
import re
import statistics
import sysconfig
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.tokens import quarter_bytes, words

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CHARACTERS = 150_000
"""Of texts of each kind and half."""
PATTERN = re.compile(
    r"(?P<unspaced>[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])"
    r"|(?P<latin>[A-Za-z]+)|(?P<digit>[0-9])|(?P<space>\s+)|(?P<ascii>[!-/:-@\[-`{-~])|(?P<other>[^\s])"
)
Texts = dict[str, list[str]]


def features(text: str) -> "collections.Counter[str]":
    """What simple formulas add up: pieces of a text by kind."""
    counts: collections.Counter[str] = collections.Counter()
    for match in PATTERN.finditer(text):
        kind, piece = str(match.lastgroup), match[0]
        counts[kind] += 1
        if kind == "latin":
            counts["latin-letters"] += len(piece)
        elif kind == "space" and piece != " ":
            counts["layout"] += 1
    return counts


FEATURES = ("unspaced", "latin", "latin-letters", "digit", "ascii", "other", "layout")


def is_fitted(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def texts_by_kind() -> Iterator[tuple[str, str, str]]:
    """Yield kind, name and text."""
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        yield "code: Python", path.name, path.read_text(encoding="utf-8", errors="replace")
    for path in sorted(Path(sysconfig.get_paths()["include"]).rglob("*.h")):
        yield "code: C", path.name, path.read_text(encoding="utf-8", errors="replace")
    with tarfile.open(SHARED / "academic" / "arxiv_1911.02782_tex.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name.endswith(".tex") else None
            for part in content.read().decode("utf-8", "replace").split("\n\n") if content else ():
                yield "LaTeX", part, part
    with gzip.open(SHARED / "lid" / "sentences_75lang.jsonl.gz") as lines:
        for row in map(json.loads, lines):
            yield f"language: {row['lang']}", row["text"], row["text"]
    for name in ("readability_pages", "daniel_news_5lang", "webmainbench_sample"):
        with gzip.open(SHARED / "extract" / f"{name}.gold.jsonl.gz") as lines:
            for row in map(json.loads, lines):
                text = row.get("gold_text") or row.get("text") or ""
                yield f"web: {(row.get('lang') or 'en')[:2]}", row["id"], text
    with tarfile.open(SHARED / "extract" / "readability_pages.pages.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content:
                yield "HTML", member.name, content.read(20_000).decode("utf-8", "replace")


def load(path: Path) -> Callable[[str], int]:
    """The count of a real tokenizer."""
    if path.name.endswith(".tiktoken"):
        import base64

        ranks = {base64.b64decode(token): int(rank) for token, rank in map(str.split, path.read_text().splitlines())}
        split = (
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
            r"|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
        encoding: Any = importlib.import_module("tiktoken").Encoding(
            "named", pat_str=split, mergeable_ranks=ranks, special_tokens={}
        )
        return lambda text: len(encoding.encode_ordinary(text))
    if ".model" in path.name:
        model: Any = importlib.import_module("sentencepiece").SentencePieceProcessor(model_file=str(path))
        return lambda text: len(model.encode(text))
    from tokenizers import Tokenizer

    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    tokenizer = Tokenizer.from_buffer(content)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def fit(rows: list[tuple["collections.Counter[str]", float]]) -> dict[str, float]:
    """Weights of the features, at least 0, with the least sum of squared relative errors over all kinds."""
    import numpy as np

    matrix = np.array([[counts[name] / tokens for name in FEATURES] for counts, tokens in rows])
    weights = np.full(len(FEATURES), 0.5)
    for _ in range(20_000):
        # Multiplicative updates (Lee and Seung, 2001) keep every weight at 0 or above.
        weights *= (matrix.T @ np.ones(len(rows))) / np.maximum(matrix.T @ (matrix @ weights), 1e-12)
    return dict(zip(FEATURES, weights.tolist(), strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tokenizer", type=Path, nargs="+")
    given = parser.parse_args()
    halves: dict[bool, Texts] = {True: collections.defaultdict(list), False: collections.defaultdict(list)}
    sizes: collections.Counter[tuple[bool, str]] = collections.Counter()
    for kind, name, text in texts_by_kind():
        half = is_fitted(name)
        if text.strip() and sizes[half, kind] < CHARACTERS:
            halves[half][kind].append(text[:20_000])
            sizes[half, kind] += len(text[:20_000])
    kinds = sorted(kind for kind in halves[True] if sizes[True, kind] > 3000 and sizes[False, kind] > 3000)
    counters = [load(path) for path in given.tokenizer]

    def real(half: bool, kind: str) -> float:
        texts = halves[half][kind]
        return statistics.geometric_mean([sum(map(count, texts)) for count in counters])

    summed = {
        (half, kind): sum(map(features, halves[half][kind]), collections.Counter()) for half in halves for kind in kinds
    }
    fitted = {kind: real(True, kind) for kind in kinds}
    scored = {kind: real(False, kind) for kind in kinds}
    weights = fit([(summed[True, kind], fitted[kind]) for kind in kinds])
    print("weights:", {name: round(weight, 3) for name, weight in weights.items()})
    ways: dict[str, Callable[[bool, str], float]] = {
        "words": lambda half, kind: sum(map(words, halves[half][kind])),
        "bytes/4": lambda half, kind: sum(map(quarter_bytes, halves[half][kind])),
        "scripts": lambda half, kind: sum(weights[name] * summed[half, kind][name] for name in FEATURES),
    }
    table: dict[str, dict[str, float]] = {}
    for name, way in ways.items():
        scale = statistics.geometric_mean([fitted[kind] / way(True, kind) for kind in kinds])
        table[name] = {kind: 100 * (way(False, kind) * scale / scored[kind] - 1) for kind in kinds}
    for path, count in zip(given.tokenizer, counters, strict=True):
        own = {kind: sum(map(count, halves[False][kind])) / scored[kind] for kind in kinds}
        scale = statistics.geometric_mean(own.values())
        table[path.name[:14]] = {kind: 100 * (own[kind] / scale - 1) for kind in kinds}
    print(f"{'percent too much (+) or too little':34}" + "".join(f"{name:>16}" for name in table))
    for kind in kinds:
        print(f"{kind:34}" + "".join(f"{row[kind]:>+16.0f}" for row in table.values()))
    print(
        f"{'median of all, without sign':34}"
        + "".join(f"{statistics.median(map(abs, row.values())):>16.0f}" for row in table.values())
    )


if __name__ == "__main__":
    main()
