"""tokens and megatron: the files of datatrove, byte for byte, whose parts agree and whose documents can be found."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpuskit.core.format import TokenOptions, file_suffixes
from corpuskit.core.provenance.manifest import digest, serialise, shard_format
from corpuskit.core.publish.shard_files import named_by_content
from corpuskit.core.registry import build_formats, find_format
from tests.conftest import Run, lines_of
from tests.support.resealed import reseal

END = "<|endoftext|>"
SHARDS = (".ds", ".bin", ".tar")
TEXTS = [
    "The tide rises at six.",
    "",
    "Die Flut läuft um zwölf auf.",
    "潮の満ち引き",
    "x = [1, 2]\n" * 40,
    "Ebb\u00a0and flow 🌊",
]


def tokenizer_of(folder: Path, words: int = 0) -> Path:
    """A byte-level tokenizer, with so many further entries in its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.add_tokens([f"<word-{number}>" for number in range(words)])
    path = folder / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def write_documents(folder: Path, texts: list[str]) -> None:
    documents = [{"id": f"d{number}", "text": text, "metadata": {}} for number, text in enumerate(texts)]
    (folder / "in.jsonl").write_bytes(lines_of(documents))


def datatrove_files(folder: Path, tokenizer: Path, texts: list[str]) -> dict[str, bytes]:
    """What datatrove writes of these texts, by the suffix of the file."""
    from datatrove.data import Document
    from datatrove.pipeline.tokens import DocumentTokenizer
    from datatrove.pipeline.tokens.megatron_tokenizer import MegatronDocumentTokenizer

    documents = [Document(text=text, id=str(number)) for number, text in enumerate(texts)]
    plain = DocumentTokenizer(str(folder / "a"), str(tokenizer), eos_token=END, shuffle_documents=False)
    plain.run(iter(documents))
    indexed = MegatronDocumentTokenizer(str(folder / "b"), tokenizer_name_or_path=str(tokenizer), eos_token=END)
    indexed.run(iter(documents))
    files = {path.name.partition(".")[2]: path.read_bytes() for path in (folder / "a").iterdir()}
    return files | {path.suffix[1:]: path.read_bytes() for path in (folder / "b").iterdir()}


@pytest.mark.parametrize("words", [0, 70_000])
def test_files_are_those_of_datatrove(tmp_path: Path, shell: Run, words: int) -> None:
    tokenizer = tokenizer_of(tmp_path, words)
    texts = [*TEXTS, *[f"<word-{number}> and {number}" for number in range(0, words, 7000)]]
    write_documents(tmp_path, texts)
    done = shell("corpuskit export in.jsonl --to tokens,megatron --tokenizer tokenizer.json -o out -q")
    assert done.returncode == 0, done.stderr
    theirs = datatrove_files(tmp_path / "theirs", tokenizer, texts)
    for folder, suffixes in (("tokens", ("ds", "ds.index")), ("megatron", ("bin", "idx"))):
        for suffix in suffixes:
            (path,) = (tmp_path / "out" / folder).glob(f"part-*.{suffix}")
            assert path.read_bytes() == theirs[suffix], suffix
    (metadata,) = (tmp_path / "out/tokens").glob("*.metadata")
    assert metadata.read_text().splitlines()[1:] == theirs["ds.metadata"].decode().splitlines()[1:]


def test_ids_are_read_back_with_numpy_alone(tmp_path: Path, shell: Run) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_of(tmp_path)))
    write_documents(tmp_path, TEXTS)
    shell("corpuskit export in.jsonl --to tokens --tokenizer tokenizer.json -o out -q --shard-documents 4")
    texts, names = [], []
    for path in sorted((tmp_path / "out/tokens").glob("*.ds")):
        ids = np.memmap(path, dtype="uint16", mode="r")
        start = 0
        for end in np.fromfile(f"{path}.index", dtype="uint64"):
            assert ids[int(end) - 1] == tokenizer.token_to_id(END)
            texts.append(tokenizer.decode(ids[start : int(end) - 1].tolist()))
            start = int(end)
        names += map(json.loads, path.with_name(f"{path.stem}.ids.jsonl").read_text().splitlines())
    assert texts == TEXTS
    assert names == [f"d{number}" for number in range(len(TEXTS))]


