"""Steps: frozen data classes whose fields are their options.

One declaration gives the command-line flag, the recipe key, the manifest entry and the reference page:

    @dataclass(frozen=True)
    class FilterLength(Stage):
        "Drop documents that are too short to be prose."

        min_words: Annotated[int, "Fewest words a kept document may have."] = 50

        def apply(self, document: Document) -> Document | Drop:
            if len(document.text.split()) < self.min_words:
                return Drop(document, "too-few-words")
            return document

A step neither prints nor exits nor opens output files; `flow` applies it, counts, and sets drops and rejects aside.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Self

from corpuskit.core.counts import StepCount
from corpuskit.core.disk.regular_file import open_named
from corpuskit.core.document import Document, Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.options import RUNTIME, Option, Options
from corpuskit.core.outcome import Drop, Item, Made, Rejected
from corpuskit.core.sharded_run import Change, Resolution, ShardedRun, VerdictPart
from corpuskit.core.wording import NO_NAME, excerpt, printable_name

if TYPE_CHECKING:
    from corpuskit.core.format import TokenOptions
    from corpuskit.core.provenance.entries import CardEntry, StepEntry
    from corpuskit.core.provenance.takedowns_on_record import Clearance
    from corpuskit.core.reading.inputs import Input
    from corpuskit.core.recogniser import Recogniser
    from corpuskit.core.settings import Settings

__all__ = [
    "RUNTIME",
    "Change",
    "Command",
    "CorpusStage",
    "Document",
    "Drop",
    "Item",
    "Made",
    "Option",
    "Reject",
    "Rejected",
    "Report",
    "Resolution",
    "ShardedRun",
    "Sink",
    "Source",
    "Split",
    "Stage",
    "Step",
    "VerdictPart",
    "demand_steps",
]


@dataclass(frozen=True)
class Step(Options):
    """Base of all steps; subclass one of the kinds below, not this."""

    kind: ClassVar[str] = "step"
    cuts: ClassVar[bool] = False
    """Whether the step takes only part of its input on purpose, as `sample` does."""
    answers: ClassVar[bool] = False
    """Whether its result is an answer, which `--json` then prints on standard output."""
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Endings of the files that a folder input stands for: of a source without any, all; of others, besides JSONL."""
    in_recipes: ClassVar[bool] = True
    """Whether a recipe, which may come from others, can have it."""
    idempotent: ClassVar[bool] = True
    """Whether a second pass over its own output changes nothing."""
    keeps_documents: ClassVar[bool] = False
    """Whether all that it sends came in with the same id and text, and so has passed the takedown lists before it."""

    @classmethod
    def keeps_documents_with(cls, options: "Mapping[str, Any]") -> bool:
        """Return whether `keeps_documents` is true of the step with these options, as they are on record."""
        return cls.keeps_documents

    def options(self) -> dict[str, Any]:
        """Return the options that shape content, as the manifest records them; a file as its name and sha256."""
        return {
            option.key: _plain(getattr(self, option.name)) for option in self.option_list() if option.shapes_content
        }

    def versions(self) -> dict[str, str]:
        """Return the libraries, models and algorithms that shape this step's content, with their versions."""
        return {}

    def order_notice(self, steps: "Sequence[StepEntry]") -> str:
        """Return what is wrong with the steps that come before this one in its chain; empty if nothing is."""
        return ""


