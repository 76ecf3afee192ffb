"""A folder for the Hugging Face Hub: Parquet shards in `data/` and a README.md that names them."""

from pathlib import Path
from typing import Any, ClassVar

from corpuskit.export.card import card
from corpuskit.export.parquet import Parquet


class HuggingFace(Parquet):
    """Documents as rows, `data/part-00000-1f3a9c2b.parquet`; `datasets.load_dataset(DIR)` opens the folder."""

    name: ClassVar[str] = "hf"
    folder: ClassVar[str] = "data"

    def finish(self, staging: Path, manifest: dict[str, Any]) -> list[str]:
        """Write the dataset card."""
        text = card(manifest, f"{self.folder}/part-*{self.suffix}")
        (staging / "README.md").write_text(text, encoding="utf-8", newline="\n")
        return ["README.md"]
