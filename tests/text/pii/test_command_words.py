"""What goes on record of a command: no secret that can be told, no folder, and every other word as it is."""

import time

import pytest

from corpuskit.text.pii.command_words import words_on_record


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["x", "--token", "--verbose"], ["x", "--token", "--verbose"]),
        (["x", "--user", "me"], ["x", "--user", "me"]),
        (["x", "--user", "me:hush"], ["x", "--user", "me:…"]),
        (["curl", "-H", "Cookie: a=b; c=d"], ["curl", "-H", "Cookie: …"]),
        (["x", "hf_" + "a1" * 16], ["x", "…"]),
        (["x", "http://[broken/x?token=hush"], ["x", "http://…"]),
        (["x", "//srv/share/a", "~/a/b.py", "/", "/home/me/"], ["x", "a", "b.py", "/", "me"]),
        (["sh", "-c", "cat /home/me/x | /opt/bin/tool -I/home/me/inc"], ["sh", "-c", "cat x | tool -Iinc"]),
        (["x", "caf\udce9"], ["x", "caf\udce9"]),
    ],
)
def test_words_go_on_record(words: list[str], expected: list[str]) -> None:
    assert words_on_record(words) == expected


def test_a_long_word_is_cut_and_soon_read() -> None:
    start = time.process_time()
    for text in ("a-" * 50_000, "/a" * 50_000, "token=" * 20_000, "-u " * 30_000, "https://" * 10_000, "x-" * 50_000):
        (recorded,) = words_on_record([text])
        assert len(recorded) <= 4097 and recorded.endswith("…")
    assert time.process_time() - start < 10
