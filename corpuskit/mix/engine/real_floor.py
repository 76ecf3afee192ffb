"""Real text is not displaced: the unique real tokens of each class, in a published snapshot and in what replaces it.

Training on what models wrote, and on nothing else, loses the rare parts of a language first; it does not while real
text stays (Shumailov et al., Nature 631, 2024; Gerstgrasser et al., arXiv:2404.01413). A text counts once for each of
its classes, however often it is repeated; its classes are its labels or, without any, its source and language.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.disk.group_by_key import READ_ROWS, with_repeats
from corpuskit.core.document import UNKNOWN_DEPTH, Document, gen_depth
from corpuskit.core.errors import DamagedError, RefusedError, UsageError
from corpuskit.core.provenance.entries import ShardEntry
from corpuskit.core.provenance.manifest import MANIFEST, read_manifest
from corpuskit.core.publish.dataset import VERIFY, Dataset
from corpuskit.core.terminal import table_lines
from corpuskit.core.tokens import counter, token_version
from corpuskit.core.wording import excerpt, quantity, value_text
from corpuskit.mix.engine.engine import Engine
from corpuskit.mix.engine.task_files import TaskFile, entry_and_sha256
from corpuskit.mix.engine.task_results import RealTokensResult, TaskFileEntry
from corpuskit.mix.engine.tasks import Task, file_of_task

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

RULES = "2"
"""Version of what is real, and of the classes."""
COLUMNS = 3
"""Of a row: a hash of class and text, the number of the class, the tokens of the text."""
MOST_ROWS = 1 << 20
"""Rows that are held at a time; the others lie on the disk, by hash."""
MOST_CLASSES_TOLD = 20


class RealTokens:
    """The real texts of one shard, as rows for a file."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._rows = array("Q")

    def add(self, document: Document, tokens: int) -> None:
        """Add a document, unless a model wrote it."""
        import xxhash

        if not is_real(document):
            return
        text = document.text.encode()
        for name in classes_of(document):
            number = self._numbers.setdefault(name, len(self._numbers))
            key = xxhash.xxh3_64(name.encode("utf-8", "surrogatepass") + b"\0")
            key.update(text)
            self._rows.extend((key.intdigest(), number, tokens))

    def write(self, task_path: Path) -> TaskFileEntry:
        """Write the rows to `TASK_PATH.real`."""
        import numpy

        with TaskFile(real_file(task_path)) as file:
            file.write(numpy.array(self._rows, "<u8").tobytes())
        return file.entry()

    def classes(self) -> list[str]:
        """Return the classes in the order of their numbers."""
        return list(self._numbers)


def demand_depth(document: Document, most: int) -> None:
    """Raise RefusedError for a document that more models stand behind than the policy allows."""
    depth = gen_depth(document)
    if depth <= most:
        return
    whose = f"document {excerpt(document.id)!r} of source `{document.metadata.get('source')}`"
    if depth == UNKNOWN_DEPTH:
        stated_depth = excerpt(value_text(document.metadata["gen_depth"]))
        raise RefusedError(
            f"the gen_depth of {whose} is {stated_depth!r}, no whole number from 0 on, so no limit can be "
            "compared with it; nothing was published. Write the number in the source, or leave the document out"
        )
    raise RefusedError(
        f"{whose} has gen_depth {depth}, where the policy allows {most}; nothing was published. Leave out what is made "
        f"of synthetic documents, or allow it with `policy: {{gen_depth: {depth}}}`"
    )


class RealFile(NamedTuple):
    """What was written of one shard."""

    path: Path
    classes: list[str]


def real_file(task_path: Path) -> Path:
    """Return the path of the rows on a shard's real texts."""
    return file_of_task(task_path, ".real")


def is_real(document: Document) -> bool:
    """Whether no model wrote the text."""
    return gen_depth(document) == 0 and document.metadata.get("origin") != "synthetic"


def classes_of(document: Document) -> list[str]:
    """Return the classes of a document: each of its labels or, without any, its source and language.

    >>> classes_of(Document("1", "", {"labels": {"intent": "card", "topics": ["a", "b"], "note": None}}))
    ['intent: card', 'topics: a', 'topics: b']
    >>> classes_of(Document("2", "", {"source": "web", "language": "en"})), classes_of(Document("3", ""))
    (['source web, language en'], ['source -, language -'])
    """
    labels = document.metadata.get("labels")
    named = [*_label_classes(labels)] if isinstance(labels, dict) else []
    if named:
        return named
    source, language = (document.metadata.get(key) or "-" for key in ("source", "language"))
    return [f"source {source}, language {language}"]


def _label_classes(labels: dict[str, Any]) -> Iterator[str]:
    for name, value in labels.items():
        for each in dict.fromkeys(map(_class_word, value if isinstance(value, list) else [value])):
            if each is not None:
                yield f"{name}: {each}"


def _class_word(value: Any) -> str | None:
    """Return what tells a class; None for scores with decimals and for objects, which tell none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int)) else None


@dataclass(frozen=True)
class CountPublished(Task[RealTokensResult]):
    """Counts the real texts in one shard of a published snapshot."""

    dataset: Path
    path: str
    sha256: str
    documents: int
    tokenizer: str

    def label(self) -> str:
        """Return the shard."""
        return f"mix: real tokens of {self.path}"

    def identity(self) -> Any:
        """Return the shard's content and how tokens are counted."""
        return [self.sha256, token_version(self.tokenizer), RULES]

    def run(self, task_path: Path) -> RealTokensResult:
        """Write `TASK_PATH.real`. Raises DamagedError for a shard that is not what was published."""
        dataset = Dataset(self.dataset)
        if entry_and_sha256(dataset.folder / self.path)[1] != self.sha256:
            raise DamagedError(f"{self.path} is not what was published{VERIFY}")
        shard = next(shard for shard in dataset.shards() if shard["path"] == self.path)
        count_tokens, real = counter(self.tokenizer), RealTokens()
        for document in dataset.documents(shard, is_checked=True):
            real.add(document, count_tokens(document.text))
        return {"files": [real.write(task_path)], "classes": real.classes()}


