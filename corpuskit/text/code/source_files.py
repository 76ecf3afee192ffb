"""Who wrote a source file: its project, others (vendored) or a program (generated, minified); and its licence."""

import re
from pathlib import PurePosixPath
from typing import Any

Figures = dict[str, Any]
"""The rule that a verdict follows, by its name, and what it was measured by."""

VENDORED_FOLDERS = frozenset(
    {
        *(".bundle", ".bzr", ".cargo", ".eggs", ".git", ".gradle", ".hg", ".m2", ".mvn", ".nox", ".npm", ".nuget"),
        *(".pnpm-store", ".svn", ".terraform", ".tox", ".venv", ".yarn", "Carthage", "Godeps", "Pods"),
        *("__pycache__", "__pypackages__", "_vendor", "bower_components", "dist-packages", "elm-stuff"),
        *("jspm_packages", "node_modules", "site-packages", "third-party", "third_party", "thirdparty", "vendor"),
        *("vendored", "vendors", "venv", "virtualenv", "web_modules"),
    }
)
"""Folders that hold other people's work, or work that nobody wrote."""
VENDORED_NAMES = re.compile(
    r"""(?ix)
    (?: jquery | bootstrap | angular | backbone | ember | prototype | mootools | dojo | d3 | three | raphael
      | underscore | lodash | moment | modernizr | html5shiv | respond | require | knockout | zepto | highlight
      | fontawesome | font-awesome | normalize | select2 | codemirror | mathjax | katex | polyfill | vue | react )
    (?: [._-] (?: \d [\w.-]* | v\d [\w.-]* | min | slim | core | ui | bundle
      | all | pack | prod | production | esm | umd ) )+
    \. (?: js | css )
    """
)
"""File names of well-known libraries, with a version or an edition."""
GENERATED_NAMES = re.compile(
    r"""(?x)
      .* _pb2 (?: _grpc )? \. pyi?
    | .* \.pb\. (?: go | cc | c | h | swift | rs ) | .* \.pb\.gw\.go | .* _grpc\.pb\.go | .* _pb\. (?: js | rb | d\.ts )
    | .* \.g\. (?: cs | dart | i\.cs ) | .* \.freezed\.dart | .* \.designer\.cs | .* \.Designer\. (?: cs | vb )
    | .* \.generated\. \w+ | .* _generated\. \w+ | zz_generated\. .* | .* \.gen\. \w+
    | (?: moc | ui | qrc ) _ .* \. (?: cpp | h )
    | .* \.tab\. [ch] | lex\.yy\.c
    | aclocal\.m4 | configure | config\.guess | config\.sub | ltmain\.sh
    """
)
GENERATED_MARK = re.compile(
    r"""(?x)
      @generated \b | <auto-?generated | \b DO \s NOT \s (?: EDIT | MODIFY | CHANGE ) \b
    | (?i: \b do \s not \s (?: edit | modify | change ) \s (?: this \s file | manually | by \s hand | directly ) \b
        | \b auto(?:matically)? [- ]? generated \s (?: by | from | file | code | with | using | at | on ) \b
        | \b this \s (?: file | code | module | script | class | header ) \s (?: is | was | has \s been )
          \s (?: auto(?:matically)? [- ]? )? generated \b
        | \b generated \s by \s (?: cython | swig | bison | flex | antlr | thrift | protoc | javacc | cups | pyrcc
          | pyuic | re2c | lemon | ragel | qt | gnu | autoconf | automake | openapi | swagger
          | the \s protocol \s buffer ) \b )
    """
)
"""What generators write at the top of their files; only the comments there are searched for it."""
MIN_MEAN_SIZE = 1000
"""Least length, in characters, of a text whose mean line length counts."""
MIN_LONG_SHARE = 0.75
MAX_WHITE_SHARE = 0.05
"""Least share of a text in lines above the longest, and most white space among long lines, of a minified file.

Of 8,900 files of Python packages, Debian and the standard library, those with long lines that somebody wrote have at
most .55 of their text in lines above 1,000 characters, and .07 white space or more; minified ones have .87 and more, or
at most .03 white space.
"""
TOP_LINES = 40
TOP_CHARACTERS = 8000
COMMENT = re.compile(
    r"""\s*(?:#|//|/\*|\*|<!--|<%--|--|;|%|!|\{-|\{\#|\(\*|\"\"\"|'\s*<auto|@?rem\b|dnl\b|\.\\")""", re.IGNORECASE
)
CODING = re.compile(rb"[ \t\f]*(?:#|//|/\*|;|%|--).*?coding[:=][ \t]*([-\w.]+)")
SPDX = re.compile(r"\W*SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+:() -]*[A-Za-z0-9.+)])")


