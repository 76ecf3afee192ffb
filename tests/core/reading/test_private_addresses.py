"""No address leads into a private network unless that is allowed: in no spelling, by no name and over no redirect."""

import http.server
import socket
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from corpuskit import resolve
from corpuskit.core.errors import CorpuskitError, UsageError
from corpuskit.core.reading import private_addresses, retries
from corpuskit.core.reading.private_addresses import demand_public_host, is_public
from corpuskit.core.reading.web_fetch import fetch, fetch_range, fetch_tail
from tests.conftest import Run
from tests.support.serving import serving

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

PRIVATE_HOSTS = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1 0x7F.1 0177.0.0.1 0177.1 017700000001
127.0.0.0x1 0.0.0.0 0 0x0 10.0.0.1 10.1 167772161 0xa000001 012.0.0.1 172.16.0.1 172.31.255.255 0xac.0x10.0.1
192.168.0.1 192.168.257 3232235521 0300.0250.0.1 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376
169.254.43518 100.64.0.1 100.100.100.200 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1
255.255.255.255 168.63.129.16 [::1] [::] [0:0:0:0:0:0:0:1] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1]
[::ffff:10.0.0.1] [0:0:0:0:0:ffff:a9fe:a9fe] [::ffff:0:127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::169.254.169.254]
[64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:0:7f00:1::1] [fe80::1] [fe80::a9fe:a9fe] [fec0::1]
[fc00::1] [fd00:ec2::254] [ff02::1] [2001:db8::1] [2606:4700::5efe:10.0.0.1] localhost LOCALHOST
""".split()  # noqa: SIM905 - a list of words reads better
PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "100.63.0.1",
    "100.128.0.1",
    "11.0.0.1",
]
PUBLIC += ["2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2606:4700::5efe:808:808"]


class Server(http.server.BaseHTTPRequestHandler):
    """Redirects `/to/ADDRESS` there, and notes each request with its headers."""

    requests: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.requests.append((self.path, dict(self.headers)))
        leads = self.path.startswith("/to/")
        self.send_response(302 if leads else 200)
        if leads:
            self.send_header("Location", bytes.fromhex(self.path.removeprefix("/to/")).decode())
        self.send_header("Content-Length", "0" if leads else "3")
        self.end_headers()
        if not leads and self.command == "GET":
            self.wfile.write(b"{}\n")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here passes, so nothing is waited for."""
    monkeypatch.setattr(retries, "WAITS", ())
    Server.requests.clear()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    with serving(running):
        yield f"127.0.0.1:{running.server_address[1]}"


