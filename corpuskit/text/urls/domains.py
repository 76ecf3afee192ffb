"""Lists of domains: millions of them in some 10 bytes each."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from corpuskit.text.urls.addresses import Address, address_of

_LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789-_.\n"
_DIGITS = b"0123456789"
_LINE_FEED, _DOT = b"\n."
_HOSTS_LINE = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*(?:%\w+)?)\s+(\S.*)")
_HOSTS_PREFIX = re.compile(rb"(?m)^(?:0\.0\.0\.0|127\.0\.0\.1)[ \t]+(?=(?!localhost\.)[a-z0-9_-]+\.[a-z0-9_.-]*[a-z]$)")
"""What stands before the only name on a line of a hosts file; it makes no difference."""
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_LOCAL = frozenset(("localhost.localdomain", "0.0.0.0"))  # noqa: S104 - a name in lists, not an address to listen on
_WWW = "www."
_ALONE = b"="
"""Stands before names of which the subdomains are not covered."""
_FIRST_LETTER = ord("a")
_BITS_PER_DOMAIN = 8
_MOST_OF_A_LINE = 4096
_LONGEST_NAME = 253
"""Characters of a domain: RFC 1035, section 2.3.4."""


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.int64]


class ListError(ValueError):
    """A line of a list that is not what the list is of; its text says which line."""


class Domains:
    """A list of domains, each of which covers its subdomains, and of addresses, which cover what is below them.

    A domain is held as a hash of 64 bits in a sorted array. In front of it stand 8 to 16 bits for each domain, one of
    which is set, so that most look-ups of absent names end there. Among a billion addresses and a list of a million,
    the chance that one is taken for another is below one in a thousand.
    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        """Take a list in blocks of bytes, as they are read. Raises ListError for what is no domain."""
        from xxhash import xxh3_64_intdigest

        self._hash_of = xxh3_64_intdigest
        self._hashes: array[int] = array("Q")
        self._has_tops = self._has_sites = False
        self._paths: dict[str, list[str]] = {}
        for number, lines in _whole_lines(blocks):
            self._add_lines(number, lines)
        self._index()

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._hashes) + sum(map(len, self._paths.values()))

    def entry_for(self, address: Address) -> str | None:
        """Return the entry that covers an address: its domain, or host and path; None if none does."""
        if self._paths and (path := self._path_for(address)):
            return path
        bits, mask, hash_of = self._bits, self._mask, self._hash_of
        name = address.host.encode()
        if len(name) > _LONGEST_NAME:  # no name that there can be; each of its ends might be one
            name = name[-_LONGEST_NAME - 1 :].partition(b".")[2]
        if self._has_sites and self._has(hash_of(_ALONE + name)):
            return _WWW + address.host
        while name:
            hash_ = hash_of(name)
            bit = hash_ & mask
            if bits[bit >> 3] >> (bit & 7) & 1 and self._has(hash_):
                return name.decode()
            dot = name.find(b".")
            # Top domains, such as `xxx`, stand in few lists; of a number address no part is a domain.
            if dot < 0 or (name[-1] < _FIRST_LETTER and address.is_number):
                return None
            name = name[dot + 1 :]
            if not self._has_tops and b"." not in name:
                return None
        return None

    def _has(self, hash_: int) -> bool:
        index = bisect_left(self._hashes, hash_)
        return index < len(self._hashes) and self._hashes[index] == hash_

    def _path_for(self, address: Address) -> str | None:
        host = address.host.removeprefix(_WWW)
        for path in self._paths.get(host, ()):
            if address.rest.startswith(path) and address.rest[len(path) : len(path) + 1] in ("", "/", "?", "#"):
                return host + path
        return None

    def _add_lines(self, number: int, lines: bytes) -> None:
        if b"\r" in lines:
            lines = lines.replace(b"\r\n", b"\n")
        if b" " in lines or b"\t" in lines:
            lines = _HOSTS_PREFIX.sub(b"", lines)
        names = lines.split(b"\n")
        for index in _odd_lines(lines):
            for entry in _entries(names[index], number + index):
                self._add(entry)
            names[index] = b""
        # Long lists are mostly of plain names: these need no look at each.
        self._hashes.extend(map(self._hash_of, filter(None, names)))

    def _add(self, entry: Address) -> None:
        if entry.rest:
            self._paths.setdefault(entry.host.removeprefix(_WWW), []).append(entry.rest)
            return
        self._hashes.append(self._hash_of(entry.host.encode()))
        if entry.host.startswith(_WWW):
            # The site itself, too, but no other of its subdomains: these may be other people's.
            self._hashes.append(self._hash_of(entry.host.encode().replace(b"www.", _ALONE, 1)))
            self._has_sites = True
        self._has_tops |= "." not in entry.host

    def _index(self) -> None:
        import numpy as np

        # `np.unique` puts them into a hash table first, which takes a hundred times as long for millions.
        hashes = np.sort(np.frombuffer(self._hashes, np.uint64)) if self._hashes else np.zeros(0, np.uint64)
        hashes = hashes[np.diff(hashes, prepend=~hashes[:1]) != 0]
        self._hashes = array("Q", hashes.tobytes())
        self._mask = (1 << max(8, (_BITS_PER_DOMAIN * len(hashes)).bit_length())) - 1
        bits = np.zeros(self._mask + 1, bool)
        bits[hashes & np.uint64(self._mask)] = True
        self._bits = np.packbits(bits, bitorder="little").tobytes()


