"""The ledger: how the reader of a pipe knows whether its writers finished.

The stream in a pipe is pure JSONL, so what is known about it travels separately. Every process keeps one small
file under the state folder: `running` from its start, `complete` or `failed` with counts, digest and chain *before* it
closes its output. A process that writes into a pipe records the pipe's identity (boot, device, inode), and a process
that reads the pipe to its end finds the writers by that identity. A writer still `running` at a true end of input is
dead. A stream that another program passed on, or that lay in a file, is known by what was sent, and where to.
"""

import contextlib
import json
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict

from corpuskit.core.counts import StreamCount, StreamEntry
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.disk.stored_json import read_json
from corpuskit.core.errors import PublishError, UpstreamError
from corpuskit.core.provenance.chain import (
    CHECKS,
    Chain,
    ChainEntry,
    has_sound_digest,
    is_sound_chain,
    join,
    renumbered,
)
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.provenance.pipe import PIPE, Pipe, boot_id, is_pipe_key, kept_in, pipe_of, pipe_of_key

DAYS_KEPT = 30
MOST_SEARCHED = 256
"""Latest entries among which the writer of a stream is looked for that came through another program."""
NO_PIPE = "none"
"""What stands in the name of an entry for the key of a pipe, if it writes to none."""
STATE = "CORPUSKIT_STATE"


def state_folder() -> Path:
    """Return `$CORPUSKIT_STATE`, or `corpuskit` in the XDG state folder."""
    if os.environ.get(STATE):
        return Path(os.environ[STATE])
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "corpuskit"


class StoredEntry(TypedDict):
    """A `LedgerEntry` as its file holds it."""

    name: str
    pid: int
    started: float
    state: str
    ended: float | None
    reads: list[str]
    sent: StreamEntry | None
    chain: ChainEntry | None
    wrote: NotRequired[str]


@dataclass
class LedgerEntry:
    """One process's entry."""

    name: str
    pid: int
    started: float
    """Seconds since boot at which the process began."""
    state: str = "running"
    ended: float | None = None
    reads: list[str] = field(default_factory=list)
    """Keys of the pipes it reads."""
    sent: StreamEntry | None = None
    chain: ChainEntry | None = None
    wrote: str = ""
    """Where its documents went, as `kept_in` returns it; empty if they were published, or kept nowhere."""


