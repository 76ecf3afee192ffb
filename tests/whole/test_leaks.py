"""Nothing leaks and nothing is led astray: secrets, paths, planted links, names from data, terminals, the network."""

import base64
import http.server
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from tests.conftest import Run, RunIn, lines_of, texts
from tests.hostile.warc import page
from tests.support.serving import serving

ENVIRONMENT = {
    "AWS_SECRET_ACCESS_KEY": "canary-in-aws",
    "HF_TOKEN": "canary-in-hf",
    "OPENAI_API_KEY": "canary-in-openai",
    "MY_PASSWORD": "canary-in-a-variable",
    "USER": "canary-user",
    "LOGNAME": "canary-user",
}
PASSWORD, SIGNATURE, KEY = "canary-password", "canary-signature", "canary-key-of-thirty-two-characters!"
STAGES = "filter-language --keep en --annotate", "filter-quality --annotate", "dedup", "scrub-pii"


class Server(http.server.BaseHTTPRequestHandler):
    """Serves one file to who has the password and the signature, which nobody else is told."""

    body = texts("a text from an address", "another text") + b"broken\n"

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.answer(self.body)

    def answer(self, body: bytes) -> None:
        known = f"X-Signature={SIGNATURE}" in self.path and "missing" not in self.path
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(self.body) if known else 0))
        self.end_headers()
        self.wfile.write(body if known else b"")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    with serving(running):
        yield f"http://someone:{PASSWORD}@127.0.0.1:{running.server_address[1]}/in.jsonl?X-Signature={SIGNATURE}"


@pytest.fixture
def canaries(environment: dict[str, str], tmp_path: Path) -> Iterator[list[str]]:
    """Words that must appear nowhere, planted in the environment, the home folder and a key file."""
    home = tmp_path.parent / f"canary-home-{tmp_path.name}"
    home.mkdir()
    (tmp_path / "key").write_text(KEY)
    environment |= {**ENVIRONMENT, "HOME": str(home), "CORPUSKIT_PII_KEY": KEY}
    yield [*ENVIRONMENT.values(), "canary-home", PASSWORD, SIGNATURE, KEY]


def left_behind(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """All files, compressed ones decompressed too, and all names."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            yield f"name of {path.name}", os.fsencode(path.relative_to(folder))
            if path.is_file():
                data = path.read_bytes()
                yield path.name, data
                if path.name.endswith(".zst"):
                    yield path.name, zstandard.ZstdDecompressor().decompressobj().decompress(data)


def search(words: list[str], places: Iterator[tuple[str, bytes]], done: "subprocess.CompletedProcess[bytes]") -> None:
    """Demand that none of the words, as they are or in base64, is anywhere."""
    found = [*places, ("stdout", done.stdout), ("stderr", done.stderr)]
    for word in words:
        plain = word.encode()
        for spelling in (plain, base64.b64encode(plain).rstrip(b"=")[:-1]):
            for name, data in found:
                assert spelling not in data, (word, name)


def published(tmp_path: Path, *more: str) -> Iterator[tuple[str, bytes]]:
    return left_behind(*(tmp_path / name for name in ("out", "state", *more)))


def test_no_secret_of_an_address_or_the_environment_is_left_behind(
    address: str, canaries: list[str], corpuskit: Run, tmp_path: Path
) -> None:
    aside = ["--drops", "aside/drops.jsonl", "--rejects", "aside/rejects.jsonl"]
    (tmp_path / "aside").mkdir()
    done = corpuskit("files", address, "--source", "s", "-o", "out", "--allow-private", *aside, "--json")
    assert done.returncode == 0, done.stderr
    search(canaries, published(tmp_path, "aside"), done)
    manifest = json.loads((tmp_path / "out/manifest.json").read_bytes())
    assert manifest["inputs"][0]["path"].startswith("http://127.0.0.1:")
    assert manifest["inputs"][0]["path"].endswith("/in.jsonl")


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("in.jsonl", "missing.jsonl"),
        lambda url: re.sub(r":\d+/", ":9/", url),
        lambda url: url.replace("http", "HTTP"),
        lambda url: url.replace("http", "simplecache::http"),
        lambda url: url.replace("http", "nothing"),
        lambda url: url.replace("127.0.0.1", "256.256.256.256"),
        lambda url: url.replace("127.0.0.1", "["),
    ],
    ids=["not-there", "no-answer", "capitals", "chain", "unknown-scheme", "bad-host", "no-address"],
)
def test_no_secret_of_an_address_is_in_an_error(
    change, address: str, canaries: list[str], corpuskit: Run, tmp_path: Path
) -> None:
    for command in ("files", "fetch-warc"):
        done = corpuskit(command, change(address), "--allow-private")
        assert b"internal fault" not in done.stderr
        search(canaries, left_behind(tmp_path / "state"), done)


def test_no_secret_of_a_recipe_is_left_behind(
    address: str, canaries: list[str], corpuskit: Run, tmp_path: Path
) -> None:
    recipe = (
        "budget: {tokens: 5}\nsources:\n"
        f"  s: {{from: files, inputs: ['{address}'], origin: licensed, license: CC0-1.0}}\n"
        "together: [{scrub-pii: {mode: hash, key-file: key}}]\n"
    )
    (tmp_path / "recipe.yaml").write_text(recipe)
    plan = corpuskit("mix", "recipe.yaml", "--plan")
    assert plan.returncode == 0, plan.stderr
    search(canaries, left_behind(tmp_path / "state"), plan)
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--allow-private")
    assert done.returncode == 0, done.stderr
    search(canaries, published(tmp_path), done)


def test_what_is_published_names_no_folder_host_or_user(canaries: list[str], shell: Run, tmp_path: Path) -> None:
    inner = tmp_path / "canary-folder"
    inner.mkdir()
    (inner / "in.jsonl").write_bytes(texts("a text", "another") + b"broken\n")
    (inner / "in.warc").write_bytes(page("a page"))
    commands = (
        f"corpuskit files {inner}/in.jsonl --source s -o {tmp_path}/out",
        f"cd {inner}; corpuskit files in.jsonl --source s | corpuskit dedup -o {tmp_path}/piped",
        f"corpuskit fetch-warc {inner}/in.warc | corpuskit extract -o {tmp_path}/pages.jsonl",
    )
    host = "unshare -r --uts sh -c" if can_unshare("--uts") else "sh -c"
    for command in commands:
        done = shell(f"{host} 'hostname canary-host 2>/dev/null; {command}'")
        assert done.returncode == 0, done.stderr
    for path in [*(tmp_path / "out").rglob("*"), *(tmp_path / "piped").rglob("*"), *tmp_path.glob("pages*")]:
        if path.is_file():
            data = path.read_bytes()
            if path.name.endswith(".zst"):
                data += zstandard.ZstdDecompressor().decompressobj().decompress(data)
            for word in (*canaries, "canary-folder", "canary-host", str(tmp_path)):
                assert word.encode() not in data, (word, path.name)


def can_unshare(*flags: str) -> bool:
    """Whether this system lets tests make namespaces."""
    try:
        return subprocess.run(["unshare", "-r", *flags, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder outside of the output that nothing may touch."""
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "file").write_text("precious")
    return folder


