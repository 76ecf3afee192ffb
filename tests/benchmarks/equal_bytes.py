"""Whether two checkouts give the same bytes: `python -m tests.benchmarks.equal_bytes OLD NEW [--work DIR]`.

Five recipes and ten pipes, which between them use every command, run on the real data of `../shared/data` with each of
the two checkouts. All that they leave is compared file by file: manifests, shards, decisions, drops, rejects, indexes,
and what went to standard output. Only `run.json`, which holds times, is not. A line says of each run what it wrote and
whether that is equal; the exit code is 1 if anything differs or a run failed, and 2 if nothing could be compared.

Both checkouts read the same inputs, cut from the data anew each time. They work in folders of different names, with
hash seeds of their own, so what depends on either differs too. `--work` keeps inputs and results; without it they are
removed if all is equal.
"""

import argparse
import gzip
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
SIDES = ("old", "new")
UNCOMPARED = "run.json"
MOST_NAMED = 5
"""Of the files of a run that differ."""
RECIPE = "recipe.yaml"


@dataclass(frozen=True)
class Run:
    """A script that is run in a folder of its own, beside `../../inputs` and `../../data`; with or without a recipe."""

    name: str
    script: str
    recipe: str = ""


PLANS = """
corpuskit mix --plan recipe.yaml | sed 's/, [^,]* free$//' > plan.txt
test -s plan.txt
corpuskit mix --dry-run -j 2 recipe.yaml > tasks.txt
"""

BUDGET = Run(
    "recipe: budget",
    PLANS
    + """
corpuskit mix recipe.yaml -j 2 --json 2> outcome.txt
corpuskit mix recipe.yaml -j 1 -o one --quiet
corpuskit verify snapshot one > verify.txt
corpuskit stats snapshot > stats.txt
corpuskit diff snapshot one > diff.txt
corpuskit status snapshot > status.txt
for id in cranfield/1073 articles/t126 articles/t6221; do
    corpuskit explain snapshot $id >> explain.txt
done
""",
    """
seed: 7
budget: {tokens: 260_000, tokenizer: words}
policy:
  licenses: {allow: [CC0-1.0, CC-BY-4.0, Apache-2.0, MIT, LicenseRef-crawl]}
  pii: required
caps: {any_source: 0.5, synthetic: 0.25}
floors: {speeches: 0.2}
sources:
  web:
    from: fetch-warc
    options: {status: ["2xx"]}
    inputs: [../../inputs/crawl/*.warc.gz]
    origin: crawl
    license: LicenseRef-crawl
    license_evidence: terms of the crawl
    weight: 5
    steps:
      - extract
      - filter-language: {keep: [el, en, pl, ru, zh], min-score: 0.5}
      - filter-quality: {rules: [gopher], set: [gopher-min-stop-words=off, gopher-min-words=30]}
  texts:
    from: files
    inputs: [../../inputs/texts/]
    origin: public_dataset
    license: from-documents
    weight: 3
    steps: [{filter-quality: {rules: [gopher, fineweb], set: [gopher-min-words=40]}}]
  answers:
    from: files
    inputs: [../../data/synthetic/fastchat_answers.jsonl.gz]
    origin: synthetic
    license: Apache-2.0
    max_epochs: 2.5
    weight: 4
  speeches: {from: files, inputs: [../../inputs/speeches], origin: licensed, license: CC0-1.0}
together: [dedup, {scrub-pii: {fields: [text, model]}}]
output: {dir: snapshot, formats: [jsonl, parquet, hf], shard_documents: 200, order: shuffled}
""",
)

PLAIN = Run(
    "recipe: as a pipe",
    PLANS
    + """
corpuskit mix recipe.yaml -j 1 --quiet
corpuskit mix recipe.yaml -j 2 -o two --quiet
(
    corpuskit fetch-warc ../../inputs/crawl/*.warc.gz --source web --origin crawl --license CC0-1.0 |
        corpuskit extract --format markdown |
        corpuskit filter-language --keep en,zh
    corpuskit files ../../inputs/people.jsonl --source people --origin user_product --license MIT
) |
    corpuskit dedup --keep longest |
    corpuskit scrub-pii --fields text,id --types email,phone,credit-card |
    corpuskit export --shard-documents 300 -o piped --quiet
corpuskit verify plain two piped > verify.txt
corpuskit diff plain piped --samples 5 > diff.txt
""",
    """
sources:
  web:
    from: fetch-warc
    inputs: [../../inputs/crawl/]
    origin: crawl
    license: CC0-1.0
    steps: [{extract: {format: markdown}}, {filter-language: {keep: [en, zh]}}]
  people: {from: files, inputs: [../../inputs/people.jsonl], origin: user_product, license: MIT}
together:
  - dedup: {keep: longest}
  - scrub-pii: {fields: [text, id], types: [email, phone, credit-card]}
output: {dir: plain, shard_documents: 300, order: input}
""",
)

