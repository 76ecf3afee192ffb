"""Pictures of reports, as SVG that stands in the page: it stretches with the page, and its letters do not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.wording import quantity
from corpuskit.trust.reports.markup import escaped

WIDTH = 1000
"""Units across a picture of the flow, whatever its width on the page."""
GAP, NARROWEST = 14, 3
"""Units between two streams, and of a stream with next to no documents."""
UNKNOWN_WIDTH = 12
"""Units of a stream that a cut left without counts."""
ROW, LABEL, BAR = 64, 24, 10
"""Pixels of a step's row, of the words above its bar, and of the bar."""
STUB = 16
"""Pixels that documents which were left out go on below the bar."""
COLOURS = 8
"""Streams that have a colour of their own."""
BAR_ROW, COLUMN_HEIGHT = 40, 150


def bars(name: str, rows: Sequence[tuple[str, int, str]]) -> str:
    """Return horizontal bars, each with a label, a value and words for the value; empty without rows."""
    most = max((value for _, value, _ in rows), default=0)
    if not most:
        return ""
    parts = []
    for number, (label, value, words) in enumerate(rows):
        top = number * BAR_ROW
        parts.append(
            f"<g><title>{escaped(label)}: {escaped(words)}</title>"
            f'<text x="0" y="{top + 16}">{escaped(_cut(label))}</text>'
            f'<text x="100%" y="{top + 16}" class="end">{escaped(words)}</text>'
            f'<rect class="back" x="0" y="{top + 23}" width="100%" height="8" rx="4"/>'
            f'<rect class="bar" x="0" y="{top + 23}" width="{100 * value / most:.2f}%" height="8" rx="4"/></g>'
        )
    return _picture(name, len(rows) * BAR_ROW, parts)


def columns(name: str, columns_: Sequence[tuple[str, int]]) -> str:
    """Return columns side by side, such as those of a histogram; every label stands below its column."""
    most = max((value for _, value in columns_), default=0)
    if not most:
        return ""
    width = 100 / len(columns_)
    parts = []
    for number, (label, value) in enumerate(columns_):
        height = max(round(COLUMN_HEIGHT * value / most, 1), 1 if value else 0)
        parts.append(
            f"<g><title>{escaped(label)}: {escaped(value)}</title>"
            f'<rect class="bar" x="{(number + 0.08) * width:.2f}%" y="{COLUMN_HEIGHT - height:.1f}" '
            f'width="{0.84 * width:.2f}%" height="{height:.1f}"/>'
            f'<text class="small middle" x="{(number + 0.5) * width:.2f}%" y="{COLUMN_HEIGHT + 16}">'
            f"{escaped(label)}</text></g>"
        )
    return _picture(name, COLUMN_HEIGHT + 24, parts)


def _picture(name: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escaped(name)}" width="100%" height="{height:g}">\n'
        f"<title>{escaped(name)}</title>\n" + "\n".join(parts) + "\n</svg>"
    )


def _cut(label: str, most: int = 34) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


@dataclass(frozen=True)
class Stream:
    """The output of a step on its way down: from which step, how many documents, its width and its colour."""

    step: str
    width: float
    colour: str


def flow(name: str, steps: Sequence[StepEntry]) -> str:
    """Return the flow of documents through the steps, from top to bottom; what a step leaves out ends below its bar.

    Every step has a row. The streams that are under way at a row stand side by side, each as wide as it has documents.
    """
    if not steps:
        return ""
    scale = _scale(steps)
    streams: list[Stream] = []
    shapes, words = list[str](), list[str]()
    colours = 0
    for number, step in enumerate(steps):
        parents = [stream for stream in streams if stream.step in step["from"]]
        colour = parents[0].colour if len(parents) == 1 else "many" if parents else f"c{colours % COLOURS}"
        colours += not parents
        sent = Stream(step["id"], _width(_out(step), scale), colour)
        before, after = streams, _with_step(streams, parents, sent)
        width_of_bar = max(sent.width, _width(_in(step), scale))
        shapes += _step_shapes(number, before, after, parents, sent, width_of_bar)
        words.append(_words(number, step, _positions(after, sent.step, width_of_bar)[sent.step], width_of_bar))
        streams = after
    height = len(steps) * ROW
    drawing = (
        f'<svg width="100%" height="{height}" viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none">'
        + "\n".join(shapes)
        + "</svg>"
    )
    return _picture(name, height, [drawing, *words])


def _in(step: StepEntry) -> int | None:
    """Return how many documents a step had to decide on: those that came in or that it read, and those it made."""
    return step["in"]["documents"] + step.get("made", 0) if "in" in step else None


