"""The options that all data commands share, each written once: where to read and write, and what to tolerate."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from corpuskit.core.document import ORIGINS
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.options import Options
from corpuskit.core.wording import did_you_mean

SHARD_DOCUMENTS = 50_000
"""Documents in a shard, unless options or recipe say otherwise."""

MOST_JOBS = 4096
"""More processes than any one machine has memory for."""


@dataclass(frozen=True)
class Settings(Options):
    """How a command runs; none of it shapes content."""

    output: Annotated[
        Path | None,
        "Publish here: a folder, or one file ending in .jsonl, .jsonl.gz, .jsonl.zst, .ndjson, .ndjson.gz, .ndjson.zst "
        "or .parquet.",
    ] = None
    drops: Annotated[Path | None, "Write dropped documents here, with step, reason and values; `-` prints them."] = None
    rejects: Annotated[Path | None, "Write rejected records here, and their bytes to a file next to it."] = None
    jobs: Annotated[int | None, "Worker processes; by default one, and for `mix` one per core."] = None
    shard_documents: Annotated[int, "Documents per shard of a published folder."] = SHARD_DOCUMENTS
    max_rejects: Annotated[str | None, "Most rejected records to tolerate, as N or N%; by default any number."] = None
    accept_damaged: Annotated[bool, "Publish even if inputs are damaged; the manifest lists the damage."] = False
    allow_empty: Annotated[bool, "Publish even if no document is left."] = False
    strict_input: Annotated[bool, "Refuse a piped stream that no corpuskit command vouches for."] = False
    allow_private: Annotated[
        bool, "Read addresses that lead into a private network or to this machine, which are refused otherwise."
    ] = False
    quiet: Annotated[bool, "Print errors only."] = False
    verbose: Annotated[
        bool, "Print on standard error also what is read, with which options and versions, where files lie, and times."
    ] = False
    json: Annotated[
        bool, "Print one JSON object: an answer on standard output, counts as the last line of standard error."
    ] = False

    def __post_init__(self) -> None:
        """Raise UsageError for numbers out of range, and for a `max_rejects` that is no number or percentage."""
        if self.jobs is not None and not 1 <= self.jobs <= MOST_JOBS:
            raise misfit("jobs", f"a number of processes from 1 to {MOST_JOBS}", self.jobs)
        if self.shard_documents < 1:
            raise misfit("shard-documents", "a number of documents from 1 on", self.shard_documents)
        if self.max_rejects is not None:
            self.rejects_allowed(0)
        if self.quiet and self.verbose:
            raise UsageError(f"{spelled('quiet')} and {spelled('verbose')} exclude one another; give one of them")
        if str(self.rejects) == "-":
            raise UsageError("--rejects takes the name of a file: the records' bytes go to another one next to it")

    def workers(self) -> int:
        """Return how many processes a command uses if it is to use the whole machine."""
        if self.jobs is not None:
            return self.jobs
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1

    def rejects_allowed(self, documents: int) -> float:
        """Return how many of this number of records may be rejected."""
        if self.max_rejects is None:
            return float("inf")
        number = self.max_rejects.removesuffix("%")
        if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", number):
            raise misfit("max-rejects", "a number or a percentage such as 5%", self.max_rejects)
        return float(number) * documents / 100 if number != self.max_rejects else float(number)


@dataclass(frozen=True)
class Tags(Options):
    """What a source says about every document it yields, as a recipe's source does."""

    source: Annotated[str | None, "Name of the source, written to `metadata.source`."] = None
    origin: Annotated[str | None, f"What the documents are: {', '.join(ORIGINS)}."] = None
    license: Annotated[str | None, "SPDX licence expression for documents that state none of their own."] = None
    license_evidence: Annotated[str | None, "Where that licence is stated."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for an origin that is not in the closed list, and for a licence that SPDX does not know."""
        if self.origin is not None and self.origin not in ORIGINS:
            near = did_you_mean(self.origin, ORIGINS)
            raise misfit("origin", f"one of {', '.join(ORIGINS)}", self.origin, near)
        if self.license is not None:
            from corpuskit.core.licenses import expression_problem

            if problem := expression_problem(self.license):
                raise UsageError(f"{spelled('license')}: {problem}")
