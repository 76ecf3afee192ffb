"""`synth-check`: synthetic documents pass as a whole, or are refused as a whole."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import decode_trusted, encode, parents_of
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import demand_share, misfit
from corpuskit.core.options import build_step
from corpuskit.core.outcome import Drop
from corpuskit.core.registry import find_step
from corpuskit.core.step import CorpusStage, Document, Item
from corpuskit.core.wording import excerpt

if TYPE_CHECKING:
    from corpuskit.synthetic.checking.checks import CheckRow
    from corpuskit.synthetic.checking.comparison import CorpusComparison
    from corpuskit.synthetic.checking.labels import LabelledTexts

VERSION = "4"
"""Raised whenever a verdict on any documents changes."""
SHARES = (
    "max_copies",
    "max_containment",
    "min_agreement",
    "worst_class",
    "max_boilerplate",
    "max_unmarked",
)
MOST_IMBALANCE = 2


@dataclass(frozen=True)
class SynthCheck(CorpusStage):
    """Refuse synthetic documents that copy, leak, repeat themselves or have wrong labels.

    Passes all documents as they are, or refuses all of them (exit code 6). Unless `--quiet`, prints each figure with
    its limit in either case, and what it could not judge, and why:

    Near copies of each other and of `--real` documents, by the rule of `dedup`: `--max-copies` of all documents each.
    Copies of the own seed: documents of whose 13-grams more than `--max-containment` stand in it; needs `--seeds`.
    Items of the evaluation sets `--against`, by `decontaminate`: none. Personal data of seeds or real documents: none.
    `gen_depth`: 1 at most; `--max-unmarked` of the documents may lack it, or `origin: synthetic`. Refusals and what
    assistants say around answers: `--max-boilerplate` of all documents.

    Labels, with `--by`: models that have seen only real documents must agree with the labels at least `--min-agreement`
    times as often as with those of real documents that they have not seen, in the same mixture of classes; of each
    class with 20 real and 20 synthetic documents, at least `--worst-class` times; both as far as so many can tell
    (95 %). Balance, with `--quota` as `synth-gaps` wrote it:
    the shares of the classes, real and synthetic together, may differ from those planned by `--max-imbalance`, summed
    up. Diversity: synthetic texts may be compressed at most `--max-compression` times as well as real ones of the same
    lengths, or as badly. Of fewer than 200 documents, diversity is not judged. Invisible characters hide no copy;
    letters of another script that look alike do.

    Reads all of its input, spooled to TMPDIR, and the real documents once. Holds a model of the real documents, and
    the texts of the seeds that were used, in memory.

        corpuskit synth-check answers.jsonl --real real.jsonl --by labels.intent --seeds seeds.jsonl -o checked.jsonl
    """

    keeps_documents: ClassVar[bool] = True

    real: Annotated[tuple[Path, ...], "Real documents, to compare with."]
    seeds: Annotated[tuple[Path, ...], "Documents that the synthetic ones were made from."] = ()
    against: Annotated[tuple[Path, ...], "Evaluation sets, JSON Lines."] = ()
    by: Annotated[str | None, "Field that tells the class: `labels.intent`."] = None
    quota: Annotated[Path | None, "What was asked of each class, as synth-gaps wrote it."] = None
    max_copies: Annotated[float, "Largest share of near copies."] = 0.01
    max_containment: Annotated[float, "Largest share of a document's 13-grams that its seed may have."] = 0.5
    min_agreement: Annotated[float, "Least agreement with labels, as a part of that on real documents."] = 0.9
    worst_class: Annotated[float, "Least agreement in each class, as a part of that on real documents."] = 0.7
    max_imbalance: Annotated[float, "Largest difference from the planned shares of classes, summed up."] = 0.01
    max_boilerplate: Annotated[float, "Largest share of refusals and boilerplate."] = 0.005
    max_unmarked: Annotated[float, "Largest share of documents without origin: synthetic and gen_depth."] = 0.0
    max_compression: Annotated[float, "Largest ratio between the compression of synthetic and real texts."] = 1.25

    def __post_init__(self) -> None:
        """Raise UsageError for limits out of range, and for files that cannot be read."""
        for name in SHARES:
            demand_share(name, getattr(self, name))
        if not 0 <= self.max_imbalance <= MOST_IMBALANCE:
            raise misfit("max_imbalance", "a sum of differences from 0 to 2", self.max_imbalance)
        if not self.max_compression >= 1:
            raise misfit("max-compression", "a ratio from 1 on", self.max_compression)
        if not self.real:
            raise UsageError("name real documents to compare with, by `real`")
        if self.quota is not None:
            from corpuskit.synthetic.planning.quotas import read_quota

            read_quota(self.quota)

    def versions(self) -> dict[str, str]:
        """Return the versions of what decides."""
        from corpuskit.core.startup import installed_version
        from corpuskit.synthetic.checking.copies import parameters
        from corpuskit.text.pii.scanner import VERSION as PII_VERSION

        return {
            "synthetic-checks": VERSION,
            "pii": PII_VERSION,
            "scikit-learn": installed_version("scikit-learn"),
            **parameters().versions(),
        }

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield all documents after the last one was looked at. Raises RefusedError with what is wrong with them."""
        with closing(Spool()) as lines:
            for document in documents:
                lines.append(encode(document))
            if len(lines):
                self._demand_good(lines)
            yield from _documents_in(lines)

    def _demand_good(self, lines: Spool) -> None:
        """Print the table. Raises RefusedError if a check fails."""
        from corpuskit.synthetic.checking.checks import lines_of_table

        checks = self.checks(lines)
        for line in lines_of_table(checks):
            console.remark(self.name(), line)
        failures = [check for check in checks if check.fails]
        if failures:
            first, *others = (RefusedError(f"refused: {check.in_words()}") for check in failures)
            raise first.with_others(others)

    def checks(self, lines: Spool) -> "list[CheckRow]":
        """Return the table for spooled documents, at least one."""
        from corpuskit.synthetic.checking.diversity import diversity_row

        with closing(self._comparison(lines)) as comparison:
            self._take_originals(comparison)
            for document in _documents_in(lines):
                comparison.add(document)
        real, synthetic = comparison.real, comparison.synthetic
        return [
            *comparison.copies.rows(len(lines), self.max_copies),
            self._seed_row(comparison),
            comparison.leak_row(),
            *comparison.content_rows(len(lines), self.max_unmarked, self.max_boilerplate),
            self._contamination_row(lines),
            *self._label_rows(real.labelled, synthetic.labelled),
            self._balance_row(comparison.classes),
            diversity_row(real.draw, synthetic.draw, self.max_compression),
        ]

    def _comparison(self, lines: Spool) -> "CorpusComparison":
        """Return what compares the spooled documents, before it has taken any."""
        from corpuskit.synthetic.checking.comparison import CorpusComparison
        from corpuskit.synthetic.checking.copies import SeedCopies
        from corpuskit.synthetic.planning.quotas import read_quota

        wanted_seeds: set[str] = set()
        if self.seeds:
            wanted_seeds.update(parent for document in _documents_in(lines) for parent in parents_of(document))
        quota_field = None if self.quota is None else read_quota(self.quota).by
        return CorpusComparison(self.by, quota_field, SeedCopies(wanted_seeds, self.max_containment))

    def _take_originals(self, comparison: "CorpusComparison") -> None:
        """Read the real documents and the seeds. Raises UsageError and DamagedError."""
        for document in self._documents_of(self.real):
            comparison.add_real(document)
        if not comparison.real.draw.texts_met:
            raise UsageError("`real` holds no document to compare with")
        for document in self._documents_of(self.seeds):
            comparison.add_seed(document)

    def _documents_of(self, paths: Iterable[Path]) -> Iterator[Document]:
        """Yield the documents of files, and say how many lines were none. Raises UsageError and DamagedError."""
        from corpuskit.core.stream.document_files import find_document_files
        from corpuskit.text.prose import require_prose

        for path in paths:
            files = find_document_files(path)
            for document in files:
                require_prose(document, self.name())
                yield document
            if files.rejected:
                console.remark(self.name(), f"{path.name}: {console.counted(files.rejected, 'rejected')}")

    def _seed_row(self, comparison: "CorpusComparison") -> "CheckRow":
        from corpuskit.synthetic.checking.checks import unmeasured
        from corpuskit.synthetic.checking.copies import OWN_SEED

        return comparison.seeds.row(self.max_copies) if self.seeds else unmeasured(OWN_SEED, "as no seeds are named")

    def _contamination_row(self, lines: Spool) -> "CheckRow":
        from corpuskit.synthetic.checking.checks import none_of, unmeasured

        name = "items of evaluation sets"
        if not self.against:
            return unmeasured(name, "as none are named")
        step: Any = build_step(find_step("decontaminate"), {"against": list(self.against)}, split_commas=False)
        return none_of(name, sum(isinstance(item, Drop) for item in step.run(_documents_in(lines))))

    def _label_rows(self, real: "LabelledTexts", synthetic: "LabelledTexts") -> "Iterable[CheckRow]":
        from corpuskit.synthetic.checking.checks import unmeasured
        from corpuskit.synthetic.checking.labels import AGREEMENT, agreement, label_rows

        if self.by is None:
            return [unmeasured(AGREEMENT, "as no field is named by `by`")]
        if not synthetic.labels or not real.labels:
            what = "" if not synthetic.labels else " of `real`"
            raise UsageError(f"no document{what} has the field `{excerpt(self.by)}`, so no labels can be compared")
        return label_rows(self.by, agreement(real, synthetic), self.min_agreement, self.worst_class)

    def _balance_row(self, classes: Counter[str]) -> "CheckRow":
        from corpuskit.synthetic.checking.balance import balance_row
        from corpuskit.synthetic.checking.checks import unmeasured
        from corpuskit.synthetic.planning.quotas import read_planned

        if self.quota is None:
            return unmeasured("imbalance of classes", "as no quota is named")
        return balance_row(*read_planned(self.quota), classes, self.max_imbalance)


def _documents_in(lines: Spool) -> Iterator[Document]:
    return map(decode_trusted, lines)
