"""`code`: one document a written file; vendored, generated, minified and foreign files are named."""

import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.document import Document, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.step import Drop, Item, Rejected
from corpuskit.sources.code import Code
from corpuskit.text.code.programming_languages import KINDS, language_by_name, language_names
from tests.conftest import ROOT, Run

HELLO = "print('hello')\n"


def read(tmp_path: Path, files: dict[str, str | bytes], **options: Any) -> dict[str, Item]:
    """The items of a tree of files, by path."""
    tree = tmp_path / "vendor"  # what is named is wanted
    for name, content in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    items = {}
    for input_ in resolve([tree]):
        (item,) = Code(**options).read(input_)
        items[input_.name.removeprefix("vendor/")] = item
    return items


def verdict(item: Item) -> str:
    """The language of a document, the reason of what is none."""
    return item.metadata["programming_language"] if isinstance(item, Document) else item.reason


def verdicts(items: dict[str, Item]) -> dict[str, str]:
    return {name: verdict(item) for name, item in items.items()}


def test_a_file_is_a_document(tmp_path: Path) -> None:
    assert read(tmp_path, {"src/a.py": HELLO}) == {
        "src/a.py": Document(
            "vendor/src/a.py",
            HELLO,
            {"content_type": "text/plain", "path": "vendor/src/a.py", "programming_language": "Python"},
        )
    }


def test_languages_by_name_first_line_and_content(tmp_path: Path) -> None:
    cases: dict[str, tuple[str | bytes, str]] = {
        "a.RS": ("fn main() {}\n", "Rust"),
        "b.blade.php": ("@if (true)\n", "Blade"),
        "Makefile": ("all:\n\ttrue\n", "Makefile"),
        "docker/Dockerfile.test": ("FROM scratch\n", "Dockerfile"),
        "CMakeLists.txt": ("project(x)\n", "CMake"),
        "run": ("#!/usr/bin/env -S python3.11 -u\n", "Python"),
        "tool": ("#! /bin/bash -e\n", "Shell"),
        "other": ("#!/usr/local/bin/unknown\n", "not-code"),
        "LICENSE": ("All rights are free.\n", "not-code"),
        "c.h": ("int f(void);\n", "C"),
        "d.h": ("#pragma once\nnamespace x {}\n", "C++"),
        "e.m": ("#import <x.h>\n", "Objective-C"),
        "f.m": ("x = [1 2 3];\n", "MATLAB"),
        "g.v": ("module m;\nendmodule\n", "Verilog"),
        "h.v": ("Theorem t : True.\n", "Rocq"),
        "i.ts": ("export const x = 1;\n", "TypeScript"),
        "j.ts": ("<?xml version='1.0'?>\n<TS/>\n", "not-code"),
        "k.css": ("a { color: red }\n", "CSS"),
        "README.md": ("# Title\n", "not-code"),
        "data.json": ("{}\n", "not-code"),
        "photo.png": (b"\x89PNG\0", "not-code"),
        "l.py.gz": (gzip.compress(b"x = 1\n"), "Python"),
    }
    read_verdicts = verdicts(read(tmp_path, {name: content for name, (content, _) in cases.items()}))
    assert read_verdicts == {name: expected for name, (_, expected) in cases.items()}


