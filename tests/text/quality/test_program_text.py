"""Code that nothing calls so is known by its look, and no line of it goes."""

import ast
import sysconfig
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality import program_text
from corpuskit.text.quality.program_text import reads_as_code
from corpuskit.text.quality.rules import RULES

PROSE = (
    "The tables come from the harbour master and are read once, so that the program may run on small machines. "
    "Nobody who had a good reason has asked us to read them again."
)
PROGRAMS = {
    "python": f'"""{PROSE}"""\n\nfrom harbour import (\n    Boat,\n    Mole,\n)\n\nBOATS = [\n    "a",\n    "b",\n]\n',
    "try": f"# {PROSE}\n\ntry:\n    import boats\nexcept ImportError:\n    boats = None\n",
    "c": f"/*\n * {PROSE}\n */\n#include <sea.h>\n\nint main(void)\n{{\n\treturn 0;\n}}\n",
    "javascript": f"// {PROSE}\nconst sea = require('sea');\nfunction f(a) {{\n  return a;\n}}\nmodule.exports = f;\n",
    "shell": f"#!/bin/sh\n# {PROSE}\nif [ -f sea ]; then\n  cat sea\nfi\nexit 0\n",
    "perl": f"package Sea;\n# {PROSE}\nuse strict;\nmy $boats = 3;\nsub f {{\n  return $boats;\n}}\n1;\n",
    "sql": f"-- {PROSE}\nCREATE TABLE boats (\n  name text,\n  length int\n);\nGRANT SELECT ON boats TO all;\n",
    "yaml": f"# {PROSE}\nname: harbour\nboats:\n  - north\n  - south\n",
    "ini": f"# {PROSE}\n[harbour]\nboats=3\nmoles=1\ngates=2\n",
    "go": f'// {PROSE}\npackage sea\n\nimport (\n\t"fmt"\n)\n\nfunc f() int {{\n\treturn 1\n}}\n',
}
ONLY_EDITS = tuple(f"{rule.name}=off" for rule in RULES)


def left(text: str, *overrides: str) -> str:
    document = FilterQuality(rules=("c4",), set=(*ONLY_EDITS, *overrides)).apply(Document("a", text))
    assert isinstance(document, Document)
    return document.text


@pytest.mark.parametrize("kind", PROGRAMS)
def test_programs_are_known_and_keep_their_lines(kind: str) -> None:
    text = f"{PROGRAMS[kind]}\n\n{PROGRAMS[kind]}"
    assert reads_as_code(text)
    assert left(text) == text


def test_citation_marks_of_programs_are_indexes() -> None:
    text = f"{PROGRAMS['python']}x[0] = line[1]\ny[1] = line[2]\nz = x[3] + y[4]\nw = z[5]\n"
    assert left(text) == text


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        f"# Harbour\n\n## Moles\n\n### Boats\n\n{PROSE}",
        f"{PROSE}\n\n- Flour\n- Water\n- Salt\n- Yeast\n\n{PROSE}",
        f"{PROSE}\n\n    pull(oars)\n    x = 1\n\n{PROSE}\n\n{PROSE}",
        "Section 1.\n(a) the owner of the boat (or his heirs) pays;\n(b) the master of the mole does not;\n(c) nor we;",
        f"Human: Where is the boat?\n\nAssistant: {PROSE}\n\nHuman: And the mole?\n\nAssistant: {PROSE}",
    ],
)
def test_prose_is_no_program(text: str) -> None:
    assert not reads_as_code(text)


def test_lessons_in_programming_lose_their_menus() -> None:
    lesson = f"{PROSE}\n\n```\nx = 1\ny = 2\n```\n\n{PROSE}"
    assert left(f"Home\nContact\n{lesson}") == lesson


def test_a_program_is_edited_where_code_is_judged() -> None:
    text = f"Home\nContact\n{PROGRAMS['sql']}"
    assert left(text) == text
    assert "Home" not in left(text, "leave-out-code=off")


def test_python_of_the_standard_library_still_parses() -> None:
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:60]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    for path, text in zip(paths, texts, strict=True):
        ast.parse(left(text), path.name)


LINES_OF_TEXTS = st.sampled_from(
    (PROSE, "x = f(y)", "name: harbour", "# The mole.", "-- Tar", "Oars", '"""', "}", "", "```", "a" * 59, "return")
)


@given(st.lists(LINES_OF_TEXTS, max_size=60).map("\n".join))
def test_what_was_not_read_changes_nothing(text: str) -> None:
    with mock.patch.object(program_text, "LINES_AT_A_TIME", 1):
        line_by_line = reads_as_code(text)
    with mock.patch.object(program_text, "LINES_AT_A_TIME", 1000):
        whole = reads_as_code(text)
    assert line_by_line == reads_as_code(text) == whole


def test_prose_is_not_read_to_its_end() -> None:
    with mock.patch.object(program_text, "_looks_like_code", wraps=program_text._looks_like_code) as looks:
        assert not reads_as_code("\n".join([*[PROSE] * 60, *["x = f(y)"] * 40]))
    assert looks.call_count < 100
