"""Make the quickstart's inputs from the Python that runs this: the same installation gives the same bytes.

    inputs/pages.warc.gz    documentation of standard modules, rendered to HTML by pydoc, as if it had been crawled
    inputs/stdlib/          source files of the standard library
    inputs/packages.jsonl   README and licence of every installed package, from its metadata

Nothing is downloaded. Apart from Python it needs only warcio, which is installed with corpuskit.
"""

import hashlib
import importlib
import importlib.metadata
import io
import json
import os
import pydoc
import re
import shutil
import sys
import sysconfig
import uuid
import warnings
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

# pydoc imports what it renders, so the list is fixed, and names no module that acts when it is imported.
PAGES = """
    abc argparse array ast asyncio base64 bdb binascii bisect bz2 calendar cmath cmd code codecs codeop collections
    collections.abc colorsys compileall concurrent.futures configparser contextlib contextvars copy copyreg csv
    ctypes dataclasses datetime decimal difflib dis doctest email email.header email.message email.policy
    email.utils enum errno filecmp fileinput fnmatch fractions ftplib functools gc getopt getpass gettext glob
    graphlib gzip hashlib heapq hmac html html.parser http http.client http.cookiejar http.cookies http.server
    imaplib importlib importlib.metadata importlib.resources importlib.util inspect io ipaddress itertools json
    json.decoder json.encoder keyword linecache locale logging logging.config logging.handlers lzma mailbox marshal
    math mimetypes mmap modulefinder multiprocessing multiprocessing.pool netrc numbers operator optparse os os.path
    pathlib pdb pickle pickletools pkgutil platform plistlib poplib posixpath pprint profile pstats py_compile
    pyclbr pydoc queue quopri random re reprlib runpy sched secrets select selectors shelve shlex shutil signal
    smtplib socket socketserver sqlite3 ssl stat statistics string stringprep struct subprocess symtable sysconfig
    tabnanny tarfile tempfile textwrap threading time timeit token tokenize trace traceback tracemalloc types typing
    unicodedata unittest unittest.mock urllib.error urllib.parse urllib.request urllib.response urllib.robotparser
    uuid venv warnings wave weakref webbrowser wsgiref wsgiref.handlers wsgiref.simple_server xml.dom
    xml.dom.minidom xml.etree.ElementTree xml.sax xml.sax.handler xmlrpc.client xmlrpc.server zipapp zipfile
    zipimport zlib zoneinfo
"""

SOURCES = """
    argparse.py ast.py asyncio base64.py bisect.py calendar.py collections concurrent configparser.py contextlib.py
    copy.py csv.py dataclasses.py datetime.py difflib.py email enum.py fnmatch.py fractions.py functools.py glob.py
    graphlib.py gzip.py heapq.py html http importlib inspect.py ipaddress.py json logging mailbox.py multiprocessing
    netrc.py opcode.py operator.py optparse.py pathlib pathlib.py pickle.py pprint.py queue.py random.py re
    reprlib.py sched.py secrets.py selectors.py shelve.py shlex.py shutil.py socket.py sqlite3 statistics.py string
    string.py subprocess.py tarfile.py tempfile.py textwrap.py threading.py timeit.py tokenize.py traceback.py
    types.py typing.py unittest urllib uuid.py wsgiref xml xmlrpc zipfile zipfile.py zoneinfo
"""

CRAWLED = "2024-01-01T00:00:00Z"
SITE = "https://python.example.org/3/"

# What packages usually write into `License`. A licence that is neither listed here nor written as an SPDX expression
# counts as not stated.
HABITS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd 3-clause license": "BSD-3-Clause",
    "the bsd 2-clause license": "BSD-2-Clause",
    "isc license": "ISC",
    "mit license": "MIT",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
