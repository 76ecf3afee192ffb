"""A range is what was asked for, however many answers it takes; what was taken in is not asked for again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpuskit.core.errors import RemoteError, UsageError
from corpuskit.core.reading import retries
from corpuskit.core.reading.connection_slots import Slot
from corpuskit.core.reading.retries import with_retries
from corpuskit.core.reading.web_fetch import fetch, fetch_range, fetch_tail
from corpuskit.core.reading.web_requests import WrongAnswerError, retry_after
from tests.support.crawl import Crawl, CrawlServer, serving_crawl

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

DATA = bytes(range(256)) * 16_384


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrawlServer]:
    monkeypatch.setattr(retries, "WAITS", (0, 0, 0))
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path_factory.mktemp("state")))
    crawl = Crawl(archives=1, pages=2, parts=1)
    crawl.files["data"] = DATA
    with serving_crawl(crawl) as running:
        yield running


@pytest.mark.parametrize(("start", "end"), [(0, 1), (5, 4_000_000), (4_194_300, 5_000_000), (6_000_000, 6_000_010)])
def test_a_range_is_what_the_file_has_there(server: CrawlServer, start: int, end: int) -> None:
    answer = fetch_range(f"{server.url}/data", start, end, allow_private=True)
    assert answer.data == DATA[start:end] and answer.start == start


@pytest.mark.parametrize(
    "faults", [["cut"], ["cut"] * 3, ["no-length-cut", "cut"], ["long-length"], ["short-length"] * 4]
)
def test_what_came_before_a_cut_is_not_asked_for_again(server: CrawlServer, faults: list[str]) -> None:
    server.faults["data"] = list(faults)
    assert fetch_range(f"{server.url}/data", 7, 4_000_007, allow_private=True).data == DATA[7:4_000_007]
    assert server.sent["data"] < 4_300_000
    assert len(server.requests) == len(faults) + ("long-length" not in faults)


def test_a_file_as_a_whole_stands_in_for_its_range_near_its_start(server: CrawlServer) -> None:
    server.faults["data"] = ["always-200"]
    assert fetch_range(f"{server.url}/data", 70_000, 70_100, allow_private=True).data == DATA[70_000:70_100]
    server.crawl.files["data"] = bytes(30_000_000)
    with pytest.raises(RemoteError, match="sends whole files, not the ranges"):
        fetch_range(f"{server.url}/data", 20_000_000, 20_000_100, allow_private=True)
    # It is not read to its end to find that out.
    assert server.sent["data"] < 10_000_000


def test_the_end_of_a_file_tells_its_length(server: CrawlServer) -> None:
    answer = fetch_tail(f"{server.url}/data", 100, allow_private=True)
    assert (answer.data, answer.start, answer.size) == (DATA[-100:], len(DATA) - 100, len(DATA))
    assert fetch_tail(f"{server.url}/data", 10**8, allow_private=True).data == DATA


def test_an_answer_is_bounded(server: CrawlServer) -> None:
    assert fetch(f"{server.url}/data", len(DATA), allow_private=True) == DATA
    with pytest.raises(RemoteError, match="it is more than 1000 bytes"):
        fetch(f"{server.url}/data", 1000, allow_private=True)
    with pytest.raises(UsageError, match="no such address"):
        fetch(f"{server.url}/nothing", 1000, allow_private=True)


def test_a_server_is_waited_for_within_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(retries.time, "sleep", slept.append)
    monkeypatch.setattr(retries, "_waited", retries.Counter())

    class BusyError(Exception):
        status = 503
        headers: dict[str, str] = {}  # noqa: RUF012

    def fail() -> None:
        raise BusyError

    with pytest.raises(RemoteError, match="status 503"):
        with_retries("http://budget.example/a", fail)
    assert slept == [1, 2, 4, 8, 16, 32, 60]
    messages = []
    for _ in range(40):
        with pytest.raises(RemoteError) as caught:
            with_retries("http://budget.example/a", fail)
        messages.append(str(caught.value))
    assert "try again later" in messages[0] and "it was waited for 1800 s in all" in messages[-1]
    assert sum(slept) <= 1800
    slept.clear()
    BusyError.headers = {"Retry-After": "3"}
    with pytest.raises(RemoteError):
        with_retries("http://other.example/a", fail)
    assert slept == [3, 3, 4, 8, 16, 32, 60]
    slept.clear()
    BusyError.headers = {"Retry-After": "61"}
    with pytest.raises(RemoteError):
        with_retries("http://other.example/a", fail)
    assert slept == []


def test_a_wrong_answer_is_tried_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries.time, "sleep", lambda seconds: None)
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        raise WrongAnswerError("another")

    with pytest.raises(RemoteError, match="another"):
        with_retries("http://wrong.example/a", fail)
    assert len(tries) == retries.WRONG_ANSWERS


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("12", 12), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", 0), ("", 0), ("-5", 0), ("9" * 40, 999999999)],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: int) -> None:
    error = Exception()
    error.headers = {"Retry-After": value}  # type: ignore[attr-defined]
    assert retry_after(error) == seconds


def test_few_processes_talk_to_a_host_at_a_time(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess
    import sys
    import time

    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("CORPUSKIT_STATE", str(folder))
    log = folder / "log"
    script = (
        "import time; from corpuskit.core.reading.connection_slots import Slot\n"
        "with Slot('http://slots.example/a', processes=2):\n"
        f"    file = open({str(log)!r}, 'a', buffering=1); file.write('+\\n'); time.sleep(0.1); file.write('-\\n')\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(5)]
    assert [child.wait(60) for child in children] == [0] * 5
    held = 0
    for mark in log.read_text().split():
        held += 1 if mark == "+" else -1
        assert 0 <= held <= 2
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("one process shares its own"))
    with Slot("http://slots.example/a", processes=1), Slot("http://slots.example/b", processes=1):
        pass


def test_who_waits_for_other_processes_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import subprocess
    import sys

    from corpuskit.core.reading import connection_slots

    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path))
    monkeypatch.setattr(connection_slots, "SILENCE", 0)
    script = (
        "import sys; from corpuskit.core.reading.connection_slots import Slot\n"
        "with Slot('http://user:pass@slots.example/a', processes=1):\n"
        "    print('held', flush=True); sys.stdin.read(1)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin and other.stdout and other.stdout.readline()
        notice = connection_slots.console.notice
        told: list[str] = []

        def tell_and_let_go(name: str, message: str) -> None:
            told.append(message)
            notice(name, message)
            assert other.stdin
            other.stdin.close()

        monkeypatch.setattr(connection_slots.console, "notice", tell_and_let_go)
        with Slot("http://user:pass@slots.example/b", processes=1):
            pass
    assert told == ["waiting for slots.example: 1 process of yours may talk to it at a time"]
    assert "pass@" not in capsys.readouterr().err
