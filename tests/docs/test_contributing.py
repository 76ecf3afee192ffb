"""What the page for contributors lists, held against the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

PACKAGE = ROOT / "corpuskit"
PAGE = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
VERSION_NAME = re.compile(r"ALGORITHM|FEATURES|IDENTIFIER|(?:\w+_)?(?:VERSION|RULES)|FORMAT|INTERFACE|LAYOUT")
OF_OTHERS = {"CROISSANT_VERSION", "MAX_RULES"}
"""Names of somebody else's version, and of a number that is none."""


def versions_in(path: Path) -> Iterator[str]:
    """Yield the names of constants that say by which rules something was made, or which form it has."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.JoinedStr):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            yield from (name for name in names if VERSION_NAME.fullmatch(name) and name not in OF_OTHERS)


def test_every_version_is_listed_with_its_file() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    listed = {
        (name, file)
        for row in rows
        for file in re.findall(r"`([\w/]+\.py)`", row)
        for name in re.findall(r"`([A-Z_]+)`", row)
    }
    actual = {
        (name, path.relative_to(PACKAGE).as_posix()) for path in PACKAGE.rglob("*.py") for name in versions_in(path)
    }
    assert len(actual) > 15
    assert listed == actual
