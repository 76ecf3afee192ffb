"""`export`: which formats go to which output."""

from pathlib import Path

import pytest

from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.manifest import read_manifest
from corpuskit.core.publish.file_output import manifest_of_file
from corpuskit.core.registry import all_formats
from corpuskit.core.settings import Settings
from corpuskit.stages.export import Export
from tests.conftest import Run, lines_of, texts


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


PAGE = b"<html><body><p>The mole keeps the sea from the harbour.</p></body></html>"
TOLD = b"1 document is HTML, tags and all; put `extract` before"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with a page and a text."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "page.html").write_bytes(PAGE)
    (tmp_path / "mine" / "note.txt").write_bytes(b"The mole of the harbour")
    return tmp_path


@pytest.mark.parametrize("output", ["out", "out.jsonl"])
@pytest.mark.parametrize("step", ["export", "dedup", "scrub-pii", "head"])
def test_pages_that_are_published_as_they_are_bring_a_notice(pages: Path, shell: Run, step: str, output: str) -> None:
    done = shell(f"corpuskit files mine | corpuskit {step} -o {output}")
    assert done.returncode == 0 and done.stderr.count(TOLD) == 1
    done = shell(f"corpuskit files mine | corpuskit extract | corpuskit {step} -o {output}")
    assert done.returncode == 0 and b"HTML" not in done.stderr


def test_a_source_is_meant_to_publish_pages(pages: Path, shell: Run) -> None:
    done = shell("corpuskit files mine -o pages && corpuskit extract pages -o out && corpuskit files mine | cat")
    assert done.returncode == 0 and b"is HTML" not in done.stderr


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_mix_tells_of_pages_once(pages: Path, shell: Run, jobs: int) -> None:
    recipe = "sources:\n  a: {from: files, inputs: [mine/page.html, mine/note.txt], origin: other, license: MIT}\n"
    (pages / "recipe.yaml").write_text(recipe)
    for again in ("", "--no-cache"):
        done = shell(f"corpuskit mix recipe.yaml -o out -j {jobs} {again}")
        assert done.returncode == 0 and done.stderr.count(TOLD) == 1, done.stderr


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 6, b"(its consent holds until 2030-01-01, and no --as-of says which day counts)"),
        (("--as-of", "2030-01-02"), 6, b"(expired: its consent held until 2030-01-01, and --as-of is 2030-01-02)"),
        (("--as-of", "2030-01-01"), 0, b""),
    ],
)
def test_a_consent_that_ends_is_compared_with_the_day_that_is_named(
    corpuskit: Run, options: tuple[str, ...], code: int, words: bytes
) -> None:
    consent = {"scope": ["text", "train"], "until": "2030-01-01"}
    document = {"id": "a", "text": "tides", "metadata": {"tenant": "acme", "consent": consent}}
    command = ("export", "-o", "out.jsonl", "--audience", "tenant:acme", *options)
    done = corpuskit(*command, stdin=lines_of([document]))
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
