"""Digests as web archives label them: `sha1:` and base 32, hexadecimal or base 64."""

import base64
import binascii
import hashlib

_ALGORITHMS = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512"}


def matches_digest(label: str, data: bytes) -> bool | None:
    """Whether the data have the digest that a label states; None if it states no algorithm or value that we know.

    >>> matches_digest("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", b"")
    True
    """
    name, _, value = label.partition(":")
    algorithm = _ALGORITHMS.get(name.strip().lower().replace("-", ""))
    if algorithm is None:
        return None
    # A check against damage and wrong lengths, not against forgery.
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    expected = _digest_bytes(value.strip(), len(digest))
    return None if expected is None else expected == digest


def _digest_bytes(value: str, size: int) -> bytes | None:
    """Return the `size` bytes of a digest in hexadecimal, base 32 or base 64, which its length tells apart."""
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        padded = value + "=" * (-len(value) % 8)
        if len(padded) == len(base64.b32encode(bytes(size))):
            return base64.b32decode(padded, casefold=True)
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    return decoded if len(decoded) == size else None
