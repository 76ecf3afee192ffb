"""Archives: the files in a zip, or in a tar of any compression, one by one and without unpacking to disk.

Nothing is written, so no name can lead out of the archive; one that tries is rejected all the same. Sources:
APPNOTE.TXT 6.3.10 (zip); POSIX.1-2001, pax interchange format (tar). The standard library reads both, in our bounds.
"""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from corpuskit.core.disk.regular_file import read_at_most
from corpuskit.core.document import Reject
from corpuskit.core.outcome import Item, Rejected
from corpuskit.core.reading.input_kinds import archive_of_name
from corpuskit.core.reading.inputs import CUT_LINE, Input
from corpuskit.core.reading.members import FREE_BYTES, RATIO
from corpuskit.core.wording import printable_name

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_MEMBER = 256 * 1024 * 1024
"""Most bytes of one member, which is held in memory."""
MAX_FROM_PIPE = 1024 * 1024 * 1024
"""Most bytes of a zip from a pipe, whose directory is at its end."""
FAULTS = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
)
"""What the standard library raises for damaged archives."""

_FAULTS_IN_WORDS = (
    (zipfile.BadZipFile, "it is cut, or its directory or a checksum is wrong"),
    (tarfile.TarError, "it is cut, or a header is wrong"),
    (zlib.error, "its compressed bytes are damaged"),
    (EOFError, "it is cut"),
    (NotImplementedError, "its compression is not read"),
)


def fault_in_words(error: BaseException) -> str:
    """Return what an error of the standard library says of an archive.

    >>> fault_in_words(zlib.error("Error -3"))
    'its compressed bytes are damaged'
    """
    return next((words for kind, words in _FAULTS_IN_WORDS if isinstance(error, kind)), "its bytes are damaged")


MemberItem = Input | Rejected


def items_of_archive(input_: Input, format_name: str, read: Callable[[Input], Iterator[Item]]) -> Iterator[Item]:
    """Yield what `read` makes of each member of an archive, `zip` or `tar` by `format_name`.

    A member is an input whose name is the archive's and its own; what is damaged in it is damage of the archive.
    """
    members = _of_zip(input_) if format_name == "zip" else _of_tar(input_)
    for member in members:
        if isinstance(member, Rejected):
            yield member
            continue
        try:
            yield from read(member)
        except Reject as reject:
            yield Rejected(reject.reason, member.name, 0, detail=reject.detail)
        _carry_findings(member, input_)


def _carry_findings(member: Input, archive: Input) -> None:
    name = member.name.removeprefix(f"{archive.name}/")
    for what, offset, lost in member.damage:
        archive.damaged(f"{name}: {what}", offset, lost)
    if member.findings.cut_line is not None:
        archive.damaged(f"{name}: {CUT_LINE}", *member.findings.cut_line)
    for remark, times in member.findings.remarks.items():
        archive.findings.remarks[remark] += times


def _of_zip(input_: Input) -> Iterator[MemberItem]:
    with input_.open() as stream:
        data: Any = stream
        if input_.is_stream or not stream.seekable():
            data = io.BytesIO(read_at_most(stream, MAX_FROM_PIPE + 1))
            if data.getbuffer().nbytes > MAX_FROM_PIPE:
                raise Reject("document-too-large", "more than 1 GiB of zip from a pipe; name the file instead")
        try:
            archive = zipfile.ZipFile(data)
        except FAULTS as error:
            input_.damaged(f"the zip cannot be read ({fault_in_words(error)})", 0, data.seek(0, io.SEEK_END))
            return
        with archive:
            _demand_one_archive(archive, data, input_)
            expanded, stored = 0, data.seek(0, io.SEEK_END)
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                member = None if entry.is_dir() or _is_link(entry, input_) else _of_entry(archive, entry, input_)
                if isinstance(member, Input):
                    expanded += len(member.content or b"")
                if expanded > FREE_BYTES and expanded > RATIO * stored:
                    input_.damaged(f"expands more than {RATIO}-fold; the rest of it was not read", 0, 0)
                    return
                if member is not None:
                    yield member


def _demand_one_archive(archive: zipfile.ZipFile, data: BinaryIO, input_: Input) -> None:
    """Report an archive that stands before this one in the file: the directory at the end does not list its members."""
    begins_at = min((entry.header_offset for entry in archive.infolist()), default=0)
    data.seek(0)
    if begins_at and data.read(4) == b"PK\x03\x04":
        what = "another zip stands before the one that was read; only the last of zips that are joined can be read"
        input_.damaged(what, 0, begins_at)


def _is_link(entry: zipfile.ZipInfo, input_: Input) -> bool:
    """Whether an entry is a symbolic link, by the Unix mode in its upper 16 bits."""
    is_link = entry.create_system == 3 and (entry.external_attr >> 16) & 0o170000 == 0o120000
    if is_link:
        input_.remark("a link in it is passed over")
    return is_link


