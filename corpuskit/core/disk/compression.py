"""Compressors at fixed settings, so that equal lines are equal bytes."""

from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from zstandard import ZstdCompressor


def compressing_writer(stream: BinaryIO, name: str) -> BinaryIO:
    """Return the stream through the compressor that the name's ending asks for: .zst, .gz, or none.

    Settings are fixed, with a content checksum for zstd, and neither time nor name in a gzip header, so equal lines
    are equal bytes.
    """
    if name.endswith(".zst"):
        return cast(BinaryIO, frame_compressor().stream_writer(stream))
    return _gzip(stream) if name.endswith(".gz") else stream


def frame_compressor() -> "ZstdCompressor":
    """Return what makes zstd frames with a content checksum."""
    import zstandard

    return zstandard.ZstdCompressor(level=3, write_checksum=True)


def quick_compressing_writer(stream: BinaryIO) -> BinaryIO:
    """Return the stream through a quick zstd compressor with a content checksum, for work in progress."""
    import zstandard

    return cast(BinaryIO, zstandard.ZstdCompressor(level=1, write_checksum=True).stream_writer(stream))


def small_compressing_writer(stream: BinaryIO) -> BinaryIO:
    """Return the stream through a quick zstd compressor that takes half a megabyte of memory, for files of passage."""
    import zstandard

    settings = zstandard.ZstdCompressionParameters.from_level(1, window_log=17)
    return cast(BinaryIO, zstandard.ZstdCompressor(compression_params=settings).stream_writer(stream))


def _gzip(stream: BinaryIO) -> BinaryIO:
    import gzip

    class GzipWriter(gzip.GzipFile):
        def close(self) -> None:
            super().close()
            stream.close()

    return cast(BinaryIO, GzipWriter(filename="", mode="wb", fileobj=stream, compresslevel=6, mtime=0))
