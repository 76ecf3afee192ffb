"""Documentation pages with their main content, taken by rule from the markup of the generators that made them.

    python -m tests.benchmarks.documentation_pages WEB PACKAGES OUTPUT

*Web* is the folder `bench` that `../shared/data/build_bench_corpus.py` builds; *packages* is a folder of Debian
packages (`.deb`) with HTML, and of folders of pages that a generator made from sources at hand: `pydoc` (`pydoc -w`),
`mandoc` (`mandoc -T html`), `pod2html`, `pandoc` and `jsdoc-NAME`. `--download` fetches the packages. The command
writes `documentation.jsonl.gz`, to learn from, and `documentation_heldout.jsonl.gz`, which `documentation_quality.py`
measures by: pages balanced over generators and lengths. No group (a generator and the package or manual its pages come
from) is in both.

The gold is a list of blocks in the order of the page. The text of `pre` is exact: line breaks and indentation stay,
line numbers go. A table is one of data if its rows line up and none of its cells contains another table, a list or
code; any other table lays a page out, and its cells are read as if they were not in a table.
"""

import argparse
import gzip
import hashlib
import json
import re
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from resiliparse.parse.html import HTMLTree, NodeType

from tests.benchmarks.documentation_generators import DECORATION, NAVIGATION, Generator, generator_of

LONG = 20_000
"""Characters of gold from which on a page is a long one."""
SHORT = 400
"""Characters of gold below which a page is left out: an index of other pages, for the most part."""
LARGE, LARGEST = 30_000, 900_000
"""Bytes of HTML of a page that may be long, and of the largest page taken."""
PER_MANUAL, PER_PACKAGE = (25, 15), (150, 60)
"""Large and small pages to choose from."""
PER_GENERATOR = 45, 30
"""Long and short pages of each generator to learn from."""
PER_GENERATOR_HELD_OUT = 14, 6
PER_GROUP = 14, 10
"""At most, of one package or manual."""
HELD_OUT_SHARE = 0.3
"""Of a generator's groups."""

