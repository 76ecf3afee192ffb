"""Addresses of licences have the names that SPDX gives them, in each of their forms, and other addresses have none."""

import pytest

from corpuskit.core.licenses import addresses_in, expression_problem, license_of_address

DEEDS = "https://creativecommons.org/"
NAMES = {
    f"{DEEDS}licenses/by/4.0/": "CC-BY-4.0",
    f"{DEEDS}licences/by/4.0": "CC-BY-4.0",
    "creativecommons.org/licenses/by/4.0": "CC-BY-4.0",
    "HTTP://WWW.CreativeCommons.org/Licenses/BY-SA/4.0/deed.de": "CC-BY-SA-4.0",
    f"{DEEDS}licenses/by-nc-nd/4.0/legalcode.txt": "CC-BY-NC-ND-4.0",
    f"{DEEDS}licenses/by-nd-nc/1.0/": "CC-BY-NC-ND-1.0",
    f"{DEEDS}licenses/by/3.0/us/deed.en": "CC-BY-3.0-US",
    f"{DEEDS}licenses/by/3.0/igo/": "CC-BY-3.0-IGO",
    f"{DEEDS}licenses/by/3.0/es/": None,
    f"{DEEDS}licenses/by/9.9/": None,
    f"{DEEDS}licenses/by-nc-nc/4.0/": None,
    f"{DEEDS}licenses/": None,
    f"{DEEDS}publicdomain/zero/1.0/deed.de": "CC0-1.0",
    f"{DEEDS}publicdomain/mark/1.0/": "CC-PDM-1.0",
    f"{DEEDS}licenses/publicdomain/": "CC-PDDC",
    "https://opensource.org/licenses/MIT": "MIT",
    "https://opensource.org/licenses/mit-license.php": "MIT",
    "https://opensource.org/license/apache-2-0": "Apache-2.0",
    "https://spdx.org/licenses/MIT": "MIT",
    "https://spdx.org/licenses/BSD-3-Clause.html": "BSD-3-Clause",
    "https://spdx.org/licenses/None-Such": None,
    "https://www.apache.org/licenses/LICENSE-2.0.txt": "Apache-2.0",
    "https://www.gnu.org/licenses/gpl-3.0.html": "GPL-3.0-only",
    "https://www.gnu.org/licenses/old-licenses/gpl-2.0.en.html": "GPL-2.0-only",
    "https://www.gnu.org/copyleft/fdl-1.3": "GFDL-1.3-only",
    "https://www.gnu.org/licenses/gpl.html": None,
    f"https://example.org/?next={DEEDS}licenses/by/4.0/": None,
    "https://creativecommons.org.example.org/licenses/by/4.0/": None,
    "/licenses/by/4.0/": None,
    "": None,
}


@pytest.mark.parametrize("address", NAMES)
def test_an_address_has_the_name_of_its_licence(address: str) -> None:
    name = license_of_address(address)
    assert name == NAMES[address]
    assert name is None or not expression_problem(name)


def test_addresses_are_found_in_a_text_without_its_signs() -> None:
    text = f"See ({DEEDS}licenses/by/4.0/), or opensource.org/licenses/MIT; not https://example.org/?{DEEDS}licenses/by/4.0/."
    assert [license_of_address(address) for _, address in addresses_in(text)] == ["CC-BY-4.0", "MIT"]
