"""`synth-plan`: seeds and a template become requests to a model."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.audience import PUBLIC, Audience, audience_of
from corpuskit.core.disk.option_file import read_option_text
from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import gen_depth
from corpuskit.core.errors import DamagedError, RefusedError, UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.options import VERBATIM
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import comma_list, did_you_mean, excerpt, quantity

if TYPE_CHECKING:
    from corpuskit.core.document import Document
    from corpuskit.core.reading.inputs import Input
    from corpuskit.synthetic.planning.quotas import Quota
    from corpuskit.synthetic.planning.template import PromptTemplate
    from corpuskit.synthetic.requests.plan_file import PlanWriter

RESERVED = {
    "model": "use --model",
    "messages": "the template makes them",
    "response_format": "use --schema",
    "n": "use --samples",
    "stream": "answers are read whole",
}
"""Parameters that are not given by `--param`."""
MOST_SAMPLES = 100_000
PLAN_START = b'{"custom_id":'
"""What the lines of a plan, and of its file of seeds, begin with."""
SEED = "seed"


@dataclass(frozen=True)
class SynthPlan(Command):
    """Plan requests to a model: a prompt for each seed, by a template.

    SEEDS are documents. The template is a text with fields: `${text}`, `${labels.topic}`, `${metadata.labels.topic}`;
    `$$` is a dollar sign. `--system` names a second one, for the system's message. The plan is JSON Lines as hosted
    batch services and `vllm run-batch` take them, and `synth-run` asks any server that speaks OpenAI's API. Next to
    `plan.jsonl` stands `plan.seeds.jsonl`, which says what each request was made from; keep the two together.

    Seeds that must not be repeated are left out and counted: `rights-disallowed` (for training, or as input to a
    model), `rights-unreadable` (not in the form of docs/record.md), `foreign-tenant`, `no-consent` and `expired` (see
    `--audience`), `unmasked-pii` (run `scrub-pii` before), `missing-field`. If no seed has a field of the template,
    nothing is written.

    `--samples` asks for several answers to each prompt. `--quota`, as `synth-gaps --json` writes it, says how many each
    class is to have; its seeds take turns. What is made of a seed has its `labels`, language, licence, rights, tenant
    and consent, and what `--keep` names. A parameter `seed` is raised by one for each further sample of a seed.

    With `--schema`, a JSON Schema, answers are to be JSON of that structure, and `synth-run` checks them. `--text-from`
    names the field that is the text. With `--votes`, answers rate the seeds: the fields become labels of documents with
    the seeds' text, each the vote of that model with that template, as `aggregate-labels` counts them.

    A request's id is the SHA-256 of its body and of how many equal ones came before. Equal seeds and options give equal
    bytes. Holds 120 bytes for each request in memory.

        corpuskit synth-plan seeds.jsonl --template rewrite.txt --model m --param temperature=0.7 -o plan.jsonl
    """

    inputs: ClassVar[str] = "SEEDS"
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
        _ = self._audience, self._template, self._quota, self._constants

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Read the seeds, write the plan, and print what is in it. Raises UsageError, RefusedError and DamagedError."""
        from corpuskit.core.publish.targets import Target, begins_with, demand_distinct, demand_own_kind
        from corpuskit.core.reading.input_kinds import LINE_SUFFIXES, demand_lines_of_documents
        from corpuskit.core.reading.resolve import resolve
        from corpuskit.synthetic.requests.plan_file import seeds_path

        console.show_details(self.name(), settings.verbose)
        if not arguments:
            raise UsageError("name the seeds: `corpuskit synth-plan seeds.jsonl --template FILE -o plan.jsonl`")
        if settings.output is None:
            raise UsageError("name the plan: `corpuskit synth-plan SEEDS --template FILE -o plan.jsonl`")
        inputs = resolve(argument_list(arguments), LINE_SUFFIXES, allow_private=settings.allow_private)
        demand_lines_of_documents(inputs)
        seeds_file = seeds_path(settings.output)
        targets = [Target("the plan", settings.output), Target("the file of seeds", seeds_file)]
        demand_distinct(
            targets, inputs, [path for path in (self.template, self.system, self.quota, self.schema) if path]
        )
        for path in (settings.output, seeds_file):
            demand_own_kind(path, "plan", "the plan, such as plan.jsonl", lambda each: begins_with(each, PLAN_START))
        with closing(Spool()) as seeds:
            dropped, rejected, classes = self._collect(inputs, seeds, settings)
            answer = self._write(settings.output, seeds_file, seeds, classes)
        answer["seeds"]["dropped"] = dict(sorted((dropped + answer["seeds"].pop("left")).items()))
        answer["seeds"]["rejected"] = dict(sorted(rejected.items()))
        if settings.json:
            console.write_stdout(console.answer_line(self.name(), answer))
        else:
            console.write_stdout("\n".join(_lines(answer)))
        return 0

    def _collect(
        self, inputs: "list[Input]", seeds: Spool, settings: Settings
    ) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """Spool the seeds that may be used; return why others may not, which were rejected, and the classes' sizes."""
        import orjson

        from corpuskit.core.stream.flow import Flow
        from corpuskit.synthetic.planning.seed_rules import SeedRules
        from corpuskit.synthetic.planning.template import field_names, field_text
        from corpuskit.text.prose import require_prose

        rules = SeedRules(self._audience, self._template.own_texts())
        dropped, classes = Counter[str](), Counter[str]()
        fields_never_met, fields_met = set(self._template.fields), dict[str, None]()
        kept_never_met = set(self.keep)
        flow = Flow([], lambda _: None)
        for document in console.with_progress(flow.documents(inputs), self.name(), settings.quiet):
            require_prose(document, self.name())
            values = self._template.values(document)
            if fields_never_met or kept_never_met:
                fields_never_met -= {field for field, value in values.items() if value is not None}
                fields_met |= dict.fromkeys(field_names(document))
            if reason := rules.objection(document, values, _texts_of(self._template.messages(values))):
                dropped[reason] += 1
                continue
            kept_never_met -= document.metadata.keys()
            class_ = "" if self._quota is None else field_text(document, self._quota.by) or ""
            classes[class_] += 1
            messages = self._template.messages(values)
            seeds.append(orjson.dumps({"class": class_, "messages": messages, **self._seed_entry(document)}))
        for input_ in inputs:
            input_.manifest_entry()
            for damage in input_.damage[:1]:
                raise DamagedError(
                    f"{input_.name} is damaged ({damage.what}, at byte {damage.offset}); no plan was written. "
                    "Copy it again, or leave it out"
                )
        self._demand_fields(fields_never_met, list(fields_met))
        if not seeds:
            reasons = console.counted(dropped, "dropped") if dropped else "there is none"
            raise RefusedError(f"no seed may be used: {reasons}; no plan was written")
        if not settings.quiet:
            self._tell_of_names(kept_never_met, list(fields_met))
        return dropped, flow.reading.rejected, classes

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

        for name in self._constants.keys() - RESERVED.keys():
            if words := parameter_notice(name):
                console.notice(self.name(), f"--param: {words}")
        for key in sorted(kept_never_met):
            near = did_you_mean(key, [field.partition(".")[0] for field in fields])
            console.notice(self.name(), f"--keep: no seed that is used has `{excerpt(key)}` in its metadata{near}")

    def _demand_fields(self, missing: set[str], fields: list[str]) -> None:
        """Raise UsageError for a field of the template that no seed has."""
        if missing and fields:
            field = min(missing)
            raise UsageError(
                f"{self.template.name}: no seed has the field `{excerpt(field)}`{did_you_mean(field, fields)}; "
                f"the fields are {comma_list(fields)}"
            )

    def _write(self, plan: Path, seeds_file: Path, seeds: Spool, classes: Counter[str]) -> dict[str, Any]:
        """Write both files, each whole or not at all, and return what is in them."""
        from corpuskit.core.publish.whole_file import write_whole
        from corpuskit.synthetic.requests.plan_file import AnswerReading, PlanWriter

        self._demand_seeds(classes)
        writer = PlanWriter(self._template.sha256, AnswerReading(self.text_from, self.votes))
        made, left = Counter[str](), Counter[str]()
        with closing(Spool()) as lines, closing(Spool()) as seed_lines:
            for line, seed_line in self._requests(writer, seeds, classes, made, left):
                lines.append(line)
                seed_lines.append(seed_line)
            # The digest in the file of seeds tells a plan of an earlier run from this one's.
            write_whole(seeds_file, (*(seed_lines[number] for number in range(len(seed_lines))), writer.last_line()))
            size = write_whole(plan, (lines[number] for number in range(len(lines))))
        used = len(seeds) - left.total()
        answer: dict[str, Any] = {"plan": str(plan), "requests": writer.requests, "bytes": size}
        answer["seeds"] = {"used": used, "left": left}
        if self._quota is not None:
            answer |= {"by": self._quota.by, "classes": dict(sorted(made.items()))}
        return answer

    def _demand_seeds(self, classes: Counter[str]) -> None:
        """Raise RefusedError for a class that is to get requests and has no seed."""
        if self._quota is None:
            return
        missing = [name for name, number in sorted(self._quota.numbers.items()) if number and not classes[name]]
        if missing:
            raise RefusedError(
                f"{quantity(len(missing), 'class')} of the quota {'has' if len(missing) == 1 else 'have'} no seed that "
                f"may be used: {comma_list(map(excerpt, missing[:10]))}; no plan was written"
            )

    def _requests(
        self, writer: "PlanWriter", seeds: Spool, classes: Counter[str], made: Counter[str], left: Counter[str]
    ) -> Iterator[tuple[bytes, bytes]]:
        import orjson

        ranks = Counter[str]()
        for number in range(len(seeds)):
            seed = orjson.loads(seeds[number])
            class_, messages = seed.pop("class"), seed.pop("messages")
            samples = self._samples(class_, ranks[class_], classes[class_])
            ranks[class_] += 1
            made[class_] += samples
            left["no-quota"] += not samples
            for sample in range(samples):
                yield writer.add(self._body(messages, sample), seed)
        left += Counter()

    def _samples(self, class_: str, rank: int, size: int) -> int:
        """Return how many requests the seed of this rank in its class gets; the seeds of a class take turns."""
        if self._quota is None:
            return self.samples
        number = self._quota.numbers.get(class_, 0)
        return number // size + (rank < number % size)

    def _body(self, messages: list[dict[str, str]], sample: int) -> dict[str, Any]:
        body = {**self._constants, "messages": messages}
        if type(body.get(SEED)) is int:
            body[SEED] += sample
        return body

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
        from corpuskit.synthetic.planning.template import PromptTemplate

        texts = {"system": _text(self.system)} if self.system is not None else {}
        return PromptTemplate({**texts, "user": _text(self.template)}, self.template.name)

    @cached_property
    def _quota(self) -> "Quota | None":
        from corpuskit.synthetic.planning.quotas import read_quota

        return None if self.quota is None else read_quota(self.quota)

    @cached_property
    def _constants(self) -> dict[str, Any]:
        """What all requests have in common."""
        import json

        from corpuskit.synthetic.requests.structured import demand_fields, response_format

        body: dict[str, Any] = {} if self.model is None else {"model": self.model}
        for parameter in self.param:
            name, equals, value = parameter.partition("=")
            if not equals or not name.strip():
                raise misfit("param", "name=value, such as temperature=0.7", parameter)
            if name in RESERVED or name in body:
                raise UsageError(
                    f"{spelled('param')}: `{excerpt(name)}` is not given so; {RESERVED.get(name, 'it is given twice')}"
                )
            body[name] = _json_or_word(value)
        if self.schema is not None:
            try:
                schema = json.loads(_text(self.schema))
            except (ValueError, RecursionError):
                raise UsageError(f"{self.schema.name} is not JSON") from None
            body["response_format"] = response_format(schema, self.schema.name)
            demand_fields(schema, [*self.votes, *([self.text_from] if self.text_from else [])], self.schema.name)
        elif self.votes or self.text_from is not None:
            raise UsageError(f"{spelled('votes')} and {spelled('text-from')} name fields; give the answers' schema")
        return _demand_json(body)


