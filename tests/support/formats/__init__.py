"""Output formats that are not corpuskit's own, and a command line that has them: a format is lossy, or of two files.

`python -m tests.support.formats export --to chat-turns -o out` runs corpuskit with these formats added.
"""

from corpuskit.core import registry

ADDED = {
    "chat-turns": "tests.support.formats.chat_turns",
    "token-ids": "tests.support.formats.token_ids",
}


def format_modules() -> dict[str, str]:
    """Return corpuskit's own formats and these."""
    return {**OWN, **ADDED}


OWN = dict(registry.format_modules())
