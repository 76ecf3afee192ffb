"""`takedown`: what people asked to be taken out is taken out of what was published."""

import builtins
import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.errors import CorpuskitError, DamagedError, UsageError
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import quantity

if TYPE_CHECKING:
    from corpuskit.text.takedown.entries import Entry
    from corpuskit.trust.takedowns.receipt import Receipt
    from corpuskit.trust.takedowns.sought import Sought
    from corpuskit.trust.takedowns.store_run import StoreRun


@dataclass(frozen=True)
class Takedown(Command):
    """Find what a takedown list names in published datasets, and with --apply take it out.

    Places are datasets (folders or files), search indexes, indexes of `dedup`, caches of `mix`, and folders in which a
    first `mix` failed. Looked for is what the list names (`filter-takedown` says how), near copies of these texts, and
    what was made from any of it, through any number of steps and from place to place. Without `--apply` nothing is
    taken out.

    With `--apply`, a dataset is published anew, whole or not at all. Shards without such documents keep their names and
    bytes. The manifest gains a step `takedown` whose drops balance, and decisions have hashes in place of the ids. From
    an index of `dedup` the entries go, with those that were dropped for them; from a search index lines, words and
    vectors go, and no byte of them is left in the file; a cache is cleared, as is the work of failed runs. Texts that
    the list names by an id or an address are added to it by hash and signature, so that no copy of them comes back
    under another id (unless they are shorter than 8 words), and the ids of all that goes by hash, so that nothing is
    made from them again.

    Texts in the list are replaced by hash and signature at once, also without `--apply`. Exits with 2 if a path is no
    such place, before anything is cleared; with 3 if one is damaged or an index of another version, 5 if one is in use
    or not to be read, or 2 if no document can be read from its formats, after the others are done. `--receipt` writes
    what became of each place, as JSON without any id; `verify --receipt` looks again. Holds 8 bytes for each
    document (20 with a list that names a `source` or `tenant`), 29 for each of its parents, and some 10 KB for each
    text that is looked for.

        corpuskit takedown --list takedown.jsonl corpus search.idx --apply --receipt receipt.json
    """

    keeps_documents: ClassVar[bool] = True
    inputs: ClassVar[str] = "PLACE..."
    answers: ClassVar[bool] = True

    list: Annotated[Path, "The takedown list: JSON Lines."]
    apply: Annotated[bool, "Take out what is found."] = False
    receipt: Annotated[Path | None, "Write a receipt to this file."] = None
    tokenizer: Annotated[Path | None, "The tokenizer.json of datasets whose tokens were counted with one."] = None

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Search, clear, and say what became of each place. Raises UsageError, DamagedError and PublishError."""
        from corpuskit.core.disk.durable import rewriting_inputs
        from corpuskit.text.takedown.list_file import read_list
        from corpuskit.trust.takedowns.sought import list_kernels

        paths = [Path(argument) for argument in argument_list(arguments)]
        if not paths:
            raise UsageError("name the places: `corpuskit takedown --list takedown.jsonl corpus`")
        self._demand_distinct(paths)
        with rewriting_inputs(), self._locked_list():
            return self._run(paths, read_list(self.list, list_kernels()), settings)

    def _locked_list(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs from rewriting the list, if it will be extended."""
        from corpuskit.text.takedown.list_file import locked

        return locked(self.list) if self.apply and self.list.exists() else contextlib.nullcontext()

    def _run(self, paths: Sequence[Path], entries: "builtins.list[Entry]", settings: Settings) -> int:
        from corpuskit.text.takedown.list_file import extend_list, holds_texts, locked
        from corpuskit.trust.takedowns.sought import Sought, list_kernels
        from corpuskit.trust.takedowns.store_run import StoreRun, number_equal_copies, search

        runs = [StoreRun(path) for path in paths]
        number_equal_copies(runs)
        if holds_texts(entries):
            with contextlib.nullcontext() if self.apply else locked(self.list):
                extend_list(self.list, list_kernels())
        sought = Sought(entries)
        search(runs, sought)
        if self.apply:
            entries = self._clear(runs, sought, entries)
        demands = [] if self.apply else [run.removal_demand(sought, self.tokenizer) for run in runs]
        receipt = self._receipt(runs, sought, entries)
        self._tell(runs, receipt, sought, settings)
        for run, demand in zip(runs, demands, strict=False):
            if demand:
                console.remark(self.name(), f"{run.entry['name']}: --apply will need --tokenizer, as {demand}")
        _raise_errors(runs)
        return 0

    def _clear(
        self, runs: "Sequence[StoreRun]", sought: "Sought", entries: "builtins.list[Entry]"
    ) -> "builtins.list[Entry]":
        """Take everything out; return the entries of the list, which has learned the texts before they are gone."""
        from corpuskit.text.takedown.list_file import extend_list
        from corpuskit.text.takedown.on_record import list_on_record
        from corpuskit.trust.takedowns.sought import list_kernels

        learned = sought.learned()
        entries = [*entries, *learned]
        options = {"list": list_on_record(entry.digest() for entry in entries)}
        for run in runs:
            run.prepare(sought, options, self.tokenizer)
        if learned:
            present = {entry.digest() for entry in extend_list(self.list, list_kernels(), learned)}
            if new := len(present - {entry.digest() for entry in entries}):
                lines = quantity(new, "line")
                console.remark(self.name(), f"{lines} came into the list meanwhile; run it again for them")
        for run in sorted(runs, key=lambda run: not run.kind.needs_others):
            for remark in run.clear():
                console.remark(self.name(), remark)
        return entries

    def _receipt(self, runs: "Sequence[StoreRun]", sought: "Sought", entries: "builtins.list[Entry]") -> "Receipt":
        """Return the receipt; write it if it is asked for."""
        from corpuskit.core.publish.whole_file import write_whole
        from corpuskit.trust.takedowns.reached import reached
        from corpuskit.trust.takedowns.receipt import receipt_of, serialise

        not_found = {entry.digest() for entry in sought.not_found()}
        digests, stores = [entry.digest() for entry in entries], [run.entry for run in runs]
        is_searched = all(run.is_searched for run in runs)
        unknown = set().union(*(run.unasked_digests for run in runs)) if is_searched else not_found
        receipt = receipt_of(self.list, digests, self.apply, stores, not_found, reached(runs), unknown)
        if self.receipt is not None:
            write_whole(self.receipt, [serialise(receipt)])
        return receipt

    def _tell(self, runs: "Sequence[StoreRun]", receipt: "Receipt", sought: "Sought", settings: Settings) -> None:
        from corpuskit.text.takedown.list_file import line_numbers
        from corpuskit.trust.takedowns.account import account
        from corpuskit.trust.takedowns.sought import list_kernels

        short_texts = len(sought.short_texts)
        unlearned = [
            {"name": store["name"], "texts": store["unlearned_texts"]}
            for store in receipt["places"]
            if "unlearned_texts" in store
        ]
        if settings.json:
            copies = [{"name": run.entry["name"], **run.copies()._asdict()} for run in runs if run.copies().is_any]
            answer: dict[str, Any] = {**receipt, "short_texts": short_texts, "near_copies": copies}
            answer["unlearned_texts"] = unlearned
            console.write_stdout(console.answer_line(self.name(), answer))
        elif not settings.quiet:
            lines = [*account(runs, receipt, line_numbers(self.list, list_kernels()))]
            if short_texts:
                texts = "1 text is" if short_texts == 1 else f"{short_texts:,} texts are"
                lines.append(f"{texts} too short to be looked for elsewhere (less than 8 words)")
            console.write_report("\n".join(map(console.escape, lines)))

    def _demand_distinct(self, stores: Sequence[Path]) -> None:
        """Raise UsageError if a place is named twice, or the receipt would overwrite the list or lie in a place."""
        resolved = [Path(os.path.realpath(store)) for store in stores]
        if len(set(resolved)) < len(resolved):
            raise UsageError("a place is named twice; name each once")
        for option, path in (("--list", self.list), ("--receipt", self.receipt)):
            if path is not None and any(store in (path.resolve(), *path.resolve().parents) for store in resolved):
                raise UsageError(f"{option} {str(path)!r} is in a place that is searched; name one outside of it")
        if self.receipt is not None and self.receipt.resolve() == self.list.resolve():
            raise UsageError("--receipt and --list are one file; name two")
        if self.receipt is not None:
            _demand_receipt_or_nothing(self.receipt)


def _demand_receipt_or_nothing(path: Path) -> None:
    """Raise UsageError for what is neither absent nor a receipt, and inside datasets."""
    from corpuskit.core.publish.targets import Target, demand_distinct, demand_own_kind
    from corpuskit.trust.takedowns.receipt import is_receipt

    if not path.parent.is_dir():
        raise UsageError(f"--receipt {str(path)!r}: there is no folder {str(path.parent)!r}; make it, or name another")
    demand_distinct([Target("--receipt", path)], [])
    demand_own_kind(path, "receipt", "the receipt, such as receipt.json", is_receipt)


def _raise_errors(runs: "Sequence[StoreRun]") -> None:
    """Raise what went wrong with places, damage first."""
    errors: list[CorpuskitError] = [run.error for run in runs if run.error is not None]
    errors.sort(key=lambda error: error.exit_code != DamagedError.exit_code)
    if errors:
        raise errors[0].with_others(errors[1:])