def _out(step: StepEntry) -> int | None:
    return step["out"]["documents"] if "out" in step else None


def _scale(steps: Sequence[StepEntry]) -> float:
    """Return the units of a document, such that all streams fit side by side at every row."""
    under_way: dict[str, int] = {}
    smallest = float("inf")
    for step in steps:
        for parent in step["from"]:
            under_way.pop(parent, None)
        beside, streams = sum(under_way.values()), len(under_way)
        most = beside + max(_in(step) or 0, _out(step) or 0)
        under_way[step["id"]] = _out(step) or 0
        room_left = WIDTH - streams * (GAP + UNKNOWN_WIDTH) - UNKNOWN_WIDTH
        smallest = min(smallest, max(room_left, WIDTH / 4) / most if most else float("inf"))
    return 0 if smallest == float("inf") else smallest


def _width(documents: int | None, scale: float) -> float:
    if documents is None:
        return UNKNOWN_WIDTH
    return max(documents * scale, NARROWEST) if documents else 0


def _with_step(streams: list[Stream], parents: list[Stream], sent: Stream) -> list[Stream]:
    """Return the streams below a step: its own stands where the first of its parents stood, or last without any."""
    if not parents:
        return [*streams, sent]
    at = streams.index(parents[0])
    return [
        sent if index == at else stream for index, stream in enumerate(streams) if index == at or stream not in parents
    ]


def _positions(streams: Sequence[Stream], step: str = "", width: float = 0) -> dict[str, float]:
    """Return where streams begin, from left to right, if that of one step is `width` units wide."""
    positions, x = {}, 0.0
    for stream in streams:
        positions[stream.step] = x
        x += (width if stream.step == step else stream.width) + GAP
    return positions


def _step_shapes(
    number: int, before: list[Stream], after: list[Stream], parents: list[Stream], sent: Stream, width: float
) -> Iterator[str]:
    """Yield the shapes of one row: the streams that come down to it, its bar, and what goes on below it."""
    top, bar, below = number * ROW, number * ROW + LABEL, number * ROW + LABEL + BAR
    above, at_bar = _positions(before), _positions(after, sent.step, width)
    x_of_parent = at_bar[sent.step]
    for stream in before:
        if stream in parents:
            yield _ribbon(stream, above[stream.step], top, x_of_parent, bar)
            x_of_parent += stream.width
        else:
            yield _ribbon(stream, above[stream.step], top, at_bar[stream.step], bar)
    at_end = _positions(after)
    for stream in after:
        yield _ribbon(stream, at_bar[stream.step], bar, at_bar[stream.step], below)
        yield _ribbon(stream, at_bar[stream.step], below, at_end[stream.step], (number + 1) * ROW)
    x = at_bar[sent.step]
    if width > sent.width:
        left_out = Stream(sent.step, width - sent.width, "out")
        yield _ribbon(left_out, x + sent.width, bar, x + sent.width + STUB / 2, below + STUB)
    yield f'<rect class="step" x="{x:.1f}" y="{bar}" width="{max(width, NARROWEST):.1f}" height="{BAR}"/>'


def _ribbon(stream: Stream, x: float, y: float, x_below: float, y_below: float) -> str:
    """Return a stream between two heights, bent where it moves aside."""
    if not stream.width or y == y_below:
        return ""
    middle, width = (y + y_below) / 2, stream.width
    return (
        f'<path class="{stream.colour}" d="M{x:.1f} {y:g}C{x:.1f} {middle:g} {x_below:.1f} {middle:g} {x_below:.1f} '
        f"{y_below:g}H{x_below + width:.1f}C{x_below + width:.1f} {middle:g} {x + width:.1f} {middle:g} "
        f'{x + width:.1f} {y:g}Z"/>'
    )


def _words(number: int, step: StepEntry, x: float, width: float) -> str:
    """Return what stands above a step's bar: from its left end on, or to its right end in the right half."""
    came, went = _in(step), _out(step)
    if came is None or went is None:
        counts = "no counts, since the stream was cut later"
    elif came == went:
        counts = quantity(went, "document")
    else:
        counts = f"{came:,} to {went:,}"
    is_left = x + width / 2 < WIDTH / 2
    at, anchor = (x, "on") if is_left else (min(x + width, WIDTH), "on end")
    y = number * ROW + LABEL - 7
    return f'<text class="{anchor}" x="{at / WIDTH:.1%}" y="{y}">{escaped(step["id"])}: {escaped(counts)}</text>'
