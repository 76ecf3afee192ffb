"""The laws that every output format and every source obeys, whoever wrote it."""

import gzip
import importlib
import random
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.format import Format, TokenOptions, file_suffixes, shard_paths
from corpuskit.core.options import build_step
from corpuskit.core.provenance import manifest
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.publish.shard_files import measured_files
from corpuskit.core.reading.inputs import Input
from corpuskit.core.registry import build_formats, find_step, format_names, step_names
from corpuskit.core.step import Source
from corpuskit.core.stream.flow import Flow
from corpuskit.export.hub.card_file import CARD
from tests.export.chats import made_up_chats
from tests.export.test_tokens import tokenizer_of
from tests.support.formats.chat_turns import ChatTurns
from tests.support.formats.token_ids import TokenIds
from tests.whole.test_contract import OPTIONS, documents

TOKENIZER = tokenizer_of(Path(tempfile.mkdtemp(prefix="corpuskit-tokenizer-")))
FORMATS: list[Format] = [*build_formats(format_names(), TokenOptions(str(TOKENIZER))), ChatTurns(), TokenIds()]
"""corpuskit's own, and two that are lossy, so that the laws are seen to have room for such."""
LOSSLESS = [format_ for format_ in FORMATS if format_.lossless]

SOURCES = [name for name in step_names() if issubclass(find_step(name), Source)]
COMPRESSIONS = (".gz", ".zst", ".bz2", ".lz4")
NOISE = random.Random(1).randbytes(200_000)
LIMITS = range(16 * 1024 * 1024, 64 * 1024 * 1024 + 1)
"""What the limits of lines, bodies, revisions and the like are among, in bytes."""
SCALE = 64
"""How many times as small they are in these tests. Those of each reader test the real ones."""
OVERSIZED = 70 * 1024 * 1024 // SCALE


def name_of(format_: Format) -> str:
    return format_.name


def documents_for(format_: Format) -> list[Document]:
    """Documents that the format can express: rows for chats alone hold no plain text and no rated answers."""
    if format_.name != "openai":
        return documents()
    return [chat for number, chat in enumerate(made_up_chats(60)) if number % 4 != 3]


def write(format_: Format, folder: Path, taken: list[Document]) -> Path:
    """Write a shard as publication does; its path."""
    folder.mkdir(parents=True)
    path = folder / f"part-00000{format_.suffix}"
    writer = format_.open(path)
    for document in taken:
        writer.write(document)
    writer.close()
    return path


@pytest.mark.parametrize("format_", FORMATS, ids=name_of)
def test_a_format_says_what_it_is(format_: Format) -> None:
    assert re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", format_.name)
    module = importlib.import_module(type(format_).__module__)
    assert module.__name__.rpartition(".")[2] == format_.name.replace("-", "_")
    assert all(re.fullmatch(r"\.[a-z0-9.]*[a-z0-9]", suffix) for suffix in file_suffixes(format_))
    assert not {"", ".", ".."} & set(format_.folder.split("/")) or not format_.folder
    assert not (format_.file_endings and format_.companion_suffixes), "a single file has no companions"
    assert not (format_.file_endings and not format_.lossless), "a single file is read again"
    for ending in format_.file_endings:
        assert format_.for_file(f"one{ending}").name == format_.name
    assert all(isinstance(version, str) for version in format_.versions().values())


def test_no_two_formats_share_a_file() -> None:
    distinct = [format_ for format_ in FORMATS if format_.name != "hf"]  # another name for the files of parquet
    shards = Counter((format_.folder, suffix) for format_ in distinct for suffix in file_suffixes(format_))
    endings = Counter(ending for format_ in distinct for ending in format_.file_endings)
    extra_files = Counter(name for format_ in distinct for name in format_.extra_files if name != CARD)
    shared = [key for counts in (shards, endings, extra_files) for key, number in counts.items() if number > 1]
    assert shared == []


@pytest.mark.parametrize("format_", FORMATS, ids=name_of)
def test_a_shard_is_the_files_that_are_declared(tmp_path: Path, format_: Format) -> None:
    path = write(format_, tmp_path / "a", documents_for(format_))
    assert sorted((tmp_path / "a").iterdir()) == sorted(shard_paths(format_, path))


