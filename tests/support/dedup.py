"""Families of alike texts, and the rule of dedup a second time, by sorting."""

import itertools
import pickle
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from hypothesis import strategies as st

from corpuskit.core.document import Document, encode
from corpuskit.core.step import Drop, Item, ShardedRun
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup.minhash import band_keys, signatures
from corpuskit.text.dedup.shingles import jaccard, shingles


def prose(seed: int, words: int = 120) -> str:
    generator = random.Random(seed)
    return " ".join(f"w{generator.randrange(5000)}" for _ in range(words))


def changed(text: str, places: int, seed: int = 0) -> str:
    """The same text with some of its words replaced."""
    generator, words = random.Random(f"{seed} {text}"), text.split()
    for place in generator.sample(range(len(words)), places):
        words[place] = f"x{generator.randrange(5000)}"
    return " ".join(words)


def corpus(*texts: str, **metadata: Any) -> list[Document]:
    return [Document(f"d{number}", text, dict(metadata)) for number, text in enumerate(texts)]


def verdict(item: Item) -> tuple[Any, ...]:
    if isinstance(item, Drop):
        return item.document.id, item.reason, item.values["of"], item.values["similarity"]
    assert isinstance(item, Document)
    return (item.id, "kept")


def verdicts(items: Iterable[Item]) -> list[tuple[Any, ...]]:
    return [verdict(item) for item in items]


def survivors(items: Iterable[Item]) -> list[Document]:
    return [item for item in items if isinstance(item, Document)]


def exactly(items: Iterable[Item]) -> list[Any]:
    return [
        (item.document.id, item.reason, item.values) if isinstance(item, Drop) else encode(item)  # type: ignore[arg-type]
        for item in items
    ]


def in_tasks(folder: Path, shards: list[list[Document]], step: Dedup) -> list[Item]:
    """What the engine does, one task after the other, each with a copy of the step, as a worker has."""

    def remote() -> ShardedRun:
        sharded = pickle.loads(pickle.dumps(step.bound())).sharded()  # noqa: S301 - our own bytes
        assert sharded is not None
        return cast(ShardedRun, sharded)

    signatures = [folder / f"{number}.signatures" for number in range(len(shards))]
    for shard, path in reversed(list(zip(shards, signatures, strict=True))):
        remote().sign(shard, path)
    matches = [folder / f"{number}.matches" for number in range(remote().buckets)]
    for number, path in reversed(list(enumerate(matches))):
        remote().match(number, signatures, path)
    verdicts = folder / "verdicts"
    parts = remote().resolve(signatures, matches, verdicts).parts
    content = verdicts.read_bytes()
    items = [
        document if change is None else change(document)
        for shard, part in zip(shards, parts, strict=True)
        for document, change in zip(
            shard, remote().changes(content[part.offset : part.offset + part.length]), strict=True
        )
    ]
    sharded = step.sharded()
    assert sharded is not None
    sharded.before_publish(signatures, verdicts)
    step.commit()
    return items


def cut(documents: list[Document], places: list[int]) -> list[list[Document]]:
    borders = [0, *sorted(min(place, len(documents)) for place in places), len(documents)]
    return [documents[start:end] for start, end in itertools.pairwise(borders)]


def by_sorting(documents: list[Document], step: Dedup) -> list[tuple[Any, ...]]:
    """The rule once more, as a sort by band key and order and a walk along each group."""
    order = {
        "first": list(range(len(documents))),
        "longest": sorted(range(len(documents)), key=lambda number: -len(documents[number].text)),
    }[step.keep]
    texts = {number: shingles(documents[number].text, step.ngram) for number in order}
    rows = {number: signatures([texts[number]], step.permutations, step.seed) for number in order}
    first: dict[str, int] = {}
    matched: dict[int, dict[int, float]] = {number: {} for number in order}
    groups = defaultdict(list)
    for number in order:
        if number == first.setdefault(documents[number].text, number) and len(texts[number]):
            for key in band_keys(rows[number], step.bands)[0].tolist():
                groups[key].append(number)
    for group in groups.values():
        leaders: list[int] = []
        for number in group:
            shares = {
                leader: jaccard(texts[leader], texts[number])
                if step.verify == "jaccard"
                else (rows[leader] == rows[number]).mean()
                for leader in leaders
            }
            near = {leader: share for leader, share in shares.items() if share >= step.threshold}
            matched[number].update(near)
            if not near and len(leaders) < 4:
                leaders.append(number)
    found: list[tuple[Any, ...]] = []
    for number, document in enumerate(documents):
        same = first[document.text]
        best = min(matched[number], key=order.index, default=-1)
        if same != number:
            found.append((document.id, "duplicate", documents[same].id, 1.0))
        elif best >= 0:
            share = round(float(matched[number][best]), 4)
            found.append((document.id, "near-duplicate", documents[best].id, share))
        else:
            found.append((document.id, "kept"))
    return found


@st.composite
def families(draw: st.DrawFn) -> list[Document]:
    """Families of texts at all distances from one another, shuffled."""
    texts = []
    for seed in draw(st.lists(st.integers(0, 50), min_size=1, max_size=4)):
        text = prose(seed, draw(st.integers(3, 60)))
        for place in range(draw(st.integers(1, 6))):
            texts.append(text)
            if draw(st.booleans()):
                text = changed(text, min(draw(st.integers(0, 4)), len(text.split())), place)
    texts += draw(st.lists(st.sampled_from(["", "...", " ", "one"]), max_size=3))
    return corpus(*draw(st.permutations(texts)))
