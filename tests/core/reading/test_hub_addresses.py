"""`hf://` addresses, against a small Hub on the loopback: revisions, cut bodies, names that are not there."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.support.serving import serving

DATA = b"".join(json.dumps({"id": str(number), "text": f"Tide {number}."}).encode() + b"\n" for number in range(5000))
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILE = {"type": "file", "path": "data/a.jsonl", "size": len(DATA), "oid": "b" * 40}


class SmallHub(ThreadingHTTPServer):
    """Has the dataset `acme/tides`; of `acme/closed` it says what the Hub says of private names."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.cuts = 0
        """How many answers will break off."""
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    """The part of the Hub's API that reading a file needs."""

    server: SmallHub

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests.append(path)
        if path.startswith("/api/datasets/acme/tides/tree/"):
            self._send(200, json.dumps([FILE] if path.endswith("data") else []).encode())
        elif path.startswith("/api/datasets/acme/tides"):
            self._send(200, json.dumps({"_id": "0", "id": "acme/tides", "sha": COMMIT, "siblings": []}).encode())
        elif path.startswith("/datasets/acme/tides/resolve/"):
            first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
            start, end = int(first), int(last or len(DATA) - 1) + 1
            self._send(206, DATA[start:end], ("Content-Range", f"bytes {start}-{end - 1}/{len(DATA)}"))
        else:
            self._send(401 if "closed" in path else 404, b"{}", ("X-Error-Code", "RepoNotFound"))

    do_HEAD = do_GET

    def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), ("X-Repo-Commit", COMMIT), *headers):
            self.send_header(name, value)
        self.end_headers()
        if status == 206 and self.server.cuts:
            self.server.cuts -= 1
            body = body[: len(body) // 3]
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def hub(environment: dict[str, str], tmp_path: Path) -> Iterator[SmallHub]:
    server = SmallHub()
    with serving(server):
        environment["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
        environment["HF_HOME"] = str(tmp_path / "home")
        yield server


def test_a_file_is_read_at_the_revision_that_is_named(corpuskit: Run, hub: SmallHub) -> None:
    done = corpuskit("files", f"hf://datasets/acme/tides@{COMMIT}/data/a.jsonl")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 5000, done.stderr
    files = [path for path in hub.requests if "/resolve/" in path]
    assert files and all(f"/resolve/{COMMIT}/data/a.jsonl" in path for path in files)


def test_a_body_that_is_cut_goes_on_where_it_ended(corpuskit: Run, hub: SmallHub) -> None:
    whole = corpuskit("files", "hf://datasets/acme/tides/data/a.jsonl")
    hub.cuts = 1
    resumed = corpuskit("files", "hf://datasets/acme/tides/data/a.jsonl")
    assert resumed.returncode == 0 and resumed.stdout == whole.stdout and hub.cuts == 0, resumed.stderr


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("acme/none/a.jsonl", 2, b"no such address: hf://datasets/acme/none/a.jsonl"),
        ("acme/closed/a.jsonl", 2, b"hf auth login"),
        ("acme/tides/data/b.jsonl", 2, b"no such address"),
        ("acme", 2, b"hf://datasets/OWNER/NAME@REVISION/FILE"),
    ],
)
def test_what_is_not_there_is_named(corpuskit: Run, hub: SmallHub, address: str, code: int, words: bytes) -> None:
    done = corpuskit("files", f"hf://datasets/{address}")
    assert done.returncode == code and words in done.stderr and done.stderr.count(b"\n") == 1, done.stderr


def test_offline_no_socket_is_opened(corpuskit: Run, hub: SmallHub, environment: dict[str, str]) -> None:
    environment["HF_HUB_OFFLINE"] = "1"
    done = corpuskit("files", "hf://datasets/acme/tides/data/a.jsonl")
    assert done.returncode == 7 and b"HF_HUB_OFFLINE" in done.stderr and not hub.requests
