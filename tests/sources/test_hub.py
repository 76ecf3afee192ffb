"""hub: the split that was asked for, whole, with its licence and revision, from the Hub or from a folder."""

import gzip
import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpuskit.formats.hub.card_license import card_license
from tests.conftest import AT_START, Run, lines_of, shell_in
from tests.support.command_server import LIBRARIES_OF, CommandServers
from tests.support.loopback_hub import LoopbackHub, loopback_hub

ROWS = [{"id": f"r{number}", "text": f"The tide of day {number}.", "height": number / 2} for number in range(40)]
UNSET = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_TOKEN")
"""Variables of whoever runs the tests that would change what is asked."""
Hub = Callable[..., "subprocess.CompletedProcess[bytes]"]


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """Rows as the bytes of a Parquet file."""
    import pyarrow
    import pyarrow.parquet

    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), stream)
    return stream.getvalue()


FILES = {
    "README.md": b"---\nlicense: cc-by-sa-4.0\n---\n# Tides\n",
    "data/train-00000-of-00002.parquet": parquet(ROWS[:20]),
    "data/train-00001-of-00002.parquet": parquet(ROWS[20:]),
    "data/test-00000-of-00001.parquet": parquet([{"text": "A test."}]),
}


@dataclass(frozen=True)
class AskedHub:
    """A Hub for all tests, and the processes that are told where it is when they load what asks it."""

    loopback: LoopbackHub
    environment: dict[str, str]
    servers: CommandServers


