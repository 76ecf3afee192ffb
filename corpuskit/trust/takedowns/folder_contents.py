"""What lies in a folder of a place that is cleared whole."""

import hashlib
from collections.abc import Iterator
from pathlib import Path


def files_in(folder: Path, *passed_over: str) -> Iterator[Path]:
    """Yield all files in a folder but those of these names, links among them."""
    yield from (path for path in folder.rglob("*") if path.name not in passed_over and not path.is_dir())


def digest_of_names(folder: Path) -> str:
    """Return a digest of the names of the files in a folder, which are hashes of what they hold or depend on."""
    names = sorted(path.relative_to(folder).as_posix() for path in files_in(folder))
    return f"sha256:{hashlib.sha256(chr(10).join(names).encode('utf-8', 'surrogateescape')).hexdigest()}"