PACKAGES = tuple(
    """
    apache2-doc asciidoctor-doc bash-doc bind9-doc borgbackup-doc bzip2-doc cmake-doc docbook-xsl-doc-html
    erlang-doc exim4-doc-html fish-common gap-doc gap-float ghc-doc git-doc gnutls-doc golang-1.19-doc i3-wm
    latex2html libasound2-doc libbatteries-ocaml-doc libboost1.74-doc libcairo2-doc libcommons-io-java-doc
    libcommons-lang3-java-doc libeigen3-doc libfftw3-doc libghc-aeson-doc libghc-attoparsec-doc libghc-lens-doc
    libghc-pandoc-doc libghc-vector-doc libglib2.0-doc libgtk-3-doc libgtk-4-doc libhdf5-doc libjs-mathjax-doc
    libjsch-java-doc libjson-c-doc libjson-glib-doc libjsoncpp-doc libjsoup-java-doc liblapack-doc
    libocamlgraph-ocaml-doc libocamlnet-ocaml-doc libpango1.0-doc libpoppler-glib-doc libsdl2-doc libsfml-doc
    libsoup2.4-doc libstdc++-12-doc libvigraimpex-doc libvirt-doc libxml2-doc maxima-doc menhir-doc mkdocs-doc
    mkdocs-literate-nav-doc newsboat nim-doc ninja-build nodejs-doc octave-doc openjdk-17-doc php-twig-doc
    python-attr-doc python-click-doc python-cryptography-doc python-djangorestframework-doc python-flask-doc
    python-h5py-doc python-ipython-doc python-jinja2-doc python-pandas-doc python-pyqtgraph-doc python-scipy-doc
    python-sqlalchemy-doc python-tornado-doc qtbase5-doc-html qutebrowser r-doc-html racket-doc rrdtool
    ruby-cri-doc ruby-mocha-doc ruby-uuidtools-doc rust-doc scala-doc snakemake-doc tcllib twisted-doc vim-doc
    weechat-doc wireshark-doc yard-doc zsh-doc
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""Packages of Debian 12 with documentation as HTML."""

_PAGE_NAME = re.compile(r"\.x?html?(?:\.gz)?$")
_NO_CONTENT = re.compile(
    r"_source\.html|/_modules/|class-use|/src/|/src-html/|genindex|modindex|/search\.html|-members\.html|/_sources/"
    r"|/index-(?:all|files)|allclasses|overview-tree|package-tree|deprecated-list|constant-values|serialized-form"
    r"|doc-index|/404|/theindex|annotated|hierarchy|globals_|functions_|_list\.html|nav\.html|_toc\.html|/index/index-"
)
_TRANSLATION = re.compile(r"-(?:[a-z]{2}|en-us|en-gb|pt-br|zh-cn|zh-tw)$")
"""What a package of the same text in another language has at the end of its name."""
_MANUALS = {
    "openjdk-17-doc": r"api/([^/]+)/",
    "erlang-doc": r"erlang-doc/(?:doc/|lib/)?([^/]+)/",
    "ghc-doc": r"libraries/([^/]+)/|html/([^/]+)/",
    "qtbase5-doc-html": r"qt5/doc/([^/]+)/",
    "racket-doc": r"racket/([^/]+)/",
    "libgtk-4-doc": r"libgtk-4-doc/([^/]+)/",
    "rust-doc": r"html/([^/]+)/",
    "libboost1.74-doc": r"doc/(?:libs|html)/([^/_]+)",
    "lilypond-doc-html": r"Documentation/([^/]+)/",
    "scala-doc": r"api/([^/]+)/",
    "octave-doc": r"octave/([^/]+)\.html/",
    "gap-doc": r"gap/doc/([^/]+)/|gap/pkg/([^/]+)/",
    "wireshark-doc": r"wireshark/([^/]+)/",
    "fp-docs-3.2.2": r"3\.2\.2/([^/]+)/",
    "libvirt-doc": r"html/([^/]+)/",
}
"""Where a package's path names the manual, in packages of many manuals."""

Cells = list[str]


class Source(NamedTuple):
    """A page where it lies; it is read only when asked for."""

    package: str
    path: str
    size: int
    read: Callable[[], bytes]

    @property
    def id(self) -> str:
        return f"{self.package}:{self.path}"


@dataclass(frozen=True)
class GoldBlock:
    """One block of the main content: heading, paragraph, item, definition, row or pre."""

    kind: str
    text: str


@dataclass
class Gold:
    """What a careful reader takes from a page, and what not."""

    blocks: list[GoldBlock] = field(default_factory=list)
    navigation: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    tables: list[list[Cells]] = field(default_factory=list)
    """The rows of the tables of data, in the main content."""

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks)

    @property
    def pre(self) -> list[str]:
        return [block.text for block in self.blocks if block.kind == "pre"]


@dataclass(frozen=True)
class Page:
    """A documentation page with its gold."""

    id: str
    generator: str
    group: str
    html: str
    gold: Gold

    def as_json(self) -> dict[str, Any]:
        """The page as a line of the written files."""
        return {
            "id": self.id,
            "generator": self.generator,
            "group": self.group,
            "html": self.html,
            "gold_text": self.gold.text,
            "blocks": [asdict(block) for block in self.gold.blocks],
            "pre": self.gold.pre,
            "tables": self.gold.tables,
            "nav": self.gold.navigation,
            "undecided": self.gold.undecided,
        }


# The gold of a page.

