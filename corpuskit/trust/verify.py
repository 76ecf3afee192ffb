"""The command that checks whether a dataset is what its manifest says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from corpuskit.core import console
from corpuskit.core.errors import DamagedError, RefusedError, UsageError
from corpuskit.core.option_values import spelled
from corpuskit.core.provenance.entries import damage_text
from corpuskit.core.publish.dataset import Dataset, demand_dataset, demand_existing
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import comma_list, printable_name, quantity
from corpuskit.formats.search_index.layout import is_search_index, open_index, read_description
from corpuskit.trust.verifying.dataset_check import Verification, check, unverified_steps


@dataclass(frozen=True)
class Verify(Command):
    """Reread datasets and say whether they are whole.

    Reads every shard again and checks its bytes against size and sha256, and its documents against the counts, tokens
    and digest of the last step. Exits with 3 and a line that names the problem if a shard is missing, changed, cut or
    added, if the manifest was changed, or if a step's documents do not balance or do not follow from the steps before
    it. Does not trust file sizes or times. `-j` reads files, and halves of large ones, side by side.

    Of a search index (`index`), every row is derived from its documents again, and the words by which they are found.
    `--against DIR` says whether it holds the documents of this dataset, as `index --from-manifest` took them.

    With `--receipt`, searches places again for what the receipt of a `takedown` says is not there, by the list beside
    it or `--list`, and exits with 3 if something is, or if the receipt says otherwise than what places have on record.

        corpuskit verify -j 4 corpus && train corpus
        corpuskit verify --receipt receipt.json corpus
        corpuskit verify chunks.idx --against chunks
    """

    inputs: ClassVar[str] = "DIR..."
    answers: ClassVar[bool] = True
    settings: ClassVar[tuple[str, ...]] = ("jobs", "quiet", "verbose", "json")

    strict: Annotated[bool, "Exit with 6 if a step read a stream that no corpuskit command vouched for."] = False
    receipt: Annotated[Path | None, "A receipt of takedown: search the places again."] = None
    list: Annotated[Path | None, "The list of the receipt, if it is not beside it."] = None
    against: Annotated[Path | None, "Published dataset that a search index is compared with."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for a list without a receipt."""
        if self.list is not None and self.receipt is None:
            raise UsageError(f"{spelled('list')} goes with {spelled('receipt')}")

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Check each dataset; return 0 if all are whole. Raises DamagedError otherwise, RefusedError if `strict`."""
        console.show_details(self.name(), settings.verbose)
        arguments = argument_list(arguments)
        if not arguments:
            raise UsageError("name the dataset folders, or published files, to verify")
        if self.receipt is not None:
            return self._check_receipt(self.receipt, arguments, settings)
        if self.against is not None and not all(is_search_index(Path(argument)) for argument in arguments):
            raise UsageError("--against compares search indexes; name files that `corpuskit index` made")
        if self.against is not None:
            demand_existing(self.against)
        missing = [error for argument in arguments if (error := _missing(Path(argument))) is not None]
        if missing:
            raise missing[0].with_others(missing[1:])
        _raise_first([problem for argument in arguments for problem in self._report(argument, settings)], settings)
        for argument in arguments if self.strict else ():
            if steps := _unverified_steps_at(Path(argument)):
                raise RefusedError(f"{printable_name(argument)}: {_unverified_text(steps)}, and --strict refuses that")
        return 0

    def _check_receipt(self, receipt: Path, stores: Sequence[str], settings: Settings) -> int:
        """Search places again; return 0 if they are as the receipt says. Raises DamagedError otherwise."""
        from corpuskit.trust.takedowns.check import check_receipt

        problems, remarks = check_receipt(receipt, self.list, stores)
        if settings.json:
            answer = {
                "receipt": printable_name(receipt.name),
                "places": len(stores),
                "problems": problems,
                "remarks": remarks,
            }
            console.write_stdout(console.answer_line("verify", answer, _exit_code(problems)))
        elif not problems and not settings.quiet:
            console.write_report(f"{receipt}: holds for {quantity(len(stores), 'place')}")
        for remark in remarks if not settings.json else []:
            console.remark(self.name(), remark)
        _raise_first(problems, settings)
        return 0

    def _report(self, argument: str, settings: Settings) -> Sequence[str]:
        if is_search_index(Path(argument)):
            return self._report_index(argument, settings)
        answer: Verification = {"dataset": printable_name(Path(argument).name)}
        problems_of_dataset = check(Path(argument), answer, settings.jobs or 1)
        problems = [printable_name(f"{argument}: {problem}") for problem in problems_of_dataset]
        answer["problems"] = problems
        if settings.json:
            is_refused = self.strict and bool(answer.get("unverified"))
            console.write_stdout(console.answer_line("verify", answer, _exit_code(problems, is_refused)))
        elif not problems and not settings.quiet:
            ids = answer.get("token_ids")
            tokens = quantity(answer["tokens"], "token") if ids is None else quantity(ids, "token id")
            content = f"{quantity(answer['documents'], 'document')}, {tokens}"
            balance = f"{quantity(answer['steps'], 'step')} {'balances' if answer['steps'] == 1 else 'balance'}"
            # With --strict, the error says it.
            note = f"; {_unverified_text(answer['unverified'])}" if answer["unverified"] and not self.strict else ""
            note += f"; {damage_text(answer['damage'])}" if answer["damage"] else ""
            shards = quantity(answer["shards"], "shard")
            console.write_report(f"{argument}: whole; {content} in {shards}, {balance}{note}")
        return problems

    def _report_index(self, argument: str, settings: Settings) -> Sequence[str]:
        from corpuskit.formats.search_index.checking import IndexCheck

        check = IndexCheck(Path(argument), self.against)
        problems = [printable_name(f"{argument}: {problem}") for problem in check.problems]
        if settings.json:
            is_refused = self.strict and bool(_unverified_steps_at(Path(argument)))
            index_answer = {**check.answer(), "problems": problems}
            console.write_stdout(console.answer_line("verify", index_answer, _exit_code(problems, is_refused)))
        elif not problems and not settings.quiet:
            console.write_report(f"{argument}: whole; {check.summary()}")
        return problems


def _exit_code(problems: Sequence[str], is_refused: bool = False) -> int:
    """Return what the command exits with for what it found of one dataset."""
    if problems:
        return DamagedError.exit_code
    return RefusedError.exit_code if is_refused else 0


def _unverified_steps_at(path: Path) -> list[str]:
    """Return the ids of such steps on the way to a dataset or a search index."""
    if not is_search_index(path):
        return unverified_steps(Dataset(path).manifest)
    with open_index(path) as connection:
        steps = read_description(connection, path)["steps"]
    return [entry["id"] for entry in steps if entry["upstream"] == "unverified"]


def _raise_first(problems: Sequence[str], settings: Settings) -> None:
    """Raise DamagedError for problems, if there are any; but for the first, they are told before."""
    if problems:
        for problem in problems[1:] if not settings.json else []:
            console.notice("verify", problem)
        more = f"; {quantity(len(problems) - 1, 'more problem')} above" if problems[1:] else ""
        raise DamagedError(f"{problems[0]}{more}")


def _unverified_text(steps: list[str]) -> str:
    return f"upstream unverified: no corpuskit command vouched for what {comma_list(steps)} read"


def _missing(path: Path) -> UsageError | None:
    """Return the error for a name of nothing; None for any other."""
    try:
        demand_dataset(path)
    except UsageError as error:
        return error
    except DamagedError:
        return None
    return None
