"""A limit on the processor time that one document may take in one step.

A step limits its work by counts of its own, so that content depends on no clock. This limit is for what nobody
foresaw: a document on which a step, or native code below it, would never finish. Only steps that are `guarded` have it,
with any number of workers. No handler interrupts native code, so
the system kills the whole worker (SIGPROF, from a timer that counts processor time). The worker's position, kept in
memory that it shares with its parent, tells which document and step that was; a new worker does the batch again without
the document.
"""

import signal
import time
from collections.abc import MutableSequence

from corpuskit.core.document import Reject
from corpuskit.core.step import Stage
from corpuskit.core.stream.batch import Batch

CPU_SECONDS = 10.0
KILLED = "killed"
"""Reason of the reject. It depends on the machine, so a dataset with one is not repeatable; its manifest says so."""

MARKS_A_WORKER = 3
"""How many numbers tell a worker's position: its process id, the document's number in the batch, the stage's number."""
TOGETHER = -1
"""The document's number when a stage takes a whole batch at once."""

Marks = MutableSequence[int]


class Guard:
    """The worker's side: records where it is, and restarts the clock for each document."""

    def __init__(self, marks: Marks, slot: int, process: int, ready: set[int]) -> None:
        """The worker `process` begins with the task whose position is in `slot`; `ready` lists stages already used."""
        self._marks, self._slot, self._ready = marks, slot, ready
        self._loading_since: float | None = None
        marks[slot] = process

    def enter(self, document: int, number: int, stage: Stage) -> None:
        """Record that a document enters stage `number`, and start its clock if the stage has one.

        Only guarded stages have, or a result would depend on the number of workers: with one, others run without.
        """
        self._marks[self._slot + 1] = document
        self._marks[self._slot + 2] = number
        is_loading = number not in self._ready and stage.setup_seconds > 0
        self._ready.add(number)
        self._loading_since = time.process_time() if is_loading else None
        limit = CPU_SECONDS + (stage.setup_seconds if is_loading else 0)
        signal.setitimer(signal.ITIMER_PROF, limit if stage.guarded else 0)

    def is_unsure(self) -> bool:
        """Whether the document took longer than any may, perhaps because the stage was loading: it is to be repeated.

        Which document a worker gets first depends on the number of workers, and must decide nothing.
        """
        return self._loading_since is not None and time.process_time() - self._loading_since > CPU_SECONDS

    def leave(self) -> None:
        """Record that the task is done, and stop the clock."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._marks[self._slot] = 0


def without(batch: Batch, document: int, stage: int) -> Batch:
    """Return the batch to be done again after a worker was killed at this document and stage."""
    if document == TOGETHER:
        # It was one of these documents, or all of them together; one by one, it shows.
        batch.singly = True
    else:
        batch.killed[document] = stage
    return batch


def killed() -> Reject:
    """Return the Reject for a document on which a worker was killed."""
    return Reject(KILLED, f"the step was not done after {CPU_SECONDS:g} s of processor time")
