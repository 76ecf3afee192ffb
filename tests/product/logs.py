"""Small logs, written for the tests."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import Run

EVERYBODY = {"actor": "*", "scope": ["label", "text", "train"]}
ARGUMENTS = ["--tenant", "acme", "--key", "acme.key", "--consent", "consent.jsonl"]
MAPPED = ["--format", "map", "--map", "map.yaml"]

MAP = """
event: {id: id, time: at, actor: user, type: action, value: value, item: item, prompt: ask, response: answer,
        before: before, after: after, role: role, consent: consent}
types: {up: rate, down: rate, take: accept, refuse: reject, mark: label, flag: report, pick: choose, gone: withdraw,
        close: outcome, change: edit}
values: {"yes": 1, "no": 0}
"""


def prepare(folder: Path, records: list[dict[str, Any]], consents: list[dict[str, Any]] | None = None) -> None:
    """Write a log, its map, a key and consents to a folder."""
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    lines = [json.dumps(consent) for consent in ([EVERYBODY] if consents is None else consents)]
    (folder / "consent.jsonl").write_text("\n".join(lines))
    (folder / "map.yaml").write_text(MAP)
    write_key(folder / "acme.key", b"k" * 32)


def write_key(path: Path, key: bytes) -> None:
    path.write_bytes(key)
    path.chmod(0o600)


def events(corpuskit: Run, *arguments: str, tenant: str = "acme") -> list[dict[str, Any]]:
    """What `events` makes of the log."""
    whole = [*MAPPED, *(tenant if word == "acme" else word for word in ARGUMENTS), *arguments]
    done = corpuskit("events", "log.jsonl", *whole)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def record(number: int, action: str, **fields: Any) -> dict[str, Any]:
    """One line of a log, a minute after the one before."""
    return {"id": number, "at": 1_700_000_000 + 60 * number, "user": "ann@example.org", "action": action, **fields}
