"""The table from events to signals, for the events of one item or prompt.

Thresholds: an accepted suggestion and an edit, after real logs of a code assistant (Mozannar et al., "Reading between
the lines", CHI 2024) and after Gao et al., "Aligning LLM agents by learning latent preference from user edits" (2024),
where an edit is a pair, a target and a cost; ratings, after the unpaired form of TRL.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from corpuskit.core.audience import SCOPES, scopes_of
from corpuskit.core.document import Document, Reject, parents_of
from corpuskit.product.distilling.edit_distance import edit_share
from corpuskit.text.turns import Turn, parse, render

WEIGHTS = {
    "rate": 1.0,
    "choose": 1.0,
    "edit": 1.0,
    "accept": 0.5,
    "reject": 0.3,
    "label": 1.0,
    "report": 0.0,
    "outcome": 1.0,
}
"""How much a signal counts, by the type of its event: what people only imply counts less than what they say."""

LIKED, DISLIKED = 4, 2
"""Stars from which a rating is true, and down to which it is false."""
LEAST_MARGIN = 2
KEPT_SHARE, REWRITTEN_SHARE = 0.1, 0.6
"""Shares of an accepted suggestion edited later, up to which it was right and beyond which it was wrong."""
NO_CHANGE = 0.02
UPHELD = "appeal-upheld"

Left = tuple[Document, str, dict[str, Any]]
"""An event that leaves, why, and the values behind it."""


class Distilled(NamedTuple):
    """The signals of one item, and its events as they leave."""

    signals: list[Document]
    left: list[Left]


def distil(events: list[Document], weights: dict[str, float]) -> Distilled:
    """Return the signals of the events of one item or prompt, and each event with the reason why it leaves."""
    result = Distilled([], [])
    by_subject: dict[tuple[str, ...], list[Document]] = {}
    for event in sorted(events, key=lambda event: str(event.metadata.get("date", ""))):
        by_subject.setdefault(_subject(event), []).append(event)
    ratings = []
    for subject, same in by_subject.items():
        *earlier, latest = same
        if subject[0] == "label":
            latest = _with_appeal(latest, by_subject)
        result.left.extend((event, "superseded", {"by": latest.id}) for event in earlier)
        signals, reason = _signals(latest, weights)
        result.signals.extend(signals)
        result.left.append((same[-1], reason, {}))
        if subject[0] == "rate" and latest.text:
            ratings.append(latest)
    result.signals.extend(_pairs_of_ratings(ratings, weights))
    return result


def _subject(event: Document) -> tuple[str, ...]:
    """Return what an event speaks of: a later event with the same subject replaces it."""
    event_data, actor = event.metadata["event"], str(event.metadata.get("actor"))
    if not isinstance(event_data, dict) or event_data.get("type") not in WEIGHTS:
        return ("none", event.id)
    kind, item = event_data["type"], str(event_data.get("item"))
    if kind == "label":
        is_vote = event_data.get("role") == "annotator"
        names = sorted(event_data["value"]) if isinstance(event_data.get("value"), dict) else []
        return ("label", item, actor if is_vote else "", *map(str, names))
    if kind == "outcome":
        return ("outcome", item, UPHELD if event_data.get("value") == UPHELD else "")
    if kind in ("accept", "reject"):
        return ("accept", item, actor)
    return (kind, item, actor) if kind == "rate" else (kind, item, actor, event.id)


def _with_appeal(label: Document, by_subject: dict[tuple[str, ...], list[Document]]) -> Document:
    """Return a label as a later appeal that was upheld leaves it: each yes a no, any other class unknown."""
    event_data = label.metadata["event"]
    appeals = by_subject.get(("outcome", str(event_data.get("item")), UPHELD), [])
    later = [appeal for appeal in appeals if str(appeal.metadata.get("date")) >= str(label.metadata.get("date"))]
    if not later or event_data.get("role") == "annotator":
        return label
    value = event_data.get("value")
    flipped = {name: _flipped(one) for name, one in value.items()} if isinstance(value, dict) else _flipped(value)
    parents = [*parents_of(label), later[-1].id]
    return label.with_metadata(
        event={**event_data, "value": flipped}, parents=parents, date=later[-1].metadata.get("date")
    )


def _flipped(value: Any) -> Any:
    if value in (0, 1, "0", "1"):  # tables hold numbers as words
        return type(value)(0)
    return None


def _signals(event: Document, weights: dict[str, float]) -> tuple[list[Document], str]:
    """Return the signals of one event, and the reason for which it leaves."""
    event_data = event.metadata["event"]
    rule = _RULES.get(str(event_data.get("type"))) if isinstance(event_data, dict) else None
    if rule is None:
        return [], "bad-event"
    try:
        signals = list(rule(event, event_data.get("value"), weights[event_data["type"]]))
    except Reject:
        return [], "bad-turns"
    except NoSignal as none:
        return [], none.reason
    return signals, "distilled"


class NoSignal(Exception):
    """An event teaches nothing; `reason` is in kebab-case."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _rate(event: Document, value: Any, weight: float) -> Iterator[Document]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NoSignal("no-value")
    if not event.text:
        yield _signal(event, "label", value, weight, labels={"rating": value})
    elif DISLIKED < value < LIKED:
        raise NoSignal("neutral")
    else:
        yield _signal(event, "unpaired", value >= LIKED, weight, labels={"rating": value})


