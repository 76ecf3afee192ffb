"""Which licence a text is, by its title or by the sentences that only it has.

Long licences have a title with their version, and are recognised by it. Short ones have none, so all of their phrases
must be there, none of those of others, and not much more: a condition that somebody added makes another licence.
"""

import re
from typing import NamedTuple

MAX_CHARACTERS = 256 * 1024
TITLE_CHARACTERS = 400
"""How far into a text its title may begin; notices of copyright may stand before it."""
TITLES = (
    ("apache license version 2.0", "Apache-2.0"),
    ("gnu affero general public license version 3", "AGPL-3.0-only"),
    ("gnu lesser general public license version 3", "LGPL-3.0-only"),
    ("gnu lesser general public license version 2.1", "LGPL-2.1-only"),
    ("gnu library general public license version 2", "LGPL-2.0-only"),
    ("gnu general public license version 3", "GPL-3.0-only"),
    ("gnu general public license version 2", "GPL-2.0-only"),
    ("mozilla public license version 2.0", "MPL-2.0"),
    ("mozilla public license v 2.0", "MPL-2.0"),
    ("mozilla public license version 1.1", "MPL-1.1"),
    ("eclipse public license v 2.0", "EPL-2.0"),
    ("eclipse public license v 1.0", "EPL-1.0"),
    ("boost software license version 1.0", "BSL-1.0"),
    ("european union public licence v 1.2", "EUPL-1.2"),
    ("creative commons legal code cc0 1.0 universal", "CC0-1.0"),
    ("cc0 1.0 universal", "CC0-1.0"),
    ("creative commons attribution 4.0 international", "CC-BY-4.0"),
    ("attribution 4.0 international", "CC-BY-4.0"),
    ("creative commons attribution sharealike 4.0 international", "CC-BY-SA-4.0"),
    ("attribution sharealike 4.0 international", "CC-BY-SA-4.0"),
    ("sil open font license version 1.1", "OFL-1.1"),
    ("the artistic license 2.0", "Artistic-2.0"),
    ("python software foundation license version 2", "PSF-2.0"),
    ("academic free license afl v 3.0", "AFL-3.0"),
    ("the universal permissive license upl version 1.0", "UPL-1.0"),
    ("do what the fuck you want to public license", "WTFPL"),
)
"""Titles in small letters and without signs but full stops. Where versions later than that of a GNU licence may be
chosen is said in the files, not in the licence, so none is taken for granted."""
SEVERAL = (
    "dual licensed",
    "different licenses",
    "different licences",
    "different terms",
    "the following files",
    "either",
)
"""Phrases in front of a title by which it is not that of all."""


class ShortLicense(NamedTuple):
    """A licence without a title: phrases that it has, phrases that it has not, and how long it may be."""

    name: str
    phrases: tuple[str, ...]
    others: tuple[str, ...] = ()
    characters: int = 2500


_MIT = "permission is hereby granted free of charge to any person obtaining a copy"
_BSD = "redistribution and use in source and binary forms"
_ENDORSE = "endorse or promote products derived from this software"
_ADVERTISING = "all advertising materials mentioning"
SHORT = (
    ShortLicense(
        "MIT",
        (_MIT, "sublicense and or sell copies"),
        ("except as contained in this notice", "redistributions of source code", "commons clause"),
        1700,
    ),
    ShortLicense(
        "X11",
        (_MIT, "except as contained in this notice"),
        ("data files", "unicode"),
    ),
    ShortLicense("BSD-4-Clause", (_BSD, _ADVERTISING, _ENDORSE)),
    ShortLicense("BSD-3-Clause", (_BSD, _ENDORSE), (_ADVERTISING, "patent"), 2600),
    ShortLicense("BSD-2-Clause", (_BSD, "in binary form must reproduce"), (_ADVERTISING, _ENDORSE, "patent"), 2000),
    ShortLicense(
        "0BSD",
        ("permission to use copy modify and or distribute this software for any purpose with or without fee is hereby "
         "granted",),
        ("provided that the above copyright notice",),
        1000,
    ),
    ShortLicense(
        "ISC",
        ("for any purpose with or without fee is hereby granted provided that the above copyright notice",),
        ("advertising", "supporting documentation"),
        1200,
    ),
    ShortLicense("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ShortLicense(
        "Zlib",
        ("this software is provided as is without any express or implied warranty",
         "the origin of this software must not be misrepresented"),
        (),
        1500,
    ),
    ShortLicense(
        "HPND",
        ("permission to use copy modify and distribute this software and its documentation for any purpose",
         "in supporting documentation"),
        (),
        1800,
    ),
    ShortLicense(
        "NCSA",
        ("to deal with the software without restriction", "redistributions of source code must retain", "names of"),
        (),
        2600,
    ),
    ShortLicense(
        "PostgreSQL",
        ("permission to use copy modify and distribute this software and its documentation for any purpose without fee "
         "and without a written agreement",),
        (),
        1600,
    ),
)  # fmt: skip


def license_of_text(text: str) -> str | None:
    """Return the SPDX identifier of a licence's text; None for any other text.

    >>> license_of_text("Copyright 2026 A. Keeper\\n\\nApache License\\nVersion 2.0, January 2004\\n…")
    'Apache-2.0'
    """
    if len(text) > MAX_CHARACTERS:
        return None
    words = _plain(text)
    start = words[:TITLE_CHARACTERS]
    titles = [(start.find(title), -len(title), name) for title, name in TITLES if title in start]
    if titles:
        at, _, name = min(titles)
        return None if any(phrase in start[:at] for phrase in SEVERAL) else name
    body = _without_copyright(words)
    # What is longer, or comes first, says more: the notice of PostgreSQL holds the words of HPND.
    for license_ in sorted(SHORT, key=lambda each: -sum(map(len, each.phrases))):
        fits = all(phrase in body for phrase in license_.phrases) and len(body) <= license_.characters
        if fits and not any(phrase in body for phrase in license_.others):
            return license_.name
    return None


def _plain(text: str) -> str:
    """Return a text in small letters, with one space where there are signs or white space, but for full stops."""
    return re.sub(r"[^a-z0-9.]+", " ", text.lower()).replace(". ", " ").strip()


def _without_copyright(words: str) -> str:
    """Return a text from where it permits something on: what stands before it are notices of copyright."""
    starts = [words.find(word) for word in ("permission is hereby", "permission to use", "redistribution and use")]
    starts += [words.find("this is free and unencumbered"), words.find("this software is provided as is without any")]
    return words[min((start for start in starts if start >= 0), default=0) :]
