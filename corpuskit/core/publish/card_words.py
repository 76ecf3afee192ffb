"""What people write for the dataset card: title, description, citation, links, and whether an example is shown.

A recipe has it under `card`, `export` in the YAML file of `--card`. It goes into the manifest, and so to the card.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.entries import CardEntry
from corpuskit.core.reading.plain_yaml import read_yaml
from corpuskit.core.wording import comma_list, did_you_mean, excerpt

TEXTS = ("title", "description", "citation")
KEYS = (*TEXTS, "links", "example")
MAX_BYTES = 256 * 1024
_LINKS = "names with addresses, as in {homepage: https://example.org}"


def problems_of(value: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with words for a card: the key, `""` for all of them, and the problem."""
    if not isinstance(value, dict):
        yield "", f"must be a mapping with the keys {comma_list(KEYS)}"
        return
    for key, item in value.items():
        if key not in KEYS:
            yield str(key), f"is no key of a card{did_you_mean(str(key), KEYS)}; keys here: {comma_list(KEYS)}"
        elif key in TEXTS and not (isinstance(item, str) and item.strip()):
            yield key, f"must be a text, not {_echo(item)}"
        elif key == "example" and not isinstance(item, bool):
            yield key, f"must be true or false, not {_echo(item)}"
        elif key == "links" and not _are_links(item):
            yield key, f"must be {_LINKS}, not {_echo(item)}"


def card_words(value: dict[str, Any]) -> CardEntry:
    """Return words in which nothing is wrong as the manifest holds them."""
    words: CardEntry = {}
    for key in KEYS:
        if key in value:
            item = value[key]
            words[key] = dict(item) if key == "links" else item.strip() if key in TEXTS else item  # type: ignore[literal-required]
    return words


def read_card_words(path: Path) -> CardEntry:
    """Return the words in a YAML file. Raises UsageError if it cannot be read, or for all that is wrong in it."""
    value = read_yaml(path, MAX_BYTES)
    mistakes = [UsageError(f"{path.name}: {_of(key)}{problem}") for key, problem in problems_of(value)]
    if mistakes:
        raise mistakes[0].with_others(mistakes[1:])
    return card_words(value)


def _of(key: str) -> str:
    return f"`{excerpt(key)}` " if key else ""


def _are_links(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and name and isinstance(address, str) and address.startswith(("https://", "http://"))
        for name, address in value.items()
    )


def _echo(value: Any) -> str:
    return excerpt(repr(value) if isinstance(value, str) else str(value))
