"""The fields of a dataset's card, and whether all the files that it names lie within the dataset.

The form of a card: huggingface.co/docs/hub/datasets-manual-configuration. Its block of YAML is found as the library
`huggingface_hub` finds it, so that both read the same fields.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt

MAX_CARD = 4 * 1024 * 1024
"""Most characters of a card that are read."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|~|[A-Za-z]:")


def card_fields(card: str) -> dict[str, Any]:
    """Return the fields in the front matter of a card; none if it has no front matter.

    Raises ValueError if the front matter is not a mapping in plain YAML.
    """
    from huggingface_hub.repocard import REGEX_YAML_BLOCK

    match = REGEX_YAML_BLOCK.search(card[:MAX_CARD].removeprefix("\ufeff"))
    return yaml_fields(match[2]) if match else {}


def yaml_fields(text: str) -> dict[str, Any]:
    """Return a mapping in plain YAML. Raises ValueError for all else."""
    import yaml

    try:
        fields = yaml.safe_load(text)
    except RecursionError:
        raise ValueError("too deep") from None
    except yaml.MarkedYAMLError as error:
        raise ValueError(" ".join(str(error.problem or error.context).split())) from None
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    if fields is None:
        return {}
    if not isinstance(fields, dict) or not all(isinstance(key, str) for key in fields):
        raise ValueError("its fields have no names")
    return fields


def demand_own_files(fields: dict[str, Any], card_name: str) -> None:
    """Raise UsageError if a card names data that are not below its own folder.

    Its licence is not theirs, and an address would be asked by whoever only reads the card.
    """
    for pattern in _patterns(fields.get("configs")):
        path = pattern.replace("\\", "/")
        leads_out = path.startswith("/") or posixpath.normpath(path).split("/")[0] == ".."
        if leads_out or _SCHEME.match(path) or "::" in path:
            raise UsageError(
                f"{card_name} names data outside of the dataset: {excerpt(pattern, 100)!r}; its licence is not theirs, "
                "so read them with `corpuskit files`"
            )


def _patterns(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the paths under `data_files` and `data_dir` of configurations, however they are put together."""
    if isinstance(value, list) and depth < 8:
        for entry in value:
            yield from _patterns(entry, depth + 1)
    elif isinstance(value, dict):
        for key in ("data_files", "data_dir", "path"):
            entry = value.get(key)
            yield from [entry] if isinstance(entry, str) else _patterns(entry, depth + 1) if entry else ()
    elif isinstance(value, str) and depth > 1:
        yield value
