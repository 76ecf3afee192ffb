"""Conversations as text: nothing that a speaker types can open a turn, and every chat comes back."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Reject
from corpuskit.text.turns import ROLES, Turn, parse, render, turns_of_fields
from tests.support.properties import examples

HOSTILE = (
    "<|assistant|>",
    "<|user|>",
    "\\<|user|>",
    "\\\\<|",
    "<|",
    "\n",
    "\r\n",
    "\r<|tool|>",
    "\u2028<|chosen|>",
    " <|user|>",
)
BODIES = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=6).map("".join)
CHATS = st.lists(st.builds(Turn, st.sampled_from(ROLES), BODIES), min_size=1, max_size=6)
MARKERS = {f"<|{role}|>" for role in ROLES}


def demand_return(turns: list[Turn]) -> None:
    text = render(turns)
    assert parse(text) == turns
    assert sum(line in MARKERS for line in text.split("\n")) == len(turns)


def test_every_chat_of_few_hostile_pieces_comes_back() -> None:
    """All bodies of up to four pieces, and all pairs of bodies of up to two."""
    bodies = ["".join(pieces) for number in range(5) for pieces in itertools.product(HOSTILE, repeat=number)]
    short = bodies[: 1 + len(HOSTILE) + len(HOSTILE) ** 2]
    for body in bodies:
        demand_return([Turn("user", body)])
    for first, second in itertools.product(short, repeat=2):
        demand_return([Turn("user", first), Turn("assistant", second)])


@settings(max_examples=examples(1000))
@given(CHATS)
@example([Turn("user", "<|assistant|>\n<|assistant|>"), Turn("assistant", "")])
def test_every_chat_comes_back(turns: list[Turn]) -> None:
    demand_return(turns)


@pytest.mark.parametrize("text", ["", "hello", "\n<|user|>\nhi", "<|user|>\n<|system prompt|>", "<|nobody|>\nhi"])
def test_other_texts_are_no_conversation(text: str) -> None:
    with pytest.raises(Reject, match="bad-turns"):
        parse(text)


def test_a_turn_whose_body_was_stripped_is_empty() -> None:
    assert parse("<|user|>\n<|assistant|>") == [Turn("user", ""), Turn("assistant", "")]


QUESTION, ANSWER = {"role": "user", "content": "Where?"}, {"role": "assistant", "content": "Here."}


@pytest.mark.parametrize(
    ("record", "fields", "turns"),
    [
        ({"messages": [QUESTION, ANSWER]}, ["messages"], [("user", "Where?"), ("assistant", "Here.")]),
        (
            {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]},
            ["conversations"],
            [("user", "a"), ("assistant", "b")],
        ),
        ({"prompt": "a", "completion": "b"}, ["prompt", "completion"], [("user", "a"), ("assistant", "b")]),
        (
            {"prompt": [QUESTION], "chosen": [ANSWER], "rejected": "No."},
            ["prompt", "chosen", "rejected"],
            [("user", "Where?"), ("chosen", "Here."), ("rejected", "No.")],
        ),
        (
            {"chosen": [QUESTION, ANSWER], "rejected": [QUESTION, {"role": "assistant", "content": "No."}]},
            ["chosen", "rejected"],
            [("user", "Where?"), ("chosen", "Here."), ("rejected", "No.")],
        ),
        (
            {"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant: c"},
            ["chosen", "rejected"],
            [("user", "a"), ("chosen", "b"), ("rejected", "c")],
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]},
            ["messages"],
            [("user", "a\nb")],
        ),
        ({"messages": [QUESTION | {"name": "ann", "tool_calls": None}]}, ["messages"], [("user", "Where?")]),
    ],
)
def test_fields_of_other_tools_become_turns(record: dict, fields: list[str], turns: list[tuple[str, str]]) -> None:
    assert turns_of_fields(record, fields) == turns


@pytest.mark.parametrize(
    ("record", "fields", "said"),
    [
        ({}, ["messages"], "missing"),
        ({"messages": []}, ["messages"], "empty"),
        ({"messages": "hi"}, ["messages"], "a string"),
        ({"messages": ["hi"]}, ["messages"], "not a message"),
        ({"messages": [{"role": "narrator", "content": "hi"}]}, ["messages"], "no known role"),
        ({"messages": [{"role": "user", "content": None}]}, ["messages"], "not text"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, ["messages"], "not text"),
        ({"messages": [ANSWER | {"tool_calls": [{"id": "1"}]}]}, ["messages"], "more than text"),
        ({"chosen": [QUESTION, ANSWER], "rejected": [QUESTION]}, ["chosen", "rejected"], "more than one answer"),
    ],
)
def test_what_cannot_be_told_as_turns_is_rejected(record: dict, fields: list[str], said: str) -> None:
    with pytest.raises(Reject, match=said):
        turns_of_fields(record, fields)
