"""Who may get a document: the one rule of `filter-audience`, of `export --audience` and of a recipe's `audience`.

A document without `metadata.tenant` and `metadata.consent` is for everybody. One that has either passes only if every
condition is met, so silence, a wrong type and an unknown word all mean no.
"""

import re
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple

from corpuskit.core.document import Document
from corpuskit.core.option_values import misfit

PUBLIC = "public"
SCOPES = ("label", "text", "train", "retrieve")
"""What a person can agree to: labels distilled from what they did, their words kept, trained on, and searched."""

Use = Literal["train", "retrieve"]
TENANT = re.compile(r"tenant:(.+)", re.DOTALL)


class Audience(NamedTuple):
    """For whom documents are, for what use, and on which day."""

    tenant: str | None
    """None for the public, which gets no customer's data."""
    use: str = "train"
    as_of: date | None = None

    def objection(self, document: Document) -> tuple[str, dict[str, Any]] | None:
        """Return the reason, and the values behind it, why a document is not for this audience; None if it is."""
        metadata = document.metadata
        tenant = metadata.get("tenant")
        if tenant is None and metadata.get("consent") is None:
            return None
        if tenant is not None and (not isinstance(tenant, str) or tenant != self.tenant):
            return "foreign-tenant", {}
        if not document.text and _is_withdrawal(metadata.get("event")):
            return None
        consent = metadata.get("consent")
        needed = {"text", self.use} if document.text else {"label"}
        if not needed <= set(scopes_of(consent)):
            return "no-consent", {"needed": sorted(needed)}
        return self._end(consent.get("until")) if isinstance(consent, dict) else None

    def _end(self, until: Any) -> tuple[str, dict[str, Any]] | None:
        """Return the objection to a consent that ends on this date, which is the last day it holds."""
        if until is None:
            return None
        last = day(until)
        if last is None:
            return "no-consent", {"until": "no date"}
        if self.as_of is None or last < self.as_of:
            return "expired", {"until": last.isoformat(), "as-of": self.as_of and self.as_of.isoformat()}
        return None


def objection_words(objection: tuple[str, dict[str, Any]]) -> str:
    """Return an objection for a message; where a consent ends and no day was named to compare, it says so."""
    reason, values = objection
    if reason != "expired":
        return reason
    if values["as-of"] is None:
        return f"its consent holds until {values['until']}, and no --as-of says which day counts"
    return f"expired: its consent held until {values['until']}, and --as-of is {values['as-of']}"


def _is_withdrawal(event: Any) -> bool:
    """Whether an event takes consent back, which needs none: the steps that act on it have to see it."""
    return isinstance(event, dict) and event.get("type") == "withdraw"


def audience_of(name: str, as_of: str | None, use: Use = "train") -> Audience:
    """Return what the options `audience`, `as-of` and `use` name. Raises UsageError for a wrong audience or day."""
    match = TENANT.fullmatch(name)
    if match is None and name != PUBLIC:
        raise misfit("audience", "public, or tenant:NAME", name)
    last_day = None if as_of is None else day(as_of)
    if as_of is not None and last_day is None:
        raise misfit("as-of", "a day such as 2026-11-01", as_of)
    return Audience(match and match[1], use, last_day)


def scopes_of(consent: Any) -> list[str]:
    """Return what a consent allows: nothing at all if it is not an object, or if a word in it is unknown."""
    scope = consent.get("scope") if isinstance(consent, dict) else None
    words = [scope] if isinstance(scope, str) else scope
    if not isinstance(words, list) or not all(isinstance(word, str) and word in SCOPES for word in words):
        return []
    return words


def day(value: Any) -> date | None:
    """Return the UTC day of an ISO 8601 date or time; None if the value is neither.

    >>> day("2026-03-01T01:00:00+02:00")
    datetime.date(2026, 2, 28)
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None
