"""Ask a server what is missing among the answers to a plan.

Every answer is kept before the next request takes its turn. So what a kill costs is what was in flight, and memory does
not grow with the plan.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core import console
from corpuskit.core.errors import CorpuskitError, RefusedError, RemoteError
from corpuskit.core.wording import duration, quantity
from corpuskit.formats.model_server.address import read_key
from corpuskit.formats.model_server.client import ModelAnswer, ModelClient, UnansweredError
from corpuskit.formats.model_server.completion import (
    FREE,
    REFUSED,
    Completion,
    Unusable,
    completion_of,
    empty_completion_of,
    refused,
)
from corpuskit.formats.model_server.event_loop import EventLoop
from corpuskit.formats.model_server.statuses import NO_SUCH_ADDRESS
from corpuskit.synthetic.requests.plan_file import PlannedRequest
from corpuskit.synthetic.requests.spending import Spending

if TYPE_CHECKING:
    from pathlib import Path

    from corpuskit.synthetic.requests.answer_store import Answered, AnswerStore

__all__ = ["Server", "ask_missing"]

PATH = "/chat/completions"
NO_COMPLETION = "the server's answer is no chat completion"
FAILURES = 3
"""Answers in a row that speak of another address, after which the server is not asked further."""
SKIPPED_AT_ONCE = 256
"""Requests with an answer that are passed over before other work gets a turn."""


class _End:
    """What stands for no further request."""


_END = _End()


class Server(NamedTuple):
    """Where and how to ask."""

    base_url: str
    key_file: "Path | None"
    concurrency: int
    seconds: float


@dataclass
class _Run:
    """One pass over the requests, shared by all workers."""

    requests: Iterator[PlannedRequest]
    store: "AnswerStore"
    spending: Spending
    answered: int = 0
    unanswered: int = 0
    problem: CorpuskitError | None = None
    """Why no more is asked, or else what was wrong with the last request that got no answer."""
    is_over: bool = False
    skipped: int = 0
    planned: int = 0
    pace: console.WorkPace = field(default_factory=lambda: console.WorkPace("synth-run"))
    started: float = field(default_factory=time.monotonic)
    has_completion: bool = False
    """Whether the server has answered a request as model servers do."""
    doubted: dict[str, Unusable] = field(default_factory=dict)
    """Answers since the last completion that a wrong address would give, too, by the ids of their requests."""

    def next_missing(self) -> Iterator[PlannedRequest | None]:
        """Yield the requests without an answer; None now and then, when others should get a turn."""
        for request in self.requests:
            if self.store.get(request.custom_id) is None:
                yield request
            else:
                self.skipped += 1
                if self.skipped % SKIPPED_AT_ONCE == 0:
                    yield None

    def progress(self) -> str:
        """Return how many requests have an answer, the rate, what was spent, and the time that is left.

        Requests that were not looked at yet count as missing: after a kill, those with an answer come first.
        """
        rate = self.answered / max(time.monotonic() - self.started, 0.001)
        left = max(self.planned - self.skipped - self.answered - self.unanswered, 0)
        return (
            f"{self.skipped + self.answered:,} of {quantity(self.planned, 'request')} answered, {rate:,.2g} a second, "
            f"{self.spending.so_far()}, about {duration(left / max(rate, 1e-6))} left"
        )

    def keep(self, request: PlannedRequest, answer: ModelAnswer) -> None:
        """Keep an answer for good, or doubt it until another one shows that the address is right.

        Raises UnansweredError for one in doubt, RemoteError for the last of several in a row.
        """
        completion = completion_of(answer.value) or empty_completion_of(answer.value) if answer.status == 200 else None
        if answer.status == 200 and completion is None:
            self._doubt(request, Unusable(REFUSED, NO_COMPLETION, FREE), f"{NO_COMPLETION}; check the address")
        elif answer.status in NO_SUCH_ADDRESS:
            what = f"{NO_SUCH_ADDRESS[answer.status]} (status {answer.status}); check both"
            self._doubt(request, refused(answer.status, answer.value), what)
        else:
            final = completion or refused(answer.status, answer.value)
            self._keep(request.custom_id, final)
            self.spending.add(request.model(), final.usage)
            self.spending.demand_counted()
            if isinstance(completion, Completion):
                self.has_completion = True
                self.keep_doubted_answers()

    def _keep(self, custom_id: str, answer: "Answered") -> None:
        self.store.put(custom_id, answer)
        self.answered += 1

    def _doubt(self, request: PlannedRequest, answer: Unusable, what: str) -> None:
        self.doubted[request.custom_id] = answer
        self.unanswered += 1
        raise (UnansweredError if len(self.doubted) < FAILURES else RemoteError)(what)

    def keep_doubted_answers(self) -> None:
        """Keep the answers in doubt if the server has answered others, now or in an earlier run."""
        if not self.has_completion and not self.skipped:
            return
        for custom_id, answer in self.doubted.items():
            self._keep(custom_id, answer)
            self.unanswered -= 1
        self.doubted.clear()
        if not self.unanswered and not self.is_over:
            self.problem = None

    def stop(self, problem: CorpuskitError) -> None:
        """Ask no more; the first reason counts."""
        if not self.is_over:
            self.problem, self.is_over = problem, True


def ask_missing(
    server: Server, requests: Iterator[PlannedRequest], planned: int, store: "AnswerStore", spending: Spending
) -> int:
    """Ask for the answers that are missing, keep them, and return how many were asked for.

    `planned` is how many requests there are, for the progress that is told. Without any, no connection is made. Raises
    RefusedError at a limit, RemoteError if requests stay without an answer: in both cases after all that was in flight
    is kept.
    """
    run = _Run(requests, store, spending, planned=planned)
    missing = run.next_missing()
    first = next((request for request in missing if request is not None), None)
    if first is not None:
        with EventLoop() as loop:
            loop.run(_ask_all(server, run, chain([first], missing)))
        if not run.is_over:
            run.keep_doubted_answers()
    if run.problem is not None:
        what = f"{str(run.problem).rstrip('.')}"
        if not run.is_over:
            what = f"{quantity(run.unanswered, 'request')} of the plan got no answer; the last: {what}"
        kept_answers = "1 new answer is" if run.answered == 1 else f"{run.answered:,} new answers are"
        raise type(run.problem)(f"{what}. {kept_answers} kept; run it again for the rest")
    return run.answered


async def _ask_all(server: Server, run: _Run, missing: Iterator[PlannedRequest | None]) -> None:
    """Let as many workers as there may be requests at a time take their turns."""
    key = read_key(server.key_file)
    client = ModelClient(server.base_url, key, server.concurrency, server.seconds, _tell)
    async with client, asyncio.TaskGroup() as workers:
        for _ in range(server.concurrency):
            workers.create_task(_work(client, run, missing))


def _tell(words: str) -> None:
    console.remark("synth-run", words)


async def _work(client: ModelClient, run: _Run, missing: Iterator[PlannedRequest | None]) -> None:
    while not run.is_over:
        try:
            request = next(missing, _END)
        except CorpuskitError as error:
            run.stop(error)
            return
        if isinstance(request, _End):
            return
        if request is None:
            await asyncio.sleep(0)
            continue
        if limit := run.spending.limit_reached():
            run.stop(RefusedError(limit))
            return
        try:
            run.keep(request, await client.ask(PATH, request.body))
            run.pace.tell(run.progress)
        except UnansweredError as error:
            run.unanswered += request.custom_id not in run.doubted
            run.problem = run.problem if run.is_over else RemoteError(str(error))
        except CorpuskitError as error:
            run.stop(error)
