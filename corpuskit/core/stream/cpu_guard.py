"""A limit on the processor time that one document may take in one step.

A step limits its work by counts of its own, so that content depends on no clock. This limit is for what nobody
foresaw: a document on which a step, or native code below it, would never finish. No handler interrupts native code, so
the system kills the whole worker (SIGPROF, from a timer that counts processor time). The worker's position, kept in
memory that it shares with its parent, tells which document and step that was; a new worker does the batch again without
the document.
"""

import signal
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
        marks[slot] = process

    def enter(self, document: int, number: int, stage: Stage) -> None:
        """Record that a document enters stage `number`, and start its clock."""
        self._marks[self._slot + 1] = document
        self._marks[self._slot + 2] = number
        seconds = CPU_SECONDS if number in self._ready else CPU_SECONDS + stage.setup_seconds
        self._ready.add(number)
        signal.setitimer(signal.ITIMER_PROF, seconds)

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
