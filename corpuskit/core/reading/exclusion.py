"""`--exclude`: the inputs that a source is not to read, by patterns of their names."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from corpuskit.core import console
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.wording import excerpt, quantity

EXCLUDE_HELP = "Inputs to leave out, by a pattern of a file's or folder's name: `*.log`, `drafts`, `docs/old/*`."


def without_excluded(inputs: Sequence[Input], patterns: Sequence[str]) -> list[Input]:
    """Return the inputs that match no pattern, and tell how many do. Raises UsageError if none is left.

    A pattern is matched with each part of a name, so that the name of a folder leaves out all that is in it; one with
    slashes with each run of parts.

    >>> names = ["src/a.py", "src/old/b.py", "src/old/c/d.py", "src/e.log"]
    >>> [input_.name for input_ in without_excluded([Input(name) for name in names], ["*.log", "old/c"])]
    ['src/a.py', 'src/old/b.py']
    """
    rest = list(inputs)
    for pattern in patterns:
        excluded = {input_.name for input_ in rest if _matches(input_.name, pattern.strip("/"))}
        rest = [input_ for input_ in rest if input_.name not in excluded]
        if excluded:
            first = f"the first is {min(excluded)!r}"
            message = f"{quantity(len(excluded), 'input')} left out by `--exclude {excerpt(pattern)}`, {first}"
        else:
            message = f"`--exclude {excerpt(pattern)}` leaves nothing out"
        console.remark("", message)
    if inputs and not rest:
        raise UsageError("`--exclude` leaves no input; exclude less")
    return rest


def _matches(name: str, pattern: str) -> bool:
    return any(fnmatchcase(part, pattern) for part in _parts(name, runs="/" in pattern))


def _parts(name: str, *, runs: bool) -> Iterator[str]:
    """Yield the parts of a name, or each run of them.

    >>> list(_parts("a/b/c", runs=True))
    ['a', 'a/b', 'a/b/c', 'b', 'b/c', 'c']
    """
    parts = name.split("/")
    for start in range(len(parts)):
        for end in range(start + 1, len(parts) + 1 if runs else start + 2):
            yield "/".join(parts[start:end])
