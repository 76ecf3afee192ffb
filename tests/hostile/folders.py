"""Hostile folders and datasets: names, links and pipes among files, manifests that lie, tables out of proportion."""

import hashlib
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hostile import FILES, RECORDS, Attack, Make
from tests.hostile.jsonl import MIB, line

SECRET = "a secret outside of the folder"


def among(hostile: Callable[[Path], None]) -> Make:
    """Whatever is made lies between two files."""

    def make(folder: Path) -> None:
        place = folder / "in"
        place.mkdir(parents=True)
        (folder / "outside.jsonl").write_bytes(line(SECRET) + b"\n")
        (place / "1-good.jsonl").write_bytes(line(FILES[0]) + b"\n")
        (place / "3-good.jsonl").write_bytes(line(FILES[1]) + b"\n")
        hostile(place)

    return make


def of(name: str, hostile: Callable[[Path], None], code: int = 0, command: str = "files in", **more: Any) -> Attack:
    """A folder with something odd in it."""
    more.setdefault("kept", FILES)
    return Attack(f"folder-{name}", among(hostile), command, code, **more)


def file(name: str, data: Callable[[], bytes]) -> Callable[[Path], None]:
    """A file in the folder."""
    return lambda place: void((place / name).write_bytes(data()))


def void(_: object) -> None:
    return None


def raw_name(place: Path) -> None:
    (place / os.fsdecode(b"2-\xff\xfe\x1b[2J\n.jsonl")).write_bytes(line(RECORDS[0]) + b"\n")


def unix_socket(place: Path) -> None:
    here = os.getcwd()
    os.chdir(place)  # a path to a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("2-hostile.jsonl")
    finally:
        os.chdir(here)


def parquet(columns: Callable[[Any], dict[str, Any]]) -> Callable[[Path], None]:
    """A few kilobytes that stand for gigabytes: one long text, named over and over."""

    def make(place: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        # One dictionary page and runs of one index: the writer falls back to plain texts beyond its limit of a page.
        table = pa.table(columns(pa))
        name = place / "2-hostile.parquet"
        pq.write_table(table, name, compression="zstd", dictionary_pagesize_limit=8 * MIB)

    return make


def repeated(pa: Any, times: int, *before: str) -> Any:
    """A column of some texts and then one of 1 MiB, so many times."""
    places = [*range(len(before)), *[len(before)] * times]
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array([*before, "a" * MIB]))


def listed(pa: Any, lengths: list[int]) -> Any:
    """A column of lists of so many texts of 1 MiB each."""
    ends = [sum(lengths[:place]) for place in range(len(lengths) + 1)]
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), repeated(pa, ends[-1]))


