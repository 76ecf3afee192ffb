"""The sampler: quotas kept to the token, the same choice in any order, little churn; with the solver, whole mixes."""

import random
from dataclasses import dataclass

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpuskit.mix.solver.sampling
from corpuskit.mix.solver.allocate import Infeasible, SourceSupply, solve
from corpuskit.mix.solver.sampling import measures_dtype, order_key, plan_quota, ranker

SIZES = st.lists(st.integers(0, 60), min_size=1, max_size=60)


@dataclass
class Choice:
    epochs: list[int]
    tokens: int


def choose(ranks: list[bytes], sizes: list[int], quota: int, ties: list[bytes] | None = None, cuts: int = 3) -> Choice:
    """Return the choice from one source, whose documents share some shards with those of another."""
    rows = numpy.zeros(len(ranks), measures_dtype())
    rows["source"], rows["tokens"] = 1, sizes
    rows["rank"] = numpy.frombuffer(b"".join(ranks), "V16")
    rows["tie"] = numpy.frombuffer(b"".join(ties or [b"\0" * 16] * len(ranks)), "V16")
    other = numpy.zeros(1, measures_dtype())
    other["tokens"] = 1
    shards = [numpy.concatenate([other, block]) for block in numpy.array_split(rows, cuts)]
    plan = plan_quota(lambda: enumerate(shards), 1, sum(sizes), quota)
    epochs = [n for number, shard in enumerate(shards) for n in plan.epochs(shard, number)[1:].tolist()]
    assert max([0, *epochs]) <= plan.most_epochs
    return Choice(epochs, sum(n * size for n, size in zip(epochs, sizes, strict=True)))


def pick(sizes: list[int], quota: int, seed: int = 7, source: str = "web") -> Choice:
    rank = ranker(seed, source)
    return choose([rank(f"document {number}") for number in range(len(sizes))], sizes, quota)


def plainly(sizes: list[int], quota: int, seed: int = 7, source: str = "web") -> list[int]:
    """Return the epochs by the rule in its plainest form: whole epochs, then by rank whatever still fits."""
    total = sum(sizes)
    if not total:
        return [0] * len(sizes)
    whole, budget_left = divmod(quota, total)
    epochs = [whole] * len(sizes)
    rank = ranker(seed, source)
    if budget_left:
        for index in sorted(range(len(sizes)), key=lambda index: rank(f"document {index}")):
            if sizes[index] <= budget_left:
                budget_left -= sizes[index]
                epochs[index] += 1
    return epochs


@given(SIZES, st.integers(1, 4000))
def test_the_choice_is_the_plain_rule(sizes: list[int], quota: int) -> None:
    assert pick(sizes, quota).epochs == plainly(sizes, quota)


def test_many_rounds_of_passing_over_end_in_the_same_choice() -> None:
    # Each round finds one that fits and one that does not: more rounds than the vectorised search has patience for.
    sizes = [size for step in range(300) for size in (1, 1000 - step)]
    rng = random.Random(5)
    rng.shuffle(sizes)
    for quota in (999, 1300, 20_000):
        assert pick(sizes, quota).epochs == plainly(sizes, quota)


@pytest.mark.parametrize("max_sorted", [0, 5, 100])
@pytest.mark.parametrize("vector_rounds", [0, 2])
def test_the_choice_does_not_depend_on_what_is_sorted_at_once(
    monkeypatch: pytest.MonkeyPatch, max_sorted: int, vector_rounds: int
) -> None:
    monkeypatch.setattr(corpuskit.mix.solver.sampling, "MAX_SORTED", max_sorted)
    monkeypatch.setattr(corpuskit.mix.solver.sampling, "VECTOR_ROUNDS", vector_rounds)
    rng = random.Random(max_sorted)
    for seed in range(20):
        sizes = [int(rng.lognormvariate(3, 1.5)) for _ in range(rng.randint(1, 300))]
        for quota in (3, sum(sizes) // 7 + 1, sum(sizes) // 2 + 1, sum(sizes) * 2 - 1):
            assert pick(sizes, quota, seed).epochs == plainly(sizes, quota, seed)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 9)), max_size=40), st.integers(1, 90))
