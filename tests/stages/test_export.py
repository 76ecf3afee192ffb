"""`export`: which formats go to which output."""

from pathlib import Path

import pytest

from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.manifest import read_manifest
from corpuskit.core.publish.file_output import manifest_of_file
from corpuskit.core.registry import all_formats
from corpuskit.core.settings import Settings
from corpuskit.stages.export import Export
from tests.conftest import Run, texts


@pytest.mark.parametrize(
    ("formats", "name"),
    [
        ("parquet", "three.jsonl"),
        ("jsonl", "four.parquet"),
        ("jsonl,parquet", "four.parquet"),
        ("hf", "four.parquet"),
        ("hf", "three.jsonl.zst"),
    ],
)
def test_formats_that_the_file_cannot_hold_are_refused(tmp_path: Path, corpuskit: Run, formats: str, name: str) -> None:
    done = corpuskit("export", "--to", formats, "-o", name, stdin=texts("one"))
    assert done.returncode == 2
    assert f"`--to {formats}` does not fit the file {name!r}" in done.stderr.decode()
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet"])
@pytest.mark.parametrize("is_named", [False, True], ids=["by-ending", "by-name"])
def test_a_file_holds_what_its_ending_says(tmp_path: Path, corpuskit: Run, ending: str, is_named: bool) -> None:
    options = ["--to", "parquet" if ending == ".parquet" else "jsonl"] if is_named else []
    assert corpuskit("export", *options, "-o", f"one{ending}", stdin=texts("one")).returncode == 0
    assert corpuskit("verify", f"one{ending}").returncode == 0
    assert (tmp_path / f"one{ending}").read_bytes().startswith(b"PAR1") == (ending == ".parquet")


def test_a_folder_holds_jsonl_unless_told_otherwise(tmp_path: Path, corpuskit: Run) -> None:
    assert corpuskit("export", "-o", "out", stdin=texts("one")).returncode == 0
    assert [path.suffix for path in tmp_path.glob("out/data/part-*")] == [".zst"]
    assert read_manifest(tmp_path / "out")["steps"][-1]["options"] == {"to": ["jsonl"]}


def test_no_format_and_an_unknown_one_are_refused() -> None:
    with pytest.raises(UsageError, match="names no format"):
        Export(to=())
    with pytest.raises(UsageError, match=r"expects any of jsonl, .*, not 'yaml'"):
        Export(to=("yaml",))


def test_the_help_of_output_names_every_ending() -> None:
    (option,) = [option for option in Settings.option_list() if option.key == "output"]
    for format_ in all_formats():
        for ending in format_.file_endings:
            assert ending in option.help


@pytest.mark.parametrize(("name", "is_zstd"), [("one.jsonl.zst", True), ("one.jsonl.gz", False), ("one.jsonl", False)])
def test_a_file_records_its_compressor_as_a_folder_does(
    tmp_path: Path, corpuskit: Run, name: str, is_zstd: bool
) -> None:
    assert corpuskit("export", "-o", name, stdin=texts("one")).returncode == 0
    assert ("zstd" in read_manifest(manifest_of_file(tmp_path / name))["versions"]) == is_zstd
