"""Classifiers of fastText (`.bin`, `.ftz`), such as DCLM's, checked before the library reads them.

The library trusts its files: a forged one makes it read and write where it must not. So all that it would believe, from
the counts to the numbers of rows, is checked here against the size of the file (format version 12, as `saveModel` in
fasttext.cc of fastText 0.9.2 writes it).
"""

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.wording import comma_list, did_you_mean, printable_name

__all__ = ["FASTTEXT_MAGIC", "FastTextScorer"]

FASTTEXT_MAGIC = struct.pack("<i", 793712314)
VERSION, SUPERVISED = 12, 3
LABEL = "__label__"
GOOD_LABELS = ("hq", "good", "high", "positive", "1", "keep")
"""Names that good text has in published models; others have to be named."""
LARGEST_WIDTH, MOST_ROWS, LONGEST_GRAM = 10_000, 1 << 31, 100


class FastTextScorer:
    """A classifier of fastText, asked for the probability of one of its labels."""

    def __init__(self, path: Path, label: str | None) -> None:
        """Raises DamagedError for a file that is no whole model, UsageError for a label that it does not have."""
        name = printable_name(path.name or str(path))
        try:
            labels = _labels(path)
        except (struct.error, ValueError, IndexError, OverflowError):
            raise DamagedError(f"the fastText model {name!r} is damaged, or is no classifier; copy it again") from None
        self.label = _chosen_label(name, labels, label)
        self._labels = len(labels)
        self._name = name
        import fasttext

        self._model: Any = fasttext.load_model(str(path))

    def scores(self, texts: Sequence[str]) -> list[float]:
        """Return for each text the probability of the label, to six digits; 0 for a text without words."""
        return [self._score(text) for text in texts]

    def version(self) -> str:
        """Return what answers, and for which label."""
        from corpuskit.core.startup import installed_version

        return f"fasttext-predict {installed_version('fasttext-predict')}, label {self.label}"

    def _score(self, text: str) -> float:
        line = " ".join(text.encode("utf-8", "replace").decode().split())
        if not line:
            return 0.0
        try:
            labels, scores = self._model.predict(line, k=self._labels)
        except RuntimeError:
            raise DamagedError(f"the fastText model {self._name!r} has weights that are no numbers") from None
        by_label = dict(zip(labels, scores, strict=True))
        return round(min(1.0, max(0.0, float(by_label.get(LABEL + self.label, 0.0)))), 6)


def _chosen_label(name: str, labels: list[str], label: str | None) -> str:
    """Return the label of good text. Raises UsageError if it is unknown, or if none is named and none is usual."""
    usual_labels = [label.removeprefix(LABEL)] if label is not None else GOOD_LABELS
    for word in usual_labels:
        if word in labels:
            return word
    has = f"{name!r} has {comma_list(labels[:10])}{' and more' if len(labels) > 10 else ''}"
    if label is None:
        raise UsageError(f"name the label of good text; {has}")
    raise UsageError(f"no label {label!r}; {has}{did_you_mean(label, labels)}")


