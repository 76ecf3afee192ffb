"""One run's use of the index of `dedup`, which a recipe's step and its copies in a process share, with its lock."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.text.dedup.index import Index
from corpuskit.text.dedup.parameters import IndexReading

if TYPE_CHECKING:
    from corpuskit.core.disk.block_file import Field
    from corpuskit.text.dedup.entries import Entries
    from corpuskit.text.dedup.matching import Verdicts


class IndexSession:
    """One run's use of an index: what the run reads, and the snapshot that it adds."""

    def __init__(self, folder: Path, snapshot: str, settings: dict[str, Any]) -> None:
        """Lock the index and remove what it held of `snapshot`. Raises as `Index` does."""
        self._folder, self._snapshot, self.settings = folder, snapshot, settings
        self._index = Index(folder, f"snapshot {snapshot}", settings)
        if any(entry["name"] == snapshot for entry in self._index.snapshots):
            self._index.take_out(snapshot=snapshot)

    def reading(self) -> IndexReading:
        """Return what the other snapshots hold. Raises DamagedError."""
        return self._index.read()

    def stage(self, fields: "Sequence[Field]", entries: "Entries", verdicts: "Verdicts") -> None:
        """Write the corpus of `entries` as the snapshot; `commit` makes it part of the index."""
        self._index.stage(self._snapshot, fields, entries, verdicts)

    def commit(self) -> None:
        """Make the snapshot part of the index, and release the lock. Raises PublishError."""
        self._index.commit()
        self.close()

    def close(self) -> None:
        """Let go of the index; what was not committed is removed."""
        self._index.close()
        _open_sessions.pop((self._folder, self._snapshot), None)


_open_sessions: dict[tuple[Path, str], IndexSession] = {}
"""The sessions of this process: a recipe's step and its copies share the one lock."""


def open_session(folder: Path, snapshot: str, settings: dict[str, Any]) -> IndexSession:
    """Return the session of this process that adds `snapshot`; open it if there is none yet."""
    session = find_session(folder, snapshot)
    if session is None or session.settings != settings:
        session = _open_sessions[folder, snapshot] = IndexSession(folder, snapshot, settings)
    return session


def find_session(folder: Path, snapshot: str) -> IndexSession | None:
    """Return the open session of this process that adds `snapshot`, if there is one."""
    return _open_sessions.get((folder, snapshot))