def _odd_lines(lines: bytes) -> list[int]:
    """Return which lines are other than plain names: comments, addresses, numbers, names with odd ends or no dot."""
    import numpy as np

    is_odd_byte = np.ones(0x100, bool)
    is_odd_byte[list(_LETTERS)] = False
    characters = np.frombuffer(lines + b"\n", np.uint8)
    ends = np.flatnonzero(characters == _LINE_FEED)
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = characters[ends - 1]
    dots = np.searchsorted(np.flatnonzero(characters == _DOT), ends)
    is_odd = (characters[starts] == _DOT) | (last == _DOT) | np.isin(last, np.frombuffer(_DIGITS, np.uint8))
    is_odd |= np.diff(dots, prepend=0) == 0
    is_odd[np.searchsorted(ends, np.flatnonzero(is_odd_byte[characters]))] = True
    if b"www." in lines:
        is_odd |= _begin_with(characters, starts, b"www.")
    is_odd &= starts < ends
    odd: list[int] = np.flatnonzero(is_odd).tolist()
    return odd


def _begin_with(characters: "Bytes", starts: "Numbers", prefix: bytes) -> "Flags":
    """Return which lines begin so."""
    import numpy as np

    is_same = np.ones(len(starts), bool)
    for offset, byte in enumerate(prefix):
        is_same &= characters[np.minimum(starts + offset, len(characters) - 1)] == byte
    return is_same


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a list, many at a time, with the number of the first. Raises ListError for endless ones."""
    number, remainder = 1, b""
    for block in blocks:
        head, line_feed, tail = block.rpartition(b"\n")
        if not line_feed:
            remainder += tail
        else:
            yield number, remainder + head
            number += head.count(b"\n") + 1
            remainder = tail
        if len(remainder) > _MOST_OF_A_LINE:
            raise ListError(f"{number}: a line of over {_MOST_OF_A_LINE} bytes is no domain")
    yield number, remainder


def _entries(line: bytes, number: int) -> Iterator[Address]:
    """Yield the entries on a line: one of a plain list, the names on a line of a hosts file."""
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip().lower()
    except UnicodeDecodeError:
        raise ListError(f"{number}: not UTF-8") from None
    text = re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
    if hosts := _HOSTS_LINE.fullmatch(text):
        for name in hosts[1].split():
            if "." in name and name not in _LOCAL:
                yield _entry(name, number)
    elif text:
        yield _entry(text, number)


def _entry(text: str, number: int) -> Address:
    name = text if "//" in text else f"//{text.removeprefix('*').lstrip('.')}"
    address = address_of(name)
    host = address.host
    if not _NAME.fullmatch(host) or re.search(r"\s", address.rest):
        raise ListError(f"{number}: {text[:60]!r} is no domain; write one a line, such as example.org")
    return Address(host, address.rest.rstrip("/"))
