"""`synth-run`: a plan's requests are asked of a model, and its answers become documents."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from corpuskit.core.counts import StepCount
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.step import RUNTIME, Item, Source
from corpuskit.core.wording import quantity

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.synthetic.requests.answer_store import AnswerStore
    from corpuskit.synthetic.requests.plan_file import PlannedRequest
    from corpuskit.synthetic.requests.spending import Prices, Spending

MOST_AT_ONCE = 1024
RULES = "2"
"""Version of how answers become documents."""
CACHE_ENDING = ".answers.sqlite"
SEEDS_ENDING = ".seeds.jsonl"


@dataclass(frozen=True)
class SynthRun(Source):
    """Ask a model what `synth-plan` planned, and read its answers as documents.

    `--url` is the base of any server that speaks OpenAI's API: llama.cpp, vLLM, Ollama, a hosted one. Plain HTTP is for
    servers on this machine, all others need https. A key comes from CORPUSKIT_MODEL_KEY or `--key-file`. Or `--results`
    names what `vllm run-batch` or a hosted batch service returned for the plan, in any order.

    Each answer, also one of the results, is kept as it comes, in `plan.answers.sqlite` next to the plan or in
    `--cache`. A run that was killed, stopped or failed asks only for what is missing; with all answers there, no
    connection is made and the documents are the same. They come in the order of the plan, after the last answer. One
    run at a time may ask for a plan's answers; another ends with exit code 5.

    408, 409, 429, 5xx, broken connections and answers that are not JSON are tried again after 1, 2, 4 … 60 s, or when
    the server says. A request that still has no answer ends the run with exit code 7, after all others were asked. So
    does a server that refuses access or asks for payment (401, 402, 403), at once, and one that knows no such address,
    after three answers. Other 4xx are kept as rejects; `--ask-again` asks for those again, and for no others.
    `--max-tokens-total` and `--max-cost` count all answers to the plan, earlier runs' too; at the limit nothing more is
    asked, what is in flight is kept, and the run ends with exit code 6. `--prices` is JSON: `{"MODEL": {"input": 0.15,
    "output": 0.6}}`, per million tokens.

    A document's id is its request's. `metadata` has `origin: synthetic`, `generator` (the model, as the server calls
    it), `gen_depth`, `parents` (the seed), `request` (model, parameters, SHA-256 of the template, usage), and what the
    plan takes over from the seed. If the plan asks for votes, a document has the seed's text, the votes as `labels`,
    and as `actor` the model with the first letters of the template's digest. Rejects: `cut-completion` (by the limit of
    tokens), `empty-completion`, `refused-completion`, `filtered-completion`, `refused-request` (other 4xx),
    `broken-structure` (by the plan's schema), `lone-surrogate`, `no-result`. Memory does not grow with the plan.

        corpuskit synth-run plan.jsonl --url http://127.0.0.1:8080/v1 -o answers.jsonl
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)
    is_previewed: ClassVar[bool] = False

    url: Annotated[str | None, "Base of the server's addresses: http://127.0.0.1:8080/v1.", RUNTIME] = None
    results: Annotated[tuple[Path, ...], "Files that a batch runner wrote, instead of a server."] = ()
    cache: Annotated[Path | None, "Keep the answers here; by default next to the plan.", RUNTIME] = None
    ask_again: Annotated[bool, "Ask again what the server refused (4xx), which cost nothing."] = False
    concurrency: Annotated[int, "Requests at a time.", RUNTIME] = 8
    timeout: Annotated[float, "Seconds that one answer may take.", RUNTIME] = 600
    max_tokens_total: Annotated[int | None, "Ask no more when the answers have taken so many tokens.", RUNTIME] = None
    max_cost: Annotated[float | None, "Ask no more when the answers have cost so much.", RUNTIME] = None
    prices: Annotated[Path | None, "JSON file of what each model's tokens cost, per million.", RUNTIME] = None
    key_file: Annotated[Path | None, "File with the server's key.", RUNTIME] = None

    def __post_init__(self) -> None:
        """Raise UsageError for an address or numbers that cannot be used."""
        from corpuskit.formats.model_server.address import demand_base_url

        if self.url is not None and self.results:
            raise UsageError(
                f"name {spelled('url')} or {spelled('results')}, not both: run the results first; then a server is "
                "asked only for what they lack"
            )
        if any(str(path) == "-" for path in self.results):
            raise UsageError(f"cannot read standard input as {spelled('results')}; name files")
        if self.url is None and not self.results:
            raise UsageError(
                f"name a server, {spelled('url', 'http://127.0.0.1:8080/v1')}, or a runner's {spelled('results')}"
            )
        if self.url is not None:
            demand_base_url(self.url)
        if not 1 <= self.concurrency <= MOST_AT_ONCE:
            raise misfit("concurrency", f"a number from 1 to {MOST_AT_ONCE}", self.concurrency)
        for name, value in (("max-tokens-total", self.max_tokens_total), ("max-cost", self.max_cost)):
            if value is not None and not 0 < value < float("inf"):
                raise misfit(name, "a number above 0", value)
        if not 0 < self.timeout < float("inf"):
            raise misfit("timeout", "a number of seconds above 0", self.timeout)
        if self.max_cost is not None and self.prices is None:
            raise UsageError(f"{spelled('max-cost')} needs {spelled('prices')}: what each model's tokens cost")
        _ = self._prices

    def versions(self) -> dict[str, str]:
        """Return the version of the rules by which answers become documents."""
        return {"synthetic-documents": RULES}

    def resolve(self, arguments: "Sequence[str | Path]", *, allow_private: bool = False) -> "list[Input]":
        """Return the plans, each with the digest of its file of seeds. Raises UsageError for what is none."""
        from corpuskit.synthetic.requests.plan_file import seeds_path

        inputs = super().resolve(arguments, allow_private=allow_private)
        plans = [input_ for input_ in inputs if not input_.name.endswith(SEEDS_ENDING)]
        for input_ in plans:
            if input_.local_path is None or input_.is_stream:
                name = "standard input" if input_.name == "-" else input_.name
                raise UsageError(
                    f"{name}: a plan is a file, with its .seeds.jsonl next to it; copy both here, and name it"
                )
            seeds = seeds_path(input_.local_path)
            if seeds.is_file():
                # It is part of what is read, so a recipe's cache must tell whether it has changed.
                with open(seeds, "rb") as stream:
                    input_.stated_metadata = {"seeds": hashlib.file_digest(stream, "sha256").hexdigest()}
        if len(plans) > 1 and self._has_limit:
            raise UsageError("a limit is for one plan; run the plans one after the other")
        return plans

    def hint_on(self, count: StepCount) -> str:
        """Return what helps with answers that were cut."""
        cut = count.rejected["cut-completion"]
        return (
            f"{quantity(cut, 'answer')} cut: raise `--param max_tokens=N` of synth-plan, and plan again" if cut else ""
        )

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the answers to one plan, in its order, after those that were missing were asked for."""
        from corpuskit.synthetic.requests.answer_store import AnswerStore
        from corpuskit.synthetic.requests.documents import item_of
        from corpuskit.synthetic.requests.plan_file import read_plan, verify_plan

        assert input_.local_path is not None
        plan = input_.local_path
        end = verify_plan(plan)
        for request in islice(read_plan(plan), 1):
            _demand_checkable(request, plan.name)
        with AnswerStore(self._store_path(plan)) as store:
            if self.ask_again:
                _forget_refused(plan, store)
            if self.results:
                self._join(input_, store)
            else:
                self._ask(plan, end.requests, store)
            store.let_others_ask()
            spent = self._spending()
            for request in read_plan(plan):
                answer = store.get(request.custom_id)
                if answer is not None:
                    spent.add(request.model(), answer.usage)
                yield item_of(request, answer, end, input_.name)
            input_.remark(spent.in_words())

    def _store_path(self, plan: Path) -> Path:
        if self.cache is not None:
            return self.cache
        return plan.with_name(plan.name.removesuffix(".jsonl") + CACHE_ENDING)

    def _ask(self, plan: Path, planned: int, store: "AnswerStore") -> None:
        """Ask for what is missing. Raises RefusedError at a limit, RemoteError if something stays without an answer."""
        from corpuskit.formats.model_server.address import demand_base_url
        from corpuskit.synthetic.requests.asking import Server, ask_missing
        from corpuskit.synthetic.requests.plan_file import read_plan

        spending = self._spending()
        if self._has_limit or self._prices:
            for request in read_plan(plan):
                _count_stored(request, store, spending)
        server = Server(demand_base_url(self.url or ""), self.key_file, self.concurrency, self.timeout)
        ask_missing(server, read_plan(plan), planned, store, spending)

    def _join(self, input_: "Input", store: "AnswerStore") -> None:
        """Keep what the results say."""
        from corpuskit.synthetic.requests.results import store_results

        kinds = store_results(self.results, store)
        for kind, what in (("no result", "lines that are no result"), ("answered before", "second answers, left out")):
            if kinds[kind]:
                input_.remark(f"{kinds[kind]:,} {what}")

    @property
    def _has_limit(self) -> bool:
        return self.max_tokens_total is not None or self.max_cost is not None

    def _spending(self) -> "Spending":
        from corpuskit.synthetic.requests.spending import Spending

        return Spending(self.max_tokens_total, self.max_cost, self._prices)

    @cached_property
    def _prices(self) -> "Prices":
        from corpuskit.synthetic.requests.spending import read_prices

        return {} if self.prices is None else read_prices(self.prices)


def _demand_checkable(request: "PlannedRequest", name: str) -> None:
    """Raise UsageError, before anything is asked, if no answer could be checked by the schema of all requests."""
    import orjson

    from corpuskit.synthetic.requests.structured import demand_checkable, schema_of

    if schema := schema_of(orjson.loads(request.body)):
        demand_checkable(schema, name)


def _forget_refused(plan: Path, store: "AnswerStore") -> None:
    """Let those requests of a plan be asked again that were refused; what was paid for stays."""
    from corpuskit.formats.model_server.completion import REFUSED, Unusable
    from corpuskit.synthetic.requests.plan_file import read_plan

    for request in read_plan(plan):
        answer = store.get(request.custom_id)
        if isinstance(answer, Unusable) and answer.reason == REFUSED:
            store.forget(request.custom_id)


def _count_stored(request: "PlannedRequest", store: "AnswerStore", spending: "Spending") -> None:
    """Count an answer that is there already, and see to it that those to come have a price."""
    model = request.model()
    spending.demand_price(model)
    answer = store.get(request.custom_id)
    if answer is not None:
        spending.add(model, answer.usage)
