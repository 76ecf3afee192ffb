"""Split rated answers: `split.py RATED GOOD BAD`. Questions are left out, as good and bad answers had the same."""

import json
import sys
from pathlib import Path

from corpuskit.text.turns import parse


def main(rated: str, good: str, bad: str) -> None:
    texts = {True: [], False: []}
    for line in Path(rated).read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        *_, answer = parse(document["text"])
        document["text"] = answer.body
        document["metadata"].pop("content_type")
        texts[document["metadata"]["signal"]["value"]].append(json.dumps(document, ensure_ascii=False) + "\n")
    Path(good).write_text("".join(texts[True]), encoding="utf-8")
    Path(bad).write_text("".join(texts[False]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
