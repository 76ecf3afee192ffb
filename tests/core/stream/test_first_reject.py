"""A run in which every record is rejected ends with exit 2, and says what its input has in place of documents."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run

TEXT = "Rain came in from the west before noon."


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"raw_content": TEXT, "url": "https://example.org/"}, "its keys: raw_content, url."),
        ({"raw_content": TEXT, "url": "https://example.org/"}, "`corpuskit files day.jsonl --text-key raw_content`"),
        ({"title": "A day of rain", "content": TEXT}, "--text-key content`"),
        ({"id": "1", "data": {"title": "A day", "body": TEXT}}, "--text-key data.body`"),
        ({"text": ["a", "list"], "n": 1}, "no `text` in day.jsonl; its keys: text, n\n"),
    ],
)
@pytest.mark.parametrize("command", ["files", "dedup", "count", "extract"])
def test_the_field_of_the_text_is_proposed(
    corpuskit: Run, tmp_path: Path, command: str, record: dict[str, object], said: str
) -> None:
    (tmp_path / "day.jsonl").write_text(f"{json.dumps(record)}\n" * 3)
    result = corpuskit(command, "day.jsonl")
    assert (result.returncode, result.stdout) == (2, b"")
    assert "no record could be read, 3 rejected (no-text 3): " in result.stderr.decode()
    assert said in result.stderr.decode()


def test_one_document_is_enough(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text('{"body": "a"}\n' * 9 + '{"text": "b"}\n')
    result = corpuskit("files", "day.jsonl")
    assert result.returncode == 0 and b"no `text` in day.jsonl; its keys: body" in result.stderr
    assert corpuskit("count", "day.jsonl").stdout.split()[0] == b"1"


def test_one_bad_record_says_nothing_about_its_file(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text('{"text": "a"}\n' * 9 + '{"body": "b"}\n')
    for command in ("files", "count"):
        result = corpuskit(command, "day.jsonl")
        assert result.returncode == 0 and b"its keys" not in result.stderr


def test_the_next_command_of_the_pipe_publishes_nothing(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text('{"body": "a"}\n' * 9)
    result = shell("python -m corpuskit files day.jsonl | python -m corpuskit dedup -o out")
    assert result.returncode == 4 and not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [("--max-rejects", "100%"), ("--allow-empty",)])
def test_it_can_be_meant(corpuskit: Run, tmp_path: Path, option: tuple[str, ...]) -> None:
    (tmp_path / "day.jsonl").write_text('{"body": "a"}\n' * 9)
    assert corpuskit("files", "day.jsonl", *option).returncode == 0


def test_json_counts_what_was_rejected(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text('{"body": "a"}\n' * 9)
    outcome = json.loads(corpuskit("files", "day.jsonl", "--json").stderr.splitlines()[-1])
    assert (outcome["exit"], outcome["in"], outcome["rejected"]) == (2, 9, {"no-text": 9})


@pytest.fixture
def three_days(tmp_path: Path) -> Path:
    """Two inputs with texts, one without, and one of which a record is bad."""
    for name, key in (("mon", "text"), ("tue", "body"), ("wed", "text")):
        (tmp_path / f"{name}.jsonl").write_text("".join(f'{{"{key}": "{name} {n}: {TEXT}"}}\n' for n in range(4)))
    with (tmp_path / "wed.jsonl").open("a") as file:
        file.write("{broken\n")
    return tmp_path


LOST = (
    "tue.jsonl: no record of it was taken, 4 rejected (no-text 4): no `text` in tue.jsonl; its keys: body. "
    "Name the field of the text: `corpuskit files tue.jsonl --text-key body`"
)


@pytest.mark.parametrize(
    "words", ["files", "files -j 2", "dedup", "filter-language --keep en --jobs 2", "count", "scrub-pii -o out --json"]
)
def test_an_input_that_is_lost_whole_among_good_ones_is_named(three_days: Path, corpuskit: Run, words: str) -> None:
    result = corpuskit(*words.split(), "mon.jsonl", "tue.jsonl", "wed.jsonl")
    assert result.returncode == 0
    assert [line for line in result.stderr.decode().splitlines() if "no record of it" in line] == [
        f"corpuskit {words.split()[0]}: {LOST}"
    ]
    assert b"no record of it" not in corpuskit(*words.split(), "mon.jsonl", "wed.jsonl", "--quiet").stderr


def test_mix_names_it_too_and_again_when_the_task_was_done_before(three_days: Path, corpuskit: Run) -> None:
    (three_days / "r.yaml").write_text("sources: {week: {from: files, inputs: ['*.jsonl'], origin: other}}\n")
    for folder in ("first", "second"):
        said = corpuskit("mix", "r.yaml", "-o", folder).stderr.decode()
        assert said.count(f"corpuskit mix: {LOST}\n") == 1
        assert said.count("no record of it") == 1


def test_of_many_lost_inputs_the_first_are_named(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "good.jsonl").write_text('{"text": "a"}\n')
    names = [f"{number:02d}.jsonl" for number in range(30)]
    for name in names:
        (tmp_path / name).write_text('{"body": "b"}\n')
    said = corpuskit("files", *names, "good.jsonl").stderr.decode()
    assert said.count("no record of it was taken") == 20
    assert "19.jsonl: no record" in said and "; likewise of 10 more inputs\n" in said


def test_the_field_that_was_named_is_the_one_that_is_missing(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "day.jsonl").write_text(f'{{"title": "{TEXT} {TEXT}", "body": "{TEXT}"}}\n' * 3)
    said = corpuskit("files", "day.jsonl", "--text-key", "bdoy").stderr.decode()
    assert "no `bdoy` in day.jsonl; its keys: title, body. " in said and said.endswith("--text-key body`\n")


def test_a_file_with_another_content_than_its_name_says_is_named_so(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "day.parquet").write_text('{"text": "a"}\n' * 3)
    (tmp_path / "page.jsonl").write_text("<!doctype html>\n<p>One.\n")
    assert b"this is JSON under its name; rename the file" in corpuskit("files", "day.parquet").stderr
    assert b"page.jsonl is HTML, whatever its name says; rename it" in corpuskit("files", "page.jsonl").stderr
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no footer")
    assert b"the footer cannot be read" in corpuskit("files", "cut.parquet").stderr


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_a_file_that_was_never_filled_is_called_that(tmp_path: Path, corpuskit: Run, ending: bytes) -> None:
    (tmp_path / "in.jsonl").write_bytes(bytes(5000) + ending)
    done = corpuskit("files", "in.jsonl")
    assert done.returncode == 2 and b"in.jsonl holds NUL bytes in place of text" in done.stderr
