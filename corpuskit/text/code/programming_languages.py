"""Languages of source files, by name, by interpreter and, if the name is ambiguous, by content.

Kinds: `programming`, `markup` (for display: HTML, CSS, TeX), `prose` (documentation) and `data`.
"""

import re
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple


class Language(NamedTuple):
    """A language's common English name and its kind."""

    name: str
    kind: str


class RarerLanguage(NamedTuple):
    """The rarer one of two languages that share a suffix."""

    pattern: re.Pattern[str]
    """What its files contain and those of the other language do not."""
    name: str


KINDS = ("programming", "markup", "prose", "data")
_PROGRAMMING = """
Ada: .adb .ads
Agda: .agda
Apex: .apex .trigger
AppleScript: .applescript
Assembly: .asm .s
AutoHotkey: .ahk
Awk: .awk
Ballerina: .bal
Batchfile: .bat .cmd
Bicep: .bicep
BitBake: .bb .bbappend
C: .c .h
C#: .cs .csx
C++: .cc .cpp .cxx .c++ .hpp .hh .hxx .h++ .inl .ipp .tpp
CMake: .cmake
COBOL: .cob .cbl .cpy
Chapel: .chpl
Clojure: .clj .cljs .cljc .edn
CoffeeScript: .coffee
Common Lisp: .lisp .lsp .asd
Crystal: .cr
Cuda: .cu .cuh
Cython: .pyx .pxd .pxi
D: .d
Dart: .dart
Dockerfile: .dockerfile
Elixir: .ex .exs
Elm: .elm
Emacs Lisp: .el
Erlang: .erl .hrl
F#: .fs .fsi .fsx
Fortran: .f .for .f77 .f90 .f95 .f03 .f08
GDScript: .gd
GLSL: .glsl .vert .frag .comp
Gleam: .gleam
Go: .go
GraphQL: .graphql .gql
Groovy: .groovy .gradle .gvy
HCL: .tf .hcl .tfvars
HLSL: .hlsl .fx
Hack: .hack
Haskell: .hs .lhs
Haxe: .hx
Idris: .idr
Inno Setup: .iss
Java: .java
JavaScript: .js .cjs .mjs .jsx .es6
Jsonnet: .jsonnet .libsonnet
Julia: .jl
Jupyter Notebook: .ipynb
Just: .just
Kotlin: .kt .kts
LLVM: .ll
Lean: .lean
Lua: .lua
M4: .m4
MATLAB: .m .matlab
Makefile: .mk .mak .make
Meson: .meson
Mojo: .mojo
NSIS: .nsi .nsh
Nim: .nim .nims
Nix: .nix
Nushell: .nu
OCaml: .ml .mli
Objective-C:
Objective-C++: .mm
Odin: .odin
OpenCL: .cl
OpenSCAD: .scad
PHP: .php .php3 .php4 .php5 .phtml
PLSQL: .pls .pks .pkb .plsql
Pascal: .pas .pp .dpr .lpr
Perl: .pl .pm .t
PowerShell: .ps1 .psm1 .psd1
Processing: .pde
Prolog: .pro .prolog
Protocol Buffer: .proto
Puppet: .epp
PureScript: .purs
Python: .py .pyi .pyw
QML: .qml
R: .r
Racket: .rkt
Raku: .raku .rakumod .p6 .pm6
ReScript: .res .resi
Reason: .re .rei
Rego: .rego
Rocq: .v
Ruby: .rb .rake .gemspec .ru
Rust: .rs
SAS: .sas
SQL: .sql .ddl .dml
SWIG: .i
Scala: .scala .sc .sbt
Scheme: .scm .ss .sld
Shell: .sh .bash .zsh .ksh .fish .bats .command
Smalltalk: .st
Smali: .smali
Solidity: .sol
Standard ML: .sml .sig
Starlark: .bzl .star
Stata: .do .ado
Swift: .swift
SystemVerilog: .sv .svh
Tcl: .tcl .tk
Thrift: .thrift
TypeScript: .ts .tsx .mts .cts
VBA: .bas .frm
VHDL: .vhd .vhdl
Vala: .vala .vapi
Verilog: .verilog .vh
Vim Script: .vim .vimrc
Visual Basic .NET: .vb
WGSL: .wgsl
WebAssembly: .wat .wast
Wolfram Language: .wl .wls .nb
Xtend: .xtend
Zig: .zig
"""
_MARKUP = """
Blade: .blade.php
CSS: .css
EJS: .ejs
ERB: .erb
HTML: .html .htm .xhtml
Haml: .haml
Handlebars: .hbs .handlebars
Jinja: .j2 .jinja .jinja2
Less: .less
Liquid: .liquid
Mustache: .mustache
Pug: .pug .jade
SCSS: .scss
Sass: .sass
Slim: .slim
Stylus: .styl
Svelte: .svelte
TeX: .tex .sty .ltx .dtx
Twig: .twig
Typst: .typ
Vue: .vue
Astro: .astro
XSLT: .xsl .xslt
"""
_PROSE = """
AsciiDoc: .adoc .asciidoc
Markdown: .md .markdown .mdx .rmd .qmd
Org: .org
Pod: .pod
RDoc: .rdoc
Roff: .1 .2 .3 .5 .7 .8 .man .mdoc
Texinfo: .texi .texinfo
Text: .txt
Textile: .textile
reStructuredText: .rst
"""
_DATA = """
CSV: .csv
Diff: .diff .patch
GeoJSON: .geojson
Gettext Catalog: .po .pot
INI: .ini .cfg .conf .properties .editorconfig
JSON: .json .har .jsonl .ndjson .json5 .jsonc .webmanifest
Lockfile: .lock
SVG: .svg
Source Map: .map
TOML: .toml
TSV: .tsv
XML: .xml .xsd .wsdl .plist .csproj .vcxproj .pom .resx
YAML: .yaml .yml
"""
_NAMES = """
BUILD: Starlark
BUILD.bazel: Starlark
Brewfile: Ruby
CMakeLists.txt: CMake
Capfile: Ruby
Containerfile: Dockerfile
Dockerfile: Dockerfile
GNUmakefile: Makefile
Gemfile: Ruby
Guardfile: Ruby
Jenkinsfile: Groovy
Justfile: Just
Kbuild: Makefile
Makefile: Makefile
Makefile.am: Makefile
Makefile.in: Makefile
PKGBUILD: Shell
Podfile: Ruby
Rakefile: Ruby
Rprofile: R
SConscript: Python
SConstruct: Python
Snakefile: Python
Tiltfile: Starlark
Vagrantfile: Ruby
WORKSPACE: Starlark
configure.ac: M4
justfile: Just
makefile: Makefile
meson.build: Meson
meson_options.txt: Meson
wscript: Python
"""
_INTERPRETERS = """
ash: Shell
awk: Awk
bash: Shell
bun: TypeScript
crystal: Crystal
csh: Shell
dash: Shell
deno: TypeScript
elixir: Elixir
escript: Erlang
fish: Shell
gawk: Awk
groovy: Groovy
guile: Scheme
julia: Julia
ksh: Shell
lua: Lua
luajit: Lua
make: Makefile
node: JavaScript
nodejs: JavaScript
nu: Nushell
osascript: AppleScript
perl: Perl
php: PHP
pwsh: PowerShell
pypy: Python
python: Python
racket: Racket
raku: Raku
Rscript: R
ruby: Ruby
runghc: Haskell
runhaskell: Haskell
scala: Scala
sbcl: Common Lisp
sh: Shell
swift: Swift
tclsh: Tcl
ts-node: TypeScript
wish: Tcl
zsh: Shell
"""

