"""What is measured: the stages, and the rivals that do the work of each."""

from dataclasses import dataclass

TEXTS = ("documents.jsonl", "many.jsonl", "compact.jsonl")
OURS, PEER, FLOOR = "corpuskit", "peer", "floor"


@dataclass(frozen=True)
class Rival:
    """One way to do the work of a stage: arguments of `corpuskit`, a script (`sh: …`), or a function of peers."""

    name: str
    role: str
    work: str


@dataclass(frozen=True)
class Stage:
    """The rivals for one kind of work on one input. The first is the one that ratios are about."""

    input: str
    rivals: tuple[Rival, ...]
    less_start: bool = True


def stage(
    input: str, ours: dict[str, str], peers: dict[str, str], floors: dict[str, str], less_start: bool = True
) -> Stage:
    """A stage out of names and what they run."""
    roles = ((OURS, ours), (PEER, peers), (FLOOR, floors))
    return Stage(
        input, tuple(Rival(name, role, work) for role, group in roles for name, work in group.items()), less_start
    )


EXTRACT = (
    {
        "extract": "extract {in}",
        "extract without the compiled core": "sh: CORPUSKIT_NO_CORE=1 corpuskit extract {in} --quiet",
    },
    {
        "trafilatura": "trafilatura-default",
        "trafilatura, fast": "trafilatura-fast",
        "datatrove Trafilatura": "datatrove-trafilatura",
    },
    {"parse of the HTML": "dom-parse", "resiliparse, parse and main text": "native-text"},
)
FETCH = "fetch-warc {in} --source web --origin crawl --license CC0-1.0"
PIPE = (
    f"sh: corpuskit {FETCH} --quiet | corpuskit extract --quiet ENGINE"
    " | corpuskit filter-language --quiet --keep en | corpuskit filter-quality --quiet | corpuskit dedup --quiet"
    " | corpuskit scrub-pii --quiet | corpuskit export --quiet --to parquet -o {out}"
)
TO_PARQUET = (
    {
        "fetch-warc, extract, export": f"sh: corpuskit {FETCH} --quiet | corpuskit extract --quiet"
        " | corpuskit export --quiet --to parquet -o {out}",
        "without the compiled core": f"sh: export CORPUSKIT_NO_CORE=1; corpuskit {FETCH} --quiet"
        " | corpuskit extract --quiet | corpuskit export --quiet --to parquet -o {out}",
    },
    {"datatrove": "datatrove-warc-to-parquet"},
    {"fastwarc, payloads read": "fastwarc-read"},
)
RECIPE = """sh: cat > {out}.yaml <<END
sources:
  web:
    from: fetch-warc
    inputs: ['{in}']
    origin: crawl
    license: CC0-1.0
    steps: [extract, {filter-language: {keep: [en]}}, filter-quality]
together: [dedup, scrub-pii]
output: {formats: [parquet]}
END
corpuskit mix {out}.yaml -j 1 --quiet -o {out}"""
STAGES: dict[str, Stage] = {
    "fetch-warc": stage(
        "pages.warc.gz",
        {"fetch-warc": FETCH},
        {"datatrove WarcReader": "datatrove-warc", "warcio, payloads read": "warcio-read"},
        {"gunzip (isal)": "gunzip", "fastwarc, payloads read": "fastwarc-read"},
    ),
    "extract, news and blogs": stage("articles.jsonl", *EXTRACT),
    "extract, documentation": stage("pages.jsonl", *EXTRACT),
    "archive to Parquet, news and blogs": stage("articles.warc.gz", *TO_PARQUET),
    "archive to Parquet, documentation": stage("pages.warc.gz", *TO_PARQUET),
    "filter-language": stage(
        "documents.jsonl",
        {"filter-language --annotate": "filter-language {in} --annotate"},
        {"datatrove LanguageFilter": "datatrove-language"},
        {"the model on whole texts": "bare-model"},
    ),
    "filter-quality, every rule on every document": stage(
        "documents.jsonl",
        {"filter-quality --annotate": "filter-quality {in} --annotate"},
        {"datatrove, four filters each": "datatrove-quality-each"},
        {"orjson, loads and dumps": "json-round"},
    ),
    "filter-quality, dropping": stage(
        "documents.jsonl",
        {"filter-quality": "filter-quality {in}"},
        {"datatrove, four filters in a chain": "datatrove-quality-chain"},
        {"orjson, loads and dumps": "json-round"},
    ),
    "dedup": stage(
        "documents.jsonl",
        {"dedup": "dedup {in}", "dedup --stream": "dedup {in} --stream"},
        {"datatrove, four stages": "datatrove-dedup"},
        {"rensa on ready shingles": "ready-shingles", "orjson, loads and dumps": "json-round"},
    ),
    "scrub-pii": stage(
        "documents.jsonl",
        {"scrub-pii": "scrub-pii {in}"},
        {"scrubadub": "scrubadub-clean"},
        {"orjson, loads and dumps": "json-round"},
    ),
    "export to Parquet": stage(
        "many.jsonl",
        {"export --to parquet": "export {in} --to parquet -o {out}"},
        {"datatrove ParquetWriter": "datatrove-parquet"},
        {"pyarrow on a ready table": "bare-parquet"},
    ),
    "documents passed on": stage(
        "many.jsonl",
        {"sample --rate 1": "sample {in} --rate 1"},
        {"datatrove, read and written": "datatrove-copy"},
        {"orjson, loads and dumps": "json-round"},
    ),
    "documents passed on, in corpuskit's own spelling": stage(
        "compact.jsonl",
        {"sample --rate 1": "sample {in} --rate 1"},
        {"datatrove, read and written": "datatrove-copy"},
        {"orjson, loads and dumps": "json-round"},
    ),
    "whole pipe": stage(
        "pages.warc.gz",
        {
            "pipe": PIPE.replace("ENGINE", ""),
            "pipe, extract --engine fast": PIPE.replace("ENGINE", "--engine fast"),
            "mix": RECIPE,
        },
        {"datatrove": "datatrove-pipe"},
        {"fastwarc, payloads read": "fastwarc-read"},
        less_start=False,
    ),
}
STREAMS = {
    "fetch-warc": ("warc.gz", FETCH),
    "files": ("mixed.jsonl", "files {in}"),
    "extract": ("html.jsonl", "extract {in}"),
    "filter-language --annotate": ("mixed.jsonl", "filter-language {in} --annotate"),
    "filter-license": ("mixed.jsonl", "filter-license {in} --allow MIT"),
    "filter-quality": ("mixed.jsonl", "filter-quality {in}"),
    "filter-quality --annotate": ("mixed.jsonl", "filter-quality {in} --annotate"),
    "scrub-pii": ("mixed.jsonl", "scrub-pii {in}"),
    "sample": ("mixed.jsonl", "sample {in} --rate 0.5"),
    "head": ("mixed.jsonl", "head {in} -n 1000000000"),
    "count": ("mixed.jsonl", "count {in}"),
    "export": ("mixed.jsonl", "export {in} -o {out}"),
    "export --to parquet": ("mixed.jsonl", "export {in} --to parquet -o {out}"),
    "dedup": ("mixed.jsonl", "dedup {in}"),
}
"""What is passed on document by document; and `dedup`, which is not."""
PARALLEL, MEMORY = "two workers", "memory"
