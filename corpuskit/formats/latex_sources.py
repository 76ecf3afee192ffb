"""The LaTeX sources of a paper: the main file with what it includes, from a folder or an archive.

Nothing outside the main file's folder is read. `\\input`, `\\include` and `\\subfile` as in LaTeX2e, of which only the
first may be without braces.
"""

import posixpath
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from corpuskit.core.document import Reject
from corpuskit.core.wording import printable_name
from corpuskit.formats.text_encoding import decode_text

MAX_SOURCE = 32 * 1024 * 1024
"""Most characters of a paper with all that it includes."""
MAX_INCLUSIONS = 2000
_INCLUSION = re.compile(r"\\(?:(?:input|include|subfile)\s*\{([^{}]{1,500})\}|input[ \t]+([^\s{}\\]{1,500}))")
_COMMENT = re.compile(
    r"\\begin\{(verbatim|lstlisting|Verbatim)\}|(?<!\\)((?:\\\\)*+)%[^\n]*(\n[ \t]*(?=\n)|\n[ \t]*)?", re.DOTALL
)
_BIBLATEX = re.compile(r"\\(?:refsection|datalist|sortlist)\b")
_BIBLATEX_ENTRY = re.compile(r"\\entry\s*\{")
"""What a list of references holds that biber writes for biblatex: fields of a database, no text of the paper."""
_MARKS = {0: None, 1: None}
"""Characters that no text has, and that readers use as marks."""
_MAIN = re.compile(r"\\document(?:class|style)\s*(?:\[[^\]]*\])?\s*\{\s*(\w*)")
PARTS_OF_OTHERS = ("subfiles", "standalone")
"""Classes of files that another one includes."""

Find = Callable[[str], bytes | None]
"""Returns the bytes of a file by its path below the main file's folder, None if there is none."""


def is_main(data: bytes) -> bool:
    """Whether a file is a paper, not a part of one."""
    main_class = _MAIN.search(without_comments(data[: 1 << 20].decode("latin-1")))
    return main_class is not None and main_class[1] not in PARTS_OF_OTHERS


def without_comments(source: str) -> str:
    """Return a source without its comments; `\\%` is a sign, and code shows its own."""
    if "%" not in source:
        return source
    parts = []
    position = 0
    unclosed = set()
    for match in _COMMENT.finditer(source):
        if match.start() < position:
            continue
        if match[1]:
            end = -1 if match[1] in unclosed else source.find(f"\\end{{{match[1]}}}", match.end())
            if end < 0:
                unclosed.add(match[1])
                continue
            parts.append(source[position:end])
            position = end
            continue
        is_before_blank_line = match[3] is not None and source.startswith("\n", match.end())
        parts.append(source[position : match.start()] + match[2] + ("\n" if is_before_blank_line else ""))
        position = match.end()
    return "".join((*parts, source[position:]))


def whole_source(data: bytes, find: Find, missing: Callable[[str], None]) -> str:
    """Return the source of a main file with all it includes, without comments; `missing` is told what is not there.

    Raises Reject: `includes-itself`, `unsafe-path`, `document-too-large`, `undecodable`.
    """
    return _Inclusions(find, missing).expand(_decoded(data), ())


def bibliography_of(main: str, find: Find) -> str:
    """Return the list of references that BibTeX made for a main file, as LaTeX; empty if it is not there."""
    data = find(f"{posixpath.splitext(posixpath.basename(main))[0]}.bbl")
    return _decoded(data)[:MAX_SOURCE] if data is not None else ""


class _Inclusions:
    def __init__(self, find: Find, missing: Callable[[str], None]) -> None:
        self._find, self._missing = find, missing
        self._count = self._size = 0

    def expand(self, source: str, path: tuple[str, ...]) -> str:
        self._size += len(source)
        if self._size > MAX_SOURCE:
            raise Reject("document-too-large", f"more than {MAX_SOURCE} characters with what it includes")
        return _INCLUSION.sub(lambda match: self._included((match[1] or match[2]).strip(), path), source)

    def _included(self, reference: str, path: tuple[str, ...]) -> str:
        name = posixpath.normpath(reference)
        if reference.startswith("/") or "\\" in reference or name.split("/")[0] == "..":
            raise Reject("unsafe-path", f"it includes {printable_name(reference)!r}")
        self._count += 1
        if self._count > MAX_INCLUSIONS:
            raise Reject("document-too-large", f"more than {MAX_INCLUSIONS} inclusions")
        for candidate in (f"{name}.tex", name):
            data = self._find(candidate)
            if data is not None:
                if candidate in path or len(path) > 50:
                    raise Reject("includes-itself", f"{printable_name(candidate)} is included by itself")
                included = _decoded(data)
                if _BIBLATEX_ENTRY.search(included) and _BIBLATEX.search(included):
                    return "\n"
                return self.expand(included, (*path, candidate)) + "\n"
        self._missing(name)
        return ""


def _decoded(data: bytes) -> str:
    text = decode_text(data, None).replace("\r\n", "\n").replace("\r", "\n").translate(_MARKS)
    return without_comments(text)


def finder_in_folder(folder: Path, main: str) -> Find:
    """Return what finds files below a folder, symbolic links resolved; the main file includes itself by its name."""
    top = folder.resolve()

    def find(name: str) -> bytes | None:
        if name == main:
            raise Reject("includes-itself", f"{printable_name(name)} is included by itself")
        path = (top / name).resolve()
        if not path.is_relative_to(top):
            raise Reject("unsafe-path", f"{printable_name(name)!r} leads out of the paper's folder")
        if not path.is_file() or path.stat().st_size > MAX_SOURCE:
            return None
        return path.read_bytes()

    return find


def finder_in_archive(files: dict[str, bytes], main: str) -> Find:
    """Return what finds files beside the main file in an archive."""
    folder = posixpath.dirname(main)

    def find(name: str) -> bytes | None:
        path = posixpath.join(folder, name)
        if path == main:
            raise Reject("includes-itself", f"{printable_name(name)} is included by itself")
        return files.get(path)

    return find


def main_files(files: dict[str, bytes]) -> Iterable[str]:
    """Return the names of those files that are papers and that no other includes, in order."""
    return sorted(name for name, data in files.items() if name.lower().endswith((".tex", ".ltx")) and is_main(data))