RECIPE = """
budget: {tokens: 4000, tokenizer: tokenizer.json}
sources: {a: {from: files, inputs: [in.jsonl], origin: crawl, license: MIT}}
output: {dir: out, formats: [jsonl, tokens, megatron, webdataset], shard_documents: 9}
"""


def test_a_recipe_writes_the_same_on_any_number_of_workers(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, [f"{text} {number}" for number in range(12) for text in TEXTS])
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    for jobs in (1, 3):
        done = shell(f"corpuskit mix recipe.yaml -q -j {jobs} -o out-{jobs} --no-cache")
        assert done.returncode == 0, done.stderr
        assert shell(f"corpuskit verify out-{jobs}").returncode == 0
    contents = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "out-1", tmp_path / "out-3")
    ]
    assert contents[0] == contents[1]
    versions = json.loads((tmp_path / "out-1/manifest.json").read_bytes())["versions"]
    assert versions["end-token"] == f"{END} (0)"
    assert versions["tokenizer:tokenizer.json"].startswith("sha256:")
    formats = "jsonl,tokens,megatron,webdataset --tokenizer tokenizer.json --shard-documents 9"
    shell(f"corpuskit export out-1 --to {formats} -o again -q")
    for folder in ("tokens", "megatron", "webdataset"):
        ids = [
            b"".join(p.read_bytes() for p in sorted((tmp_path / name / folder).glob("*.ds")))
            for name in ("out-1", "again")
        ]
        assert ids[0] == ids[1]


