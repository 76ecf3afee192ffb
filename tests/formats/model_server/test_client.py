"""What the client of a model server asks, how often, and what it makes of what goes wrong."""

import asyncio
import json
import socket
import time
from pathlib import Path

import pytest

from corpuskit.core.errors import CorpuskitError, RemoteError, UsageError
from corpuskit.formats.model_server import address
from corpuskit.formats.model_server.address import KEY_VARIABLE, connect_to_loopback, demand_base_url, read_key
from corpuskit.formats.model_server.client import WAITS, ModelAnswer, ModelClient, UnansweredError
from tests.support.model_server import ModelServer, answer_of

PATH = "/chat/completions"
KEY = "sk-secret-of-the-test"


def body(number: int) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": f"question {number}"}]}).encode()


def ask(
    url: str, bodies: list[bytes], *, key: str = "", concurrency: int = 4, seconds: float = 5
) -> list[ModelAnswer | CorpuskitError]:
    """Ask for all of them at once; an error takes the place of an answer."""

    async def one(each: ModelClient, data: bytes) -> ModelAnswer | CorpuskitError:
        try:
            return await each.ask(PATH, data)
        except CorpuskitError as error:
            return error

    async def everything() -> list[ModelAnswer | CorpuskitError]:
        async with ModelClient(url, key, concurrency, seconds) as each:
            return list(await asyncio.gather(*(one(each, data) for data in bodies)))

    return asyncio.run(everything())


def test_answers_belong_to_their_requests(server: ModelServer) -> None:
    bodies = [body(number) for number in range(50)]
    answers = ask(server.url, bodies)
    assert answers == [ModelAnswer(200, answer_of(json.loads(data))) for data in bodies]
    assert server.calls == 50
    assert server.most_in_flight <= 4
    assert server.connections <= 4


@pytest.mark.parametrize("fault", ["408", "409", "429", "500", "503", "drop", "cut", "cut-unsaid", "html"])
def test_what_may_pass_is_asked_again(server: ModelServer, fault: str) -> None:
    server.retry_after = "0"
    server.faults = [fault, fault]
    (answer,) = ask(server.url, [body(1)])
    assert answer == ModelAnswer(200, answer_of(json.loads(body(1))))
    assert server.calls == 3


def test_an_answer_that_is_too_slow_is_asked_for_again(server: ModelServer) -> None:
    server.faults = ["slow"]
    (answer,) = ask(server.url, [body(1)], seconds=0.3)
    assert isinstance(answer, ModelAnswer)
    assert server.calls == 2


def test_the_time_that_the_server_names_holds_for_all_requests(server: ModelServer) -> None:
    server.faults = ["429"]
    begin = time.monotonic()
    answers = ask(server.url, [body(number) for number in range(6)], concurrency=1)
    assert all(isinstance(answer, ModelAnswer) for answer in answers)
    assert 1 <= time.monotonic() - begin < 6, "each has waited for itself"
    assert server.calls == 7


def test_a_server_that_wants_long_waits_is_given_up(server: ModelServer) -> None:
    server.faults, server.retry_after = ["429"], "3600"
    (answer,) = ask(server.url, [body(1)])
    assert isinstance(answer, UnansweredError)
    assert server.calls == 1


def test_tries_end(server: ModelServer) -> None:
    server.fault_of = lambda data, calls: "500" if data == body(1) else ""
    answers = ask(server.url, [body(number) for number in range(3)])
    assert isinstance(answers[1], UnansweredError)
    assert answers[1].exit_code == 7
    assert isinstance(answers[0], ModelAnswer)
    assert server.bodies[body(1)] == 5


def test_a_server_that_only_fails_is_not_asked_further(server: ModelServer) -> None:
    server.fault_of = lambda data, calls: "500"
    answers = ask(server.url, [body(number) for number in range(3)])
    ends = [type(answer) for answer in answers]
    assert ends.count(UnansweredError) == 2
    assert ends.count(RemoteError) == 1


@pytest.mark.parametrize(("fault", "words"), [("401", "refuses access")])
def test_without_access_nothing_is_asked_again(server: ModelServer, fault: str, words: str) -> None:
    server.faults = [fault]
    (answer,) = ask(server.url, [body(1)], key=KEY)
    assert isinstance(answer, RemoteError)
    assert words in str(answer)
    assert KEY not in str(answer)
    assert server.calls == 1
    assert server.keys == [f"Bearer {KEY}"]


def test_a_wrong_request_is_answered_once(server: ModelServer) -> None:
    server.faults = ["400"]
    (answer,) = ask(server.url, [body(1)])
    assert isinstance(answer, ModelAnswer)
    assert answer.status == 400
    assert server.calls == 1


def test_where_nothing_answers_nothing_is_asked_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    begin = time.monotonic()
    (answer,) = ask(f"http://127.0.0.1:{port}/v1", [body(1)])
    assert isinstance(answer, RemoteError)
    assert "nothing answers there" in str(answer)
    assert time.monotonic() - begin < sum(WAITS)


def test_plain_http_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for ip in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        connect_to_loopback((family, socket.SOCK_STREAM, 0, "", (ip, 80))).close()
    for ip in ("10.0.0.1", "192.0.2.1", "198.51.100.1", "::ffff:192.0.2.1", "169.254.169.254"):
        with pytest.raises(OSError, match="this machine"):
            connect_to_loopback((socket.AF_INET, socket.SOCK_STREAM, 0, "", (ip, 80)))
    (answer,) = ask("http://192.0.2.1:9/v1", [body(1)])
    assert isinstance(answer, UsageError)
    assert "https" in str(answer)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("192.0.2.7", 9))])
    (answer,) = ask("http://localhost:9/v1", [body(1)])
    assert isinstance(answer, UsageError), "a name is judged by where it leads"


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8080", "ftp://host/v1", "http://", "http://u:p@host/v1", "https://host/v1?key=1", "http://h:x/v1"],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        demand_base_url(url)


def test_the_key_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert read_key(None) == ""
    monkeypatch.setenv(KEY_VARIABLE, "sk-1")
    assert read_key(None) == "sk-1"
    file = tmp_path / "key"
    file.write_text("sk-2\n")
    assert read_key(file) == "sk-2"
    for bad in ("", "two words", "bad\nHeader: x"):
        file.write_text(bad)
        with pytest.raises(UsageError) as raised:
            read_key(file)
        assert not bad or bad not in str(raised.value)
    assert address.KEY_VARIABLE == "CORPUSKIT_MODEL_KEY"
