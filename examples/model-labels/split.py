"""Split rated pages: `split.py LABELS GOOD BAD`. What is neither good nor bad teaches little, and is left out."""

import json
import sys
from pathlib import Path

GOOD, BAD = (4, 5), (0, 1)


def main(labels: str, good: str, bad: str) -> None:
    lines = Path(labels).read_text(encoding="utf-8").splitlines(keepends=True)
    for path, scores in ((good, GOOD), (bad, BAD)):
        chosen = [line for line in lines if json.loads(line)["metadata"]["labels"]["score"] in scores]
        Path(path).write_text("".join(chosen), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
