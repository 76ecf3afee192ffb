"""The licences of a source tree: what a folder states holds for all below it, but where a deeper one states its own.

Within a folder, the metadata of a package counts before the text of a licence, since it alone says how several licences
go together; of several texts without it, all apply.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from corpuskit.core.document import Reject
from corpuskit.text.code.license_texts import MAX_CHARACTERS, license_of_text
from corpuskit.text.code.package_licenses import MAX_BYTES, is_license_file, is_package_file, license_of_package
from corpuskit.text.code.source_files import vendored_by

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

Statements = dict[str, tuple[str, str]]
"""By folder: the licence that is stated there, and the path of the file that states it."""


class TreeLicenses:
    """The licences that files of a tree state, as they come."""

    def __init__(self) -> None:
        """Know of none."""
        self._packages: dict[str, dict[str, str]] = defaultdict(dict)
        self._texts: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, input_: "Input") -> None:
        """Read a file, if by its name it states a licence."""
        path = PurePosixPath(input_.name)
        is_text, is_package = is_license_file(path.name), is_package_file(path.name)
        if not (is_text or is_package):
            return
        try:
            data = input_.read_all(MAX_CHARACTERS if is_text else MAX_BYTES)
        except Reject:
            return
        license_ = license_of_text(data.decode("utf-8", "replace")) if is_text else license_of_package(path.name, data)
        if license_:
            (self._texts if is_text else self._packages)[str(path.parent)][input_.name] = license_

    def statements(self) -> Statements:
        """Return what each folder states."""
        statements: Statements = {}
        for files_by_folder in (self._texts, self._packages):
            for folder, files in files_by_folder.items():
                licenses = sorted({*files.values()})
                license_ = licenses[0] if len(licenses) == 1 else " AND ".join(f"({name})" for name in licenses)
                statements[folder] = (license_, ", ".join(sorted(files)))
        return statements


def metadata_for(path: str, statements: Statements) -> Mapping[str, str]:
    """Return the metadata that the nearest folder above a file states; empty if none does."""
    for folder in PurePosixPath(path).parents:
        if (stated_license := statements.get(str(folder))) is not None:
            license_, evidence = stated_license
            return {"license": license_, "license_evidence": evidence}
    return {}


def licenses_of(inputs: "Iterable[Input]") -> Statements:
    """Return what the folders state that these inputs lie in; other people's work in them states nothing of ours."""
    licenses = TreeLicenses()
    for input_ in _in_trees(inputs):
        copy = input_.unread_copy()
        licenses.add(copy)
    return licenses.statements()


def _in_trees(inputs: "Iterable[Input]") -> "Iterator[Input]":
    for input_ in inputs:
        if input_.local_path is not None and not input_.is_named and not vendored_by(input_.name.partition("/")[2]):
            yield input_
