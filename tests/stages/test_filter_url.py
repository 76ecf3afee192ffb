"""`filter-url`: lists, reasons and what they name, the lists of datatrove, and lists that cannot be used."""

import copy
import gzip
import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.filter_url import FilterUrl
from tests.conftest import Run


def verdict(step: FilterUrl, url: object) -> tuple[str, ...] | None:
    """The reason, list and entry; None if the document stays."""
    document = Document("a", "Text.", {"url": url})
    item = step.apply(document)
    if isinstance(item, Drop):
        return (item.reason, *item.values.values())
    assert item is document
    return None


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A folder of lists."""
    (tmp_path / "domains").write_text("example.org\nlamp.example/old\n")
    (tmp_path / "allow").write_text("good.example.org\n")
    (tmp_path / "patterns").write_text("# comment\n/tag/\\d+$\n[?&]sort=\n")
    (tmp_path / "words").write_text("Casino\n#poker\nnight club\n")
    (tmp_path / "soft").write_text("lamp\ntide\nкит\n")
    (tmp_path / "parts").write_text("freefilm\n")
    return tmp_path


def test_rules_and_what_they_name(lists: Path) -> None:
    step = FilterUrl(
        domains=(lists / "domains",),
        allow=(lists / "allow",),
        patterns=(lists / "patterns",),
        words=(lists / "words",),
        soft_words=(lists / "soft",),
        subwords=(lists / "parts",),
    )
    for again in (step, copy.copy(step)):
        assert verdict(again, "https://a.example.org/") == ("domain", "domains", "example.org")
        assert verdict(again, "https://lamp.example/old/a") == ("domain", "domains", "lamp.example/old")
        assert verdict(again, "https://b.example/TAG/12") == ("pattern", "patterns", r"/tag/\d+$")
        assert verdict(again, "https://b.example/?x&Sort=a") == ("pattern", "patterns", "[?&]sort=")
        assert verdict(again, "https://b.example/my-casino.html") == ("words", "words", "casino")
        assert verdict(again, "https://b.example/%6Eightclub") == ("words", "words", "nightclub")
        assert verdict(again, "https://b.example/tide/lamp/tide") == ("words", "soft", "tide lamp")
        assert verdict(again, "https://b.example/%D0%9A%D0%B8%D1%82-lamp") == ("words", "soft", "кит lamp")
        assert verdict(again, "https://a-free.film.example/") == ("words", "parts", "freefilm")
        for url in (
            "https://b.example/lamp/lamp",
            "https://b.example/casinos/poker/night/club",
            "https://good.example.org/casino?sort=1",
            "https://casino:lamp@b.example/tide",
            "mailto:casino@b.example",
            "https://lamp.example/",
            None,
            "",
            7,
        ):
            assert verdict(again, url) is None, url


def test_soft_min_and_require_url(lists: Path) -> None:
    assert verdict(FilterUrl(soft_words=(lists / "soft",), soft_min=1), "https://a.example/tide")
    for url in (None, "", 7, ["https://a.example"]):
        assert verdict(FilterUrl(require_url=True), url) == ("no-url",)
    assert verdict(FilterUrl(require_url=True), "https://a.example") is None


def test_a_pipe_balances_and_names_no_user(corpuskit: Run, lists: Path) -> None:
    (lists / "d.gz").write_bytes(gzip.compress(b"0.0.0.0 b.example\n"))
    urls = ["https://keeper:lamp@b.example/", "https://c.example", None, "https://example.org./"]
    lines = b"".join(
        json.dumps({"id": str(n), "text": "a", "metadata": {"url": url} if url else {}}).encode() + b"\n"
        for n, url in enumerate(urls)
    )
    command = ("filter-url", "--domains", "d.gz,domains", "--require-url", "--drops", "drops", "--json")
    done = corpuskit(*command, stdin=lines)
    answer = json.loads(done.stderr.splitlines()[-1])
    assert (answer["in"], answer["out"], answer["dropped"]) == (4, 1, {"domain": 2, "no-url": 1})
    values = [json.loads(line)["values"] for line in (lists / "drops").read_text().splitlines()]
    assert values == [{"list": "d.gz", "entry": "b.example"}, {}, {"list": "domains", "entry": "example.org"}]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("datatrove") is None, reason="datatrove is not installed")
def test_the_lists_of_datatrove_by_their_own_entries() -> None:
    from corpuskit.text.urls.datatrove_lists import WORDS, assets, domain_blocks, word_list
    from corpuskit.text.urls.words import list_words

    folder = assets()
    assert folder is not None
    blocks = domain_blocks(folder)
    first = next(blocks).split(b"\n")[1].decode()
    blocks.close()
    step = FilterUrl(builtin=("adult",))
    assert verdict(step, f"https://a.{first}/") == ("domain", "adult", first)
    for kind, count in (("words", 1), ("soft-words", 2)):
        words = list_words(word_list(folder, kind))[:count]
        assert verdict(step, f"https://example.org/{'/'.join(words)}") == ("words", f"adult {kind}", " ".join(words))
    assert len(WORDS) == 3 and step.versions()["datatrove"]
    assert verdict(step, "https://example.org/tide-tables") is None


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("domains", b"a.example\nhello world\n", "list:2: 'hello world' is no domain"),
        ("allow", b"<html>\n", "list:1"),
        ("patterns", b"ok\n\n# a\n(lamp\n", r"list:4: '\(lamp': missing \)"),
        ("domains", b"", "list has no entries"),
        ("domains", b"# a\n\n", "list has no entries"),
        ("allow", b"", "list has no entries"),
        ("patterns", b" \n# a\n", "list has no entries"),
        ("words", b"#a\n\n", "list has no entries"),
        ("soft_words", b"--\n", "list has no entries"),
        ("subwords", b"\xef\xbb\xbf", "list has no entries"),
        ("words", b"\xff\xfe", "UTF-8"),
        ("domains", gzip.compress(b"a.example\n" * 9999)[:-20], "whole"),
    ],
)
def test_lists_that_cannot_be_used_are_refused(tmp_path: Path, option: str, content: bytes, words: str) -> None:
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(UsageError, match=words):
        FilterUrl(**{option: (tmp_path / "list",), "require_url": True})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("-", "stands for the documents"),
        ("https://keeper:lamp@x.example/list", r"of this machine, not 'https://"),
        ("FILE:///list", r"of this machine, not 'FILE://"),
        ("folder", "is a folder"),
        ("lis*", "patterns are not expanded"),
        ("lists", "did you mean"),
    ],
)
@pytest.mark.parametrize("step", ["filter-url --domains", "filter-url --patterns", "decontaminate --against"])
def test_what_is_no_file_on_this_machine_is_called_what_it_is(
    corpuskit: Run, tmp_path: Path, step: str, name: str, words: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "list").write_text("a.example\n")
    done = corpuskit(*step.split(), name, stdin=b"")
    said = done.stderr.decode()
    assert done.returncode == 2 and said.count("\n") == 1 and re.search(words, said), said
    assert "keeper" not in said and "lamp" not in said


def test_options_that_leave_nothing_to_do_are_refused(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("a.example\n")
    for options in ({}, {"allow": (tmp_path / "list",)}, {"require_url": True, "soft_min": 0}):
        with pytest.raises(UsageError):
            FilterUrl(**options)
    with pytest.raises(UsageError, match="none"):
        FilterUrl(domains=(tmp_path / "none",))
