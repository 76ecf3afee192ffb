"""A folder for the Hugging Face Hub: Parquet shards in `data/` and a README.md that names them."""

from pathlib import Path
from typing import ClassVar

from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.provenance.entries import Manifest
from corpuskit.export.hub.card import card
from corpuskit.export.parquet import Parquet


class HuggingFace(Parquet):
    """Documents as rows, `data/part-00000-1f3a9c2b.parquet`; `datasets.load_dataset(DIR)` opens the folder."""

    name: ClassVar[str] = "hf"
    folder: ClassVar[str] = "data"
    extra_files: ClassVar[tuple[str, ...]] = ("README.md",)
    file_endings: ClassVar[tuple[str, ...]] = ()

    def finish(self, staging: Path, manifest: Manifest) -> None:
        """Write the dataset card."""
        text = card(manifest, f"{self.folder}/part-*{self.suffix}")
        write_flushed(staging / "README.md", text.encode())
