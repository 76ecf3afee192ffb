"""Texts of which none is like another."""

import random

WORDS = [f"word{number}" for number in range(5000)]


def prose(number: int, length: int = 120) -> str:
    """Return the text of this number."""
    return " ".join(random.Random(number).choices(WORDS, k=length))
