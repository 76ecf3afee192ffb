"""The file of the learned trees and words, and the digest that stands for it in manifests.

Apart from `classifier`, so that a command can name its versions without importing numpy.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["MODEL_FILE", "model_digest", "stored_model"]

MODEL_FILE = Path(__file__).with_name("classifier.json")


def model_digest() -> str:
    """Return the SHA-256 of the learned trees and words, in hexadecimal."""
    return hashlib.sha256(MODEL_FILE.read_bytes()).hexdigest()


@cache
def stored_model() -> dict[str, Any]:
    """Return what is in the file."""
    return dict(json.loads(MODEL_FILE.read_text("utf-8")))