SHUFFLED = Run(
    "recipe: shuffled",
    PLANS
    + """
corpuskit mix recipe.yaml -j 2 --quiet
corpuskit mix recipe.yaml -j 1 -o one --quiet --json 2> outcome.txt
corpuskit verify out one > verify.txt
corpuskit stats one --top 40 --samples 1 --json > stats.txt
corpuskit count --by metadata.programming_language one > languages.txt
""",
    """
seed: 3
sources:
  code:
    from: code
    inputs: [../../inputs/tree]
    options: {languages: [python, html, tex], keep: [generated], max-line: 2000}
    origin: public_dataset
    license: PSF-2.0
  sentences:
    from: files
    inputs: [../../inputs/sentences.jsonl]
    origin: public_dataset
    license: CC-BY-4.0
    steps: [{filter-language: {annotate: true}}, {sample: {rate: 0.6, seed: 5}}]
  reviews:
    from: files
    inputs: [../../data/product/clothing_reviews.csv.gz]
    options: {text-key: review_text, columns: [rating, class_name]}
    origin: user_product
    license: from-documents
    steps: [{sample: {rate: 0.1}}, {filter-quality: {rules: [gopher-repetition, c4], annotate: true}}]
  talk: {from: files, inputs: [../../inputs/foreign.parquet], origin: licensed}
together: [{dedup: {threshold: 0.5, ngram: 2, verify: jaccard}}, {scrub-pii: {mode: tag}}]
output: {dir: out, formats: [parquet], order: shuffled, shard_documents: 700}
""",
)

SNAPSHOTS = Run(
    "recipe: snapshots",
    PLANS
    + """
corpuskit mix recipe.yaml -j 2 --quiet
sed 's/monday/tuesday/g' recipe.yaml > next.yaml
corpuskit mix next.yaml -j 1 --quiet
corpuskit dedup-index list seen > index.txt
corpuskit mix recipe.yaml -j 1 --quiet -o again
corpuskit verify monday tuesday again > verify.txt
corpuskit diff monday tuesday > diff.txt
corpuskit explain tuesday articles/t1297 > explain.txt
""",
    """
budget: {tokens: 90_000, tokenizer: bytes/4}
sources:
  news: {from: files, inputs: [../../inputs/monday.jsonl], origin: other, license: CC0-1.0, weight: 2}
  pages:
    from: files
    inputs: [../../inputs/few.jsonl]
    origin: crawl
    steps: [{extract: {engine: resiliparse}}]
together: [{dedup: {index: seen, snapshot: monday, threshold: 0.7}}]
output: {dir: monday, order: input, formats: [jsonl]}
""",
)

TOKENS = Run(
    "recipe: tokenizer",
    PLANS
    + """
corpuskit mix recipe.yaml -j 2 --quiet
corpuskit verify out > verify.txt
corpuskit count --tokenizer ../../inputs/tokenizer.json out > count.txt
corpuskit count --tokenizer bytes/4 --by metadata.source out > sources.txt
sed 's/400_000/900_000_000/' recipe.yaml > large.yaml
corpuskit mix large.yaml -o none 2> conflict.txt || echo "exit code $?" >> conflict.txt
rm -r none
sed 's/allow: .Apache-2.0, /allow: [/' recipe.yaml > strict.yaml
corpuskit mix strict.yaml -o none 2> refusal.txt || echo "exit code $?" >> refusal.txt
sed 's/max_epochs/max_epoch/' recipe.yaml > wrong.yaml
corpuskit mix wrong.yaml -o none 2> mistake.txt || echo "exit code $?" >> mistake.txt
""",
    """
seed: 11
budget: {tokens: 400_000, tokenizer: ../../inputs/tokenizer.json}
policy: {licenses: {allow: [Apache-2.0, CC-BY-4.0, CC0-1.0]}}
caps: {any_source: 0.7, user_model: 0.3}
floors: {answers: 0.2}
sources:
  answers:
    from: files
    inputs: [../../data/synthetic/*.jsonl.gz]
    options: {columns: [model]}
    origin: user_model
    license: Apache-2.0
  patients:
    from: files
    inputs: [../../data/pii/meddocan_es.jsonl.gz, ../../data/pii/pl_pii_bench.jsonl.gz]
    origin: private_third_party
    license: CC-BY-4.0
    weight: 6
    max_epochs: 3
    steps: [{scrub-pii: {engine: scrubadub}}, {filter-license: {allow: [CC-BY-4.0]}}]
  robots: {from: files, inputs: [../../inputs/robots/], origin: crawl, license: CC0-1.0, weight: 0.5, max_epochs: 1.5}
together: [{dedup: {unit: line, min-length: 20}}]
output: {dir: out, order: input, formats: [hf, jsonl], shard_documents: 150}
""",
)

