"""How many tokens `tokens` and `megatron` write a CPU second beside datatrove's writers, and in how much memory.

    python -m tests.benchmarks.token_speed FILE… [--tokenizer tokenizer.json] [--rounds N]

Each FILE holds documents as JSON Lines, of one kind. Both sides get the same documents in memory and write them to
disk, in turns, each in a process of its own; the CPU seconds are those of encoding and writing alone, threads
included: what one word costs, which is the loading of the tokenizer, is taken off on both sides. The best of the
rounds counts. The files are compared byte for byte. `most` is the ratio that could be had at
all: datatrove's time over that of the tokenizers library alone, which encodes the texts in the quickest of its ways
while nobody takes the ids. Without --tokenizer the GPT-NeoX one of the shared data is used.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import SHARED

END = "<|endoftext|>"
SIDES = ("tokens", "datatrove", "megatron", "datatrove-megatron")
LIBRARY = "library"


def texts_in(path: Path) -> list[str]:
    """The texts of a file of documents."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path, encoding="utf-8") as stream:
        return [json.loads(line)["text"] for line in stream]


def write(side: str, texts: list[str], tokenizer: Path, folder: Path) -> None:
    """Write the ids of the texts as one side does."""
    if side in ("tokens", "megatron"):
        from corpuskit.core.document import Document
        from corpuskit.core.format import TokenOptions
        from corpuskit.core.registry import build_formats

        (format_,) = build_formats([side], TokenOptions(str(tokenizer), END))
        writer = format_.open(folder / f"part-00000{format_.suffix}")
        for number, text in enumerate(texts):
            writer.write(Document(str(number), text))
        writer.close()
        return
    from datatrove.data import Document as TheirDocument
    from datatrove.pipeline.tokens import DocumentTokenizer
    from datatrove.pipeline.tokens.megatron_tokenizer import MegatronDocumentTokenizer

    documents = (TheirDocument(text=text, id=str(number)) for number, text in enumerate(texts))
    if side == "datatrove":
        DocumentTokenizer(str(folder), str(tokenizer), eos_token=END, shuffle_documents=False).run(documents)
    else:
        MegatronDocumentTokenizer(str(folder), tokenizer_name_or_path=str(tokenizer), eos_token=END).run(documents)


def encode(texts: list[str], tokenizer: Path) -> None:
    """Print the CPU seconds of the library alone."""
    from tokenizers import Tokenizer

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    library = Tokenizer.from_file(str(tokenizer))
    library.encode_batch_fast(["a word"], add_special_tokens=False)
    before = time.process_time()
    library.encode_batch_fast(texts, add_special_tokens=False)
    print(json.dumps([time.process_time() - before, 0, 0, ""]))


def seconds_of(side: str, texts: list[str], tokenizer: Path, parent: Path) -> tuple[float, Path]:
    """Return the CPU seconds in which one side writes the texts, and the new folder that they are in."""
    folder = Path(tempfile.mkdtemp(dir=parent))
    before = time.process_time()
    write(side, texts, tokenizer, folder)
    return time.process_time() - before, folder


def measure(side: str, path: Path, tokenizer: Path, folder: Path) -> None:
    """Print the CPU seconds of one side, the peak of its memory in MB and the bytes of its ids."""
    texts = texts_in(path)
    if side == LIBRARY:
        encode(texts, tokenizer)
        return
    seconds_of(side, ["a word"], tokenizer, folder)  # imports
    loading, _ = seconds_of(side, ["a word"], tokenizer, folder)
    at_start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds, folder = seconds_of(side, texts, tokenizer, folder)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - at_start
    (ids,) = (file for file in folder.iterdir() if file.suffix in (".ds", ".bin"))
    print(json.dumps([seconds - loading, memory, ids.stat().st_size, str(ids)]))


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=(*SIDES, LIBRARY), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        measure(arguments.side, arguments.files[0], arguments.tokenizer, arguments.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder, tokenizer = Path(name), arguments.tokenizer
        if tokenizer is None:
            tokenizer = folder / "tokenizer.json"
            tokenizer.write_bytes(gzip.decompress((SHARED / "tokens/gptneox_tokenizer.json.gz").read_bytes()))
        heads = f"{'file':28} {'format':9} {'ours':>9} {'theirs':>9} {'ratio':>6} {'most':>5}"
        print(f"{heads}  {'MB beside texts':>15}  same ids")
        for path in arguments.files:
            for ours, theirs in (SIDES[:2], SIDES[2:]):
                results: dict[str, list[tuple[float, int, int, str]]] = {ours: [], theirs: [], LIBRARY: []}
                for _ in range(arguments.rounds):
                    for side in (ours, theirs, LIBRARY):
                        words = [sys.executable, "-m", "tests.benchmarks.token_speed", str(path), "--side", side]
                        words += ["--tokenizer", str(tokenizer), "--folder", str(folder)]
                        done = subprocess.run(words, capture_output=True, check=True, text=True)
                        results[side].append(json.loads(done.stdout.splitlines()[-1]))
                best = {side: min(values) for side, values in results.items()}
                ids = best[ours][2] // 2
                speeds = [ids / best[side][0] for side in (ours, theirs)]
                most = best[theirs][0] / best[LIBRARY][0]
                same = Path(best[ours][3]).read_bytes() == Path(best[theirs][3]).read_bytes()
                print(
                    f"{path.name[:28]:28} {ours:9} {speeds[0]:9,.0f} {speeds[1]:9,.0f} {speeds[0] / speeds[1]:6.2f} "
                    f"{most:5.2f}  {best[ours][1]:>6} {best[theirs][1]:>8}  {same}"
                )


if __name__ == "__main__":
    main()
