"""`rights-table`: what hosts declare on the use of their pages, as one file to look hosts up in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.document import Reject
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.option_values import misfit
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import quantity

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.trust.rights.captures import Capture
    from corpuskit.trust.rights.sorting import CaptureSorter


@dataclass(frozen=True)
class RightsTable(Command):
    """Collect what hosts declare on the use of their pages, for `filter-rights`.

    Inputs are web archives (Common Crawl's `robotstxt` captures, or any with such responses), files, and tables that
    this command made, which are added to. Of archives the responses for robots.txt, .well-known/tdmrep.json, ai.txt,
    RSL files and LICENSE are read, each with the date of its capture. A file stands below a folder named after
    its host: `example.org/robots.txt`, `example.org/.well-known/tdmrep.json`; or `--host` names it, and `--captured`
    the date. All captures that differ are kept, since a profile may ask for those at the time of the crawl.

    A row has a host's rules with their raw lines, line numbers, and dates. A status of 400 to 499 means that a host has
    no such file; other errors are passed over, and the answer counts them. Redirects of a robots.txt to that of another
    host are followed when it is looked up. The table is JSON Lines under zstd, sorted by host; its first line names the
    versions of specifications and libraries. Equal inputs give equal bytes. Holds 64 MiB of captures at a time.

        corpuskit rights-table robotstxt/*.warc.gz sites/ -o rights.jsonl.zst
    """

    inputs: ClassVar[str] = "[INPUT]..."
    settings: ClassVar[tuple[str, ...]] = ("output", "accept_damaged", "allow_private", "quiet", "verbose", "json")
    answers: ClassVar[bool] = True
    output_help: ClassVar[str] = "The table: a file such as rights.jsonl.zst."

    host: Annotated[str | None, "Host of the files, if no folder is named after it."] = None
    captured: Annotated[str | None, "Day, such as 2026-11-01, on which the files were fetched."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for a host or a day that cannot be read."""
        from corpuskit.text.rights.host_files import host_of
        from corpuskit.trust.rights.captures import date_of

        if self.host is not None and host_of(f"https://{self.host}/") != self.host.lower():
            raise misfit("host", "a host such as example.org", self.host)
        if self.captured is not None and not date_of(self.captured):
            raise misfit("captured", "a day such as 2026-11-01", self.captured)

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Read the inputs, write the table, and print what it has. Raises UsageError, DamagedError, PublishError."""
        console.show_details(self.name(), settings.verbose)
        from corpuskit.core.publish.targets import Target, demand_distinct
        from corpuskit.core.reading.input_facts import input_facts
        from corpuskit.trust.rights.captures import inputs_of
        from corpuskit.trust.rights.sorting import CaptureSorter

        if not arguments:
            raise UsageError("name archives or files: `corpuskit rights-table robots.warc.gz -o rights.jsonl.zst`")
        if settings.output is None:
            raise UsageError("name the table: `corpuskit rights-table INPUT… -o rights.jsonl.zst`")
        inputs = inputs_of(argument_list(arguments), allow_private=settings.allow_private)
        demand_distinct([Target("the table", settings.output)], inputs)
        _demand_table_or_nothing(settings.output)
        sorter, skipped = CaptureSorter(), Counter[str]()
        files = Counter[str]()
        for input_ in inputs:
            if settings.verbose:
                console.detail(f"reads {input_facts(input_)}")
            for capture in self._captures(input_, skipped):
                sorter.add(capture)
                files[capture.kind] += 1
        self._demand_whole(inputs, settings)
        if not files:
            raise UsageError(
                "no input holds a robots.txt, tdmrep.json, RSL file, ai.txt or LICENSE; folders are named after hosts: "
                "example.org/robots.txt"
            )
        answer = _write(settings.output, sorter)
        answer |= {"captures": dict(sorted(files.items())), "skipped": dict(sorted(skipped.items()))}
        if settings.json:
            console.write_stdout(console.answer_line(self.name(), answer))
        else:
            console.write_report("\n".join(_lines(answer)))
        return 0

    def _captures(self, input_: "Input", skipped: "Counter[str]") -> "Iterator[Capture]":
        """Yield what an input declares: an archive, an earlier table, or a file."""
        from corpuskit.text.rights.table_file import HostTable, is_table
        from corpuskit.trust.rights.captures import ARCHIVE_NAME, capture_of_file, captures_of_row

        if input_.local_path is not None and not input_.local_path.is_file():
            raise UsageError(f"{input_.name} is no regular file; name archives, files or folders")
        if ARCHIVE_NAME.search(input_.name) or input_.local_path is None:
            yield from self._captures_of_archive(input_, skipped)
        elif is_table(input_.local_path):
            for row in HostTable(input_.local_path).rows():
                yield from captures_of_row(row)
        else:
            try:
                capture = capture_of_file(input_, (self.host or "").lower(), self.captured or "")
            except Reject as reject:
                skipped[reject.reason] += 1
                return
            if capture is None:
                skipped["other files"] += 1
            else:
                yield capture

    def _captures_of_archive(self, input_: "Input", skipped: "Counter[str]") -> "Iterator[Capture]":
        from corpuskit.formats.warc.reader import read_records
        from corpuskit.formats.warc.wacz import archives_of
        from corpuskit.trust.rights.captures import captures_of_archive

        with input_.open() as stored:
            for _, stream in archives_of(stored, input_.name, input_.damaged):
                yield from captures_of_archive(read_records(stream, input_.damaged), skipped)

    def _demand_whole(self, inputs: "list[Input]", settings: Settings) -> None:
        """Raise DamagedError if an archive is damaged, unless `--accept-damaged` is given."""
        for input_ in inputs:
            for damage in input_.damage[:1]:
                what = f"{input_.name} is damaged ({damage.what}, at byte {damage.offset})"
                if not settings.accept_damaged:
                    raise DamagedError(
                        f"{what}; no table was written. Copy it again, leave it out, or go on with --accept-damaged"
                    )
                console.remark(self.name(), f"{what}; what could be read of it is in the table")


def _demand_table_or_nothing(target: Path) -> None:
    """Raise UsageError where something else than a table would be overwritten."""
    from corpuskit.core.publish.targets import demand_own_kind
    from corpuskit.text.rights.table_file import is_table

    if str(target) == "-":
        raise UsageError("a table is a file and not written to standard output; name one such as rights.jsonl.zst")
    if target.suffix != ".zst" and not target.is_dir():
        raise UsageError(f"{str(target)!r}: a table is compressed; name a file such as rights.jsonl.zst")
    demand_own_kind(target, "rights table", "the table, such as rights.jsonl.zst", is_table)


def _write(target: Path, sorter: "CaptureSorter") -> dict[str, Any]:
    """Write the table whole or not at all, and return what is in it. Raises PublishError."""
    from corpuskit.core.publish.whole_file import write_whole
    from corpuskit.core.startup import installed_version
    from corpuskit.text.rights.table_file import TableWriter

    writer = TableWriter()
    for row in sorter.rows():
        writer.add(row)
    versions = {name: installed_version(name) for name in ("http-sf", "protego")}
    size = write_whole(target, writer.blocks(versions))
    return {"table": str(target), "bytes": size, "hosts": writer.hosts, "captured": writer.dates}


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the answer as people read it."""
    dates = f", captured {' to '.join(dict.fromkeys(answer['captured']))}" if answer["captured"] else ""
    yield f"{answer['table']}: {quantity(answer['hosts'], 'host')}, {answer['bytes']:,} bytes{dates}"
    for kind, number in answer["captures"].items():
        yield f"  {number:>10,}  {kind}"
    for reason, number in answer["skipped"].items():
        yield f"  {number:>10,}  passed over: {reason}"