ARCHIVES = Run(
    "pipe: archives",
    """
corpuskit fetch-warc ../../data/warc --accept-damaged --drops drops.jsonl --rejects rejects.txt --source web \\
    --origin crawl --license LicenseRef-crawl --license-evidence terms -o archives --quiet
corpuskit fetch-warc ../../data/warc/*/*.warc ../../data/warc/*/*.warc.gz --status 200,3xx --keep-truncated \\
    --check-digests always --accept-damaged -j 2 --quiet -o strict.jsonl.zst
corpuskit fetch-warc ../../data/warc/archivesunleashed__aut > damaged.jsonl 2> damage.txt ||
    echo "exit code $?" >> damage.txt
corpuskit fetch-warc ../../inputs/warc.paths --base ../../inputs/crawl/ --check-digests never --quiet |
    corpuskit extract --quiet -j 2 > listed.jsonl
corpuskit verify archives strict.jsonl.zst > verify.txt
corpuskit stats archives > stats.txt
corpuskit explain archives "$(first_id drops.jsonl)" > explain.txt
""",
)

PAGES = Run(
    "pipe: pages",
    """
corpuskit extract ../../inputs/pages.jsonl --quiet -j 2 --drops drops.jsonl --rejects rejects.txt > fast-text.jsonl
corpuskit extract ../../inputs/pages.jsonl --quiet --format markdown > fast-markdown.jsonl
for format in text markdown; do
    corpuskit extract ../../inputs/pages.jsonl --engine resiliparse --format $format --quiet > resiliparse-$format.jsonl
    for engine in trafilatura auto; do
        corpuskit extract ../../inputs/few.jsonl --engine $engine --format $format --quiet -j 2 \\
            --rejects $engine-$format.txt > $engine-$format.jsonl
    done
done
""",
)

LANGUAGES = Run(
    "pipe: languages",
    """
corpuskit filter-language ../../inputs/sentences.jsonl --quiet --annotate > annotated.jsonl
corpuskit filter-language ../../inputs/sentences.jsonl --keep en,deu,zh,ru,ja,ar --min-score 0.8 -j 2 --quiet \\
    --drops drops.jsonl > kept.jsonl
corpuskit files ../../data/lid/whatlang_69lang.jsonl.gz ../../inputs/texts --quiet |
    corpuskit filter-language --keep el,en,pl --quiet -o texts.jsonl.gz
corpuskit count --by metadata.language annotated.jsonl > languages.txt
corpuskit count --tokenizer bytes/4 --json kept.jsonl > count.txt
corpuskit sample --rate 0.3 --seed 4 annotated.jsonl --quiet | corpuskit head -n 500 --quiet |
    corpuskit count > part.txt
""",
)

QUALITY = Run(
    "pipe: quality",
    """
for rules in gopher gopher-repetition c4 fineweb; do
    corpuskit filter-quality ../../inputs/texts --rules $rules --quiet --drops $rules-drops.jsonl > $rules.jsonl
done
corpuskit filter-quality ../../inputs/texts --annotate --quiet -j 2 > annotated.jsonl
corpuskit filter-quality ../../inputs/texts --no-c4-edit-lines --language en --quiet -j 2 \\
    --set gopher-min-words=20,gopher-min-stop-words=off --set c4-terminal-punctuation=off > changed.jsonl
corpuskit files ../../data/quality/dolma_*_000.json.gz ../../inputs/speeches --format auto --quiet |
    corpuskit filter-quality --quiet --json --drops drops.jsonl 2> outcome.txt > all.jsonl
corpuskit filter-quality ../../inputs/few.jsonl > html.jsonl 2> html.txt || echo "exit code $?" >> html.txt
""",
)

TABLES = Run(
    "pipe: tables",
    """
corpuskit files ../../data/product/banking77_train.csv.gz --source bank --license MIT --quiet -o bank.parquet
corpuskit files bank.parquet --quiet > back.jsonl
corpuskit files ../../data/product/multidogo_airline.tsv.gz --text-key utterance --id-key utteranceId \\
    --columns intent,turnNumber --quiet > turns.jsonl
corpuskit files ../../inputs/foreign.parquet --source foreign --quiet -o foreign.jsonl.zst
corpuskit files ../../inputs/speeches --source speeches --quiet > speeches.jsonl
corpuskit files ../../data/extract_fixtures/*.md ../../inputs/robots --encoding utf-8 --rejects rejects.txt \\
    --quiet > notes.jsonl
corpuskit files ../../inputs/array.json --id-key question_id --quiet > array.jsonl
corpuskit files --format csv --delimiter ';' --text-key b --quiet > semicolons.jsonl <<END
a;b
1;one
2;"two; and
a half"
END
corpuskit files ../../inputs/broken.jsonl --rejects broken.txt --max-rejects 50% --quiet > mended.jsonl
corpuskit files ../../inputs/broken.jsonl --max-rejects 3 2> many.txt > many.jsonl || echo "exit code $?" >> many.txt
corpuskit files ../../inputs/texts --quiet |
    corpuskit filter-license --allow CC0-1.0,MIT,Apache-2.0 --quiet --drops drops.jsonl |
    corpuskit export --to jsonl,hf --shard-documents 100 -o forms --quiet
corpuskit export --to parquet turns.jsonl -o turns --quiet
corpuskit export --to hf array.jsonl -o array --quiet
corpuskit verify forms turns array > verify.txt
corpuskit stats forms > stats.txt
""",
)

