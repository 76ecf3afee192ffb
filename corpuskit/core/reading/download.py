"""Keep what an address gives as a file: whole or not at all, and continued where an earlier run was cut off."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import demand_lock
from corpuskit.core.errors import PublishError, what_to_do
from corpuskit.core.reading.remote import RemoteStream

__all__ = ["copy_path_of", "demand_no_links", "download", "keeping"]

BLOCK = 1024 * 1024


def copy_path_of(folder: Path, url: str) -> Path:
    """Return where the copy of what a URL gives lies in a folder; a query is told by its hash.

    >>> copy_path_of(Path("kept"), "https://data.example.org/crawl/a.warc.gz").as_posix()
    'kept/data.example.org/crawl/a.warc.gz'
    """
    import hashlib
    from urllib.parse import quote, unquote, urlsplit

    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].replace(":", "-") or "-"
    # No part of a path may lead out of the folder, or be longer than a name of a file.
    names = [quote(unquote(name), safe=" +@=,~")[:200] for name in parts.path.split("/")]
    names = [name for name in names if name.strip(".")] or ["index"]
    if parts.query:
        names[-1] = f"{hashlib.sha256(parts.query.encode()).hexdigest()[:16]}-{names[-1]}"
    return folder.joinpath(quote(host, safe="") or "-", *names)


def demand_no_links(folder: Path, path: Path) -> None:
    """Raise PublishError if anything from a folder of copies to a path in it is a link, which may lead out of it."""
    for part in (path, *path.parents):
        if part == folder or folder not in part.parents:
            return
        if part.is_symlink():
            raise PublishError(f"{str(part)!r} is a link; the folder of --save must hold none: choose another")


def download(url: str, path: Path, *, allow_private: bool = False) -> Path:
    """Return the path of a local copy, made first if there is none. Raises what `RemoteStream` and the disk do.

    Bytes that an earlier run left are kept if the server says that the content is still the same one (by its size and
    its ETag or date), and can send the rest.
    """
    if path.exists():
        return path
    part, version_file = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.version")
    with keeping(path):
        filesystem.make_folder(path.parent, parents=True, exist_ok=True)
        descriptor = filesystem.open_lock(part)
    demand_lock(descriptor, part, option="--save")
    with filesystem.of_descriptor(descriptor) as file:
        if path.exists():  # another run has made it in between
            filesystem.remove(part, missing_ok=True)
            return path
        stream = RemoteStream(url, allow_private=allow_private)
        with stream, keeping(path):
            version = repr(stream.version).encode()
            # ETag or date: a size alone does not tell two contents apart.
            can_go_on = stream.seekable() and any(stream.version[1:])
            same = can_go_on and version_file.is_file() and version_file.read_bytes() == version
            file.seek(0, 2)
            if same and 0 < file.tell() <= (stream.size or 0):
                stream.seek(file.tell())
            else:
                file.seek(0)
                filesystem.truncate(file, 0)
                with filesystem.open_update(version_file) as note:
                    filesystem.truncate(note, 0)
                    note.write(version)
            while block := stream.read(BLOCK):
                filesystem.write_all(file, block)
            filesystem.sync(file.fileno())
            filesystem.replace(part, path)
            filesystem.remove(version_file, missing_ok=True)
    return path


@contextlib.contextmanager
def keeping(path: Path) -> Iterator[None]:
    """Turn a failed write of a copy into a PublishError that names it and what to do."""
    try:
        yield
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror or str(error)
        raise PublishError(
            f"cannot write {str(path)!r}: {reason}. {what_to_do(error)} or choose another --save, and run it again"
        ) from error
