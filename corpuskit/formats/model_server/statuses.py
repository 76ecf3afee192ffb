"""What the statuses of model servers mean for a request: ask later, ask nobody, or take it for the answer."""

__all__ = ["BUSY", "NO_ACCESS", "NO_SUCH_ADDRESS", "is_busy", "is_refusal"]

BUSY = frozenset({408, 409, 429})
"""The server may answer the same request later, as it may after any status from 500 on."""
NO_ACCESS = {
    401: "the server refuses access",
    402: "the server asks for payment first",
    403: "the server refuses access",
    407: "a proxy refuses access",
}
"""No request will be answered before the cause is gone."""
NO_SUCH_ADDRESS = {404: "no such address or model", 405: "no such address", 410: "no such address or model"}
"""What a wrong address gives to every request, and a right one to some."""


def is_busy(status: int) -> bool:
    """Whether the same request may be answered otherwise in a while.

    >>> is_busy(429), is_busy(503), is_busy(400)
    (True, True, False)
    """
    return status in BUSY or status >= 500


def is_refusal(status: int) -> bool:
    """Whether a status is about the request itself, which will never be answered.

    >>> is_refusal(422), is_refusal(429), is_refusal(401)
    (True, False, False)
    """
    return 400 <= status < 500 and status not in {*BUSY, *NO_ACCESS, *NO_SUCH_ADDRESS}
