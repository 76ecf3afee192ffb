"""What people type from habit: it works, or one line says what to type instead."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Run, lines_of

DOCUMENTS = lines_of(
    [{"id": f"d{number}", "text": f"The tide of day {number} was noted at noon."} for number in range(5)]
)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs.jsonl").write_bytes(DOCUMENTS)
    (tmp_path / "-docs.txt").write_text("The tide turns at noon.")
    (tmp_path / "new\nline.txt").write_text("The tide turns at noon.")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["-j", "2", "dedup", "docs.jsonl"],
            "corpuskit: options come after the command: `corpuskit dedup -j 2 docs.jsonl`",
        ),
        (["wc", "docs.jsonl"], "did you mean 'count'?"),
        (["uniq"], "did you mean 'dedup'?"),
        (["licence"], "did you mean 'filter-license'?"),
        (["deduplicate"], "did you mean 'dedup'?"),
        (["dedpu"], "did you mean 'dedup'?"),
        (["sample", "-n", "2", "docs.jsonl"], "`--rate 0.1`; the first few are those of `corpuskit head -n 10`"),
        (["verify", "dcs.jsonl"], "verify: no such file or folder: 'dcs.jsonl' (did you mean 'docs.jsonl'?)"),
        (["stats", "nothing"], "stats: no such file or folder: 'nothing'"),
        (["diff", "nothing", "nothing"], "diff: no such file or folder: 'nothing'"),
        (["explain", "nothing", "d1"], "explain: no such file or folder: 'nothing'"),
        (["dedup", "docs.jsonl", "--text-key", "body"], "unknown option `--text-key` (it is one of `corpuskit files`)"),
        (["files", "docs.jsonl", "--to", "parquet"], "unknown option `--to` (it is one of `corpuskit export`)"),
        (["filter-quality", "--keep", "en"], "(it is one of `corpuskit code`, `corpuskit dedup` or `corpuskit filter-"),
        (["head", "3", "docs.jsonl"], "head: no such file or folder: '3' (did you mean `-n 3`?)"),
        (["sample", "docs.jsonl", "0.5"], "'0.5' (did you mean `--rate 0.5`?)"),
        (["sample", "5%", "docs.jsonl"], "'5%' (did you mean `--rate 0.05`?)"),
        (["sample", "--rate", "50%", "docs.jsonl"], "`--rate` expects a number, not '50%'; write 0.5"),
        (["filter-quality", "docs.jsonl", "--rules", "gopher", "fineweb"], "(did you mean `--rules gopher,fineweb`?)"),
        (["filter-language", "--keep", "en", "de", "fr", "docs.jsonl"], "(did you mean `--keep en,de,fr`?)"),
        (["filter-language", "--keep", "en", "dcs.jsonl"], "'dcs.jsonl' (did you mean 'docs.jsonl'?)"),
        (["dedup", "--method", "exact", "dcs.jsonl"], "'dcs.jsonl' (did you mean 'docs.jsonl'?)"),
        (["through", "cat", "-u"], "come after `--`: `corpuskit through -- cat -u`"),
        (["through", "docs.jsonl", "sh", "-c", "cat"], "`corpuskit through docs.jsonl -- sh -c cat`"),
        (["through", "-o", "true", "cat"], "`corpuskit through -o true -- cat`"),
        (["dedup", "--bogus"], "unknown option `--bogus` (`corpuskit dedup --help` lists the options)"),
        (["mix", "r.yaml", "--seed", "5"], "mix: unknown option `--seed` (write `--set seed=5`)"),
        (["mix", "r.yaml", "--tokens=5M"], "(write `--set budget.tokens=5M`)"),
        (["mix", "--budget", "5M", "r.yaml"], "(write `--set budget.tokens=5M`)"),
        (["mix", "."], "mix: '.' is a folder; name the recipe itself, such as 'recipe.yaml'"),
        (["export", "docs.jsonl", "--format", "parquet"], "unknown option `--format` (write `--to parquet`)"),
        (["files", "--limit", "3", "docs.jsonl"], "(for the first documents, add `| corpuskit head -n 3`)"),
        (["files", "docs.jsonl", "-n", "3"], "(for the first documents, add `| corpuskit head -n 3`)"),
        (["files", "-g", "*.md", "."], "(name the files by a pattern in quotes: `corpuskit files '*.md'`)"),
        (["sample", "--share", "10%", "docs.jsonl"], "unknown option `--share` (write `--rate 0.1`)"),
        (["files", "-docs.txt"], "unknown option `-d` (for the file of this name, write `./-docs.txt`)"),
        (["files", "nix"], "no such file or folder: 'nix'\n"),
        (["files", "dcs.jsonl", "none"], "'dcs.jsonl' (did you mean 'docs.jsonl'?)"),
        (
            ["files", "s3://bucket/a.jsonl"],
            "cannot read s3://bucket/a.jsonl: a package is missing; install it with `pip install s3fs`",
        ),
        (["tail"], "did you mean 'head'?"),
        (["show"], "did you mean 'head'?"),
        (["repro"], "did you mean 'mix'?"),
        (["merge"], "did you mean 'mix'?"),
        (["lint"], "did you mean 'mix'?"),
        (["tokenize"], "did you mean 'export'?"),
        (["grep"], "did you mean 'search'?"),
        (["ls"], "did you mean 'stats'?"),
        (["inspect"], "did you mean 'stats'?"),
        (["xyz"], "no step is called 'xyz'; `corpuskit --help` lists them"),
        (["help", "files", "xyz"], "no step is called 'xyz'"),
        (["files", "docs.jsonl", "-o", "out.csv"], "no output format is written to files named 'out.csv'"),
    ],
)
def test_one_line_says_what_to_type(corpuskit: Run, docs: Path, words: list[str], said: str) -> None:
    result = corpuskit(*words)
    assert result.returncode == 2
    assert said in result.stderr.decode() and result.stderr.count(b"\n") == 1 + ("none" in words)


def test_a_field_of_the_metadata_is_proposed(corpuskit: Run, docs: Path) -> None:
    assert (
        b"no document has the field `source` (did you mean `metadata.source`?)"
        in corpuskit("count", "--by", "source", "docs.jsonl").stderr
    )


def test_ids_that_hold_what_was_asked_for_are_proposed(corpuskit: Run, docs: Path) -> None:
    (docs / "named.jsonl").write_bytes(lines_of([{"id": f"Tide-{name}", "text": name} for name in ("noon", "night")]))
    assert corpuskit("files", "named.jsonl", "-o", "corpus").returncode == 0
    for asked, said in (
        ("tide-NOON", "(did you mean 'Tide-noon'?)"),
        ("nig", "(did you mean 'Tide-night'?)"),
        ("ide-", "(did you mean 'Tide-noon' or 'Tide-night'?)"),
        ("ebb", "has no document 'ebb'; it was never read"),
    ):
        result = corpuskit("explain", "corpus", asked)
        assert result.returncode == 2 and said in result.stderr.decode(), result.stderr


def test_lines_of_a_pipe_need_to_be_called_text(corpuskit: Run) -> None:
    result = corpuskit("files", "-", "--lines", stdin=b"noon\nnight\n")
    assert result.returncode == 2 and b"a pipe has no name that says so; add `--format text`" in result.stderr
    done = corpuskit("files", "-", "--lines", "--format", "text", stdin=b"noon\nnight\n")
    assert done.returncode == 0 and done.stdout.count(b"\n") == 2


def test_a_folder_is_no_recipe_and_its_only_recipe_is_named(corpuskit: Run, docs: Path) -> None:
    (docs / "build").mkdir()
    (docs / "build" / "notes.yml").touch()
    assert b"'build' is a folder; name the recipe itself, such as 'build/notes.yml'" in corpuskit("mix", "build").stderr


def test_a_table_of_another_program_is_named_with_the_command_that_reads_it(corpuskit: Run, docs: Path) -> None:
    pq.write_table(pa.table({"answer": ["The tide turns at noon."]}), docs / "train.parquet")
    result = corpuskit("dedup", "train.parquet")
    said = b"corpuskit dedup: train.parquet is parquet of another program; use `corpuskit files`\n"
    assert (result.returncode, result.stderr) == (2, said)
    assert corpuskit("files", "train.parquet", "--text-key", "answer", "-o", "out.parquet").returncode == 0
    assert corpuskit("dedup", "out.parquet").returncode == 0


def test_help_describes_each_command_that_is_named(corpuskit: Run) -> None:
    both = [corpuskit(name, "--help").stdout for name in ("head", "sample")]
    done = corpuskit("help", "head", "sample")
    assert done.returncode == 0 and done.stdout.split() == b" ".join(both).split()
    assert corpuskit("help", "head").stdout == both[0]


@pytest.mark.parametrize("mark", [";", "|", "\t"])
def test_the_delimiter_of_a_table_with_one_column_is_proposed_and_fits(shell: Run, docs: Path, mark: str) -> None:
    (docs / "day.csv").write_text(f"nr{mark}body\n1{mark}The tide turns at noon.\n")
    said = shell("corpuskit files day.csv --text-key body").stderr.decode()
    flag = said.strip().partition("separates columns, add ")[2]
    assert flag.startswith("--delimiter ")
    done = shell(f"corpuskit files day.csv --text-key body --id-key nr {flag}")
    assert json.loads(done.stdout)["id"] == "1"


def test_nothing_is_published_inside_another_dataset(corpuskit: Run, docs: Path) -> None:
    assert corpuskit("files", "docs.jsonl", "-o", "corpus").returncode == 0
    for words in (
        ["-o", "corpus/more"],
        ["-o", "corpus/more.jsonl"],
        ["-o", "new", "--drops", "corpus/data/drops.jsonl"],
    ):
        result = corpuskit("files", "docs.jsonl", *words)
        assert result.returncode == 2 and b"is inside the dataset '" in result.stderr
    assert corpuskit("verify", "corpus").returncode == 0 and not (docs / "new").exists()
    (docs / "manifest.json").write_text('{"format": "of another program"}')
    assert corpuskit("files", "docs.jsonl", "-o", "corpus").returncode == 0


def test_the_release_is_printed_for_the_word_too(corpuskit: Run) -> None:
    assert corpuskit("version").stdout == corpuskit("--version").stdout != b""


@pytest.mark.parametrize("name", ["sort", "awk", "xyz"])
def test_no_step_is_proposed_that_only_shares_letters(corpuskit: Run, name: str) -> None:
    assert b"did you mean" not in corpuskit(name).stderr


def test_empty_standard_input_is_called_empty(corpuskit: Run) -> None:
    result = corpuskit("dedup", "-o", "out")
    assert (result.returncode, result.stderr.split(b":")[1].strip()) == (4, b"standard input was empty")


def test_head_takes_a_number_with_a_dash(corpuskit: Run, docs: Path) -> None:
    assert len(corpuskit("head", "-3", "docs.jsonl").stdout.splitlines()) == 3
    assert len(corpuskit("head", "docs.jsonl", "-2").stdout.splitlines()) == 2
    assert corpuskit("count", "-3", "docs.jsonl").returncode == 2


def test_ndjson_is_written(corpuskit: Run, docs: Path) -> None:
    for name in ("out.ndjson", "out.ndjson.gz", "out.ndjson.zst"):
        assert corpuskit("files", "docs.jsonl", "-o", name).returncode == 0
        assert corpuskit("verify", name).returncode == 0
        assert corpuskit("count", name).stdout.split()[0] == b"5"


def test_diff_can_fail_on_differences(corpuskit: Run, docs: Path) -> None:
    assert corpuskit("files", "docs.jsonl", "-o", "a").returncode == 0
    assert corpuskit("head", "-1", "docs.jsonl", "-o", "b").returncode == 0
    assert corpuskit("diff", "a", "b").returncode == 0
    assert corpuskit("diff", "a", "b", "--exit-code").returncode == 6
    assert corpuskit("diff", "a", "a", "--exit-code").returncode == 0


def test_a_folder_tells_what_it_passes_over(corpuskit: Run, docs: Path) -> None:
    folder = docs / "cloned"
    (folder / "data").mkdir(parents=True)
    for name in ("data/train.jsonl", "data/test.jsonl"):
        (folder / name).write_bytes(DOCUMENTS)
    (folder / "README.md").write_text("# A dataset\n")
    (folder / "logo.svg").write_text("<svg/>")
    result = corpuskit("files", "cloned")
    assert len(result.stdout.splitlines()) == 10
    said = result.stderr.decode()
    assert "'README.md' in 'cloned' left out, as it tells about the records" in said
    assert "'cloned' holds the splits test, train, and all of them are read" in said
    assert "1 file of other kinds in 'cloned' passed over, the first is 'logo.svg'" in said
    assert b"left out" not in corpuskit("files", "cloned/README.md", "cloned/data").stderr


def test_a_readme_among_texts_is_a_text(corpuskit: Run, docs: Path) -> None:
    (docs / "texts").mkdir()
    for name in ("README.md", "chapter.md"):
        (docs / "texts" / name).write_text(f"# {name}\n")
    assert len(corpuskit("files", "texts").stdout.splitlines()) == 2


def test_a_folder_of_datasets_gives_their_documents_alone(corpuskit: Run, docs: Path) -> None:
    (docs / "all").mkdir()
    assert corpuskit("files", "docs.jsonl", "-o", "all/a").returncode == 0
    assert corpuskit("filter-language", "--keep", "de", "all/a", "-o", "all/b", "--allow-empty").returncode == 0
    assert len(corpuskit("files", "all").stdout.splitlines()) == 5


def test_the_pipe_of_a_plan_gives_what_the_recipe_gives(shell: Run, docs: Path) -> None:
    (docs / "recipe.yaml").write_text(
        "sources:\n  one: {from: files, inputs: [docs.jsonl], origin: licensed, license: MIT}\n"
        "  two: {from: files, inputs: [docs.jsonl], origin: other}\ntogether: [dedup]\n"
    )
    assert shell("corpuskit mix recipe.yaml -o mixed").returncode == 0
    piped = shell("corpuskit mix --plan recipe.yaml -o piped | tail -n 1 > pipe.sh && sh pipe.sh")
    assert piped.returncode == 0, piped.stderr
    documents = [sorted(shell(f"corpuskit head -n 99 {name}").stdout.splitlines()) for name in ("mixed", "piped")]
    assert documents[0] == documents[1] and len(documents[0]) == 5
    plan = json.loads(shell("corpuskit mix --plan recipe.yaml --json").stdout)
    assert plan["command"] == "mix" and set(plan["sources"]) == {"one", "two"} and plan["memory"] > 0
    tasks = json.loads(shell("corpuskit mix --dry-run recipe.yaml --json").stdout)
    assert tasks["phases"][0]["tasks"] == "1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tokenize"], "no step is called 'tokenize'; did you mean 'export'?"),
        (["inspect"], "no step is called 'inspect'; did you mean 'stats'?"),
    ],
)
def test_what_others_type_is_answered_with_what_is_meant(
    tmp_path: Path, corpuskit: Run, words: list[str], said: str
) -> None:
    (tmp_path / "-dash.txt").write_text("words")
    done = corpuskit(*words)
    assert done.returncode == 2 and said in done.stderr.decode()


@pytest.mark.parametrize(
    ("name", "usage"),
    [("stats", "DIR"), ("verify", "DIR..."), ("diff", "BEFORE AFTER"), ("dedup", "[INPUT]..."), ("cache", "[DIR]")],
)
def test_the_usage_line_says_how_many_inputs_there_may_be(corpuskit: Run, name: str, usage: str) -> None:
    assert corpuskit(name, "--help").stdout.decode().startswith(f"Usage: corpuskit {name} [OPTIONS] {usage}\n")