def test_kinds_and_languages_are_options(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.py": HELLO, "b.md": "# x\n", "c.toml": "x = 1\n", "d.h": "class x {};\n"}
    everything = verdicts(read(tmp_path, files, kinds=KINDS))
    assert everything == {"a.py": "Python", "b.md": "Markdown", "c.toml": "TOML", "d.h": "C++"}
    assert verdicts(read(tmp_path, {}, languages=("c++", "TOML"))) == {
        "a.py": "other-language",
        "b.md": "not-code",
        "c.toml": "TOML",
        "d.h": "C++",
    }


def test_the_language_table_is_sound() -> None:
    assert len(language_names()) > 150
    for name, language in {
        "x.tar.gz": None,
        "a.b.py": "Python",
        ".vimrc": "Vim Script",
        "py": None,
        "x.C": "C",
    }.items():
        match = language_by_name(name)
        assert (match.name if match else None) == language, name


def test_vendored_files_are_not_opened(tmp_path: Path) -> None:
    names = [
        "web/node_modules/x/index.js",
        "third_party/zlib/inflate.c",
        "vendor/github.com/x/y.go",
        "lib/python3/site-packages/x.py",
        "static/jquery-3.7.1.min.js",
        "static/bootstrap.bundle.min.css",
        "x.egg-info/setup.py",
    ]
    own_names = ["src/vendors.py", "static/jquery_plugin.js", "src/vendoring/x.py"]
    files: dict[str, str | bytes] = dict.fromkeys([*names, *own_names], "x = 1\n")
    items = read(tmp_path, files)
    assert [name for name, item in items.items() if verdict(item) == "vendored"] == sorted(names)
    dropped = items[names[0]]
    assert (
        isinstance(dropped, Drop) and dropped.document.id == dropped.document.metadata["path"] == f"vendor/{names[0]}"
    )
    kept_verdicts = verdicts(read(tmp_path, {}, keep=("vendored", "minified")))
    assert set(kept_verdicts.values()) == {"JavaScript", "C", "Go", "Python", "CSS"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\npackage a\n"),
        ("a.py", "# This file is generated by mkstuff.py.  Do not edit manually.\nx = 1\n"),
        ("a.cs", "// <auto-generated>\nclass A {}\n"),
        ("a.ts", "/**\n * @generated SignedSource<<0>>\n */\nexport {};\n"),
        ("a.c", "/* Generated by Cython 3.0 */\n"),
        ("a.java", "/**\n * Autogenerated by Thrift Compiler\n *\n * DO NOT EDIT UNLESS YOU ARE SURE\n */\n"),
        ("a.h", "/* A Bison parser, made by GNU Bison 3.8. */\n/* Generated by Bison */\n"),
        ("a_pb2.py", "x = 1\n"),
        ("a.pb.go", "package a\n"),
        ("configure", "#! /bin/sh\n# Guess values for system-dependent variables.\n"),
    ],
)
def test_generated_files(tmp_path: Path, name: str, text: str) -> None:
    item = read(tmp_path, {name: text})[name]
    assert isinstance(item, Drop) and item.reason == "generated" and item.document.text == text
    assert isinstance(read(tmp_path, {}, keep=("generated",))[name], Document)


@pytest.mark.parametrize(
    "text",
    [
        "# The report is generated by render().\nx = 1\n",
        "# do not modify the order of these imports\nimport a\n",
        'MARK = "DO NOT EDIT"\n',
        "MARKS = (\n    'DO NOT EDIT',\n    @generated\n)\n",
        "x = 1\n" * 50 + "# DO NOT EDIT\n",
    ],
)
def test_writing_about_generation_is_not_generated(tmp_path: Path, text: str) -> None:
    assert isinstance(read(tmp_path, {"a.py": text})["a.py"], Document)


def test_minified_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "app.min.js": "x\n",
        "mean.js": ("x" * 101 + "\n") * 10,
        "small.js": "x" * 120 + "\n",
        "longest.js": "x\n" * 99 + "y" * 1001,
        "short.js": ("x" * 100 + "\n") * 9 + "y" * 300,
        "flat.css": "a{}" * 400,
        "paper.tex": "A paragraph is one line. " * 90 + "\n",
    }
    assert verdicts(read(tmp_path, files)) == {
        "app.min.js": "minified",
        "mean.js": "minified",
        "small.js": "JavaScript",
        "longest.js": "minified",
        "short.js": "minified",
        "flat.css": "minified",
        "paper.tex": "TeX",
    }
    looser = verdicts(read(tmp_path, {}, max_mean_line=150, max_line=400))
    assert (looser["short.js"], looser["mean.js"], looser["longest.js"]) == ("JavaScript", "JavaScript", "minified")