def untouched(victim: Path) -> bool:
    return [path.name for path in victim.iterdir()] == ["file"] and (victim / "file").read_text() == "precious"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    """A dataset that was published before."""
    folder = tmp_path_factory.mktemp("old")
    command = ("export", "--to", "jsonl,hf", "-o", "out")
    corpuskit_in(folder)(*command, stdin=texts("old") + b"broken\n").check_returncode()
    return folder / "out"


@pytest.mark.parametrize("link", [".staging", "data", "decisions", "README.md", "manifest.json"])
@pytest.mark.parametrize("target", ["victim", "victim/file", "victim/new"])
def test_no_link_planted_in_an_output_folder_is_followed(
    link: str, target: str, victim: Path, old: Path, corpuskit: Run, tmp_path: Path
) -> None:
    shutil.copytree(old, tmp_path / "out")
    place = tmp_path / "out" / link
    subprocess.run(["rm", "-rf", place], check=True)
    place.symlink_to(tmp_path / target)
    done = corpuskit("export", "--to", "jsonl,hf", "-o", "out", stdin=texts("new") + b"broken\n")
    assert done.returncode in (0, 5), done.stderr
    assert done.stderr.count(b"\n") <= 3
    assert untouched(victim)


@pytest.mark.parametrize("link", [".out.jsonl.staging", ".out.jsonl.lock", "out.jsonl", "out.jsonl.manifest.json"])
def test_no_link_planted_beside_an_output_file_is_followed(
    link: str, victim: Path, corpuskit: Run, tmp_path: Path
) -> None:
    (tmp_path / link).symlink_to(victim / "file")
    done = corpuskit("export", "-o", "out.jsonl", stdin=texts("new"))
    assert done.returncode in (0, 2, 5), done.stderr
    assert untouched(victim)


def test_bytes_of_rejects_are_their_owners_alone_and_follow_no_link(
    victim: Path, corpuskit: Run, tmp_path: Path
) -> None:
    beside = tmp_path / "rejects.jsonl.bytes"
    assert corpuskit("head", "--rejects", "rejects.jsonl", stdin=b"an older secret\n" + texts("a")).returncode == 0
    beside.chmod(0o666)
    assert corpuskit("head", "--rejects", "rejects.jsonl", stdin=b"a secret\n" + texts("a")).returncode == 0
    assert beside.read_bytes() == b"a secret"
    assert beside.stat().st_mode & 0o777 == 0o600
    beside.unlink()
    beside.symlink_to(victim / "file")
    done = corpuskit("head", "--rejects", "rejects.jsonl", stdin=b"a secret\n" + texts("a"))
    assert done.returncode == 5, done.stderr
    assert untouched(victim)


