"""Inputs: what arguments name, in one order; and lines, however the bytes come."""

import bz2
import gzip
import http.server
import lzma
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.errors import DamagedError, RemoteError, UsageError
from corpuskit.core.reading.inputs import CUT_LINE, RECOGNISED_BYTES, Input
from corpuskit.core.reading.members import CHUNK
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.step import Rejected
from tests.support.serving import serving

PACK = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
ENDINGS = {"gzip": "gz", "zstd": "zst", "bzip2": "bz2", "xz": "xz"}
LINE = st.binary(max_size=30).filter(lambda line: b"\n" not in line)


def read(path: Path) -> tuple[list[tuple[int, bytes] | Rejected], Input]:
    source = Input(path.name, local_path=path)
    return list(source.lines()), source


@pytest.mark.parametrize("kind", PACK)
@given(lines=st.lists(LINE, max_size=20), cuts=st.lists(st.integers(0, 600), max_size=5))
def test_lines_are_the_same_however_the_members_are_cut(
    kind: str, lines: list[bytes], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = b"".join(line + b"\n" for line in lines)
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    path = tmp_path_factory.mktemp("lines") / "in"
    path.write_bytes(b"".join(PACK[kind](data[a:b]) for a, b in pairwise(edges) if a < b))
    found, source = read(path)
    if kind == "plain" and data[:2] in (b"\x1f\x8b", b"BZ", b"\x28\xb5", b"\x04\x22"):
        return  # looks like a container
    offset, expected = 0, []
    for blank, together in groupby(lines, key=lambda line: not line.strip()):
        for place, line in enumerate(together):
            # Of blank lines in a row the first stands for all.
            if not blank or place == 0:
                expected.append((offset, "empty-line" if blank else line))
            offset += len(line) + 1
    assert [item if isinstance(item, tuple) else (item.offset, item.reason) for item in found] == expected
    assert source.damage == []


@pytest.mark.parametrize("kind", ["gzip", "zstd", "bzip2"])
@given(data=st.data())
def test_a_flip_anywhere_is_reported_or_harmless(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    members = [b'{"text":"%d %s"}\n' % (number, bytes([97 + number]) * 200) for number in range(3)]
    packed = bytearray(b"".join(map(PACK[kind], members)))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("flip") / f"in.jsonl.{ENDINGS[kind]}"
    path.write_bytes(packed)
    found, source = read(path)
    whole = [item[1] + b"\n" for item in found if isinstance(item, tuple)]
    assert source.damage or whole == members
    assert len({*whole} & {*members}) >= 2


@pytest.mark.parametrize("kind", PACK)
def test_a_byte_order_mark_alone_is_a_blank_line(kind: str, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(PACK[kind](b"\xef\xbb\xbf"))
    (found,), source = read(tmp_path / "in")
    assert isinstance(found, Rejected) and (found.reason, found.offset) == ("empty-line", 0)
    assert not source.findings.cut_line


def test_a_name_decides_nothing_for_text(tmp_path: Path) -> None:
    path = tmp_path / "text.jsonl.gz"
    path.write_bytes(b'{"text":"a"}\n')
    found, source = read(path)
    assert found == [(0, b'{"text":"a"}')]
    assert source.damage == []


def test_a_last_line_is_whole_if_it_is_json(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b'{"text":"a"}\n{"text":"b"}')
    assert [item[1] for item in read(path)[0] if isinstance(item, tuple)] == [b'{"text":"a"}', b'{"text":"b"}']
    path.write_bytes(b'{"text":"a"}\n{"text":"b","metadata":{}')
    found, source = read(path)
    assert isinstance(found[1], Rejected)
    assert found[1].reason == "cut-line"
    assert source.findings.cut_line == (13, 25)
    assert source.manifest_entry()["damage"] == [{"what": CUT_LINE, "offset": 13, "lost": 25}]


def test_an_input_is_closed_when_it_is_read_and_keeps_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b'{"text":"a"}\n' * 1000)
    before = len(os.listdir("/proc/self/fd"))
    inputs = [Input(f"in-{number}", local_path=path) for number in range(9)]
    for input_ in inputs:
        assert len(list(input_.lines())) == 1000
    assert len(os.listdir("/proc/self/fd")) == before
    path.unlink()
    assert {input_.manifest_entry()["bytes"] for input_ in inputs} == {13_000}


def test_a_file_that_is_replaced_while_it_is_read_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b"old" * 100)
    input_ = Input("in", local_path=path)
    with input_.open() as stream:
        stream.read(3)
        (tmp_path / "new").write_bytes(b"new" * 100)
        (tmp_path / "new").rename(path)
    with pytest.raises(DamagedError, match="was changed while it was read"):
        input_.manifest_entry()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b/2.jsonl", "a/10.jsonl", "a/9.jsonl", "a/.hidden", "a/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    return tmp_path


def test_inputs_come_in_the_order_of_their_names_whatever_was_named_first(tree: Path) -> None:
    names = ["a/10.jsonl", "a/9.jsonl", "b/2.jsonl"]
    for arguments in (["b", "a"], ["a", "b"], ["*/*.jsonl"], ["b", "b/2.jsonl", "a", "a/9.jsonl", "./a/../a/9.jsonl"]):
        found = resolve(arguments, [".jsonl"], tree)
        assert [source.name for source in found] == names, arguments


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["a"], ["a/10.jsonl", "a/9.jsonl"]),
        (["a", "b"], ["a/10.jsonl", "a/9.jsonl", "b/2.jsonl"]),
        (["a/9.jsonl"], ["9.jsonl"]),
        (["a/9.jsonl", "b"], ["9.jsonl", "b/2.jsonl"]),
        (["b/2.jsonl", "a/9.jsonl"], ["2.jsonl", "9.jsonl"]),
        (["a/*.jsonl"], ["10.jsonl", "9.jsonl"]),
        (["?"], ["a/10.jsonl", "a/9.jsonl", "b/2.jsonl"]),
        (["**/9.jsonl"], ["a/9.jsonl"]),
        (["."], ["tree/a/10.jsonl", "tree/a/9.jsonl", "tree/b/2.jsonl"]),
        (["a/../b/"], ["b/2.jsonl"]),
    ],
)
def test_a_file_is_called_by_what_is_named_whatever_else_is_read(
    tree: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], names: list[str]
) -> None:
    names = [name.replace("tree/", f"{tree.name}/") for name in names]
    assert [source.name for source in resolve(arguments, [".jsonl"], tree)] == names
    assert [source.name for source in resolve([str(tree / name) for name in arguments], [".jsonl"])] == names
    monkeypatch.chdir(tree / "b")
    assert [source.name for source in resolve([f"../{name}" for name in arguments], [".jsonl"])] == names


