"""`fetch-warc --crawl` understands the index and the files of a real pywb, whose CDX API is that of Common Crawl."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpuskit import FetchWarc, Flow, resolve
from corpuskit.core.document import encode
from tests.support.crawl import CRAWL, Crawl

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def pywb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of pywb, in an environment of their own: its licence is the GPL, and it is no dependency."""
    folder = tmp_path_factory.mktemp("pywb")
    for command in ([sys.executable, "-m", "venv", folder], [folder / "bin" / "pip", "install", "-q", "pywb"]):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
            pytest.skip(f"pywb cannot be installed: {reason[0]}")
    return folder / "bin"


@pytest.fixture(scope="module")
def crawl() -> Crawl:
    return Crawl(archives=4, pages=25)


@pytest.fixture(scope="module")
def address(pywb: Path, crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running pywb with the archives of a crawl: indexed in a collection, and as static files."""
    folder = tmp_path_factory.mktemp("collections")
    (folder / "collections/web/indexes").mkdir(parents=True)
    for part in ("static", "collections/web/archive"):
        (folder / part).mkdir(parents=True)
        for path in crawl.paths:
            (folder / part / Path(path).name).write_bytes(crawl.files[path])
    subprocess.run([pywb / "wb-manager", "reindex", "web"], cwd=folder, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [pywb / "wayback", "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log
        )
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(240):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/", timeout=1):  # noqa: S310
                    break
                time.sleep(0.5)
            else:
                pytest.fail(f"pywb does not answer: {(folder / 'log').read_text()[-500:]}")
            yield url
        finally:
            server.terminate()
            server.wait(20)


@pytest.mark.parametrize(
    ("options", "is_meant"),
    [
        ({"url": ("*.example.org",), "status": ("200",)}, lambda row: "example.org" in row["url"]),
        (
            {"url": ("example.org/news/*",), "status": ("2xx",)},
            lambda row: row["urlkey"].startswith("org,example)/news/"),
        ),
        ({"url": ("example.com/about/0-3",)}, lambda row: row["url"].endswith("example.com/about/0-3")),
        ({"url": ("*.example.org",), "status": ("404",)}, lambda row: "example.org" in row["url"]),
        ({"url": ("absent.example/*",)}, lambda row: False),
    ],
    ids=["domain", "path", "page", "status", "absent"],
)
def test_its_index_and_files_give_the_documents_of_the_archives(
    address: str, crawl: Crawl, options: Any, is_meant: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    statuses = [status.replace("2xx", "200") for status in options.get("status", ("200",))]
    pages = [row for row in crawl.rows if row["mime"] == "text/html" and row["status"] in statuses]
    meant = {row["url"] for row in pages if is_meant(row)}
    base = f"{address}/static/"
    step = FetchWarc(crawl=CRAWL, base=base, cdx=f"{address}/web/cdx", save=tmp_path / "kept", **options)
    documents = list(Flow([step], [].append).documents(step.named_inputs(allow_private=True)))
    assert {document.metadata["url"] for document in documents} == meant
    archives = resolve([f"{base}{Path(path).name}" for path in crawl.paths], allow_private=True)
    direct = [item for item in Flow([FetchWarc()], [].append).documents(archives) if item.metadata["url"] in meant]
    assert list(map(encode, documents)) == list(map(encode, direct))
