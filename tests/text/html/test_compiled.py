"""Where neither twin can read pages, nothing is read wrongly."""

import pytest

from corpuskit import Extract
from corpuskit.core.errors import UsageError
from corpuskit.text.html import compiled


def test_a_python_that_cannot_read_pages_needs_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "SOUND_SINCE", (3, 99, 0))
    monkeypatch.setattr(compiled, "_core", None)
    with pytest.raises(UsageError, match=r"needs Python 3\.99\.0: .* install a C compiler"):
        Extract()
    monkeypatch.setattr(compiled, "_core", compiled)
    Extract()