def test_files_of_one_name_are_told(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a/9.md", "a/10.md", "c/a/9.md", "c/a/10.md"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("Low tide.")
    for arguments in (["a", "c/a"], ["c/a", "a"]):
        files = resolve(arguments, [".md"], tree)
        assert [str(file.local_path).removeprefix(f"{tree}/") for file in files] == [
            *("a/10.md", "c/a/10.md", "a/9.md", "c/a/9.md")
        ]
        assert re.search(
            r"2 inputs have the name of another, 'a/10.md' first: .*/a/10.*c/a/10", capsys.readouterr().err
        )


@pytest.mark.parametrize("name", ["a.jsonl", "a.warc.gz", "a.parquet", "a.csv.zst"])
def test_files_of_records_that_have_one_name_are_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"")
    assert len(resolve([str(tmp_path / folder / name) for folder in ("x", "y")])) == 2
    assert capsys.readouterr().err == ""


def test_links_that_lead_nowhere_are_named(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "a" / "lost.jsonl").symlink_to("nowhere")
    assert [source.name for source in resolve([str(tree / "a")], [".jsonl"])] == ["a/10.jsonl", "a/9.jsonl"]
    assert "1 link to nothing left out" in capsys.readouterr().err
    with pytest.raises(UsageError, match="leads nowhere"):
        resolve(["a/lost.jsonl"], base=tree)


def test_a_folder_that_must_not_be_read_is_an_error(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def scandir(path: str) -> Any:
        if os.fspath(path).endswith("/a"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(UsageError, match="Permission denied"):
        resolve([str(tree)], [".jsonl"])


@pytest.mark.parametrize("argument", ["missing", "*.missing", "empty"])
def test_what_is_not_there_is_an_error(tree: Path, argument: str) -> None:
    (tree / "empty").mkdir()
    with pytest.raises(UsageError):
        resolve([argument], [".jsonl"], tree)


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].jsonl").write_text("{}\n")
    assert [source.name for source in resolve(["a[1].jsonl"], base=tmp_path)] == ["a[1].jsonl"]


@pytest.fixture
def server(tree: Path) -> Iterator[str]:
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tree))
    handler.func.log_message = lambda *_: None  # type: ignore[method-assign, assignment]
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with serving(running):
        yield f"http://127.0.0.1:{running.server_address[1]}"


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_address_is_read_and_named_without_its_secrets(server: str) -> None:
    (source,) = resolve([f"{server.replace('//', '//user:secret@')}/a/9.jsonl?signature=secret"], allow_private=True)
    assert [item[1] for item in source.lines() if isinstance(item, tuple)] == [b"{}"]
    assert source.name == f"{server}/a/9.jsonl"
    assert source.manifest_entry()["bytes"] == 3
    with pytest.raises(UsageError, match="no such address"):
        list(resolve([f"{server}/nothing"], allow_private=True)[0].lines())
    with pytest.raises(RemoteError):
        list(resolve(["http://127.0.0.1:9/nothing"], allow_private=True)[0].lines())


@pytest.mark.parametrize("pattern", ["*/*.txt", "**/*.txt", "closed/*", "*/named.txt", "**"])
def test_a_glob_passes_over_no_folder_that_must_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "named.txt").write_text("words")
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "closed")
    with pytest.raises(UsageError, match=r"cannot read '.*closed': Permission denied"):
        resolve([pattern], base=tmp_path)
    assert [file.name for file in resolve(["open/*.txt"], base=tmp_path)] == ["named.txt"]


class KnowsNothing:
    """Notes how much of a stream it is shown at a time."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def pass_known(self, block: bytes, start: int) -> tuple[None, None]:
        self.sizes.append(len(block))
        return None, None

    def pass_lines(self, lines: Sequence[bytes]) -> Callable[[int], None]:
        return lambda _: None


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("is_pipe", "size"), [(False, RECOGNISED_BYTES), (True, CHUNK)])
def test_a_file_is_shown_to_a_recogniser_in_large_blocks_and_a_pipe_in_small_ones(
    tmp_path: Path, is_pipe: bool, size: int
) -> None:
    path, lines = tmp_path / "a.jsonl", (b"{" + b" " * 61 + b"}\n") * (RECOGNISED_BYTES // 16)
    if is_pipe:
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_bytes, args=(lines,))
        writer.start()
    else:
        path.write_bytes(lines)
    recogniser = KnowsNothing()
    for _ in Input("a.jsonl", local_path=path).lines_and_passed(recogniser):
        pass
    if is_pipe:
        writer.join()
    assert max(recogniser.sizes) == size