class _Position:
    """A place in the bytes of a file, which only moves on."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.offset = data, 0

    def unpack(self, layout: str) -> tuple[Any, ...]:
        """Return the next numbers. Raises struct.error at the end of the file."""
        values = struct.unpack_from(layout, self.data, self.offset)
        self.skip(struct.calcsize(layout))
        return values

    def skip(self, size: int) -> None:
        """Move on. Raises ValueError beyond the end of the file."""
        if size < 0 or self.offset + size > len(self.data):
            raise ValueError("size")
        self.offset += size


class _Dictionary(NamedTuple):
    labels: list[str]
    words: int
    pruned_rows: int
    """Rows of pairs and parts of words that are left in a compressed model; -1 if none were taken out."""


def _labels(path: Path) -> list[str]:
    """Return the labels of a model. Raises ValueError or struct.error unless it is a whole classifier."""
    try:
        stream = open_regular(path, follow_links=True)
    except OSError as error:
        raise UsageError(
            f"cannot read the model {printable_name(path.name or str(path))!r}: {error.strerror}"
        ) from None
    with stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position = _Position(data)
        _, version, width, _, _, _, _, grams, loss, kind, buckets, least, most, _, _ = position.unpack("<14id")
        if version != VERSION or kind != SUPERVISED or loss not in (1, 2, 3, 4):
            raise ValueError("kind")
        if not (0 < width <= LARGEST_WIDTH and 0 <= buckets < MOST_ROWS and 0 <= grams <= LONGEST_GRAM):
            raise ValueError("options")
        if not (0 <= least <= LONGEST_GRAM and 0 <= most <= LONGEST_GRAM):
            raise ValueError("options")
        if buckets == 0 and (grams > 1 or most > 0):
            raise ValueError("buckets")
        dictionary = _read_dictionary(position, buckets)
        hashed_rows = buckets if dictionary.pruned_rows < 0 else dictionary.pruned_rows
        (is_compressed,) = position.unpack("<?")
        if dictionary.pruned_rows >= 0 and not is_compressed:
            raise ValueError("pruned")
        _skip_matrix(position, dictionary.words + hashed_rows, width, is_compressed)
        (is_output_compressed,) = position.unpack("<?")
        _skip_matrix(position, len(dictionary.labels), width, is_compressed and is_output_compressed)
        if position.offset != len(data):
            raise ValueError("rest")
    return dictionary.labels


def _read_dictionary(position: _Position, buckets: int) -> _Dictionary:
    """Read words and labels, words first."""
    entries, words, label_count, _, pruned_rows = position.unpack("<3i2q")
    if not (words >= 0 and label_count > 0 and entries == words + label_count and -1 <= pruned_rows <= buckets):
        raise ValueError("dictionary")
    labels: list[str] = []
    for number in range(entries):
        end = position.data.find(b"\0", position.offset)
        if end < 0:
            raise ValueError("word")
        word = position.data[position.offset : end]
        position.skip(len(word) + 1)
        count, is_label = position.unpack("<qb")
        if is_label != (number >= words) or count < 0:
            raise ValueError("entry")
        if is_label:
            labels.append(word.decode().removeprefix(LABEL))
    if pruned_rows > 0:
        start = position.offset
        position.skip(8 * pruned_rows)
        pairs = np.frombuffer(position.data[start : position.offset], "<i4").reshape(-1, 2)
        if pairs.min() < 0 or pairs[:, 1].max() >= pruned_rows:
            raise ValueError("pruned rows")
    return _Dictionary(labels, words, pruned_rows)


def _skip_matrix(position: _Position, rows: int, width: int, is_compressed: bool) -> None:
    """Move on behind a matrix of this shape."""
    if not is_compressed:
        if position.unpack("<2q") != (rows, width):
            raise ValueError("shape")
        position.skip(4 * rows * width)
        return
    has_norms, stored_rows, stored_width, code_bytes = position.unpack("<?2qi")
    if (stored_rows, stored_width) != (rows, width):
        raise ValueError("shape")
    position.skip(code_bytes)
    parts = _skip_quantizer(position, width)
    if code_bytes != rows * parts:
        raise ValueError("codes")
    if has_norms:
        position.skip(rows)
        _skip_quantizer(position, 1)


def _skip_quantizer(position: _Position, width: int) -> int:
    """Move on behind the centroids of a product quantizer; return into how many parts it cuts a row."""
    stored_width, parts, part_width, last_width = (int(number) for number in position.unpack("<4i"))
    if stored_width != width or part_width < 1 or parts != -(-width // part_width):
        raise ValueError("quantizer")
    if last_width != (width % part_width or part_width):
        raise ValueError("quantizer")
    position.skip(4 * 256 * width)
    return parts