@pytest.fixture(scope="module")
def asked_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AskedHub]:
    with loopback_hub() as loopback:
        told = {
            "HF_ENDPOINT": loopback.url,
            "HF_HOME": str(tmp_path_factory.mktemp("hub") / "hf"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        environment = {name: value for name, value in AT_START.items() if name not in UNSET} | told
        servers = CommandServers(environment, {"": LIBRARIES_OF["hub"]})
        yield AskedHub(loopback, told, servers)
        servers.close()


@pytest.fixture
def loopback(asked_hub: AskedHub) -> LoopbackHub:
    """A Hub with one dataset."""
    asked_hub.loopback.forget()
    asked_hub.loopback.add("harbour/tides", FILES, "v1")
    return asked_hub.loopback


@pytest.fixture
def hub(tmp_path: Path, environment: dict[str, str], asked_hub: AskedHub, loopback: LoopbackHub) -> Hub:
    """Run a shell script that asks the Hub on loopback, and has stored nothing of it yet."""
    shutil.rmtree(asked_hub.environment["HF_HOME"], ignore_errors=True)
    asked = {name: value for name, value in environment.items() if name not in UNSET} | asked_hub.environment

    def run(script: str, **more: str) -> "subprocess.CompletedProcess[bytes]":
        return shell_in(tmp_path, asked | more, asked_hub.servers)(script)

    return run


def documents_in(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_the_training_split_is_read_with_licence_and_revision(hub: Hub, loopback: LoopbackHub, tmp_path: Path) -> None:
    done = hub("corpuskit hub harbour/tides --origin public_dataset | corpuskit export -q -o corpus")
    assert done.returncode == 0, done.stderr
    commit = loopback.revisions["harbour/tides", "main"]
    manifest = json.loads((tmp_path / "corpus/manifest.json").read_bytes())
    paths = [entry["path"] for entry in manifest["inputs"]]
    assert paths == [f"harbour/tides@{commit}/data/train-0000{number}-of-00002.parquet" for number in range(2)]
    (source,) = manifest["sources"].values()
    assert (source["license"], source["documents"]) == ("CC-BY-SA-4.0", 40)
    assert source["license_evidence"] == f"https://huggingface.co/datasets/harbour/tides/blob/{commit}/README.md"


def test_a_revision_stays_what_it_was(hub: Hub, loopback: LoopbackHub) -> None:
    newer = FILES | {"data/train-00000-of-00002.parquet": parquet([{"text": "Only one."}])}
    loopback.add("harbour/tides", newer)
    old, new = loopback.revisions["harbour/tides", "v1"], loopback.revisions["harbour/tides", "main"]
    assert old != new
    for revision, number in (("v1", 40), (old, 40), ("main", 21), (new, 21)):
        assert len(documents_in(hub(f"corpuskit hub harbour/tides --revision {revision}").stdout)) == number


def test_rows_are_read_as_files_reads_them(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(FILES["data/test-00000-of-00001.parquet"])
    (ours,) = documents_in(hub("corpuskit hub harbour/tides --split test").stdout)
    (theirs,) = documents_in(hub("corpuskit files rows.parquet").stdout)
    assert ours["metadata"].pop("license") == "CC-BY-SA-4.0"
    del ours["metadata"]["license_evidence"]
    assert ours == theirs


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("harbour/tides --split tset", "has no split 'tset' (did you mean `test`?); it has train or test"),
        ("harbour/tides --config de", "has no config 'de'"),
        ("harbour/tides --revision v9", "harbour/tides has no revision 'v9'"),
        ("harbour/none", "no dataset on the Hub is called harbour/none; if it is private, set HF_TOKEN"),
        ("", "name a dataset"),
        ("'not a name'", "neither a folder nor the name of a dataset"),
        ("../up", "neither a folder nor the name of a dataset"),
        ("harbour/tides --text-key body", "has no column 'body'; name the right one with `--text-key`"),
        ("harbour/script", "harbour/script is a script, and code of datasets is not run"),
        ("harbour/pictures", "harbour/pictures"),
        ("harbour/configs", "has several configs; name one of them with --config: de or en"),
        ("harbour/splits", "has several splits; name one of them with --split: validation or test"),
    ],
)
def test_what_is_not_there_is_named(hub: Hub, loopback: LoopbackHub, words: str, message: str) -> None:
    loopback.add("harbour/script", {"script.py": b"import os\n", "README.md": b"x"})
    loopback.add("harbour/pictures", {"a.bin": b"\0" * 50})
    card = "---\nconfigs:\n" + "".join(
        f"- {{config_name: {name}, data_files: {name}/a.jsonl}}\n" for name in ("de", "en")
    )
    loopback.add(
        "harbour/configs", {"README.md": f"{card}---\n".encode(), "de/a.jsonl": b'{"text":"a"}', "en/a.jsonl": b""}
    )
    loopback.add("harbour/splits", {"dev.jsonl": b'{"text":"a"}\n', "test.jsonl": b'{"text":"b"}\n'})
    done = hub(f"corpuskit hub {words}")
    assert (done.returncode, done.stdout) == (2, b""), done.stderr
    assert message.encode() in done.stderr
    assert done.stderr.count(b"\n") == 1, done.stderr


def test_a_busy_hub_is_asked_again_and_cut_answers_lose_nothing(hub: Hub, loopback: LoopbackHub) -> None:
    loopback.faults["busy"] = 1
    done = hub("corpuskit hub harbour/tides")
    assert len(documents_in(done.stdout)) == 40, done.stderr
    assert b"503" in done.stderr
    loopback.faults["cut"] = 1
    assert documents_in(hub("corpuskit hub harbour/tides").stdout) == documents_in(done.stdout)


def test_a_gated_dataset_wants_a_token_and_tells_nobody(hub: Hub, loopback: LoopbackHub) -> None:
    loopback.gated.add("harbour/tides")
    done = hub("corpuskit hub harbour/tides")
    assert done.returncode == 2
    assert b"accept its terms" in done.stderr or b"sign in" in done.stderr
    token = "hf_" + "x" * 30
    done = hub("corpuskit hub harbour/tides | corpuskit export -o corpus && cat corpus/manifest.json", HF_TOKEN=token)
    assert done.returncode == 0, done.stderr
    assert token.encode() not in done.stdout + done.stderr


def test_the_cache_serves_without_a_network(hub: Hub, loopback: LoopbackHub) -> None:
    done = hub("HF_HUB_OFFLINE=1 corpuskit hub harbour/tides")
    assert done.returncode == 2
    assert b"hf download --repo-type dataset harbour/tides" in done.stderr
    online = hub("corpuskit hub harbour/tides").stdout
    download = "from huggingface_hub import snapshot_download as s; s('harbour/tides', repo_type='dataset')"
    assert hub(f'python -c "{download}"').returncode == 0
    loopback.requests.clear()
    offline = hub("HF_HUB_OFFLINE=1 corpuskit hub harbour/tides")
    assert loopback.requests == []
    commit = loopback.revisions["harbour/tides", "main"]
    evidence = f"https://huggingface.co/datasets/harbour/tides/blob/{commit}/README.md"
    assert offline.stdout == online, offline.stderr
    assert documents_in(offline.stdout)[0]["metadata"]["license_evidence"] == evidence


RECIPE = """
sources:
  tides: {from: hub, inputs: [harbour/tides], origin: public_dataset, license: from-documents, options: {split: train}}
  here: {from: hub, inputs: [local], origin: public_dataset, license: CC0-1.0}
output: {dir: corpus}
"""


def test_a_recipe_reads_the_hub_on_any_number_of_workers(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    (tmp_path / "local").mkdir()
    (tmp_path / "local/train.jsonl").write_bytes(lines_of(ROWS[:5]))
    manifests = []
    for jobs in (1, 3):
        assert hub(f"corpuskit mix recipe.yaml -q -j {jobs} -o out-{jobs} --no-cache").returncode == 0
        manifests.append((tmp_path / f"out-{jobs}/manifest.json").read_bytes())
    assert manifests[0] == manifests[1]
    sources = json.loads(manifests[0])["sources"]
    assert sources["tides"]["license"] == "CC-BY-SA-4.0"
    assert (sources["tides"]["documents"], sources["here"]["documents"]) == (40, 5)
    plan = hub("corpuskit mix --plan recipe.yaml").stdout.decode()
    assert "corpuskit hub --split train harbour/tides" in plan or "corpuskit hub harbour/tides" in plan


def test_a_changed_card_changes_what_was_cached(hub: Hub, tmp_path: Path) -> None:
    recipe = "sources: {here: {from: hub, inputs: [local], origin: public_dataset, license: from-documents}}\n"
    (tmp_path / "recipe.yaml").write_text(recipe)
    (tmp_path / "local").mkdir()
    (tmp_path / "local/train.jsonl").write_bytes(lines_of(ROWS[:5]))
    for license_, expected in (("mit", "MIT"), ("cc0-1.0", "CC0-1.0")):
        (tmp_path / "local/README.md").write_text(f"---\nlicense: {license_}\n---\n")
        assert hub("corpuskit mix recipe.yaml -q -o out").returncode == 0
        assert json.loads((tmp_path / "out/manifest.json").read_bytes())["sources"]["here"]["license"] == expected


def saved_to_disk(folder: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    datasets.Dataset.from_list(ROWS).save_to_disk(str(folder), num_shards=3)


def saved_as_dictionary(folder: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    rows = datasets.Dataset.from_list(ROWS)
    datasets.DatasetDict(train=rows, test=rows.select(range(3))).save_to_disk(str(folder))


def as_parquet(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data/train-00000-of-00001.parquet").write_bytes(parquet(ROWS))
    (folder / "data/test-00000-of-00001.parquet").write_bytes(parquet(ROWS[:3]))


def as_jsonl(folder: Path) -> None:
    folder.mkdir()
    (folder / "train.jsonl.gz").write_bytes(gzip.compress(lines_of(ROWS)))
    (folder / "test.jsonl").write_bytes(lines_of(ROWS[:3]))


def as_csv(folder: Path) -> None:
    (folder / "train").mkdir(parents=True)
    rows = "".join(f"{row['id']},{row['text']},{row['height']}\n" for row in ROWS)
    (folder / "train/a.csv").write_text(f"id,text,height\n{rows}")


@pytest.mark.parametrize("write", [saved_to_disk, saved_as_dictionary, as_parquet, as_jsonl, as_csv])
def test_folders_of_every_kind_are_read(write: Callable[[Path], None], tmp_path: Path, shell: Run) -> None:
    write(tmp_path / "set")
    card = tmp_path / "set/README.md"
    if write not in (saved_to_disk, saved_as_dictionary):
        card.write_text("---\nlicense: odc-by\n---\n")
    done = shell("corpuskit hub set")
    documents = documents_in(done.stdout)
    assert [document["text"] for document in documents] == [row["text"] for row in ROWS], done.stderr
    assert [document["id"] for document in documents] == [row["id"] for row in ROWS]
    heights = [float(document["metadata"].get("height", document.get("height", -1))) for document in documents]
    assert heights == [row["height"] for row in ROWS]
    if card.exists():
        assert {document["metadata"]["license"] for document in documents} == {"ODC-By-1.0"}
        assert {document["metadata"]["license_evidence"] for document in documents} == {"set/README.md"}


def test_a_saved_dataset_that_is_not_whole_is_named(tmp_path: Path, shell: Run) -> None:
    saved_to_disk(tmp_path / "set")
    os.remove(tmp_path / "set/data-00001-of-00003.arrow")
    done = shell("corpuskit hub set")
    assert done.returncode == 2
    assert b"data-00001-of-00003.arrow is missing" in done.stderr
    state = json.loads((tmp_path / "set/state.json").read_bytes())
    state["_data_files"] = [{"filename": "../../secret.arrow"}]
    (tmp_path / "set/state.json").write_text(json.dumps(state))
    assert shell("corpuskit hub set").returncode == 2


def card_naming(data_files: str) -> str:
    return f"---\nlicense: cc0-1.0\nconfigs:\n- {{config_name: default, data_files: {data_files}}}\n---\n"


@pytest.mark.parametrize(
    "data_files",
    ['"../out/*.jsonl"', "ABSOLUTE", '["a.jsonl", "b/../../out/b.jsonl"]', '[{split: train, path: ["../out/b.jsonl"]}]']
    + [f'"{address}"' for address in ("http://127.0.0.1:9/x.jsonl", "hf://datasets/a/b/c.jsonl", "zip://x::a.zip")]
    + ['"~/b.jsonl"', '"*.jsonl", data_dir: "../out"'],
)
@pytest.mark.parametrize("file", ["README.md", ".huggingface.yaml"])
def test_a_card_names_no_data_outside_of_its_folder(tmp_path: Path, shell: Run, data_files: str, file: str) -> None:
    for name in ("set/a.jsonl", "out/b.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(lines_of(ROWS[:1]))
    card = card_naming(data_files.replace("ABSOLUTE", f'"{tmp_path}/out/b.jsonl"'))
    (tmp_path / "set" / file).write_text(card if file == "README.md" else card.strip("-\n"))
    done = shell("corpuskit hub set -o corpus")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
    assert f"set/{file} names data outside of the dataset".encode() in done.stderr
    assert not (tmp_path / "corpus").exists()


def test_a_card_on_the_hub_names_no_data_elsewhere(hub: Hub, loopback: LoopbackHub, tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_bytes(lines_of(ROWS[:1]))
    for number, data_files in enumerate((tmp_path / "own.jsonl", "../../other/set/a.jsonl", f"{loopback.url}/inner")):
        name = f"harbour/guest{number}"
        loopback.add(name, {"README.md": card_naming(f'"{data_files}"').encode(), "a.jsonl": b'{"text":"a"}\n'})
        done = hub(f"corpuskit hub {name}")
        assert (done.returncode, done.stdout) == (2, b"") and b"names data outside" in done.stderr, done.stderr
    assert not any("/inner" in request for request in loopback.requests)


@pytest.mark.parametrize("link", ["train.jsonl", "train", "README.md"])
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, shell: Run, link: str) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "set/b.jsonl").write_bytes(lines_of(ROWS[:1]))
    (tmp_path / "out/a.jsonl").write_bytes(lines_of(ROWS[:1]))
    if link == "train":
        (tmp_path / "set/README.md").write_text(card_naming('"train/*"'))
    (tmp_path / "set" / link).symlink_to(tmp_path / ("out" if link == "train" else "out/a.jsonl"))
    done = shell("corpuskit hub set --split train")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1), done.stderr
    assert b" of set leads to a file outside of the folder" in done.stderr and link.encode() in done.stderr


def test_a_linked_folder_of_which_nothing_is_read_is_told(tmp_path: Path, shell: Run) -> None:
    for file in ("set/data/train.jsonl", "out/train.jsonl", "set/rows/x.jsonl"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(lines_of(ROWS[:1]))
    (tmp_path / "set/data/round").symlink_to("..")
    (tmp_path / "set/more").symlink_to("rows")
    assert shell("corpuskit hub set").stderr.count(b"\n") == 1
    (tmp_path / "set/data/more").symlink_to("../../out")
    done = shell("corpuskit hub set")
    assert (
        done.returncode == 0 and b"1 link to a folder outside of set left out, the first is 'data/more'" in done.stderr
    )
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/data").symlink_to("../out")
    done = shell("corpuskit hub bare")
    assert done.returncode == 2 and b"data is a link to a folder outside of it, which is not followed" in done.stderr


def test_a_link_within_the_folder_is_followed(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set/rows").write_bytes(lines_of(ROWS))
    (tmp_path / "set/train.jsonl").symlink_to("rows")
    assert len(documents_in(shell("cd set && corpuskit hub .").stdout)) == len(ROWS)


@pytest.mark.parametrize(
    "front",
    [
        'license: !!python/object/apply:os.system ["touch pwned"]',
        "a: " + "[" * 50_000,
        "a: [",
        "1: 2",
        "- a",
        "configs: [7]",
        "configs: [{config_name: a, data_files: [{split: 7, path: x}]}]",
        'configs: [{config_name: a, data_files: ""}]',
        "configs: [{config_name: a, data_dir: 7}]",
        "dataset_info: [7]",
    ],
    ids=range(10),
)
def test_a_card_that_cannot_be_read_is_named(tmp_path: Path, shell: Run, front: str) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set/train.jsonl").write_bytes(lines_of(ROWS))
    (tmp_path / "set/README.md").write_text(f"---\n{front}\n---\n")
    done = shell("corpuskit hub set")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1), done.stderr
    assert b"set/README.md " in done.stderr and len(done.stderr) < 300
    assert not (tmp_path / "pwned").exists()


def test_what_is_no_dataset_is_called_what_it_is(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert b"'empty' is a file" in shell("corpuskit hub empty").stderr
    (tmp_path / "set").mkdir()
    assert b"set has no files that are known as data" in shell("corpuskit hub set").stderr
    for state, problem in ((None, b"state.json is missing"), ("{}", b"state.json names no files of data")):
        (tmp_path / "set/dataset_info.json").write_text("{}")
        if state is not None:
            (tmp_path / "set/state.json").write_text(state)
        assert problem in shell("corpuskit hub set").stderr


def test_the_hint_at_a_field_keeps_the_licence_of_the_card(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set/train.jsonl").write_bytes(lines_of([{"body": "The tide rose."}] * 3))
    for key in ("text", "txt"):
        message = shell(f"corpuskit hub set --text-key {key}").stderr
        assert b"Name the field of the text: `--text-key body`" in message and b"corpuskit files" not in message


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.9])
def test_a_cut_arrow_file_is_damage(tmp_path: Path, shell: Run, share: float) -> None:
    saved_to_disk(tmp_path / "set")
    path = tmp_path / "set/data-00001-of-00003.arrow"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    done = shell("corpuskit hub set -o corpus")
    assert done.returncode == 3, done.stderr
    assert b"Traceback" not in done.stderr
    assert shell("corpuskit hub set -o corpus --accept-damaged").returncode == 0


@pytest.mark.parametrize("kind", ["file", "stream", "lz4"])
def test_files_reads_arrow_by_name_and_by_content(tmp_path: Path, shell: Run, kind: str) -> None:
    import pyarrow

    table = pyarrow.Table.from_pylist(ROWS)
    options = pyarrow.ipc.IpcWriteOptions(compression="lz4" if kind == "lz4" else None)
    opening = pyarrow.ipc.new_stream if kind == "stream" else pyarrow.ipc.new_file
    # The bytes of an LZ4 frame within a file without a suffix make it look like a damaged LZ4 file.
    for name in ("rows.arrow",) if kind == "lz4" else ("rows.arrow", "rows"):
        with open(tmp_path / name, "wb") as stream, opening(stream, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=7)
        documents = documents_in(shell(f"corpuskit files {name}").stdout)
        assert [(document["id"], document["text"]) for document in documents] == [
            (row["id"], row["text"]) for row in ROWS
        ]
    piped = documents_in(shell("cat rows.arrow | corpuskit files --format arrow").stdout)
    assert piped == documents


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("license: mit", "MIT"),
        ("license: [cc-by-4.0, mit]", "CC-BY-4.0 AND MIT"),
        ("license: apache-2.0", "Apache-2.0"),
        ("license: gpl-3.0", "GPL-3.0-only"),
        ("license: pddl", "PDDL-1.0"),
        ("license: other", None),
        ("license: other\nlicense_name: harbour terms", "LicenseRef-harbour-terms"),
        ("license: unknown", None),
        ("license: cc", None),
        ("license: none-such", None),
        ("license: 7", None),
        ("license: !!python/name:os.system x", None),
        ("a: [", None),
        ("- a", None),
    ],
)
def test_licences_of_cards_are_those_of_spdx(front: str, expected: str | None) -> None:
    assert card_license(f"---\n{front}\n---\n# A set\n") == expected
    assert card_license(f"# A set\n{front}\n") is None