class Source(Step):
    """Reads inputs and yields documents; drops and rejects travel in the same stream."""

    kind: ClassVar[str] = "source"
    is_previewed: ClassVar[bool] = True
    """Whether a preview may read the start of inputs; not where reading asks a server, which may charge for it."""
    part_bytes: ClassVar[int] = 0
    """Stored bytes of the ranges in which a bigger local file is read, each by a task; 0 if files are read whole."""

    def splits(self, stream: BinaryIO) -> bool:
        """Whether a file that starts like this can be read in ranges; looks only at its first bytes."""
        return False

    def expand(self, input_: "Input") -> list[str] | None:
        """Return the inputs that this one lists, if it is a list that the source knows; None for any other input."""
        return None

    def check_inputs(self, inputs: "Sequence[Input]") -> None:
        """Raise UsageError if the source cannot read the inputs, or if they make an option meaningless."""

    def hint_on(self, count: StepCount) -> str:
        """Return what would help with what was dropped; nothing by default."""
        return ""

    def locate(self, name: str, folder: Path) -> str:
        """Return an input that a recipe names, whose relative paths start from `folder`."""
        return name if "://" in name else str(folder / name)

    def resolve(self, arguments: "Sequence[str | Path]", *, allow_private: bool = False) -> "list[Input]":
        """Return the inputs that arguments name, standard input without any. Raises UsageError for those not read."""
        from corpuskit.core.reading.resolve import resolve_lists

        inputs = resolve_lists(arguments or ["-"], self.suffixes, self.expand, allow_private=allow_private)
        return self.checked_inputs(inputs)

    def checked_inputs(self, inputs: "list[Input]") -> "list[Input]":
        """Return those of the inputs that are to be read. Raises UsageError for those that cannot be."""
        self.check_inputs(inputs)
        return inputs

    @property
    def names_inputs(self) -> bool:
        """Whether the options say what is read, so that no inputs are to be named."""
        return False

    def named_inputs(self, *, allow_private: bool = False) -> "list[Input]":
        """Return the inputs that the options name; called only if they do. Raises UsageError and RemoteError."""
        raise NotImplementedError

    def gives_html(self, inputs: Sequence[str]) -> bool:
        """Whether inputs of these names are sure to give HTML: a recipe then asks for `extract` before it runs."""
        return False

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the documents of one input in order, with drops and rejects where they occur.

        A record that cannot be read is yielded as a `Rejected`, and reading goes on. Raise Reject only where the rest
        of the input cannot be read; it is counted as one rejected record, and the next input follows.

        Only a source that `splits` a file is given an input with a `byte_range`, and reads only that range. It records
        in the range where it starts and stops, and the keys unique in the file (`core/reading/byte_ranges.py`).
        """
        raise NotImplementedError


class Stage(Step):
    """Judges or changes one document, whatever came before it."""

    kind: ClassVar[str] = "stage"
    reads_prose: ClassVar[bool] = False
    """Whether a document that is still HTML ends the run with UsageError (`require_prose` in `text/prose.py`)."""
    makes_prose: ClassVar[bool] = False
    """Whether HTML that passes it becomes text."""

    def drops_hint(self, reason: str) -> str:
        """Return what to do about a reason that drops much of one of `groups`; nothing by default."""
        return ""

    @property
    def guarded(self) -> bool:
        """Whether some document might keep it busy forever; for all we know, one might in steps of other packages.

        It then runs in a worker process even if one process would do, so that the worker can be killed
        (`core/stream/cpu_guard.py`). Stages that are not guarded have no limit of time, with any number of workers.
        """
        return not type(self).__module__.startswith("corpuskit.")

    @property
    def setup_seconds(self) -> float:
        """Extra processor time that a worker's first document may take, so that models can be loaded."""
        return 0 if type(self).__module__.startswith("corpuskit.") else 60

    def read_directly(self, input_: "Input") -> Iterator[Item] | None:
        """Return the documents of an input that is no JSONL, if this step takes its kind; None for lines."""
        return None

    def prepare(self) -> None:
        """Load libraries and models before workers fork, or they would load them again for each task of a recipe."""

    def absent_fields(self, document: Document) -> frozenset[str]:
        """Return the fields that the options name and this document lacks.

        A run tells its user about fields that all documents lack: their names may be misspelt.
        """
        return frozenset()

    def groups(self, document: Document) -> tuple[str, ...]:
        """Return the groups that a document is in: `language zh`, `source news`, `the input`.

        A run tells its user of a reason that drops most of a language, or much of another group.
        """
        return ()

    def passes(self, line: bytes) -> bool:
        """Whether a document stays as it is, told by its canonical line alone; False if that takes a closer look.

        A recipe leaves files of such documents as they are, without reading them as documents.
        """
        return False

    def apply(self, document: Document) -> Document | Drop:
        """Return the document (changed or not) or a Drop; raise Reject if it cannot be processed."""
        raise NotImplementedError

    def apply_many(self, documents: Sequence[Document]) -> list[Document | Drop | Reject]:
        """Return what `apply` makes of each document, in order, with a Reject where it would raise one.

        Streams call this method. Override it if many documents at a time cost less than one by one.
        """
        return [_applied(self, document) for document in documents]


class Split(Stage):
    """Makes one or more documents of one, whatever came before it; `flow` counts all but the first as made.

    Each of them says in `metadata.parents` what it was made from, if it is not the document itself.
    """

    kind: ClassVar[str] = "split"

    def apply(self, document: Document) -> Document | Drop:
        """Raise TypeError: `split` takes its place."""
        raise TypeError(f"{self.name()} splits documents; call `split`")

    def split(self, document: Document) -> Sequence[Document] | Drop:
        """Return the documents, at least one, or a Drop; raise Reject if it cannot be processed."""
        raise NotImplementedError


