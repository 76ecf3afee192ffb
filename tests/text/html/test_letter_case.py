"""HTML compares names by letters of ASCII whatever their case: no letter beyond them stands for one in markup."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from unittest import mock

import pytest

from corpuskit.text import html
from corpuskit.text.html import blocks, compiled
from corpuskit.text.html.choice import asks_for_consent
from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.extract import Page, fast
from corpuskit.text.html.page_lines import comments_start
from corpuskit.text.html.reader import read
from corpuskit.text.html.tags import CLASS_GROUPS
from tests.benchmarks.twins import differences

HARBOUR = "<p>The harbour office counts every boat that comes in before dusk.</p>"
LONG_S, KELVIN = "\u017f", "\u212a"
FOLDED = {"s": LONG_S, "k": KELVIN, "i": "\u0131"}
"""Letters that Unicode takes for those of ASCII in another case."""

needs_core = pytest.mark.skipif(compiled_core() is None, reason="the compiled core was not built")
twins = pytest.mark.parametrize("core", [None, pytest.param(compiled_core(), marks=needs_core)], ids=["Python", "core"])


def text_of(markup: str) -> str:
    _, placed_blocks = read(markup)
    return blocks.as_text([block for placed in placed_blocks for block in placed.blocks])


@pytest.mark.parametrize(
    ("markup", "letter"),
    [
        ('<p><span style="user-{}elect: none">All the boats</span> are in.</p>', "s"),
        ('<div class="coo{}ie-banner"><p>All the boats are in.</p></div>', "k"),
        ('<table><tr><td class="line{}-num">12</td><td>boats</td></tr></table>', "s"),
        ('<div role="toolt{}p"><p>All the boats are in.</p></div>', "i"),
        ('<p>Of <math><mi>x</mi><annotat{}on encoding="TeX">y</annotation></math></p>', "i"),
    ],
)
def test_a_name_is_no_other_by_a_letter_that_folds_to_one(markup: str, letter: str) -> None:
    plain, capital, other = (
        text_of(HARBOUR + markup.replace("{}", mark)) for mark in (letter, letter.upper(), FOLDED[letter])
    )
    assert capital == plain != other


@twins
@pytest.mark.parametrize("name", ["di{}cu{}{}ion", "coo{}ie", "{}idebar", "li{}e"])
def test_names_of_groups(name: str, core: object) -> None:
    def own_bits(letters: str) -> int:
        page = f'<div class="{name.replace("{}", letters)}"><p>The boats</p></div>'
        with mock.patch.object(compiled, "_core", core):
            if core is None:
                return read(page)[0].own_bits[1]
            return int(core.elements(core.read(page, False))[3][1])  # type: ignore[attr-defined]

    letter = "k" if name in ("coo{}ie", "li{}e") else "s"
    assert own_bits(letter) == own_bits(letter.upper())
    assert own_bits(letter) != own_bits(FOLDED[letter]) == own_bits("~")


@needs_core
def test_no_word_of_a_class_is_known_by_such_a_letter_to_one_twin_alone() -> None:
    words = sorted({word for pattern in CLASS_GROUPS.values() for word in re.findall(r"[a-z-]*[sk][a-z-]*", pattern)})
    names = [
        around.format(word.replace(letter, FOLDED[letter], 1))
        for word in words
        for letter in "sk"
        for around in ("{}", "x{}", "{}x", KELVIN + "{}", "{}" + LONG_S)
    ]
    pages = ["".join(f'<div class="{name}">a</div>' for name in names[start::7]) for start in range(7)]
    assert [page for page in pages if differences(page)] == []
    for letter in (KELVIN, LONG_S):
        for word in ("ad", "top", "bio", "abo", "more", "toc", "tex", "math", "latex", "sr-only"):
            page = f"<div class={letter}{word} ><p>The <i class='{letter}{word}{letter}'>boats</i> are in.</p></div>"
            assert differences(page) == [], page


@twins
def test_comments_begin_at_names_of_ascii(core: object) -> None:
    with mock.patch.object(compiled, "_core", core):
        assert [comments_start(f"<{name} id=comments>") for name in ("div", "SECTION", "footer")] == [0, 0, 0]
        for name in ("d\u0131v", "d\u0130v", f"{LONG_S}ection", "footer\u00a0x", "div\u2003"):
            part = f"<{name} id=comments>"
            assert comments_start(part) == len(part)


@needs_core
def test_prose_may_have_such_letters() -> None:
    sentence = f"Our book club uses coo{KELVIN}ies, and by using this website you agree to coo{KELVIN}ies"
    assert asks_for_consent(sentence)
    boats = "".join(
        f"<div><p>The harbour office counts boat {number} that comes in before dusk.</p></div>" for number in range(9)
    )
    markup = f"<h1>The boats</h1>{boats}<div><p>{sentence}.</p></div>"
    assert differences(markup) == []
    assert "book club" not in fast(Page(markup), "text").text


def patterns_of(module: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the patterns that a module of this room compiles when it is imported."""
    for name, value in vars(importlib.import_module(f"{html.__name__}.{module}")).items():
        for pattern in value.values() if isinstance(value, dict) else (value,):
            if isinstance(pattern, re.Pattern):
                yield f"{module}.{name}", pattern


def test_patterns_for_tags_fold_letters_of_ascii_alone() -> None:
    modules = [module.name for module in pkgutil.iter_modules(html.__path__) if module.name != "_core"]
    patterns = {
        name: pattern
        for module in modules
        for name, pattern in patterns_of(module)
        if "<" in pattern.pattern.replace("(?<", "")
    }
    assert {"extract._RAW_END", "page_dates._TIME", "page_lines._COMMENTS"} <= set(patterns)
    folding = {
        name
        for name, pattern in patterns.items()
        if pattern.flags & re.IGNORECASE and not pattern.flags & re.ASCII
        if set(re.sub(r"\\.", "", pattern.pattern)) & set("kKsSiI")
    }
    assert folding == set()
