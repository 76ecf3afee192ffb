"""The house stands as docs/architecture.md draws it: which room imports which, one class for one name, plain words."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "corpuskit"
WINGS = ("export", "mix", "product", "retrieval", "sources", "stages", "synthetic", "trust")
FLOORS = {"core": 0, "formats": 1, "text": 1, **dict.fromkeys(WINGS, 2), "cli": 3}
"""Packages by floor: what lies on a floor imports from the floors below it alone."""

CORE = (
    ("compiled_module",),
    ("ascii_case", "json_values", "line_text", "reserved", "spelling"),
    ("counts", "document", "sizes", "startup", "terminal", "wording"),
    ("errors", "media_type"),
    ("console", "licenses", "option_values", "outcome", "recogniser", "reserved_types"),
    ("audience", "options", "disk", "sharded_run"),
    ("settings", "provenance", "tokens"),
    ("format", "reading"),
    ("step",),
    ("registry", "step_notices"),
    ("publish",),
    ("stream",),
)
"""The rooms of core/ from the ground up; a room imports from the rows before its own."""


MOST_LINES = 400
"""Of a file of the package."""

VAGUE_WORDS = frozenset(
    """
    aside judge judged judging piece pieces place places settle stretch stretches thing things
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""Words that say too little wherever they stand in a name."""
VAGUE_NAMES = frozenset(
    """
    compared form forms found given gone held joined kept known meant opened own room seen shared shown stated
    taken told wanted watched where
    """.split()  # noqa: SIM905
)
"""Names that want their noun: `kept_blocks`, not `kept`."""


class Import(NamedTuple):
    """One import, as its file states it."""

    importer: str
    imported: str

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


def module_name(path: Path, top: Path) -> str:
    """The dotted name of a file below the folder that holds the package."""
    return ".".join(path.relative_to(top).with_suffix("").parts).removesuffix(".__init__")


def imports_in(package: Path) -> Iterator[Import]:
    """Every import of one of the package's modules by another, wherever in the file it stands."""
    files = {module_name(path, package.parent): path for path in sorted(package.rglob("*.py"))}
    for importer, path in files.items():
        for whole, module in imported_names(path.read_text(encoding="utf-8")):
            if (imported := whole if whole in files else module) in files and imported != importer:
                yield Import(importer, imported)


@cache
def imported_names(source: str) -> list[tuple[str, str]]:
    """What a file imports, each once with the name and once without; files are the same in most packages here."""
    names: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [(f"{node.module}.{name.name}", node.module) for name in node.names]
        elif isinstance(node, ast.Import):
            names += [(name.name, name.name) for name in node.names]
    return names


def room(module: str, depth: int) -> str:
    """The part of a module's name that names its room: `corpuskit.text.html.reader`, 2 is `html`."""
    parts = module.split(".")
    return parts[depth] if len(parts) > depth else ""


def faults(package: Path) -> list[str]:
    """Every import that goes where it may not."""
    return [fault for item in imports_in(package) if room(item.importer, 1) for fault in faults_of(item)]


def faults_of(item: Import) -> Iterator[str]:
    importer, imported = room(item.importer, 1), room(item.imported, 1)
    if importer == "__main__" or not imported:
        return  # the entry point, and the version in `corpuskit` itself
    if FLOORS[imported] > FLOORS[importer]:
        yield f"{item}: upward"
    if importer in WINGS and imported in WINGS and importer != imported:
        yield f"{item}: a wing imports a wing"
    if {importer, imported} == {"formats", "text"}:
        yield f"{item}: formats and text know nothing of one another"
    if importer == imported == "text" and room(item.importer, 2) != room(item.imported, 2):
        yield f"{item}: rooms of text know nothing of one another"
    if importer == imported == "core" and room(item.importer, 2) != room(item.imported, 2):
        order = {name: row for row, names in enumerate(CORE) for name in names}
        if order[room(item.imported, 2)] >= order[room(item.importer, 2)]:
            yield f"{item}: upward inside core"


def test_every_import_goes_down() -> None:
    assert faults(PACKAGE) == []


