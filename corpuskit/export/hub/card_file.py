"""The file that a dataset card is in: the Hub and `datasets.load_dataset` learn from it which files to load."""

from pathlib import Path

from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.format import Format
from corpuskit.core.provenance.entries import Manifest

CARD = "README.md"


def write_card(staging: Path, manifest: Manifest, format_: Format) -> None:
    """Write the card of a dataset, which names the shards of this format as those to load."""
    from corpuskit.export.hub.card import card

    write_flushed(staging / CARD, card(manifest, f"{format_.folder}/part-*{format_.suffix}").encode())
