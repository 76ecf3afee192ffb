"""Messages to people, on standard error: notices, summaries, progress. Text of documents is escaped first."""

import contextlib
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from corpuskit.core.errors import CorpuskitError, PublishError
from corpuskit.core.wording import printable_name, with_logins_hidden

if TYPE_CHECKING:
    from corpuskit.core.counts import StepCount

Passing = TypeVar("Passing")
REFRESH_SECONDS = 0.2
SECONDS_BETWEEN_LINES = 30.0
LONGEST = 800
"""Longest message, in characters: the names it repeats may have been chosen by others."""

_DRIVES_TERMINALS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What no answer holds, whatever it quotes. Marks of direction stay, as they are part of Arabic and Hebrew text."""

_logs: list[BinaryIO] = []
"""The log that is kept, if one is."""
_drawings: list[Callable[[str], None]] = []
"""Draws words beside the counter on the terminal, while there is one."""
_speaking_commands: list[str] = []
"""The command that runs, once it is known."""
_hushed_commands: list[str] = []
"""The command that is to print errors only, if there is one."""
_subjects: list[str] = []
"""What the command is at, as remarks name it: a source of a recipe."""
_details_of: list[str] = []
"""The command that was asked for details, if one was."""
_answered: set[str] = set()
"""The command that has its answer, if it has."""
_REPR_OF_BYTE = re.compile(r"\\udc([89a-f][0-9a-f])")


def escape(text: str) -> str:
    """Return the text with control and direction characters spelled out, so that it cannot drive a terminal.

    >>> escape("a\\x1b[2Jb")
    'a\\\\u001b[2Jb'
    """
    return _DRIVES_TERMINALS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _with_bytes_spelled_out(message: str) -> str:
    """Return a message in which bytes that are not UTF-8 are spelled `\\xe9`, in names and in their `repr` alike."""
    return _REPR_OF_BYTE.sub(r"\\x\1", printable_name(message))


def escape_line(line: bytes) -> bytes:
    """Return a JSON line, still the same JSON, that cannot drive a terminal."""
    return escape(line.decode()).encode()


def notice(name: str, message: str) -> None:
    """Print one line on standard error."""
    speaker = f"corpuskit {name}" if name else "corpuskit"
    speaker, message = (escape(_with_bytes_spelled_out(with_logins_hidden(text))) for text in (speaker[:100], message))
    if len(message) > LONGEST:
        message = f"{message[: LONGEST * 3 // 4]} … {message[-LONGEST // 4 :]}"
    _write(f"{speaker}: {message}\n")
    log(f"{speaker}: {message}")


def show_details(name: str, verbose: bool) -> None:
    """Let `detail` speak for a command from now on if it is `verbose`; it begins with what runs, and where."""
    _details_of[:] = [name] if verbose else []
    if verbose:
        import platform
        import tempfile

        from corpuskit import __version__

        python = platform.python_version()
        detail(f"corpuskit {__version__}, Python {python}; temporary files in {tempfile.gettempdir()}")


def is_verbose() -> bool:
    """Whether `detail` prints anything."""
    return bool(_details_of)


def detail(message: str) -> None:
    """Print one line on standard error if `--verbose` was given; what it says must hold no secret."""
    for name in _details_of:
        notice(name, message)


def hush(name: str, quiet: bool) -> None:
    """Let `remark` speak for a command from now on, or be silent if it is to be `quiet`."""
    _speaking_commands[:] = [name]
    _hushed_commands[:] = [name] if quiet else []


@contextlib.contextmanager
def hushed(name: str, quiet: bool) -> Iterator[None]:
    """Let `remark` speak for a command, or be silent, while this context lasts."""
    before = list(_speaking_commands), list(_hushed_commands)
    hush(name, quiet)
    try:
        yield
    finally:
        _speaking_commands[:], _hushed_commands[:] = before


def hushed_command() -> str:
    """Return the command that is to be silent; empty if none is."""
    return _hushed_commands[0] if _hushed_commands else ""


@contextlib.contextmanager
def remarks_on(subject: str) -> Iterator[None]:
    """Let remarks of what runs in this context begin with what they are about."""
    _subjects.append(subject)
    try:
        yield
    finally:
        _subjects.pop()


def remark(name: str, message: str) -> None:
    """Print one line on standard error unless `--quiet` was given; steps speak so, who do not know the settings.

    Without a name it is the command that speaks, as what serves all commands does not know which one it is.
    """
    name = name or "".join(_speaking_commands)
    message = ": ".join((*_subjects, message))
    if _hushed_commands:
        log(f"corpuskit {name}: {message}")
    else:
        notice(name, message)


class WorkPace:
    """How far a long piece of work has got: beside the counter on a terminal, elsewhere in a line now and then."""

    def __init__(self, name: str) -> None:
        """Begin to wait: short work stays silent."""
        self._name = name
        self._told_at = time.monotonic()

    def tell(self, words: Callable[[], str]) -> None:
        """Draw or print the words, if it is time."""
        now = time.monotonic()
        if now - self._told_at < (REFRESH_SECONDS if _drawings else SECONDS_BETWEEN_LINES):
            return
        self._told_at = now
        if _drawings:
            _drawings[-1](words())
        else:
            remark(self._name, words())


def keep_log(stream: BinaryIO) -> None:
    """Write what is told from now on to a file as well, each line with its time (UTC)."""
    _logs.append(stream)


def log(text: str) -> None:
    """Write lines to the log alone, if one is kept; a log that cannot be written any more ends no run."""
    for stream in _logs:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with contextlib.suppress(OSError, ValueError):
            stream.write("".join(f"{now} {line}\n" for line in text.splitlines()).encode("utf-8", "replace"))
            stream.flush()


def silence_destructors() -> None:
    """Silence errors raised in destructors; their cause has been reported already."""
    sys.unraisablehook = lambda _: None


def write_stdout(text: str) -> None:
    """Print an answer on standard output, with control characters spelled out.

    Raises BrokenPipeError if nobody reads it, PublishError if it is closed.
    """
    if sys.stdout is None:
        raise PublishError("standard output is closed; redirect it")
    sys.stdout.write(_CONTROLS.sub(lambda match: escape(match[0]), printable_name(text.rstrip("\n"))) + "\n")
    sys.stdout.flush()


def write_report(text: str) -> None:
    """Print an answer for people; on a terminal, its lines are as wide as that. Raises as `write_stdout`."""
    from corpuskit.core.terminal import folded, terminal_width

    write_stdout("\n".join(folded(text.split("\n"), terminal_width(sys.stdout))))


def answer_line(name: str, answer: Mapping[str, Any], exit_code: int = 0) -> str:
    """Return a report's answer as one JSON object, with the code that the command exits with."""
    _answered.add(name)
    return json.dumps({"command": name, **answer, "exit": exit_code}, ensure_ascii=False)


