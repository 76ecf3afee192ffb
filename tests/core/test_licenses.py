"""The licence gate: a truth table, and nothing passes that was not listed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.licenses import allowed, entry_problem, expression_problem

ALLOW = [
    "CC0-1.0",
    "CC-BY-4.0",
    "PSF-2.0",
    "MIT",
    "Apache-2.0",
    "GPL-2.0-only",
    "LGPL-2.1-or-later",
    "LicenseRef-crawl",
    "GPL-3.0-only WITH GCC-exception-3.1",
]

TABLE = [
    # One licence.
    ("MIT", True),
    ("mit", True),
    ("  MIT  ", True),
    ("CC0-1.0", True),
    ("CC-BY-4.0", True),
    ("PSF-2.0", True),
    ("apache-2.0", True),
    ("GPL-3.0-only", False),
    ("CC-BY-SA-4.0", False),
    ("CC-BY-NC-4.0", False),
    ("BSD-3-Clause", False),
    ("ODC-By-1.0", False),
    # Or, and.
    ("MIT OR GPL-3.0-only", True),
    ("GPL-3.0-only OR MIT", True),
    ("GPL-3.0-only OR BSD-3-Clause", False),
    ("MIT AND Apache-2.0", True),
    ("MIT AND GPL-3.0-only", False),
    ("GPL-3.0-only AND MIT", False),
    ("MIT or Apache-2.0", True),
    ("MIT and GPL-3.0-only", False),
    ("(MIT)", True),
    ("(MIT OR GPL-3.0-only) AND Apache-2.0", True),
    ("(MIT AND GPL-3.0-only) OR Apache-2.0", True),
    ("MIT AND GPL-3.0-only OR Apache-2.0", True),
    ("MIT AND (GPL-3.0-only OR BSD-3-Clause)", False),
    ("MIT OR GPL-3.0-only AND BSD-3-Clause", True),
    ("(MIT OR Apache-2.0) AND (CC0-1.0 OR GPL-3.0-only)", True),
    ("(GPL-3.0-only OR BSD-3-Clause) AND (CC0-1.0 OR MIT)", False),
    ("MIT AND Apache-2.0 AND CC0-1.0 AND CC-BY-4.0", True),
    ("MIT AND Apache-2.0 AND CC0-1.0 AND CC-BY-3.0", False),
    # Or later.
    ("GPL-2.0-only", True),
    ("GPL-2.0", True),
    ("GPL-2.0-or-later", True),
    ("GPL-2.0+", True),
    ("Apache-2.0+", True),
    ("GPL-3.0-or-later", False),
    ("LGPL-2.1-or-later", True),
    ("LGPL-2.1+", True),
    ("LGPL-2.1-only", True),
    ("LGPL-3.0-only", True),
    ("LGPL-2.0-only", False),
    ("LGPL-2.0-or-later", True),
    ("GPL-1.0-or-later", True),
    ("GPL-1.0-only", False),
    ("BSD-3-Clause+", False),
    # Exceptions.
    ("GPL-3.0-only WITH GCC-exception-3.1", True),
    ("gpl-3.0-only with gcc-exception-3.1", True),
    ("GPL-3.0 WITH GCC-exception-3.1", True),
    ("GPL-3.0-only WITH Classpath-exception-2.0", False),
    ("GPL-2.0-only WITH Classpath-exception-2.0", False),
    ("Apache-2.0 WITH LLVM-exception", False),
    ("Apache-2.0 WITH LLVM-exception OR MIT", True),
    ("MIT WITH Apache-2.0", False),
    ("GCC-exception-3.1", False),
    # Names of one's own.
    ("LicenseRef-crawl", True),
    ("licenseref-crawl", True),
    ("LicenseRef-crawl OR GPL-3.0-only", True),
    ("LicenseRef-crawl AND LicenseRef-other", False),
    ("LicenseRef-other", False),
    ("DocumentRef-x:LicenseRef-crawl", False),
    ("LicenseRef-Apache", False),
    ("LicenseRef-MIT-Discord", False),
    ("LicenseRef-scancode-public-domain", False),
    # Nothing known, nothing readable.
    ("", False),
    (" ", False),
    ("NOASSERTION", False),
    ("NONE", False),
    ("NOASSERTION OR MIT", False),
    ("MIT OR Nonsense-1.0", False),
    ("unknown", False),
    ("MIT/Apache-2.0", False),
    ("MIT, Apache-2.0", False),
    ("MIT Apache-2.0", False),
    ("MIT AND", False),
    ("(MIT", False),
    ("MIT)", False),
    ("OR MIT", False),
    ("MIT NOT GPL-3.0-only", False),
    ("The MIT License", False),
    ("https://spdx.org/licenses/MIT", False),
    ("MIT\0", False),
    ("MIT" + " OR MIT" * 1000, False),
]


@pytest.mark.parametrize(("expression", "passes"), TABLE)
def test_truth_table(expression: str, passes: bool) -> None:
    assert allowed(expression, ALLOW) is passes


def test_an_empty_list_allows_nothing_and_none_is_no_licence() -> None:
    assert not allowed("MIT", [])
    assert not allowed(None, ALLOW)


def test_former_names_on_the_list_mean_the_present_ones() -> None:
    assert allowed("GPL-2.0-only", ["GPL-2.0"])
    assert allowed("GPL-2.0-or-later", ["GPL-2.0+"])
    assert allowed("GPL-2.0-only", ["GPL-2.0+"])
    assert not allowed("GPL-1.0-only", ["GPL-2.0+"])


NAMES = st.sampled_from(["MIT", "CC0-1.0", "Apache-2.0", "GPL-3.0-only", "BSD-3-Clause", "LicenseRef-x"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=6,
)


def truth(expression: str, names: set[str]) -> bool:
    """The expression's value by Python's own `and` and `or`."""
    words = expression.replace("(", " ( ").replace(")", " ) ").split()
    python = " ".join({"AND": "and", "OR": "or", "(": "(", ")": ")"}.get(w, str(w in names)) for w in words)
    return bool(eval(python))  # noqa: S307 - made of True, False, and, or and brackets only


@given(EXPRESSIONS, st.sets(NAMES))
def test_and_and_or_mean_what_they_say(expression: str, names: set[str]) -> None:
    assert allowed(expression, sorted(names)) is truth(expression, names)


@given(st.text(max_size=60) | st.text("MITANDORWH()-+. ", max_size=40))
def test_nothing_but_the_name_itself_passes(text: str) -> None:
    assert not allowed(text, ["CC0-1.0"])


@pytest.mark.parametrize("entry", ["MIT", "mit", "LicenseRef-crawl", "Apache-2.0 WITH LLVM-exception", "GPL-2.0+"])
def test_entries_name_one_licence(entry: str) -> None:
    assert not entry_problem(entry)


@pytest.mark.parametrize("entry", ["", "NONE", "NOASSERTION", "MIT OR CC0-1.0", "LLVM-exception", "Apache 2"])
def test_other_entries_are_refused(entry: str) -> None:
    assert "is not an SPDX licence" in entry_problem(entry)


def test_a_misspelt_entry_names_the_nearest() -> None:
    assert "(did you mean `Apache-2.0`?)" in entry_problem("Apache2.0")
    assert "(did you mean `CC0-1.0`?)" in entry_problem("cc0")


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("MIT OR (GPL-2.0+ AND CC0-1.0)", ""),
        ("LicenseRef-crawl", ""),
        ("NOASSERTION", ""),
        ("MTI", "`MTI` is not an SPDX licence (did you mean `MIT`?)"),
        ("MIT/Apache", "`Apache` is not an SPDX licence (did you mean `Apache-2.0`?)"),
        ("MIT CC0-1.0", "put AND or OR between licences"),
        ("", "is not an SPDX licence"),
    ],
)
def test_what_is_no_expression_is_told_with_the_nearest_name(expression: str, problem: str) -> None:
    found = expression_problem(expression)
    assert bool(found) is bool(problem)
    assert problem in found


def test_the_library_is_read_only_when_a_licence_is() -> None:
    code = "import sys, corpuskit.core.licenses; sys.exit('license_expression' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_list_that_says_or_later_allows_each_later_version_of_that_licence_alone() -> None:
    """The licences that an `or later` entry stands for, one by one; exceptions and families stay apart."""
    later = ["EUPL-1.1+", "LGPL-2.1-or-later", "GPL-2.0-or-later WITH Classpath-exception-2.0"]
    for expression in ("EUPL-1.1", "EUPL-1.2", "LGPL-3.0-only", "GPL-3.0-only WITH Classpath-exception-2.0"):
        assert allowed(expression, later), expression
    for expression in ("EUPL-1.0", "LGPL-2.0-only", "GPL-3.0-only", "GPL-2.0-only WITH GCC-exception-2.0"):
        assert not allowed(expression, later), expression


def test_the_truth_table_of_spdx_satisfies(shared_data: Path) -> None:
    table = json.loads((shared_data / "rights" / "spdx_satisfies.json").read_bytes())
    for expression, allow in table["returnTrue"]:
        assert allowed(expression, allow), (expression, allow)
    for expression, allow in table["returnFalse"]:
        assert not allowed(expression, allow), (expression, allow)
    for _, allow in table["throwErrors"]:
        assert any(map(entry_problem, allow)), allow
