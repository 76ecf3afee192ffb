"""Make the questions of an invented bank's customers, with one rare intent: the same on every run."""

import json
import random
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "inputs"
RARE = "exchange rate"
USUAL, FEW = 120, 30

SUBJECTS = {
    "exchange rate": [
        "the exchange rate",
        "the rate for dollars",
        "the currency conversion",
        "foreign money at your rate",
    ],
    "lost card": ["my lost card", "a card that I cannot find", "the card that was stolen", "my missing bank card"],
    "late transfer": [
        "a transfer that is late",
        "the payment that never arrived",
        "my pending transfer",
        "money sent days ago",
    ],
    "new PIN": ["my forgotten PIN", "a new PIN", "the PIN that is blocked", "changing my secret number"],
    "top up": ["topping up by phone", "my failed top up", "a top up that is missing", "adding money to the account"],
    "fees": ["the fee for cash", "a charge I do not know", "the monthly costs", "fees on my statement"],
}
OPENINGS = [
    "Please tell me about",
    "I have a question on",
    "Who can help with",
    "What should I know about",
    "Any news on",
]
WHEN = [
    "since Monday",
    "before my holiday",
    "this morning",
    "after the move",
    "at the weekend",
    "while abroad",
    "last night",
]
WHERE = ["in Lisbon", "at the airport", "in your app", "in the branch by the river", "at a hotel", "on the train"]
WHY = [
    "My son needs it",
    "The shop refused it",
    "I am in a hurry",
    "The app shows nothing",
    "Nobody picks up the phone",
]
ENDS = ["How long will it take?", "What do I do now?", "Is that normal?", "Whom do I call?", "Can it be undone?"]


def question(choice: random.Random, intent: str) -> str:
    """What somebody might ask."""
    parts = [choice.choice(words) for words in (OPENINGS, SUBJECTS[intent], WHEN, WHERE, WHY, ENDS)]
    amount = choice.randrange(11, 9_999)
    return f"{parts[0]} {parts[1]} {parts[2]} {parts[3]}, it is about {amount} euros. {parts[4]}. {parts[5]}"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    choice = random.Random(5)  # noqa: S311 - questions, not secrets
    intents = [intent for intent in SUBJECTS for _ in range(FEW if intent == RARE else USUAL)]
    choice.shuffle(intents)
    rows = (
        {
            "id": f"question-{number}",
            "text": question(choice, intent),
            "metadata": {"license": "CC0-1.0", "labels": {"intent": intent}},
        }
        for number, intent in enumerate(intents)
    )
    (FOLDER / "real.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
