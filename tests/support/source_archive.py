"""The source archive: what builds the package, and its tests, examples and pages of documentation."""

from collections.abc import Iterable
from pathlib import Path

from setuptools.command.sdist import sdist

FOLDERS = ("docs", "examples", "tests")


class SourceArchive(sdist):
    """Make a source archive: a `MANIFEST.in` would be one more file at the top."""

    def make_release_tree(self, base_dir: str, files: Iterable[str]) -> None:
        """Put the files into the folder that is archived."""
        super().make_release_tree(base_dir, sorted({*map(str, files), *_files_in(FOLDERS)}))


def _files_in(folders: Iterable[str]) -> set[str]:
    paths = (path for folder in folders for path in Path(folder).rglob("*"))
    return {str(path) for path in paths if path.is_file() and "__pycache__" not in path.parts}
