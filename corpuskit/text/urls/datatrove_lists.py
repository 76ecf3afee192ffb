"""The lists that come with an installed datatrove, read where they are: domains, addresses, words of adult pages.

Domains and addresses are those of the University of Toulouse (https://dsi.ut-capitole.fr/blacklists/, CC BY-SA 4.0),
datatrove is under Apache-2.0.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path

WORDS = {"words": "banned_words.txt", "soft-words": "soft_banned_words.txt", "subwords": "banned_subwords.txt"}
_ARCHIVE = "url_filterblacklistsv0_3_0.tar.gz"
_LISTS = ("domains", "urls")
_BLOCK = 1 << 20


def assets() -> Path | None:
    """Return the folder of the lists; None if datatrove is not installed, or has none."""
    from importlib.util import find_spec

    spec = find_spec("datatrove")
    for location in (spec and spec.submodule_search_locations) or ():
        folder = Path(location, "assets")
        if all((folder / name).is_file() for name in (_ARCHIVE, *WORDS.values())):
            return folder
    return None


def domain_blocks(folder: Path) -> Iterator[bytes]:
    """Yield the list of domains and addresses in blocks."""
    with tarfile.open(folder / _ARCHIVE) as archive:
        for name in _LISTS:
            stream = archive.extractfile(name)
            while stream is not None and (block := stream.read(_BLOCK)):
                yield block
            yield b"\n"


def word_list(folder: Path, kind: str) -> str:
    """Return the text of one of the lists of words."""
    return (folder / WORDS[kind]).read_text(encoding="utf-8")
