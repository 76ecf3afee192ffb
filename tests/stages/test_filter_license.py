"""`filter-license`: silence allows nothing."""

import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.filter_license import FilterLicense


@pytest.mark.parametrize(
    ("expression", "is_kept"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND CC0-1.0", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("GPL-2.0-only", False),
        ("free for all", False),
        (7, False),
        (None, False),
    ],
)
def test_only_what_is_allowed_is_kept(expression: object, is_kept: bool) -> None:
    stage = FilterLicense(allow=("MIT", "CC0-1.0", "GPL-2.0-only WITH Classpath-exception-2.0"))
    document = Document("d", "text", {} if expression is None else {"license": expression})
    outcome = stage.apply(document)
    assert outcome == (document if is_kept else Drop(document, "license", {"license": expression}))


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(UsageError, match="names no licence"):
        FilterLicense(allow=())
