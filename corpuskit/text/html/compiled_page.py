"""What the compiled core makes of a page, for the steps that follow in Python."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from corpuskit.text.html.blocks import Block
from corpuskit.text.html.classifier import PROBABILITIES, trees
from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.features import folded
from corpuskit.text.html.model_file import stored_model
from corpuskit.text.html.rows import Cell, PlacedBlock

__all__ = ["CompiledChoice", "choose_compiled", "placed_blocks", "read_compiled"]


class CompiledChoice(NamedTuple):
    """What is kept of a page."""

    page: Any
    """The page, for `kept_blocks` and `kept_text`."""
    is_plain: bool
    """Whether plain rules chose, because the trees would have lost too much."""
    confidence: float
    """As `BlockScores.confidence`."""
    features: bytes
    scores: bytes
    is_kept: bytes

    def kept_blocks(self) -> list[Block]:
        """Return the blocks that are kept."""
        return [block for placed in placed_blocks(self.page, self.is_kept) for block in placed.blocks]

    def kept_text(self) -> str:
        """Return the plain text of the blocks that are kept, as `blocks.as_text` writes it."""
        text: str = compiled_core().as_text(self.page, self.is_kept)
        return text


def read_compiled(markup: str | bytes, is_xml: bool) -> Any:
    """Return what the core has read of a page, which only the core looks into. Raises Reject `too-many-nodes`."""
    return compiled_core().read(markup, is_xml)


def choose_compiled(page: Any, title: str) -> CompiledChoice:
    """Return what is kept of a page, of whose metadata `title` is."""
    core = compiled_core()
    if not core.block_count(page):
        return CompiledChoice(page, False, 0.0, b"", b"", b"")
    features = core.features(page, folded(title), _compiled_words())
    scores = core.sum_leaves(_compiled_trees(), features)
    is_kept, is_plain, sure_words, words = core.choose(page, features, scores, _probabilities())
    return CompiledChoice(page, is_plain, sure_words / words if words else 0.0, features, scores, is_kept)


def placed_blocks(page: Any, *is_kept: bytes) -> list[PlacedBlock]:
    """Return the blocks of a page, in order; those that are kept, if that is given."""
    blocks = []
    for kind, text, level, marker, linked, characters, list_number, *position in compiled_core().blocks(page, *is_kept):
        node, container, cell, *rest = position
        block = Block(kind, text, level, marker, linked, 0.0, characters, list_number)
        blocks.append(PlacedBlock(block, node, container, Cell(*cell) if cell else None, *rest))
    return blocks


@cache
def _compiled_trees() -> Any:
    arrays = trees().column, trees().threshold, trees().left, trees().value, trees().roots
    return compiled_core().load_trees(*(array.astype(np.int32).tobytes() for array in arrays))


@cache
def _compiled_words() -> Any:
    words = stored_model()["names"]
    lines = "".join(f"{word}\n" for word in words)
    return compiled_core().load_name_words(lines.encode(), np.array(list(words.values()), np.int32).tobytes())


@cache
def _probabilities() -> bytes:
    return PROBABILITIES.astype(np.int32).tobytes()
