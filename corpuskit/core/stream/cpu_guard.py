"""A limit on the processor time that one document may take in one step.

What a step does is limited by counts of its own, so that content depends on no clock. This limit is for what nobody
foresaw: a document on which a step, or native code below it, would never end. No handler interrupts native code, so
the system ends the whole worker (SIGPROF, of a timer that counts processor time). The worker's place, kept in memory
it shares with its parent, tells which document and step that was; a new worker does the batch again without it.
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
"""How many numbers tell a worker's place: its process id, the document's number in the batch, the stage's number."""
TOGETHER = -1
"""The document's number where a stage judges a whole batch at once."""

Marks = MutableSequence[int]


class Guard:
    """The worker's side: says where it is, and winds the clock up for each document."""

    def __init__(self, marks: Marks, slot: int, process: int, ready: set[int]) -> None:
        """The worker `process` begins with the task whose place is in `slot`; `ready` lists the stages it has used."""
        self._marks, self._slot, self._ready = marks, slot, ready
        marks[slot] = process

    def enter(self, document: int, number: int, stage: Stage) -> None:
        """A document comes to a stage, the `number`th; from here on it has its time."""
        self._marks[self._slot + 1] = document
        self._marks[self._slot + 2] = number
        seconds = CPU_SECONDS if number in self._ready else CPU_SECONDS + stage.setup_seconds
        self._ready.add(number)
        signal.setitimer(signal.ITIMER_PROF, seconds)

    def leave(self) -> None:
        """The task is done."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._marks[self._slot] = 0


def without(batch: Batch, document: int, stage: int) -> Batch:
    """The batch as it is to be judged after a worker was ended at this place."""
    if document == TOGETHER:
        # One of these documents it was, perhaps all together; one by one, it shows.
        batch.singly = True
    else:
        batch.killed[document] = stage
    return batch


def killed() -> Reject:
    """What becomes of the document."""
    return Reject(KILLED, f"the step was not done after {CPU_SECONDS:g} s of processor time")
