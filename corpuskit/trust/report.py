"""`report`: what is in a dataset, for people, for the public and for other programs, from its own figures."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from corpuskit.core import console
from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import excerpt, printable_name

FILES = {"html": "report.html", "card": "README.md", "croissant": "croissant.json", "eu-summary": ""}
"""What each kind of report is called in messages and help; a summary is a folder of files."""


@dataclass(frozen=True)
class DatasetReport(Command):
    """Report what is in a dataset: a page, a card, Croissant metadata, or the EU's public summary.

    `html` is one page without scripts and outside addresses: how documents went through the steps, what was left out
    and why, sources, licences, rights, languages, domains, lengths, personal data. `--since` adds what changed since an
    earlier dataset, `--samples` the beginnings of some texts. `card` is the README.md that a dataset is published with.
    `croissant` describes the dataset and its records for other programs (MLCommons, version 1.1).

    `eu-summary` fills in the template of the European Commission for the public summary of training content
    (Art. 53(1)(d) of Regulation 2024/1689) from one or several datasets: `summary.md`, `summary.json` and `domains.csv`
    in the folder of -o, or the first of them on standard output. `--facts` is a YAML file with what no dataset knows,
    such as the provider. What nobody has stated says so.

    `--check` derives a report anew, and exits with 3 at the first line that differs; the other options must be those
    with which it was written.

        corpuskit report corpus -o report.html
        corpuskit report corpus --as eu-summary --facts facts.yaml -o summary
        corpuskit report corpus --check report.html
    """

    inputs: ClassVar[str] = "DIR"
    settings: ClassVar[tuple[str, ...]] = ("output", "jobs", "quiet", "verbose")
    output_help: ClassVar[str] = "Write the report to this file, or the files of a summary to this folder."

    as_: Annotated[Literal["html", "card", "croissant", "eu-summary"], "What to write."] = "html"
    facts: Annotated[Path | None, "YAML file with what no dataset knows, for a summary."] = None
    since: Annotated[Path | None, "An earlier dataset; page and summary then say what changed."] = None
    samples: Annotated[int, "Documents of which the page shows the beginning; chosen by a hash of their ids."] = 0
    check: Annotated[Path | None, "A report that was written earlier, to compare with one that is derived anew."] = None

    @classmethod
    def name(cls) -> str:
        """Return `report`: the class is not called so, because `Report` is a kind of steps."""
        return "report"

    def __post_init__(self) -> None:
        """Raise UsageError for options that do not go together."""
        if self.samples < 0:
            raise misfit("samples", "a number from 0 on", self.samples)
        for name, kinds in (("facts", ["eu-summary"]), ("since", ["html", "eu-summary"]), ("samples", ["html"])):
            if getattr(self, name) and self.as_ not in kinds:
                fitting = " or ".join(f"{spelled('as_')} {kind}" for kind in kinds)
                raise UsageError(f"{spelled(name)} goes with {fitting}")

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print or write the report, or check one. Raises UsageError, DamagedError and PublishError."""
        from corpuskit.trust.reports.report_files import demand_target, write_report

        console.show_details(self.name(), settings.verbose)
        arguments = argument_list(arguments)
        if not arguments:
            raise UsageError("name one dataset: `corpuskit report DIR -o report.html`")
        if len(arguments) > 1 and self.as_ != "eu-summary":
            raise UsageError("name one dataset; `--as eu-summary` alone takes several")
        if self.check is not None and settings.output is not None:
            raise UsageError("--check compares a report that was written, and writes none; leave -o out")
        output = None if settings.output is None or str(settings.output) == "-" else settings.output
        if output is not None:
            demand_target(output, self.as_)
        datasets = [Dataset(Path(argument)) for argument in arguments]
        texts = self.texts(datasets, settings.jobs or 1)
        if self.check is not None:
            _demand_equal(self.check, texts)
            if not settings.quiet:
                console.write_stdout(f"{printable_name(str(self.check))}: every figure is that of the dataset")
        elif output is None:
            console.write_stdout(next(iter(texts.values())).removesuffix("\n"))
        else:
            write_report(output, texts)
        return 0

    def texts(self, datasets: list[Dataset], jobs: int = 1) -> dict[str, str]:
        """Return the report: the texts of its files by name; the name is empty if it is one file."""
        write: dict[str, Callable[[list[Dataset], int], dict[str, str]]] = {
            "html": self._page,
            "card": _card,
            "croissant": _croissant,
            "eu-summary": self._summary,
        }
        return write[self.as_](datasets, jobs)

    def _page(self, datasets: list[Dataset], jobs: int) -> dict[str, str]:
        from corpuskit.trust.diff import Diff
        from corpuskit.trust.reports.content_sections import SAMPLE_CHARACTERS
        from corpuskit.trust.reports.figures import read_figures
        from corpuskit.trust.reports.page import page

        changes = None if self.since is None else Diff().compare(Dataset(self.since), datasets[0])
        figures = read_figures(datasets[0], jobs, self.samples, SAMPLE_CHARACTERS)
        return {"": page(datasets[0].manifest, figures, changes)}

    def _summary(self, datasets: list[Dataset], jobs: int) -> dict[str, str]:
        from corpuskit.trust.reports.eu_summary import summary_files
        from corpuskit.trust.reports.facts import Facts, demand_sources, read_facts
        from corpuskit.trust.reports.figures import read_figures

        facts = Facts({}) if self.facts is None else read_facts(self.facts)
        if self.facts is not None:
            demand_sources(facts, self.facts, sorted({name for each in datasets for name in each.manifest["sources"]}))
        before = None if self.since is None else Dataset(self.since).manifest
        corpora = [(dataset.manifest, read_figures(dataset, jobs)) for dataset in datasets]
        return summary_files(corpora, facts, before)


