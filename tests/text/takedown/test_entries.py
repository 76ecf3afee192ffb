"""Takedown lists: a line names one thing or is refused by its number, and a text never stays on disk."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.document import text_hash
from corpuskit.core.errors import PublishError, UsageError
from corpuskit.text.takedown.entries import KEYS, Entry, list_digest
from corpuskit.text.takedown.list_file import holds_texts, read_list, write_list
from corpuskit.text.takedown.on_record import digests_in, digests_on_record, list_on_record
from corpuskit.trust.takedowns.sought import list_kernels

TEXT = "The keeper of the light wrote down every ship that came into the harbour at night, for thirty years."


def read(folder: Path, *lines: Any) -> list[Entry]:
    path = folder / "takedown.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return read_list(path, list_kernels())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({}, "names nothing"),
        ({"ref": "r-1", "date": "2026-11-01"}, "names nothing"),
        ({"source": "web"}, "names nothing"),
        ({"source": "web", "tenant": "acme"}, "names nothing"),
        ({"id": "a", "url": "https://example.org/"}, "names two things, `id` and `url`"),
        ({"id": ""}, "`id` must be a string"),
        ({"id": 7}, "`id` must be a string"),
        ({"id": None}, "`id` must be a string"),
        ({"domain": ["example.org"]}, "`domain` must be a string"),
        ({"id": "a", "ref": 7}, "`ref` must be a string"),
        ({"id_prefix": "a"}, "needs a `source`"),
        ({"ulr": "https://example.org/"}, "did you mean `url`"),
        ({"id": "a", "surce": "web"}, "did you mean `source`"),
        ({"url": "mailto:keeper@example.org"}, "names no host"),
        ({"url_prefix": "/blog/"}, "names no host"),
        ({"domain": "//"}, "names no host"),
        ({"domain": "org"}, "names no host"),
        ({"domain": "*.gone.example"}, "takes no `*`"),
        ({"domain": ".gone.example"}, "takes no `*`"),
        ({"url": "https://*.gone.example/a"}, "takes no `*`"),
        ({"url_prefix": "gone.example/blog/*"}, "takes no `*` at its end"),
        ({"id_prefix": "user-*", "source": "web"}, "takes no `*` at its end"),
        ({"id_hash": "abc"}, "`id_hash` must be"),
        ({"text_hash": "abc"}, "`text_hash` must be"),
        ({"text_hash": "A" * 32}, "`text_hash` must be"),
        ({"text_hash": "a" * 32, "signature": "0.9:AAAA"}, "was not made by this version"),
        ({"text_hash": "a" * 32, "signature": "1.2:!"}, "was not made by this version"),
        ({"id": "a", "signature": "1.2:AAAA"}, "stands beside a `text_hash`"),
        ({"type": "url", "value": "https://example.org/"}, "`type` is no key; write what it names as the key"),
        ({"Kind": "ulr", "value": "https://example.org/"}, "`Kind` is no key; write what it names as the key"),
        ("[1]", 'is no JSON object; write one a line, such as {"id": "page-1"}'),
        ("id,url", 'is no JSON object (bad-json); write one a line, such as {"id": "page-1"}'),
        ('{"id": "a", "id": "b"}', "is no JSON object (duplicate-key)"),
    ],
)
def test_a_line_that_names_nothing_is_refused_by_its_number(tmp_path: Path, line: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, {"id": "first"}, "", line)
    assert str(caught.value).startswith("takedown.jsonl:3: ") and message in str(caught.value)


@pytest.mark.parametrize(("content", "what"), [("", "is empty"), ("\n \n", "has blank lines alone")])
def test_a_list_without_entries_is_refused(tmp_path: Path, content: str, what: str) -> None:
    (tmp_path / "takedown.jsonl").write_text(content)
    with pytest.raises(UsageError, match=f"^takedown.jsonl {what} and names nothing to take out; it is JSON objects"):
        read_list(tmp_path / "takedown.jsonl", list_kernels())
    with pytest.raises(UsageError, match=r"cannot read the takedown list 'no\.jsonl'"):
        read_list(tmp_path / "no.jsonl", list_kernels())


def test_a_text_becomes_its_hash_and_signature(tmp_path: Path) -> None:
    entries = read(tmp_path, {"text": TEXT, "ref": "r-1"}, {"id": "a"})
    assert holds_texts(entries)
    write_list(tmp_path / "takedown.jsonl", entries)
    written = (tmp_path / "takedown.jsonl").read_text()
    assert TEXT not in written and "keeper" not in written
    first = json.loads(written.splitlines()[0])
    assert first["text_hash"] == text_hash(TEXT) and first["ref"] == "r-1" and len(first["signature"]) > 500
    again = read_list(tmp_path / "takedown.jsonl", list_kernels())
    assert not holds_texts(again)
    assert [entry._replace(text=None) for entry in entries] == again
    assert [entry.digest() for entry in entries] == [entry.digest() for entry in again], "the digest stays"
    write_list(tmp_path / "takedown.jsonl", again)
    assert (tmp_path / "takedown.jsonl").read_text() == written


def test_a_text_without_words_has_its_hash_alone(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, {"text": "!? --"})
    assert entry.value == text_hash("!? --") and entry.signature == ""


def test_a_list_is_rewritten_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpuskit.core.disk import filesystem

    entries = read(tmp_path, {"text": TEXT})
    before = (tmp_path / "takedown.jsonl").read_bytes()
    for name in ("open_new", "sync", "replace"):
        with monkeypatch.context() as patch:

            def fail(*arguments: Any, **more: Any) -> Any:
                raise OSError(28, "No space left on device")

            patch.setattr(filesystem, name, fail)
            with pytest.raises(PublishError):
                write_list(tmp_path / "takedown.jsonl", entries)
        assert (tmp_path / "takedown.jsonl").read_bytes() == before
        assert os.listdir(tmp_path) == ["takedown.jsonl"], name


def test_a_link_to_a_list_stays_a_link(tmp_path: Path) -> None:
    entries = read(tmp_path, {"text": TEXT})
    (tmp_path / "link.jsonl").symlink_to("takedown.jsonl")
    write_list(tmp_path / "link.jsonl", entries)
    assert (tmp_path / "link.jsonl").is_symlink() and TEXT not in (tmp_path / "takedown.jsonl").read_text()


def test_notes_do_not_change_what_is_named(tmp_path: Path) -> None:
    plain, noted, other, narrowed = read(
        tmp_path,
        {"id": "a"},
        {"date": "2026-11-01", "id": "a", "ref": "r-1"},
        {"actor": "a"},
        {"id": "a", "source": "web"},
    )
    assert plain.digest() == noted.digest()
    assert len({plain.digest(), other.digest(), narrowed.digest()}) == 3


def test_what_is_on_record_names_nobody(tmp_path: Path) -> None:
    entries = read(tmp_path, {"id": "jane.doe@example.org"}, {"url": "https://example.org/jane"}, {"text": TEXT})
    record = list_on_record(entry.digest() for entry in entries)
    assert not any(word in json.dumps(record) for word in ("jane", "doe", "example", "keeper"))
    assert digests_in(record) == {entry.digest() for entry in entries}
    assert record["digest"] == list_digest(entry.digest() for entry in reversed(entries))
    step: Any = {"name": "filter-takedown", "options": {"list": record}}
    assert digests_on_record([step, {**step, "name": "dedup"}]) == digests_in(record)
    assert digests_in("nonsense") == digests_in({"entries": "../../x short"}) == set()


def test_all_keys_are_known(tmp_path: Path) -> None:
    signature = read(tmp_path, {"text": TEXT})[0].signature
    lines = [
        {"text_hash": "a" * 32, "signature": signature, "of": "b" * 16},
        {"text_hash": "a" * 64},
        {"tenant": "acme"},
        {"actor": "0f1e", "tenant": "acme"},
        {"id_prefix": "u-", "source": "web"},
        {"id": "a"},
        {"id_hash": "0" * 16, "of": "b" * 16, "reason": "takedown-parent"},
        {"url": "https://example.org/a"},
        {"url_prefix": "example.org/blog/"},
        {"domain": "example.org", "ref": "r", "date": "2026-11-01"},
        {"text": TEXT},
    ]
    assert {key for line in lines for key in line} == set(KEYS)
    entries = read(tmp_path, *lines)
    assert [entry.as_json() for entry in entries[:-1]] == lines[:-1]
