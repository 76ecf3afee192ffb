"""Try again what a server may answer otherwise in a while: after doubling waits, or when it says, within a budget."""

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from corpuskit.core import console
from corpuskit.core.errors import RemoteError, UsageError
from corpuskit.core.reading.private_addresses import is_private_address_error
from corpuskit.core.reading.web_requests import (
    WrongAnswerError,
    in_words,
    is_cut_answer,
    is_lost_connection,
    is_web,
    public_url,
    retry_after,
    status_of,
)

BUSY_STATUSES = (429, 500, 502, 503, 504, 509)
"""What a server answers that may answer otherwise in a while."""
WAITS = (1, 2, 4, 8, 16, 32, 60)
"""Seconds before each further try, unless the server names its own; an answer begins the list anew."""
LONGEST_WAIT = 60
"""Seconds; a server that asks for more is not waited for."""
BUDGET = 1800
"""Seconds that a process waits for one server in all."""
WRONG_ANSWERS = 3
"""Wrong answers in a row after which a server is not asked again: another may answer rightly, but hardly this one."""
MISSING_STATUSES = (404, 410)
HIDDEN_STATUSES = (401, 403)
"""What the Hub answers for names that are not there, too, so that nobody learns which are private."""
HUB = "hf://"
"""Addresses of the Hugging Face Hub, such as `hf://datasets/NAME@REVISION/FILE`."""

_waited: "Counter[str]" = Counter()
"""Seconds that this process has waited so far, by host."""

_hosts_that_answered: set[str] = set()

Result = TypeVar("Result")


class MissingError(UsageError):
    """There is nothing at an address."""

    body: str = ""
    """The beginning of what the server says of it, where that was read."""


def with_retries(
    url: str,
    action: Callable[[], Result],
    *,
    is_begun: Callable[[], bool] = lambda: False,
    forget: Callable[[], None] = lambda: None,
) -> Result:
    """Return what the action returns; after a failure that may pass, wait and repeat it.

    A host that cannot be reached, and has not answered before, here (`is_begun`) or elsewhere, is not asked again.
    `forget` is called before each further try. Raises UsageError if nothing is there, RemoteError when the tries are
    used up.
    """
    waits, wrong_answers = iter(WAITS), 0
    host = urlsplit(url).netloc
    while True:
        try:
            result = action()
            _hosts_that_answered.add(host)
            return result
        except Exception as error:  # every file system raises its own types
            refusal = _refusal(url, error)
            wrong_answers += isinstance(error.__cause__ or error, WrongAnswerError)
            if wrong_answers >= WRONG_ANSWERS:
                raise refusal from None
            wait = next(waits, None) if _may_pass(error, begun=is_begun() or host in _hosts_that_answered) else None
            asked = retry_after(error.__cause__ or error)
            if wait is None or asked > LONGEST_WAIT:
                raise refusal from None
        forget()
        seconds = max(wait, asked)
        _waited[host] += seconds
        if _waited[host] > BUDGET:
            raise RemoteError(f"{refusal.args[0].partition(';')[0]}; it was waited for {BUDGET} s in all, try later")
        console.remark("", f"{refusal.args[0].partition(';')[0]}; trying again in {seconds} s")
        time.sleep(seconds)


def _may_pass(error: Exception, *, begun: bool) -> bool:
    """Whether the same request may do better later. A host that never answered is left alone."""
    cause = error.__cause__ or error
    if isinstance(cause, WrongAnswerError):
        return True
    if isinstance(cause, (RemoteError, UsageError)) or is_private_address_error(error):
        return False
    if status := status_of(cause):
        return status in BUSY_STATUSES
    return is_cut_answer(error) or (begun and is_lost_connection(error))


def _refusal(url: str, error: Exception) -> Exception:
    """Return the error to raise for what reading an address raised."""
    if isinstance(error, UsageError):
        return error
    # fsspec also says "not found" of a host that does not answer; only its cause tells them apart.
    cause = error.__cause__ or error
    name = public_url(url)
    if is_private_address_error(error):
        return UsageError(
            f"cannot read {name}: it leads into a private network or to this machine; if that is meant, add "
            "--allow-private"
        )
    if isinstance(cause, RemoteError):
        return cause if name in str(cause) else RemoteError(f"cannot read {name}: {cause}; try another server")
    if _is_missing(error, cause):
        missing = MissingError(f"no such address: {name}")
        missing.body = getattr(cause, "body", "")
        return missing
    if url.startswith(HUB):
        return _refusal_of_hub(name, error)
    if isinstance(error, ImportError):
        package = re.search(r"install (?:the )?[\"'`]?([a-z][a-z0-9_-]*)", str(error), re.IGNORECASE)
        needed = package[1] if package else error.name
        return UsageError(f"cannot read {name}: a package is missing; install it with `pip install {needed}`")
    if isinstance(cause, ValueError) and is_web(url):
        return UsageError(f"cannot read {name}: it is not a valid address; check host and port")
    if isinstance(error, ValueError):
        scheme = name.partition("://")[0]
        return UsageError(f"cannot read {name}: {scheme}:// is not a known kind of address; check the spelling")
    return RemoteError(f"cannot read {name}: {in_words(error)}")


def _is_missing(error: Exception, cause: Any) -> bool:
    return status_of(cause) in MISSING_STATUSES or (isinstance(error, FileNotFoundError) and cause is error)


def _refusal_of_hub(name: str, error: Exception) -> Exception:
    cause = error.__cause__ or error
    if isinstance(error, FileNotFoundError) and status_of(cause) in HIDDEN_STATUSES:
        return UsageError(f"no such address: {name}; if it is private, sign in with `hf auth login`")
    if type(cause).__name__ == "OfflineModeIsEnabled":
        return RemoteError(f"cannot read {name}: HF_HUB_OFFLINE is set; unset it, or download the file before")
    if isinstance(error, ValueError):
        return UsageError(f"cannot read {name}: write hf://datasets/OWNER/NAME@REVISION/FILE")
    return RemoteError(f"cannot read {name}: {in_words(error)}")