def _of_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, input_: Input) -> MemberItem | None:
    name = _member_name(entry.filename, input_)
    if name is None or isinstance(name, Rejected):
        return name
    if entry.flag_bits & 1:
        return Rejected("encrypted", name, 0, detail="it has a password; unpack it")
    if entry.file_size > MAX_MEMBER:
        return _too_large(name, entry.file_size)
    try:
        with archive.open(entry) as stream:
            return Input(name, content=stream.read(MAX_MEMBER))
    except FAULTS as error:
        what = f"{printable_name(entry.filename)} cannot be read ({fault_in_words(error)})"
        input_.damaged(what, entry.header_offset, entry.compress_size)
        return None


def _of_tar(input_: Input) -> Iterator[MemberItem]:
    blocks = _Blocks(input_.blocks())
    with closing(blocks):
        try:
            archive = tarfile.open(fileobj=cast(BinaryIO, blocks), mode="r|")  # noqa: SIM115 - closed below
        except FAULTS as error:
            input_.damaged(f"the tar cannot be read ({fault_in_words(error)})", 0, input_.reach)
            return
        with archive:
            yield from _of_open_tar(archive, blocks, input_)


def _of_open_tar(archive: tarfile.TarFile, blocks: "_Blocks", input_: Input) -> Iterator[MemberItem]:
    while True:
        at = input_.reach
        blocks.left = MAX_MEMBER + tarfile.RECORDSIZE
        try:
            entry = archive.next()
            # The library keeps each header it has seen; an archive may have millions.
            archive.members.clear()  # type: ignore[attr-defined]
            if entry is None:
                # To the library, a broken or cut header looks like the end.
                if _has_data(archive, blocks) or blocks.size % tarfile.BLOCKSIZE:
                    input_.damaged("bytes after what looks like the end of the tar", at, input_.reach - at)
                elif blocks.size <= archive.offset:
                    # POSIX pax, "ustar Interchange Format": two blocks of zeros end an archive; one passes, as in tar.
                    input_.damaged("the tar ends without its mark of the end, so members may be missing", at, 0)
                return
            member = _of_tar_entry(archive, entry, blocks, input_)
        except FAULTS as error:
            input_.damaged(f"the rest of the tar cannot be read ({fault_in_words(error)})", at, input_.reach - at)
            return
        if member is not None:
            yield member


def _has_data(archive: tarfile.TarFile, blocks: "_Blocks") -> bool:
    """Read what follows the last member; whether any of it is not zero."""
    has_data = False
    stream = cast(BinaryIO, archive.fileobj)
    while rest := stream.read(tarfile.RECORDSIZE):
        has_data = has_data or any(rest)
        blocks.left = MAX_MEMBER
    return has_data


def _of_tar_entry(
    archive: tarfile.TarFile, entry: tarfile.TarInfo, blocks: "_Blocks", input_: Input
) -> MemberItem | None:
    if not entry.isfile():
        if not entry.isdir():
            input_.remark("a link or device in it is passed over")
        return None
    name = _member_name(entry.name, input_)
    if name is None or isinstance(name, Rejected):
        blocks.left += entry.size
        return name
    if entry.size > MAX_MEMBER:
        blocks.left += entry.size
        return _too_large(name, entry.size)
    blocks.left = entry.size + tarfile.RECORDSIZE
    stream = archive.extractfile(entry)
    assert stream is not None
    return Input(name, content=stream.read())


class _Blocks:
    """Decompressed blocks as the file that `tarfile` reads from, no more of it than `left` bytes at a time."""

    def __init__(self, blocks: "Iterable[bytes]") -> None:
        self._blocks = iter(blocks)
        self._rest = b""
        self.left, self.size = MAX_MEMBER, 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes. Raises ValueError for headers larger than any member."""
        if not self._rest:
            self._rest = next(self._blocks, b"")
        block, self._rest = self._rest[:size], self._rest[size:]
        self.left -= len(block)
        self.size += len(block)
        if self.left < 0:
            raise ValueError("a header without end")
        return block

    def close(self) -> None:
        """Close the blocks, and so the file they come from."""
        if hasattr(self._blocks, "close"):
            self._blocks.close()


def _member_name(name: str, input_: Input) -> str | Rejected | None:
    """Return an input's name for a member; None for a hidden one; a reject for one that is no file of the archive's."""
    path = PurePosixPath(name.replace("\\", "/"))
    full_name = printable_name(str(path)).lstrip("/")
    if not input_.is_stream:
        full_name = f"{input_.name}/{full_name}"
    if path.is_absolute() or ".." in path.parts:
        return Rejected("unsafe-path", input_.name, 0, detail=f"a member is named {printable_name(name)!r}")
    if any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
        return None
    if archive_of_name(path.name):
        return Rejected("archive-in-archive", full_name, 0, detail="unpack the outer one")
    return full_name


def _too_large(name: str, size: int) -> Rejected:
    detail = f"{size} bytes, at most {MAX_MEMBER} in an archive; unpack it"
    return Rejected("member-too-large", name, 0, detail=detail)
