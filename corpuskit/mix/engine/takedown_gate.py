"""What was taken out of a dataset stays out of the next one in its place."""

from pathlib import Path

from corpuskit.core.errors import DamagedError, RefusedError
from corpuskit.core.provenance.manifest import MANIFEST, read_manifest
from corpuskit.core.wording import quantity
from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.text.takedown.on_record import digests_in, digests_on_record


def demand_list_with_all_entries(recipe: Recipe, target: Path) -> None:
    """Raise RefusedError if the dataset in `target` was cleared of more than the recipe's takedown list names."""
    if not (target / MANIFEST).is_file():
        return
    try:
        steps = read_manifest(target)["steps"]
    except DamagedError:
        return  # Publication refuses to replace it, and says why.
    named: set[str] = set()
    for step in recipe.policy.takedown_gates():
        named |= digests_in(step.options()["list"])
    if missing := len(digests_on_record(steps) - named):
        entries = quantity(missing, "entry")
        raise RefusedError(
            f"the dataset in {str(target)!r} was cleared of {entries} that the takedown list of this recipe does not "
            "have; name a list with all of them as `policy: {takedown: FILE}`, or publish into another folder"
        )