SHEBANG = re.compile(rb"#!\s*(?:\S*/)?env\s+(?:-\S+\s+)*(?:\w+=\S*\s+)*(\S+)|#!\s*(\S+)")
AMBIGUOUS = {
    ".h": RarerLanguage(
        re.compile(r"^\s*(?:class\s+\w+|namespace\b|template\s*<|using\s+\w+)|\bstd::|^\s*public:", re.MULTILINE),
        "C++",
    ),
    ".m": RarerLanguage(
        re.compile(r"^\s*(?:@interface|@implementation|@import|#import|#include|//)", re.MULTILINE), "Objective-C"
    ),
    ".v": RarerLanguage(re.compile(r"^\s*endmodule\b", re.MULTILINE), "Verilog"),
    ".ts": RarerLanguage(re.compile(r"\A\s*<(?:\?xml|!DOCTYPE|TS\b)"), "XML"),
    ".pl": RarerLanguage(re.compile(r"^:-\s*\w+", re.MULTILINE), "Prolog"),
}
"""Suffixes of two languages, with the rarer one; the tables above hold the more frequent one."""


def language_by_name(path: str) -> Language | None:
    """Return the language that the file's name indicates; None if there is none."""
    tables = _lookup_tables()
    name = PurePosixPath(path).name
    if name in tables.by_file_name:
        return tables.by_file_name[name]
    if name.startswith(("Dockerfile.", "Containerfile.")):
        return tables.by_name["Dockerfile"]
    # `b.blade.php` has the suffixes `.blade.php` and `.php`; the longest known one decides.
    words = name.lower().split(".")
    suffixes = ("." + ".".join(words[start:]) for start in range(1, len(words)))
    return next((tables.by_suffix[suffix] for suffix in suffixes if suffix in tables.by_suffix), None)


