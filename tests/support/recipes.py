"""Generated pages and books, and a recipe that has everything in it: what tests of engines and resumption build."""

import hashlib
from pathlib import Path

from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.mix.recipe.shell_pipe import source_pipes, together_pipe
from tests.conftest import lines_of
from tests.support.warc import gz, http, record

PARAGRAPH = (
    "The harbour of {name} lies open to the {side}, and the ships that come in at night are led by {number} lights on "
    "the mole. It was built of stone after the storm of {year}, and the people of the town have kept it in repair. "
    "They say that the first light was a fire of driftwood, which the family of the keeper fed for {age} years. "
    "Write to office{number}@example.org for the hours at which it can be seen from the inside, or ask at the port."
)
WEB = """
sources:
  web:
    from: fetch-warc
    inputs: [crawl/]
    origin: crawl
    license: LicenseRef-crawl"""
STEPS = "[extract, {filter-language: {keep: [en]}}, {filter-quality: {rules: [gopher, c4]}}]"
RECIPE = f"""
seed: 7
budget: {{tokens: 20000}}{WEB}
    steps: {STEPS}
  books: {{from: files, inputs: [books/], origin: licensed, license: CC-BY-4.0, max_epochs: 2}}
together: [dedup, scrub-pii]
output: {{dir: out, shard_documents: 20, formats: [jsonl, parquet], order: shuffled}}
"""
BOOKS = 300


ONE_SOURCE = "sources: {a: {from: files, inputs: [in.jsonl], origin: other, license: MIT}}"


def paragraph(number: int) -> str:
    side = ("north", "south", "east", "west")[number % 4]
    name = "".join(chr(97 + number * step % 26) for step in (1, 3, 7, 11, 17)).capitalize()
    return PARAGRAPH.format(name=name, side=side, number=number, year=1500 + number, age=number % 90 + 2)


def page(number: int) -> bytes:
    body = "".join(f"<p>{paragraph(number * 5 + part)}</p>" for part in range(5))
    head = "<html lang=en><head><title>Harbour</title></head><body><nav>Home</nav>"
    return f"{head}<article>{body}</article></body></html>".encode()


def write_warc(path: Path, numbers: range) -> None:
    path.write_bytes(gz([record(number, http(page(number))) for number in numbers]))


def write_inputs(folder: Path, crawls: int = 14, shards: int = 6) -> None:
    """A recipe with `crawls` archives, which share pages with their neighbours, and `shards` files of books."""
    (folder / "crawl").mkdir()
    for number in range(crawls):
        write_warc(folder / "crawl" / f"{number:02d}.warc.gz", range(number * 15, number * 15 + 20))
    write_books(folder / "books", shards)
    (folder / "recipe.yaml").write_text(RECIPE)


def write_books(folder: Path, shards: int, padding: int = 0) -> None:
    """The same books in so many files; with `padding`, each has that much metadata, so that a file is a task."""
    folder.mkdir()
    books = [
        {
            "id": f"b{number}",
            "text": "\n".join(map(paragraph, range(number * 5, number * 5 + 5))),
            "metadata": {"padding": "x" * padding} if padding else {},
        }
        for number in range(BOOKS)
    ]
    for number in range(shards):
        part = books[BOOKS * number // shards : BOOKS * (number + 1) // shards]
        (folder / f"{number:02d}.jsonl").write_bytes(lines_of(part))


def published(folder: Path) -> dict[str, str]:
    """Everything in a published folder by name, hashed."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def shards(folder: Path) -> list[str]:
    """Names of the shards, which hold their digests."""
    return sorted(path.name for path in folder.glob("data/part-*"))


def whole_pipe(recipe: Recipe) -> str:
    """Return the one shell pipe that equals a recipe without a budget."""
    pipes = list(source_pipes(recipe).values())
    together = together_pipe(recipe)
    if not together:
        return "; ".join(pipes)
    first = pipes[0] if len(pipes) == 1 else f"({'; '.join(pipes)})"
    return f"{first} | {together}"
