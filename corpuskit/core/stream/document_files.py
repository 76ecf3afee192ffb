"""All documents of some files, for what reads files besides a stream: seeds, feedback, documents to compare with."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpuskit.core import console
from corpuskit.core.document import Document
from corpuskit.core.errors import DamagedError
from corpuskit.core.reading.input_kinds import LINE_SUFFIXES, demand_lines_of_documents
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.stream.flow import Flow

__all__ = ["DocumentFiles", "find_document_files"]


class DocumentFiles:
    """The documents of files, in their order; whoever has read them all knows how many lines were none."""

    def __init__(self, inputs: Sequence[Input], *, consequence: str = "") -> None:
        """`consequence` is what follows from damage, such as `no plan was written`.

        Raises UsageError for an input that is no JSONL.
        """
        demand_lines_of_documents(inputs)
        self.inputs = inputs
        self._consequence = consequence
        self._flow = Flow([], lambda _: None, announce=_announce)

    @property
    def rejected(self) -> Counter[str]:
        """How many of the lines that were read are no documents, by reason."""
        return self._flow.reading.rejected

    def __iter__(self) -> Iterator[Document]:
        """Yield all documents, once. Raises DamagedError after the last one if an input is not whole."""
        yield from self._flow.documents(self.inputs)
        for input_ in self.inputs:
            input_.manifest_entry()
            for damage in input_.damage[:1]:
                consequence = f"; {self._consequence}" if self._consequence else ""
                raise DamagedError(
                    f"{input_.name} is damaged ({damage.what}, at byte {damage.offset}){consequence}. "
                    "Copy it again, or leave it out"
                )


def find_document_files(
    names: str | Path | Sequence[str | Path], *, consequence: str = "", allow_private: bool = False
) -> DocumentFiles:
    """Return the files that names, folders, patterns or addresses stand for. Raises UsageError, RemoteError."""
    inputs = resolve(names, LINE_SUFFIXES, allow_private=allow_private)
    return DocumentFiles(inputs, consequence=consequence)


def _announce(input_: Input) -> None:
    """Say which input comes next if details are asked for."""
    if console.is_verbose():
        from corpuskit.core.reading.input_facts import input_facts

        console.detail(f"reads {input_facts(input_)}")
