"""The file of the learned trees, and the digest that stands for it in manifests.

Apart from `classifier`, so that a command can name its versions without importing numpy.
"""

import hashlib
from pathlib import Path

__all__ = ["MODEL_FILE", "model_digest"]

MODEL_FILE = Path(__file__).with_name("classifier.json")


def model_digest() -> str:
    """Return the SHA-256 of the learned trees, in hexadecimal."""
    return hashlib.sha256(MODEL_FILE.read_bytes()).hexdigest()
