"""The policy of a recipe: which licences its sources may have, and whether personal data must be scrubbed."""

from collections.abc import Iterable
from dataclasses import dataclass

from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.licenses import allowed, entry_problem
from corpuskit.core.step import Step
from corpuskit.core.wording import comma_list
from corpuskit.mix.recipe.node import Node

FROM_DOCUMENTS = "from-documents"
"""Given as a source's licence if each document states its own; the licence gate then checks them one by one."""
POLICY_KEYS = ("licenses", "pii")


@dataclass(frozen=True)
class Policy:
    """The rules that the result must keep. Without `licenses`, every licence is allowed."""

    licenses: tuple[str, ...] | None = None
    pii_required: bool = False

    def check(self, source: str, location: str, license: str | None, steps: Iterable[Step]) -> None:
        """Raise RefusedError if the policy forbids a source with this licence and these steps."""
        if self.licenses is not None:
            self._check_license(source, location, license, self.licenses)
        if self.pii_required and not any(step.name() == "scrub-pii" for step in steps):
            raise RefusedError(
                f"{location}: `pii: required`, but source `{source}` has no step `scrub-pii`; "
                "add it under `steps` or `together`"
            )

    def _check_license(self, source: str, location: str, license: str | None, allow: tuple[str, ...]) -> None:
        if license is None:
            raise RefusedError(f"{location}: source `{source}` states no licence; allowed: {comma_list(allow)}")
        if license != FROM_DOCUMENTS and not allowed(license, allow):
            raise RefusedError(
                f"{location}: licence {license!r} of source `{source}` is not allowed; allowed: {comma_list(allow)}"
            )


def read_policy(node: Node | None) -> Policy:
    """Return the policy under a recipe's key `policy`."""
    if node is None:
        return Policy()
    node.keys(*POLICY_KEYS)
    licenses, pii = node.get("licenses"), node.get("pii")
    if pii:
        pii.choice(["required"])
    return Policy(_allow_list(licenses) if licenses else None, pii is not None)


def _allow_list(node: Node) -> tuple[str, ...]:
    allow = node.keys("allow").need("allow", "SPDX licences that sources may have").items()
    if not allow:
        node.fail("must allow at least one licence")
    licenses = tuple(entry.text() for entry in allow)
    for entry, name in zip(allow, licenses, strict=True):
        if problem := entry_problem(name):
            raise UsageError(f"{entry.location}: {problem}")
    return licenses
