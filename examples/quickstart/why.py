"""What became of a document: every decision on it in a published folder.

python why.py snapshot certifi
"""

import io
import json
import sys
from pathlib import Path

import zstandard


def main(dataset: str, identifier: str) -> None:
    found = 0
    for path in sorted(Path(dataset, "decisions").glob("*.jsonl.zst")):
        with open(path, "rb") as stream:
            # One file may hold several zstd frames.
            reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
            for line in io.TextIOWrapper(reader, encoding="utf-8", newline="\n"):
                decision = json.loads(line)
                if decision["id"] == identifier:
                    found += 1
                    print(f"{decision['step']} {decision['verdict']} it: {decision['reason']} {decision['values']}")
    if not found:
        print("no step dropped or rejected a document of this id: it is in the corpus, or was never read")


if __name__ == "__main__":
    main(*sys.argv[1:])