def test_the_plan_names_the_tokenizer(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    recipe = "sources: {a: {from: files, inputs: [in.jsonl], origin: crawl, license: MIT}}\n"
    (tmp_path / "recipe.yaml").write_text(
        f"{recipe}output: {{dir: out, formats: [tokens], tokenizer: tokenizer.json}}\n"
    )
    plan = shell("corpuskit mix --plan recipe.yaml").stdout.decode()
    assert "--to tokens --tokenizer" in plan
    assert shell("corpuskit mix recipe.yaml -q").returncode == 0
    assert b"unchanged" in shell("corpuskit mix recipe.yaml").stderr
    tokenizer_of(tmp_path, 3)
    assert b"unchanged" not in shell("corpuskit mix recipe.yaml").stderr


def test_explain_finds_the_tokens_of_a_document(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    shell("corpuskit export in.jsonl --to tokens --tokenizer tokenizer.json -o out -q")
    (entry,) = json.loads(shell("corpuskit explain out d2 --json").stdout)["fate"]
    (path,) = (tmp_path / "out/tokens").glob("*.ds")
    ends = np.fromfile(f"{path}.index", dtype="uint64").tolist()
    assert entry["position"] == f"tokens {ends[1]:,} to {ends[2]:,}"
    assert shell("corpuskit explain out d99").returncode == 2


@pytest.mark.parametrize("name", ["tokens", "megatron"])
def test_explain_and_verify_say_which_file_is_damaged(tmp_path: Path, shell: Run, name: str) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    shell(f"corpuskit export in.jsonl --to {name} --tokenizer tokenizer.json -o out -q")
    assert b"in 1 shard," in shell("corpuskit verify out").stdout
    for path in sorted((tmp_path / "out" / name).glob("part-*")):
        content = path.read_bytes()
        for damaged in (None, b"", content[:-3], b"\xff" * len(content), b"5\n" * 9):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            explained, verified = shell("corpuskit explain out d1"), shell("corpuskit verify out")
            assert explained.returncode in (0, 3), (path.name, damaged, explained.stderr)
            assert explained.returncode == 0 or b"part-00000" in explained.stderr
            assert verified.returncode == 3, (path.name, damaged, verified.stderr)
            assert str(tmp_path).encode() not in explained.stderr + verified.stderr
            path.write_bytes(content)


@pytest.mark.parametrize("name", ["tokens", "megatron"])
@pytest.mark.parametrize("change", ["cut ids", "cut index", "no index", "names", "other index"])
def test_parts_that_contradict_one_another_are_found(tmp_path: Path, name: str, change: str) -> None:
    from corpuskit.core.document import Document
    from corpuskit.core.format import shard_paths

    (format_,) = build_formats([name], TokenOptions(str(tokenizer_of(tmp_path))))
    path = tmp_path / f"part-00000{format_.suffix}"
    writer = format_.open(path)
    for number, text in enumerate(TEXTS):
        writer.write(Document(f"d{number}", text))
    writer.close()
    files = shard_paths(format_, path)
    unread = find_format(name)
    shard: Any = {"documents": len(TEXTS), "tokens": format_.token_count(path)}  # type: ignore[attr-defined]
    manifest: Any = {"versions": format_.versions()}
    assert list(unread.shard_problems(path, shard, manifest)) == []
    changed = {"cut ids": 0, "names": -1}.get(change, 1)
    content = files[changed].read_bytes()
    if change == "other index":
        content = (
            content[:-8] + (1 << 40).to_bytes(8, "little") if name == "tokens" else content[:40] + b"\1" + content[41:]
        )
    files[changed].write_bytes(b"" if change == "no index" else content if change == "other index" else content[:-6])
    if change == "names":
        files[-1].write_bytes(content.split(b"\n", 1)[1])
    assert list(unread.shard_problems(path, shard, manifest))


def rename_by_content(folder: Path) -> None:
    """Give the shards of token ids the names that their contents demand, as one who knows the rule would."""
    content: Any = json.loads((folder / "manifest.json").read_bytes())
    for format_ in map(find_format, ("tokens", "megatron", "webdataset")):
        for number in range(2):
            stem = f"{format_.folder}/part-{number:05d}"
            files = [shard for shard in content["shards"] if shard["path"].startswith(stem)]
            files.sort(key=lambda shard: file_suffixes(format_).index(shard_format(shard["path"])[1]))
            for file, entry in zip(files, named_by_content(format_, number, files), strict=True):
                (folder / file["path"]).rename(folder / entry["path"])
                file["path"] = entry["path"]
    content["digest"] = digest(content)
    (folder / "manifest.json").write_bytes(serialise(content))


def change_byte(path: Path, at: int, value: bytes) -> None:
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at : at + len(value)] = value
    path.write_bytes(data)


def swap(one: Path, other: Path) -> None:
    contents = one.read_bytes(), other.read_bytes()
    one.write_bytes(contents[1])
    other.write_bytes(contents[0])


@pytest.mark.parametrize(
    ("suffix", "change", "message"),
    [
        (".ds", lambda paths: change_byte(paths[0], 0, b"\xff\xff"), "has ids that its tokenizer"),
        (".ds", lambda paths: change_byte(paths[0], -2, b"\x05\x00"), "last id is not that of the end token"),
        (".ds.index", lambda paths: change_byte(paths[0], 0, b"\x03"), "last id is not that of the end token"),
        (".ds.index", lambda paths: change_byte(paths[0], 0, b"\xff"), "ends that do not grow"),
        (".ds.metadata", lambda paths: paths[0].write_bytes(b"other|2\n5\n5 T"), "names another tokenizer"),
        (".ds.metadata", lambda paths: change_byte(paths[0], 15, b"4"), "another width or number of ids"),
        (".bin", lambda paths: change_byte(paths[0], 0, b"\xff\xff"), "has ids that its tokenizer"),
        (".idx", lambda paths: change_byte(paths[0], 34 + 4 * 3, b"\1"), "other offsets than its lengths give"),
        (".idx", lambda paths: change_byte(paths[0], -8, b"\1"), "other offsets than its lengths give"),
        (".idx", lambda paths: swap(*paths), "the index ends elsewhere than the ids"),
        (".ids.jsonl", lambda paths: swap(*paths), "has other documents than"),
        (".ids.jsonl", lambda paths: change_byte(paths[1], 2, b"9"), "has other documents than"),
        (".tar", lambda paths: paths[0].write_bytes(paths[0].read_bytes()[:4608]), "is not a whole tar file"),
        (".tar", lambda paths: paths[0].write_bytes(paths[0].read_bytes() * 2), "more follows its last document"),
        (".tar", lambda paths: paths[0].write_bytes(paths[0].read_bytes()[:-1024]), "is cut, or more follows"),
        (".tar", lambda paths: swap(*paths), "has other documents than"),
    ],
)
def test_verify_believes_no_manifest_that_was_sealed_anew(
    tmp_path: Path, shell: Run, suffix: str, change: Callable[[list[Path]], None], message: str
) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    formats = "jsonl,tokens,megatron,webdataset --tokenizer tokenizer.json --shard-documents 3"
    shell(f"corpuskit export in.jsonl --to {formats} -o out -q")
    assert shell("corpuskit verify out").returncode == 0
    change(sorted((tmp_path / "out").glob(f"*/part-*{suffix}"))[:2])
    reseal(tmp_path / "out")
    done = shell("corpuskit verify out")
    assert done.returncode == 3
    assert b"does not follow from their contents" in done.stderr or message.encode() in done.stderr
    rename_by_content(tmp_path / "out")
    done = shell("corpuskit verify out")
    assert (done.returncode, message in done.stderr.decode()) == (3, True), done.stderr


def test_ids_of_another_shard_are_found_without_documents(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    shell("corpuskit export in.jsonl --to tokens --tokenizer tokenizer.json --shard-documents 3 -o out -q")
    swap(*sorted((tmp_path / "out/tokens").glob("*.ids.jsonl")))
    reseal(tmp_path / "out")
    assert b"does not follow from their contents" in shell("corpuskit verify out").stderr


def test_no_text_forges_a_special_token(tmp_path: Path, shell: Run) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_of(tmp_path, 3)))
    texts = [f"one two {END} four", f"{END}{END}", "a <word-1> b"]
    write_documents(tmp_path, texts)
    for end in (END, "<word-1>"):
        options = f"--tokenizer tokenizer.json --end-token '{end}'"
        shell(f"rm -rf out; corpuskit export in.jsonl --to tokens {options} -o out -q")
        (path,) = (tmp_path / "out/tokens").glob("*.ds")
        ids, ends = np.fromfile(path, "uint16"), np.fromfile(f"{path}.index", "uint64")
        assert np.flatnonzero(ids == tokenizer.token_to_id(end)).tolist() == [int(place) - 1 for place in ends]
        starts = [0, *map(int, ends)]
        parts = [ids[start : int(end) - 1].tolist() for start, end in zip(starts, ends, strict=False)]
        assert [tokenizer.decode(part, skip_special_tokens=False) for part in parts] == texts


