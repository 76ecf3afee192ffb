"""Of what a dataset was cleared, and whether what takes its place is cleared of it, too, on every way."""

from pathlib import Path
from typing import Any

import pytest

from corpuskit import Files
from corpuskit.core.errors import RefusedError
from corpuskit.core.publish.takedown_gate import demand_still_cleared, missing_entries

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
    assert missing_entries(CLEARED, now).digests == missing
    assert not missing_entries(CLEARED[:1], now).digests and not missing_entries([], now).digests
    if missing:
        with pytest.raises(RefusedError, match="corpus"):
            demand_still_cleared(CLEARED, now, Path("corpus"))
    else:
        demand_still_cleared(CLEARED, now, Path("corpus"))


def test_what_a_part_had_passed_must_be_on_record_again() -> None:
    partly = [step(1, digests=ONE), step(2, upstream="none"), step(3, 1, 2)]
    assert not missing_entries(partly, partly).digests
    assert not missing_entries(partly, [*partly, step(4, 3, digests=TWO, name="takedown")]).digests
    assert missing_entries(partly, [step(1, upstream="none"), step(2, 1)]).digests == {ONE}


FILTERED = step(1, digests=f"{ONE} {TWO}")


@pytest.mark.parametrize(
    ("behind", "makers"),
    [
        ([step(2, 1, name="chunk")], ["chunk"]),
        ([step(2, 1, name="head"), step(3, 2, name="scrub-pii"), step(4, 3, name="chunk")], ["scrub-pii", "chunk"]),
        ([step(2, 1, name="of-another-package")], ["of-another-package"]),
        ([step(2, 1, name="through", upstream="cut")], ["through"]),
        ([step(2, 1, name="dedup") | {"options": {"unit": "line"}}], ["dedup"]),
        ([step(2, 1, name="files") | {"options": {"text_key": "body"}}], ["files"]),
        ([step(2, 1, name="chunk"), step(3, 2, digests=ONE)], ["chunk"]),
        # The filter stands behind one of two ways alone.
        ([step(2, 1, name="chunk"), step(3, 2, digests=f"{ONE} {TWO}"), step(4, 2), step(5, 3, 4)], ["chunk"]),
        ([step(2, 1, name="chunk"), step(3, 2, digests=f"{ONE} {TWO}")], []),
        ([step(2, 1, name="chunk"), step(3, 2, digests=f"{ONE} {TWO}", name="takedown"), step(4, 3, name="index")], []),
        ([step(2, 1, name="dedup") | {"options": {"unit": "document"}}, step(3, 2, name="mix")], []),
        ([step(2, 1, name="files") | {"options": Files().options()}], []),
    ],
)
def test_what_is_made_behind_the_filter_must_pass_it_again(behind: list[Any], makers: list[str]) -> None:
    missing = missing_entries(CLEARED, [FILTERED, *behind])
    assert (bool(missing.digests), missing.makers) == (bool(makers), makers)
    for name in makers:
        assert f"`{name}`" in missing.advice()


@pytest.mark.parametrize(
    ("now", "makers", "readers"),
    [
        # Before any filter stands there, all that makes documents is named.
        ([step(1, name="chunk", upstream="none"), step(2, 1)], ["chunk"], []),
        ([step(1, name="files", upstream="none"), step(2, 1, name="scrub-pii"), step(3, 2)], ["scrub-pii"], []),
        ([step(1, name="fetch-warc", upstream="none"), step(2, 1)], [], []),
        ([step(1, upstream="none"), step(2, 1)], [], []),
        # A filter with a part of the entries behind it does not do.
        ([step(1, name="chunk", upstream="none"), step(2, 1, digests=ONE)], ["chunk"], []),
        # A program that keeps no record wrote what came first.
        ([step(1, name="head", upstream="unverified"), step(2, 1)], [], ["head"]),
        ([step(1, name="chunk", upstream="unverified"), step(2, 1)], ["chunk"], ["chunk"]),
        ([step(1, upstream="unverified", digests=ONE), step(2, 1)], [], ["filter-takedown"]),
        # One way is filtered, the other one is not.
        (
            [
                step(1, name="chunk", upstream="unverified"),
                step(2, 1, digests=f"{ONE} {TWO}"),
                step(3, name="scrub-pii", upstream="none"),
                step(4, 2, 3),
            ],
            ["scrub-pii"],
            [],
        ),
    ],
)
def test_the_first_message_names_all_that_the_filter_must_follow(
    now: list[Any], makers: list[str], readers: list[str]
) -> None:
    missing = missing_entries(CLEARED, now)
    assert missing.digests and (missing.makers, missing.readers) == (makers, readers)


def test_a_place_that_was_made_behind_the_filter_alone_may_be_made_so_again() -> None:
    chunked = [FILTERED, step(2, 1, name="chunk")]
    assert not missing_entries(chunked, chunked).digests
    assert missing_entries(chunked, [step(1), step(2, 1, name="chunk")]).digests == {ONE, TWO}


def test_one_filter_behind_the_last_step_is_asked_for() -> None:
    now = [FILTERED, step(2, 1, name="chunk"), step(3, 2, name="scrub-pii"), step(4, 3)]
    assert missing_entries(CLEARED, now).advice().endswith("and again behind the last of `chunk`, `scrub-pii`")
