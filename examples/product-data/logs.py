"""Make the logs of an invented shop: feedback on its chat, its moderators' votes, its tickets; and public texts.

Everything is written for this project or comes from the documentation inside Python, and is the same on every run, but
for the tenant's key. Addresses end in example.org.
"""

import json
import os
import pydoc_data.topics
import random
import secrets
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "inputs"
START = 1_780_000_000
PEOPLE = [f"user{number}@example.org" for number in range(24)]
MODERATORS = ["mod1@example.org", "mod2@example.org", "mod3@example.org"]

THINGS = ["lamp", "kettle", "desk", "coat", "bicycle", "radio", "tent", "clock", "chair", "scarf", "camera", "rug"]
TROUBLES = {
    "has not come": "Orders are handed to the carrier within a day. Please open your order, follow the number of the "
    "parcel, and tell us if it has not moved for three days; we then send another {thing} at once.",
    "came broken": "I am sorry about the {thing}. Please send us a picture of the damage within two weeks; you may "
    "keep it, and choose whether we send a new one or return the money.",
    "does not fit": "You can send the {thing} back within thirty days. Print the label in your account, put it on the "
    "parcel, and the money is returned two days after we have it.",
    "was charged twice": "One of the two is a reservation, which your bank releases within a week. If both stay, "
    "please send us the last four digits of the card, and we return the amount for the {thing}.",
    "makes a noise": "A {thing} should not. Please unplug it, turn the screw below a quarter to the right, and try "
    "again; if it goes on, it is under guarantee for two years, and we fetch it for free.",
}
OPENINGS = ["Thank you for asking.", "Of course.", "Happy to help.", "Let us see to that."]
BAD_ANSWERS = [
    "As a language model I cannot know anything about your {thing}.",
    "Have you tried buying another {thing}? Check out our new offers!!!",
    "The {thing} the {thing} the {thing} is what it is.",
    "Please contact support. Please contact support about the {thing}.",
    "Whatever. A {thing} is just a {thing}, read the terms.",
    "lol no idea, google your {thing} maybe",
]
POSTS = {
    "fine": ["The {thing} is smaller than I thought, but sturdy.", "Took a week, and the {thing} was worth it."],
    "spam": ["WIN a free {thing} today, click here!!!", "Earn 500 a day from home, ask me about the {thing}."],
    "insult": ["Only an idiot would buy this {thing}.", "Whoever made this {thing} is a moron, and so are you."],
}


def question(choice: random.Random) -> tuple[str, str, str]:
    """What somebody asks, about what, and what is wrong with it."""
    thing, trouble = choice.choice(THINGS), choice.choice(list(TROUBLES))
    contact = choice.choice(["", f" Write to {choice.choice(PEOPLE)}.", " Call me at +1 202 555 0143."])
    return f"My {thing} {trouble}. Order {choice.randrange(10_000, 99_999)}.{contact}", thing, trouble


def answer(choice: random.Random, thing: str, trouble: str, is_good: bool) -> str:
    """A good answer, or one that helps nobody."""
    if is_good:
        return f"{choice.choice(OPENINGS)} {TROUBLES[trouble].format(thing=thing)}"
    return " ".join(line.format(thing=thing) for line in choice.sample(BAD_ANSWERS, choice.randrange(2, 6)))


def rating(number: int, person: str, asked: str, said: str, thumb: int) -> dict[str, object]:
    """One record of Open WebUI's export of feedback."""
    messages = {
        "1": {"id": "1", "parentId": None, "role": "user", "content": asked},
        f"m{number}": {"id": f"m{number}", "parentId": "1", "role": "assistant", "content": said},
    }
    return {
        "id": f"rating-{number}", "user_id": person, "type": "rating", "created_at": START + 60 * number,
        "data": {"rating": thumb, "model_id": "shop-assistant"}, "meta": {"message_id": f"m{number}"},
        "snapshot": {"chat": {"chat": {"history": {"messages": messages}}}},
    }  # fmt: skip


def write(name: str, records: list[dict[str, object]]) -> None:
    (FOLDER / name).write_text("".join(json.dumps(record) + "\n" for record in records))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    choice = random.Random(20)  # noqa: S311 - logs, not secrets
    ratings: list[dict[str, object]] = []
    for _ in range(220):
        person, is_good = choice.choice(PEOPLE), choice.random() < 0.6
        asked, thing, trouble = question(choice)
        # Some rate a second answer to their question too, and some thumbs slip.
        for better in [is_good, not is_good][: 1 + (choice.random() < 0.3)]:
            thumb = 1 if better != (choice.random() < 0.05) else -1
            ratings.append(rating(len(ratings), person, asked, answer(choice, thing, trouble, better), thumb))
    (FOLDER / "feedback.json").write_text(json.dumps(ratings))

    votes: list[dict[str, object]] = []
    for number in range(60):
        truth = choice.choice(list(POSTS))
        text = choice.choice(POSTS[truth]).format(thing=choice.choice(THINGS))
        for moderator in MODERATORS:
            seen = truth if choice.random() < 0.93 else choice.choice(list(POSTS))
            vote = {"n": len(votes), "at": START + 60 * len(votes), "by": moderator, "text": text}
            votes.append({**vote, "post": f"post-{number}", "class": seen})
    write("moderation.jsonl", votes)

    tickets: list[dict[str, object]] = []
    for number in range(40):
        asked, thing, trouble = question(choice)
        tickets.append(
            {
                "id": 7000 + number, "subject": f"{thing} {trouble}", "description": asked,
                "status": choice.choice(["solved", "solved", "closed"]), "type": "problem", "priority": "normal",
                "requester_id": choice.choice(PEOPLE), "created_at": "2026-05-01T10:00:00Z",
                "updated_at": f"2026-05-{2 + number % 20:02d}T10:00:00Z",
                "satisfaction_rating": {"score": choice.choice(["good", "good", "bad", "unoffered"])},
            }
        )  # fmt: skip
    write("tickets.jsonl", tickets)

    # Answers that nobody has rated: the model of quality chooses among them.
    unrated = []
    for number in range(300):
        asked, thing, trouble = question(choice)
        said = answer(choice, thing, trouble, choice.random() < 0.5)
        messages = [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]
        unrated.append({"id": f"unrated-{number}", "messages": messages})
    write("unrated.jsonl", unrated)

    texts = sorted(pydoc_data.topics.topics.items())
    write("public.jsonl", [{"id": f"topics/{name}", "text": text} for name, text in texts])
    consents: list[dict[str, object]] = [
        {"actor": "*", "scope": ["label", "text", "train"], "basis": "terms of 2026", "until": "2027-12-31"},
        {"actor": PEOPLE[0], "scope": ["label"]},
        {"actor": PEOPLE[1], "scope": []},
    ]
    write("consent.jsonl", consents)
    key = FOLDER / "shop.key"
    if not key.exists():
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(32))


if __name__ == "__main__":
    main()
