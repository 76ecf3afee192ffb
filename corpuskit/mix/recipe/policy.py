"""The policy of a recipe: licences and rights, personal data, what people want taken out, what models wrote, and who
gets it all.

Most rules insert filter steps; `source_gates` and `source_checks` say which. How much models may have written is
checked by the step `mix` itself, on what it selects.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.licenses import allowed, entry_problem
from corpuskit.core.options import build_step
from corpuskit.core.registry import find_step
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.wording import comma_list
from corpuskit.mix.recipe.node import Node

FROM_DOCUMENTS = "from-documents"
"""Given as a source's licence if each document states its own; the licence gate then checks them one by one."""
POLICY_KEYS = ("licenses", "rights", "pii", "takedown", "audience", "gen_depth", "real_not_below")
GEN_DEPTH = 1
"""What is made of texts that a model wrote is left out, unless the policy allows it."""


@dataclass(frozen=True)
class Policy:
    """The rules that the result must keep. Without `licenses`, every licence is allowed."""

    licenses: tuple[str, ...] | None = None
    pii_required: bool = False
    audience: Step = field(default_factory=lambda: build_step(find_step("filter-audience"), {}))
    """The filter that lets pass only what the audience may have; the public by default."""
    rights: Step | None = None
    """The filter that lets pass only what may be used, by what sites and pages declare."""
    takedown: Step | None = None
    """The filter that lets pass only what nobody asked to be taken out."""
    gen_depth: int = GEN_DEPTH
    """How many models may stand between a document and what a person wrote."""
    real_not_below: Path | None = None
    """The snapshot of whose unique real tokens no class may fall short."""

    def takedown_gates(self) -> list[Step]:
        """Return the filter for a takedown list, if there is one."""
        return [] if self.takedown is None else [self.takedown]

    def with_takedown_gates(self, steps: Iterable[Step]) -> list[Step]:
        """Return the steps, with the filter for a takedown list before each that adds documents to an index.

        It stands there only if a step between makes or changes documents: all that come in have passed it.
        """
        gated: list[Step] = []
        is_changed = False
        for step in steps:
            if is_changed and isinstance(step, CorpusStage) and step.has_effects():
                gated += self.takedown_gates()
                is_changed = False
            gated.append(step)
            is_changed = step != self.takedown and (is_changed or not _keeps_documents(step))
        return gated

    def source_gates(self) -> list[Step]:
        """Return the filters that stand right behind every source."""
        licenses = {"allow": list(self.licenses or ())}
        gates = [] if self.licenses is None else [build_step(find_step("filter-license"), licenses)]
        # First, as it takes the licence that a page links to for that of a document without one.
        rights = [] if self.rights is None else [self.rights]
        return [*self.takedown_gates(), *rights, *gates, self.audience]

    def source_checks(self, steps: Iterable[Step]) -> list[Step]:
        """Return the check that stands behind a source's own steps; `steps` are these and those of all sources."""
        if not self.pii_required:
            return []
        masked_fields = {field: None for step in steps if step.name() == "scrub-pii" for field in _fields_of(step)}
        return [build_step(find_step("require-masked"), {"fields": list(masked_fields)})]

    def check_license(self, source: str, location: str, license: str | None) -> None:
        """Raise RefusedError if the policy forbids a source with this licence."""
        if self.licenses is not None:
            self._check_license(source, location, license, self.licenses)

    def check_steps(self, source: str, location: str, steps: Iterable[Step]) -> None:
        """Raise RefusedError if the policy forbids a source with these steps."""
        scrubs = [step for step in steps if step.name() == "scrub-pii"] if self.pii_required else []
        if self.pii_required and not scrubs:
            raise RefusedError(
                f"{location}: `pii: required`, but source `{source}` has no step `scrub-pii`; "
                "add it under `steps` or `together`"
            )
        if scrubs and all(getattr(step, "mode", "") == "tag" for step in scrubs):
            raise RefusedError(
                f"{location}: `pii: required`, but `scrub-pii` only tags what it finds in source `{source}`; "
                "use its mode mask, hash or drop"
            )

    def _check_license(self, source: str, location: str, license: str | None, allow: tuple[str, ...]) -> None:
        if license is None:
            raise RefusedError(
                f"{location}: source `{source}` states no licence; allowed: {comma_list(allow)} "
                f"(write `license: {FROM_DOCUMENTS}` if its documents state theirs)"
            )
        if license != FROM_DOCUMENTS and not allowed(license, allow):
            raise RefusedError(
                f"{location}: licence {license!r} of source `{source}` is not allowed; allowed: {comma_list(allow)}"
            )