SOURCE_CODE = Run(
    "pipe: code",
    """
corpuskit code ../../inputs/tree --source code --origin public_dataset --license PSF-2.0 --drops drops.jsonl \\
    --rejects rejects.txt -o code --quiet
corpuskit code ../../inputs/tree --kinds programming,markup,prose,data --keep vendored,generated,minified \\
    -j 2 --quiet > all.jsonl
corpuskit code ../../inputs/tree --languages python,c++ --max-bytes 20000 --max-mean-line 40 --max-line 100 \\
    --encoding utf-8 --drops short-drops.jsonl --quiet > short.jsonl
corpuskit count --by metadata.programming_language all.jsonl > languages.txt
corpuskit verify code > verify.txt
corpuskit dedup code --unit line --quiet | corpuskit scrub-pii --quiet --types email -o lines.jsonl.zst
""",
)

DUPLICATES = Run(
    "pipe: duplicates",
    """
corpuskit dedup ../../inputs/texts --quiet -o whole
corpuskit dedup ../../inputs/texts --quiet -j 2 --memory 1MB --drops drops.jsonl > bounded.jsonl
corpuskit dedup ../../inputs/texts --quiet --method exact > exact.jsonl
corpuskit dedup ../../inputs/texts --quiet --stream > streamed.jsonl
corpuskit dedup ../../inputs/texts --quiet --stream --method exact > streamed-exact.jsonl
corpuskit dedup ../../inputs/texts --quiet --keep longest --threshold 0.5 --ngram 3 --permutations 64 --bands 16 \\
    > longest.jsonl
corpuskit dedup ../../inputs/texts --quiet --keep newest --verify jaccard --seed 9 -j 2 > newest.jsonl
corpuskit dedup ../../inputs/texts --quiet --unit paragraph --drops paragraph-drops.jsonl > paragraphs.jsonl
corpuskit dedup ../../inputs/texts --quiet --unit line --min-length 15 > lines.jsonl
corpuskit dedup ../../inputs/sentences.jsonl --quiet --json 2> outcome.txt -o sentences.parquet
corpuskit explain whole "$(first_id drops.jsonl)" > explain.txt
corpuskit stats whole > stats.txt
""",
)

INDEX = Run(
    "pipe: index",
    """
corpuskit dedup ../../inputs/monday.jsonl --index seen --snapshot monday --quiet -o monday
corpuskit dedup ../../inputs/tuesday.jsonl --index seen --snapshot tuesday --quiet -o tuesday --drops drops.jsonl
corpuskit dedup-index list seen > both.txt
corpuskit dedup-index list seen --json > both.json
cp -r seen copy
corpuskit dedup-index remove copy --id articles/t3466 2> removed.txt
corpuskit dedup-index remove copy --snapshot monday 2>> removed.txt
corpuskit dedup-index remove copy --snapshot friday 2>> removed.txt
corpuskit dedup-index list copy > copy.txt
corpuskit dedup ../../inputs/tuesday.jsonl --index copy --snapshot wednesday -j 2 --memory 1MB --quiet > wednesday.jsonl
corpuskit dedup ../../inputs/monday.jsonl --index seen --snapshot monday --quiet > again.jsonl
corpuskit dedup ../../inputs/monday.jsonl --method exact --index equal --snapshot monday --quiet > exact-monday.jsonl
corpuskit dedup ../../inputs/tuesday.jsonl --method exact --index equal --snapshot tuesday --quiet > exact-tuesday.jsonl
corpuskit dedup-index list equal > equal.txt
corpuskit dedup ../../inputs/monday.jsonl --ngram 4 --index seen --snapshot other > other.jsonl 2> other.txt ||
    echo "exit code $?" >> other.txt
corpuskit explain tuesday "$(first_id drops.jsonl)" > explain.txt
corpuskit diff monday tuesday --json > diff.txt
""",
)