class RealFloor:
    """The check that no class has fewer unique real tokens than in a snapshot."""

    def __init__(self, snapshot: Path, target: Path, tokenizer: str) -> None:
        """Raise UsageError if nothing is published in `snapshot`, unless it is where this run publishes."""
        demand_snapshot(snapshot, target)
        self._snapshot, self._tokenizer = snapshot, tokenizer
        self._selected: list[RealFile] = []

    def add(self, task_path: Path, classes: list[str]) -> None:
        """Take in what is selected of a shard."""
        self._selected.append(RealFile(real_file(task_path), classes))

    def demand(self, engine: Engine) -> dict[str, Any]:
        """Return what the manifest says of the comparison. Raises RefusedError if classes would have less."""
        now = unique_tokens(self._selected)
        if not (self._snapshot / MANIFEST).is_file():
            return {"digest": None, "classes": {name: {"now": tokens} for name, tokens in sorted(now.items())}}
        dataset = Dataset(self._snapshot)
        before = unique_tokens(self._published(dataset.shards(), engine))
        _demand_no_less(before, now, self._snapshot)
        classes = {name: {"before": before.get(name, 0), "now": now.get(name, 0)} for name in sorted({*before, *now})}
        return {"digest": dataset.manifest["digest"], "classes": classes}

    def _published(self, shards: list[ShardEntry], engine: Engine) -> list[RealFile]:
        """Return what the snapshot's shards hold."""
        phase = "mix: real tokens before"
        tasks = [
            CountPublished(
                self._snapshot.absolute(), shard["path"], shard["sha256"], shard["documents"], self._tokenizer
            )
            for shard in shards
        ]
        engine.progress.start(phase, len(tasks))
        files = []
        for task, (task_path, result) in zip(tasks, engine.execute(phase, tasks), strict=True):
            files.append(RealFile(real_file(task_path), result["classes"]))
            engine.progress.advance(phase, task.documents)
        return files


def demand_snapshot(snapshot: Path, target: Path) -> None:
    """Raise UsageError if nothing is published in a folder, unless it is the one that a run publishes into."""
    if not (snapshot / MANIFEST).is_file() and not is_same_folder(snapshot, target):
        raise UsageError(
            f"`real_not_below` names {str(snapshot)!r}, where no dataset is published; name the folder of an earlier "
            "one"
        )


def is_same_folder(one: Path, other: Path) -> bool:
    """Whether two paths lead to one folder, which need not exist."""
    return one.resolve() == other.resolve()


def snapshot_state(snapshot: Path | None, target: Path) -> str:
    """Return what a run depends on in the snapshot: its digest; nothing if it is what the run itself has published."""
    if snapshot is None or is_same_folder(snapshot, target) or not (snapshot / MANIFEST).is_file():
        return ""
    return read_manifest(snapshot)["digest"]


def unique_tokens(files: Iterable[RealFile]) -> dict[str, int]:
    """Return the tokens of each class in all files together, each text counted once."""
    import numpy

    files = list(files)
    names = {name: number for number, name in enumerate(dict.fromkeys(name for file in files for name in file.classes))}
    totals = numpy.zeros(len(names), numpy.int64)
    expected = sum(file.path.stat().st_size for file in files) // (8 * COLUMNS)
    for rows, is_repeat in with_repeats(_rows(files, names), MOST_ROWS, expected):
        firsts = rows[~is_repeat].astype(numpy.int64)
        numpy.add.at(totals, firsts[:, 1], firsts[:, 2])
    return dict(zip(names, totals.tolist(), strict=True))


def _rows(files: Iterable[RealFile], names: Mapping[str, int]) -> "Iterator[NDArray[numpy.uint64]]":
    """Yield the rows of all files, with the numbers that the classes have among all."""
    import numpy

    for file in files:
        rows = numpy.fromfile(file.path, "<u8").astype(numpy.uint64).reshape(-1, COLUMNS)
        rows[:, 1] = numpy.array([names[name] for name in file.classes], numpy.uint64)[rows[:, 1].astype(numpy.int64)]
        for start in range(0, len(rows), READ_ROWS):
            yield rows[start : start + READ_ROWS]


def _demand_no_less(before: Mapping[str, int], now: Mapping[str, int], snapshot: Path) -> None:
    fallen = [name for name, tokens in sorted(before.items()) if now.get(name, 0) < tokens]
    if not fallen:
        return
    rows = [(excerpt(name), f"{before[name]:,}", f"{now.get(name, 0):,}") for name in fallen[:MOST_CLASSES_TOLD]]
    lines = table_lines([("class", "tokens before", "tokens now"), *rows])
    if len(fallen) > MOST_CLASSES_TOLD:
        lines.append(f"and {quantity(len(fallen) - MOST_CLASSES_TOLD, 'class')} more")
    raise RefusedError(
        f"{quantity(len(fallen), 'class')} would have fewer unique real tokens than the snapshot in {str(snapshot)!r}, "
        "which `real_not_below` forbids; nothing was published. Raise the budget or the weights of real sources, or "
        "lower the cap of synthetic ones"
    ).with_others(map(RefusedError, lines))