class Ledger:
    """This process's entry, and access to the entries of others."""

    def __init__(self, name: str, writes: Pipe | None, reads: list[Pipe], wrote: str = "") -> None:
        """Enter this process as running; without a writable state folder it stays unknown to others.

        `wrote` is what `kept_in` returns of its output, if that is a stream.
        """
        keys = [pipe.key() for pipe in reads]
        self.record = LedgerEntry(name, os.getpid(), _process_start(), reads=keys, wrote=wrote)
        self.folder = state_folder() / "ledger"
        self.path: Path | None = None
        self.unwritable: str | None = None
        self.is_read = writes is not None
        key = writes.key() if writes else NO_PIPE
        path = self.folder / f"{key}.{self.record.pid}-{int(self.record.started * 100)}.json"
        try:
            filesystem.make_folder(self.folder, parents=True, exist_ok=True, mode=0o700)
            self._sweep()
            _write(path, self.record)
            self.path = path
        except OSError as error:
            self.unwritable = f"{error.strerror}"

    def decisions_path(self) -> Path | None:
        """Return where this process keeps its verdicts for the last stage of the pipe."""
        return self.path.with_suffix(".decisions.jsonl.zst") if self.path else None

    def announce(self, chain: Chain) -> None:
        """Record what this process does while it is still running, in case a later step cuts the pipe."""
        self.record.chain = chain.as_json()
        self._save()

    def complete(self, sent: StreamCount, chain: Chain) -> None:
        """Record that this process is complete; to be called before the output is closed."""
        self.record.state, self.record.ended = "complete", _now()
        self.record.sent, self.record.chain = sent.as_json(), chain.as_json()
        self._save()

    def fail(self) -> None:
        """Record that this process's output is not whole."""
        if self.record.state != "complete":
            self.record.state, self.record.ended = "failed", _now()
            with contextlib.suppress(OSError):
                self._save()

    def writers(self, pipe: Pipe) -> list[LedgerEntry]:
        """Return the entries of the processes that wrote into this pipe."""
        return writers_of(pipe, self.folder, self.record.started)

    def writer_of(self, received: StreamCount, file: str = "") -> LedgerEntry | None:
        """Return the process that sent just these documents to where they can be read from; None if none is known.

        That is the last one that wrote this very `file`, or what another program passed on unchanged: of a process that
        this one overlaps, as in `dedup | tee copy | export`, or else of the earliest, whatever has read it since.
        """
        sent = received.as_json()
        entries = self.latest_entries_naming(sent["digest"] or "")
        keys_read = {key for _, entry in entries for key in entry.reads}
        senders = [
            entry
            for key, entry in entries
            # What a command read from a pipe itself, no other program has passed on.
            if entry.state == "complete" and entry.wrote and entry.sent == sent and key not in keys_read
        ]
        writers_of_file = [entry for entry in senders if file and entry.wrote == file]
        if writers_of_file or not senders:
            return writers_of_file[-1] if senders else None
        beside = [] if file else [entry for entry in senders if self._overlaps(entry)]
        return max(beside, key=lambda entry: entry.ended or 0) if beside else senders[0]

    def latest_entries_naming(self, digest: str) -> list[tuple[str, LedgerEntry]]:
        """Return those of the latest entries that name a digest, or the pipe of one that does; the earliest first.

        Each comes with the key of the pipe it writes to. The others are not taken apart, which takes ten times as long.
        """
        try:
            paths = sorted(self.folder.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        except OSError:
            return []
        paths = [path for path in paths[-MOST_SEARCHED:] if path != self.path]
        keys = {_key_in_name(path) for path in paths if digest.encode() in _content(path)}
        words = [word.encode() for word in (digest, *keys - {NO_PIPE}) if keys]
        named = [path for path in paths if words and any(map(_content(path).__contains__, words))]
        read = ((_key_in_name(path), _read(path)) for path in named)
        return [(key, entry) for key, entry in read if entry is not None]

    def _overlaps(self, entry: LedgerEntry) -> bool:
        """Whether a process wrote into a pipe while this one ran; of another boot, times do not compare."""
        return entry.wrote == PIPE and self.record.started <= (entry.ended or 0) <= _now()

    def _save(self) -> None:
        """Write the entry. If the reader of a pipe will look for it, a failure counts as a failure of the output."""
        if self.path is None:
            return
        try:
            _write(self.path, self.record)
        except OSError as error:
            if self.is_read:
                raise PublishError(
                    f"cannot write the state folder {str(state_folder())!r}, from which the next command of the pipe "
                    f"learns that this one is done: {error.strerror}"
                ) from None

    def _sweep(self) -> None:
        for entry in os.scandir(self.folder):
            # A clock that is past the year 2262 cannot be read: no entry is old then.
            with contextlib.suppress(OSError, OverflowError):
                if _age(entry) > DAYS_KEPT * 86400:
                    filesystem.remove(Path(entry.path))


def writers_of(pipe: Pipe, folder: Path | None = None, started: float | None = None) -> list[LedgerEntry]:
    """Return the entries of the processes that wrote into this pipe; into a named one, since this process `started`."""
    paths = sorted((folder or state_folder() / "ledger").glob(f"{pipe.key()}.*.json"))
    began = _process_start() if started is None else started
    entries = [entry for entry in map(_read, paths) if entry is not None]
    return [entry for entry in entries if not (pipe.has_name and (entry.ended or _now()) < began)]


def enter_failure(name: str) -> None:
    """Let the reader of standard output, if that is a pipe, learn that a command failed before it had an entry."""
    try:
        status = os.fstat(1)
    except OSError:
        return
    pipe = pipe_of(status)
    if pipe is not None and not any(entry.pid == os.getpid() for entry in writers_of(pipe)):
        Ledger(name, pipe, [], kept_in(status)).fail()


class Upstream(NamedTuple):
    """The verdict on one pipe: `verified`, `unverified` or `cut`, and the chain that leads to it."""

    verdict: str
    chain: Chain
    notice: str = ""


def check_upstream(
    ledger: Ledger,
    pipe: Pipe | None,
    received: StreamCount,
    stream_name: str,
    file: str = "",
    allow_empty: bool = False,
) -> Upstream:
    """Return the verdict on a stream read to its end, which came from a pipe, or from a file with this identity.

    Raises UpstreamError if a writer died or documents are missing, and, unless that is allowed, if there is neither.
    """
    writers = ledger.writers(pipe) if pipe else []
    for writer in writers:
        if writer.state != "complete":
            how = "failed" if writer.state == "failed" else "was killed"
            raise UpstreamError(
                f"{stream_name}: `{writer.name}` earlier in the pipe {how}; run it again. Nothing was published"
            )
    expected = StreamCount()
    for writer in writers:
        expected.merge(StreamCount.from_json(writer.sent or StreamCount().as_json()))
    if received.documents < expected.documents:
        names = ", ".join(sorted({f"`{writer.name}`" for writer in writers}))
        raise UpstreamError(
            f"{stream_name}: {names} sent {expected.documents} documents, {received.documents} arrived; "
            "something in between lost them. Nothing was published"
        )
    if writers and expected == received and all(writer.chain for writer in writers):
        return Upstream("verified", join([Chain.from_json(writer.chain or Chain().as_json()) for writer in writers]))
    if not received.documents and not writers and not allow_empty:
        name = "standard input" if stream_name == "-" else stream_name
        raise UpstreamError(f"{name} was empty: no document came, and no corpuskit command is known to have written it")
    sender = ledger.writer_of(received, file) if received.documents and not writers else None
    if sender is not None and sender.chain:
        return Upstream("verified", Chain.from_json(sender.chain))
    return Upstream("unverified", Chain(), _notice(stream_name, writers, ledger))


def chain_before_cut(ledger: Ledger, pipe: Pipe | None, depth: int = 0) -> Chain:
    """Return the chain of a pipe that was not read to its end: names and options, without counts."""
    chains = []
    for writer in ledger.writers(pipe) if pipe and depth < 64 else []:
        chain = Chain.from_json(writer.chain or Chain().as_json())
        earlier_chains = [
            chain_before_cut(ledger, pipe_of_key(key), depth + 1) for key in writer.reads if writer.state == "running"
        ]
        chains.append(_after(join(earlier_chains), chain))
    result = join(chains)
    result.cut()
    return result


def _after(before: Chain, chain: Chain) -> Chain:
    """Return `chain`, whose first steps have no known parents, appended to `before`."""
    if not before.steps:
        return chain
    shift = {
        entry["id"]: f"{number}-{entry['name']}" for number, entry in enumerate(chain.steps, len(before.steps) + 1)
    }
    moved: list[StepEntry] = [
        {
            **entry,
            "id": shift[entry["id"]],
            "from": [shift[parent] for parent in entry["from"]] or list(before.heads),
        }
        for entry in chain.steps
    ]
    return Chain(
        before.steps + moved,
        before.inputs + [item for item in chain.inputs if item not in before.inputs],
        {**before.versions, **chain.versions},
        [shift[head] for head in chain.heads],
        before.decisions + renumbered(chain.decisions, shift),
    )


def _notice(stream_name: str, writers: list[LedgerEntry], ledger: Ledger) -> str:
    if ledger.unwritable:
        return (
            f"{stream_name}: the state folder cannot be written ({ledger.unwritable}), so the stream is unverified; "
            f"name one that can be with {STATE}=FOLDER, for all commands of the pipe"
        )
    if writers:
        return f"{stream_name}: other documents came besides those of corpuskit commands, so the stream is unverified"
    return f"{stream_name}: no corpuskit command wrote this stream, so it is unverified (`--strict-input` refuses that)"


def _key_in_name(path: Path) -> str:
    """Return the key of the pipe that the process of an entry writes to, or `NO_PIPE`."""
    return path.name.partition(".")[0]


def _content(path: Path) -> bytes:
    """Return the bytes of an entry; none if it cannot be read, or has gone."""
    try:
        return read_regular(path)
    except OSError:
        return b""


def _write(path: Path, record: LedgerEntry) -> None:
    temporary = path.with_suffix(".part")
    with filesystem.open_write(temporary) as stream:
        stream.write(json.dumps(vars(record)).encode())
    filesystem.replace(temporary, path)


def _age(entry: "os.DirEntry[str]") -> float:
    """Return the seconds since an entry was made, for those of this boot without the clock, which may jump."""
    process = re.search(r"\.\d+-(\d{1,15})\.", entry.name)
    if process and entry.name.startswith(f"{boot_id()}-"):
        return _now() - int(process[1]) / 100
    return time.time() - entry.stat().st_mtime


def _read(path: Path) -> LedgerEntry | None:
    """Return a process's entry; None if it is not one. Whoever can write into the state folder can forge one."""
    stored: StoredEntry | None = read_json(path, StoredEntry, CHECKS)
    if stored is None or not all(map(is_pipe_key, stored["reads"])):
        return None
    sent, chain = stored["sent"], stored["chain"]
    if (sent is not None and not has_sound_digest(sent)) or (chain is not None and not is_sound_chain(chain)):
        return None
    return LedgerEntry(**stored)


def _now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _process_start() -> float:
    """Return when this process was created, in seconds since boot; a shell opens a named pipe after that."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return _now()