PERSONAL = Run(
    "pipe: personal data",
    """
printf 'a key for this comparison' > key
for engine in native scrubadub; do
    for mode in mask tag drop; do
        corpuskit scrub-pii ../../inputs/people.jsonl ../../inputs/broken.jsonl --engine $engine --mode $mode --quiet \\
            --drops $engine-$mode-drops.jsonl --rejects $engine-$mode-rejects.txt > $engine-$mode.jsonl
    done
    corpuskit scrub-pii ../../inputs/people.jsonl --engine $engine --mode hash --key-file key --quiet -j 2 \\
        > $engine-hash.jsonl
done
corpuskit scrub-pii ../../data/pii/meddocan_es.jsonl.gz --fields text,id,metadata --quiet -j 2 -o patients
export CORPUSKIT_PII_KEY='another key of 16 bytes or more'
corpuskit scrub-pii ../../inputs/broken.jsonl --mode hash --types email,phone,national-id --quiet \\
    --rejects rejects.txt > typed.jsonl
corpuskit scrub-pii native-mask.jsonl --quiet > twice.jsonl
corpuskit verify patients > verify.txt
""",
)

WHOLE = Run(
    "pipe: whole",
    """
corpuskit fetch-warc ../../inputs/crawl/*.warc.gz --source web --origin crawl --license CC-BY-4.0 --quiet |
    corpuskit extract --quiet --engine auto -j 2 |
    corpuskit filter-language --quiet --keep en,ru --min-score 0.5 |
    corpuskit filter-quality --quiet --rules gopher,c4 |
    corpuskit filter-license --quiet --allow CC-BY-4.0 |
    corpuskit dedup --quiet |
    corpuskit scrub-pii --quiet --fields id,text |
    corpuskit export --to jsonl,parquet --json -o corpus 2> outcome.txt
corpuskit fetch-warc ../../inputs/crawl/00.warc.gz --source web --quiet | corpuskit extract --quiet |
    corpuskit sample --rate 0.7 --quiet | corpuskit head -n 30 --quiet | corpuskit export --to hf -o part --quiet
corpuskit verify corpus part > verify.txt
corpuskit verify corpus --json > verify.json
corpuskit stats corpus > stats.txt
corpuskit diff part corpus > diff.txt
corpuskit status part > status.txt
zcat ../../inputs/texts/00.jsonl.gz | corpuskit head -n 50 2> unverified.txt -o unverified
zcat ../../inputs/texts/00.jsonl.gz | corpuskit dedup --strict-input -o strict 2> strict.txt ||
    echo "exit code $?" >> strict.txt
corpuskit filter-language --keep xx /dev/null 2> usage.txt || echo "exit code $?" >> usage.txt
corpuskit filter-license --allow CC0-1.0 part -o empty 2> empty.txt || echo "exit code $?" >> empty.txt
corpuskit filter-license --allow CC0-1.0 part -o nothing --allow-empty --quiet
corpuskit explain corpus nobody 2> nobody.txt || echo "exit code $?" >> nobody.txt
cp -r part damaged
rm damaged/README.md
printf 'x' >> damaged/data/*.parquet
corpuskit verify damaged > damaged.txt 2>&1 || echo "exit code $?" >> damaged.txt
corpuskit --help > help.txt
corpuskit --version | head -n 1 > version.txt
for name in code count dedup dedup-index diff explain export extract fetch-warc files filter-language filter-license \\
    filter-quality head mix sample scrub-pii stats status verify; do
    corpuskit $name --help >> help.txt
done
""",
)

RUNS = (
    *(BUDGET, PLAIN, SHUFFLED, SNAPSHOTS, TOKENS),
    *(ARCHIVES, PAGES, LANGUAGES, QUALITY, TABLES, SOURCE_CODE, DUPLICATES, INDEX, PERSONAL, WHOLE),
)

# Pipes fail by themselves where one of their commands does, so `pipefail` is not wanted: it would trip over `head`.
PRELUDE = """
set -eu
# The id of the first document in a file of drops.
first_id() {
    sed -n 's/^{"id":"\\([^"]*\\)".*/\\1/p' "$1" | sed -n 1p
}
"""

PAGE_SETS = {
    "daniel_news_5lang": 4,
    "newspaper_pages": 3,
    "readability_pages": 1,
    "trafilatura_eval": 9,
    "wcxb": 6,
    "webmainbench_sample": 1,
}
"""Of how many pages of each set one is taken."""
NEWS = "daniel_news_5lang"
LIBRARY = ("asyncio", "email", "http", "json", "xml")
LICENSES = (
    *("CC0-1.0", "CC-BY-4.0", "MIT OR GPL-3.0-only", "GPL-3.0-only", "Apache-2.0 AND MIT"),
    *("GPL-2.0-only WITH Classpath-exception-2.0", "no such licence", None),
)


