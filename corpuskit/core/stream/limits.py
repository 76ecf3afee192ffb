"""What a run tolerates: damaged inputs, rejected records, and an empty result."""

from corpuskit.core.errors import DamagedError, RefusedError
from corpuskit.core.settings import Settings


class EmptyResultError(RefusedError):
    """No document is left to publish."""


def demand_few_rejects(settings: Settings, rejected: int, documents: int, subject: str, then: str) -> None:
    """Raise DamagedError if more records were rejected than `--max-rejects` allows.

    `subject` says how many were rejected, `then` what that means or helps.
    """
    if rejected > settings.rejects_allowed(documents):
        raise DamagedError(f"{subject}, more than `--max-rejects {settings.max_rejects}` allows; {then}")


def demand_whole_inputs(settings: Settings, damaged: list[str], subject: str, then: str) -> None:
    """Raise DamagedError if inputs, named in `damaged`, are so, unless `--accept-damaged` is given.

    `subject` says how many are, `then` what that means.
    """
    if damaged and not settings.accept_damaged:
        verb = "is" if len(damaged) == 1 else "are"
        raise DamagedError(
            f"{subject} {verb} damaged, {damaged[0]} first; {then}. "
            "`--accept-damaged` goes on and lists the damage in the manifest"
        )


def demand_documents(settings: Settings, documents: int, account: str = "", hint: str = "") -> None:
    """Raise EmptyResultError if there is no document to publish, unless `--allow-empty` is given.

    `account` says what became of the documents, `hint` what helps.
    """
    if not documents and not settings.allow_empty:
        raise EmptyResultError(
            f"no document is left{account and f' ({account})'}, so nothing was published{hint}; "
            "`--allow-empty` publishes even that"
        )
