"""`index`: one file in which the documents of a stream are found."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import spelled
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import printable_name

if TYPE_CHECKING:
    from corpuskit.formats.search_index.writer import Embedder


@dataclass(frozen=True)
class SearchIndex(Command):
    """Make one file equal to a stream of documents, to be searched by `search`.

    What the file has is compared with what comes: new documents are added, changed ones replaced, and those that did
    not come removed. The new version takes the place of the old one by one renaming, so whoever reads has one of the
    two, whole, whatever happens; if nothing is new, nothing is written. A second run on the same file at the same time
    ends with exit code 5. Of removed texts no byte is left in the file, which is searched for them.

    A file that is damaged is not built upon (exit code 3): the run compares counts, sums and a checksum of all bytes,
    the last of them not where `--defer-erasure` has something new to write. `verify` reads everything.

    Erasure costs most of a small refresh. `--defer-erasure` leaves the bytes where they are: nothing that was removed
    is found any more, but the file keeps its lines and words until the next run without the option, or `takedown`,
    erases them, be there anything new or not. The file says so, and `verify` tells. Take it for refreshes by night of a
    file that stays with you, and never where somebody asked that a text be removed, or before you give the file away.

    With `--embed URL`, vectors of title and text are kept as well. URL is the base of a server with OpenAI's API, such
    as http://127.0.0.1:8080/v1: on this machine, or over https. Its key is read from CORPUSKIT_MODEL_KEY or
    `--key-file`. Only what is new or changed is embedded. An answer with a vector too few, of other dimensions, or with
    numbers that are none ends the run with exit code 7, and the file stays as it was.

    `--from-manifest DIR` takes the documents of a published dataset, and the file names the digest of its manifest:
    `verify FILE.idx --against DIR` says whether what is searched is what was published.

    What `takedown` took out of the file stays out: a stream that is not known to have passed the same entries is
    refused with exit code 6. Put `filter-takedown` before `chunk` and again before `index`, or take a dataset that was
    cleared as well.

    All documents are kept with whom they are for; `search` shows each asker only what is for them. Rejects:
    `duplicate-id`, for a second document of one id. Holds 52 bytes per document in memory. With `--json`, the numbers
    of documents added, changed, removed, unchanged, embedded, unerased and erased are told, too.

        corpuskit chunk articles.jsonl | corpuskit index -o articles.idx
        corpuskit index --from-manifest chunks -o chunks.idx --embed http://127.0.0.1:8080/v1 --embed-model MiniLM
    """

    keeps_documents: ClassVar[bool] = True
    settings: ClassVar[tuple[str, ...]] = (
        *("output", "rejects", "max_rejects", "accept_damaged", "allow_empty", "strict_input", "allow_private"),
        *("quiet", "verbose", "json"),
    )
    output_help: ClassVar[str] = "The index: a file such as search.idx."

    from_manifest: Annotated[Path | None, "Published dataset whose documents are taken, in place of inputs."] = None
    embed: Annotated[str | None, "Server that makes vectors, such as http://127.0.0.1:8080/v1."] = None
    embed_model: Annotated[str | None, "Model that the server is asked for."] = None
    key_file: Annotated[Path | None, "File with the server's key."] = None
    defer_erasure: Annotated[bool, "Leave bytes of removed documents in the file until a run without this."] = False

    @classmethod
    def name(cls) -> str:
        """Return `index`: the class is not called so, because `dedup` has an `Index`."""
        return "index"

    def __post_init__(self) -> None:
        """Raise UsageError for options that do not go together."""
        if (self.embed is None) != (self.embed_model is None):
            raise UsageError(f"{spelled('embed')} and {spelled('embed_model')} go together")
        if self.embed is None and self.key_file is not None:
            raise UsageError(f"{spelled('key_file')} goes with {spelled('embed')}")

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Read the documents, and put the new version in place. Raises what `StepRun` raises, and RemoteError."""
        from corpuskit.core.provenance.pipe import pipe_of
        from corpuskit.core.publish.targets import demand_distinct
        from corpuskit.core.stream.output import targets
        from corpuskit.core.stream.run import prepare_run
        from corpuskit.core.stream.step_inputs import demand_unwritten, resolve_inputs, unread_pipe
        from corpuskit.retrieval.indexing.index_output import IndexedStream, IndexOutput

        if settings.output is None:
            raise UsageError("name the file of the index: `corpuskit index INPUT… -o FILE.idx`")
        _demand_index_name(settings.output)
        names = self._inputs_named(argument_list(arguments))
        stack = contextlib.ExitStack()
        with stack:
            embedder = self._embedder(stack)
            output = IndexOutput(settings.output, embedder, self.from_manifest, defers_erasure=self.defer_erasure)
            stack.callback(output.abandon)
            step = IndexedStream(output)
            inputs = resolve_inputs(step, names, allow_private=settings.allow_private)
            pipes = {input_.name: pipe_of(input_.pipe_status()) for input_ in inputs if input_.is_stream}
            other_files = [path for path in (self.key_file, self.from_manifest) if path is not None]
            written = list(targets(step, settings, is_own_file=True))
            demand_distinct(written, inputs, filter(os.path.isfile, other_files))
            unread = unread_pipe(inputs, [*names, *other_files])
            demand_unwritten(unread)
            open_run = prepare_run(step, settings, Tags(), inputs, pipes, output)
            open_run.unread = unread
            open_run.run()
        return 0

    def _inputs_named(self, arguments: list[str]) -> list[str]:
        from corpuskit.core.publish.dataset import demand_existing

        if self.from_manifest is None:
            return arguments
        if arguments:
            raise UsageError(f"{spelled('from_manifest')} names what is read; leave out {arguments[0]!r}")
        demand_existing(self.from_manifest)
        return [str(self.from_manifest)]

    def _embedder(self, stack: contextlib.ExitStack) -> "Embedder | None":
        from corpuskit.formats.search_index.writer import Embedder

        if self.embed is None or self.embed_model is None:
            return None
        from corpuskit.formats.model_server.address import read_key
        from corpuskit.formats.model_server.embeddings import BATCH, EmbeddingClient

        client = stack.enter_context(EmbeddingClient(self.embed, self.embed_model, read_key(self.key_file)))
        return Embedder(self.embed_model, client.embed, BATCH)


def _demand_index_name(output: Path) -> None:
    """Raise UsageError for a name by which other commands would take the index for something else."""
    from corpuskit.core.publish.targets import demand_known_ending
    from corpuskit.core.registry import format_of_file
    from corpuskit.formats.search_index.layout import SUFFIX

    demand_known_ending(output)
    # Whether an ending is that of a format, only the modules of all formats can tell.
    if output.suffix != SUFFIX and format_of_file(output.name) is not None:
        raise UsageError(f"{printable_name(str(output))!r} is a name for documents; name the index like search.idx")
