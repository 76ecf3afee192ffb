"""`train-quality`: learn from two sets of documents what is good."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple

from corpuskit.core import console
from corpuskit.core.audience import PUBLIC, Audience, audience_of, objection_words
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import excerpt, quantity

if TYPE_CHECKING:
    from corpuskit.core.stream.document_files import DocumentFiles
    from corpuskit.text.quality_model.linear import Linear
    from corpuskit.text.quality_model.samples import TextSample

FEWEST = 50
"""Different texts that each set needs: of a fifth of fewer, AUC says nothing."""
FOLDS = 5
CALIBRATION = 4
"""One in how many of the texts to learn from tells a first model how sure it may be."""
SCORES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Scores at which the answer says what `filter-quality --min-score` would reject."""
DIGITS = 4


class Parts(NamedTuple):
    """What a set is learned from, and what is held back."""

    learned: "TextSample"
    held_back: "TextSample"


@dataclass(frozen=True)
class TrainQuality(Command):
    """Learn a model of quality from good and bad documents, for `filter-quality --model`.

    GOOD and BAD are files of documents, datasets, or patterns in quotes: texts as you want them (rated well, accepted,
    chosen), and as you do not. The model is linear, over words and pairs of neighbours; its file has half a megabyte,
    its own digest, and the same bytes for the same texts in any order. Texts that occur twice count once; those in both
    sets are left out. 50 different texts of each are needed, some 1,000 are better; of more than 5 million words a set,
    a sample is taken.

    A fifth of the texts is held back, and the answer is about these: `auc` (how often a good text has a higher score
    than a bad one; .5 is chance), and what share of good and bad texts would be rejected at several scores. Three
    controls say what the figure is worth. `shuffled` is the AUC of a model learned from shuffled sets, and should be
    about .5. `length` is what the number of characters alone would reach: if that is near `auc`, the model may know
    little else. `--control` names neutral documents, such as those you will filter: if they are as easily told from
    good as bad ones are, the model knows a topic or a source, and not quality.

    Refuses (exit code 6) documents that `--audience` may not have, as `export` does: what people wrote for one tenant
    is in the weights, and the model is for that audience alone. Holds some 200 MB for the largest sample.

        corpuskit train-quality good.jsonl bad.jsonl -o support.model
    """

    inputs: ClassVar[str] = "GOOD BAD"
    settings: ClassVar[tuple[str, ...]] = ("output", "allow_private", "quiet", "verbose", "json")
    output_help: ClassVar[str] = "The model: a file."
    answers: ClassVar[bool] = True

    control: Annotated[Path | None, "Neutral documents, which should be neither good nor bad."] = None
    audience: Annotated[str, "Whose documents may be learned from: public, or tenant:NAME."] = PUBLIC
    as_of: Annotated[str | None, "Day, such as 2026-11-01, on which consent must hold."] = None

    def __post_init__(self) -> None:
        """Raise UsageError for an audience or a day that cannot be read."""
        _ = self._rule

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Learn, write the model, and print how good it is. Raises UsageError, RefusedError and DamagedError."""
        console.show_details(self.name(), settings.verbose)
        arguments = argument_list(arguments)
        from corpuskit.core.publish.targets import Target, demand_distinct
        from corpuskit.core.stream.document_files import find_document_files

        if len(arguments) != 2:
            raise UsageError("name two sets: `corpuskit train-quality GOOD BAD -o MODEL`; put quotes around a pattern")
        if settings.output is None:
            raise UsageError("name the file of the model: `corpuskit train-quality GOOD BAD -o MODEL`")
        named_sets = [*arguments, *([str(self.control)] if self.control is not None else [])]
        sets = [
            find_document_files(name, consequence="no model was written", allow_private=settings.allow_private)
            for name in named_sets
        ]
        demand_distinct([Target("the model", settings.output)], [input_ for files in sets for input_ in files.inputs])
        _demand_model_or_nothing(settings.output)
        samples = [self._sample(files, settings) for files in sets]
        answer = self._learn(settings.output, samples[0], samples[1], samples[2] if self.control is not None else None)
        if settings.json:
            console.write_stdout(console.answer_line(self.name(), answer))
        else:
            console.write_report("\n".join(_lines(answer)))
        return 0

    def _sample(self, files: "DocumentFiles", settings: Settings) -> "TextSample":
        """Return the texts of one set. Raises RefusedError for a document that the audience may not have."""
        from corpuskit.text.prose import require_prose
        from corpuskit.text.quality_model.samples import TextSampler

        sample = TextSampler()
        for document in console.with_progress(files, self.name(), settings.quiet):
            require_prose(document, self.name())
            if objection := self._rule.objection(document):
                raise RefusedError(
                    f"document {excerpt(document.id)!r} is not for the audience {excerpt(self.audience)} "
                    f"({objection_words(objection)}); filter the documents with filter-audience, or name theirs with "
                    "--audience"
                )
            sample.add(document.text)
        result = sample.finish()
        if not settings.quiet:
            self._tell(files, sample.copies, sample.left_out)
        return result

    def _tell(self, files: "DocumentFiles", copies: int, left_out: int) -> None:
        """Print what of a set was not learned from."""
        notices = [
            (files.rejected.total(), "rejected, as no documents"),
            (copies, "left out, as copies"),
            (left_out, "left out, as there is room for 5 million words"),
        ]
        for number, what in notices:
            if number:
                console.remark(self.name(), f"{files.inputs[0].name}: {number:,} {what}")

    def _learn(
        self, target: Path, good: "TextSample", bad: "TextSample", control: "TextSample | None"
    ) -> dict[str, Any]:
        """Write the model and return how good it is."""
        import numpy as np

        from corpuskit.core.publish.whole_file import write_whole
        from corpuskit.text.quality_model.linear import area_under_curve, learn_calibrated
        from corpuskit.text.quality_model.model_file import QualityModel
        from corpuskit.text.quality_model.samples import joined_sets

        both = np.intersect1d(good.hashes, bad.hashes)
        good, bad = (sample.part(~np.isin(sample.hashes, both)) for sample in (good, bad))
        _demand_enough({"good": good, "bad": bad}, len(both))
        good_parts, bad_parts = _in_parts(good), _in_parts(bad)
        features, is_good = joined_sets(good_parts.learned, bad_parts.learned)
        hashes = np.concatenate((good_parts.learned.hashes, bad_parts.learned.hashes))
        linear = learn_calibrated(features, is_good, hashes // np.uint64(2 * FOLDS) % np.uint64(CALIBRATION) == 0)
        good_scores, bad_scores = (linear.scores(part.held_back.features) for part in (good_parts, bad_parts))
        auc = round(area_under_curve(good_scores, bad_scores), DIGITS)
        counts = len(good_parts.learned.hashes), len(bad_parts.learned.hashes)
        answer = {
            "model": str(target),
            "texts": {"good": len(good.hashes), "bad": len(bad.hashes), "in-both": len(both)},
            "held-back": {"good": len(good_scores), "bad": len(bad_scores)},
            "auc": auc,
            "controls": {
                "shuffled": _shuffled_auc(good_parts, bad_parts),
                "length": _length_auc(good_parts, bad_parts),
                **(_neutral_aucs(linear, control, good_scores, bad_scores) if control is not None else {}),
            },
            "rejected": [_rejected_shares(score, good_scores, bad_scores) for score in SCORES],
        }
        data = QualityModel(linear, *counts, auc, self.audience).as_bytes()
        write_whole(target, [data])
        return answer | {"bytes": len(data)}

    @cached_property
    def _rule(self) -> Audience:
        return audience_of(self.audience, self.as_of)


def _demand_enough(sets: "dict[str, TextSample]", in_both: int) -> None:
    """Raise RefusedError for a set with too few texts."""
    for name, sample in sets.items():
        if len(sample.hashes) < FEWEST:
            raise RefusedError(
                f"only {quantity(len(sample.hashes), 'different text')} in the {name} set"
                f"{f', without {in_both:,} that are in both' if in_both else ''}; {FEWEST} or more are needed"
            )


def _rejected_shares(score: float, good_scores: Any, bad_scores: Any) -> dict[str, float]:
    """Return the shares of good and bad texts with a lower score."""
    return {
        "min-score": score,
        "good": round(float((good_scores < score).mean()), DIGITS),
        "bad": round(float((bad_scores < score).mean()), DIGITS),
    }


def _in_parts(sample: "TextSample") -> Parts:
    """Return the texts to learn from, and the fifth that is held back, chosen by hash."""
    import numpy as np

    is_held_back = sample.hashes % np.uint64(FOLDS) == 0
    return Parts(sample.part(~is_held_back), sample.part(is_held_back))


def _shuffled_auc(good: Parts, bad: Parts) -> float:
    """Return the AUC of a model that learned from the same texts, in two sets of which a hash decides."""
    import numpy as np

    from corpuskit.text.quality_model.linear import area_under_curve, learn
    from corpuskit.text.quality_model.samples import joined_sets

    features, _ = joined_sets(good.learned, bad.learned)
    held_features, _ = joined_sets(good.held_back, bad.held_back)
    halves, held_halves = (
        np.concatenate((one, other)) // np.uint64(FOLDS) % np.uint64(2) == 0
        for one, other in (
            (good.learned.hashes, bad.learned.hashes),
            (good.held_back.hashes, bad.held_back.hashes),
        )
    )
    if held_halves.all() or not held_halves.any():
        return 0.5
    scores = learn(features, halves).scores(held_features)
    return round(area_under_curve(scores[held_halves], scores[~held_halves]), DIGITS)


def _length_auc(good: Parts, bad: Parts) -> float:
    """Return the AUC of the number of characters, whichever of the two sets has the longer texts."""
    from corpuskit.text.quality_model.linear import area_under_curve

    auc = area_under_curve(good.held_back.lengths.astype(float), bad.held_back.lengths.astype(float))
    return round(max(auc, 1 - auc), DIGITS)


def _neutral_aucs(linear: "Linear", control: "TextSample", good_scores: Any, bad_scores: Any) -> dict[str, float]:
    """Return how often a good text has a higher score than a neutral one, and a neutral one than a bad one."""
    from corpuskit.text.quality_model.linear import area_under_curve

    if not len(control.hashes):
        raise RefusedError("the control holds no document; name documents that are neither good nor bad")
    scores = linear.scores(control.features)
    return {
        "good-over-neutral": round(area_under_curve(good_scores, scores), DIGITS),
        "neutral-over-bad": round(area_under_curve(scores, bad_scores), DIGITS),
    }


def _demand_model_or_nothing(target: Path) -> None:
    """Raise UsageError where something else than a model would be overwritten."""
    from corpuskit.core.publish.targets import begins_with, demand_own_kind
    from corpuskit.core.registry import format_of_file
    from corpuskit.text.quality_model.model_file import MAGIC

    if str(target) == "-":
        raise UsageError("a model is a file and not written to standard output; name one such as quality.model")
    if format_of_file(target.name) is not None:
        raise UsageError(f"{str(target)!r} is a name for documents; name the model otherwise, such as quality.model")
    demand_own_kind(target, "quality model", "the model", lambda path: begins_with(path, MAGIC))


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the answer as people read it."""
    texts, held_back = answer["texts"], answer["held-back"]
    yield (
        f"{answer['model']}: {answer['bytes']:,} bytes, learned from {texts['good']:,} good and {texts['bad']:,} bad "
        f"texts, of which {held_back['good']:,} and {held_back['bad']:,} were held back"
        + (f"; {texts['in-both']:,} in both sets were left out" if texts["in-both"] else "")
    )
    yield f"AUC on texts held back    {answer['auc']:.4f}"
    names = {
        "shuffled": "of shuffled sets",
        "length": "of length alone",
        "good-over-neutral": "good over neutral",
        "neutral-over-bad": "neutral over bad",
    }
    for key, value in answer["controls"].items():
        yield f"  {names[key]:24}{value:.4f}"
    for row in answer["rejected"]:
        yield f"--min-score {row['min-score']} rejects {row['good']:.1%} of good texts and {row['bad']:.1%} of bad ones"
