"""Options that would take more memory than any machine has, or that mean nothing, are refused by the step."""

from collections.abc import Callable
from typing import Any

import pytest

from corpuskit import Dedup, Diff, Export, Files, Head, Settings, Stats, UsageError
from corpuskit.core.options import Options
from corpuskit.formats.tables.csv import TextLines

REFUSED: list[tuple[Callable[..., Options], dict[str, Any]]] = [
    (Dedup, {"permutations": 100_000_000, "bands": 1}),
    (Dedup, {"permutations": 10**30, "bands": 10**30}),
    (Dedup, {"index_reading": "x"}),
    (Head, {"n": 10**30}),
    (Stats, {"top": -1}),
    (Stats, {"samples": -1}),
    (Diff, {"samples": -1}),
    (Export, {"to": ("jsonl", "jsonl")}),
    (Files, {"delimiter": "\n"}),
    (Files, {"delimiter": "\r"}),
    (Files, {"delimiter": '"'}),
    (Files, {"delimiter": "\0"}),
    (Files, {"encoding": "a\0b"}),
    (Files, {"encoding": "idna"}),
    (Files, {"encoding": "punycode"}),
    (Files, {"encoding": "undefined"}),
    (Settings, {"jobs": 10**9}),
    (Settings, {"max_rejects": "²"}),
    (Settings, {"max_rejects": "."}),
    (Settings, {"max_rejects": "1%%"}),
]


@pytest.mark.parametrize(("options", "values"), REFUSED)
def test_a_value_out_of_range_is_refused(options: Callable[..., Options], values: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        options(**values)


def test_values_at_the_limits_are_accepted() -> None:
    assert Dedup(permutations=4096, bands=4096)
    assert Settings(jobs=4096, max_rejects=".5%").rejects_allowed(200) == 1
    assert Settings(max_rejects="12.").rejects_allowed(5) == 12


@pytest.mark.parametrize("encoding", ["utf-16", "iso2022_jp_2", "utf-16-le"])
def test_bytes_that_an_encoding_cannot_hold_are_counted(encoding: str) -> None:
    data = bytes(range(256)) + b"\n"
    assert list(TextLines(encoding, 0).split([(data, False), (data, True)]))
