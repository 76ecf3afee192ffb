"""The bytes of manifest.json are those of `json.dumps`."""

import json
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.provenance.entries import Manifest
from corpuskit.core.provenance.manifest import serialise

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner), max_leaves=30
)


@given(st.dictionaries(st.text(), values))
def test_a_manifest_is_written_as_json_writes_it(content: dict[str, Any]) -> None:
    expected = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    assert serialise(cast(Manifest, content)) == expected.encode("utf-8", "surrogateescape")