def is_ambiguous(path: str) -> bool:
    """Whether the suffix stands for two languages, which only the content can tell apart."""
    return PurePosixPath(path).suffix.lower() in AMBIGUOUS


def language_by_content(path: str, text: str, language: Language) -> Language:
    """Return the language of a file whose name indicates `language` or, if the name is ambiguous, the rarer one."""
    if not is_ambiguous(path):
        return language
    rarer = AMBIGUOUS[PurePosixPath(path).suffix.lower()]
    return _lookup_tables().by_name[rarer.name] if rarer.pattern.search(text) else language


def language_by_shebang(head: bytes) -> Language | None:
    """Return the language of a script that names its interpreter in its first line; None for any other file."""
    match = SHEBANG.match(head)
    if match is None:
        return None
    interpreter = (match[1] or match[2]).rpartition(b"/")[2].decode("ascii", "replace")
    languages = _lookup_tables().by_interpreter
    return languages.get(interpreter) or languages.get(re.sub(r"[\d.]+$", "", interpreter))


def kind_of(name: str) -> str:
    """Return one of `KINDS` for the name of a language; programming for one that is not in the tables."""
    language = _lookup_tables().by_name.get(name)
    return language.kind if language else "programming"


def language_called(name: str) -> Language | None:
    """Return the language of a name in any case; None for one that is not in the tables."""
    return next((language for key, language in _lookup_tables().by_name.items() if key.lower() == name.lower()), None)


def language_names() -> list[str]:
    """Return the names of all languages that can be recognised, sorted."""
    return sorted(_lookup_tables().by_name)


class _Tables(NamedTuple):
    by_name: dict[str, Language]
    by_suffix: dict[str, Language]
    by_file_name: dict[str, Language]
    by_interpreter: dict[str, Language]


@cache
def _lookup_tables() -> _Tables:
    by_name: dict[str, Language] = {}
    by_suffix: dict[str, Language] = {}
    for kind, table in zip(KINDS, (_PROGRAMMING, _MARKUP, _PROSE, _DATA), strict=True):
        for name, suffixes in _entries(table):
            by_name[name] = Language(name, kind)
            by_suffix.update(dict.fromkeys(suffixes.split(), by_name[name]))
    by_file_name = {name: by_name[language] for name, language in _entries(_NAMES)}
    by_interpreter = {name: by_name[language] for name, language in _entries(_INTERPRETERS)}
    return _Tables(by_name, by_suffix, by_file_name, by_interpreter)


def _entries(table: str) -> list[tuple[str, str]]:
    """Return the keys of a table, each with its value."""
    lines = (line.partition(":") for line in table.strip().splitlines())
    return [(name, value.strip()) for name, _, value in lines]