_ROLE = "data-gold-role"
_MAIN, _OUTSIDE, _UNDECIDED, _IGNORED = "main", "navigation", "undecided", "decoration"
_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q s samp small span strike
    strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905 - a list of words reads better
)
_KINDS = {
    **{f"h{level}": "heading" for level in range(1, 7)},
    "li": "item",
    "dt": "definition",
    "dd": "definition",
    "summary": "paragraph",
}
_NOT_IN_CELLS = "table, ul, ol, dl, pre, blockquote, [data-gold-code]"
_HEADINGS = "h1, h2, h3, h4, h5, h6"
_INLINE_BREAK = "\n"


def gold(html: str, generator: Generator) -> Gold:
    """The gold of a page of this generator."""
    body = HTMLTree.parse(html).body
    if body is None:
        return Gold()
    _mark(body, generator)
    reader = _Reader()
    role = body.getattr(_ROLE) or _OUTSIDE
    reader.read(body, role, "paragraph")
    reader.close_block(role, "paragraph")
    result = reader.gold
    flat = _flat(result.text)
    result.navigation = [text for text in dict.fromkeys(result.navigation) if _tells(text, flat)]
    result.undecided = list(dict.fromkeys(result.undecided))
    return result


def _mark(body: Any, generator: Generator) -> None:
    """Write into each element that a rule names what the rule says of it; the last word is the strictest."""
    contents = (body.query_selector_all(selector) if selector != "body" else [body] for selector in generator.content)
    for element in next((found for found in contents if found), []):
        element[_ROLE] = _MAIN
    for selector, role in (
        (generator.undecided, _UNDECIDED),
        (", ".join(filter(None, (NAVIGATION, generator.navigation))), _OUTSIDE),
        (", ".join(filter(None, (DECORATION, generator.decoration))), _IGNORED),
    ):
        for element in body.query_selector_all(selector) if selector else []:
            element[_ROLE] = role
    for selector, name in ((generator.code, "data-gold-code"), (generator.joined, "data-gold-joined")):
        for element in body.query_selector_all(selector) if selector else []:
            element[name] = ""


class _Reader:
    """Walks a marked tree and collects blocks, role by role."""

    def __init__(self) -> None:
        self.gold = Gold()
        self._open_text: list[str] = []

    def read(self, element: Any, role: str, kind: str) -> None:
        """Read what is in an element."""
        for node in _children(element):
            if node.type == NodeType.TEXT:
                self._open_text.append(re.sub(r"\s+", " ", node.value))
            elif node.type == NodeType.ELEMENT:
                self._read_element(node, role, kind)

    def _read_element(self, element: Any, role: str, kind: str) -> None:
        inner_role = element.getattr(_ROLE) or role
        tag = element.tag
        if inner_role == _IGNORED:
            return
        if tag == "br":
            self._open_text.append(_INLINE_BREAK)
        elif tag in _INLINE and inner_role == role and not element.hasattr("data-gold-code"):
            self.read(element, role, kind)
        else:
            self.close_block(role, kind)
            self._read_block(element, inner_role, _KINDS.get(tag, "paragraph" if kind == "heading" else kind))

    def _read_block(self, element: Any, role: str, kind: str) -> None:
        if element.tag in ("pre", "listing", "xmp") or element.hasattr("data-gold-code"):
            self._add(role, "pre", _exact_text(element))
        elif element.hasattr("data-gold-joined"):
            self._add(role, kind, _line(element))
        elif element.tag == "table" and (rows := _data_rows(element)):
            self._read_table(rows, role, kind)
        else:
            self.read(element, role, kind)
            self.close_block(role, kind)

    def _read_table(self, rows: list[Any], role: str, kind: str) -> None:
        """Rows of one cell are titles of a part of the table, or text that runs over its whole breadth."""
        table = []
        for row in rows:
            cells = [text for cell in _cells(row) if (text := _line(cell))]
            if len(cells) > 1 and row.query_selector(_HEADINGS) is None:
                table.append(cells)
                self._add(role, "row", " | ".join(cells))
            else:
                self.read(row, role, kind)
                self.close_block(role, kind)
        if role == _MAIN and len(table) > 1 and not any(_has_paragraphs(row) for row in rows):
            self.gold.tables.append(table)

    def close_block(self, role: str, kind: str) -> None:
        """End the block that the text so far belongs to."""
        text = "".join(self._open_text)
        self._open_text.clear()
        lines = (" ".join(line.split()) for line in text.split(_INLINE_BREAK))
        self._add(role, kind, "\n".join(line for line in lines if line))

    def _add(self, role: str, kind: str, text: str) -> None:
        if not text.strip():
            return
        if role == _MAIN:
            self.gold.blocks.append(GoldBlock(kind, text))
        else:
            (self.gold.undecided if role == _UNDECIDED else self.gold.navigation).append(text)


