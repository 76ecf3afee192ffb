"""Documents of every shape that trainers read, written for the tests; hostile ones among them."""

import random
from typing import Any

from corpuskit.core.document import TURNS, Document
from corpuskit.text.turns import Turn, render

WORDS = [
    "harbour",
    "light",
    "mole",
    "tide",
    "<|assistant|>",
    "\n",
    "\\<|user|>",
    "Grüße",
    "港",
    "",
    "  ",
    "```",
    "\u2028",
]


def chat(identifier: str, turns: list[Turn], **signal: Any) -> Document:
    metadata: dict[str, Any] = {"content_type": TURNS, "source": "chats", "license": "CC0-1.0"}
    return Document(identifier, render(turns), metadata | ({"signal": signal} if signal else {}))


def made_up_chats(count: int, seed: int = 1) -> list[Document]:
    """Chats, examples, pairs and rated answers in turn."""
    choice = random.Random(seed)

    def said(role: str) -> Turn:
        return Turn(role, " ".join(choice.choices(WORDS, k=choice.randrange(8))))

    chats = []
    for number in range(count):
        prompt = [said("system")] * choice.randrange(2) + [
            said("user"),
            *[said("assistant"), said("user")] * choice.randrange(3),
        ]
        name = f"chat-{number}"
        if number % 4 == 0:
            chats.append(chat(name, [*prompt, said("assistant")]))
        elif number % 4 == 1:
            chats.append(chat(name, [*prompt, said("assistant")], kind="sft", value=0.1, weight=1.0))
        elif number % 4 == 2:
            chats.append(chat(name, [*prompt, said("chosen"), said("rejected")], kind="pair", value=2, weight=1.0))
        else:
            rating = choice.random() < 0.7
            chats.append(chat(name, [*prompt, said("assistant")], kind="unpaired", value=rating, weight=0.5))
    return chats
