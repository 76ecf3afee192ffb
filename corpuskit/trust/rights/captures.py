"""Captures of the files in which hosts declare rights: out of web archives, folders of files, and earlier tables."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.document import Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt
from corpuskit.text.rights.host_files import file_content, host_of, kind_of_file
from corpuskit.text.rights.path_rules import address_path

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.formats.warc.http import Response
    from corpuskit.formats.warc.record import WarcRecord

MAX_FILE = 4 * 1024 * 1024
"""Bytes of a file that are read; RFC 9309 asks for 500 KiB at least."""
ARCHIVE_NAME = re.compile(r"\.(?:warc|arc|wacz)(?:\.[a-z0-9]+)?$", re.IGNORECASE)
_HOST_FOLDER = re.compile(
    r"(?:(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]|\d{1,3}(?:\.\d{1,3}){3}|localhost)(?::\d{1,5})?"
)
_NAMED_BY_HOST = re.compile(r"(.+)\.robots\.txt", re.IGNORECASE)
_OWN_KEYS = frozenset({"kind", "url", "captured", "sha256"})
WELL_KNOWN = ".well-known"
_EMPTY: dict[str, dict[str, Any]] = {
    "robots": {"groups": [], "lines": ""},
    "ai-txt": {"groups": [], "lines": ""},
    "tdmrep": {"entries": []},
}
"""What a file says that is not there: a site that takes its rules away has none from then on."""


class Capture(NamedTuple):
    """What one file of a host said at one time."""

    host: str
    kind: str
    url: str
    first: str
    """Date of the capture in UTC, or of the first of equal ones; empty if nobody says."""
    last: str
    sha256: str
    content: dict[str, Any]


def inputs_of(arguments: Iterable[str], *, allow_private: bool = False) -> "list[Input]":
    """Return the inputs that are named; of a folder all files in it, those below `.well-known` too.

    Links that lead out of a folder are passed over. Raises UsageError for what does not exist, or cannot be read.
    """
    from corpuskit.core.reading.inputs import Input
    from corpuskit.core.reading.resolve import resolve

    inputs = []
    for argument in arguments:
        if os.path.isdir(argument):
            paths = _files_below(argument)
            inputs += [Input(os.path.relpath(path, argument), local_path=Path(path)) for path in paths]
        else:
            inputs += resolve(argument, allow_private=allow_private)
    return inputs


def _files_below(folder: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise UsageError(f"cannot read {str(error.filename)!r}: {error.strerror}")

    real = os.path.realpath(folder)
    paths = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".") or name == WELL_KNOWN]
        for path in (os.path.join(parent, name) for name in names if not name.startswith(".")):
            is_inside = not os.path.islink(path) or os.path.commonpath([real, os.path.realpath(path)]) == real
            if is_inside and os.path.isfile(path):
                paths.append(path)
    return sorted(paths)


def captures_of_archive(records: "Iterable[WarcRecord]", skipped: "Counter[str]") -> Iterator[Capture]:
    """Yield the captures in a web archive, and count in `skipped` why others were passed over."""
    for record in records:
        if record.kind not in ("response", "resource", "arc"):
            continue
        url = record.headers.get("warc-target-uri", "").strip("<> ")
        host = host_of(url)
        if not host:
            continue
        if record.fault or record.size > len(record.block):
            skipped[record.fault or "too large"] += 1
            continue
        try:
            yield from _captures(record, host, url, skipped)
        except Reject as reject:
            skipped[reject.reason] += 1


def capture_of_file(input_: "Input", host: str, date: str) -> Capture | None:
    """Return what a file says, placed below a folder named after its host; None if we read no such file.

    Raises UsageError if no host is named.
    """
    assert input_.local_path is not None
    parts = input_.local_path.absolute().parts
    named = _NAMED_BY_HOST.fullmatch(parts[-1])
    if named and _HOST_FOLDER.fullmatch(named[1].lower()):
        folder_host, path = named[1].lower(), "/robots.txt"
    else:
        folder_host, path = _host_and_path(parts)
    data = _beginning(input_)
    text = decoded_text(data)
    if host or not folder_host:
        path = "/.well-known/tdmrep.json" if parts[-1] == "tdmrep.json" else f"/{parts[-1]}"
    kind = kind_of_file(path, text[:4096])
    if not kind:
        return None
    if not (host or folder_host):
        raise UsageError(
            f"{input_.name}: no host is named; put the file into a folder named after the host, such as "
            "example.org/robots.txt, or name it with --host"
        )
    host = host or folder_host
    url = f"https://{host}{path}"
    return Capture(host, kind, url, date, date, hashlib.sha256(data).hexdigest(), file_content(kind, text))


def _beginning(input_: "Input") -> bytes:
    """Return the first bytes of a file, as many as are read of one in an archive: it goes on to bind, however long."""
    data = bytearray()
    for block in input_.blocks():
        data += block
        if len(data) >= MAX_FILE:
            break
    return bytes(data[:MAX_FILE])


def captures_of_row(row: dict[str, Any]) -> Iterator[Capture]:
    """Yield the captures in a row of an earlier table."""
    for entry in row["files"]:
        content = {key: value for key, value in entry.items() if key not in _OWN_KEYS}
        first, last = entry["captured"] or ("", "")
        yield Capture(row["host"], entry["kind"], entry["url"], first, last, str(entry.get("sha256", "")), content)


def decoded_text(data: bytes) -> str:
    """Return a file's text: UTF-8, or UTF-16 with its mark; what is neither loses those bytes alone."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def date_of(text: str) -> str:
    """Return an ISO 8601 date in UTC, as captures have it; empty if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _host_and_path(parts: tuple[str, ...]) -> tuple[str, str]:
    """Return the host that the nearest folder is named after, and the path below it; an empty host if none is."""
    for index in range(len(parts) - 2, -1, -1):
        if _HOST_FOLDER.fullmatch(parts[index].lower()):
            return parts[index].lower(), "/" + "/".join(parts[index + 1 :])
    return "", f"/{parts[-1]}"


def _captures(record: "WarcRecord", host: str, url: str, skipped: "Counter[str]") -> Iterator[Capture]:
    """Yield the capture in one record. Raises Reject if its body cannot be read."""
    from corpuskit.formats.warc.http import Response, parse_response

    path = address_path(url)
    date = date_of(record.headers.get("warc-date", ""))
    kind = kind_of_file(path, "")
    is_http = record.block.startswith(b"HTTP")
    if not kind and not re.search(r"\.xml$|rsl", path, re.IGNORECASE):
        return
    response = parse_response(record.block) if is_http else Response(200, {}, record.block)
    if 300 <= response.status < 400:
        yield from _redirect(response, host, url, date, kind)
        return
    if 400 <= response.status < 500 and response.status != 429:
        if kind in _EMPTY:
            yield Capture(host, kind, url, date, date, "", _EMPTY[kind])
        return
    if response.status != 200:
        # RFC 9309, section 2.3.1.4: unreachable. What it said before, and says again, stands in other captures.
        skipped[f"status {response.status}"] += 1
        return
    body = response.decoded_body()[:MAX_FILE]
    text = decoded_text(body)
    kind = kind or kind_of_file(path, text[:4096])
    if kind:
        yield Capture(host, kind, url, date, date, hashlib.sha256(body).hexdigest(), file_content(kind, text))


def _redirect(response: "Response", host: str, url: str, date: str, kind: str) -> Iterator[Capture]:
    """Yield where a robots.txt redirects to, if that is the robots.txt of another host."""
    from urllib.parse import urljoin

    try:
        target = urljoin(url, response.headers.get("location", ""))
    except ValueError:
        return
    other = host_of(target)
    if kind == "robots" and other and other != host and address_path(target) == "/robots.txt":
        digest = hashlib.sha256(target.encode("utf-8", "replace")).hexdigest()
        yield Capture(host, "redirect", url, date, date, digest, {"to": excerpt(target, 2000)})