@pytest.mark.parametrize("format_", FORMATS, ids=name_of)
def test_the_extra_files_are_those_that_are_declared(tmp_path: Path, format_: Format) -> None:
    path = write(format_, tmp_path / format_.folder / "shards", documents_for(format_))
    shards = measured_files(format_, path, len(documents_for(format_)), 7)
    before = {file for file in tmp_path.rglob("*") if file.is_file()}
    format_.finish(tmp_path, manifest.build(Chain(), "words", {}, shards, []))
    added = {file for file in tmp_path.rglob("*") if file.is_file()} - before
    assert {file.relative_to(tmp_path).as_posix() for file in added} == set(format_.extra_files)


@pytest.mark.parametrize("format_", FORMATS, ids=name_of)
def test_equal_documents_give_equal_bytes(tmp_path: Path, format_: Format) -> None:
    one, two = (write(format_, tmp_path / name, documents_for(format_)) for name in "ab")
    for first, second in zip(shard_paths(format_, one), shard_paths(format_, two), strict=True):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("format_", LOSSLESS, ids=name_of)
def test_a_lossless_format_gives_back_what_it_took(tmp_path: Path, format_: Format) -> None:
    taken = documents()
    assert list(format_.read(write(format_, tmp_path / "a", taken))) == taken
    assert list(format_.read(write(format_, tmp_path / "none", []))) == []


@pytest.mark.parametrize("format_", LOSSLESS, ids=name_of)
def test_a_document_is_found_by_its_id(tmp_path: Path, format_: Format) -> None:
    taken = [*documents(), documents()[0]]
    path = write(format_, tmp_path / "a", taken)
    for document in documents():
        assert list(format_.find(path, document.id)) == [each for each in taken if each.id == document.id]
    assert list(format_.find(path, "no such id")) == []


@pytest.mark.parametrize("format_", LOSSLESS, ids=name_of)
@pytest.mark.parametrize("damage", ["cut", "noise", "changed"])
def test_a_damaged_shard_gives_no_other_documents(tmp_path: Path, format_: Format, damage: str) -> None:
    taken = documents()
    path = write(format_, tmp_path / "a", taken)
    data = path.read_bytes()
    middle = len(data) // 2
    changed = data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]
    path.write_bytes({"cut": data[:middle], "noise": NOISE, "changed": changed}[damage])
    try:
        read = list(format_.read(path))
    except DamagedError as error:
        assert path.name in str(error)
    else:
        # A byte of statistics, which nobody reads here, may be the one that changed.
        assert damage == "changed" and read == taken


def read_all(name: str, path: Path) -> tuple[list[Document], list[Verdict], Input]:
    """Pass one file through a source."""
    step = build_step(find_step(name), OPTIONS.get(name, {}))
    verdicts: list[Verdict] = []
    input_ = Input(path.name, local_path=path)
    return list(Flow([step], verdicts.append).documents([input_])), verdicts, input_


def lower_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide all limits of bytes, so that what is over them is read in a moment."""
    for name, module in list(sys.modules.items()):
        if name.startswith("corpuskit."):
            for limit, value in list(vars(module).items()):
                if limit.startswith("MAX_") and isinstance(value, int) and value in LIMITS:
                    monkeypatch.setattr(module, limit, value // SCALE)


def endings_of(name: str) -> tuple[str, ...]:
    step = find_step(name)
    assert issubclass(step, Source)
    return step.suffixes or ("", ".py", ".md")


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("damage", ["binary", "cut", "oversized"])
def test_a_source_leaves_out_what_it_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, damage: str
) -> None:
    lower_limits(monkeypatch)
    data = {"binary": NOISE, "cut": gzip.compress(NOISE)[:-9000], "oversized": b"x" * OVERSIZED}[damage]
    for ending in endings_of(name):
        if damage == "oversized" and ending.endswith(COMPRESSIONS):
            continue
        path = tmp_path / f"a{ending}"
        path.write_bytes(data)
        try:
            kept, verdicts, input_ = read_all(name, path)
        except UsageError as error:
            assert path.name in str(error), "a file that an option could make readable is named"
            continue
        finally:
            path.unlink()
        assert kept == []
        assert verdicts or input_.damage, f"{path.name} is neither left out nor damaged"