def _children(element: Any) -> Iterator[Any]:
    """An element's nodes, one after the other: its list of child nodes takes quadratic time."""
    node = element.first_child
    while node is not None:
        yield node
        node = node.next_sibling


def _exact_text(element: Any) -> str:
    """The lines of code: as written, with a line for each block element that lays lines out."""
    text: list[str] = []
    _collect_lines(element, text)
    lines = "".join(text).replace("\xa0", " ").replace("\r\n", "\n").split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines)


def _collect_lines(element: Any, text: list[str]) -> None:
    in_table = element.tag in ("table", "tbody", "tr") or (element.hasattr("data-gold-code") and element.tag != "pre")
    for node in _children(element):
        if node.type == NodeType.TEXT:
            if not in_table or node.value.strip():  # between rows there is only the markup's own layout
                text.append(node.value)
        elif node.type == NodeType.ELEMENT and node.getattr(_ROLE) != _IGNORED:
            if node.tag == "br":
                text.append("\n")
                continue
            is_line = node.tag in ("div", "p", "tr", "li", "blockquote")
            if is_line and text and not text[-1].endswith("\n"):
                text.append("\n")
            length = len(text)
            _collect_lines(node, text)
            if is_line and (len(text) == length or not text[-1].endswith("\n")):
                text.append("\n")


def _data_rows(table: Any) -> list[Any]:
    """The rows of a table of data; of another table, none."""
    if table.query_selector(_NOT_IN_CELLS) is not None:
        return []
    rows = [row for row in table.query_selector_all("tr") if row.getattr(_ROLE) != _IGNORED]
    aligned = [row for row in rows if len([cell for cell in _cells(row) if _line(cell)]) > 1]
    return rows if len(aligned) > 1 else []


def _cells(row: Any) -> list[Any]:
    return [
        node
        for node in _children(row)
        if node.type == NodeType.ELEMENT and node.tag in ("td", "th") and node.getattr(_ROLE) is None
    ]


def _has_paragraphs(row: Any) -> bool:
    """Whether a cell has more than a line of text, so that nobody expects it on the line of its row."""
    return any(len(cell.query_selector_all("p, div, br")) > 1 for cell in _cells(row))


def _line(element: Any) -> str:
    """The text of an element, as one line."""
    text: list[str] = []
    _collect_text(element, text)
    return " ".join("".join(text).split())


def _collect_text(element: Any, text: list[str]) -> None:
    for node in _children(element):
        if node.type == NodeType.TEXT:
            text.append(node.value)
        elif node.type == NodeType.ELEMENT and not node.getattr(_ROLE):
            if node.tag not in _INLINE:
                text.append(" ")
            _collect_text(node, text)
            if node.tag not in _INLINE:
                text.append(" ")


def _flat(text: str) -> str:
    return " ".join(text.split())


def _tells(text: str, gold_text: str) -> bool:
    """Whether a text of the navigation shows that it was kept: it is no single word, and the content has it nowhere."""
    flat = _flat(text)
    return len(flat) >= 12 and " " in flat and flat not in gold_text


# The pages.