def _texts_of(messages: list[dict[str, str]]) -> list[str]:
    return [message["content"] for message in messages]


def _text(path: Path) -> str:
    """Return a file's text. Raises UsageError if it cannot be read, is not UTF-8, or is empty."""
    text = read_option_text(path)
    if not text.strip():
        raise UsageError(f"{path.name} is empty")
    return text


def _json_or_word(value: str) -> Any:
    import json

    try:
        return json.loads(value, parse_constant=str)
    except (ValueError, RecursionError):
        return value


def _demand_json(body: dict[str, Any]) -> dict[str, Any]:
    """Return what requests have in common. Raises UsageError for what no plan can hold."""
    import orjson

    seed = body.get(SEED)
    largest = {**body, SEED: seed + MOST_SAMPLES} if type(seed) is int else body
    try:
        orjson.dumps(largest)
    except orjson.JSONEncodeError:
        raise UsageError(
            "a parameter or the schema holds a number of more than 64 bits, or half of a character"
        ) from None
    return body


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the answer as people read it."""
    seeds = answer["seeds"]
    yield f"{answer['plan']}: {quantity(answer['requests'], 'request')} from {quantity(seeds['used'], 'seed')}"
    for what in ("dropped", "rejected"):
        if seeds[what]:
            yield f"seeds {console.counted(Counter(seeds[what]), what)}"
    for name, number in answer.get("classes", {}).items():
        yield f"  {number:>10,}  {console.escape(name) or '-'}"