def test_a_text_that_the_tokenizer_reads_as_its_end_is_refused(tmp_path: Path, shell: Run) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[SEP]": 0, "a": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    write_documents(tmp_path, ["a a", "a [SEP] a"])
    done = shell("corpuskit export in.jsonl --to tokens --tokenizer tokenizer.json -o out -q")
    assert done.returncode == 6
    assert b"document 'd1' holds what the tokenizer reads as its end token, [SEP] (0)" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_number_of_ids_is_exact_wherever_it_is_shown(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    for formats in ("tokens", "jsonl,megatron"):
        options = "--tokenizer tokenizer.json --shard-documents 4"
        shell(f"corpuskit export in.jsonl --to {formats} {options} -o {formats} -q")
        folder = tmp_path / formats
        sizes = [path.stat().st_size for suffix in SHARDS[:2] for path in sorted(folder.glob(f"*/*{suffix}"))]
        number = sum(sizes) // 2
        assert f"{number:,} token ids in ".encode() in shell(f"corpuskit verify {formats}").stdout
        assert json.loads(shell(f"corpuskit verify {formats} --json").stdout)["token_ids"] == number
        shards = json.loads((folder / "manifest.json").read_bytes())["shards"]
        assert [shard["tokens"] for shard in shards if shard["path"].endswith(SHARDS[:2])] == [
            size // 2 for size in sizes
        ]
        assert any(f"{number:,} token ids" in path.read_text() for path in folder.rglob("README.md"))
    assert f"there are {number:,} token ids" in (tmp_path / "jsonl,megatron/README.md").read_text()


def test_a_tokenizer_may_have_any_name(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path).rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 x.json"))
    write_documents(tmp_path, TEXTS)
    done = shell("corpuskit export in.jsonl --to tokens --tokenizer $'caf\\xe9 x.json' -o out -q")
    assert done.returncode == 0, done.stderr
    assert shell("corpuskit verify out").returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--to tokens", "format tokens needs a tokenizer"),
        ("--to jsonl --tokenizer tokenizer.json", "are for the formats megatron and tokens"),
        ("--to jsonl --end-token x", "are for the formats megatron and tokens"),
        ("--to tokens --tokenizer none.json", "none.json: the tokenizer cannot be read: no such file"),
        ("--to tokens --tokenizer in.jsonl", "in.jsonl: not a tokenizer.json"),
        ("--to megatron --tokenizer tokenizer.json --end-token '<nope>'", "tokenizer.json has no token '<nope>'"),
        ("--to tokens --tokenizer /dev/null", "null: the tokenizer cannot be read"),
    ],
)
def test_what_cannot_be_is_named_before_anything_is_written(
    tmp_path: Path, shell: Run, words: str, message: str
) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    done = shell(f"corpuskit export in.jsonl {words} -o out")
    assert (done.returncode, done.stdout) == (2, b"")
    assert message.encode() in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("{formats: [tokens]}", "needs a tokenizer"),
        ("{formats: [jsonl], tokenizer: tokenizer.json}", "are for the formats megatron and tokens"),
        ("{formats: [tokens], tokenizer: 7}", "`tokenizer` must be a string"),
    ],
)
def test_a_recipe_is_checked_as_well(tmp_path: Path, shell: Run, output: str, message: str) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    recipe = f"sources: {{a: {{from: files, inputs: [in.jsonl], origin: crawl, license: MIT}}}}\noutput: {output}\n"
    (tmp_path / "recipe.yaml").write_text(recipe)
    done = shell("corpuskit mix recipe.yaml -o out")
    assert done.returncode == 2
    assert message.encode() in done.stderr, done.stderr
    assert b"recipe.yaml:2" in done.stderr


