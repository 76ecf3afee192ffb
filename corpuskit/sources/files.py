"""`files`: JSONL, JSON, CSV, TSV, Parquet, Arrow and plain text become documents."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from corpuskit.core.document import (
    BYTE_ORDER_MARK,
    MAX_LINE,
    NUMBER_AS_ID,
    Document,
    Reject,
    decode,
    encode,
    parse_lossless,
    text_hash,
)
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.reading.exclusion import EXCLUDE_HELP, without_excluded
from corpuskit.core.reading.input_kinds import archive_of_name, demand_any_of_kind, demand_kind
from corpuskit.core.step import Drop, Item, Rejected, Source
from corpuskit.core.wording import comma_list, excerpt
from corpuskit.formats.detect import SUFFIXES, format_by_name, format_of
from corpuskit.formats.fields import WantedColumns, candidates, holder_of, stated_id
from corpuskit.formats.text_encoding import demand_known_encoding
from corpuskit.formats.text_lines import text_lines
from corpuskit.formats.whole_file import read_whole_file
from corpuskit.text.turns import TURNS, render, turns_of_fields

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.formats.tables.csv import CsvRow

CONTENT_TYPES = {"text": "text/plain", "markdown": "text/markdown", "html": "text/html"}
ARCHIVES = ("zip", "tar")
TABLES = ("csv", "tsv")
COLUMNAR = ("parquet", "arrow")
FORMATS_OF_OPTIONS = {
    "delimiter": TABLES,
    "encoding": (*TABLES, *CONTENT_TYPES),
    "columns": (*TABLES, *COLUMNAR),
    "turns": ("jsonl", "json", *TABLES, *COLUMNAR),
    "lines": ("text", "markdown"),
}
"""The formats for which an option means something."""
MAX_TEXT_FILE = 32 * 1024 * 1024
LINES_INSTEAD = "; `--lines` makes each line a document"
UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Files(Source):
    """Read JSONL, JSON, CSV, TSV, Parquet, Arrow, text, Markdown and HTML files as documents.

    The format follows from the file's name (without any .gz, .zst, .bz2, .xz), or from its content if the name does not
    tell; a pipe is JSONL unless `--format` says otherwise. Of a zip or tar, each file is read as if it had been named,
    without unpacking to disk; hidden files and links in it are passed over. A line, an element of a JSON array or a row
    of a table is one document, and so is a whole text, Markdown or HTML file of up to 32 MiB; `extract` turns HTML into
    text. Other fields of JSON stay where they are; other columns of a table become metadata, without null cells. The id
    is the value under `--id-key`, else the record's own `id`, else a hash of the text; for a whole file it is the
    file's name. Parquet files that corpuskit wrote give back the original documents.

    `--turns` names the fields of a chat (`messages`), of an example (`prompt,completion`) or of a pair
    (`prompt,chosen,rejected`, or `chosen,rejected` for two whole conversations). They become the text, of type
    `text/x-turns`: each turn opens with a line such as `<|user|>`, so masking, dedup and all other steps see the words.

    Drops `empty`: a text, Markdown or HTML file with nothing but white space.

    Rejects: what is not a valid JSONL record; `no-text`, `bad-turns`, `bad-id`, `bad-metadata`; for CSV `bad-row` and
    `row-too-long`; for Parquet `binary-value`; `undecodable`; `not-text` for a file of zeros or other binary data;
    `cut-row` and `damaged-text` if part of a compressed file is missing; for archives `archive-in-archive`,
    `encrypted`, `member-too-large` (256 MiB) and `unsafe-path`. Holds one line, batch of rows, text file, JSON array
    or file of an archive in memory.

        corpuskit files reviews.csv.gz --text-key review_text --source reviews --origin licensed --license CC-BY-4.0
    """

    keeps_documents: ClassVar[bool] = True
    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES

    text_key: Annotated[
        str, "Field or column that holds the text; `data.body` is one within another, and of `a,b` the first there is."
    ] = "text"
    id_key: Annotated[str | None, "Field or column whose value is the id; the value also stays where it is."] = None
    turns: Annotated[tuple[str, ...], "Fields or columns that hold a conversation, in the order of its turns."] = ()
    columns: Annotated[tuple[str, ...], "Other columns of a table to take into metadata; all by default."] = ()
    format: Annotated[
        Literal["auto", "jsonl", "json", "csv", "tsv", "parquet", "arrow", "text", "markdown", "html"],
        "Format of all inputs; auto decides by name, then by content.",
    ] = "auto"
    lines: Annotated[bool, "Make each line of a text file a document, and not the whole file."] = False
    exclude: Annotated[tuple[str, ...], EXCLUDE_HELP] = ()
    delimiter: Annotated[str | None, "Character between columns; by default a comma in CSV, a tab in TSV."] = None
    encoding: Annotated[str | None, "Encoding of CSV, TSV and text; by default UTF-8, else detected."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for options that cannot be followed: delimiter, encoding, turns beside a text key."""
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '\r\n"\0'):
            raise misfit("delimiter", "one character, such as ';', but no quote or line end", self.delimiter)
        if self.turns and self.text_key != "text":
            raise UsageError(f"{spelled('turns', self.turns)} makes the text; leave out {spelled('text-key')}")
        demand_known_encoding(self.encoding, "utf-8, cp1252 or gb18030")
        if self.lines and self.encoding is not None and "\n".encode(self.encoding) != b"\n":
            raise misfit("encoding", "one in which lines end in one byte, with `--lines`", self.encoding)

    @classmethod
    def keeps_documents_with(cls, options: Mapping[str, Any]) -> bool:
        """Return whether no option makes other ids or texts of the fields of a document."""
        return options == cls().options()

    def options(self) -> dict[str, Any]:
        """Return the options, newer ones only if given: chains of before they were options stay as they are."""
        return {
            key: value for key, value in super().options().items() if value or key not in ("turns", "lines", "exclude")
        }

    def checked_inputs(self, inputs: "list[Input]") -> "list[Input]":
        """Return the inputs without those that `exclude` names. Raises UsageError for those that are not read."""
        return super().checked_inputs(without_excluded(inputs, self.exclude))

    def check_inputs(self, inputs: "Sequence[Input]") -> None:
        """Raise UsageError if, by their names, no input is of a format that is read, or none that an option is for."""
        if self.format == "auto":
            demand_any_of_kind(Files.name(), inputs)
        if self.lines and self.format == "auto" and inputs and all(item.is_stream for item in inputs):
            raise UsageError("`--lines` is for text, and a pipe has no name that says so; add `--format text`")
        formats = [format_by_name(item.name) if self.format == "auto" else self.format for item in inputs]
        for option, kinds in FORMATS_OF_OPTIONS.items():
            are_others = [name is not None and name not in kinds for name in formats]
            if getattr(self, option) not in (None, (), False) and formats and all(are_others):
                raise UsageError(f"`--{option}` is for {comma_list(kinds)}; {inputs[0].name} is read as {formats[0]}")

    def gives_html(self, inputs: Sequence[str]) -> bool:
        """Whether the inputs are read as HTML, by `--format` or by a name."""
        return self.format == "html" or (self.format == "auto" and "html" in map(format_by_name, inputs))

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the documents of one file, or of each in an archive, in order.

        Raises Reject for a file of a kind that is not read.
        """
        format_name = self._format_of(input_)
        if format_name in ARCHIVES:
            from corpuskit.formats.archives import items_of_archive

            yield from items_of_archive(input_, format_name, self._read_member)
            return
        yield from self._read_as(format_name, input_)

    def _read_member(self, member: "Input") -> Iterator[Item]:
        format_name = self._format_of(member)
        if format_name in ARCHIVES:
            raise Reject("archive-in-archive", "unpack the outer one")
        yield from self._read_as(format_name, member)

    def _format_of(self, input_: "Input") -> str:
        if self.format != "auto":
            return archive_of_name(input_.name) or self.format
        demand_kind(Files.name(), input_)
        return format_of(input_)

    def _read_as(self, format_name: str, input_: "Input") -> Iterator[Item]:
        if format_name == "jsonl":
            yield from self._read_jsonl(input_)
        elif format_name == "json":
            yield from self._read_json(input_)
        elif format_name in COLUMNAR:
            yield from self._read_columnar(input_, format_name)
        elif self.lines and format_name in ("text", "markdown"):
            yield from self._read_lines(input_, CONTENT_TYPES[format_name])
        elif format_name in CONTENT_TYPES:
            yield self._read_text(input_, CONTENT_TYPES[format_name])
        else:
            yield from self._read_table(input_, self.delimiter or ("\t" if format_name == "tsv" else ","))

    def _read_jsonl(self, input_: "Input") -> Iterator[Item]:
        has_default_keys = self._has_default_keys()
        for item in input_.lines():
            if isinstance(item, Rejected):
                input_.findings.count.add(item.raw)
                yield item
                continue
            offset, line = item
            input_.findings.count.add(line)
            record: Any = None
            try:
                record = None if has_default_keys else parse_lossless(line)
                yield decode(line) if has_default_keys else self._of_json(record, input_)
            except Reject as reject:
                yield self._rejected(reject, input_, offset, line, record, "")

    def _read_json(self, input_: "Input") -> Iterator[Item]:
        data = read_whole_file(input_, MAX_LINE)
        if isinstance(data, Rejected):
            yield data
            return
        try:
            value = parse_lossless(data.removeprefix(BYTE_ORDER_MARK).strip())
        except Reject as reject:
            yield Rejected(reject.reason, input_.name, 0, data, reject.detail)
            return
        for number, record in enumerate(value if type(value) is list else [value], start=1):
            raw = _as_json(record)
            try:
                yield self._of_json(record, input_)
            except Reject as reject:
                yield self._rejected(reject, input_, 0, raw, record, f"element {number}: ")

    def _read_text(self, input_: "Input", content_type: str) -> Item:
        from corpuskit.formats.text_encoding import decode_text, demand_text
        from corpuskit.formats.warc.page_encoding import decode_page

        data = read_whole_file(input_, MAX_TEXT_FILE, "" if content_type == CONTENT_TYPES["html"] else LINES_INSTEAD)
        if isinstance(data, Rejected):
            return data
        try:
            is_page = content_type == CONTENT_TYPES["html"] and self.encoding is None
            text = decode_page(data) if is_page else decode_text(data, self.encoding)
            demand_text(text)
        except Reject as reject:
            return Rejected(reject.reason, input_.name, 0, data, reject.detail)
        identifier = text_hash(text) if input_.is_stream else input_.name
        document = Document(identifier, text, {"content_type": content_type})
        return Drop(document, "empty") if not text or text.isspace() else document

    def _read_lines(self, input_: "Input", content_type: str) -> Iterator[Item]:
        """Yield each line that is not blank; its id is the file's name and the line's number."""
        from corpuskit.formats.text_encoding import LARGEST_SHARE_IN_LINES, demand_text

        for line in text_lines(input_):
            if isinstance(line, Rejected):
                yield line
                continue
            if line.number == 1 and self.encoding is None and line.content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
                detail = "UTF-16, whose lines do not end in one byte; convert it to UTF-8, or read it without --lines"
                yield Rejected("undecodable", input_.name, line.offset, line.content, detail)
                return
            try:
                text = line.content.decode(self.encoding or ("utf-8-sig" if line.number == 1 else "utf-8"))
            except UnicodeDecodeError:
                detail = f"line {line.number} is not {self.encoding or 'UTF-8'}; name its encoding with --encoding"
                yield Rejected("undecodable", input_.name, line.offset, line.content, detail)
                continue
            text = text.rstrip("\r")
            try:
                demand_text(text, LARGEST_SHARE_IN_LINES)
            except Reject as reject:
                detail = f"line {line.number}: {reject.detail}"
                yield Rejected(reject.reason, input_.name, line.offset, line.content, detail)
                continue
            identifier = text_hash(text) if input_.is_stream else f"{input_.name}:{line.number}"
            yield Document(identifier, text, {"content_type": content_type})

    def _read_table(self, input_: "Input", delimiter: str) -> Iterator[Item]:
        from corpuskit.formats.tables import csv

        names: list[str] = []
        table = csv.open_table(input_, delimiter, self.encoding)
        for row in table.rows:
            if not names and (row.problem or self._wanted_columns.missing_in(csv.column_names(row.fields))):
                table.demand_text()
            if not names and not row.problem:
                names = csv.column_names(row.fields)
                self._wanted_columns.demand(names, input_.name)
                continue
            try:
                yield self._of_fields(names, row)
            except Reject as reject:
                raw = row.text.encode("utf-8", "surrogateescape")
                record = dict(zip(names, row.fields, strict=False)) if not row.problem else None
                yield self._rejected(reject, input_, row.offset, raw, record, "")
            if not names:
                input_.damaged("the header cannot be read, and so no row", 0, 0)
                return

    def _read_columnar(self, input_: "Input", format_name: str) -> Iterator[Item]:
        from corpuskit.formats.tables import arrow_reader, parquet_reader, record_table

        table = arrow_reader.open_arrow(input_) if format_name == "arrow" else parquet_reader.open_parquet(input_)
        if table is None:
            return
        names = table.column_names
        is_ours = record_table.is_record_table(table.schema) and self._has_default_keys()
        if not is_ours:
            self._wanted_columns.demand(names, input_.name)
        needed = {key.partition(".")[0] for key in (*self._text_fields(), self.id_key or "id")}
        needed |= {*self._text_fields(), self.id_key or "id", *self.columns}
        columns = [name for name in names if name in needed] if self.columns and not is_ours else None
        with table:
            for number, row in enumerate(table.rows(columns), start=1):
                try:
                    document = self._of_columnar_row(row, is_ours)
                    if input_.dataset is not None and is_ours:
                        input_.findings.count.add(encode(document))
                    yield document
                except Reject as reject:
                    content = b"" if isinstance(row, Reject) else _as_json(row)
                    yield self._rejected(reject, input_, 0, content, row, f"row {number}: ")

    def _of_columnar_row(self, row: dict[str, Any] | Reject, is_ours: bool) -> Document:
        from corpuskit.formats.tables import parquet_reader, record_table

        if isinstance(row, Reject):
            raise row
        return record_table.document(row) if is_ours else self._of_row(parquet_reader.plain_row(row))

    @property
    def _wanted_columns(self) -> WantedColumns:
        return WantedColumns("turns" if self.turns else "text-key", self._text_fields(), self.id_key, self.columns)

    def _rejected(self, reject: Reject, input_: "Input", offset: int, raw: bytes, record: Any, what: str) -> Rejected:
        """Return a record that cannot be read, with the id that it states: its bytes alone may not tell."""
        identifier = stated_id(record, self.id_key)
        return Rejected(reject.reason, input_.name, offset, raw, f"{what}{reject.detail}", identifier)

    def _of_json(self, record: Any, input_: "Input") -> Document:
        """Return the document of a JSON value; an id key that it lacks is remarked, as a table's is refused."""
        document = self._of_object(record)
        if self.id_key not in (None, "id"):
            holder, name = holder_of(record, self.id_key)
            if holder is None or holder.get(name) is None:
                remark = f"no `{excerpt(self.id_key)}` in a record, whose id is its own or made from its text"
                input_.findings.remarks[remark] += 1
        return document

    def _of_object(self, record: Any) -> Document:
        """Return the document of a JSON object; fields other than text, id and metadata stay at the top."""
        if type(record) is not dict:
            raise Reject("not-an-object", "a document is a JSON object")
        text = self._text(record)
        way = NUMBER_AS_ID if self.id_key is None and type(record.get("id")) in (int, float) else ""
        identifier = self._id(record, text)
        metadata = record.pop("metadata", None)
        if metadata is not None and type(metadata) is not dict:
            raise Reject("bad-metadata", "`metadata` is not an object")
        # If other fields serve as text and id, the fields `text` and `id` move to the metadata.
        reserved = {key: record.pop(key) for key in ("id", "text") if key in record}
        content_type = self._content_type()
        return Document(identifier, text, {**(metadata or {}), **reserved, **content_type}, record, way=way)

    def _of_fields(self, names: list[str], row: "CsvRow") -> Document:
        if row.problem:
            raise Reject(row.problem, row.detail)
        if not row.text.isascii() and UNDECODED.search(row.text):
            raise Reject("undecodable", "bytes of another encoding than the rest of the file")
        return self._of_row(dict(zip(names, row.fields, strict=True)))

    def _of_row(self, row: dict[str, Any]) -> Document:
        """Return the document of a row; columns other than text and id become metadata."""
        text = self._text(row)
        identifier = self._id(row, text)
        if self.columns:
            row = {key: value for key, value in row.items() if key in self.columns}
        nested = row.pop("metadata") if type(row.get("metadata")) is dict else {}
        return Document(identifier, text, {**nested, **row, **self._content_type()})

    def _has_default_keys(self) -> bool:
        """Whether records are documents as they stand."""
        return not self.turns and self.text_key == "text" and self.id_key is None

    def _text_fields(self) -> tuple[str, ...]:
        """Return the fields that become the text."""
        return self.turns or candidates(self.text_key)

    def _content_type(self) -> dict[str, str]:
        """Return the metadata that tells what the text is, if it is not plain."""
        return {"content_type": TURNS} if self.turns else {}

    def _text(self, record: dict[str, Any]) -> str:
        if self.turns:
            text = render(turns_of_fields(record, self.turns))
            for field in self.turns:
                del record[field]
            return text
        for key in self._text_fields():
            holder, name = holder_of(record, key)
            if holder is not None and type(holder.get(name)) is str:
                return str(holder.pop(name))
        raise Reject("no-text", f"`{self.text_key}` is missing or not a string")

    def _id(self, record: dict[str, Any], text: str) -> str:
        holder, name = holder_of(record, self.id_key or "")
        value = holder.get(name) if holder is not None else None
        if value is None or self.id_key == "id":
            value = record.pop("id", None)
        if value is None or value == "":
            return text_hash(text)
        if type(value) not in (str, int, float):
            raise Reject("bad-id", "the id is neither a string nor a number")
        return str(value)


def _as_json(value: Any) -> bytes:
    import orjson

    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
