"""Show how long `scrub-pii` takes for texts made to be slow: `python -m tests.benchmarks.pii_hostile [NAME…]`.

Prints CPU seconds a megabyte and the hits, the slowest first. `repeated` texts are one piece over and over, `lists` are
numbers of one form, each with other digits, with what stands between them. Numbers are drawn with a fixed seed.
"""

import random
import sys
import time
from collections.abc import Iterator

from corpuskit.text.pii.engines import finder

_LENGTH = 400_000
REPEATED = {
    "digits": "7182818284",
    "at": "@",
    "dots": ".",
    "slashes": "/",
    "dotted": "1.2.3.",
    "dots-of-one": "1.",
    "dashed": "1234-",
    "zeros": "0033 ",
    "colons": "1:2:",
    "addresses": "a@b.",
    "labels": "Tel.: ",
    "labels-zh": "电话",
    "card-words": "credit card number ",
    "id-words": "NHS ",
    "hidden-at": "name [at] ",
    "hidden": "a (at) example (dot) ",
    "years": "1998-2004 ",
    "url": "://a:",
    "iban": "DE89 3704 ",
    "split": "1\u200b",
    "split-words": "a\u200b",
    "split-signs": "@a\u200b",
    "invisible": "1" + "\u200b" * 1000,
    "thin": "1\u2009",
    "tabs": "12\t",
    "pairs-de": "0 12 34 / ",
}
LISTS = {
    "lines": "212-555-0###\n",
    "lines-fr": "06 12 34 ## ##\n",
    "row-fr": "06 12 34 ## ## ",
    "labelled-fr": "Tel. 06 12 34 ## ##\n",
    "labelled": "Tel #########, ",
    "international": "+44 20 7946 0###, ",
    "slashes-de": "030/226 ###-0 / ",
    "mentions": "call 512 ### ###\n",
    "digits-9": "#########\n",
    "digits-10": "0#########\n",
    "digits-18": "##################\n",
    "pairs": "0# ",
    "joined-zh": "电话13800######转",
    "arabic": "هاتف ٠٦١٢٣٤٥٦##, ",
    "cards": "card 4###############\n",
    "ssn": "SSN 21909####\n",
    "ids": "NHS ##########\n",
    "ids-of-many": "steuer-id cpf nhs pesel ###########\n",
    "versions": "1#.2.3.4, ",
    "ipv4": "1##.2##.##.##\n",
    "ipv6": "2001:db8::###\n",
    "mail": "jo###@example.org\n",
}


def texts() -> Iterator[tuple[str, str]]:
    """Yield each text and its name."""
    for name, piece in REPEATED.items():
        yield name, (piece * (_LENGTH // len(piece) + 1))[:_LENGTH]
    draw = random.Random(1)
    for name, form in LISTS.items():
        rows = ("".join(draw.choice("0123456789") if sign == "#" else sign for sign in form) for _ in range(_LENGTH))
        yield name, "".join(row for row, _ in zip(rows, range(_LENGTH // len(form)), strict=False))


def main(names: list[str]) -> None:
    """Print the table."""
    find = finder("native", ())
    rows = []
    for name, text in texts():
        if names and name not in names:
            continue
        find(text[:2000])
        start = time.process_time()
        hits = find(text)
        rows.append(((time.process_time() - start) * 1e6 / len(text.encode()), name, len(hits)))
    for seconds, name, hits_found in sorted(rows, reverse=True):
        print(f"{seconds:6.2f} s/MB  {name:14} {hits_found:6} hits")


if __name__ == "__main__":
    main(sys.argv[1:])