def _card(datasets: list[Dataset], jobs: int) -> dict[str, str]:
    from corpuskit.core.registry import find_format, format_names, format_of_shard

    dataset = datasets[0]
    if not dataset.location.is_dir():
        raise UsageError(f"{printable_name(str(dataset.location))} is a single file; folders alone have a card")
    shards = dataset.shards()
    _demand_whole_shards(dataset, jobs)
    format_ = format_of_shard(shards[0]["path"]) if shards else find_format(format_names()[0])
    return {"": format_.card(dataset.folder, dataset.manifest)}


def _croissant(datasets: list[Dataset], jobs: int) -> dict[str, str]:
    from corpuskit.trust.reports.croissant import croissant

    _demand_whole_shards(datasets[0], jobs)
    return {"": croissant(datasets[0])}


def _demand_whole_shards(dataset: Dataset, jobs: int) -> None:
    """Raise DamagedError unless the shards are what the manifest says: others rely on the digests in a report."""
    from corpuskit.core.stream.workers import each_in_order

    for _ in each_in_order(dataset.demand_unchanged, dataset.manifest["shards"], jobs):
        pass


def _demand_equal(report: Path, texts: Mapping[str, str]) -> None:
    """Raise DamagedError unless the report holds these texts; UsageError if it cannot be read."""
    if "" not in texts and report.is_file():
        folder = printable_name(shlex.quote(str(report.parent)))
        raise UsageError(
            f"{printable_name(str(report))} is one file of a summary; name the folder that has all: `--check {folder}`"
        )
    for name, text in texts.items():
        path = report / name if name else report
        try:
            written = read_named(path)
        except OSError as error:
            why = (error.strerror or "I/O error").lower()
            raise UsageError(f"{printable_name(str(path))}: cannot be read: {why}") from None
        if difference := _first_difference(written, text.encode("utf-8", "replace")):
            raise DamagedError(
                f"{printable_name(str(path))}: {difference}; "
                "write it anew, or check it with the options it was written with"
            )


def _first_difference(written: bytes, expected: bytes) -> str:
    """Return the number of the first line that differs, and how; empty if none does.

    >>> _first_difference(b"12 files\\n", b"13 files\\n")
    "line 1 is '12 files', and by the dataset '13 files'"
    >>> _first_difference(b"12 files", b"12 files\\n")
    'line 1 ends without a line feed, and by the dataset with a line feed'
    """
    for number, (written_line, line) in enumerate(zip_longest(BytesIO(written), BytesIO(expected)), 1):
        if written_line != line:
            return f"line {number} {_line_difference(written_line, line)}"
    return ""


def _line_difference(written: bytes | None, expected: bytes | None) -> str:
    """Return how a line differs from what it should be; None stands for a line that is not there."""
    if written is None or expected is None:
        missing = f"is missing, and by the dataset is {_line(expected or b'')}"
        return missing if written is None else f"is {_line(written)}, and by the dataset the report ends before it"
    if written.rstrip(b"\r\n") == expected.rstrip(b"\r\n"):
        return f"ends {_line_end(written)}, and by the dataset {_line_end(expected)}"
    pairs = enumerate(zip(written, expected, strict=False))
    start = next((index for index, pair in pairs if pair[0] != pair[1]), min(len(written), len(expected)))
    start = max(start - 20, 0)
    return f"is {_line(written[start:])}, and by the dataset {_line(expected[start:])}"


def _line(line: bytes) -> str:
    text = line.rstrip(b"\r\n").decode("utf-8", "replace")
    return repr(excerpt(text)) if text else "empty"


def _line_end(line: bytes) -> str:
    if line.endswith(b"\r\n"):
        return "with CR LF"
    return "with a line feed" if line.endswith(b"\n") else "without a line feed"
