"""Small items go together in groups of a sensible size, and one item more or less changes few of them."""

from hypothesis import given
from hypothesis import strategies as st

from corpuskit.mix.engine.grouping import MOST_FACTOR, grouped

Item = tuple[str, int]
ITEMS = st.lists(st.tuples(st.text(max_size=4), st.integers(0, 150)), max_size=200)


def groups_of(items: list[Item]) -> list[list[Item]]:
    return grouped(items, lambda item: item, 100)


@given(ITEMS)
def test_groups_hold_every_item_in_order_and_are_no_bigger_than_allowed(items: list[Item]) -> None:
    groups = groups_of(items)
    assert [item for group in groups for item in group] == items
    for group in groups:
        assert sum(size for _, size in group) <= MOST_FACTOR * 100
        assert len(group) == 1 or all(size < 100 for _, size in group)


def test_the_number_of_groups_follows_the_bytes() -> None:
    items = [(f"file {number}", 10) for number in range(10_000)]
    groups = groups_of(items)
    assert 100_000 / 300 < len(groups) < 100_000 / 150


def test_an_item_more_changes_the_groups_around_it_alone() -> None:
    items = [(f"file {number}", 10) for number in range(10_000)]
    before = {tuple(group) for group in groups_of(items)}
    for position in (0, 5_000, 10_000):
        after = {tuple(group) for group in groups_of([*items[:position], ("one more", 10), *items[position:]])}
        assert len(after - before) <= 5


def test_names_that_are_not_unicode_are_grouped_too() -> None:
    assert grouped([b"\xff".decode(errors="surrogateescape")], lambda name: (name, 100), 100) == [["\udcff"]]
