"""The metadata of packages states a licence in each language's own way; what is no SPDX expression states none."""

import pytest

from corpuskit.text.code.package_licenses import is_license_file, is_package_file, license_of_package


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("pyproject.toml", '[project]\nlicense = "MIT"\n', "MIT"),
        ("pyproject.toml", '[project]\nlicense = {text = "Apache-2.0"}\n', "Apache-2.0"),
        ("pyproject.toml", '[project]\nlicense = {file = "LICENSE"}\n', None),
        ("pyproject.toml", '[tool.poetry]\nlicense = "mit or isc"\n', "MIT OR ISC"),
        ("pyproject.toml", "[project\n", None),
        ("Cargo.toml", '[package]\nlicense = "MIT/Apache-2.0"\n', "MIT OR Apache-2.0"),
        ("Cargo.toml", '[workspace]\nmembers = ["a"]\n', None),
        ("package.json", '{"license": "ISC"}', "ISC"),
        ("package.json", '{"license": {"type": "MIT"}}', "MIT"),
        ("package.json", '{"license": "SEE LICENSE IN LICENSE.txt"}', None),
        ("package.json", '{"license": "UNLICENSED"}', None),
        ("package.json", '{"license": 7}', None),
        ("package.json", "[]", None),
        ("package.json", "[" * 90_000, None),
        ("composer.json", '{"license": ["MIT", "GPL-2.0-only"]}', "MIT OR GPL-2.0-only"),
        ("setup.cfg", "[metadata]\nname = x\nlicense = BSD-3-Clause\n", "BSD-3-Clause"),
        ("setup.cfg", "[metadata]\nlicense = BSD\n", None),
        ("setup.cfg", "[metadata]\nlicense = Public Domain\n", None),
        ("PKG-INFO", "Name: x\nLicense-Expression: MIT AND ISC\n\nLicense-Expression: ISC\n", "MIT AND ISC"),
        ("METADATA", "Metadata-Version: 2.1\nLicense: MIT\n\n", None),
        ("tide.gemspec", 'Gem::Specification.new do |s|\n  s.license = "MIT"\nend\n', "MIT"),
        ("tide.gemspec", "  s.licenses = ['Ruby']\n", "Ruby"),
        ("README.md", "MIT", None),
    ],
)
def test_metadata_states_a_licence(name: str, content: str, expected: str | None) -> None:
    assert license_of_package(name, content.encode()) == expected


def test_names_of_files() -> None:
    assert all(map(is_license_file, ("LICENSE", "licence.md", "COPYING", "LICENSE-MIT", "License.txt", "UNLICENSE")))
    assert not any(map(is_license_file, ("license.py", "LICENSES", "mylicense", "license.json", "copying_files")))
    assert is_package_file("tide.gemspec")
    assert not is_package_file("my-package.json")
