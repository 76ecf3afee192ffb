"""The licence that the metadata of a package states, in the languages' own files."""

import json
import re
import tomllib
from collections.abc import Callable
from functools import cache
from typing import Any

from corpuskit.core.licenses import expression_problem

MAX_BYTES = 1024 * 1024
LICENSE_FILE = re.compile(r"(?i)(?:licen[cs]e|copying|unlicense)(?:[.-][\w.+-]*)?")
"""Names of files that hold a licence's text; what ends as a program or as data does is none."""
NOT_A_TEXT = re.compile(r"(?i)\.(?:py|js|ts|c|h|go|rs|java|json|ya?ml|toml|html?|png|svg|rb|sh|spdx)\Z")


def is_license_file(name: str) -> bool:
    """Whether a file of this name holds the text of a licence.

    >>> is_license_file("LICENSE-MIT"), is_license_file("license.py")
    (True, False)
    """
    return bool(LICENSE_FILE.fullmatch(name)) and not NOT_A_TEXT.search(name)


def is_package_file(name: str) -> bool:
    """Whether a file of this name holds the metadata of a package."""
    return name in READERS or name.endswith(".gemspec")


def license_of_package(name: str, data: bytes) -> str | None:
    """Return the valid SPDX expression that a package's metadata states; None if there is none."""
    reader = READERS.get(name) or (_of_gemspec if name.endswith(".gemspec") else None)
    if reader is None or len(data) > MAX_BYTES:
        return None
    try:
        return canonical_expression(reader(data.decode("utf-8", "replace")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # what is no valid metadata states nothing


def canonical_expression(license: Any) -> str | None:
    """Return a licence expression as SPDX writes it; None for what is none."""
    from license_expression import ExpressionError

    if not isinstance(license, str) or not license.strip():
        return None
    try:
        expression = str(_licensing().parse(license.replace("/", " OR "), validate=True, strict=True))
    except ExpressionError:
        return None
    return None if expression_problem(expression) else expression


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def _of_pyproject(text: str) -> Any:
    content = tomllib.loads(text)
    license_ = content.get("project", {}).get("license") or content.get("tool", {}).get("poetry", {}).get("license")
    return license_.get("text") if isinstance(license_, dict) else license_


def _of_cargo(text: str) -> Any:
    return tomllib.loads(text).get("package", {}).get("license")


def _of_npm(text: str) -> Any:
    license_ = json.loads(text).get("license")
    return license_.get("type") if isinstance(license_, dict) else license_


def _of_composer(text: str) -> Any:
    license_ = json.loads(text).get("license")
    return " OR ".join(license_) if isinstance(license_, list) else license_


def _of_setup_cfg(text: str) -> Any:
    match = re.search(r"(?m)^license(?:_expression)?[ \t]*=[ \t]*(\S.*)$", text)
    return match[1].strip() if match else None


def _of_python_metadata(text: str) -> Any:
    match = re.search(r"(?m)^License-Expression:[ \t]*(\S.*)$", text.partition("\n\n")[0])
    return match[1].strip() if match else None


def _of_gemspec(text: str) -> Any:
    match = re.search(r"""(?m)\.licenses?\s*=\s*\[?\s*["']([^"']+)["']\s*\]?\s*$""", text)
    return match[1] if match else None


READERS: dict[str, Callable[[str], Any]] = {
    "pyproject.toml": _of_pyproject,
    "Cargo.toml": _of_cargo,
    "package.json": _of_npm,
    "composer.json": _of_composer,
    "setup.cfg": _of_setup_cfg,
    "PKG-INFO": _of_python_metadata,
    "METADATA": _of_python_metadata,
}
"""What states the licence, by the name of the file. PEP 639; doc.rust-lang.org/cargo/reference/manifest.html;
docs.npmjs.com/cli/configuring-npm/package-json; getcomposer.org/doc/04-schema.md."""
