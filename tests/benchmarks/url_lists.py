"""Speed and memory of `filter-url` with a million domains, and where it and datatrove's URLFilter judge otherwise.

    python -m tests.benchmarks.url_lists [--urls FILE] [--made N] [--seed N]

datatrove's filter needs tldextract, fasteners and pyahocorasick, which corpuskit does not: without them only speed and
memory are measured. `--urls` names a file of addresses, one a line, or of documents with `metadata.url`. Others are
made of datatrove's own lists: each entry as it is, below other labels, in capitals, within a path, with a port. Each
address on which the two differ is put under the first change that makes theirs drop it, too; `unexplained` must be 0.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from corpuskit.core.document import Document
from corpuskit.core.step import Drop
from corpuskit.stages.filter_url import FilterUrl
from corpuskit.text.urls.addresses import address_of
from corpuskit.text.urls.datatrove_lists import WORDS, assets, domain_blocks, word_list
from corpuskit.text.urls.words import list_words

DOMAINS = 1_000_000
JUDGED = 300_000


def speed(scratch: Path) -> None:
    """Judge addresses, of which none, and then a tenth, are on a list of a million domains."""
    choice = random.Random(1)
    names = [f"{choice.getrandbits(50):x}.{choice.choice(('com', 'org', 'net', 'co.uk'))}" for _ in range(DOMAINS)]
    (scratch / "list.txt").write_text("\n".join(names))
    some = names[: JUDGED // 10]
    del names
    begun = time.process_time()
    step = FilterUrl(domains=(scratch / "list.txt",))
    step.prepare()
    print(f"reading the list: {time.process_time() - begun:.1f} CPU s")
    for share, hosts in (("none", []), ("a tenth", some)):
        urls = [
            f"https://www.{choice.getrandbits(40):x}.com/2026/a-{n}.html?id={n}" for n in range(JUDGED - len(hosts))
        ]
        documents = [Document("a", "", {"url": url}) for url in [*urls, *(f"https://{host}/a/b" for host in hosts)]]
        begun = time.process_time()
        dropped = sum(isinstance(step.apply(document), Drop) for document in documents)
        print(f"{share} listed: {len(documents) / (time.process_time() - begun):,.0f} a CPU second, {dropped} dropped")


def memory(scratch: Path) -> None:
    """Measure a process that reads the list and does nothing else."""
    program = (
        "import pathlib, re, sys; from corpuskit.stages.filter_url import FilterUrl\n"
        "step = FilterUrl(domains=(pathlib.Path(sys.argv[1]),)); step.prepare()\n"
        "print(*re.findall('Vm(?:HWM|RSS).*', pathlib.Path('/proc/self/status').read_text()), sep='; ')"
    )
    subprocess.run([sys.executable, "-c", program, str(scratch / "list.txt")], check=True)


def made_urls(count: int, choice: random.Random) -> Iterator[str]:
    """Addresses made of entries of the lists, in spellings of many kinds."""
    folder = assets()
    assert folder is not None
    entries = choice.sample(b"".join(domain_blocks(folder)).decode().split(), count)
    words = [word for kind in WORDS for word in list_words(word_list(folder, kind))]
    for entry in entries:
        yield from (
            f"https://{entry}/",
            f"http://www.{entry}",
            f"https://a.b.{entry}/c?d=1",
            f"https://{entry.upper()}",
        )
        yield from (f"http://{entry}:8080/a", f"https://x{entry}/", f"https://example.org/{entry}")
        first, second = choice.choice(words), choice.choice(words)
        yield from (f"https://example.org/{first}-{second}.html", f"https://example.net/a{first}b/{second.title()}")
        yield f"https://{first}.example.org/tide?q=%20{second}"


def explanation(url: str, ours: Drop | None, drops: Callable[[str], bool]) -> str:
    """Why the two judge an address otherwise: what would have to be changed for theirs to drop it, too."""
    if ours is None:
        return "unexplained" if drops("".join(address_of(url))) else "they look at scheme, user and port, too"
    entry = str(ours.values["entry"])
    if drops(url.lower()):
        return "to them capitals are other letters"
    if drops(unquote(url).lower()):
        return "they leave percent signs"
    if ours.reason == "domain" and drops(entry):
        if "/" in entry:
            return "they compare addresses with the scheme, which none on their list has"
        return "they look up the registered domain and the whole host, not what is between"
    if ours.reason == "domain" and address_of(url).is_number:
        return "they look up no number addresses, though thousands are listed"
    return "unexplained"


def agreement(urls: list[str], scratch: Path) -> None:
    """Judge the same addresses by both, and explain each difference."""
    os.environ["HF_ASSETS_CACHE"] = str(scratch)
    from datatrove.data import Document as TheirDocument
    from datatrove.pipeline.filters import URLFilter
    from loguru import logger
    from tldextract import TLDExtract

    logger.remove()
    their_filter: Any = URLFilter()
    their_filter.tldextractor = TLDExtract(suffix_list_urls=(), cache_dir=None)
    their_filter.download_data()
    step = FilterUrl(builtin=("adult",))
    step.prepare()
    begun = time.process_time()
    ours = [step.apply(Document("a", "", {"url": url})) for url in urls]
    middle = time.process_time()

    def their_answer(url: str) -> Any:
        # They take no empty address, which is what is left of one without a host.
        return not url or their_filter.filter(TheirDocument(text="a", id="a", metadata={"url": url}))

    theirs = [their_answer(url) for url in urls]
    ended = time.process_time()
    print(f"ours {len(urls) / (middle - begun):,.0f} a CPU second, theirs {len(urls) / (ended - middle):,.0f}")
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for url, item, answer in zip(urls, ours, theirs, strict=True):
        drop = item if isinstance(item, Drop) else None
        if (drop is None) == (answer is True):
            key = f"both {'drop' if drop else 'keep'}"
        else:
            reason = explanation(url, drop, lambda text: their_answer(text) is not True)
            key = f"{'ours' if drop else 'theirs'} alone: {reason}"
        counts[key] += 1
        examples.setdefault(key, url)
    for key, count in counts.most_common():
        print(f"{count:8} {key}")
        if "unexplained" in key:
            print("         ", examples[key])


def listed_urls(path: Path) -> Iterator[str]:
    """The addresses of a file."""
    for line in path.read_text().splitlines():
        url = json.loads(line).get("metadata", {}).get("url") if line.startswith("{") else line
        if url:
            yield url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urls", type=Path)
    parser.add_argument("--made", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        speed(Path(scratch))
        memory(Path(scratch))
        if any(find_spec(name) is None for name in ("tldextract", "fasteners", "ahocorasick")):
            print("datatrove's filter lacks tldextract, fasteners or pyahocorasick: no comparison")
            return
        for name, urls in (
            ("made", list(made_urls(arguments.made, random.Random(arguments.seed)))),
            ("given", list(listed_urls(arguments.urls)) if arguments.urls else []),
        ):
            if urls:
                print(f"{name}: {len(urls):,} addresses")
                agreement(urls, Path(scratch))


if __name__ == "__main__":
    main()
