"""One JSON record in several spellings: where its text stands, and whether two lines differ in white space alone."""

__all__ = ["MAX_TRIES", "equal_without_blanks", "without_literal"]

MAX_TRIES = 4
"""How many keys called `text` are tried to find the record's own."""
_TEXT_KEY = b'"text":'
_BLANKS = b" \t\r\n"
"""What JSON lets stand between tokens: RFC 8259, section 2."""


def equal_without_blanks(line: bytes, again: bytes, shared_size: int = 0) -> bool:
    """Whether a line and what it says, written again, differ in blanks alone, so that nothing was lost in parsing.

    Blanks separate no tokens: strings end at quotes, and two numbers or words never stand side by side. So the lines
    have the same tokens but for blanks within strings, which were parsed. A key that stood twice would be a token more,
    and a number that changed another one. `shared_size` bytes of the text are not looked through if the lines have
    them in common.

    >>> equal_without_blanks(b'{"id": "a", "text": "b c"}', b'{"id":"a","text":"b c"}', 3)
    True
    >>> equal_without_blanks(b'{"id": "a", "text": "b", "n": 1.0, "n": 1.0}', b'{"id":"a","text":"b","n":1.0}', 1)
    False
    """
    at, again_at = _start_of_text(line), _start_of_text(again)
    text = again[again_at : again_at + shared_size]
    if line.startswith(text, at):
        line = line[:at] + line[at + len(text) :]
        again = again[:again_at] + again[again_at + len(text) :]
    return line.translate(None, _BLANKS) == again.translate(None, _BLANKS)


def without_literal(line: bytes, literal: bytes) -> bytes | None:
    """Return a line with an empty string in place of a text, given as it is written; None if it is not found."""
    rank = -1
    for _ in range(MAX_TRIES):
        rank = line.find(_TEXT_KEY, rank + 1)
        if rank < 0:
            return None
        start = rank + len(_TEXT_KEY)
        start += line.startswith(b" ", start)
        if line.startswith(literal, start):
            return line[:start] + b'""' + line[start + len(literal) :]
    return None


def _start_of_text(line: bytes) -> int:
    """Return where the text begins if its key stands where it usually does; any other place is as right."""
    start = line.find(_TEXT_KEY) + len(_TEXT_KEY)
    return start + line.startswith(b" ", start)
