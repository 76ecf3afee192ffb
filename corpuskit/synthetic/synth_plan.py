"""`synth-plan`: seeds and a template become requests to a model."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.audience import PUBLIC, Audience, audience_of
from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import gen_depth
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.options import VERBATIM
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import comma_list, did_you_mean, excerpt, quantity

if TYPE_CHECKING:
    from corpuskit.core.document import Document
    from corpuskit.core.reading.inputs import Input
    from corpuskit.core.stream.document_files import DocumentFiles
    from corpuskit.synthetic.planning.quotas import Quota
    from corpuskit.synthetic.planning.template import PromptTemplate
    from corpuskit.synthetic.planning.usable_seeds import UsableSeed, UsableSeeds
    from corpuskit.synthetic.requests.plan_file import PlanWriter

PLAN_START = b'{"custom_id":'
"""What the lines of a plan, and of its file of seeds, begin with."""


@dataclass(frozen=True)
class SynthPlan(Command):
    """Plan requests to a model: a prompt for each seed, by a template.

    SEEDS are documents. The template is a text with fields: `${text}`, `${labels.topic}`, `${metadata.labels.topic}`;
    `$$` is a dollar sign. `--system` names a second one, for the system's message. The plan is JSON Lines as hosted
    batch services and `vllm run-batch` take them, and `synth-run` asks any server that speaks OpenAI's API. Next to
    `plan.jsonl` stands `plan.seeds.jsonl`, which says what each request was made from; keep the two together.

    Seeds that must not be repeated are left out and counted: `rights-disallowed` (for training, or as input to a
    model), `rights-unreadable` and `gen-depth-unreadable` (not in the form of docs/record.md), `foreign-tenant`,
    `no-consent` and `expired` (see `--audience`), `unmasked-pii` (run `scrub-pii` before), `missing-field`. If no seed
    has a field of the template, nothing is written.

    `--samples` asks for several answers to each prompt. `--quota`, as `synth-gaps --json` writes it, says how many each
    class is to have; its seeds take turns. What is made of a seed has its `labels`, language, licence, rights, tenant
    and consent, and what `--keep` names. A parameter `seed` is raised by one for each further sample of a seed.

    With `--schema`, a JSON Schema, answers are to be JSON of that structure, and `synth-run` checks them. `--text-from`
    names the field that is the text. With `--votes`, answers rate the seeds: the fields become labels of documents with
    the seeds' text, each the vote of that model with that template, as `aggregate-labels` counts them.

    A request's id is the SHA-256 of its body and of how many equal ones came before. Equal seeds and options give equal
    bytes. Holds 140 bytes for each request in memory.

        corpuskit synth-plan seeds.jsonl --template rewrite.txt --model m --param temperature=0.7 -o plan.jsonl
    """

    inputs: ClassVar[str] = "SEEDS..."
    settings: ClassVar[tuple[str, ...]] = ("output", "allow_private", "quiet", "verbose", "json")
    answers: ClassVar[bool] = True
    output_help: ClassVar[str] = "The plan: a file such as plan.jsonl."

    template: Annotated[Path, "Text of the prompt, with fields such as ${text}."]
    system: Annotated[Path | None, "Text of the system's message, which may have fields, too."] = None
    quota: Annotated[Path | None, "How many requests each class gets: JSON, as synth-gaps writes it."] = None
    samples: Annotated[int, "Answers to ask for to each prompt."] = 1
    model: Annotated[str | None, "Name of the model, as the server knows it."] = None
    param: Annotated[
        tuple[str, ...], "Parameter of each request, as name=value; the value is JSON or a word.", VERBATIM
    ] = ()
    schema: Annotated[Path | None, "JSON Schema of the answers."] = None
    text_from: Annotated[str | None, "Field of the answers, by --schema, that is a document's text."] = None
    votes: Annotated[
        tuple[str, ...], "Fields of the answers, by --schema, that are votes on the seeds, and become labels."
    ] = ()
    keep: Annotated[
        tuple[str, ...], "Further keys of a seed's metadata that hold for what is made of it, such as category."
    ] = ()
    audience: Annotated[str, "Whose documents may be used: public, or tenant:NAME."] = PUBLIC
    as_of: Annotated[str | None, "Day, such as 2026-11-01, on which consent must hold."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for files and parameters that cannot be used."""
        from corpuskit.synthetic.planning.request_body import MOST_SAMPLES

        if not 1 <= self.samples <= MOST_SAMPLES:
            raise misfit("samples", f"a number from 1 to {MOST_SAMPLES}", self.samples)
        if self.quota is not None and self.samples != 1:
            raise UsageError(f"{spelled('quota')} says how many samples there are; leave out {spelled('samples')}")
        if self.votes and (self.quota is not None or self.samples != 1):
            raise UsageError(
                f"{spelled('votes')} asks each seed once; leave out {spelled('samples')} and {spelled('quota')}"
            )
        if self.votes and self.text_from is not None:
            raise UsageError(f"give {spelled('votes')} or {spelled('text-from')}, not both")
        _ = self._audience, self._template, self._quota, self._common_body

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Read the seeds, write the plan, and print what is in it. Raises UsageError, RefusedError and DamagedError."""
        from corpuskit.core.stream.document_files import find_document_files
        from corpuskit.synthetic.requests.plan_file import seeds_path

        console.show_details(self.name(), settings.verbose)
        if not arguments:
            raise UsageError("name the seeds: `corpuskit synth-plan seeds.jsonl --template FILE -o plan.jsonl`")
        if settings.output is None:
            raise UsageError("name the plan: `corpuskit synth-plan SEEDS --template FILE -o plan.jsonl`")
        files = find_document_files(
            argument_list(arguments), consequence="no plan was written", allow_private=settings.allow_private
        )
        seeds_file = seeds_path(settings.output)
        self._demand_free(settings.output, seeds_file, files.inputs)
        with closing(self._usable_seeds()) as seeds:
            rejected = self._read(files, seeds, settings)
            answer = self._write(settings.output, seeds_file, seeds, rejected)
        if settings.json:
            console.write_stdout(console.answer_line(self.name(), answer))
        else:
            console.write_report("\n".join(_lines(answer)))
        return 0

    def _demand_free(self, plan: Path, seeds_file: Path, inputs: "Sequence[Input]") -> None:
        """Raise UsageError where something else than a plan would be overwritten."""
        from corpuskit.core.publish.targets import Target, begins_with, demand_distinct, demand_own_kind

        targets = [Target("the plan", plan), Target("the file of seeds", seeds_file)]
        named_files = [path for path in (self.template, self.system, self.quota, self.schema) if path]
        demand_distinct(targets, inputs, named_files)
        for path in (plan, seeds_file):
            demand_own_kind(path, "plan", "the plan, such as plan.jsonl", lambda each: begins_with(each, PLAN_START))

    def _usable_seeds(self) -> "UsableSeeds":
        from corpuskit.synthetic.planning.seed_rules import SeedRules
        from corpuskit.synthetic.planning.usable_seeds import UsableSeeds

        rules = SeedRules(self._audience, self._template.own_texts())
        class_field = None if self._quota is None else self._quota.by
        return UsableSeeds(self._template, rules, class_field, self._seed_entry)

    def _read(self, files: "DocumentFiles", seeds: "UsableSeeds", settings: Settings) -> Counter[str]:
        """Take the seeds in the files; return which lines are no documents. Raises RefusedError if none may be used."""
        from corpuskit.text.prose import require_prose

        def prose() -> "Iterator[Document]":
            for document in console.with_progress(files, self.name(), settings.quiet):
                require_prose(document, self.name())
                yield document

        seeds.add_all(prose())
        fields = list(seeds.fields_met)
        self._demand_fields(seeds.fields_never_met, fields)
        if not len(seeds):
            reasons = console.counted(seeds.dropped, "dropped") if seeds.dropped else "there is none"
            raise RefusedError(f"no seed may be used: {reasons}; no plan was written")
        if not settings.quiet:
            self._tell_of_names(set(self.keep) - seeds.keys_used, fields)
        return files.rejected

    def _seed_entry(self, document: "Document") -> dict[str, Any]:
        """Return what is kept of a seed for what its answer becomes."""
        from corpuskit.synthetic.planning.seed_rules import carried_metadata, metadata_of_vote

        if self.votes:
            metadata = metadata_of_vote(document, self._kept_keys)
            return {"parents": [document.id], "text": document.text, "metadata": metadata}
        metadata = carried_metadata(document, self._kept_keys)
        return {"parents": [document.id], "gen_depth": 1 + gen_depth(document), "metadata": metadata}

    def _tell_of_names(self, kept_never_met: set[str], fields: list[str]) -> None:
        """Print a notice for each name that is most likely misspelt: of a parameter, or of a key to keep."""
        from corpuskit.synthetic.planning.parameters import parameter_notice
        from corpuskit.synthetic.planning.request_body import RESERVED

        for name in self._common_body.keys() - RESERVED.keys():
            if words := parameter_notice(name):
                console.remark(self.name(), f"--param: {words}")
        for key in sorted(kept_never_met):
            near = did_you_mean(key, [field.partition(".")[0] for field in fields])
            console.remark(self.name(), f"--keep: no seed that is used has `{excerpt(key)}` in its metadata{near}")

    def _demand_fields(self, missing: set[str], fields: list[str]) -> None:
        """Raise UsageError for a field of the template that no seed has."""
        if missing and fields:
            field = min(missing)
            raise UsageError(
                f"{self.template.name}: no seed has the field `{excerpt(field)}`{did_you_mean(field, fields)}; "
                f"the fields are {comma_list(fields)}"
            )

    def _write(self, plan: Path, seeds_file: Path, seeds: "UsableSeeds", rejected: Counter[str]) -> dict[str, Any]:
        """Write both files, each whole or not at all, and return what is in them."""
        from corpuskit.core.publish.whole_file import write_whole
        from corpuskit.synthetic.requests.plan_file import AnswerReading, PlanWriter

        self._demand_seeds(seeds.class_sizes)
        writer = PlanWriter(self._template.sha256, AnswerReading(self.text_from, self.votes))
        made, without_request = Counter[str](), 0
        with closing(Spool()) as lines, closing(Spool()) as seed_lines:
            for seed, samples in self._with_samples(seeds):
                made[seed.class_] += samples
                without_request += not samples
                for line, seed_line in self._requests(writer, seed, samples):
                    lines.append(line)
                    seed_lines.append(seed_line)
            # The digest in the file of seeds tells a plan of an earlier run from this one's.
            write_whole(seeds_file, chain(seed_lines, [writer.last_line()]))
            size = write_whole(plan, lines)
        dropped = seeds.dropped + Counter({"no-quota": without_request})
        answer: dict[str, Any] = {"plan": str(plan), "requests": writer.requests, "bytes": size}
        answer["seeds"] = {
            "used": len(seeds) - without_request,
            "dropped": dict(sorted(dropped.items())),
            "rejected": dict(sorted(rejected.items())),
        }
        if self._quota is not None:
            answer |= {"by": self._quota.by, "classes": dict(sorted(made.items()))}
        return answer

    def _demand_seeds(self, class_sizes: Counter[str]) -> None:
        """Raise RefusedError for a class that is to get requests and has no seed."""
        if self._quota is None:
            return
        missing = [name for name, number in sorted(self._quota.numbers.items()) if number and not class_sizes[name]]
        if missing:
            raise RefusedError(
                f"{quantity(len(missing), 'class')} of the quota {'has' if len(missing) == 1 else 'have'} no seed that "
                f"may be used: {comma_list(map(excerpt, missing[:10]))}; no plan was written"
            )

    def _with_samples(self, seeds: "UsableSeeds") -> "Iterator[tuple[UsableSeed, int]]":
        """Yield each seed with its number of requests; the seeds of a class take turns."""
        ranks = Counter[str]()
        for seed in seeds:
            samples = self.samples
            if self._quota is not None:
                each, rest = divmod(self._quota.numbers.get(seed.class_, 0), seeds.class_sizes[seed.class_])
                samples = each + (ranks[seed.class_] < rest)
                ranks[seed.class_] += 1
            yield seed, samples

    def _requests(self, writer: "PlanWriter", seed: "UsableSeed", samples: int) -> Iterator[tuple[bytes, bytes]]:
        from corpuskit.synthetic.planning.request_body import body_of_sample

        for sample in range(samples):
            yield writer.add(body_of_sample(self._common_body, seed.messages, sample), seed.entry)

    @cached_property
    def _kept_keys(self) -> tuple[str, ...]:
        """Keys to keep besides those that always are: those asked for, and the one that tells the class."""
        by = self._quota.by.removeprefix("metadata.").partition(".")[0] if self._quota is not None else ""
        return (*self.keep, by) if by else self.keep

    @cached_property
    def _audience(self) -> Audience:
        return audience_of(self.audience, self.as_of)

    @cached_property
    def _template(self) -> "PromptTemplate":
        from corpuskit.synthetic.planning.request_body import read_text
        from corpuskit.synthetic.planning.template import PromptTemplate

        texts = {"system": read_text(self.system)} if self.system is not None else {}
        return PromptTemplate({**texts, "user": read_text(self.template)}, self.template.name)

    @cached_property
    def _quota(self) -> "Quota | None":
        from corpuskit.synthetic.planning.quotas import read_quota

        return None if self.quota is None else read_quota(self.quota)

    @cached_property
    def _common_body(self) -> dict[str, Any]:
        """What all requests have in common."""
        from corpuskit.synthetic.planning.request_body import common_body

        fields = [*self.votes, *([self.text_from] if self.text_from is not None else [])]
        return common_body(self.model, self.param, self.schema, fields)


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the answer as people read it."""
    seeds = answer["seeds"]
    yield f"{answer['plan']}: {quantity(answer['requests'], 'request')} from {quantity(seeds['used'], 'seed')}"
    for what in ("dropped", "rejected"):
        if seeds[what]:
            yield f"seeds {console.counted(Counter(seeds[what]), what)}"
    for name, number in answer.get("classes", {}).items():
        yield f"  {number:>10,}  {console.escape(name) or '-'}"
