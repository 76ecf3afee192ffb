"""Lines of a text file: none is lost for another, and a long one costs no more than its bytes."""

import io
from pathlib import Path

import pytest

from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.inputs import Input
from corpuskit.formats import text_lines as module
from corpuskit.formats.text_lines import text_lines
from tests.conftest import Run


def test_a_line_that_is_too_long_is_rejected_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LINE", 1000)
    text = b"first\n\n" + b"x" * 300_000 + b"\n" + b"y" * 1000 + b"\nlast"
    (tmp_path / "a.txt").write_bytes(text)
    *lines, last = text_lines(Input("a.txt", local_path=tmp_path / "a.txt"))
    first, long, exact = lines
    assert isinstance(long, Rejected) and (long.reason, long.offset) == ("line-too-long", 7)
    assert long.detail == "line 3 has 300,000 bytes"
    kept = [(line.number, line.offset, line.content) for line in (first, exact, last) if not isinstance(line, Rejected)]
    assert kept == [(1, 0, b"first"), (4, 300_008, b"y" * 1000), (5, 301_009, b"last")]


def test_each_byte_of_a_long_line_is_copied_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    joined = 0

    class Counted(bytes):
        def __add__(self, other: object) -> bytes:
            raise AssertionError("a line that is added to, block by block, is copied each time")

        def split(self, *_: object) -> list[bytes]:  # type: ignore[override]
            nonlocal joined
            joined += len(self)
            return [Counted(part) for part in bytes(self).split(b"\n")]

    stream = io.BytesIO(b"word " * 200_000)
    blocks = [Counted(block) for block in iter(lambda: stream.read(1000), b"")]
    input_ = Input("long.txt")
    monkeypatch.setattr(Input, "blocks", lambda _: iter(blocks))
    (line,) = text_lines(input_)
    assert not isinstance(line, Rejected) and len(line.content) == joined == 1_000_000


def test_lines_of_zeros_are_no_text(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\0 line\n\0\0\0\0\nbell\x07\nlast\n")
    done = corpuskit("files", "--lines", "a.txt", "--rejects", "rejects.jsonl")
    assert done.stdout.count(b"\n") == 3 and b"1 rejected (not-text 1)" in done.stderr
    assert b"line 2: 4 of 4 characters" in (tmp_path / "rejects.jsonl").read_bytes()
