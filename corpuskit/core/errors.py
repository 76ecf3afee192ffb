"""The errors a user can meet, each with its exit code.

    CorpuskitError            1   internal fault
    ├── UsageError            2   usage or recipe error, missing input, empty glob
    ├── DamagedError          3   damaged container or dataset
    ├── UpstreamError         4   the stream that we read is not whole
    ├── PublishError          5   disk, lock, permission
    ├── RefusedError          6   refused by a rule: policy, licence, gate, budget
    └── RemoteError           7   a remote service failed after its retry budget

A message is one line that says what is wrong, where, and what to do about it.
"""

import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.core.wording import quantity, with_logins_hidden

if TYPE_CHECKING:
    from corpuskit.core.counts import StepCount

CANNOT_WRITE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ELOOP,
)
"""System errors that mean something cannot be written; inputs that cannot be read are reported by their readers."""

NO_PERMISSION = (errno.EACCES, errno.EPERM, errno.EROFS)
"""Those of them that more room does not help."""

NO_FOLDER = (errno.ENOENT, errno.ENOTDIR)

NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)
TOO_MANY_FILES = "too many files are open at once; nothing was published. Allow more (`ulimit -n`), and run it again"

OUT_OF_MEMORY = ("not enough memory", "cannot allocate memory", "failed to map segment", "can't start new thread")
"""What libraries say of it in errors of other types: zstd, the system, its loader of libraries, Python's threads."""
NO_MEMORY = "not enough memory; nothing was published. Allow more of it, or try a smaller -j, and run it again"


MOST_MISTAKES = 100
"""Lines on mistakes; if there are more mistakes, the last line counts the rest."""


class CorpuskitError(Exception):
    """Base of all expected errors; the process ends with `exit_code`. Messages never hold the login of an address."""

    exit_code = 1
    count: "StepCount | None" = None
    """How far the step had got, if one was running."""
    account: "Mapping[str, object] | None" = None
    """What `--json` says besides of how far it had got."""
    others: "tuple[CorpuskitError, ...]" = ()
    """Further mistakes that were found at once, each to be reported on a line of its own."""

    def __init__(self, *args: object) -> None:
        """The first argument is the message."""
        super().__init__(*(with_logins_hidden(value) if isinstance(value, str) else value for value in args))

    def with_others(self, others: "Iterable[CorpuskitError]") -> "CorpuskitError":
        """Return this error with others that were found with it; a traceback shows them as notes."""
        self.others = tuple(others)
        for other in self.others:
            self.add_note(str(other))
        return self


class UsageError(CorpuskitError):
    """The command line or the recipe cannot be carried out as it stands."""

    exit_code = 2
    missing_input: str = ""
    """The argument that names nothing, if that is what is wrong."""
    argument: str = ""
    """The argument that cannot be read, for whatever reason."""


class DamagedError(CorpuskitError):
    """A container or a dataset is not what its own checks say it should be."""

    exit_code = 3


class UpstreamError(CorpuskitError):
    """The process that wrote our input did not finish its stream."""

    exit_code = 4


class PublishError(CorpuskitError):
    """The output cannot be written, locked or renamed into place."""

    exit_code = 5


class RefusedError(CorpuskitError):
    """A rule that the user set forbids the result."""

    exit_code = 6


class RemoteError(CorpuskitError):
    """A remote service kept failing until its retry budget was spent."""

    exit_code = 7


CLOCK_OUT_OF_RANGE = (
    "the clock of this machine is past the year 2262, which Python cannot read; nothing was published. Set the clock, "
    "and run it again"
)


def in_one(errors: Sequence[CorpuskitError]) -> CorpuskitError:
    """Return the first error with the others; of hundreds, as in a file that is no recipe, those after 100 are counted.

    >>> [str(error) for error in in_one([UsageError(f"mistake {number}") for number in range(3000)]).others[-2:]]
    ['mistake 98', 'and 2,901 mistakes more']
    """
    first, *others = errors
    if len(errors) > MOST_MISTAKES:
        others = [
            *others[: MOST_MISTAKES - 2],
            UsageError(f"and {quantity(len(errors) - MOST_MISTAKES + 1, 'mistake')} more"),
        ]
    return first.with_others(others)


def refusal_of_system(error: BaseException, location: Path | None = None) -> PublishError | None:
    """Return what the operating system refused, as an error for the user; None if it refused nothing.

    `location` is where the process writes, for errors that name no file.
    """
    if is_out_of_memory(error):
        return PublishError(NO_MEMORY)
    if isinstance(error, OverflowError) and "timestamp too large" in str(error):
        return PublishError(CLOCK_OUT_OF_RANGE)
    if not isinstance(error, OSError):
        return None
    if error.errno in NO_DESCRIPTORS:
        return PublishError(TOO_MANY_FILES)
    if error.errno in CANNOT_WRITE:
        name = error.filename or location
        what = f"cannot write {os.fsdecode(name)!r}" if isinstance(name, (str, bytes, Path)) else "cannot write"
        return PublishError(f"{what}: {error.strerror}; nothing was published. {what_to_do(error)}, and run it again")
    return None


def cannot_read(path: Path, error: OSError) -> PublishError:
    """Return the error for a file that is there and that the operating system does not let be read."""
    reason = (error.strerror or "I/O error").lower()
    return PublishError(f"cannot read {str(path)!r}: {reason}; see to it, and run it again")


def what_to_do(error: OSError | MemoryError) -> str:
    """Return the advice for something that cannot be written."""
    if isinstance(error, MemoryError):
        return "Allow more memory"
    if error.errno in NO_FOLDER:
        return "Make the folder that it is to be in"
    if error.errno == errno.ENAMETOOLONG:
        return "Shorten the name"
    return "Check who may write there" if error.errno in NO_PERMISSION else "Make room"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that there is no memory left, of whatever type it is."""
    if isinstance(error, CorpuskitError):
        # Its words may repeat names that others chose.
        return error.__cause__ is not None and is_out_of_memory(error.__cause__)
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in OUT_OF_MEMORY)
