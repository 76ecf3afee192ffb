"""What people write for the dataset card: title, description, citation, links, and whether an example is shown.

A recipe has it under `card`, `export` in the YAML file of `--card`. It goes into the manifest, and so to the card.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.entries import CardEntry
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
    import yaml

    try:
        data = read_named(path)
        if len(data) > MAX_BYTES:
            raise UsageError(f"{path.name}: larger than {MAX_BYTES} bytes; words for a card must be shorter")
        value = yaml.safe_load(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path.name}: cannot be read: {(error.strerror or 'I/O error').lower()}") from None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path.name}{line}: is not YAML: {excerpt(str(error.problem))}") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise UsageError(f"{path.name}: is not YAML in UTF-8; write `title: …` and so on") from None
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
