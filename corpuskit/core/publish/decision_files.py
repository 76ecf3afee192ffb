"""Verdicts on their way from where a pipe or a dataset keeps them to where they are published."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.balance import VerdictKey, decision_problems
from corpuskit.core.provenance.chain import Chain, DecisionFile
from corpuskit.core.provenance.entries import Decision
from corpuskit.core.provenance.verdicts import decision_line
from corpuskit.core.publish.dataset import VERIFY, decisions_in


def content_and_ids(file: DecisionFile) -> tuple[str, list[tuple[str, str]]]:
    """Return the digest of a file of verdicts and its steps, to sort by. Raises DamagedError if it is not there."""
    try:
        return size_and_digest(Path(file["path"]))[1], sorted(file["ids"].items())
    except OSError as error:
        raise _damaged_decisions(f"{Path(file['path']).name!r} cannot be read ({error.strerror})") from None


def copy_decisions(file: DecisionFile, path: Path) -> "Counter[VerdictKey]":
    """Copy verdicts on their way to where they are published, with the ids that their steps have there.

    Returns how many there are of each. There are none of a file whose steps have their ids already: `mix` counts them.
    """
    decisions_of: Counter[VerdictKey] = Counter()
    ids = file["ids"]
    if not ids:
        import shutil

        with open_regular(Path(file["path"])) as decided, filesystem.open_new(path) as stream:
            shutil.copyfileobj(decided, stream)
        return decisions_of
    with contextlib.closing(compressing_writer(filesystem.open_new(path), path.name)) as lines:
        for decision in _decisions(Path(file["path"])):
            step_id = ids.get(decision.get("step_id", decision["step"]))
            decisions_of[step_id or decision["step"], decision["verdict"], decision["reason"]] += 1
            lines.write(decision_line(decision, step_id))
    return decisions_of


def _decisions(path: Path) -> Iterator[Decision]:
    try:
        yield from decisions_in(path)
    except DamagedError as error:
        raise _damaged_decisions(str(error).removesuffix(VERIFY)) from None


def demand_all_decisions(chain: Chain, decisions_of: "Counter[VerdictKey]") -> None:
    """Raise DamagedError if verdicts were lost or changed on their way here, as in the ledger between two processes."""
    known_ids = {id_ for file in chain.decisions for id_ in file["ids"].values()}
    steps = [entry for entry in chain.steps if entry["id"] in known_ids]
    for problem in decision_problems(steps, decisions_of) if steps else ():
        raise _damaged_decisions(problem)


def _damaged_decisions(problem: str) -> DamagedError:
    return DamagedError(
        f"the verdicts that earlier steps have left were changed: {problem}; nothing was published. "
        "Run the whole pipe again, or verify the dataset that it reads"
    )
