"""Hostile papers, books and cards of datasets: markup that takes gigabytes, packages that lie, fields that run code."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.hostile import FILES, Attack, Make, jsonl
from tests.support.epub import epub

MIB = 1024 * 1024
LATEX = (
    r"\documentclass{{a}}\newcommand{{\m}}[1]{{#1}}\newcommand{{\n}}[1]{{#1}}\begin{{document}}{body}\end{{document}}"
)


def jats(body: str) -> str:
    """A paper."""
    return f"<article><front><article-meta/></front><body>{body}</body></article>"


def among(suffix: str, of_text: Callable[[str], bytes], source: Callable[[], bytes]) -> Make:
    """A file between two harmless ones."""

    def make(folder: Path) -> None:
        (folder / "in").mkdir()
        for name, text in zip(("1-good", "3-good"), FILES, strict=True):
            (folder / "in" / f"{name}{suffix}").write_bytes(of_text(text))
        (folder / "in" / f"2-hostile{suffix}").write_bytes(source())

    return make


def latex(name: str, reason: str, body: Callable[[], str], **more: object) -> Attack:
    """A paper in LaTeX that must end in this verdict, or in any where that is empty."""
    make = among(".tex", lambda text: LATEX.format(body=text).encode(), lambda: LATEX.format(body=body()).encode())
    return Attack(f"latex-{name}", make, "papers in", 0, {reason: 1} if reason else {}, FILES, **more)  # type: ignore[arg-type]


def paper(name: str, reason: str, source: Callable[[], str]) -> Attack:
    """A paper in JATS that must end in this verdict."""
    make = among(".xml", lambda text: jats(f"<p>{text}</p>").encode(), lambda: source().encode())
    return Attack(f"jats-{name}", make, "papers in", 0, {reason: 1} if reason else {}, FILES)


def book(name: str, reason: str, source: Callable[[], bytes]) -> Attack:
    """An e-book that must end in this verdict."""
    make = among(".epub", lambda text: epub(f"<p>{text}</p>"), source)
    return Attack(f"epub-{name}", make, "books in", 0, {reason: 1} if reason else {}, FILES)


def card(name: str, front: Callable[[], str], says: str) -> Attack:
    """A dataset whose card must be refused, and named."""

    def make(folder: Path) -> None:
        (folder / "set").mkdir()
        (folder / "set/train.jsonl").write_bytes(jsonl.line("one document") + b"\n")
        (folder / "set/README.md").write_text(f"---\n{front()}\n---\n")

    return Attack(f"card-{name}", make, "hub set", 2, says=says)


def lying_zip() -> bytes:
    """A package whose directory says that its chapter is short."""
    data = epub("<p>a</p>" * 300_000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("book/c 0.xhtml").file_size
    return data.replace(size.to_bytes(4, "little"), (9).to_bytes(4, "little"))


def entities(count: int) -> str:
    declared = "".join(f'<!ENTITY e{number} "{"ha" * 30}">' for number in range(count))
    return f"<!DOCTYPE article [{declared}]>" + jats(
        "<p>" + "".join(f"&e{number};" for number in range(count)) + "</p>"
    )


ATTACKS = [
    latex("macros-in-macros", "macro-expansion", lambda: "\\m{" * (2 * MIB) + "}" * (2 * MIB)),
    latex("two-macros-in-turn", "macro-expansion", lambda: "\\m{\\n{" * MIB + "}}" * MIB),
    latex("groups-in-groups", "document-too-large", lambda: "{" * (2 * MIB) + "}" * (2 * MIB)),
    latex("formulas", "document-too-large", lambda: "$a$ " * MIB),
    latex("environments-never-closed", "no-text", lambda: "\\begin{figure}" * (MIB // 2)),
    latex("citations", "", lambda: "\\cite{a}, " * (MIB // 8)),
    latex("accents", "", lambda: "\\'{\\i}" * (MIB // 4)),
    latex("brackets-never-closed", "", lambda: "\\item[" * (MIB // 8)),
    paper("elements", "document-too-large", lambda: jats("<p>a</p>" * (7 * MIB))),
    paper("fewer-elements", "", lambda: jats("<p>a</p>" * (MIB * 3 // 2))),
    paper("attributes", "document-too-large", lambda: f"<article {' '.join(f'a{n}=0' for n in range(4 * MIB))}/>"),
    paper("references", "document-too-large", lambda: jats("<p>" + "&a;" * (5 * MIB) + "</p>")),
    paper("entities", "", lambda: entities(20_000)),
    paper(
        "external-entity", "", lambda: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + jats("<p>b &a;</p>")
    ),
    paper("never-closed", "bad-xml", lambda: "<article>" + "<sec>" * MIB),
    book("elements", "document-too-large", lambda: epub(*["<p>a</p>" * MIB] * 4)),
    book("lying-size", "bad-epub", lying_zip),
    book("bomb", "member-too-large", lambda: epub("", extra={"book/c 0.xhtml": " " * (200 * MIB)})),
    book("random", "bad-epub", lambda: b"PK\x03\x04" + os.urandom(MIB)),
    card("object", lambda: 'license: !!python/object/apply:os.system ["false"]', "set/README.md"),
    card("too-deep", lambda: "a: " + "[" * 50_000, "set/README.md"),
    card("path", lambda: 'configs: [{config_name: a, data_files: "/etc/passwd"}]', "outside of the dataset"),
    card("address", lambda: 'configs: [{config_name: a, data_files: "http://127.0.0.1:9/"}]', "outside of the dataset"),
]