def test_no_files_import_one_another_in_a_circle() -> None:
    graph = defaultdict(set)
    for item in imports_in(PACKAGE):
        if item.importer != "corpuskit":  # the public face imports everything, for types alone
            graph[item.importer].add(item.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(
    ("path", "line", "fault"),
    [
        ("core/document.py", "from corpuskit.stages.head import Head", "upward"),
        ("core/reading/lines.py", "from corpuskit.core.stream.flow import Flow", "upward inside core"),
        ("core/provenance/chain.py", "from corpuskit.core import step", "upward inside core"),
        ("text/html/tags.py", "from corpuskit.text.pii import scanner", "rooms of text"),
        ("text/quality/words.py", "from corpuskit.formats import detect", "formats and text"),
        ("stages/head.py", "from corpuskit.sources.files import Files", "a wing imports a wing"),
        ("formats/detect.py", "    import corpuskit.cli.main", "upward"),
    ],
)
def test_an_import_that_goes_up_is_found(tmp_path: Path, path: str, line: str, fault: str) -> None:
    package = tmp_path / "corpuskit"
    for file in PACKAGE.rglob("*.py"):
        copy = package / file.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    with (package / path).open("a", encoding="utf-8") as stream:
        stream.write(f"\ndef planted() -> None:\n    {line.strip()}\n")
    (found,) = faults(package)
    assert fault in found
    assert module_name(package / path, tmp_path) in found


def test_no_file_is_longer_than_one_reads_at_a_time() -> None:
    """A longer file has more than one subject: it is divided by subject, and each part named by what it holds."""
    lengths = {path.relative_to(PACKAGE).as_posix(): path.read_bytes().count(b"\n") for path in PACKAGE.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_stages_hold_commands_alone() -> None:
    private = [path.name for wing in WINGS for path in (PACKAGE / wing).glob("_*.py") if path.name != "__init__.py"]
    assert private == []


def test_every_command_and_format_has_its_test() -> None:
    untested = [
        path.relative_to(PACKAGE).as_posix()
        for wing in WINGS
        for path in sorted((PACKAGE / wing).glob("[a-z]*.py"))
        if not (ROOT / "tests" / wing / f"test_{path.name}").exists()
    ]
    assert untested == []


def test_an_input_is_called_input() -> None:
    """`source` is the recipe's, and the step that reads."""
    sources = [
        f"{path}:{node.lineno}"
        for path, node in definitions()
        if isinstance(node, ast.arg)
        and node.arg == "source"
        and node.annotation
        and ast.unparse(node.annotation).strip("'\"") == "Input"
    ]
    assert sources == []


def test_no_class_name_stands_twice() -> None:
    files = defaultdict(list)
    for path, node in definitions():
        if isinstance(node, ast.ClassDef):
            files[node.name].append(path)
    assert {name: places for name, places in files.items() if len(places) > 1} == {}


def test_every_package_says_what_is_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("__init__.py")
        if not re.match(r'"""[^"]{20,}', path.read_text(encoding="utf-8"))
    ]
    assert silent == []


@cache
def definitions() -> list[tuple[str, ast.AST]]:
    """Every definition, argument and assignment of the package, with its file; a body is the docstring alone."""
    nodes: list[tuple[str, ast.AST]] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                # What is in the body is on the way already; held by its parent as well, it would fill the memory.
                del node.body[1:]
                nodes.append((name, node))
            elif isinstance(node, ast.arg) or (
                isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)
            ):
                nodes.append((name, node))
    return nodes


def names() -> Iterator[tuple[str, str, int]]:
    """Every name that the package gives, with its file and line."""
    for path, node in definitions():
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield path, node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield path, node.arg, node.lineno
        elif isinstance(node, ast.Name):
            yield path, node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield path, node.attr, node.lineno


def is_vague(name: str) -> bool:
    """Whether a name says too little, by the rules of docs/contributing.md.

    >>> [is_vague(name) for name in ("found", "_kept", "find_place", "kept_blocks", "Aside")]
    [True, True, True, False, True]
    """
    bare = name.strip("_")
    words = {word.lower() for word in re.findall("[A-Z]?[a-z]+|[A-Z]+", bare)}
    return bare.lower() in VAGUE_NAMES or bool(words & VAGUE_WORDS)


def test_names_say_what_they_name() -> None:
    vague = [f"{path}:{line}: {name}" for path, name, line in names() if is_vague(name)]
    assert vague == []


def test_a_reading_order_leaves_no_file_out() -> None:
    """A package's docstring names all of its files, if it names them at all: most of them, that is."""
    left_out = {}
    for init in sorted(PACKAGE.glob("*/*/__init__.py")):
        words = set(re.findall(r"\w+", ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""))
        names = {path.stem for path in init.parent.glob("*.py")} - {"__init__"}
        if names - words and len(names & words) * 2 >= len(names):
            left_out[init.parent.relative_to(PACKAGE).as_posix()] = sorted(names - words)
    assert left_out == {}


NOUN_PHRASE = re.compile(r"(?:The|A|An|All|One|How|Its|First|Number|Sums|What)\b")


def is_property(function: ast.FunctionDef) -> bool:
    """Whether a function is read like an attribute."""
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)


def test_docstrings_of_public_functions_start_with_a_verb() -> None:
    noun_phrases = [
        f"{path}:{node.lineno}: {node.name}"
        for path, node in definitions()
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not is_property(node)
        if NOUN_PHRASE.match(ast.get_docstring(node) or "")
    ]
    assert noun_phrases == []
