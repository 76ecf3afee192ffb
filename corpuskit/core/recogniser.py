"""What a stage says of lines that it knows already, so that nobody reads them as documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpuskit.core.counts import StreamCount

__all__ = ["Passed", "Recogniser"]


@dataclass(slots=True)
class Passed:
    """Lines in a row that pass a stage as they are."""

    count: StreamCount
    way: str
    """How the stage came to their documents."""


class Recogniser(Protocol):
    """Tells which of the next lines of a stream pass a stage as they are, unread.

    It is asked for each line in turn, after all before have passed or were run by the stage: first for as many as it
    knows by the bytes of a block, then for some that are left, by their lines.
    """

    def pass_known(self, block: bytes, start: int) -> tuple[Passed | None, int | None]:
        """Pass lines that stand in a block from `start` on, as far as all are known there; None for none.

        They are canonical ones. The number is that of the lines which are then to be given to `pass_lines`: None for
        all, 0 if it takes more bytes to tell, of which there are no more than 64 KiB then.
        """
        ...

    def pass_lines(self, lines: Sequence[bytes]) -> Callable[[int], Passed | None]:
        """Return what tells which of the next lines pass.

        It is asked by the number of a line, after all before it were run; it passes the lines from there on that are
        known, in a row, and returns None if that line is to be read.
        """
        ...
