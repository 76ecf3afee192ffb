"""Amounts of memory and disk, as people write them."""

import re

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def size_text(number: int) -> str:
    """Return a number of bytes in the largest unit of which it is a whole number.

    >>> size_text(32 * 2**20), size_text(2**30), size_text(35)
    ('32 MiB', '1 GiB', '35 bytes')
    """
    for unit in ("TI", "GI", "MI", "KI"):
        if number and number % UNITS[unit] == 0:
            return f"{number // UNITS[unit]:,} {unit[0]}iB"
    return f"{number:,} bytes"


def bytes_of(size: str) -> int:
    """Return the bytes that `2GB`, `1.5 GiB`, `500M` or `4096` stand for. Raises ValueError for anything else.

    >>> bytes_of("1.5 GB"), bytes_of("2MiB"), bytes_of("4096")
    (1500000000, 2097152, 4096)
    """
    match = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,6})?)\s*([KMGT]I?)?B?\s*", size, re.ASCII | re.IGNORECASE)
    if not match:
        raise ValueError("not a size")
    return int(float(match[1]) * UNITS[(match[2] or "").upper()])
