"""Seals: how a run knows what this user's own runs have put into the cache, whoever else can write there.

A seal is an HMAC-SHA-256 under a key that lies in the state folder, apart from the cache. So an entry that was edited,
with all its checksums, is recognised, and so is one that came with a cache of somebody else's.
"""

import contextlib
import hashlib
import hmac
import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.provenance.ledger import state_folder

KEY = "cache.key"
KEY_BYTES = 32


def own_key() -> bytes:
    """Return this user's key, which the first call makes. Raises OSError."""
    if (key := existing_key()) is not None:
        return key
    path = state_folder() / KEY
    filesystem.make_folder(path.parent, parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{KEY}.{os.getpid()}-{os.urandom(4).hex()}.part")
    with filesystem.open_flags(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) as stream:
        stream.write(os.urandom(KEY_BYTES))
    try:
        with contextlib.suppress(FileExistsError):  # another run was faster
            filesystem.link(unfinished, path)
    finally:
        filesystem.remove(unfinished)
    return _read_key(path)


def existing_key() -> bytes | None:
    """Return this user's key; None if there is none yet. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        return _read_key(state_folder() / KEY)
    return None


def seal_of(key: bytes, value: Any) -> str:
    """Return the seal of a value that JSON can hold."""
    canonical = json.dumps(value, sort_keys=True).encode()
    return hmac.new(key, canonical, hashlib.sha256).hexdigest()


def seal_of_files(key: bytes, paths: Iterable[Path]) -> str:
    """Return the seal of files with their names, which takes reading them. Raises OSError."""
    return seal_of(key, sorted([path.name, _sha256(path)] for path in paths))


def is_seal(seal: Any, expected: str) -> bool:
    """Whether a value is the expected seal."""
    return isinstance(seal, str) and hmac.compare_digest(seal.encode(), expected.encode())


def _read_key(path: Path) -> bytes:
    with open_regular(path) as stream:
        status = os.fstat(stream.fileno())
        key = stream.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES or status.st_uid != os.geteuid() or status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermissionError(f"{str(path)!r} is not a key that only you can read; remove it")
    return key


def _sha256(path: Path) -> str:
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