def pages(web: Path | None, packages: Path | None) -> Iterator[Page]:
    """Pages of known generators with content enough: of each manual, some long and some short ones."""
    taken = _sampled((source.package, source.path, source.size) for source in sources(web, packages))
    for source in sources(web, packages):
        if source.id in taken:
            page = page_of(source.package, source.path, _decoded(source.read()))
            if page is not None:
                yield page


def page_of(package: str, path: str, html: str) -> Page | None:
    """A page with its gold, if its generator is known and it has content enough."""
    generator = generator_of(html)
    if generator is None:
        return None
    try:
        page_gold = gold(html, generator)
    except RecursionError:
        return None
    if len(page_gold.text) < SHORT:
        return None
    return Page(f"{package}:{path}", generator.name, f"{generator.name}/{_manual(package, path)}", html, page_gold)


def _manual(package: str, path: str) -> str:
    """What pages share: the package, whatever the language, or the manual in a package of many."""
    name = _without_language(package)
    found = re.search(_MANUALS[name], path) if name in _MANUALS else None
    return f"{name}/{next(filter(None, found.groups()))}" if found else name


def _without_language(package: str) -> str:
    return _TRANSLATION.sub("", package)


def _sampled(listing: Iterable[tuple[str, str, int]]) -> set[str]:
    """The ids of some large and some small pages of each manual; `LARGE` bytes of HTML may have a long text."""
    by_manual: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for package, path, size in listing:
        name = _without_language(package)
        by_manual[name, _manual(package, path), size >= LARGE].append(f"{package}:{path}")
    by_package: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for (name, _, is_large), found in by_manual.items():
        by_package[name, is_large] += sorted(found, key=_chance)[: PER_MANUAL[not is_large]]
    return {
        identifier
        for (_, is_large), found in by_package.items()
        for identifier in sorted(found, key=_chance)[: PER_PACKAGE[not is_large]]
    }


def sources(web: Path | None, packages: Path | None) -> Iterator[Source]:
    """All pages of documentation there are."""
    for archive in sorted(packages.glob("*.deb")) if packages else ():
        yield from _package_sources(archive)
    for folder in sorted(path for path in packages.iterdir() if path.is_dir()) if packages else ():
        yield from _folder_sources(folder)
    for archive in sorted((web / "warc").glob("*.warc.gz")) if web else ():
        yield from _archive_sources(archive)


def _package_sources(archive: Path) -> Iterator[Source]:
    """The pages of a Debian package."""
    package = archive.name.split("_")[0]
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as members,
    ):
        for member in members:
            path = member.name.lstrip(".")
            size = member.size * (4 if path.endswith(".gz") else 1)
            if member.isfile() and _is_page(path, size):
                yield Source(package, path, size, partial(_member_content, members, member))


