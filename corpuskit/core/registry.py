"""Which steps and output formats exist, by name. A name is looked up here and its module imported when it is used.

The wings are listed by folder, so a new step is one new file. Other installed packages add steps under the entry
point group `corpuskit.steps`; the manifest names them with their distribution's version.
"""

from functools import cache
from pathlib import Path


WINGS = ("sources", "stages", "trust", "export")
PACKAGE = Path(__file__).parent.parent


@cache
def step_modules() -> dict[str, str]:
    """Step name to module, from the names of the files; importing none of them."""
    found = {"mix": "corpuskit.mix"} if (PACKAGE / "mix.py").exists() else {}
    for wing in WINGS:
        for path in sorted((PACKAGE / wing).glob("[a-z]*.py")):
            found[path.stem.replace("_", "-")] = f"corpuskit.{wing}.{path.stem}"
    return found
