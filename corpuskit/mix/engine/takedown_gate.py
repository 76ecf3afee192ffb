"""What was taken out of a dataset or an index stays out of what a recipe puts there."""

from pathlib import Path

from corpuskit.core.errors import DamagedError, RefusedError
from corpuskit.core.provenance.manifest import MANIFEST, read_manifest
from corpuskit.core.provenance.takedowns_on_record import Clearance, digests_in, digests_on_record
from corpuskit.core.publish.takedown_gate import entries_in_words
from corpuskit.mix.engine.phases import corpus_stages
from corpuskit.mix.recipe.recipe import Recipe


def demand_list_with_all_entries(recipe: Recipe, target: Path) -> None:
    """Raise RefusedError if the dataset in `target` was cleared of more than the recipe's takedown list names.

    So does an index that a step adds to.
    """
    named: set[str] = set()
    for step in recipe.policy.takedown_gates():
        named |= digests_in(step.options()["list"])
    clearances = [_clearance_of_dataset(target), *(stage.clearance() for stage in corpus_stages(recipe))]
    for clearance in clearances:
        if clearance and (missing := len(clearance.digests - named)):
            raise RefusedError(
                f"{clearance.target} was cleared of {entries_in_words(missing)} that the takedown list of this recipe "
                "does not have; name a list with all of them as `policy: {takedown: FILE}`, or "
                f"{clearance.way_out}"
            )


def _clearance_of_dataset(target: Path) -> Clearance | None:
    if not (target / MANIFEST).is_file():
        return None
    try:
        digests = digests_on_record(read_manifest(target)["steps"])
    except DamagedError:
        return None  # Publication refuses to replace it, and says why.
    return Clearance(f"the dataset in {str(target)!r}", digests, "publish into another folder")
