"""A plan: requests in the form that batch runners take, and beside them what each was made from.

`plan.jsonl` has a line `{"custom_id", "method", "url", "body"}` for each request and nothing else, since runners refuse
other keys. `plan.seeds.jsonl` has a line for each of them, in the same order: the seed's id, its depth, and the
metadata that holds for what is made of it. Its last line has the digest of the plan, by which the two belong together.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.core.errors import DamagedError, UsageError

__all__ = [
    "WHOLE",
    "AnswerReading",
    "PlanEnd",
    "PlanWriter",
    "PlannedRequest",
    "read_plan",
    "seeds_path",
    "verify_plan",
]

FORMAT = "corpuskit.plan/1"
ENDING = ".jsonl"
_BODY = b'","method":"POST","url":"/v1/chat/completions","body":'
_ID = b'{"custom_id":"'
_LINE = re.compile(rb'\{"custom_id":"([0-9a-f]{64})","method":"POST","url":"/v1/chat/completions","body":(\{.*\})\}\n?')


class AnswerReading(NamedTuple):
    """What of an answer becomes a document."""

    text_from: str | None = None
    """The field of a structured answer that is the text; None for all of it."""
    votes: tuple[str, ...] = ()
    """The fields that are votes on the seed; the text is then the seed's own."""

    def as_json(self) -> dict[str, Any]:
        """Return what the file of seeds says of it; nothing of whole answers."""
        named = {"text_from": self.text_from, "votes": list(self.votes)}
        return {key: value for key, value in named.items() if value}


WHOLE = AnswerReading()


class PlanEnd(NamedTuple):
    """What holds for all requests of a plan, as its last line has it."""

    requests: int
    template_sha256: str
    reading: AnswerReading


class PlannedRequest(NamedTuple):
    """One request, and what it was made from."""

    custom_id: str
    body: bytes
    """Canonical JSON: keys sorted, no white space."""
    seed: bytes
    """The line on its seed."""
    offset: int
    """Where its line begins in the plan, in bytes."""

    def model(self) -> str:
        """Return the model that is asked; empty if the server chooses."""
        import orjson

        model = orjson.loads(self.body).get("model")
        return model if isinstance(model, str) else ""


class PlanWriter:
    """Makes the lines of both files; the caller writes them."""

    def __init__(self, template_sha256: str, reading: AnswerReading) -> None:
        self.requests = 0
        self._template, self._reading = template_sha256, reading
        self._digest = hashlib.sha256()
        self._copies: dict[bytes, int] = {}

    def add(self, body: dict[str, Any], seed: dict[str, Any]) -> tuple[bytes, bytes]:
        """Return the line of a request and that on its seed.

        The id depends on the body and on how many equal bodies come before it, so it is the same in every plan.
        """
        import orjson

        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        key = hashlib.blake2b(canonical, digest_size=16).digest()
        number = self._copies.get(key, 0)
        self._copies[key] = number + 1
        custom_id = hashlib.sha256(canonical + b"\n%d" % number).hexdigest()
        line = _ID + custom_id.encode() + _BODY + canonical + b"}\n"
        self._digest.update(line)
        self.requests += 1
        return line, orjson.dumps({"custom_id": custom_id, **seed}) + b"\n"

    def last_line(self) -> bytes:
        """Return the last line of the file of seeds."""
        import orjson

        return (
            orjson.dumps(
                {
                    "format": FORMAT,
                    "requests": self.requests,
                    "template_sha256": self._template,
                    "plan_sha256": self._digest.hexdigest(),
                    **self._reading.as_json(),
                }
            )
            + b"\n"
        )


def seeds_path(plan: Path) -> Path:
    """Return the file that says what the requests of a plan were made from. Raises UsageError for another ending."""
    if not plan.name.endswith(ENDING) or plan.name == ENDING:
        raise UsageError(f"{str(plan)!r}: name a plan with the ending {ENDING}, such as plan.jsonl")
    return plan.with_name(plan.name.removesuffix(ENDING) + ".seeds" + ENDING)


def verify_plan(plan: Path) -> PlanEnd:
    """Return what holds for all requests of a plan, after both files were read whole.

    Raises UsageError if one is missing, DamagedError if they are not what `synth-plan` wrote together.
    """
    seeds = seeds_path(plan)
    if not seeds.is_file():
        raise UsageError(
            f"{seeds.name!r} is missing, which says what the requests of {plan.name} were made from; "
            "keep both files together, or run synth-plan again"
        )
    requests, end = _end_of_seeds(seeds)
    with open(plan, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != end.get("plan_sha256"):
        raise DamagedError(
            f"{plan.name} is not the plan that {seeds.name} belongs to, or was changed; run synth-plan again"
        )
    votes = end.get("votes")
    reading = AnswerReading(end.get("text_from"), tuple(votes) if isinstance(votes, list) else ())
    return PlanEnd(requests, str(end.get("template_sha256")), reading)


def _end_of_seeds(seeds: Path) -> tuple[int, dict[str, Any]]:
    """Return how many requests a file of seeds has, and its last line. Raises DamagedError if it is not whole."""
    import orjson

    last, lines = b"", -1
    with open(seeds, "rb") as stream:
        for line in stream:
            last = line
            lines += 1
    with contextlib.suppress(ValueError):
        end = orjson.loads(last)
        if isinstance(end, dict) and end.get("format") == FORMAT and end.get("requests") == lines:
            return lines, end
    raise DamagedError(f"{seeds.name} is not whole; run synth-plan again")


def read_plan(plan: Path) -> Iterator[PlannedRequest]:
    """Yield the requests of a plan that was verified, in order. Raises DamagedError."""
    with open(plan, "rb") as requests, open(seeds_path(plan), "rb") as seeds:
        offset = 0
        for line, seed in zip(requests, seeds, strict=False):
            match = _LINE.fullmatch(line)
            custom_id = match[1].decode() if match else ""
            if match is None or not seed.startswith(_ID + match[1]):
                raise DamagedError(f"{plan.name} was changed while it was read; run it again")
            yield PlannedRequest(custom_id, match[2], seed, offset)
            offset += len(line)
