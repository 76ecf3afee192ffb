"""`synth-check`: synthetic documents pass as a whole, or are refused as a whole."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from corpuskit.core import console
from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import decode_trusted, encode, gen_depth, parents_of
from corpuskit.core.errors import DamagedError, RefusedError, UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.options import build_step
from corpuskit.core.outcome import Drop
from corpuskit.core.registry import find_step
from corpuskit.core.step import CorpusStage, Document, Item
from corpuskit.core.wording import excerpt, quantity

if TYPE_CHECKING:
    from corpuskit.synthetic.checking.checks import CheckRow
    from corpuskit.synthetic.checking.labels import LabelledTexts

VERSION = "2"
"""Raised whenever a verdict on any documents changes."""
SHARES = (
    "max_copies",
    "max_containment",
    "min_agreement",
    "worst_class",
    "max_imbalance",
    "max_boilerplate",
    "max_unmarked",
)
DEEPEST = 1


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

    Labels, with `--by`: a model that has seen only real documents must agree with the labels at least `--min-agreement`
    times as often as with those of a fifth of the real documents, held back; of each class with 20 documents in both,
    at least `--worst-class` times. Balance, with `--quota` as `synth-gaps` wrote it: the shares of the classes, real
    and synthetic together, may differ from those planned by `--max-imbalance`, summed up. Diversity: synthetic texts
    may be compressed at most `--max-compression` times as well as real ones of the same lengths, or as badly. Of fewer
    than 200 documents, diversity is not judged. Invisible characters hide no copy; letters of another script that look
    alike do.

    Reads all of its input, spooled to TMPDIR, and the real documents twice. Holds a model of the real documents, and
    the texts of the seeds that were used, in memory.

        corpuskit synth-check answers.jsonl --real real.jsonl --by labels.intent --seeds seeds.jsonl -o checked.jsonl
    """

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
            if not 0 <= getattr(self, name) <= 2:
                raise misfit(name.replace("_", "-"), "a share from 0 on", getattr(self, name))
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
            for number in range(len(lines)):
                yield decode_trusted(lines[number])

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
        from corpuskit.synthetic.checking.copies import CopyFinder
        from corpuskit.synthetic.checking.diversity import TextDraw
        from corpuskit.synthetic.checking.labels import LabelledTexts
        from corpuskit.synthetic.checking.leaks import LeakFinder
        from corpuskit.synthetic.planning.template import field_text

        copies, leaks = CopyFinder(), LeakFinder()
        draws, labelled = (TextDraw(), TextDraw()), (LabelledTexts(), LabelledTexts())
        classes = Counter[str]()
        with closing(copies):
            for document in _documents_of(self.real):
                copies.add_real(document.text)
                leaks.add_original(document.text)
                draws[0].add(document.text)
                self._label(document, labelled[0])
            if not draws[0].texts_met:
                raise UsageError("`real` holds no document to compare with")
            checks = [*self._seed_checks(lines, leaks)]
            for number in range(len(lines)):
                document = decode_trusted(lines[number])
                copies.add(document.text)
                leaks.add(document.text)
                draws[1].add(document.text)
                self._label(document, labelled[1])
                if self.quota is not None:
                    classes[field_text(document, self._quota_field()) or ""] += 1
        return [
            *self._copy_checks(copies, len(lines)),
            *checks,
            _none("personal data of seeds or real documents", leaks.documents),
            *self._content_checks(lines),
            *self._label_checks(*labelled),
            self._balance_check(classes),
            self._diversity_check(draws[0].texts(), draws[1].texts(), len(lines)),
        ]

    def _label(self, document: Document, labelled: "LabelledTexts") -> None:
        from corpuskit.synthetic.planning.template import field_text

        label = field_text(document, self.by) if self.by is not None else None
        if label is not None:
            labelled.add(document.text, label)

    def _copy_checks(self, copies: Any, number: int) -> "Iterator[CheckRow]":
        from corpuskit.synthetic.checking.checks import upper

        yield upper("near copies of real documents", copies.of_real, number, self.max_copies)
        yield upper("near copies of each other", copies.of_each_other, number, self.max_copies)

    def _seed_checks(self, lines: Spool, leaks: Any) -> "list[CheckRow]":
        """Return how much is copied from seeds, and let the seeds' personal data be looked for."""
        from corpuskit.synthetic.checking.checks import unmeasured, upper
        from corpuskit.synthetic.checking.copies import SeedCopies

        name = "copies of the own seed"
        if not self.seeds:
            return [unmeasured(name, "as no seeds are named")]
        parents = [parents_of(decode_trusted(lines[number])) for number in range(len(lines))]
        seed_copies = SeedCopies({parent for each in parents for parent in each})
        for seed in _documents_of(self.seeds):
            seed_copies.add_seed(seed)
            leaks.add_original(seed.text)
        with_seed = [number for number, each in enumerate(parents) if seed_copies.knows(each)]
        if not with_seed:
            return [unmeasured(name, "as no document's parents are among the seeds")]
        shares = (seed_copies.containment(decode_trusted(lines[number]).text, parents[number]) for number in with_seed)
        copied = sum(share > self.max_containment for share in shares)
        without = f"; of {len(lines) - len(with_seed):,} the seed is not there" if len(with_seed) < len(lines) else ""
        return [upper(name, copied, len(with_seed), self.max_copies, f"{copied:,} of {len(with_seed):,}{without}")]

    def _content_checks(self, lines: Spool) -> "Iterator[CheckRow]":
        from corpuskit.synthetic.checking.checks import unmeasured, upper
        from corpuskit.synthetic.checking.phrases import is_boilerplate

        documents = (decode_trusted(lines[number]) for number in range(len(lines)))
        deep, unmarked, boilerplate = 0, 0, 0
        for document in documents:
            deep += gen_depth(document) > DEEPEST
            unmarked += not _is_marked(document)
            boilerplate += is_boilerplate(document.text)
        yield _none(f"documents deeper than gen_depth {DEEPEST}", deep)
        yield upper("documents not marked as synthetic", unmarked, len(lines), self.max_unmarked)
        yield upper("refusals and boilerplate", boilerplate, len(lines), self.max_boilerplate)
        if not self.against:
            yield unmeasured("items of evaluation sets", "as none are named")
            return
        step: Any = build_step(find_step("decontaminate"), {"against": list(self.against)}, split_commas=False)
        documents = (decode_trusted(lines[number]) for number in range(len(lines)))
        yield _none("items of evaluation sets", sum(isinstance(item, Drop) for item in step.run(documents)))

    def _label_checks(self, real: "LabelledTexts", synthetic: "LabelledTexts") -> "Iterator[CheckRow]":
        from corpuskit.synthetic.checking.checks import CheckRow, unmeasured
        from corpuskit.synthetic.checking.labels import FEWEST, agreement

        name, of_class = "agreement with labels", "agreement in the worst class"
        if self.by is None:
            yield unmeasured(name, "as no field is named by `by`")
            return
        if not synthetic.labels or not real.labels:
            what = "" if not synthetic.labels else " of `real`"
            raise UsageError(f"no document{what} has the field `{excerpt(self.by)}`, so no labels can be compared")
        figures = agreement(real, synthetic)
        if figures is None:
            yield unmeasured(name, f"as there are too few real documents with `{excerpt(self.by)}`")
            return
        note = f"{figures.synthetic:.3f} of synthetic documents, {figures.real:.3f} of real ones that were held back"
        if figures.unknown:
            note += f"; {figures.unknown:,} have a label that no real document has"
        yield CheckRow(name, _ratio(figures.synthetic, figures.real), least=self.min_agreement, note=note)
        if not figures.worst_class:
            yield unmeasured(of_class, f"as no class has {FEWEST} documents on both sides")
            return
        note = f"{excerpt(figures.worst_class)!r}: {figures.worst_synthetic:.3f}, of real ones {figures.worst_real:.3f}"
        yield CheckRow(of_class, _ratio(figures.worst_synthetic, figures.worst_real), least=self.worst_class, note=note)

    def _quota_field(self) -> str:
        from corpuskit.synthetic.planning.quotas import read_quota

        assert self.quota is not None
        return read_quota(self.quota).by

    def _balance_check(self, classes: Counter[str]) -> "CheckRow":
        from corpuskit.synthetic.checking.checks import CheckRow, unmeasured
        from corpuskit.synthetic.planning.quotas import read_planned

        name = "imbalance of classes"
        if self.quota is None:
            return unmeasured(name, "as no quota is named")
        existing, quotas = read_planned(self.quota)
        planned = {key: existing.get(key, 0) + number for key, number in quotas.items()}
        reached = {key: existing.get(key, 0) + classes[key] for key in {*planned, *classes}}
        totals = sum(planned.values()) or 1, sum(reached.values()) or 1
        difference = sum(
            abs(planned.get(key, 0) / totals[0] - reached.get(key, 0) / totals[1]) for key in {*planned, *reached}
        )
        return CheckRow(name, difference, most=self.max_imbalance, note="summed over classes")

    def _diversity_check(self, real: list[str], synthetic: list[str], number: int) -> "CheckRow":
        from corpuskit.synthetic.checking.checks import CheckRow, unmeasured
        from corpuskit.synthetic.checking.diversity import FEWEST, compression_ratios

        name = "compression against real texts"
        if number < FEWEST or len(real) < FEWEST:
            return unmeasured(name, _too_few(min(number, len(real))))
        of_real, of_synthetic = compression_ratios(real, synthetic)
        ratio = max(of_synthetic / of_real, of_real / of_synthetic)
        return CheckRow(name, ratio, most=self.max_compression, note=f"{of_synthetic:.3f}, of real texts {of_real:.3f}")


