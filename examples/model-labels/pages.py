"""Make pages for a model to rate, and the truth about some of them: written for this project, the same on every run."""

import json
import random
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "inputs"
RATED, REST, GOLD = 360, 600, 60

PLANTS = ["tomatoes", "beans", "apple trees", "roses", "leeks", "currants", "pumpkins", "lettuce", "garlic", "peas"]
MONTHS = ["March", "April", "May", "June", "September", "October"]
USEFUL = [
    "Sow {plant} in {month}, when the soil has warmed to the depth of a finger, {n} centimetres apart.",
    "Water {plant} in the morning at the root, because wet leaves invite mildew in {month}.",
    "A mulch of {n} centimetres of straw keeps the roots of {plant} cool and the weeds down until {month}.",
    "If the leaves of {plant} turn yellow from below, they lack nitrogen: {n} grams of horn meal a plant will do.",
    "Cut {plant} back by a third in {month}; the wound heals before the first frost, and fruit comes {n} days sooner.",
    "Turn the compost after {n} weeks, and give it to {plant} only when it smells of a forest floor in {month}.",
]
USELESS = [
    "Click here for {plant} deals in {month}, {n} percent off, only today!!!",
    "{plant} {plant} best {plant} cheap {plant} buy {plant} {month} {n}.",
    "This page is about {plant}. Pages about {plant} are about {plant}. See page {n} in {month}.",
    "You will not believe what {n} gardeners did to their {plant} in {month}, number {n} will shock you.",
    "Accept all cookies to read on about {plant}. Subscribe for {n} newsletters before {month}.",
    "Home | {plant} | {month} | {n} comments | Log in | Share | Back to top",
]


def page(choice: random.Random) -> tuple[str, int]:
    """A page, and the rating that it deserves: 0 is worthless, 5 is what one wants to learn from."""
    rating = choice.choice([0, 1, 1, 2, 3, 4, 4, 5])
    useful = [rating + 1, rating][rating == 0]
    sentences = choice.sample(USEFUL, useful) + choice.sample(USELESS, 6 - useful)
    choice.shuffle(sentences)
    plant = choice.choice(PLANTS)
    filled = (line.format(plant=plant, month=choice.choice(MONTHS), n=choice.randrange(2, 40)) for line in sentences)
    return " ".join(filled), rating


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    choice = random.Random(11)  # noqa: S311 - pages, not secrets
    made = [(f"page-{number}", *page(choice)) for number in range(RATED + REST)]
    for name, part in (("pages", made[:RATED]), ("rest", made[RATED:])):
        rows = ({"id": key, "text": text, "metadata": {"license": "CC0-1.0"}} for key, text, _ in part)
        (FOLDER / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    gold = ({"item": key, "name": "score", "label": rating} for key, _, rating in made[:GOLD])
    (FOLDER / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold), encoding="utf-8")


if __name__ == "__main__":
    main()
