"""Files of which only some are open at a time are read as if all of them were."""

import os
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from corpuskit.core.disk.pooled_file import MOST_OPEN, PooledFile
from corpuskit.core.errors import DamagedError


def open_descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def test_many_files_need_few_descriptors(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(3 * MOST_OPEN)]
    for path in paths:
        path.write_text(path.name)
    before = open_descriptors()
    with ExitStack() as stack:
        files = [stack.enter_context(closing(PooledFile(path))) for path in paths]
        for _ in range(2):
            for path, file in zip(paths, files, strict=True):
                assert os.pread(file.fileno(), 9, 0) == path.name.encode()
                assert open_descriptors() <= before + MOST_OPEN
    assert open_descriptors() == before


def test_a_file_in_anothers_position_is_not_read(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(MOST_OPEN + 1)]
    for path in paths:
        path.touch()
    with ExitStack() as stack:
        first, *_ = [stack.enter_context(closing(PooledFile(path))) for path in paths]
        (tmp_path / "other").touch()
        (tmp_path / "other").replace(paths[0])
        with pytest.raises(DamagedError, match="0 was replaced while it was read"):
            first.fileno()
