"""Google's test vectors for robots.txt: text protocol buffers, of which three fields matter."""

import ast
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"|[A-Za-z_]+|[^\s"A-Za-z_#]')


class Vector(NamedTuple):
    """One expectation: whether an agent may fetch an address under a file."""

    name: str
    robots: str
    url: str
    agent: str
    allowed: bool


def vectors_in(archive: Path) -> Iterator[Vector]:
    """Every expectation in the archive, stress files too."""
    with tarfile.open(archive) as files:
        for member in files:
            stream = files.extractfile(member)
            if stream is not None and member.name.endswith(".textproto"):
                yield from _vectors(member.name, stream.read().decode())


def _vectors(name: str, text: str) -> Iterator[Vector]:
    robots, fields, key = b"", dict[str, bytes](), ""
    for token in _TOKEN.findall(text):
        if token.startswith("#"):
            continue
        if token.startswith('"'):
            value = ast.literal_eval("b" + _escaped(token))
            if key == "robotstxt":
                robots += value
            else:
                fields[key] = fields.get(key, b"") + value
        elif re.fullmatch("[A-Za-z_]+", token):
            if key == "expected_outcome" and token in ("ALLOWED", "DISALLOWED"):
                yield Vector(
                    name,
                    robots.decode("utf-8", "replace"),
                    fields["testurl"].decode("utf-8", "replace"),
                    fields["useragent"].decode(),
                    token == "ALLOWED",
                )
            elif token == "robotstxt":
                robots, fields = b"", {}
            elif token == "testurl":
                fields = {}
            key = token


def _escaped(literal: str) -> str:
    """The literal with its characters beyond ASCII as the bytes of their UTF-8."""
    return "".join(c if c.isascii() else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in literal)
