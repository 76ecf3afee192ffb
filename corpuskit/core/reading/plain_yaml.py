"""Small YAML files that people write about a corpus: plain values, no key twice in one mapping."""

from functools import cache
from pathlib import Path
from typing import Any

from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt

NOT_TEXT = ("int", "float", "timestamp")


def read_yaml(path: Path, most_bytes: int, *, numbers: bool = True) -> Any:
    """Return the value of a YAML file; without `numbers`, `1.10` and `2026-11-01` are texts, as they are to people.

    Raises UsageError for a file that cannot be read, with the line where there is one.
    """
    import yaml

    try:
        data = read_named(path)
        if len(data) > most_bytes:
            raise UsageError(f"{path.name}: larger than {most_bytes} bytes; it must be shorter")
        return yaml.load(data.decode("utf-8-sig"), _loader(numbers))  # noqa: S506 - a SafeLoader
    except OSError as error:
        problem = f": cannot be read: {(error.strerror or 'I/O error').lower()}"
    except UnicodeDecodeError as error:
        problem = f": is not text in UTF-8, from byte {error.start} on"
    except yaml.reader.ReaderError as error:
        problem = f": holds the character U+{error.character:04X}, which YAML does not allow"
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        problem = f"{line}: is not YAML: {excerpt(str(error.problem))}"
    except RecursionError:
        problem = ": is nested too deeply"
    except (yaml.YAMLError, ValueError):
        problem = ": is not YAML"
    raise UsageError(f"{path.name}{problem}")


@cache
def _loader(numbers: bool) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses a key that stands twice in one mapping."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            earlier_keys: set[str] = set()
            for key, _ in node.value:
                if str(key.value) in earlier_keys:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark
                    )
                earlier_keys.add(str(key.value))
            return super().construct_mapping(node, deep)

    if not numbers:
        unread = {f"tag:yaml.org,2002:{kind}" for kind in NOT_TEXT}
        Loader.yaml_implicit_resolvers = {
            first: [(tag, pattern) for tag, pattern in resolvers if tag not in unread]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }
    return Loader