@dataclass(frozen=True)
class Page:
    """A page as it was fetched: its name, the set it is of, and its bytes."""

    name: str
    content: bytes

    def document(self) -> dict[str, Any]:
        """The page as a document whose text is HTML."""
        text = self.content.decode("utf-8", "replace")
        return {"id": self.name, "text": text, "metadata": {"content_type": "text/html"}}

    def record(self) -> bytes:
        """The page as a gzip member of a web archive."""
        address = f"https://pages.example/{self.name}"
        name = uuid.uuid5(uuid.NAMESPACE_URL, address)
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + self.content
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\n"
            f"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: {address}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)


TOO_DEEP = Page("too-deep", b"<html><body>" + 300 * b"<div>" + b"A page that no engine reads.")


def build_inputs(folder: Path) -> None:
    """Cut from the shared data what the runs read beside it, the same each time."""
    folder.mkdir()
    pages = {name: list(pages_of(name)) for name in PAGE_SETS}
    for name, times in (("pages", 1), ("few", 6)):
        taken = [page for kind, every in PAGE_SETS.items() for page in pages[kind][:: times * every]]
        write(folder / f"{name}.jsonl", (page.document() for page in [*taken, TOO_DEEP]))
    write_archives(folder, pages[NEWS][1::5] + pages["wcxb"][3::10])
    write_texts(folder)
    write_tables(folder)
    write_broken(folder / "broken.jsonl")
    write_tree(folder / "tree", pages["wcxb"][5::60])
    with gzip.open(SHARED / "tokens/gptneox_tokenizer.json.gz") as packed:
        (folder / "tokenizer.json").write_bytes(packed.read())


def pages_of(name: str) -> Iterator[Page]:
    """The pages of a set."""
    for path, content in members(f"extract/{name}.pages.tar.xz"):
        yield Page(f"{name}/{path}", content)


def members(name: str) -> Iterator[tuple[str, bytes]]:
    """The files in an archive of the shared data."""
    with tarfile.open(SHARED / name) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read()


def write_archives(folder: Path, pages: list[Page]) -> None:
    """Four archives, each of which repeats pages of the one before, and a list of two of them."""
    (folder / "crawl").mkdir()
    each = len(pages) // 4
    for number in range(4):
        part = pages[max(number * each - 15, 0) : (number + 1) * each]
        (folder / "crawl" / f"{number:02d}.warc.gz").write_bytes(b"".join(page.record() for page in part))
    (folder / "warc.paths").write_text("00.warc.gz\n02.warc.gz\n")


def write_texts(folder: Path) -> None:
    """Texts of people in many languages; speeches and `robots.txt` as files; two snapshots that overlap."""
    golds = rows(f"extract/{NEWS}.gold.jsonl.gz")
    news = [text(gold["id"], gold["gold_text"], gold["lang"], gold["date"]) for gold in golds]
    with gzip.open(SHARED / "dedup/articles_1000.train.gz", "rt", encoding="utf-8") as lines:
        parts = [line.rstrip("\n").partition(" ") for line in lines]
    articles = [text(f"articles/{name}", content, "en") for name, _, content in parts]
    abstracts = [text(f"cranfield/{row['id']}", row["text"], "en") for row in rows("retrieval/cranfield_docs.jsonl.gz")]
    versions = [
        text(f"{row['doc']}@{row['commit']}", row["text"], "en", row["date"])
        for row in rows("retrieval/evolving_docs.jsonl.gz")
    ]
    (folder / "texts").mkdir()
    for number, part in enumerate((news, articles[::2] + versions, abstracts[::2])):
        write(folder / "texts" / f"{number:02d}.jsonl.gz", part)
    write(folder / "monday.jsonl", news[::3] + articles[::2] + versions[:40])
    write(folder / "tuesday.jsonl", news[::6] + articles[1::2] + versions[40:] + news[1::3])
    write(folder / "sentences.jsonl", itertools.islice(rows("lid/sentences_75lang.jsonl.gz"), 0, None, 9))
    people = [row for path in sorted((SHARED / "pii").glob("*.jsonl.gz")) for row in rows(f"pii/{path.name}")]
    write(folder / "people.jsonl", [{"id": row["id"], "text": row["text"]} for row in people[::2]])
    (folder / "speeches").mkdir()
    with zipfile.ZipFile(SHARED / "books/state_union.zip") as archive:
        for name in (name for name in archive.namelist() if name.endswith(".txt")):
            (folder / "speeches" / Path(name).name).write_bytes(archive.read(name))
    (folder / "robots").mkdir()
    for name, content in itertools.islice(members("robots/real_robots_txt.tar.xz"), 0, None, 12):
        (folder / "robots" / f"{Path(name).name}.txt").write_bytes(content)


