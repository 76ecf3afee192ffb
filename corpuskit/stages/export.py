"""`export`: publish a stream as a dataset."""

from dataclasses import dataclass
from typing import Annotated, Any

from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.registry import format_names
from corpuskit.core.step import Sink
from corpuskit.core.wording import did_you_mean


@dataclass(frozen=True)
class Export(Sink):
    """Publish a stream as a dataset folder: shards, manifest, decisions.

    All or nothing: the manifest appears last, and nothing is published if an upstream command died. `jsonl` writes
    `part-*.jsonl.zst`; `parquet` writes the same documents in columns; `hf` writes Parquet under `data/` with a dataset
    card, which `datasets.load_dataset` opens.

        corpuskit scrub-pii pages.jsonl | corpuskit export --to parquet -o corpus
    """

    to: Annotated[
        tuple[str, ...] | None,
        "Formats to write: jsonl, parquet, hf; if not given, a folder holds jsonl and a file what its ending says.",
    ] = None

    def __post_init__(self) -> None:
        """Raise UsageError if a format is unknown or given twice, or none is given."""
        for name in self.to or ():
            if name not in format_names():
                near = did_you_mean(name, format_names())
                raise misfit("to", f"any of {', '.join(format_names())}", name, near)
        if self.to is not None and len(set(self.to)) < len(self.to):
            raise UsageError(f"{spelled('to', ','.join(self.to))} names a format twice; name each once")
        if self.to == ():
            raise UsageError(f"{spelled('to')} names no format; choose from {', '.join(format_names())}")

    def formats(self) -> tuple[str, ...] | None:
        """Return the formats of `--to`."""
        return self.to

    def options(self) -> dict[str, Any]:
        """Return the formats, as a list."""
        return {"to": list(self.to or ("jsonl",))}