@pytest.fixture
def public_server(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server, at an address that counts as public."""
    monkeypatch.setattr(private_addresses, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    return server


def read(url: str, **more: Any) -> bytes:
    """What reading an input gives."""
    (input_,) = resolve([url], **more)
    return input_.read_all(1000)


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_a_private_address_is_refused_in_every_spelling(host: str, server: str) -> None:
    port = server.partition(":")[2]
    url = f"http://{host}:{port}/a.jsonl"
    for read_url in (
        read,
        lambda url: fetch(url, 100),
        lambda url: fetch_range(url, 0, 9),
        lambda url: fetch_tail(url, 9),
    ):
        with pytest.raises(CorpuskitError) as caught:
            read_url(url)
        assert caught.value.exit_code == 2
        assert "--allow-private" in str(caught.value) or "not a valid address" in str(caught.value)
    assert Server.requests == []


def test_most_spellings_are_refused_for_where_they_lead() -> None:
    """And not for being no address: what the web client cannot read proves nothing."""
    refused = 0
    for host in PRIVATE_HOSTS:
        with pytest.raises(UsageError) as caught:
            fetch(f"http://{host}:9/", 100)
        refused += "--allow-private" in str(caught.value)
    assert refused >= 50, refused


@pytest.mark.parametrize("host", [host for host in PRIVATE_HOSTS if host != "127.0.0.1"])
def test_a_redirect_to_a_private_address_is_refused(
    host: str, public_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", _infos_without_loopback(socket.getaddrinfo)
    )  # other spellings of the server's own address must not count as public
    url = f"http://{public_server}/to/{f'http://{host}:9/x'.encode().hex()}"
    for read_url in (read, lambda url: fetch(url, 100), lambda url: fetch_range(url, 0, 9)):
        Server.requests.clear()
        with pytest.raises(CorpuskitError) as caught:
            read_url(url)
        assert caught.value.exit_code in (2, 7)
        assert "status" not in str(caught.value)
        assert all(path.startswith("/to/") for path, _ in Server.requests) and Server.requests


def _infos_without_loopback(getaddrinfo: Any) -> Any:
    def look_up(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        infos = getaddrinfo(host, port, *more, **options)
        if host in ("127.0.0.1", b"127.0.0.1"):
            return infos
        return [(*info[:4], ("127.0.0.2", *info[4][1:])) if info[4][0] == "127.0.0.1" else info for info in infos]

    return look_up


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_refused(address: str) -> None:
    assert is_public(address)


def test_what_is_looked_at_is_the_address_that_is_connected_to(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to a public address when it is looked up first, and to this machine then."""
    looked_up: list[str] = []
    original = socket.getaddrinfo

    def rebind(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host != "rebinding.example":
            return original(host, port, *more, **options)
        looked_up.append(host)
        address = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return original(address, port, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    demand_public_host("rebinding.example")
    for _ in range(2):
        with pytest.raises(UsageError, match="--allow-private"):
            fetch(f"http://rebinding.example:{server.partition(':')[2]}/a", 100)
    assert len(looked_up) >= 2
    assert Server.requests == []


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "sftp://localhost/x", "webhdfs://10.0.0.1/x", "smb://192.168.1.1/s"]
)
def test_other_kinds_of_address_lead_there_as_little(url: str) -> None:
    with pytest.raises(UsageError, match="--allow-private"):
        read(url)


def test_they_are_read_if_that_is_allowed(server: str, corpuskit: Run) -> None:
    assert read(f"http://{server}/a.jsonl", allow_private=True) == b"{}\n"
    refused = corpuskit("head", f"http://{server}/a.jsonl")
    assert refused.returncode == 2
    assert (
        b"it leads into a private network or to this machine; if that is meant, add --allow-private" in refused.stderr
    )
    assert corpuskit("files", f"http://{server}/a.txt", "--allow-private").returncode == 0


def test_credentials_go_to_the_host_that_they_are_for_alone(server: str) -> None:
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    with serving(other):
        target = f"http://127.0.0.1:{other.server_address[1]}/a.jsonl"
        for read_url in (lambda url: read(url, allow_private=True), lambda url: fetch(url, 100, allow_private=True)):
            Server.requests.clear()
            read_url(f"http://someone:secret@{server}/to/{target.encode().hex()}")
            with_credentials = [path for path, headers in Server.requests if "Authorization" in headers]
            without = [path for path, headers in Server.requests if "Authorization" not in headers]
            assert with_credentials and all(path.startswith("/to/") for path in with_credentials)
            assert without and all(path == "/a.jsonl" for path in without)


def test_servers_are_told_who_asks(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUSKIT_CONTACT", "https://example.org/crawl")
    read(f"http://{server}/a.jsonl", allow_private=True)
    assert {headers["User-Agent"].partition("/")[0] for _, headers in Server.requests} == {"corpuskit"}
    assert Server.requests[0][1]["User-Agent"].endswith(" (+https://example.org/crawl)")
    Server.requests.clear()
    monkeypatch.setenv("CORPUSKIT_CONTACT", "a\r\nX-Injected: b")
    read(f"http://{server}/a.jsonl", allow_private=True)
    assert "X-Injected" not in Server.requests[0][1]
