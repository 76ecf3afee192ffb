"""Licences are recognised by their texts; what is none of them, or more than one, is not."""

import pytest

from corpuskit.text.code.license_texts import license_of_text
from tests.conftest import ROOT

LICENSES = dict(pytest.importorskip("identify.vendor.licenses").LICENSES)
WITHOUT_VERSION_CHOICE = {"AGPL-3.0", "GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0"}
NOT_KNOWN = {"BSD-3-Clause-Clear", "CC-BY-SA-4.0", "ECL-2.0", "EUPL-1.1", "LPPL-1.3c", "MS-PL", "MS-RL", "OSL-3.0"}
"""Licences of code that few packages have."""


@pytest.mark.parametrize("name", sorted(set(LICENSES) - NOT_KNOWN))
def test_a_licence_is_recognised(name: str) -> None:
    expected = f"{name}-only" if name in WITHOUT_VERSION_CHOICE else name
    text = LICENSES[name]
    assert license_of_text(text) == expected
    assert license_of_text(text.upper()) == expected
    assert license_of_text("Copyright (c) 2026 Example Harbour\n\n" + "\n> ".join(text.split("\n"))) == expected


@pytest.mark.parametrize("name", sorted(NOT_KNOWN))
def test_an_unknown_licence_is_not_taken_for_another(name: str) -> None:
    assert license_of_text(LICENSES[name]) in (None, name)


def test_our_own_licence() -> None:
    assert license_of_text((ROOT / "LICENSE").read_text(encoding="utf-8")) == "Apache-2.0"


@pytest.mark.parametrize("name", ["MIT", "BSD-3-Clause", "BSD-2-Clause", "ISC", "Zlib"])
def test_added_conditions_make_another_licence(name: str) -> None:
    condition = "\n\nThe software may not be used at sea. " + "Every use must be told to the harbour master. " * 40
    assert license_of_text(LICENSES[name] + condition) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "All rights reserved.",
        "MIT",
        "See LICENSE in the folder above.",
        "x" * 300_000,
        "This project is dual-licensed under the Apache License, Version 2.0, and other terms.",
        "Parts of this are under different licenses, see below.\n\nApache License\nVersion 2.0, January 2004",
    ],
)
def test_other_texts_are_no_licence(text: str) -> None:
    assert license_of_text(text) is None