def _choose(event: Document, value: Any, weight: float) -> Iterator[Document]:
    if event.text:
        _demand_pair(parse(event.text))
    yield _signal(event, "pair" if event.text else "label", value, weight)


def _edit(event: Document, value: Any, weight: float) -> Iterator[Document]:
    if not event.text:
        share = _number(value)
        yield _signal(event, "label", share, weight, labels={"edit_share": share})
        return
    turns = parse(event.text)
    before, after = _demand_pair(turns)
    share = round(edit_share(before, after), 6)
    if share < NO_CHANGE:
        raise NoSignal("no-change")
    if share > REWRITTEN_SHARE:
        yield _signal(event, "label", share, weight, text="", labels={"edit_share": share})
        return
    prompt = [turn for turn in turns if turn.role not in ("chosen", "rejected")]
    yield from _pair_and_example(event, prompt, before, after, share, weight)


def _pair_and_example(
    event: Document, prompt: list[Turn], before: str, after: str, share: float, weight: float
) -> Iterator[Document]:
    pair = [*prompt, Turn("chosen", after), Turn("rejected", before)]
    yield _signal(event, "pair", share, weight, text=render(pair), labels={"edit_share": share})
    yield _signal(event, "sft", share, weight, text=render([*prompt, Turn("assistant", after)]))


def _accept(event: Document, value: Any, weight: float) -> Iterator[Document]:
    share = 0.0 if value is None else _number(value)
    if share <= KEPT_SHARE or share > REWRITTEN_SHARE:
        kind = "unpaired" if event.text else "label"
        text = _without_chosen(event.text)
        yield _signal(event, kind, share <= KEPT_SHARE, weight, text=text, labels={"edit_share": share})
        return
    turns = parse(event.text) if event.text else []
    after = next((turn.body for turn in turns if turn.role == "chosen"), None)
    suggested = next((turn.body for turn in reversed(turns) if turn.role == "assistant"), None)
    if after is None or suggested is None:
        raise NoSignal("edited-without-text")
    last = max(index for index, turn in enumerate(turns) if turn.role == "assistant")
    prompt = [turn for index, turn in enumerate(turns) if turn.role != "chosen" and index != last]
    yield from _pair_and_example(event, prompt, suggested, after, share, weight)


def _reject(event: Document, value: Any, weight: float) -> Iterator[Document]:
    yield _signal(event, "unpaired" if event.text else "label", False, weight, text=_without_chosen(event.text))