def expanding(place: Path) -> None:
    """A page of 320 MiB in a few kilobytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"text": ["a" * MIB] * 320})
    pq.write_table(table, place / "2-hostile.parquet", compression="zstd", use_dictionary=False)


def parquet_footer(place: Path) -> None:
    (place / "2-hostile.parquet").write_bytes(b"PAR1" + b"\x15\x02" * 50 + (2**31 - 1).to_bytes(4, "little") + b"PAR1")


def dataset(change: Callable[[dict[str, Any], Path], None], *, sign: bool = True) -> Make:
    """A published folder with a changed manifest, which says of itself that it was not changed."""

    def make(folder: Path) -> None:
        place = folder / "in"
        (place / "decisions").mkdir(parents=True)
        (folder / "outside.jsonl").write_bytes(line(SECRET) + b"\n")
        manifest = written(place)
        change(manifest, place)
        if sign:
            rest = {key: value for key, value in manifest.items() if key != "digest"}
            canonical = json.dumps(rest, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            manifest["digest"] = "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
        (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    return make


def written(place: Path) -> dict[str, Any]:
    """A small dataset of one shard."""
    data = line(FILES[0]) + b"\n"
    entry = {"path": "part-00000-00000000.jsonl", **facts(data)}
    (place / entry["path"]).write_bytes(data)
    return {
        "format": "corpuskit.manifest/1",
        "versions": {"corpuskit": "0"},
        "steps": [{"id": "1-files", "from": [], "name": "files", "options": {}, "upstream": "none"}],
        "inputs": [],
        "tokenizer": "words",
        "sources": {},
        "shards": [{**entry, "documents": 1, "tokens": 3}],
        "decisions": [],
    }


def facts(data: bytes) -> dict[str, Any]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def outside_shard(manifest: dict[str, Any], place: Path) -> None:
    manifest["shards"][0] |= {"path": "../outside.jsonl", **facts((place.parent / "outside.jsonl").read_bytes())}


def shard_without_documents(data: bytes) -> Callable[[dict[str, Any], Path], None]:
    def change(manifest: dict[str, Any], place: Path) -> None:
        (place / manifest["shards"][0]["path"]).write_bytes(data)
        manifest["shards"][0] |= facts(data)

    return change


def absolute_decisions(manifest: dict[str, Any], place: Path) -> None:
    outside = place.parent / "outside.jsonl"
    manifest["decisions"] = [{"path": str(outside), **facts(outside.read_bytes())}]


def linked_decisions(manifest: dict[str, Any], place: Path) -> None:
    (place / "decisions" / "part-00000.jsonl").symlink_to("../../outside.jsonl")
    manifest["decisions"] = [
        {"path": "decisions/part-00000.jsonl", **facts((place.parent / "outside.jsonl").read_bytes())}
    ]


def linked_shard(manifest: dict[str, Any], place: Path) -> None:
    (place / manifest["shards"][0]["path"]).unlink()
    (place / manifest["shards"][0]["path"]).symlink_to("../outside.jsonl")
    manifest["shards"][0] |= facts((place.parent / "outside.jsonl").read_bytes())


def senseless_decisions(manifest: dict[str, Any], place: Path) -> None:
    (place / "decisions" / "part-00000.jsonl").write_bytes(b'["no","verdict"]\nnot json\n')
    data = (place / "decisions" / "part-00000.jsonl").read_bytes()
    manifest["decisions"] = [{"path": "decisions/part-00000.jsonl", **facts(data)}]


def raw_manifest(data: Callable[[], bytes]) -> Make:
    def make(folder: Path) -> None:
        (folder / "in").mkdir()
        (folder / "in" / "manifest.json").write_bytes(data())

    return make


def piped_manifest(folder: Path) -> None:
    raw_manifest(lambda: b"")(folder)
    (folder / "in" / "manifest.json").unlink()
    os.mkfifo(folder / "in" / "manifest.json")


def endless_manifest(folder: Path) -> None:
    raw_manifest(lambda: b"")(folder)
    os.truncate(folder / "in" / "manifest.json", 1 << 40)


def changed(*trail: str | int, to: Any) -> Make:
    """A manifest with one value replaced."""

    def change(manifest: dict[str, Any], _: Path) -> None:
        value: Any = manifest
        for key in trail[:-1]:
            value = value[key]
        value[trail[-1]] = to

    return dataset(change)


def journal(make: Callable[[Path, Path], None]) -> Make:
    """A published folder with the journal of a run that was stopped."""

    def with_journal(folder: Path) -> None:
        changed("versions", to=[])(folder)
        staging = folder / "in" / ".staging"
        staging.mkdir()
        make(folder, staging / "journal.json")

    return with_journal


def climbing(folder: Path, path: Path) -> None:
    (folder / "outside.jsonl").write_bytes(line(SECRET))
    path.write_text(
        json.dumps(["../outside.jsonl", str(folder / "outside.jsonl"), "part-00000-0123abcd.jsonl/../x", 7])
    )


FORGED: dict[str, Make] = {
    "journal-that-climbs": journal(climbing),
    "journal-that-is-a-pipe": journal(lambda folder, path: os.mkfifo(path)),
    "journal-too-deep": journal(lambda folder, path: void(path.write_bytes(b"[" * MIB))),
    "shard-outside": dataset(outside_shard),
    "decisions-outside": dataset(absolute_decisions),
    "decisions-linked": dataset(linked_decisions),
    "shard-linked": dataset(linked_shard),
    "shard-of-a-line-without-text": dataset(shard_without_documents(b'{"id":"x"}\n')),
    "shard-of-no-json": dataset(shard_without_documents(b"no json\n")),
    "too-deep": raw_manifest(lambda: b"[" * MIB),
    "manifest-that-is-a-pipe": piped_manifest,
    "manifest-without-end": endless_manifest,
    "no-text": raw_manifest(lambda: b"\xff\xfe"),
    "no-object": raw_manifest(lambda: b"[]"),
    "without-shards": changed("shards", to=None),
    "shards-of-numbers": changed("shards", to=[1, 2]),
    "path-of-a-number": changed("shards", 0, "path", to=7),
    "path-with-nul": changed("shards", 0, "path", to="a\0b"),
    "count-that-is-text": changed("shards", 0, "documents", to="many"),
    "steps-without-names": changed("steps", to=[{}]),
    "steps-in-a-circle": changed("steps", 0, "from", to=["1-files"]),
    "step-from-nowhere": changed("steps", 0, "from", to=["9-nothing"]),
    "steps-that-are-text": changed("steps", to="steps"),
    "sources-that-are-a-list": changed("sources", to=[]),
    "versions-that-are-a-list": changed("versions", to=[]),
    "tokenizer-that-is-a-file": changed("tokenizer", to="/etc/passwd"),
}
"""Datasets that every command which reads datasets must refuse or survive."""

ATTACKS = [
    of("name-that-is-no-text", raw_name, kept=(*FILES, RECORDS[0])),
    of("name-like-an-option", file("-rf.jsonl", lambda: line(RECORDS[0]) + b"\n"), kept=(*FILES, RECORDS[0])),
    of("link-that-leads-nowhere", lambda place: (place / "2-hostile.jsonl").symlink_to("nothing")),
    of("link-to-itself", lambda place: (place / "2-hostile.jsonl").symlink_to("2-hostile.jsonl")),
    of("link-out-of-it", lambda place: (place / "2-hostile.jsonl").symlink_to("../outside.jsonl"), says="link"),
    of("folder-link-to-itself", lambda place: (place / "2-hostile").symlink_to(".")),
    of("link-to-a-device", lambda place: (place / "2-hostile.jsonl").symlink_to("/dev/zero")),
    of("named-pipe", lambda place: os.mkfifo(place / "2-hostile.jsonl")),
    of("socket", unix_socket),
    of(
        "table-of-one-column-name",
        file("2-hostile.csv", lambda: b"text" + b",a" * 20_000 + b"\nx" + b",b" * 20_000 + b"\n"),
    ),
    of("table-with-an-open-quote", file("2-hostile.csv", lambda: b'text\n"' + b"a\n" * 200_000)),
    of("table-of-odd-quotes", file("2-hostile.csv", lambda: b"text,b\n" + b',"\n' * 200_000)),
    of("table-of-carriage-returns", file("2-hostile.csv", lambda: b"text\n" + b"\r" * MIB)),
    of("table-without-line-ends", file("2-hostile.csv", lambda: b"text," * (14 * MIB)), 3),
    of("json-too-deep", file("2-hostile.json", lambda: b"[" * MIB), reasons={"too-deep": 1}),
    of(
        "json-of-empty-objects",
        file("2-hostile.json", lambda: b"[" + b"{}," * (20 * MIB) + b"{}]"),
        reasons={"too-many-values": 1},
    ),
    of("text-in-utf-7", file("2-hostile.txt", lambda: b"+ADw-script+AD4-")),
    of(
        "text-of-control-characters",
        file("2-hostile.txt", lambda: bytes(range(128, 160)) * 1000),
        reasons={"undecodable": 1},
    ),
    of("parquet-of-one-long-text", parquet(lambda pa: {"text": repeated(pa, 1000)}), slow=True),
    of(
        "parquet-of-a-long-text-late",
        parquet(lambda pa: {"text": repeated(pa, 1000, *map(str, range(2000)))}),
        slow=True,
    ),
    of(
        "parquet-of-a-long-text-beside",
        parquet(lambda pa: {"text": ["a"] * 1000, "title": repeated(pa, 1000)}),
        slow=True,
    ),
    of("parquet-of-lists", parquet(lambda pa: {"text": ["a"] * 500, "tags": listed(pa, [2] * 500)}), slow=True),
    of(
        "parquet-of-one-list",
        parquet(lambda pa: {"text": ["a"] * 3, "tags": listed(pa, [1, 2000, 1])}),
        reasons={"line-too-long": 1},
        slow=True,
    ),
    of("parquet-bomb", expanding, 3, says="expands", slow=True),
    of("parquet-footer-out-of-proportion", parquet_footer, 3),
]
