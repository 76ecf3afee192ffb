"""How much of a text was changed: the Levenshtein distance, bit-parallel."""

LONGEST = 20_000
"""Characters of each text that are compared; beyond them, a text counts by its beginning."""


def edit_share(before: str, after: str) -> float:
    """Return the least number of characters to insert, delete or replace, over the length of the longer text, 0 to 1.

    The matrix's columns are bits of two whole numbers (Myers, "A fast bit-vector algorithm for approximate string
    matching", 1999; in the form of Hyyrö, 2003).

    >>> edit_share("kitten", "sitting"), edit_share("", "")
    (0.42857142857142855, 0.0)
    """
    before, after = before[:LONGEST], after[:LONGEST]
    longer = max(len(before), len(after))
    if before == after:
        return 0.0
    if not before or not after:
        return 1.0
    positions: dict[str, int] = {}
    for index, character in enumerate(before):
        positions[character] = positions.get(character, 0) | 1 << index
    mask, last = (1 << len(before)) - 1, 1 << (len(before) - 1)
    increases, decreases, distance = mask, 0, len(before)
    for character in after:
        matches = positions.get(character, 0)
        vertical = matches | decreases
        horizontal = (((matches & increases) + increases) ^ increases) | matches
        grows, shrinks = decreases | ~(horizontal | increases) & mask, increases & horizontal
        distance += bool(grows & last) - bool(shrinks & last)
        grows = (grows << 1 | 1) & mask
        increases = (shrinks << 1 | ~(vertical | grows)) & mask
        decreases = grows & vertical
    return distance / longer
