"""Files that are one record each: all bytes at once, or the reason why not."""

from typing import TYPE_CHECKING

from corpuskit.core.document import Reject
from corpuskit.core.outcome import Rejected

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

MAX_REJECT_BYTES = 1024 * 1024
"""Bytes of a damaged file that its reject carries."""


def read_whole_file(input_: "Input", limit: int, if_larger: str = "") -> bytes | Rejected:
    """Return all bytes of a file; a reject if there are more than `limit` or a part of them is missing.

    `if_larger` says what can be done about a larger one.
    """
    try:
        data = input_.read_all(limit)
    except Reject as reject:
        return Rejected(reject.reason, input_.name, 0, b"", f"{reject.detail}{if_larger}")
    if input_.damage:
        return Rejected("damaged-text", input_.name, 0, data[:MAX_REJECT_BYTES], "a part of the file is missing")
    return data