# Only classifiers that mean one licence: `BSD License` and `Apache Software License` leave the version open.
CLASSIFIERS = {
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")


class Renderer(pydoc.HTMLDoc):
    """pydoc's own pages, without the values of data: those hold the environment, addresses, and sets in any order."""

    def docother(self, object: object, name: str | None = None, mod: str | None = None, *rest: object) -> str:
        return f"<dl><dt><strong>{name}</strong> ({type(object).__name__})</dt></dl>\n"


def main() -> None:
    folder = Path(__file__).resolve().parent / "inputs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    pages = write_pages(folder / "pages.warc.gz")
    files = copy_sources(folder / "stdlib")
    packages = write_packages(folder / "packages.jsonl")
    print(f"  {pages} pages of documentation, {files} source files, {packages} package descriptions")


def write_pages(path: Path) -> int:
    """Write the archive. Dates are fixed and ids come from what a record holds, so two runs write the same bytes."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    number = 0
    with open(path, "wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for name, page in rendered():
            number += 1
            url, body = f"{SITE}{name}.html", page.encode()
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            digest = hashlib.sha256(url.encode() + b"\0" + body).digest()
            headers = {"WARC-Date": CRAWLED, "WARC-Record-ID": f"<urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}>"}
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=headers
                )
            )
    return number


def rendered() -> Iterator[tuple[str, str]]:
    """Yield name and HTML of every module on the list that this Python has."""
    renderer = Renderer()
    for name in PAGES.split():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = importlib.import_module(name)
                page = renderer.page(pydoc.describe(module), renderer.document(module, name))
        except ImportError:
            continue
        yield name, without_places(page)


def without_places(page: str) -> str:
    """Return the page without what differs from machine to machine: addresses of objects, folders."""
    page = re.sub(r'(?: |&nbsp;)at(?: |&nbsp;)0x[0-9a-fA-F]+|<a href="file:.*?</a>', "", page)
    for folder in (sys.prefix, sysconfig.get_paths()["stdlib"]):
        page = page.replace(folder, "")
    return page


def copy_sources(target: Path) -> int:
    """Copy the chosen part of the standard library; return the number of files."""
    # Without .pyc files and scripts, which are not the same everywhere.
    library = Path(sysconfig.get_paths()["stdlib"])
    number = 0
    for name in SOURCES.split():
        place = library / name
        for source in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            copy = target / source.relative_to(library)
            if source.is_file() and not {"test", "tests"} & set(copy.parts[len(target.parts) :]):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
                number += 1
    return number


def write_packages(path: Path) -> int:
    """Write a document for each installed package with a README; ours, which changes as we work on it, is left out."""
    found = {}
    for distribution in importlib.metadata.distributions():
        document = described(distribution)
        if document["text"].strip() and document["id"].lower() != "corpuskit-cli":
            found.setdefault(document["id"].lower(), document)
    lines = [json.dumps(found[name], ensure_ascii=False) + "\n" for name in sorted(found)]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return len(lines)


def described(distribution: Distribution) -> dict:
    """Return a package as a document: its README, its licence and the field that states it."""
    about = distribution.metadata
    name = about.get("Name") or ""
    expression, evidence = stated_license(about)
    metadata = {
        "title": name,
        "content_type": about.get("Description-Content-Type", "text/plain").split(";")[0],
        "license": expression,
        "license_evidence": evidence,
    }
    kept = {key: value for key, value in metadata.items() if value}
    return {"id": name, "text": about.get("Description") or "", "metadata": kept}


def stated_license(about: "importlib.metadata.PackageMetadata") -> tuple[str | None, str | None]:
    """Return the package's SPDX expression and its field; where two older fields disagree, both must hold."""
    if about.get("License-Expression"):
        return about["License-Expression"], "License-Expression"
    text = (about.get("License") or "").strip()
    field = HABITS.get(text.lower()) or (text if SPDX.fullmatch(text) else None)
    ends = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    classified = [CLASSIFIERS[end] for end in ends if end in CLASSIFIERS]
    licenses = list(dict.fromkeys([field, *classified] if field else classified))
    if not licenses:
        return None, None
    return " AND ".join(licenses), "License" if field else "Classifier"


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Pages show default values, and sets among them are written in an order that the hash seed decides.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606
    main()