def _documents_of(paths: Iterable[Path]) -> Iterator[Document]:
    """Yield the documents of files. Raises UsageError and DamagedError."""
    from corpuskit.core.reading.input_kinds import LINE_SUFFIXES, demand_lines_of_documents
    from corpuskit.core.reading.resolve import resolve
    from corpuskit.core.stream.flow import Flow
    from corpuskit.text.prose import require_prose

    for path in paths:
        inputs = resolve(str(path), LINE_SUFFIXES)
        demand_lines_of_documents(inputs)
        for document in Flow([], lambda _: None).documents(inputs):
            require_prose(document, SynthCheck.name())
            yield document
        for input_ in inputs:
            input_.manifest_entry()
            if input_.damage:
                raise DamagedError(f"{input_.name} is not whole: {input_.damage[0].what}; copy it again")


def _is_marked(document: Document) -> bool:
    """Whether a document says that a model wrote it, and how many models stand behind it."""
    depth = document.metadata.get("gen_depth")
    return document.metadata.get("origin") == "synthetic" and type(depth) is int and depth >= 1


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _none(name: str, count: int) -> "CheckRow":
    """Return the check of documents of which there may be none."""
    from corpuskit.synthetic.checking.checks import CheckRow

    return CheckRow(name, count, most=0)


def _too_few(number: int) -> str:
    from corpuskit.synthetic.checking.diversity import FEWEST

    return f"as there are only {quantity(number, 'document')}, and {FEWEST} are needed"