def _label(event: Document, value: Any, weight: float) -> Iterator[Document]:
    labels = value if isinstance(value, dict) else {"label": value}
    yield _signal(event, "label", None if isinstance(value, dict) else value, weight, labels=labels)


def _outcome(event: Document, value: Any, weight: float) -> Iterator[Document]:
    if value != UPHELD:
        labels = value if isinstance(value, dict) else {"outcome": value}
        yield _signal(event, "label", None if isinstance(value, dict) else value, weight, labels=labels)


_RULES: dict[str, Callable[[Document, Any, float], Iterable[Document]]] = {
    "rate": _rate,
    "choose": _choose,
    "edit": _edit,
    "accept": _accept,
    "reject": _reject,
    "label": _label,
    "report": _label,
    "outcome": _outcome,
}


def _pairs_of_ratings(ratings: list[Document], weights: dict[str, float]) -> Iterator[Document]:
    """Yield a pair for each person who rated two answers to one prompt far enough apart: the best and the worst."""
    by_actor: dict[str, list[Document]] = {}
    for rating in ratings:
        actor = rating.metadata.get("actor")
        if isinstance(actor, str) and isinstance(rating.metadata["event"].get("value"), (int, float)):
            by_actor.setdefault(actor, []).append(rating)
    for rated in by_actor.values():
        best = max(rated, key=lambda rating: rating.metadata["event"]["value"])
        worst = min(rated, key=lambda rating: rating.metadata["event"]["value"])
        margin = best.metadata["event"]["value"] - worst.metadata["event"]["value"]
        if margin < LEAST_MARGIN or best.text == worst.text:
            continue
        (*prompt, good), (*_, bad) = parse(best.text), parse(worst.text)
        if good.role == bad.role == "assistant":
            text = render([*prompt, Turn("chosen", good.body), Turn("rejected", bad.body)])
            consent = _both(best.metadata.get("consent"), worst.metadata.get("consent"))
            pair = _signal(best, "pair", margin, weights["rate"], text=text, parents=[best.id, worst.id])
            yield pair.with_metadata(consent=consent)


def _both(one: Any, other: Any) -> dict[str, Any]:
    """Return what two consents allow both, up to the day on which the first of them ends."""
    scope = [word for word in SCOPES if word in scopes_of(one) and word in scopes_of(other)]
    ends = [consent["until"] for consent in (one, other) if isinstance(consent, dict) and consent.get("until")]
    return {"scope": scope, **({"until": min(map(str, ends))} if ends else {})}


def _signal(
    event: Document,
    kind: str,
    value: Any,
    weight: float,
    text: str | None = None,
    labels: dict[str, Any] | None = None,
    parents: list[str] | None = None,
) -> Document:
    """Return a signal made from an event; everything that says whose the event is goes with it."""
    text = event.text if text is None else text
    item = event.metadata["event"].get("item")
    signal = {
        "kind": kind,
        **({} if value is None else {"value": value}),
        "weight": weight,
        **({} if item is None else {"item": item}),
    }
    metadata = {key: entry for key, entry in event.metadata.items() if key not in ("event", "parents")}
    if not text:
        metadata.pop("content_type", None)
    metadata["parents"] = parents or [*parents_of(event), event.id]
    if labels is not None:
        metadata["labels"] = labels
    return Document(f"{event.id}#{kind}", text, {**metadata, "signal": signal}, {})


def _demand_pair(turns: list[Turn]) -> tuple[str, str]:
    """Return the rejected and the chosen words. Raises NoSignal if one of them is missing."""
    bodies = {turn.role: turn.body for turn in turns}
    if "chosen" not in bodies or "rejected" not in bodies:
        raise NoSignal("no-pair")
    return bodies["rejected"], bodies["chosen"]


def _without_chosen(text: str) -> str:
    return render(turn for turn in parse(text) if turn.role != "chosen") if "\n<|chosen|>\n" in text else text


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NoSignal("no-value")
    return float(value)