def test_long_lines_among_many_are_no_minified_file(tmp_path: Path) -> None:
    short_lines = "".join(f"value_{number} = compute({number})\n" for number in range(120))
    files: dict[str, str | bytes] = {
        "picture.py": short_lines + f"ICON = {'QUJD' * 700!r}\n",
        "words.py": short_lines + "WORDS = 'lamp tide'.split()  # " + "harbour " * 300 + "\n",
        "syntax.vim": ("syn keyword lampName " + "harbour tide keeper light " * 9 + "\n") * 40,
        "banner.js": "/* A licence. */\n" * 9 + "a=b;" * 400 + "\n" + "\n" * 40,
    }
    items = read(tmp_path, files)
    assert verdicts(items) == {
        "banner.js": "minified",
        "picture.py": "Python",
        "syntax.vim": "Vim Script",
        "words.py": "Python",
    }


def test_drops_name_rule_and_figures(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "vendor/a.py": "",
        "jquery-3.7.1.js": "",
        "a_pb2.py": "x = 1\n",
        "b.py": "x = 1\n# Generated by SWIG, DO NOT EDIT\n",
        "a.min.js": "x\n",
        "c.js": ("x" * 150 + "\n") * 10,
        "d.js": "x\n" * 99 + "y" * 2001,
    }
    values = {name: item.values for name, item in read(tmp_path, files).items() if isinstance(item, Drop)}
    assert values == {
        "vendor/a.py": {"rule": "folder", "folder": "vendor"},
        "jquery-3.7.1.js": {"rule": "library"},
        "a_pb2.py": {"rule": "name"},
        "b.py": {"rule": "mark", "mark": "Generated by SWIG"},
        "a.min.js": {"rule": "name"},
        "c.js": {"rule": "mean-line", "mean_line": 150, "white": 0.01},
        "d.js": {"rule": "long-lines", "longest_line": 2001, "share": 0.95},
    }


def notebook(cells: list[dict[str, Any]], **metadata: Any) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def test_notebooks_are_prose_and_code_without_outputs(tmp_path: Path) -> None:
    picture = {"data": {"image/png": "QUJD" * 500_000}, "output_type": "display_data"}
    cells = [
        {"cell_type": "markdown", "source": ["# Tides\n", "The lamp."], "attachments": {"a.png": {}}},
        {"cell_type": "code", "source": "# SPDX-License-Identifier: MIT\nprint(1)\n", "outputs": [picture]},
        {"cell_type": "code", "source": [], "outputs": []},
        {"cell_type": "raw", "source": "As it is."},
        {"cell_type": "code", "source": 'text = """\n```\nfenced\n```\n"""'},
    ]
    old = {"cells": [{"cell_type": "heading", "level": 2, "source": "Old"}, {"cell_type": "code", "input": ["1 + 1"]}]}
    items = read(
        tmp_path,
        {
            "a.ipynb": notebook(cells, language_info={"name": "python"}),
            "b.ipynb": json.dumps({"nbformat": 3, "worksheets": [old, old]}),
            "c.ipynb": notebook(cells[:1], kernelspec={"language": "julia"}),
            "d.ipynb": notebook([]),
        },
    )
    document = items["a.ipynb"]
    assert isinstance(document, Document)
    assert document.text == (
        "# Tides\nThe lamp.\n\n```python\n# SPDX-License-Identifier: MIT\nprint(1)\n```\n\nAs it is.\n\n"
        '````python\ntext = """\n```\nfenced\n```\n"""\n````\n'
    )
    assert document.metadata["license"] == "MIT" and document.metadata["content_type"] == "text/markdown"
    older = items["b.ipynb"]
    assert isinstance(older, Document) and older.text == ("## Old\n\n```python\n1 + 1\n```\n\n" * 2)[:-1]
    assert verdicts(items) == {"a.ipynb": "Python", "b.ipynb": "Python", "c.ipynb": "Julia", "d.ipynb": "empty"}
    only = verdicts(read(tmp_path, {}, languages=("python",)))
    assert only["a.ipynb"] == "Python" and only["c.ipynb"] == "other-language"
    assert verdicts(read(tmp_path, {}, max_bytes=100))["a.ipynb"] == "too-large"


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{"cell_type": "code", "source": [1]}]}', "[" * 9999],
)
def test_what_is_no_notebook_is_rejected_and_its_neighbours_stay(tmp_path: Path, text: str) -> None:
    items = read(tmp_path, {"a.ipynb": text, "b.py": HELLO})
    assert verdicts(items) == {"a.ipynb": "bad-notebook", "b.py": "Python"}


