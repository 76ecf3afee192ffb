"""The name under which those who publish on the Hugging Face Hub look for Parquet; the files are the same."""

from typing import ClassVar

from corpuskit.export.parquet import Parquet


class HuggingFace(Parquet):
    """Documents as rows, `data/part-00000-1f3a9c2b.parquet`; the folder can be uploaded to the Hub as it is."""

    name: ClassVar[str] = "hf"
    file_endings: ClassVar[tuple[str, ...]] = ()
