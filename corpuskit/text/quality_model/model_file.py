"""The file of a quality model: one line that names it, its digest, a header of JSON, and the weights.

    corpuskit-quality-model 1 LF
    sha256 of all that follows, in hex LF
    {"audience": …, "auc": …, "bias": …, "features": …, "scale": …, "texts": {"bad": …, "good": …}} LF
    262,144 weights of 2 bytes, little-endian

Nothing in it is code. The digest tells of accidents; every value is checked besides, as anybody can compute a digest.
"""

import hashlib
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.wording import printable_name
from corpuskit.text.quality_model.features import BUCKETS, FEATURES
from corpuskit.text.quality_model.linear import Linear

__all__ = ["MAGIC", "QualityModel", "read_model"]

MAGIC = b"corpuskit-quality-model "
FORMAT = b"1"
MOST_BYTES = 1 << 20
LARGEST_BIAS, LARGEST_SCALE = 1e3, 1.0
KEYS = {"audience", "auc", "bias", "features", "scale", "texts"}


class QualityModel(NamedTuple):
    """A model, and what it was learned from."""

    linear: Linear
    good_texts: int
    bad_texts: int
    auc: float
    """On the texts that were held back."""
    audience: str
    """Who may have the texts that it was learned from: `public`, or `tenant:NAME`."""

    def as_bytes(self) -> bytes:
        """Return the file: equal models give equal bytes."""
        header = {
            "audience": self.audience,
            "auc": self.auc,
            "bias": self.linear.bias,
            "features": FEATURES,
            "scale": self.linear.scale,
            "texts": {"bad": self.bad_texts, "good": self.good_texts},
        }
        weights = self.linear.weights.astype("<i2").tobytes()
        content = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n" + weights
        return b"".join((MAGIC, FORMAT, b"\n", hashlib.sha256(content).hexdigest().encode(), b"\n", content))


def read_model(path: Path) -> QualityModel:
    """Return the model in a file. Raises UsageError for another kind of file, DamagedError for a damaged model."""
    name = printable_name(path.name or str(path))
    try:
        with open_regular(path, follow_links=True) as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read the model {name!r}: {error.strerror}") from None
    if not data.startswith(MAGIC):
        raise UsageError(f"{name!r} is no quality model; `corpuskit train-quality` makes one, fastText's end in .bin")
    version, _, rest = data[len(MAGIC) :].partition(b"\n")
    if version != FORMAT:
        raise UsageError(f"{name!r} is a quality model of another version of corpuskit; learn it again")
    if len(data) > MOST_BYTES:
        raise _damaged(name, "it is larger than any model")
    digest, _, content = rest.partition(b"\n")
    if hashlib.sha256(content).hexdigest().encode() != digest:
        raise _damaged(name, "its digest differs")
    line, _, weights = content.partition(b"\n")
    try:
        return _model(json.loads(line), weights)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        raise _damaged(name, "its header does not describe a model") from None


def _model(header: Any, weights: bytes) -> QualityModel:
    """Return the model. Raises ValueError, TypeError or KeyError for a header or weights that are none."""
    if set(header) != KEYS or set(header["texts"]) != {"bad", "good"}:
        raise KeyError("keys")
    if header["features"] != FEATURES or len(weights) != 2 * BUCKETS:
        raise ValueError("features")
    scale, bias, auc = (_number(header[key]) for key in ("scale", "bias", "auc"))
    counts = [header["texts"][key] for key in ("good", "bad")]
    if not all(type(count) is int and count >= 0 for count in counts) or not isinstance(header["audience"], str):
        raise TypeError("texts")
    if not 0 < scale <= LARGEST_SCALE or not abs(bias) <= LARGEST_BIAS or not 0 <= auc <= 1:
        raise ValueError("range")
    linear = Linear(np.frombuffer(weights, "<i2").astype(np.int16), scale, bias)
    return QualityModel(linear, counts[0], counts[1], auc, header["audience"])


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise TypeError("number")
    return float(value)


def _damaged(name: str, what: str) -> DamagedError:
    return DamagedError(f"the quality model {name!r} is damaged: {what}; copy it again, or learn it again")