def text(name: str, content: str, language: str, date: str | None = None) -> dict[str, Any]:
    """A document under some licence or none: its name decides."""
    license = LICENSES[hashlib.sha256(name.encode()).digest()[0] % len(LICENSES)]
    day = f"{date[:4]}-{date[4:6]}-{date[6:]}" if date and date.isdigit() else date
    known = {"date": day, "language": language, "license": license}
    return {"id": name, "text": content, "metadata": {key: value for key, value in known.items() if value}}


def write_tables(folder: Path) -> None:
    """A Parquet file of another writer, with cells that are empty, nested or no strings; and an array of JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    trees = list(rows("product/hh_rlhf_harmless_test.jsonl.gz"))
    table = {
        "id": [f"talk-{number}" for number in range(len(trees))],
        "text": [row["chosen"] for row in trees],
        "length": [len(row["chosen"]) for row in trees],
        "half": [len(row["chosen"]) / 2 if number % 3 else None for number, row in enumerate(trees)],
        "turns": [row["chosen"].count("\n\nHuman:") * ["turn"] for row in trees],
        "other": [{"text": row["rejected"][:100], "shorter": len(row["rejected"]) < 500} for row in trees],
    }
    pq.write_table(pa.table(table), folder / "foreign.parquet", row_group_size=200)
    answers = list(rows("synthetic/fastchat_judgements.jsonl.gz"))
    (folder / "array.json").write_text(json.dumps(answers, indent=1))


def write_broken(path: Path) -> None:
    """Real lines, of which every tenth is broken in one of several ways."""
    ways = (
        lambda line: line[: len(line) // 2],
        lambda line: b"",
        lambda line: line[:-1] + b', "far": 1e999}',
        lambda line: line[:-1] + b', "id": "twice", "id": "twice"}',
        lambda line: line[:-1] + b', "half": "\\ud800"}',
        lambda line: line.replace(b"e", b"\xff", 1),
        lambda line: line.replace(b'"text"', b'"body"'),
        lambda line: line[:-1] + b', "metadata": 7}',
        lambda line: b"[" + line + b"]",
    )
    lines = []
    for number, row in enumerate(rows("pii/presidio_synth_v2.jsonl.gz")):
        line = json.dumps({"id": row["id"], "text": row["text"]}).encode()
        lines.append(line if number % 10 else ways[number // 10 % len(ways)](line))
    path.write_bytes(b"\n".join(lines) + b"\n")


def write_tree(folder: Path, pages: list[Page]) -> None:
    """Parts of Python's own library, some as if taken over from others or generated; web pages; an article in TeX."""
    library = Path(sysconfig.get_path("stdlib"))
    taken = [path for name in LIBRARY for path in (library / name).rglob("*.py")] + sorted(library.glob("*.py"))[::2]
    files = {folder / "library" / path.relative_to(library): path.read_bytes() for path in taken}
    files |= {folder / "third_party/json" / path.name: path.read_bytes() for path in (library / "json").glob("*.py")}
    files |= {folder / "library/tokens_pb2.py": (library / "token.py").read_bytes()}
    files |= {folder / "pages" / path.name: path.read_bytes() for path in (SHARED / "extract_fixtures").iterdir()}
    files |= {folder / "pages" / Path(page.name).name: page.content for page in pages}
    files |= {folder / "article" / name: content for name, content in members("academic/arxiv_1911.02782_tex.tar.xz")}
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The lines of a file of the shared data."""
    with gzip.open(SHARED / name) as lines:
        yield from map(json.loads, lines)


def write(path: Path, documents: Iterable[dict[str, Any]]) -> None:
    """A line a document; compressed where the name says so."""
    lines = b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)
    path.write_bytes(gzip.compress(lines, mtime=0) if path.suffix == ".gz" else lines)


class Bench:
    """Two checkouts, and the folder in which they work side by side."""

    def __init__(self, old: Path, new: Path, scratch: Path) -> None:
        self.checkouts = dict(zip(SIDES, (old, new), strict=True))
        self.scratch = scratch

    def prepare(self) -> None:
        """Lay out inputs, the two sides, and `corpuskit` as a command."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        (self.scratch / "bin").mkdir(parents=True)
        command = self.scratch / "bin/corpuskit"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m corpuskit "$@"\n')
        command.chmod(0o755)
        (self.scratch / "data").symlink_to(SHARED)
        build_inputs(self.scratch / "inputs")
        for side in SIDES:
            (self.scratch / side / "tmp").mkdir(parents=True)

    def environment(self, side: str) -> dict[str, str]:
        """What a side's commands see: its own checkout, state and seed of hashes, otherwise the same."""
        return {
            **surroundings(self.checkouts[side]),
            "PATH": f"{self.scratch / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONHASHSEED": str(1 + SIDES.index(side)),
            "CORPUSKIT_STATE": str(self.scratch / side / "state"),
            "CORPUSKIT_CACHE": str(self.scratch / side / "cache"),
            "TMPDIR": str(self.scratch / side / "tmp"),
        }

    def folder(self, run: Run, side: str) -> Path:
        """Where a run of a side works."""
        return self.scratch / side / "-".join(run.name.replace(":", "").split())

    def work(self, run: Run, side: str) -> str | None:
        """Run one side; the last line that it said if it failed."""
        folder = self.folder(run, side)
        folder.mkdir()
        if run.recipe:
            (folder / RECIPE).write_text(run.recipe)
        told = folder.with_suffix(".log")
        with told.open("wb") as log:
            done = subprocess.run(
                ["bash", "-c", PRELUDE + run.script],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=self.environment(side),
            )
        if not done.returncode:
            return None
        return (told.read_text(errors="replace").strip().splitlines() or ["nothing was said"])[-1]

    def compare(self, run: Run) -> bool:
        """Run both sides at once, print the line of the run, and say whether they are equal."""
        with ThreadPoolExecutor(len(SIDES)) as threads:
            failures = dict(zip(SIDES, threads.map(lambda side: self.work(run, side), SIDES), strict=True))
        old, new = (digests(self.folder(run, side)) for side in SIDES)
        # Names of shards hold digests, so another one has another name. Files that both sides have come first.
        names = sorted(old.keys() & new.keys()) + sorted(old.keys() ^ new.keys())
        differing = [name for name in names if old.get(name) != new.get(name)]
        more = f" and {len(differing) - MOST_NAMED} more" if len(differing) > MOST_NAMED else ""
        verdict = f"DIFFERS: {', '.join(differing[:MOST_NAMED])}{more}" if differing else "equal"
        verdict = "; ".join([verdict, *(f"FAILED ({side}): {why}" for side, why in failures.items() if why)])
        print(line(run.name, *measured(self.folder(run, "new")), digest_of(new), verdict), flush=True)
        return verdict == "equal"