def test_an_option_of_the_command_line_is_blamed_for_what_it_changed(tmp_path: Path, shell: Run) -> None:
    tokenizer_of(tmp_path)
    write_documents(tmp_path, TEXTS)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    options = "--set output.tokenizer=tokenizer.json --set 'output.formats=[jsonl,trl]'"
    done = shell(f"corpuskit mix recipe.yaml --check {options}")
    assert done.returncode == 2
    assert b"--set output.formats: a tokenizer and an end token are for" in done.stderr


@pytest.mark.slow
def test_a_real_tokenizer_on_real_papers(tmp_path: Path, shell: Run, shared_data: Path) -> None:
    packed = (shared_data / "tokens/gptneox_tokenizer.json.gz").read_bytes()
    (tmp_path / "tokenizer.json").write_bytes(gzip.decompress(packed))
    done = shell(f"corpuskit papers {shared_data}/academic -q | corpuskit export --to jsonl,tokens,megatron "
                 "--tokenizer tokenizer.json -o out -q")  # fmt: skip
    assert done.returncode == 0, done.stderr
    texts = [json.loads(line)["text"] for line in shell("corpuskit files out -q").stdout.splitlines()]
    assert len(texts) > 10
    theirs = datatrove_files(tmp_path / "theirs", tmp_path / "tokenizer.json", texts)
    for folder, suffix in (("tokens", "ds"), ("tokens", "ds.index"), ("megatron", "bin"), ("megatron", "idx")):
        (path,) = (tmp_path / "out" / folder).glob(f"part-*.{suffix}")
        assert path.read_bytes() == theirs[suffix], suffix
