"""Write what crowd-kit and krippendorff make of made-up votes: `python -m tests.product.crowd_golden`.

Neither is a dependency (crowd-kit brings torch): install both aside, and run this once. The votes are those of
`made_up_votes`; the file beside this one holds the posteriors of crowd-kit 1.4.2 and the alpha of krippendorff 0.9.0.
"""

import json
import random
from pathlib import Path

GOLDEN = Path(__file__).with_name("crowd_golden.json")


def made_up_votes(seed: int, classes: str = "abc") -> list[tuple[int, int, str]]:
    """Item, rater and class of votes on 80 items by 15 raters, a third of whom guess."""
    choice = random.Random(seed)
    truth = [choice.choice(classes) for _ in range(80)]
    skills = [0.34 if rater % 3 == 0 else 0.6 + 0.02 * rater for rater in range(15)]
    return [
        (item, rater, truth[item] if choice.random() < skills[rater] else choice.choice(classes))
        for item in range(80)
        for rater in sorted(choice.sample(range(15), 5))
    ]


def main() -> None:
    import krippendorff
    import numpy
    import pandas
    from crowdkit.aggregation.classification.dawid_skene import DawidSkene

    golden = {}
    for seed in range(3):
        votes = made_up_votes(seed)
        table = pandas.DataFrame(votes, columns=["task", "worker", "label"])
        posteriors = DawidSkene().fit_predict_proba(table)
        reliability = numpy.full((15, 80), numpy.nan)
        for item, rater, label in votes:
            reliability[rater, item] = "abc".index(label)
        golden[str(seed)] = {
            "posteriors": posteriors.loc[list(range(80)), list("abc")].round(9).to_numpy().tolist(),
            "alpha": krippendorff.alpha(reliability, level_of_measurement="nominal"),
        }
    GOLDEN.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
