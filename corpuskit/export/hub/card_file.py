"""The file that a dataset card is in: the Hub and `datasets.load_dataset` learn from it which files to load."""

from pathlib import Path

from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.document import Document
from corpuskit.core.format import Format
from corpuskit.core.provenance.entries import Manifest
from corpuskit.core.provenance.manifest import shard_format
from corpuskit.core.publish.seals import CARD_NAME, sealed

CARD = CARD_NAME


def card_text(folder: Path, manifest: Manifest, format_: Format) -> str:
    """Return the card of the dataset in a folder; it names the shards of this format as those to load."""
    from corpuskit.export.hub.card import card

    example = _first_document(folder, manifest, format_) if manifest.get("card", {}).get("example") else None
    return sealed(card(manifest, f"{format_.folder}/part-*{format_.suffix}", example))


def write_card(staging: Path, manifest: Manifest, format_: Format) -> None:
    """Write the card of a dataset."""
    write_flushed(staging / CARD, format_.card(staging, manifest).encode("utf-8", "replace"))


def _first_document(staging: Path, manifest: Manifest, format_: Format) -> Document | None:
    """Return the document that the first shard of this format starts with; None if there is none."""
    for shard in manifest["shards"]:
        if shard_format(shard["path"]) == (format_.folder, format_.suffix) and shard["documents"]:
            return next(iter(format_.read(staging / shard["path"])), None)
    return None
