"""A stream becomes a dataset."""

from dataclasses import dataclass
from typing import Annotated, Any

from corpuskit.core.errors import UsageError
from corpuskit.core.registry import format_names
from corpuskit.core.step import Sink


@dataclass(frozen=True)
class Export(Sink):
    """Publish a stream as a dataset folder: shards, manifest, decisions.

    All or nothing: the manifest appears last, and an upstream that died publishes nothing. `jsonl` writes
    `part-*.jsonl.zst`; `parquet` the same documents in columns; `hf` Parquet under `data/` with a dataset card, which
    `datasets.load_dataset` opens.

        corpuskit scrub-pii pages.jsonl | corpuskit export --to parquet -o corpus
    """

    to: Annotated[tuple[str, ...], "Forms to write: jsonl, parquet, hf."] = ("jsonl",)

    def __post_init__(self) -> None:
        """Raise UsageError for a form there is none of."""
        for name in self.to:
            if name not in format_names():
                raise UsageError(f"`--to` knows {', '.join(format_names())}, not {name!r}")
        if not self.to:
            raise UsageError("`--to` needs at least one form")

    def formats(self) -> tuple[str, ...]:
        """The forms of `--to`."""
        return self.to

    def options(self) -> dict[str, Any]:
        """The forms."""
        return {"to": list(self.to)}
