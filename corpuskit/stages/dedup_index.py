"""`dedup-index`: what the index of `dedup` holds, and how to remove something from it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.errors import UsageError
from corpuskit.core.options import MAY_BE_EMPTY
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import did_you_mean, quantity

USE = "`corpuskit dedup-index list DIR` or `corpuskit dedup-index remove DIR`"


@dataclass(frozen=True)
class DedupIndex(Command):
    """List what the index of `dedup` holds, or remove snapshots or documents from it.

    `list DIR` names the snapshots in the order in which they were judged, with the documents and bytes kept for each,
    and the settings that all of them share. `remove DIR` removes the entries of a snapshot (`--snapshot`), those of a
    document wherever it occurs (`--id`), or those of a document in one snapshot (both). With a document that had
    survived it also removes those that were dropped for it. It says how many entries were removed. Removing what is not
    there changes nothing. A removal makes a new generation of the index, as a whole or not at all; datasets are not
    touched. Holds no ids of documents in memory.

        corpuskit dedup-index remove seen --id page-2041
    """

    inputs: ClassVar[str] = "list|remove DIR"
    answers: ClassVar[bool] = True

    snapshot: Annotated[str | None, "Name of the snapshot to remove, or to remove the document from."] = None
    id: Annotated[str | None, "Id of a document to remove.", MAY_BE_EMPTY] = None

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """List or remove, as the first argument says. Raises UsageError, and what `Index` raises."""
        arguments = argument_list(arguments)
        actions: dict[str, Callable[[Path], dict[str, Any]]] = {"list": self._list, "remove": self._remove}
        if len(arguments) != 2 or arguments[0] not in actions:
            near = did_you_mean(arguments[0], actions) if arguments and arguments[0] not in actions else ""
            raise UsageError(f"say {USE}{near}")
        answer = actions[arguments[0]](Path(arguments[1]))
        if settings.json:
            console.write_stdout(console.answer_line("dedup-index", answer))
        elif arguments[0] == "list":
            console.write_report("\n".join(map(console.escape, _listed(answer))))
        elif not settings.quiet:
            console.remark(
                "dedup-index", f"removed {answer['removed']:,} {'entry' if answer['removed'] == 1 else 'entries'}"
            )
        return 0

    def _list(self, folder: Path) -> dict[str, Any]:
        from corpuskit.text.dedup.index import read_current

        if self.snapshot is not None or self.id is not None:
            raise UsageError("list takes neither --snapshot nor --id; `remove` does")
        content = read_current(folder, required=True)
        assert content is not None
        snapshots = [{key: entry[key] for key in ("name", "documents", "bytes")} for entry in content["snapshots"]]
        return {"generation": content["generation"], "settings": content["settings"], "snapshots": snapshots}

    def _remove(self, folder: Path) -> dict[str, Any]:
        from corpuskit.text.dedup.index import Index

        if self.snapshot is None and self.id is None:
            raise UsageError("name what to remove: --snapshot NAME, --id ID, or both")
        index = Index(folder, "dedup-index remove")
        try:
            before = index.snapshots
            removed = index.take_out(self.snapshot, self.id)
            if index.snapshots != before:
                index.commit()
        finally:
            index.close()
        return {"removed": removed}


def _listed(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"{entry['name']}: {quantity(entry['documents'], 'document')}, {quantity(entry['bytes'], 'byte')}"
        for entry in answer["snapshots"]
    ]
    settings = ", ".join(f"{key} {value}" for key, value in answer["settings"].items())
    documents = sum(entry["documents"] for entry in answer["snapshots"])
    total = f"{quantity(len(lines), 'snapshot')}, {quantity(documents, 'document')}"
    return [*lines, f"{total}; generation {answer['generation']:,}; {settings}"]