class CorpusStage(Step):
    """Needs the whole stream, in order."""

    kind: ClassVar[str] = "corpus-stage"
    acts_on: ClassVar[str] = ""
    """What it looks for among the documents, in words for people; empty if that is any document."""

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document that came in exactly once: as a document, a Drop or a Rejected; a new one as Made."""
        raise NotImplementedError

    def recogniser(self) -> "Recogniser | None":
        """Return what tells which lines of the stream pass as they are, unread; None if all are to be read.

        Only for a stage whose output takes no documents.
        """

    def commit(self) -> None:
        """Called once, after the output was published."""

    def has_effects(self) -> bool:
        """Whether `commit` changes anything outside the output; a run with such a step is never taken for unchanged."""
        return False

    def clearance(self) -> "Clearance | None":
        """Return what `commit` adds documents to, if that was cleared by a takedown list: they must have passed it."""

    def memory_for(self, documents: int, jobs: int) -> int:
        """Estimate the bytes that `jobs` of its tasks hold at once, for this number of documents."""
        return 0

    def disk_for(self, documents: int) -> int:
        """Estimate the bytes it keeps on disk while it works."""
        return 0

    def close(self) -> None:
        """Called once at the end, whether or not the output was published: release what the run holds."""

    def bound(self) -> Self:
        """Return the step for use in other processes, with whatever this process has read for it."""
        return self

    def sharded(self) -> ShardedRun | None:
        """Return the form that works shard by shard, if there is one; a recipe uses it to run the step in parallel."""
        return None


class Sink(Stage):
    """Passes documents on unchanged and says in which formats they are published."""

    kind: ClassVar[str] = "sink"

    def apply(self, document: Document) -> Document:
        """Return the document itself."""
        return document

    def formats(self) -> tuple[str, ...] | None:
        """Return the names of the output formats; None: JSONL, or what a file's ending says."""
        raise NotImplementedError

    def card_words(self) -> "CardEntry | None":
        """Return what people wrote for the dataset card; None if nothing. Raises UsageError."""
        return None

    def token_options(self) -> "TokenOptions | None":
        """Return what formats of token ids are made with; None if none of them is written."""
        return None


class Report(Step):
    """Reads a stream and answers a question about it on standard output."""

    kind: ClassVar[str] = "report"
    answers: ClassVar[bool] = True

    def report(self, documents: Iterable[Document]) -> dict[str, Any]:
        """Return the answer, as `--json` prints it."""
        raise NotImplementedError

    def render(self, answer: dict[str, Any]) -> str:
        """Return the answer, as people read it."""
        raise NotImplementedError

    def remark(self, answer: dict[str, Any]) -> str:
        """Return what to tell about the answer on standard error; empty if nothing."""
        return ""


class Command(Step):
    """A command that is not part of a pipe: `mix`, `verify`."""

    kind: ClassVar[str] = "command"
    inputs: ClassVar[str] = "[INPUT]..."
    """What the arguments are called in the help."""
    settings: ClassVar[tuple[str, ...]] = ("quiet", "json")
    """Which of the shared options the command has."""
    output_help: ClassVar[str] = ""
    """What the help says of `--output`, if the command publishes no dataset."""

    def execute(self, arguments: "Arguments", settings: "Settings") -> int:
        """Do the work and return the exit code. A single string or path is one argument."""
        raise NotImplementedError


Arguments = Sequence[str | Path] | str | Path
"""What a command is to read: one name, or several."""


def argument_list(arguments: Arguments) -> list[str]:
    """Return the arguments of a command as strings. Raises UsageError for an empty one.

    >>> argument_list("corpus")
    ['corpus']
    """
    words = [str(argument) for argument in ([arguments] if isinstance(arguments, (str, Path)) else arguments)]
    if "" in words:
        raise UsageError(NO_NAME)
    return words


def demand_steps(taker: str, steps: Iterable[Any]) -> None:
    """Raise UsageError unless all of these are steps."""
    for step in steps:
        if not isinstance(step, Step):
            raise UsageError(f"{taker} takes steps such as Head(n=3), not {excerpt(repr(step))}")


def _applied(stage: Stage, document: Document) -> Document | Drop | Reject:
    try:
        return stage.apply(document)
    except Reject as reject:
        return reject


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        import hashlib

        try:
            stream = open_named(value)
        except OSError as error:
            raise UsageError(f"cannot read {value.name!r}: {error.strerror}") from None
        with stream:
            return {"name": printable_name(value.name), "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}
    return value