def print_failed_answer(name: str, error: CorpuskitError) -> None:
    """Print the JSON object of a command that failed before it answered; what it found to be wrong is an answer."""
    if name in _answered:
        return
    with contextlib.suppress(PublishError, OSError):  # the message is on standard error
        write_stdout(json.dumps({"command": name, "exit": error.exit_code, "error": _message(error)}))


def summary(name: str, count: "StepCount", hint: str = "") -> None:
    """Print what a step did, in one line."""
    notice(name, account(count) + hint)


def account(count: "StepCount") -> str:
    """Return what went into a step, what it made, what came out, what it left out, by reason, and its hits, by type."""
    made = [f"{count.made:,} made"] if count.made else []
    parts = [f"{count.received.documents:,} in", *made, f"{count.sent.documents:,} out"]
    parts += [
        counted(reasons, word)
        for word, reasons in (("dropped", count.dropped), ("rejected", count.rejected))
        if reasons
    ]
    if count.hits:
        parts.append(counted(count.hits, "hit" if count.hits.total() == 1 else "hits"))
    return ", ".join(parts)


def counted(reasons: "Counter[str]", word: str) -> str:
    """Return how many there are, in all and by reason."""
    return f"{reasons.total():,} {word} ({', '.join(f'{reason} {n:,}' for reason, n in sorted(reasons.items()))})"


def print_outcome(
    name: str,
    count: "StepCount | None",
    error: CorpuskitError | None = None,
    upstream: str | None = None,
    account: Mapping[str, object] | None = None,
) -> None:
    """Print what a step did, as the JSON object of `--json`, with what is known of the documents it read.

    `account` is what its output adds.
    """
    if count is None:
        print_counts(name, 0, 0, 0, {}, {}, error)
        return
    counts = count.as_json()
    received, sent = counts["in"]["documents"], counts["out"]["documents"]
    known_keys = {"hits": counts.get("hits"), "upstream": upstream, **(account or {})}
    more_keys = {key: value for key, value in known_keys.items() if value is not None}
    print_counts(name, received, counts["made"], sent, counts["dropped"], counts["rejected"], error, more_keys)


def print_counts(
    name: str,
    received: int,
    made: int,
    sent: int,
    dropped: dict[str, int],
    rejected: dict[str, int],
    error: CorpuskitError | None = None,
    more_keys: Mapping[str, object] | None = None,
) -> None:
    """Print the JSON object of `--json`, from its parts and the keys that only some commands have."""
    result = {
        "command": name,
        "in": received,
        "made": made,
        "out": sent,
        "dropped": dropped,
        "rejected": rejected,
        "exit": 0,
        **(more_keys or {}),
    }
    if error is not None:
        result |= {"exit": error.exit_code, "error": _message(error)}
    _write(json.dumps(result) + "\n")


def _message(error: CorpuskitError) -> str:
    return "; ".join(map(str, (error, *error.others)))


def shows_progress(quiet: bool) -> bool:
    """Whether standard error is a terminal that can redraw a line."""
    return not quiet and sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def with_progress(items: Iterable[Passing], name: str, quiet: bool, unit: str = "documents") -> Iterable[Passing]:
    """Yield the items, counting them on standard error as they pass if that is a terminal."""
    return _with_counter(items, name, unit) if shows_progress(quiet) else items


def _with_counter(items: Iterable[Passing], name: str, unit: str) -> Iterator[Passing]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn(name), TextColumn(f"{{task.completed:,.0f}} {unit}"), TimeElapsedColumn())
    words_column = TextColumn("{task.fields[words]}", markup=False)
    with (
        Progress(*columns, words_column, console=Console(stderr=True), transient=True, auto_refresh=False) as progress,
        contextlib.ExitStack() as at_end,
    ):
        task = progress.add_task(name, total=None, words="")
        _drawings.append(lambda words: progress.update(task, words=escape(words), refresh=True))
        at_end.callback(_drawings.pop)
        drawn_at = time.monotonic()
        for number, item in enumerate(items, start=1):
            yield item
            if time.monotonic() - drawn_at > REFRESH_SECONDS:
                drawn_at = time.monotonic()
                progress.update(task, completed=number, words="", refresh=True)


def _write(text: str) -> None:
    """Write to standard error, which may be closed."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return
