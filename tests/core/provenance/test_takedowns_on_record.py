"""Of what a dataset was cleared, and whether what takes its place is cleared of it, too, on every way."""

from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.errors import RefusedError
from corpuskit.core.provenance.takedowns_on_record import demand_still_cleared, missing_digests

ONE, TWO = "1" * 16, "2" * 16


def step(number: int, *parents: int, digests: str = "", upstream: str = "verified", name: str = "") -> Any:
    name = name or ("filter-takedown" if digests else "export")
    options = {"list": {"digest": "sha256:", "entries": digests}} if digests else {}
    return {"id": str(number), "from": [*map(str, parents)], "name": name, "options": options, "upstream": upstream}


CLEARED = [step(1, upstream="none"), step(2, 1, digests=f"{ONE} {TWO}", name="takedown")]


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        ([], {ONE, TWO}),
        ([step(1, upstream="none")], {ONE, TWO}),
        ([step(1, upstream="none", digests=ONE)], {TWO}),
        ([step(1, upstream="none", digests=ONE), step(2, 1, digests=TWO)], set()),
        ([step(1, upstream="unverified", digests=f"{ONE} {TWO}")], set()),
        ([step(1, digests=f"{ONE} {TWO}"), step(2, 1, upstream="cut")], set()),
        # Something came in beside what the filter sent.
        ([step(1, digests=f"{ONE} {TWO}"), step(2, 1, upstream="unverified")], {ONE, TWO}),
        # One of two sources went past the filter, or past an entry.
        ([step(1, digests=f"{ONE} {TWO}"), step(2, upstream="none"), step(3, 1, 2)], {ONE, TWO}),
        ([step(1, digests=f"{ONE} {TWO}"), step(2, digests=ONE), step(3, 1, 2)], {TWO}),
        ([step(1, digests=f"{ONE} {TWO}"), step(2, digests=f"{ONE} {TWO}"), step(3, 1, 2)], set()),
        ([step(1, digests=f"{ONE} {TWO}"), step(2, upstream="none")], {ONE, TWO}),
        ([step(1), step(2), step(3, 1, 2), step(4, 3, digests=f"{ONE} {TWO}")], set()),
    ],
)
def test_every_way_must_have_passed_what_the_dataset_was_cleared_of(now: list[Any], missing: set[str]) -> None:
    assert missing_digests(CLEARED, now) == missing
    assert not missing_digests(CLEARED[:1], now) and not missing_digests([], now)
    if missing:
        with pytest.raises(RefusedError, match="corpus"):
            demand_still_cleared(CLEARED, now, Path("corpus"))
    else:
        demand_still_cleared(CLEARED, now, Path("corpus"))


def test_what_a_part_had_passed_must_be_on_record_again() -> None:
    partly = [step(1, digests=ONE), step(2, upstream="none"), step(3, 1, 2)]
    assert not missing_digests(partly, partly)
    assert not missing_digests(partly, [*partly, step(4, 3, digests=TWO, name="takedown")])
    assert missing_digests(partly, [step(1, upstream="none"), step(2, 1)]) == {ONE}