def vendored_by(path: str) -> Figures | None:
    """Return the rule by which a path is other people's work: a folder's name, or a well-known library's; or None."""
    *folders, name = PurePosixPath(path).parts
    for folder in folders:
        if folder in VENDORED_FOLDERS or folder.endswith((".egg-info", ".dist-info")):
            return {"rule": "folder", "folder": folder}
    return {"rule": "library"} if VENDORED_NAMES.fullmatch(name) else None


def generated_by(path: str, text: str) -> Figures | None:
    """Return the rule by which a program wrote this: its name, or a mark in a comment at the top; None if none says."""
    if GENERATED_NAMES.fullmatch(PurePosixPath(path).name):
        return {"rule": "name"}
    marks = (GENERATED_MARK.search(line) for line in _top(text) if COMMENT.match(line))
    mark = next(filter(None, marks), None)
    return {"rule": "mark", "mark": mark[0]} if mark else None


def minified_by(path: str, text: str, max_mean: int, max_line: int) -> Figures | None:
    """Return the rule and the figures by which the lines are too long to have been written by hand; None if none does.

    The default limits of the step are those of Chen et al. 2021 (Codex, section 3.1): mean 100, longest 1000
    characters. But people write long lists of words and embed pictures: lines above the longest count only where they
    hold `MIN_LONG_SHARE` of the text, and the mean only with no more than `MAX_WHITE_SHARE` of white space. The mean
    of a text shorter than `MIN_MEAN_SIZE` says nothing.
    """
    if re.search(r"[.-]min\.\w+$", PurePosixPath(path).name, re.IGNORECASE):
        return {"rule": "name"}
    lengths = list(map(len, text.splitlines())) or [0]
    size = sum(lengths)
    if size >= MIN_MEAN_SIZE and size > max_mean * len(lengths):
        white_share = sum(map(text.count, " \t\n")) / len(text)
        if white_share <= MAX_WHITE_SHARE:
            return {"rule": "mean-line", "mean_line": round(size / len(lengths)), "white": round(white_share, 2)}
    long_size = sum(length for length in lengths if length > max_line)
    if long_size and long_size >= MIN_LONG_SHARE * size:
        return {"rule": "long-lines", "longest_line": max(lengths), "share": round(long_size / size, 2)}
    return None


def spdx_licenses(text: str) -> list[str]:
    """Return the expressions of the SPDX-License-Identifier comments at the top of the text, as they are written."""
    expressions = [match[1].strip() for line in _top(text) if (match := SPDX.match(line))]
    return list(dict.fromkeys(expressions))


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that one of the first two lines declares, as in PEP 263, Emacs and Vim; None if unknown."""
    for line in data.split(b"\n", 2)[:2]:
        match = CODING.match(line)
        if match:
            # A file that is declared as ASCII but is not may still be UTF-8.
            name = "utf-8" if match[1].lower() in (b"ascii", b"us-ascii") else match[1].decode()
            try:
                "".encode(name)
            except (LookupError, UnicodeError):
                return None
            return name
    return None


def _top(text: str) -> list[str]:
    return text[:TOP_CHARACTERS].split("\n")[:TOP_LINES]
