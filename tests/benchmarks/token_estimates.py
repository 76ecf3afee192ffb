"""How near ways of counting tokens come to real tokenizers: `python -m tests.benchmarks.token_estimates TOKENIZER …`.

A tokenizer is a `tokenizer.json`, also gzipped, a `.tiktoken` file of ranks, or a SentencePiece `.model`; the wheels
of `tiktoken` and `sentencepiece` read the last two. Wheels that carry vocabularies are mistral-common
(`data/tokenizer.model.v1`) and dashscope (`resources/qwen.tiktoken`). Texts are of `../shared/data` and of the
standard library of Python. Half of the files of each kind (by a hash of the name or, where a set is one file, of the
text) are fitted on, the other half is scored.

What a budget shares out are ratios, so each way is scaled to be right on average of the common kinds, and then it is
said how many percent it gives each kind too much or too little of real tokens: 0 is perfect.
"""

import argparse
import collections
import gzip
import hashlib
import importlib
import json
import statistics
import sysconfig
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit.core.tokens import BYTE_CLASSES, TOKENIZERS, counter

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CHARACTERS = 150_000
"""Of texts of each kind and half."""
COMMON = (
    *("web: en", "web: pl", "web: ru", "web: zh", "code: Python", "code: C", "HTML", "LaTeX"),
    *(f"language: {code}" for code in ("en", "de", "fr", "es", "ja", "ko", "ar", "hi")),
)
"""What corpora are mixed of most; in the fit these kinds weigh as much as ten others."""
OUTWEIGHS = 10
Texts = dict[str, list[str]]


def features(texts: list[str]) -> list[int]:
    """How many bytes of each of `BYTE_CLASSES` there are."""
    content = "".join(texts).encode()
    return [len(content) - len(content.translate(None, members)) for _, members, _ in BYTE_CLASSES]


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


def fit(halves: dict[bool, Texts], fitted: dict[str, float]) -> list[float]:
    """Return weights of the classes, at least 0, with the least sum of squared relative errors over all kinds."""
    matrix = np.array([[count / fitted[kind] for count in features(halves[True][kind])] for kind in fitted])
    rows = np.array([OUTWEIGHS if kind in COMMON else 1 for kind in fitted])
    # Too few of the texts have these to say anything of them.
    fixed = {"digits", "signs of Latin-1", "Syriac, Thaana, N'Ko", "typographic signs", "wide forms"}
    free = [
        number for number, (name, _, _) in enumerate(BYTE_CLASSES) if name not in fixed | {"emoji and rare letters"}
    ]
    given = np.array([weight / 100 for _, _, weight in BYTE_CLASSES])
    rest = matrix @ np.where(np.isin(np.arange(len(given)), free), 0, given)
    weights = np.full(len(free), 0.3)
    for _ in range(30_000):
        # Multiplicative updates (Lee and Seung, 2001) keep every weight at 0 or above.
        weights *= (matrix[:, free].T @ rows) / np.maximum(
            matrix[:, free].T @ (rows * (matrix[:, free] @ weights + rest)), 1e-12
        )
    given[free] = weights
    return [float(weight) for weight in given]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tokenizer", type=Path, nargs="+")
    parser.add_argument("--fit", action="store_true", help="also fit the weights of `estimate` anew, and print them")
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

    def total(count: Callable[[str], int], half: bool, kind: str) -> int:
        return sum(map(count, halves[half][kind]))

    def real(half: bool) -> dict[str, float]:
        return {kind: statistics.geometric_mean([total(count, half, kind) for count in counters]) for kind in kinds}

    fitted, scored = real(True), real(False)
    if given.fit:
        for (name, _, weight), new in zip(BYTE_CLASSES, fit(halves, fitted), strict=True):
            print(f"{name:52}{weight:>4}{100 * new:>8.0f}")
    table: dict[str, dict[str, float]] = {}
    for name in TOKENIZERS:
        scale = statistics.geometric_mean([fitted[kind] / total(counter(name), True, kind) for kind in COMMON])
        table[name] = {kind: total(counter(name), False, kind) * scale / scored[kind] for kind in kinds}
    for path, count in zip(given.tokenizer, counters, strict=True):
        own = {kind: total(count, False, kind) / scored[kind] for kind in kinds}
        scale = statistics.geometric_mean(own[kind] for kind in COMMON)
        table[path.name[:14]] = {kind: own[kind] / scale for kind in kinds}
    print_table(table, kinds)


def print_table(table: dict[str, dict[str, float]], kinds: list[str]) -> None:
    """Print what each way gives each kind, and how far the kinds are apart."""
    print(f"{'percent too much (+) or too little':44}" + "".join(f"{name:>16}" for name in table))
    for kind in kinds:
        print(f"{kind:44}" + "".join(f"{100 * row[kind] - 100:>+16.0f}" for row in table.values()))
    for label, members in (("common kinds", list(COMMON)), ("all kinds", kinds)):
        errors = [statistics.median(abs(100 * row[kind] - 100) for kind in members) for row in table.values()]
        spreads = [max(row[k] for k in members) / min(row[k] for k in members) for row in table.values()]
        print(f"{f'{label}: median, without sign':44}" + "".join(f"{error:>16.0f}" for error in errors))
        print(f"{f'{label}: most favoured : least favoured':44}" + "".join(f"{ratio:>16.2f}" for ratio in spreads))


if __name__ == "__main__":
    main()
