"""`export`: publish a stream as a dataset."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core.audience import objection_words
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.format import TokenOptions
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.registry import demand_distinct_formats, demand_token_options, format_names
from corpuskit.core.step import RUNTIME, Document, Sink
from corpuskit.core.wording import did_you_mean, excerpt
from corpuskit.stages.filter_audience import AS_OF_HELP, AUDIENCE_HELP, FilterAudience

if TYPE_CHECKING:
    from corpuskit.core.provenance.entries import CardEntry


@dataclass(frozen=True)
class Export(Sink):
    """Publish a stream as a dataset folder: shards, manifest, decisions.

    All or nothing: the manifest appears last, and nothing is published if an upstream command died. The shards are in
    `data/`, where datasets, pandas, Polars, DuckDB, pyarrow and datatrove find them: `jsonl` writes
    `data/part-*.jsonl.zst`; `parquet` and `hf` write the same documents in columns. `README.md` is the dataset card,
    by which `datasets.load_dataset` opens the folder. `trl` writes rows for TRL's trainers below `trl/`, a file for
    each kind (chats, examples, pairs, rated answers), and `openai` the lines of OpenAI's fine-tuning below `openai/`;
    neither can be read back, so add jsonl to keep the documents too. A document that is no such row is refused (exit
    code 6). `webdataset` writes tar files below `webdataset/`. `tokens` writes the ids of `--tokenizer` in datatrove's
    form below `tokens/`, `megatron` in Megatron's, each with the ids of the documents beside them.

    `--card` names a YAML file with what the card should say besides: `title`, `description`, `citation`, `links` (names
    with addresses), and `example: true` to show the first document. A README.md that people edited in the folder stays
    as it is; the new card is then `README.new.md`.

    Refuses (exit code 6) a document that its audience may not have, by the rule of `filter-audience`; without
    `--audience`, any document that has a tenant.

        corpuskit scrub-pii pages.jsonl | corpuskit export --to parquet -o corpus
    """

    keeps_documents: ClassVar[bool] = True

    to: Annotated[
        tuple[str, ...] | None,
        f"Formats to write: {', '.join(format_names())}; by default jsonl, and for a file what its ending says.",
    ] = None

    card: Annotated[
        Path | None, "A YAML file of what the card says besides: title, description, citation, links.", RUNTIME
    ] = None
    tokenizer: Annotated[Path | None, "The tokenizer.json of formats of token ids."] = None
    end_token: Annotated[str | None, "Token after each document; by default <|endoftext|>, </s> or the like."] = None
    audience: Annotated[str | None, AUDIENCE_HELP] = None
    as_of: Annotated[str | None, AS_OF_HELP] = None

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
        if self.as_of is not None and self.audience is None:
            raise UsageError(f"{spelled('as-of', self.as_of)} needs an audience; add {spelled('audience', 'public')}")
        demand_distinct_formats(self.to or ())
        demand_token_options(self.to or (), self.token_options(), self.end_token)
        _ = self._filter

    @cached_property
    def _filter(self) -> FilterAudience | None:
        return None if self.audience is None else FilterAudience(self.audience, as_of=self.as_of)

    def apply(self, document: Document) -> Document:
        """Return the document. Raises RefusedError if the audience may not have it."""
        if self._filter is None:
            if document.metadata.get("tenant") is not None:
                raise RefusedError(
                    f"document {excerpt(document.id)!r} has a tenant, and no audience is named; "
                    "name one with --audience tenant:NAME, or filter the documents with filter-audience"
                )
            return document
        if objection := self._filter.rule.objection(document):
            raise RefusedError(
                f"document {excerpt(document.id)!r} is not for the audience {excerpt(self._filter.audience)} "
                f"({objection_words(objection)}); filter the documents with filter-audience"
            )
        return document

    def formats(self) -> tuple[str, ...] | None:
        """Return the formats of `--to`."""
        return self.to

    def token_options(self) -> TokenOptions | None:
        """Return what formats of token ids are made with; None without a tokenizer."""
        return None if self.tokenizer is None else TokenOptions(str(self.tokenizer), self.end_token)

    def card_words(self) -> "CardEntry | None":
        """Return what the file of `--card` says. Raises UsageError."""
        from corpuskit.core.publish.card_words import read_card_words

        return None if self.card is None else read_card_words(self.card)

    def options(self) -> dict[str, Any]:
        """Return the formats, as a list, and the audience if one is named."""
        tokenizer = super().options()["tokenizer"]
        named = {"tokenizer": tokenizer, "end-token": self.end_token, "audience": self.audience, "as-of": self.as_of}
        return {"to": list(self.to or ("jsonl",)), **{key: value for key, value in named.items() if value is not None}}