def test_a_manifest_cannot_have_files_elsewhere_removed(victim: Path, corpuskit: Run, tmp_path: Path) -> None:
    for path in ("../victim/file", str(victim / "file")):
        assert corpuskit("export", "-o", "out", stdin=texts("old")).returncode == 0
        manifest = json.loads((tmp_path / "out/manifest.json").read_bytes())
        manifest["shards"][0]["path"] = path
        (tmp_path / "out/manifest.json").write_text(json.dumps(manifest))
        done = corpuskit("export", "-o", "out", stdin=texts("new"))
        assert done.returncode in (0, 5), done.stderr
        assert untouched(victim)
        subprocess.run(["rm", "-rf", tmp_path / "out"], check=True)


def test_no_name_is_taken_from_data(corpuskit: Run, tmp_path: Path) -> None:
    names = ["../../owned", "/owned", "a/b/owned", "owned\0", "$(touch owned)", "-rf", "con", "owned\n"]
    documents = [{"id": name, "text": name, "metadata": {"source": name, "warc_file": name}} for name in names]
    done = corpuskit("export", "--to", "jsonl,hf", "-o", "out", stdin=lines_of(documents))
    assert done.returncode == 0, done.stderr
    made = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    allowed = r"(data/)?part-\d{5}-[0-9a-f]{8}\.(jsonl\.zst|parquet)|manifest\.json|run\.json|README\.md|decisions/.*"
    assert all(re.fullmatch(allowed, name) for name in made), made
    assert {path.name for path in tmp_path.iterdir()} <= {"out", "state"}


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\x08 [bold red]markup[/] \u202egnp.exe"


def on_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a command prints on a terminal, which all of its streams are."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(command, cwd=folder, env=environment, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    parts = []
    while select.select([leader], [], [], 60)[0]:
        try:
            data = os.read(leader, 65536)
        except OSError:
            break
        if not data:
            break
        parts.append(data)
    child.wait()
    os.close(leader)
    return b"".join(parts).decode(errors="replace")


@pytest.mark.parametrize(
    "arguments",
    [
        ["head", "in.jsonl"],
        ["files", "in.jsonl"],
        ["files", "names"],
        ["files", HOSTILE],
        ["stats", "out"],
        ["explain", "out", HOSTILE],
        ["diff", "out", "out"],
        ["verify", "out"],
        ["verify", HOSTILE.replace("/", "")],
        ["mix", "recipe.yaml"],
        ["filter-language", "--keep", HOSTILE, "in.jsonl"],
        [HOSTILE],
    ],
    ids=lambda arguments: "-".join(re.sub(r"[^a-z.]+", "", word) for word in arguments)[:40],
)
def test_no_text_or_name_drives_a_terminal(
    arguments: list[str], corpuskit: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    document = {"id": HOSTILE, "text": HOSTILE, "metadata": {"source": HOSTILE, "url": f"http://{HOSTILE}"}}
    (tmp_path / "in.jsonl").write_bytes(lines_of([document, {"id": "a", "text": "b", "metadata": {}}]))
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / (HOSTILE.replace("/", "") + ".jsonl.gz")).write_bytes(b"\x1f\x8b\x08\0damaged")
    (tmp_path / "recipe.yaml").write_text(f"{json.dumps(HOSTILE)}: 1\n")
    done = corpuskit("dedup", "-o", "out", "in.jsonl", "in.jsonl")
    assert done.returncode == 0, done.stderr
    environment["TERM"] = "dumb"  # without progress bars, which do drive it
    shown = on_terminal([sys.executable, "-m", "corpuskit", *arguments], tmp_path, environment)
    assert shown
    for character in shown.replace("\r\n", "\n"):
        assert character == "\n" or character == "\t" or (character.isprintable() and character != "\u202e"), shown
    assert "Traceback" not in shown


@pytest.mark.slow
def test_steps_need_no_network(shell: Run, tmp_path: Path) -> None:
    if not can_unshare("-n"):
        pytest.skip("this system does not let tests make a network namespace")
    (tmp_path / "in.warc").write_bytes(page("a page") + page("another page"))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("print('hello')\n")
    (tmp_path / "recipe.yaml").write_text(
        "sources:\n  w: {from: fetch-warc, inputs: [in.warc], origin: crawl, license: CC0-1.0, steps: [extract]}\n"
        "  c: {from: code, inputs: [src], origin: licensed, license: CC0-1.0}\n"
    )
    pipe = " | ".join(f"corpuskit {step}" for step in ("fetch-warc in.warc", "extract", *STAGES))
    script = f"""
        set -eo pipefail
        ! ls /sys/class/net 2>/dev/null | grep -v lo
        {pipe} | corpuskit export --to jsonl,hf -o out --allow-empty
        corpuskit extract --engine auto out | corpuskit sample --rate 0.5 > /dev/null
        corpuskit files in.warc --format text | corpuskit scrub-pii --engine scrubadub | corpuskit head > /dev/null
        corpuskit mix recipe.yaml -o mixed
        for command in verify stats count; do corpuskit $command mixed; done
        corpuskit diff out mixed
    """
    (tmp_path / "script").write_text(script)
    done = shell("unshare -rn bash script")
    assert done.returncode == 0, done.stderr.decode()