def _member_content(members: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = members.extractfile(member)
    assert file is not None
    content = file.read()
    return gzip.decompress(content) if member.name.endswith(".gz") else content


def _folder_sources(folder: Path) -> Iterator[Source]:
    """The pages that a generator wrote into a folder."""
    for path in sorted(folder.rglob("*.html")):
        name, size = str(path.relative_to(folder)), path.stat().st_size
        if _is_page(name, size):
            yield Source(folder.name, name, size, path.read_bytes)


def _archive_sources(archive: Path) -> Iterator[Source]:
    """The pages of the benchmark's crawl, whose hosts are named after packages."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with archive.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, auto_decode="all"):
            host, _, path = record.headers["WARC-Target-URI"].split("//", 1)[1].partition("/")
            content = record.reader.read()
            if _is_page(path, len(content)):
                yield Source(host.removesuffix(".docs.example"), f"/{path}", len(content), partial(bytes, content))


def _is_page(path: str, size: int) -> bool:
    return size <= LARGEST and bool(_PAGE_NAME.search(path)) and not _NO_CONTENT.search(path)


def _decoded(content: bytes) -> str:
    return str(bytes_to_str(content, detect_encoding(content, from_html_meta=True) or "utf-8"))


# The files for learning and measuring.


def _chance(name: str) -> float:
    """A number from 0 to 1 that stays the same for a name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


def chosen(all_pages: Iterable[Page]) -> tuple[list[Page], list[Page]]:
    """Pages to learn from and pages held out, balanced over generators and lengths; they share no group."""
    by_generator: dict[str, list[Page]] = defaultdict(list)
    for page in all_pages:
        by_generator[page.generator].append(page)
    learned: list[Page] = []
    held_out: list[Page] = []
    for name in sorted(by_generator):
        groups = _held_out_groups(by_generator[name])
        learned += _balanced((page for page in by_generator[name] if page.group not in groups), PER_GENERATOR)
        held_out += _balanced((page for page in by_generator[name] if page.group in groups), PER_GENERATOR_HELD_OUT)
    return learned, held_out


def _held_out_groups(sample: list[Page]) -> set[str]:
    """A share of a generator's groups, those with long pages first; a generator of one group is held out or is not."""
    long_pages: dict[str, int] = defaultdict(int)
    for page in sample:
        long_pages[page.group] += len(page.gold.text) >= LONG
    groups = sorted(long_pages, key=lambda group: (not long_pages[group], _chance(group)))
    if len(groups) == 1:
        return set(groups) if _chance(groups[0]) < HELD_OUT_SHARE else set()
    return set(groups[: max(1, round(HELD_OUT_SHARE * sum(map(bool, long_pages.values()))))])


def _balanced(sample: Iterable[Page], counts: tuple[int, int]) -> Iterator[Page]:
    """So many long and short pages, in turn from each group."""
    by_length: tuple[dict[str, list[Page]], dict[str, list[Page]]] = defaultdict(list), defaultdict(list)
    for page in sorted(sample, key=lambda page: _chance(page.id)):
        by_length[len(page.gold.text) < LONG][page.group].append(page)
    for groups, count, most in zip(by_length, counts, PER_GROUP, strict=True):
        most = max(most, -(-count // max(1, len(groups))))
        ranked = [(rank, page) for found in groups.values() for rank, page in enumerate(found[:most])]
        yield from (page for _, page in sorted(ranked, key=lambda each: (each[0], _chance(each[1].id)))[:count])


def _download(folder: Path) -> None:
    """Fetch each package of the list that the folder lacks; one that Debian no longer has is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        if not any(folder.glob(f"{name}_*.deb")):
            subprocess.run(["apt-get", "-qq", "download", name], cwd=folder, check=False)


def _write(path: Path, sample: Iterable[Page]) -> None:
    unfinished = path.with_suffix(".partial")
    with gzip.open(unfinished, "wt", encoding="utf-8", errors="replace", compresslevel=5) as file:
        for page in sample:
            file.write(json.dumps(page.as_json(), ensure_ascii=False) + "\n")
    unfinished.rename(path)


def main() -> None:
    """Write both files and print how many pages each generator has in them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("web", type=Path)
    parser.add_argument("packages", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--download", action="store_true", help="fetch the packages that are not there yet")
    options = parser.parse_args()
    if options.download:
        _download(options.packages)
    learned, held_out = chosen(pages(options.web, options.packages))
    _write(options.output / "documentation.jsonl.gz", learned)
    _write(options.output / "documentation_heldout.jsonl.gz", held_out)
    for title, sample in (("learned from", learned), ("held out", held_out)):
        print(f"{title}: {len(sample)} pages, {sum(len(page.gold.text) >= LONG for page in sample)} long")
        for name in sorted({page.generator for page in sample}):
            found = [page for page in sample if page.generator == name]
            long_count = sum(len(page.gold.text) >= LONG for page in found)
            groups = {page.group for page in found}
            print(f"  {name:20} {len(found):4} pages, {long_count:4} long, {len(groups)} groups")


if __name__ == "__main__":
    main()
