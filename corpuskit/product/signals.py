"""`signals`: events become what models are trained on, labels, pairs, examples and ratings."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from corpuskit.core.document import Document, decode_trusted, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import spelled
from corpuskit.core.step import CorpusStage, Drop, Item, Made
from corpuskit.core.wording import did_you_mean, excerpt
from corpuskit.product.distilling.distil import WEIGHTS, distil
from corpuskit.product.distilling.grouping import EventSpool

Kind = Literal["label", "pair", "sft", "unpaired"]


@dataclass(frozen=True)
class Signals(CorpusStage):
    """Distil events into training signals: labels, pairs, examples (sft) and unpaired ratings.

    Each signal is a new document with `metadata.signal` (`kind`: label, pair, sft or unpaired; `value`, `weight`),
    `labels` for classes, and the ids of its events as `parents`; tenant, actor and consent go with it. The events leave
    as drops `distilled`. Documents that are no events pass unchanged.

    A rating of 4 or 5 is true, of 1 or 2 false, 3 is dropped as `neutral`; two ratings of one person for answers to the
    same prompt, 2 stars apart or more, are a pair too. A choice is a pair. An edit is a pair and an example if .02 to
    .6 of the text changed, more is a label with the share alone, less is dropped as `no-change`. An accepted suggestion
    is true if at most .1 of it was edited later, false beyond .6, and between them an edit; a rejected one is false. A
    label is the latest of its class for an item; each annotator's counts. An appeal that was upheld (`outcome` with the
    value `appeal-upheld`) turns a yes into a no and deletes any other label. An absent class stays null. A report is a
    label of weight 0. What a later event replaces is dropped as `superseded`.

    A withdrawal takes out everything of its actor (`withdrawn`, with the id of the withdrawal) and is itself dropped as
    `withdrawal`, with tenant, actor and date for a takedown list. Without text, a rating or choice becomes a label.

    Reads all of its input, sorted in TMPDIR, then writes; memory does not grow with the log.

        corpuskit events log.jsonl --format copilot --tenant acme --key acme.key | corpuskit signals -o signals.jsonl
    """

    acts_on: ClassVar[str] = "events; `corpuskit events` reads them from a log"

    weights: Annotated[Path | None, "YAML file of weights by type of event, such as `accept: 0.5`; replaces ours."] = (
        None
    )

    kinds: Annotated[
        tuple[Kind, ...], "Kinds of signals to make; events that give only others leave as `other-kind`."
    ] = (
        "label",
        "pair",
        "sft",
        "unpaired",
    )

    def __post_init__(self) -> None:
        """Raise UsageError for weights that cannot be read, and if no kind is named."""
        if not self.kinds:
            raise UsageError(f"{spelled('kinds')} names no kind; name any of label, pair, sft, unpaired")
        _ = self._weights

    @cached_property
    def _weights(self) -> dict[str, float]:
        from corpuskit.formats.product_logs.mapped import read_plain_yaml

        given_weights = {} if self.weights is None else read_plain_yaml(self.weights)
        for key, weight in given_weights.items():
            if key not in WEIGHTS:
                raise UsageError(f"weights: no event has the type {excerpt(repr(key))}{did_you_mean(key, WEIGHTS)}")
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1:
                raise UsageError(f"weights: `{key}` must be a number from 0 to 1")
        return {**WEIGHTS, **given_weights}

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield the signals of each item where its first event was, events as drops, and all else in its place."""
        with closing(EventSpool()) as spool:
            for document in documents:
                spool.add(document, encode(document))
            for lines in spool.groups():
                events = [decode_trusted(line) for line in lines]
                kept_events, left_out = spool.without_withdrawn(events)
                yield from left_out
                if kept_events and "event" not in kept_events[0].metadata:
                    yield from kept_events
                    continue
                made, drops = distil(kept_events, self._weights)
                kept_signals = [signal for signal in made if signal.metadata["signal"]["kind"] in self.kinds]
                parents = {parent for signal in kept_signals for parent in signal.metadata["parents"]}
                for signal in kept_signals:
                    yield Made(signal)
                for event, reason, values in drops:
                    is_left_over = reason == "distilled" and event.id not in parents
                    yield Drop(event, "other-kind" if is_left_over else reason, values)
