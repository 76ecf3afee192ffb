"""The results that a batch runner wrote, in any order.

A line is `{"custom_id", "response": {"status_code", "body"}, "error"}`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from corpuskit.core.document import Reject, parse
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.inputs import Input
from corpuskit.formats.model_server.completion import result_of
from corpuskit.synthetic.requests.answer_store import AnswerStore

__all__ = ["store_results"]

_ID = re.compile(r"[0-9a-f]{64}")


def store_results(paths: Iterable[Path], store: AnswerStore) -> Counter[str]:
    """Keep what results answer; return how many lines there are of each kind.

    The first answer to a request counts. Raises UsageError for what cannot be read, DamagedError for what is not whole.
    """
    kinds = Counter[str]()
    for path in paths:
        input_ = Input(path.name, path)
        try:
            for line in input_.lines():
                kinds[_store(line, store)] += 1
        except OSError as error:
            raise UsageError(f"cannot read {path.name!r}: {error.strerror}") from None
        if input_.damage:
            raise DamagedError(f"{path.name} is not whole: {input_.damage[0].what}; fetch it again")
        if input_.findings.cut_line is not None:
            raise DamagedError(f"{path.name} is not whole: it ends inside a line; fetch it again")
    return kinds


def _store(line: tuple[int, bytes] | Rejected, store: AnswerStore) -> str:
    """Keep what one line answers; return of which kind it is."""
    if isinstance(line, Rejected):
        return "no result"
    try:
        value = parse(line[1])
    except Reject:
        return "no result"
    custom_id = value.get("custom_id") if isinstance(value, dict) else None
    if not isinstance(custom_id, str) or not _ID.fullmatch(custom_id):
        return "no result"
    answer = result_of(value)
    if answer is None:
        return "unanswered"
    if store.put(custom_id, answer) or store.get(custom_id) == answer:
        return "answered"
    return "answered before"
