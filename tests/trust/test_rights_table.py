"""rights-table: every capture counts once, under its host and date, and nothing else is taken for one."""

import json
from pathlib import Path

import pytest
import zstandard

from corpuskit.text.rights.table_file import HostTable
from corpuskit.trust.rights import sorting
from tests.conftest import Run
from tests.support.warc import gz, http, record

ROBOTS = b"User-agent: GPTBot\nDisallow: /\n"


def capture(number: int, url: str, block: bytes, date: str = "2024-05-06T07:08:09Z") -> bytes:
    """A response of an address at a time."""
    return (
        record(number, block)
        .replace(f"http://example.org/{number}".encode(), url.encode())
        .replace(b"2024-05-06T07:08:09Z", date.encode())
    )


def plain(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return http(body, f"Content-Type: text/plain{more}", status)


def rows_of(table: Path) -> list[dict[str, object]]:
    """The rows, as any reader of zstd sees them; the first is the header."""
    with (
        table.open("rb") as stream,
        zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True) as text,
    ):
        return [json.loads(line) for line in text.read().splitlines()]


def test_archives_folders_and_tables_come_together(tmp_path: Path, corpuskit: Run) -> None:
    archive = [
        capture(1, "https://b.example/robots.txt", plain(ROBOTS)),
        capture(2, "http://a.example/robots.txt", plain(b"User-agent: *\nDisallow: /a\n")),
        capture(3, "https://b.example/robots.txt", plain(ROBOTS), "2025-01-01T00:00:00Z"),
        capture(4, "https://b.example/robots.txt", plain(b"gone", "404 Not Found"), "2026-01-01T00:00:00Z"),
        capture(5, "https://b.example/page.html", plain(b"<p>a page")),
        capture(6, "https://c.example/robots.txt", plain(b"", "503 Busy")),
        capture(
            7, "https://d.example/robots.txt", plain(b"", "301 Moved", "\r\nLocation: https://www.d.example/robots.txt")
        ),
        capture(8, "https://e.example/x/rsl.xml", plain(b'<rsl xmlns="https://rslstandard.org/rsl"/>')),
        capture(9, "https://b.example/.well-known/tdmrep.json", plain(b'[{"location":"/","tdm-reservation":1}]')),
    ]
    (tmp_path / "robots.warc.gz").write_bytes(gz(archive))
    well_known = tmp_path / "sites" / "a.example" / ".well-known"
    well_known.mkdir(parents=True)
    (well_known / "tdmrep.json").write_text('[{"location":"/b","tdm-reservation":1}]')
    (well_known.parent / "LICENSE").write_text("Some terms\n")
    (well_known.parent / "notes.md").write_text("nothing")
    done = corpuskit("rights-table", "robots.warc.gz", "sites", "-o", "rights.jsonl.zst", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["hosts"] == 4 and answer["captured"] == ["2024-05-06T07:08:09Z", "2026-01-01T00:00:00Z"]
    assert answer["captures"] == {"license": 1, "redirect": 1, "robots": 4, "rsl": 1, "tdmrep": 2}
    assert answer["skipped"] == {"other files": 1, "status 503": 1}
    header, *rows = rows_of(tmp_path / "rights.jsonl.zst")
    assert header["hosts"] == 4 and {"protego", "http-sf", "aipref-vocab"} <= set(header["versions"])  # type: ignore[call-overload]
    assert [row["host"] for row in rows] == ["a.example", "b.example", "d.example", "e.example"]
    files = [(entry["kind"], entry["captured"]) for entry in rows[1]["files"]]  # type: ignore[attr-defined]
    assert files == [
        ("robots", ["2024-05-06T07:08:09Z", "2025-01-01T00:00:00Z"]),
        ("robots", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
        ("tdmrep", ["2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"]),
    ]
    (tmp_path / "f.example").mkdir()
    (tmp_path / "f.example" / "robots.txt").write_bytes(ROBOTS)
    more = corpuskit("rights-table", "rights.jsonl.zst", "f.example", "--captured", "2026-02-02", "-o", "more.zst")
    assert b"5 hosts" in more.stdout, more.stderr
    again = corpuskit(
        "rights-table", "f.example", "sites", "robots.warc.gz", "--captured", "2026-02-02", "-o", "again.zst"
    )
    assert again.returncode == 0
    assert rows_of(tmp_path / "more.zst")[2:] == rows_of(tmp_path / "again.zst")[2:], "a.example's files got a date"


def test_any_order_gives_the_same_bytes(tmp_path: Path, corpuskit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "RUN_BYTES", 1)
    records = [
        capture(
            number,
            f"https://h{number % 5}.example/robots.txt",
            plain(b"Disallow: /\n" * number),
            f"202{number}-01-01T00:00:00Z",
        )
        for number in range(1, 10)
    ]
    from corpuskit import RightsTable, Settings

    for name, order in (("one", records), ("two", records[::-1])):
        (tmp_path / f"{name}.warc").write_bytes(b"".join(order))
        output = tmp_path / f"{name}.zst"
        assert RightsTable().execute([str(tmp_path / f"{name}.warc")], Settings(output=output, quiet=True)) == 0
    assert (tmp_path / "one.zst").read_bytes() == (tmp_path / "two.zst").read_bytes()
    assert corpuskit("rights-table", "two.warc", "-o", "three.zst").returncode == 0
    assert (tmp_path / "three.zst").read_bytes() == (tmp_path / "two.zst").read_bytes(), "in one run, or in many"


def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "robots.txt").write_bytes(ROBOTS)
    (tmp_path / "other.txt").write_text("x")
    (tmp_path / "other.zst").write_text("x")
    (tmp_path / "cut.warc.gz").write_bytes(gz([capture(1, "https://a.example/robots.txt", plain(ROBOTS))] * 2)[:-30])
    cases = [
        (["robots.txt", "-o", "t.zst"], 2, "no host is named"),
        (["robots.txt", "-o", "t.zst", "--host", "a b"], 2, "`--host` expects"),
        (["robots.txt", "-o", "t.zst", "--host", "a.example", "--captured", "spring"], 2, "`--captured` expects"),
        (["other.txt", "-o", "t.zst"], 2, "no input holds"),
        (["nothing.warc", "-o", "t.zst"], 2, "no such file"),
        (["robots.txt", "--host", "a.example"], 2, "name the table"),
        (["robots.txt", "--host", "a.example", "-o", "other.zst"], 2, "no rights table and would be overwritten"),
        (
            ["robots.txt", "--host", "a.example", "-o", "t.jsonl"],
            2,
            "a table is compressed; name a file such as",
        ),
        (["http://127.0.0.1:9/robots.txt", "--host", "a.example", "-o", "t.zst"], 2, "add --allow-private"),
        (["http://127.0.0.1:9/a.warc", "--allow-private", "-o", "t.zst"], 7, "nothing answers there"),
        (["cut.warc.gz", "-o", "t.zst"], 3, "no table was written"),
        (["robots.txt", "--host", "a.example", "-o", "no/t.zst"], 5, "there is no folder 'no'"),
        (["robots.txt", "--host", "a.example", "-o", "-"], 2, "a table is a file and not written to standard output"),
    ]
    for arguments, code, message in cases:
        done = corpuskit("rights-table", *arguments)
        assert (done.returncode, done.stderr.count(b"\n")) == (code, 1), done.stderr
        assert message in done.stderr.decode(), done.stderr
    assert not (tmp_path / "t.zst").exists()
    accepted = corpuskit("rights-table", "cut.warc.gz", "-o", "t.zst", "--accept-damaged")
    assert accepted.returncode == 0 and b"1 host" in accepted.stdout


def test_a_folder_may_be_called_as_an_address_in_numbers(tmp_path: Path, corpuskit: Run) -> None:
    folder = tmp_path / "hosts" / "192.0.2.7:8080"
    folder.mkdir(parents=True)
    (folder / "robots.txt").write_bytes(ROBOTS)
    assert corpuskit("rights-table", "hosts", "-o", "t.zst").returncode == 0
    assert HostTable(tmp_path / "t.zst").row("192.0.2.7:8080") is not None


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "outside.txt").write_bytes(ROBOTS)
    folder = tmp_path / "sites" / "a.example"
    folder.mkdir(parents=True)
    (folder / "robots.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "ai.txt").write_text("Training: deny\n")
    done = corpuskit("rights-table", "sites", "-o", "t.zst", "--json")
    assert json.loads(done.stdout)["captures"] == {"ai-txt": 1}


def test_the_beginning_of_an_endless_file_counts_and_a_device_is_refused(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "example.org").mkdir()
    long = b"User-agent: GPTBot\nDisallow: /\n" + b"# nothing\n" * 600_000
    (tmp_path / "example.org" / "robots.txt").write_bytes(long)
    done = corpuskit("rights-table", "example.org", "-o", "rights.jsonl.zst", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["captures"] == {"robots": 1}, done.stderr
    wrong = corpuskit("rights-table", "/dev/null", "-o", "other.jsonl.zst")
    assert wrong.returncode == 2 and b"is no regular file" in wrong.stderr