def test_documents_of_one_rank_and_text_are_taken_in_their_order(
    documents: list[tuple[int, int, int]], quota: int
) -> None:
    ranks = [bytes([0, 0, rank // 2, 0, 0, 0, 0, 0, rank % 2, *[0] * 7]) for rank, _, _ in documents]
    ties, sizes = [bytes([tie] * 16) for _, tie, _ in documents], [size for *_, size in documents]
    whole, budget_left = divmod(quota, sum(sizes)) if sum(sizes) else (0, 0)
    expected = [whole] * len(documents)
    for index in sorted(range(len(documents)), key=lambda index: (ranks[index], ties[index])) if budget_left else ():
        if sizes[index] <= budget_left:
            budget_left -= sizes[index]
            expected[index] += 1
    assert choose(ranks, sizes, quota, ties).epochs == expected


@given(SIZES, st.integers(1, 4000))
def test_the_quota_is_kept_and_missed_by_less_than_any_document_left_out(sizes: list[int], quota: int) -> None:
    choice = pick(sizes, quota)
    given_tokens = sum(size * epochs for size, epochs in zip(sizes, choice.epochs, strict=True))
    assert given_tokens == choice.tokens <= quota
    if sum(sizes) and quota % sum(sizes):
        whole = quota // sum(sizes)
        left_out = [size for size, n in zip(sizes, choice.epochs, strict=True) if n == whole]
        assert all(quota - choice.tokens < size for size in left_out)


@given(SIZES, st.integers(1, 4000), st.randoms(use_true_random=False))
def test_the_order_of_documents_changes_nothing(sizes: list[int], quota: int, shuffle: random.Random) -> None:
    rank = ranker(7, "web")
    documents = [(f"document {number}", size) for number, size in enumerate(sizes)]
    first = {name: n for (name, _), n in zip(documents, pick(sizes, quota).epochs, strict=True)}
    shuffle.shuffle(documents)
    again = choose([rank(name) for name, _ in documents], [size for _, size in documents], quota)
    assert {name: n for (name, _), n in zip(documents, again.epochs, strict=True)} == first


def test_two_documents_of_one_id_are_told_apart_by_their_texts() -> None:
    rank = ranker(7, "web")("same")
    low, high = b"\0" * 16, b"\1" * 16
    assert choose([rank, rank], [5, 5], 5, [low, high]).epochs == [1, 0]
    assert choose([rank, rank], [5, 5], 5, [high, low]).epochs == [0, 1]


def test_ranks_depend_on_seed_source_and_id_and_never_change() -> None:
    assert ranker(7, "web")("a").hex() == ranker(7, "web")("a").hex()
    assert len({ranker(s, n)(i) for s in (1, 2) for n in ("web", "wiki") for i in ("a", "b")}) == 8
    assert order_key(7, "a") != order_key(7, "a", 2) != order_key(8, "a", 2)
    assert order_key(7, "a") != ranker(7, "")("a")
    # A new version of the rule would draw other documents out of every recipe: these are promises.
    assert ranker(7, "web")("a").hex() == "0218330df7d1e3e529dfff16e857cc05"
    assert order_key(7, "a").hex() == "9d052f3d632a9ef6c1cc4a8abbce7116"


def test_long_names_and_any_text_make_keys() -> None:
    assert len(ranker(-(2**63), "n" * 500)("\U0001f600")) == 16


def test_a_small_change_of_the_source_changes_the_sample_little() -> None:
    rng = random.Random(2)
    sizes = {f"d{number}": rng.randint(50, 2000) for number in range(20_000)}
    more = {**sizes, **{f"new{number}": rng.randint(50, 2000) for number in range(20)}}
    rank = ranker(7, "web")

    def chosen(documents: dict[str, int]) -> set[str]:
        quota = sum(documents.values()) // 5
        epochs = choose([rank(name) for name in documents], list(documents.values()), quota).epochs
        return {name for name, n in zip(documents, epochs, strict=True) if n}

    before, after = chosen(sizes), chosen(more)
    assert len(before & after) / len(before | after) > 0.99


def test_the_sample_is_fair() -> None:
    rank = ranker(11, "web")
    names = [f"https://example.org/{number}" for number in range(20_000)]
    epochs = choose([rank(name) for name in names], [10] * len(names), 100_000).epochs
    assert sum(epochs) == 10_000
    halves = sum(epochs[:10_000])
    assert abs(halves - 5_000) < 250, "five standard deviations"


def test_what_does_not_fit_is_passed_over() -> None:
    rank = ranker(7, "web")
    names = sorted((f"d{number}" for number in range(4)), key=rank)
    choice = choose([rank(name) for name in names], [5, 100, 5, 100], 10)
    assert choice.epochs == [1, 0, 1, 0]
    nothing = choose([rank("a")], [50], 10)
    assert (nothing.tokens, nothing.epochs) == (0, [0])


def test_a_source_without_documents_or_tokens_or_quota() -> None:
    assert choose([], [], 10).epochs == []
    assert choose([b"x" * 16], [0], 10).epochs == [0]
    assert choose([b"x" * 16], [5], 0).epochs == [0]


def random_mix(seed: int) -> tuple[dict[str, list[int]], list[SourceSupply], int, dict[str, float], float | None]:
    """A recipe and the sizes of its documents; about half of them can be met."""
    rng = random.Random(seed)
    origins = ["crawl", "licensed", "synthetic"][: rng.randint(1, 3)]
    sizes = {
        f"s{number}": [1 + int(rng.lognormvariate(3, 1.3)) for _ in range(rng.randint(1, 60))]
        for number in range(rng.randint(1, 6))
    }
    sources = [
        SourceSupply(
            name=name,
            origin=rng.choice(origins),
            tokens=sum(documents),
            weight=round(rng.uniform(0.1, 8), 2),
            max_epochs=rng.choice([1, 2, 4, 2.5]),
            floor=rng.choice([None, None, None, 0.05]),
        )
        for name, documents in sizes.items()
    ]
    budget = max(1, int(rng.uniform(0.05, 1.2) * sum(item.tokens for item in sources)))
    caps = {origin: round(rng.uniform(0.2, 1), 2) for origin in origins if rng.random() < 0.25}
    return sizes, sources, budget, caps, round(rng.uniform(0.4, 1), 2) if rng.random() < 0.25 else None


@pytest.mark.parametrize("recipes", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_feasible_recipes_meet_every_constraint_within_a_document_a_source(recipes: int) -> None:
    met = seed = 0
    while met < recipes:
        seed += 1
        sizes, sources, budget, caps, any_source = random_mix(seed)
        try:
            allocations = solve(sources, budget, caps, any_source)
        except Infeasible:
            continue
        met += 1
        got: dict[str, int] = {}
        short = 0
        for item, quota in zip(sources, allocations, strict=True):
            choice = pick(sizes[item.name], quota.tokens, seed, item.name)
            got[item.name] = choice.tokens
            largest = max(sizes[item.name])
            short += largest
            assert quota.tokens - largest < choice.tokens <= quota.tokens
            assert choice.tokens <= (item.max_epochs or 0) * item.tokens
            assert max(choice.epochs) <= -(-quota.tokens // item.tokens)
            assert choice.tokens > (item.floor or 0) * budget - 1 - largest
            assert choice.tokens <= (any_source or 1) * budget + 1e-9
        for origin, cap in caps.items():
            assert sum(got[item.name] for item in sources if item.origin == origin) <= cap * budget + 1e-9
        assert budget - short - len(sources) - len(caps) <= sum(got.values()) <= budget
    assert seed < 5 * recipes
