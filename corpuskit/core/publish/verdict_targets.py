"""Refuse `--drops` and `--rejects` that would destroy a file that holds neither."""

import os
import re
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.verdicts import bytes_of_rejects
from corpuskit.core.publish.targets import demand_own_kind
from corpuskit.core.reading.inputs import Input

_STRING = rb'"(?:[^"\\]|\\.)*"'
_DROP = rb'\{"id":(?:null|%b),"step":%b,(?:"step_id":%b,)?"reason":%b,"values":\{' % ((_STRING,) * 4)
_REJECT_OF_MIX = rb'%b[^\n]*,"input":%b,"offset":[0-9]+,"sha256":"[0-9a-f]{64}"\}' % (_DROP, _STRING)
"""`mix` writes its rejects as it does its drops, without their bytes."""
_REJECT = rb'\{"input":%b,"offset":[0-9]+,"reason":%b,"sha256":"' % ((_STRING,) * 2)


def demand_verdict_files(drops: Path | None, rejects: Path | None) -> None:
    """Raise UsageError if the files of an earlier run that are to be written anew are not what such a run wrote.

    Devices, pipes and `-` take anything, and what is no file is left to those who open it.
    """
    if drops is not None and os.path.isfile(drops):
        demand_own_kind(drops, "file of drops", "the drops", lambda path: _begins_as(path, _DROP))
    if rejects is None:
        return
    first_lines = (_REJECT, _REJECT_OF_MIX)
    is_new = not os.path.isfile(rejects) or not rejects.stat().st_size
    if not is_new:
        demand_own_kind(rejects, "file of rejects", "the rejects", lambda path: _begins_as(path, *first_lines))
    kept_bytes = bytes_of_rejects(rejects)
    if is_new and kept_bytes != rejects and os.path.isfile(kept_bytes) and kept_bytes.stat().st_size:
        raise UsageError(
            f"{str(kept_bytes)!r} is there without the rejects whose bytes it would hold, and would be overwritten; "
            "remove it, or name another file with --rejects"
        )


def _begins_as(path: Path, *patterns: bytes) -> bool:
    """Whether the first line of a file, compressed or not, has one of these forms, or nothing is compressed in it."""
    file = Input(str(path), local_path=path)
    start = next(file.blocks(), b"")
    if not start:
        return not file.damage
    return any(re.match(pattern, start) for pattern in patterns)
