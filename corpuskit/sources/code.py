"""`code`: the files of source trees become documents, except those that other people or programs wrote."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from corpuskit.core.document import Document, Reject
from corpuskit.core.option_values import misfit
from corpuskit.core.outcome import with_stated_metadata
from corpuskit.core.reading.exclusion import EXCLUDE_HELP, without_excluded
from corpuskit.core.reading.input_kinds import archive_of_name
from corpuskit.core.step import Drop, Item, Rejected, Source
from corpuskit.core.wording import nearest
from corpuskit.formats.text_encoding import demand_known_encoding
from corpuskit.formats.whole_file import read_whole_file

if TYPE_CHECKING:
    from pathlib import Path

    from corpuskit.core.reading.inputs import Input
    from corpuskit.sources.trees.licenses import Statements
    from corpuskit.text.code.programming_languages import Language

SHORT_LINED = frozenset({"CSS", "Less", "Sass", "SCSS", "Stylus"})
"""Languages, besides programming languages, whose lines are short if written by hand."""
COMPILED_SUFFIXES = frozenset(
    {".a", ".class", ".dll", ".dylib", ".exe", ".lib", ".o", ".obj", ".pyc", ".pyd", ".pyo", ".so", ".wasm"}
)
"""What compilers write, wherever it lies."""


@dataclass(frozen=True)
class Code(Source):
    """Read source trees as documents, one per file, without vendored, generated and minified files.

    The language follows from the file's name (about 300 suffixes, Makefile and the like) or, for files without a
    suffix, from the interpreter in the first line. The id is the path. Metadata: `path` and `programming_language`.

    The licence of a file is that of an SPDX-License-Identifier at its top; else what the nearest folder above it states
    in the metadata of a package (pyproject.toml, package.json, Cargo.toml and others) or in a file such as LICENSE,
    which is recognised by its text. `license_evidence` names the file. Texts that are no known licence state nothing.

    Of a Jupyter notebook the cells of prose and code become one Markdown document, in order and without outputs; its
    language is that of the code.

    A zip or tar that is named itself is read as the tree in it, without unpacking to disk.

    Drops: `compiled` (.pyc, .class, .so …), `vendored` (node_modules, third_party, site-packages …), `generated` (names
    such as *_pb2.py, marks such as "DO NOT EDIT" in a comment at the top), `minified` (a mean line above the limit with
    hardly any white space, or three quarters of the text in lines above the limit), each with its rule and figures;
    `not-code`, `other-language`, `binary`, `too-large`, `empty`. Rejects: `undecodable`, `damaged-text`,
    `bad-notebook`; for archives `archive-in-archive`, `encrypted`, `member-too-large` (256 MiB) and `unsafe-path`.
    Compiled and vendored files, and files whose name shows that they are not code, are not opened, so their drops hold
    no text.
    Holds one file at a time in memory.

        corpuskit code src/ --languages python,rust --source code --origin public_dataset --license MIT
    """

    languages: Annotated[tuple[str, ...], "Languages to keep, by name in any case (`python,c++`); all by default."] = ()
    kinds: Annotated[
        tuple[Literal["programming", "markup", "prose", "data"], ...], "Kinds of language that count as code."
    ] = ("programming", "markup")
    keep: Annotated[
        tuple[Literal["vendored", "generated", "minified"], ...], "Files to keep that are dropped by default."
    ] = ()
    max_bytes: Annotated[int, "Largest file, in bytes."] = 1024 * 1024
    max_mean_line: Annotated[int, "Longest mean line, in characters, of a file written by hand."] = 100
    max_line: Annotated[int, "Longest line, in characters, of a file written by hand."] = 1000
    exclude: Annotated[tuple[str, ...], EXCLUDE_HELP] = ()
    encoding: Annotated[
        str | None, "Encoding of all files; by default the declared one, else UTF-8, else detected."
    ] = None

    def __post_init__(self) -> None:
        """Raise UsageError for unknown languages and encodings, and for limits below 1."""
        for option, value in (
            ("max-bytes", self.max_bytes),
            ("max-mean-line", self.max_mean_line),
            ("max-line", self.max_line),
        ):
            if value < 1:
                raise misfit(option, "a number from 1 on", value)
        demand_known_encoding(self.encoding, "utf-8 or cp1252")
        if self.languages:
            self._demand_languages()

    def options(self) -> dict[str, Any]:
        """Return the options, `exclude` only if given: chains of before it was one stay as they are."""
        return {key: value for key, value in super().options().items() if value or key != "exclude"}

    def checked_inputs(self, inputs: "list[Input]") -> "list[Input]":
        """Return the inputs without those that `exclude` names. Raises UsageError for those that are not read."""
        return super().checked_inputs(without_excluded(inputs, self.exclude))

    def resolve(self, arguments: "Sequence[str | Path]", *, allow_private: bool = False) -> "list[Input]":
        """Return the files, each with the licence that its folder states. Raises UsageError for those not read."""
        from corpuskit.sources.trees.licenses import licenses_of, metadata_for

        inputs = super().resolve(arguments, allow_private=allow_private)
        statements = licenses_of(inputs)
        for input_ in inputs if statements else ():
            input_.stated_metadata = metadata_for(input_.name, statements)
        return inputs

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the document of a file, or the drop or reject that says why there is none; of each file in an archive.

        An archive in a source tree is no code: only one that is named itself is opened.
        """
        archive = archive_of_name(input_.name) if input_.is_named else None
        if archive is None:
            yield self._read(input_)
            return
        from corpuskit.formats.archives import items_of_archive
        from corpuskit.sources.trees.licenses import metadata_for

        statements = _licenses_in(input_, archive)

        def read_member(member: "Input") -> Iterator[Item]:
            member.stated_metadata = metadata_for(member.name, statements)
            yield self._read(member)

        yield from items_of_archive(input_, archive, read_member)

    def _read(self, input_: "Input") -> Item:
        return with_stated_metadata(self._read_file(input_), input_.stated_metadata)

    def _read_file(self, input_: "Input") -> Item:
        from corpuskit.text.code import programming_languages
        from corpuskit.text.code.notebooks import MAX_BYTES, SUFFIX
        from corpuskit.text.code.source_files import vendored_by

        path = input_.name
        name = _without_compression(path)
        if PurePosixPath(name).suffix.lower() in COMPILED_SUFFIXES:
            return _drop_unread(path, "compiled")
        # The folder that is named is what the user wants, whatever it is called.
        rule = None if "vendored" in self.keep else vendored_by(name.partition("/")[2] or name)
        if rule:
            return _drop_unread(path, "vendored", **rule)
        language = programming_languages.language_by_name(name)
        if language is None and PurePosixPath(name).suffix:
            return _drop_unread(path, "not-code")
        is_notebook = name.lower().endswith(SUFFIX)
        is_certain = language is not None and not is_notebook and not programming_languages.is_ambiguous(name)
        reason = self._reason_against(language) if language and is_certain else None
        if reason:
            return _drop_unread(path, reason, language)
        data = read_whole_file(input_, max(MAX_BYTES, self.max_bytes) if is_notebook else self.max_bytes)
        if not isinstance(data, Rejected):
            return self._notebook(path, data) if is_notebook else self._document(path, data, language)
        if data.reason == "document-too-large":
            return _drop_unread(path, "too-large", language, max_bytes=self.max_bytes)
        return data

    def _document(self, path: str, data: bytes, language: "Language | None") -> Item:
        from corpuskit.formats.text_encoding import byte_order_mark, decode_text
        from corpuskit.text.code import programming_languages
        from corpuskit.text.code.source_files import declared_encoding

        if b"\0" in data and byte_order_mark(data)[1] is None:
            return _drop_unread(path, "binary", language)
        if not data.strip():
            return _drop_unread(path, "empty", language)
        language = language or programming_languages.language_by_shebang(data)
        if language is None:
            return _drop_unread(path, "not-code")
        try:
            text = decode_text(data, self.encoding or declared_encoding(data))
        except Reject as reject:
            return Rejected(reject.reason, path, 0, data, reject.detail)
        language = programming_languages.language_by_content(_without_compression(path), text, language)
        document = Document(path, text, self._metadata(path, text, language))
        reason = self._reason_against(language)
        if reason:
            return Drop(document, reason)
        return self._drop_of_unwritten(document, language) or document

    def _notebook(self, path: str, data: bytes) -> Item:
        """Return the cells of a notebook as a document in the language of their code."""
        from corpuskit.text.code.notebooks import read_notebook
        from corpuskit.text.code.programming_languages import Language, language_called

        try:
            notebook = read_notebook(data)
        except Reject as reject:
            return Rejected(reject.reason, path, 0, data, reject.detail)
        language = language_called(notebook.language) or Language(notebook.language, "programming")
        if not notebook.text:
            return _drop_unread(path, "empty", language)
        if len(notebook.text.encode()) > self.max_bytes:
            return _drop_unread(path, "too-large", language, max_bytes=self.max_bytes)
        metadata = self._metadata(path, notebook.text, language) | {"content_type": "text/markdown"}
        document = Document(path, notebook.text, metadata)
        reason = self._reason_against(language)
        return Drop(document, reason) if reason else document

    def _reason_against(self, language: "Language") -> str | None:
        """Return the reason to drop files in this language; None if the options keep them."""
        if language.kind not in self.kinds and not self._is_listed(language):
            return "not-code"
        return "other-language" if self.languages and not self._is_listed(language) else None

    def _is_listed(self, language: "Language") -> bool:
        return language.name.lower() in {name.lower() for name in self.languages}

    def _drop_of_unwritten(self, document: Document, language: "Language") -> Drop | None:
        """Return the drop of a file that nobody wrote by hand, with rule and figures; None for any other."""
        from corpuskit.text.code import source_files

        path, text = _without_compression(document.id), document.text
        if "generated" not in self.keep and (rule := source_files.generated_by(path, text)):
            return Drop(document, "generated", rule)
        is_short_lined = language.kind == "programming" or language.name in SHORT_LINED
        limits = (self.max_mean_line, self.max_line) if is_short_lined else (self.max_bytes, self.max_bytes)
        if "minified" not in self.keep and (rule := source_files.minified_by(path, text, *limits)):
            return Drop(document, "minified", rule)
        return None

    def _metadata(self, path: str, text: str, language: "Language") -> dict[str, Any]:
        metadata = {"content_type": "text/plain"}
        expression = self._license(text)
        if expression:
            metadata |= {"license": expression, "license_evidence": "SPDX header"}
        return metadata | {"path": path, "programming_language": language.name}

    def _license(self, text: str) -> str | None:
        """Return the SPDX expression of all headers together in canonical form; None without a valid one."""
        from corpuskit.text.code.source_files import spdx_licenses

        expressions = spdx_licenses(text)
        if not expressions:
            return None
        from license_expression import ExpressionError

        license_ = (
            expressions[0] if len(expressions) == 1 else " AND ".join(f"({expression})" for expression in expressions)
        )
        try:
            return str(self._licensing.parse(license_, validate=True, strict=True))
        except ExpressionError:
            return None

    @cached_property
    def _licensing(self) -> Any:
        from license_expression import get_spdx_licensing

        return get_spdx_licensing()

    def versions(self) -> dict[str, str]:
        """Return the version of the list of SPDX licences."""
        from corpuskit.core.startup import installed_version

        return {"license-expression": installed_version("license-expression")}

    def _demand_languages(self) -> None:
        from corpuskit.text.code.programming_languages import language_names

        names = {name.lower(): name for name in language_names()}
        for name in self.languages:
            if name.lower() not in names:
                near = nearest(name.lower(), names)
                hint = f" (did you mean `{names[near]}`?)" if near else "; use their common English names"
                raise misfit("languages", "names of languages", name, hint)


def _licenses_in(archive: "Input", format_name: str) -> "Statements":
    """Return what the folders in an archive state, for which it is read once more; of one from a pipe, nothing."""
    from corpuskit.formats.archives import items_of_archive
    from corpuskit.sources.trees.licenses import TreeLicenses
    from corpuskit.text.code.source_files import vendored_by

    licenses = TreeLicenses()
    if not archive.is_stream and archive.local_path is not None:

        def look(member: "Input") -> Iterator[Item]:
            if not vendored_by(member.name.partition("/")[2]):
                licenses.add(member)
            return iter(())

        for _ in items_of_archive(archive.unread_copy(), format_name, look):
            pass
    return licenses.statements()


def _without_compression(path: str) -> str:
    """Return the path without the suffix of a compression."""
    return re.sub(r"\.(?:gz|zst|bz2|xz)$", "", path)


def _drop_unread(path: str, reason: str, language: "Language | None" = None, **values: Any) -> Drop:
    """Return the drop of a file without its text."""
    metadata = {"path": path} | ({"programming_language": language.name} if language else {})
    return Drop(Document(path, "", metadata), reason, values)