def test_what_is_no_text(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.py": "",
        "b.py": " \n\t\n",
        "c.py": b"x = 1\0\n",
        "d": b"\x7fELF\0",
        "e.py": "x" * 2000,
        "f.py": b"gr\xc3\xb6\xc3\x9fe = '\xff'\n",
        "g.py": "x = 'ö'\n".encode("utf-16"),
        "h.py.gz": gzip.compress(b"x = 1\n" * 50)[:-12],
    }
    assert verdicts(read(tmp_path, files, max_bytes=1000)) == {
        "a.py": "empty",
        "b.py": "empty",
        "c.py": "binary",
        "d": "binary",
        "e.py": "too-large",
        "f.py": "undecodable",
        "g.py": "Python",
        "h.py.gz": "damaged-text",
    }


def test_encodings(tmp_path: Path) -> None:
    russian = "# -*- coding: koi8-r -*-\n# Привет, мир\n"
    files: dict[str, str | bytes] = {
        "a.py": russian.encode("koi8-r"),
        "b.py": "﻿x = 'ö'\n".encode(),
        "c.c": "/* Copyright, größte Übung, überall gemäß */\n".encode("latin-1"),
        "d.py": b"# coding: undefined\nx = 1\n",
        "e.py": "# coding: ascii\n# ö\n".encode(),
        "f.py": b"# coding: utf-7\n# +2AA-\n",
    }
    items = read(tmp_path, files)
    texts = {name: item.text if isinstance(item, Document) else verdict(item) for name, item in items.items()}
    assert texts == {
        "a.py": russian,
        "b.py": "x = 'ö'\n",
        "c.c": "/* Copyright, größte Übung, überall gemäß */\n",
        "d.py": "# coding: undefined\nx = 1\n",
        "e.py": "# coding: ascii\n# ö\n",
        "f.py": "undecodable",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# SPDX-License-Identifier: MIT\n", "MIT"),
        ("/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */\n", None),
        ("// SPDX-License-Identifier: (GPL-2.0-only OR MIT)\n", "GPL-2.0-only OR MIT"),
        ("<!-- SPDX-License-Identifier: Apache-2.0 -->\n", "Apache-2.0"),
        (
            "# SPDX-License-Identifier: MIT\n# SPDX-License-Identifier: Apache-2.0 OR ISC\n",
            "MIT AND (Apache-2.0 OR ISC)",
        ),
        ("# SPDX-License-Identifier: NoSuchLicence\n", None),
        ("x = 'SPDX-License-Identifier: MIT'\n", None),
        ("x = 1\n" * 60 + "# SPDX-License-Identifier: MIT\n", None),
        ("# Licensed under the MIT licence\n", None),
    ],
)
def test_licence_evidence_is_an_spdx_header(tmp_path: Path, text: str, expected: str | None) -> None:
    item = read(tmp_path, {"a.js": text})["a.js"]
    assert isinstance(item, Document)
    if text.endswith("note */\n"):
        expected = "GPL-2.0-only WITH Linux-syscall-note"
    assert item.metadata.get("license") == expected
    assert item.metadata.get("license_evidence") == ("SPDX header" if expected else None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"languages": ("pyton",)}, "did you mean `Python`"),
        ({"max_bytes": 0}, "max_bytes"),
        ({"encoding": "no-such"}, "encoding"),
        ({"encoding": "undefined"}, "encoding"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Code(**options)


def test_what_a_compiler_wrote_is_no_vendored_code(tmp_path: Path) -> None:
    names = ("src/__pycache__/a.cpython-311.pyc", "src/B.class", "src/node_modules/c.so", "src/__pycache__/a.py")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\0\1")
    items = [next(Code().read(input_)) for input_ in resolve([str(tmp_path / "src")])]
    reasons = {item.document.id: item.reason for item in items if isinstance(item, Drop)}
    assert reasons == dict(zip(names, ["compiled"] * 3 + ["vendored"], strict=True))


def test_the_standard_library_of_python_is_code() -> None:
    folder = Path(os.__file__).parent
    paths = [folder / name for name in ("json", "email", "asyncio", "re", "token.py", "stringprep.py")]
    step = Code()
    items = {input_.name: next(step.read(input_)) for input_ in resolve(list(map(str, paths)))}
    reasons = {name: item.reason for name, item in items.items() if not isinstance(item, Document)}
    assert {name for name, reason in reasons.items() if reason == "generated"} == {
        "re/_casefix.py",
        "stringprep.py",
        "token.py",
    }
    assert set(reasons.values()) <= {"generated", "compiled", "vendored", "empty", "not-code"}
    assert all("__pycache__" in name for name, reason in reasons.items() if reason in ("compiled", "vendored"))
    documents = [item for item in items.values() if isinstance(item, Document)]
    assert len(documents) > 50 and all(encode(document) for document in documents)
    assert {document.metadata["programming_language"] for document in documents} == {"Python"}
    assert not [item for item in items.values() if isinstance(item, Rejected)]


def licensed_tree(folder: Path) -> None:
    """A tree in which folders state different licences."""
    apache = (ROOT / "LICENSE").read_text(encoding="utf-8")
    for path, content in {
        "LICENSE": apache,
        "a.py": "x = 1\n",
        "b.py": "# SPDX-License-Identifier: ISC\nx = 1\n",
        "web/package.json": '{"license": "MIT"}',
        "web/LICENSE": apache,
        "web/src/c.js": "let x = 1\n",
        "web/node_modules/dep/LICENSE": apache,
        "own/LICENSE": "All rights reserved.\n",
        "own/d.py": "x = 2\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)


EXPECTED_LICENSES = {
    "a.py": ("Apache-2.0", "LICENSE"),
    "b.py": ("ISC", "SPDX header"),
    "web/src/c.js": ("MIT", "web/package.json"),
    "own/d.py": ("Apache-2.0", "LICENSE"),
}


@pytest.mark.parametrize("packing", ["folder", "tar.gz", "zip"])
def test_the_nearest_statement_is_the_licence(tmp_path: Path, shell: Run, packing: str) -> None:
    licensed_tree(tmp_path / "tree")
    if packing != "folder":
        shutil.make_archive(str(tmp_path / "tree"), "zip" if packing == "zip" else "gztar", tmp_path / "tree")
    name = "tree" if packing == "folder" else f"tree.{packing}"
    documents = [json.loads(line) for line in shell(f"corpuskit code {name} -q").stdout.splitlines()]
    found = {
        document["id"].removeprefix(f"{name}/"): (
            document["metadata"]["license"],
            document["metadata"]["license_evidence"].removeprefix(f"{name}/"),
        )
        for document in documents
    }
    assert found == EXPECTED_LICENSES


def test_a_changed_licence_changes_what_was_cached(tmp_path: Path, shell: Run) -> None:
    licensed_tree(tmp_path / "tree")
    recipe = "sources: {c: {from: code, inputs: [tree], origin: public_dataset, license: from-documents}}\n"
    (tmp_path / "recipe.yaml").write_text(recipe)
    licenses = []
    for stated in ('{"license": "MIT"}', '{"license": "0BSD"}'):
        (tmp_path / "tree/web/package.json").write_text(stated)
        assert shell("corpuskit mix recipe.yaml -q -o out").returncode == 0
        licenses.append(json.loads((tmp_path / "out/manifest.json").read_bytes())["sources"]["c"]["license"])
    assert licenses == [["Apache-2.0", "ISC", "MIT"], ["0BSD", "Apache-2.0", "ISC"]]
