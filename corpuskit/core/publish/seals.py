"""Cards that people edit: how a run knows that a README is no longer as corpuskit wrote it, and so leaves it alone.

The last line of a card is a comment with the digest of all lines before it. A README in which that line is missing or
wrong is somebody's own.
"""

import hashlib
import re
from pathlib import Path

from corpuskit.core.disk.regular_file import read_regular

CARD_NAME = "README.md"
NEW_CARD_NAME = "README.new.md"
"""The card of a dataset whose README was edited."""
_SEAL = re.compile(rb"<!-- Written by corpuskit; sha256 of the lines above: ([0-9a-f]{64}) -->\n\Z")


def sealed(card: str) -> str:
    """Return a card with the line that tells it from an edited one."""
    digest = hashlib.sha256(f"{card}\n".encode()).hexdigest()
    return f"{card}\n<!-- Written by corpuskit; sha256 of the lines above: {digest} -->\n"


def is_edited_card(path: Path) -> bool:
    """Whether a path is that of a card, and holds what corpuskit did not write; a link is nobody's text."""
    if path.name not in (CARD_NAME, NEW_CARD_NAME) or path.is_symlink() or not path.is_file():
        return False
    try:
        content = read_regular(path)
    except OSError:
        return True
    return not is_sealed(content)


def is_sealed(content: bytes) -> bool:
    """Whether this is a card as corpuskit wrote it."""
    seal = _SEAL.search(content)
    return seal is not None and seal[1].decode() == hashlib.sha256(content[: seal.start()]).hexdigest()


def new_card_beside(name: str) -> str:
    """Return the name of the card that is written because the one of this name was edited; of other files, their own.

    >>> new_card_beside("trl/README.md")
    'trl/README.new.md'
    """
    return name.removesuffix(CARD_NAME) + NEW_CARD_NAME if name.endswith(CARD_NAME) else name
