"""What a run of a recipe left out: a source of which nothing could be read, a result without documents, the files."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from corpuskit.core import console
from corpuskit.core.counts import StepCount
from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.entries import StepEntry, left_out
from corpuskit.core.provenance.verdicts import DROPPED, REJECTED, naming_verdict_file, open_verdict_file
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.settings import Settings
from corpuskit.core.stream.limits import EmptyResultError, demand_documents
from corpuskit.mix.engine.located_errors import source_location
from corpuskit.mix.engine.summary import SourceSummary, print_summary
from corpuskit.mix.engine.verdict_files import decisions_in
from corpuskit.mix.recipe.shell_pipe import source_command
from corpuskit.mix.recipe.source_specs import SourceSpec


class UnreadableSourceError(UsageError):
    """Nothing of a source could be read."""


def demand_readable_source(source: SourceSpec, reading: StepEntry, settings: Settings) -> None:
    """Raise UnreadableSourceError if every record of a source was rejected when it was read.

    `--max-rejects` and `--allow-empty` say that this is expected.
    """
    rejected: Counter[str] = Counter(reading["rejected"])
    is_expected = settings.max_rejects is not None or settings.allow_empty
    if is_expected or not rejected or rejected.total() < reading["in"]["documents"]:
        return
    raise UnreadableSourceError(
        f"{source_location(source)}: no record could be read, {console.counted(rejected, 'rejected')}; "
        f"`{shlex.join(source_command(source))}` tells what is wrong"
    )


def demand_result(
    settings: Settings, totals: Totals, summaries: Mapping[str, SourceSummary], steps: Sequence[StepEntry]
) -> None:
    """Raise EmptyResultError if no document is left to publish, after saying what became of each source's."""
    count = _total(summaries, steps)
    try:
        demand_documents(settings, totals.documents, console.account(count))
    except EmptyResultError as error:
        error.count = count
        if not settings.json and not settings.quiet:
            print_summary(summaries, totals.tokenizer, steps)
        raise


def count_so_far(summaries: Mapping[str, SourceSummary], made: int) -> StepCount:
    """Return what a run that failed had read and left out, by reason, and the documents it `made`; none were sent."""
    count = StepCount(made=made)
    for summary in summaries.values():
        count.received.documents += summary.read
        for counts, by_reason in ((summary.dropped, count.dropped), (summary.rejected, count.rejected)):
            for reason, number in counts.items():
                by_reason[reason.rpartition(": ")[2]] += number
    return count


def account_of_failure(summaries: Mapping[str, SourceSummary], count: StepCount) -> dict[str, object]:
    """Return what `--json` says besides of a run that failed: the documents it still had, and each source.

    `unpublished` documents were neither dropped nor rejected when the run ended, so that with them the counts balance.
    """
    return {
        "unpublished": count.received.documents + count.made - count.dropped.total() - count.rejected.total(),
        "sources": {name: summary.as_json() for name, summary in summaries.items()},
    }


def sum_left_out(steps: Iterable[StepEntry], verdict: str) -> dict[str, int]:
    """Return how many documents all steps dropped, or rejected, by reason."""
    total: Counter[str] = Counter()
    for entry in steps:
        for kind, reason, number in left_out(entry):
            if kind == verdict:
                total[reason] += number
    return dict(sorted(total.items()))


def _total(summaries: Mapping[str, SourceSummary], steps: Iterable[StepEntry]) -> StepCount:
    count = StepCount()
    count.received.documents = sum(summary.read for summary in summaries.values())
    for step in steps:
        count.made += step.get("made", 0)
        count.dropped.update(step.get("dropped", {}))
        count.rejected.update(step.get("rejected", {}))
    return count


class LeftOutFiles:
    """The files of `--drops` and `--rejects`: decisions without the documents, which a recipe's tasks do not keep."""

    def __init__(self, settings: Settings) -> None:
        """Empty the files of an earlier run. Raises PublishError if one cannot be written."""
        self._streams: dict[str, BinaryIO] = {}
        self._files: dict[str, tuple[str, Path]] = {}
        for verdict, name, path in ((DROPPED, "drops", settings.drops), (REJECTED, "rejects", settings.rejects)):
            if path is not None:
                self._files[verdict] = name, path
                self._streams[verdict] = open_verdict_file(name, path)

    def write(self, decision_files: Iterable[Path]) -> None:
        """Write what the run decided, one line for each document or record, in the order of the steps."""
        import orjson

        for decision in _all_decisions(decision_files) if self._streams else ():
            verdict = decision.pop("verdict")
            if verdict in self._streams:
                with naming_verdict_file(*self._files[verdict]):
                    self._streams[verdict].write(orjson.dumps(decision) + b"\n")

    def close(self) -> None:
        """Finish the files."""
        while self._streams:
            verdict, stream = self._streams.popitem()
            with naming_verdict_file(*self._files[verdict]):
                stream.close()


def _all_decisions(files: Iterable[Path]) -> Iterable[dict[str, Any]]:
    for file in files:
        yield from decisions_in(file)
