"""How many examples a property is tried with that needs more, or fewer, than others do."""

from hypothesis import settings

USUAL = 100
"""Examples that Hypothesis takes where no profile says otherwise."""


def examples(number: int) -> int:
    """Return a share of so many examples: the share of its usual ones that the profile in use takes."""
    return max(1, number * settings.default.max_examples // USUAL)
