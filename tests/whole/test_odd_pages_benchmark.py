"""What counts as wanted and allowed in the golds of pages made for a fault each."""

from pathlib import Path

import pytest

from tests.benchmarks import odd_pages

MARKUP = """<head><title>Tides</title></head><h1>Tides</h1><p>High at <b>noon</b>, <time>2 hours ago</time>.
<div data-state='{"note": ["from data"]}'></div><img alt="x_1"><code>a_b</code><script>var never</script>"""
GOLD = """```json
{
  "title": "Tides",
  "published": "2026-05-01"
}
```

## Comments

High at **noon**, [2026-05-01](https://example.com/may). $x_{\\text{1}}$ `a_b` From data

> [!info] never

![alt](https://example.com/picture)"""


def test_wanted_is_what_a_reader_sees() -> None:
    wanted, allowed = odd_pages.gold_words(GOLD, MARKUP)
    assert sorted(wanted.elements()) == ["1", "a", "at", "b", "data", "from", "high", "noon", "x"]
    assert (allowed - wanted).keys() == {"2026", "05", "01", "comments", "never", "tides"}
    page = odd_pages.OddPage("tides", MARKUP, wanted, allowed)
    assert odd_pages.recall_and_precision(page, "Tides high at noon: ebb") == pytest.approx((3 / 9, 4 / 5))
    assert odd_pages.recall_and_precision(page, "") == (0.0, 0.0)


def test_absent_pages_are_a_reason_to_skip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd_pages.main([str(tmp_path)])
    assert capsys.readouterr().out == f"skipped: there are no pages in {tmp_path}\n"


def test_a_row_for_each_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tides.html").write_text(MARKUP)
    (tmp_path / "tides.expected.md").write_text(GOLD)
    odd_pages.main([str(tmp_path), "--words", "tides"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines if line[:1] != " "] == ["recall,", "tides", "mean", "all"]