_AUDIENCE_OPTIONS = dict.fromkeys(
    ("as_of", "use"), "goes with the audience; write `audience: {audience: tenant:NAME, as-of: 2026-11-01}`"
)


def read_policy(node: Node | None, folder: Path) -> Policy:
    """Return the policy under a recipe's key `policy`; its files are relative to `folder`."""
    if node is None:
        return Policy()
    node.attempt(lambda: node.keys(*POLICY_KEYS, write="{pii: required}", elsewhere=_AUDIENCE_OPTIONS))
    licenses, pii, audience = node.get("licenses"), node.get("pii"), node.get("audience")
    if pii:
        node.attempt(lambda: pii.choice(["required"]))
    allowed_licenses = node.attempt(lambda: _allow_list(licenses)) if licenses else None
    audience_filter = node.attempt(lambda: _audience(audience))
    rights = node.get("rights")
    rights_filter = node.attempt(lambda: _rights(rights, folder)) if rights else None
    takedown = node.get("takedown")
    takedown_filter = node.attempt(lambda: _takedown(takedown, folder)) if takedown else None
    depth, snapshot = node.get("gen_depth"), node.get("real_not_below")
    most_depth = node.attempt(lambda: depth.whole(0)) if depth else None
    snapshot_folder = node.attempt(lambda: folder / snapshot.text()) if snapshot else None
    return Policy(
        allowed_licenses,
        pii is not None,
        audience_filter or _audience(None),
        rights_filter,
        takedown_filter,
        GEN_DEPTH if most_depth is None else most_depth,
        snapshot_folder,
    )


def _takedown(node: Node, folder: Path) -> Step:
    """Return the filter for a takedown list: its file, or the options of `filter-takedown`."""
    entries = dict(node.entries()) if isinstance(node.value, dict) else {"list": node}
    return _built("filter-takedown", entries, node, folder)


def _rights(node: Node, folder: Path) -> Step:
    """Return the filter for rights: a use, or the options of `filter-rights`."""
    entries = dict(node.entries()) if isinstance(node.value, dict) else {"use": node}
    if "annotate" in entries:
        entries["annotate"].fail("would let every document pass, and a policy must not; give `annotate` in `steps`")
    return _built("filter-rights", entries, node, folder)


def _built(name: str, entries: dict[str, Node], node: Node, folder: Path) -> Step:
    """Return the step of this name with the options that a mapping gives; its files are relative to `folder`."""
    return build_step(
        find_step(name),
        {key: entry.value for key, entry in entries.items()},
        lambda key: entries.get(key, node).location,
        split_commas=False,
        folder=folder,
    )


def _audience(node: Node | None) -> Step:
    """Return the filter for an audience: a name, or the options of `filter-audience`."""
    options: dict[str, Any] = {}
    if node is not None:
        entries = dict(node.entries()) if isinstance(node.value, dict) else {"audience": node}
        options = {key: entry.value for key, entry in entries.items()}
        return build_step(find_step("filter-audience"), options, lambda key: entries.get(key, node).location)
    return build_step(find_step("filter-audience"), options)


def _keeps_documents(step: Step) -> bool:
    # With an index, its options on record have the index's digest, which is not to be read for this.
    return step.keeps_documents_with({option.key: getattr(step, option.name) for option in step.option_list()})


def _fields_of(step: Step) -> Iterable[str]:
    """Return the fields that a `scrub-pii` masks; none if it only tags them."""
    return () if getattr(step, "mode", "") == "tag" else getattr(step, "fields", ("text",))


def _allow_list(node: Node) -> tuple[str, ...]:
    listed = (
        node.echo if isinstance(node.value, list) else f"[{node.value}]" if isinstance(node.value, str) else "[MIT]"
    )
    node.keys("allow", write=f"{{allow: {listed}}}")
    allow = node.need("allow", "SPDX licences that sources may have").items()
    if len(allow) == 1 and isinstance(allow[0].value, str) and "," in allow[0].value:
        names = [name.strip() for name in allow[0].value.split(",")]
        allow[0].misfit("a list of SPDX licences", f"; write `allow: [{', '.join(names)}]`")
    if not allow:
        node.fail("must allow at least one licence")
    return tuple(filter(None, (node.attempt(functools.partial(_entry, entry)) for entry in allow)))


def _entry(node: Node) -> str:
    name = node.text()
    if problem := entry_problem(name):
        raise UsageError(f"{node.location}: {problem}")
    return name
