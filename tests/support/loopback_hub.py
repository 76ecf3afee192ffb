"""A Hub on loopback: as much of huggingface.co as `hub` asks, with faults on request."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.serving import serving

Files = dict[str, bytes]


@dataclass
class LoopbackHub:
    """Datasets by name and commit; `main` and other names of revisions lead to commits."""

    commits: dict[str, dict[str, Files]] = field(default_factory=dict)
    revisions: dict[tuple[str, str], str] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    faults: "Counter[str]" = field(default_factory=Counter)
    """How often yet to fail: `busy` answers 503, `cut` ends the body of a file in its middle."""
    requests: list[str] = field(default_factory=list)
    url: str = ""

    def add(self, name: str, files: Files, *revisions: str) -> str:
        """Add a commit under names of revisions, and return it."""
        commit = sha1(repr(sorted(files.items())).encode()).hexdigest()  # noqa: S324 - as git names commits
        self.commits.setdefault(name, {})[commit] = files
        for revision in ("main", *revisions):
            self.revisions[name, revision] = commit
        return commit

    def forget(self) -> None:
        """Leave nothing of what was added, asked and to fail."""
        for kept in (self.commits, self.revisions, self.gated, self.faults, self.requests):
            kept.clear()

    def commit_of(self, name: str, revision: str) -> str | None:
        """Return the commit that a revision leads to."""
        commit = self.revisions.get((name, revision), revision)
        return commit if commit in self.commits.get(name, {}) else None


class Handler(BaseHTTPRequestHandler):
    """Answers as the Hub does."""

    protocol_version = "HTTP/1.1"
    hub: LoopbackHub

    def do_GET(self) -> None:
        """Answer a request; its body is left out for HEAD."""
        hub = self.hub
        path = unquote(urlsplit(self.path).path)
        hub.requests.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if hub.faults["busy"] > 0:
            hub.faults["busy"] -= 1
            self.answer(503, b"busy", {"Retry-After": "0"})
            return
        if match := re.fullmatch(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self.file(*match.groups())
        elif match := re.fullmatch(
            r"/api/datasets/([^/]+/[^/]+)(?:/(revision|tree|paths-info)/([^/]+)(?:/(.*))?)?", path
        ):
            self.api(*match.groups(), body=body)
        else:
            self.answer(404, b"{}", {})

    do_HEAD = do_POST = do_GET

    def api(self, name: str, what: str | None, revision: str | None, below: str | None, body: bytes) -> None:
        """Answer what the API is asked of a dataset."""
        hub = self.hub
        if name not in hub.commits:
            self.answer(401, b'{"error":"Invalid username or password."}', {"X-Error-Code": "RepoNotFound"})
            return
        commit = hub.commit_of(name, revision or "main")
        if commit is None:
            self.answer(404, b'{"error":"Invalid rev id"}', {"X-Error-Code": "RevisionNotFound"})
            return
        files = hub.commits[name][commit]
        entries = [self.entry(path, content) for path, content in sorted(files.items())]
        folders = sorted(
            {"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 1)}
        )
        if what == "tree":
            is_recursive = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() in ("true", "1")
            prefix = f"{below}/" if below else ""
            entries += [{"type": "directory", "oid": "0", "size": 0, "path": folder} for folder in folders]
            listed = [entry for entry in entries if str(entry["path"]).startswith(prefix)]
            if not is_recursive:
                listed = [entry for entry in listed if "/" not in str(entry["path"])[len(prefix) :]]
            self.answer(200, json.dumps(listed).encode(), {})
        elif what == "paths-info":
            asked = (
                json.loads(body).get("paths", []) if body.startswith(b"{") else parse_qs(body.decode()).get("paths", [])
            )
            entries += [{"type": "directory", "oid": "0", "size": 0, "path": folder} for folder in folders]
            self.answer(200, json.dumps([entry for entry in entries if entry["path"] in asked]).encode(), {})
        else:
            info = {
                "_id": "1",
                "id": name,
                "sha": commit,
                "private": False,
                "gated": "manual" if name in hub.gated else False,
                "siblings": [{"rfilename": path} for path in sorted(files)],
                "lastModified": "2026-01-01T00:00:00.000Z",
                "createdAt": "2026-01-01T00:00:00.000Z",
                "tags": [],
            }
            self.answer(200, json.dumps(info).encode(), {})

    def entry(self, path: str, content: bytes) -> dict[str, object]:
        """Return what the API says of a file."""
        return {"type": "file", "oid": sha1(content).hexdigest(), "size": len(content), "path": path}  # noqa: S324

    def file(self, name: str, revision: str, path: str) -> None:
        """Send a file, or the range of it that is asked for."""
        hub = self.hub
        commit = hub.commit_of(name, revision)
        if name in hub.gated and "Authorization" not in self.headers:
            self.answer(
                401, b"gated", {"X-Error-Code": "GatedRepo", "X-Error-Message": f"Access to {name} is restricted"}
            )
            return
        if commit is None or path not in hub.commits[name][commit]:
            code = "EntryNotFound" if commit else "RevisionNotFound"
            self.answer(404, b"", {"X-Error-Code": code, "X-Repo-Commit": commit or ""})
            return
        content = hub.commits[name][commit][path]
        headers = {"X-Repo-Commit": commit, "ETag": f'"{sha1(content).hexdigest()}"', "Accept-Ranges": "bytes"}  # noqa: S324
        status = 200
        if match := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(match[1]), int(match[2] or len(content) - 1)
            headers["Content-Range"] = f"bytes {first}-{min(last, len(content) - 1)}/{len(content)}"
            content, status = content[first : last + 1], 206
        self.answer(
            status, content, headers, is_cut=hub.faults["cut"] > 0 and self.command == "GET" and len(content) > 99
        )

    def answer(self, status: int, content: bytes, headers: dict[str, str], *, is_cut: bool = False) -> None:
        """Send an answer; a cut one ends in its middle."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if is_cut else content)
        if is_cut:
            self.hub.faults["cut"] -= 1
            self.close_connection = True

    def log_message(self, *values: object) -> None:
        """Say nothing."""


@contextmanager
def loopback_hub() -> Iterator[LoopbackHub]:
    """Run a Hub on a free port."""
    hub = LoopbackHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield hub