def digests(folder: Path) -> dict[str, str]:
    """Everything that a run left, by name, hashed."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != UNCOMPARED
    }


def digest_of(found: dict[str, str]) -> str:
    """One short digest of all of it."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:12]


def measured(folder: Path) -> tuple[int, int]:
    """Documents in all datasets and streams that a run left, and the bytes of all its files."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != UNCOMPARED]
    manifests = [json.loads(path.read_bytes()) for path in files if path.name.endswith("manifest.json")]
    published = sum(manifest["steps"][-1].get("out", {}).get("documents", 0) for manifest in manifests)
    streamed = sum(path.read_bytes().count(b"\n") for path in files if path.suffix == ".jsonl")
    return published + streamed, sum(path.stat().st_size for path in files)


def line(name: str, documents: int, size: int, digest: str, verdict: str) -> str:
    """A line of the table."""
    return f"{name:24}  {documents:>9,} documents  {size:>12,} bytes  {digest:12}  {verdict}"


def surroundings(checkout: Path) -> dict[str, str]:
    """The environment of this process, without what would set the sides apart, and with the code of a checkout."""
    unwanted = ("CORPUSKIT_", "PYTHON", "LC_")
    given = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**given, "PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1", "LC_ALL": "C", "TZ": "UTC", "COLUMNS": "80"}


def misplaced(checkout: Path) -> str | None:
    """Why the code of a checkout would not be what runs, if so."""
    command = [sys.executable, "-c", "import corpuskit; print(corpuskit.__file__)"]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings(checkout))
    found = done.stdout.strip()
    if done.returncode or not Path(found).is_relative_to(checkout):
        return f"{checkout} is no checkout of corpuskit" + (f": {found} would run instead" if found else "")
    return None


def main() -> int:
    """Compare, and say how it went in the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path, help="a checkout of corpuskit")
    parser.add_argument("new", type=Path, help="another one")
    parser.add_argument("--work", type=Path, help="folder for `equal-bytes`, which is made anew and kept")
    given = parser.parse_args()
    old, new = given.old.resolve(), given.new.resolve()
    reasons = [] if SHARED.is_dir() else ["real data (../shared/data) is not on this machine"]
    reasons += [reason for reason in map(misplaced, (old, new)) if reason is not None]
    if reasons:
        print(reasons[0], file=sys.stderr)
        return 2
    begun = time.monotonic()
    scratch = (given.work.resolve() if given.work else Path(tempfile.mkdtemp(prefix="corpuskit-"))) / "equal-bytes"
    bench = Bench(old, new, scratch)
    bench.prepare()
    equal = [bench.compare(run) for run in RUNS].count(True)
    print(f"{equal} of {len(RUNS)} runs are equal; {time.monotonic() - begun:.0f} s")
    if equal == len(RUNS) and not given.work:
        shutil.rmtree(scratch.parent)
    else:
        print(f"inputs and results are kept in {scratch}")
    return 0 if equal == len(RUNS) else 1


if __name__ == "__main__":
    sys.exit(main())
