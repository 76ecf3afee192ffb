"""`through`: another program is a step like any other, and what it leaves out, makes or breaks is seen."""

import json
import sys
from pathlib import Path

import pytest

from corpuskit.core.errors import UpstreamError, UsageError
from corpuskit.core.step import Drop, Made
from corpuskit.stages.through import Through
from tests.conftest import Run, lines_of

DOCUMENTS = [{"id": f"d{number}", "text": f"Log of day {number}.", "metadata": {}} for number in range(40)]
PROGRAM = """
import json, sys
for number, line in enumerate(sys.stdin):
    document = json.loads(line)
    if number % 4 == 0:
        continue
    document["text"] = document["text"].upper()
    print(json.dumps(document))
    if number == 5:
        print(json.dumps({"id": "new", "text": "more"}))
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs.jsonl").write_bytes(lines_of(DOCUMENTS))
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def manifest(folder: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((folder / "manifest.json").read_text())  # type: ignore[no-any-return]


def test_what_a_program_does_is_counted_and_on_record(docs: Path, shell: Run) -> None:
    done = shell(
        f"corpuskit files docs.jsonl | corpuskit through -- {sys.executable} program.py | corpuskit dedup -o out"
    )
    assert done.returncode == 0, done.stderr
    assert shell("corpuskit verify --strict out").returncode == 0
    step = manifest(docs / "out")["steps"][1]
    assert (step["name"], step["upstream"]) == ("through", "verified")
    assert step["options"] == {"command": [Path(sys.executable).name, "program.py"]}
    assert (step["in"]["documents"], step["made"], step["out"]["documents"]) == (40, 1, 31)
    assert step["dropped"] == {"left-out": 10} and step["rejected"] == {}
    assert b"left-out" in shell("corpuskit explain out d4").stdout


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.stdin.read(); sys.exit(3)", "ended with exit code 3"),
        ("import os, sys; sys.stdin.readline(); os.kill(os.getpid(), 9)", "was ended by signal 9"),
        ("import sys\nfor line in sys.stdin: print('no document')", "wrote a line that is no document (bad-json)"),
    ],
)
def test_a_program_that_fails_publishes_nothing(docs: Path, corpuskit: Run, program: str, said: str) -> None:
    result = corpuskit("through", "docs.jsonl", "-o", "out", "--", sys.executable, "-c", program)
    assert result.returncode == 4 and said in result.stderr.decode()
    assert not (docs / "out").exists()


def test_a_program_that_stops_reading_leaves_out_the_rest(docs: Path, corpuskit: Run) -> None:
    (docs / "docs.jsonl").write_bytes(lines_of([{"id": f"d{n}", "text": "word " * 200} for n in range(3000)]))
    result = corpuskit("through", "docs.jsonl", "-o", "out", "--", "head", "-n", "2")
    assert result.returncode == 0, result.stderr
    (step,) = manifest(docs / "out")["steps"]
    assert (step["in"]["documents"], step["out"]["documents"], step["dropped"]) == (3000, 2, {"left-out": 2998})


def test_much_goes_in_and_out_in_any_order(docs: Path, corpuskit: Run) -> None:
    (docs / "docs.jsonl").write_bytes(lines_of([{"id": f"d{n}", "text": f"{n} word " * 300} for n in range(2000)]))
    for command in (["cat"], ["sort"], ["tac"]):
        result = corpuskit("through", "docs.jsonl", "--", *command)
        assert result.returncode == 0 and b"2,000 in, 2,000 out" in result.stderr
        assert len(result.stdout.splitlines()) == 2000


def test_the_same_id_twice_is_two_documents() -> None:
    from corpuskit.core.document import Document

    items = list(Through(("head", "-n", "1")).run([Document("a", "x"), Document("a", "y"), Document("b", "z")]))
    assert [type(item) for item in items] == [Document, Drop, Drop]
    made = list(Through(("sed", 's/"a"/"c"/')).run([Document("a", "x")]))
    assert [type(item) for item in made] == [Made, Drop]


def test_what_cannot_be_a_program_is_said(docs: Path, corpuskit: Run) -> None:
    with pytest.raises(UsageError, match="no program is called 'no-such-thing'"):
        Through(("no-such-thing",))
    for words in (["through", "docs.jsonl"], ["through", "--", "no-such-thing"]):
        result = corpuskit(*words)
        assert result.returncode == 2 and result.stderr.count(b"\n") == 1
    with pytest.raises(UpstreamError):
        list(Through(("false",)).run([]))


def test_a_recipe_runs_no_program(docs: Path, corpuskit: Run) -> None:
    source = "sources:\n  a: {from: files, inputs: [docs.jsonl], origin: other, steps: [{through: {command: [%s]}}]}\n"
    for program in ("cat", "no-such-thing"):
        (docs / "recipe.yaml").write_text(source % program)
        result = corpuskit("mix", "recipe.yaml", "-o", "out")
        assert result.returncode == 2
        assert b"recipe.yaml:2: `through` works in a pipe, not in a recipe\n" in result.stderr


@pytest.mark.parametrize("between", ["cat", "tee copy.jsonl", "tail -n +1", "tee copy.jsonl | cat"])
def test_what_passes_unchanged_is_recognised(docs: Path, shell: Run, between: str) -> None:
    done = shell(f"corpuskit files docs.jsonl | {between} | corpuskit dedup -o out --json")
    assert done.returncode == 0 and b"unverified" not in done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["upstream"] == "verified"
    assert [step["name"] for step in manifest(docs / "out")["steps"]] == ["files", "dedup"]
    assert shell("corpuskit verify --strict out").returncode == 0


def test_what_is_changed_on_the_way_is_unverified(docs: Path, shell: Run) -> None:
    done = shell("corpuskit files docs.jsonl | head -n 9 | corpuskit dedup -o out --json")
    assert done.returncode == 0
    assert json.loads(done.stderr.splitlines()[-1])["upstream"] == "unverified"
    verified = shell("corpuskit verify out")
    assert (
        verified.returncode == 0
        and b"upstream unverified: no corpuskit command vouched for what 1-dedup" in verified.stdout
    )
    strict = shell("corpuskit verify --strict out")
    assert strict.returncode == 6 and b"--strict refuses that" in strict.stderr


def test_a_program_that_closes_its_output_first_is_not_waited_for(docs: Path, shell: Run) -> None:
    done = shell("timeout 20 corpuskit through docs.jsonl -- sh -c 'exec >&-; cat > /dev/null'")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"40 in, 0 out, 40 dropped (left-out 40)" in done.stderr


def test_a_file_that_is_no_program_is_told_in_one_line(docs: Path, shell: Run) -> None:
    (docs / "broken").write_text("#!/no/such/interpreter\n")
    (docs / "broken").chmod(0o755)
    done = shell("corpuskit through docs.jsonl -- ./broken")
    assert done.returncode == 2 and b"'./broken' cannot be run: no such file" in done.stderr


def test_a_line_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpuskit.stages.through.MAX_LINE", 1_000_000)
    with pytest.raises(UpstreamError, match="a line of more than 1,000,000 bytes"):
        list(Through(command=("cat", "/dev/zero")).run(iter([])))


def test_what_a_program_makes_is_in_every_account(docs: Path, corpuskit: Run) -> None:
    words = ("--", "sed", 'p; s/"id":"/&more-/')
    told = json.loads(corpuskit("through", "docs.jsonl", "--json", *words).stderr.splitlines()[-1])
    assert (told["in"], told["made"], told["out"], told["dropped"]) == (40, 40, 80, {})
    assert b"40 in, 40 made, 80 out" in corpuskit("through", "docs.jsonl", *words).stderr
    assert b" made" not in corpuskit("through", "docs.jsonl", "--", "cat").stderr


CANARY = "canary-Xyz123"
SECRET_WORDS = [
    ("sh", "-c", f"cat # -H 'Authorization: Bearer {CANARY}'"),
    ("sh", "-c", f"cat # -H Authorization: Bearer {CANARY}"),
    ("sh", "-c", f"cat # -H 'Cookie: a=b; session={CANARY}'"),
    ("sh", "-c", f"cat # -H X-Api-Key: {CANARY}"),
    ("sh", "-c", f"cat # https://me:{CANARY}@example.org/x"),
    ("sh", "-c", f"cat # https://example.org/x?token={CANARY}"),
    ("sh", "-c", f"cat # --password {CANARY} --token='{CANARY} b'"),
    ("sh", "-c", f'cat # {{"password": "{CANARY}"}}'),
    ("sh", "-c", f"cat # curl -u me:{CANARY} sk-{CANARY}"),
    ("sh", "-c", "cat", f"--api-key={CANARY}"),
    ("sh", "-c", "cat", "--password", CANARY),
    ("sh", "-c", "cat", "--user", f"me:{CANARY}"),
    ("env", f"API_KEY={CANARY}", "cat"),
    ("sh", "-c", f"cat # /home/{CANARY}/project/a"),
    ("sh", "-c", "cat", f"/home/{CANARY}/a", f"--model=/home/{CANARY}/a.bin", f"-I/home/{CANARY}/b"),
    ("sh", "-c", f"cat # file:///home/{CANARY}/a"),
]


@pytest.mark.parametrize("words", SECRET_WORDS)
def test_no_secret_of_a_command_is_on_record(docs: Path, corpuskit: Run, words: tuple[str, ...]) -> None:
    result = corpuskit("through", "docs.jsonl", "-v", "-o", "out", "--", *words)
    assert result.returncode == 0, result.stderr
    assert CANARY not in result.stderr.decode()
    published = {path.name for path in docs.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()}
    assert published == set()
    assert manifest(docs / "out")["steps"][0]["options"]["command"][0] == words[0]


@pytest.mark.parametrize(
    "words",
    [
        ["jq", "-c", 'select(.tokens == 5 and .metadata.author != null) | .text // "x"'],
        ["jq", "-c", "select(.text | length > 200)"],
        ["sed", "s/a/b/"],
        ["awk", "/foo/ {print}"],
        ["sort", "--key=2", "--tokenizer=gpt2", "--author", "me", "data/in.jsonl", "../x"],
    ],
)
def test_other_words_of_a_command_are_on_record_as_they_are(words: list[str]) -> None:
    from corpuskit.text.pii.command_words import words_on_record

    assert words_on_record(words) == words
