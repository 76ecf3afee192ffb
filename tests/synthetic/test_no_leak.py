"""Whatever a seed is, what may not be repeated is in no prompt that a server has seen."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.core.errors import RefusedError
from corpuskit.core.options import build_step
from corpuskit.core.registry import find_step
from corpuskit.core.settings import Settings
from corpuskit.core.step import Command, Source
from tests.conftest import lines_of
from tests.support.model_server import ModelServer, running

TENANT = "acme"
CONSENT = {"scope": ["label", "text", "train"], "until": "2030-01-01"}
RIGHTS = st.sampled_from(["allowed", "unknown", "disallowed"])
PII = ["keeper@harbour-town.com", "4111 1111 1111 1111", "+1 202 555 0143", "DE89 3704 0044 0532 0130 00"]
HEADERS = [{"x-robots-tag": "noai"}, {"tdm-reservation": "1"}, {"content-signal": "ai-train=no"}]


@st.composite
def seeds(draw: st.DrawFn) -> tuple[dict[str, Any], bool]:
    """A seed, and whether it may be used for the tenant; each flaw is drawn by itself."""
    metadata: dict[str, Any] = {"labels": {"topic": draw(st.sampled_from(["sea", "sky"]))}}
    words, is_allowed = draw(st.sampled_from(["a word", "zwei Wörter", "三个词", "masked {{EMAIL}}"])), True
    if draw(st.booleans()):
        metadata["rights"] = draw(
            st.fixed_dictionaries({}, optional={"train": RIGHTS, "input": RIGHTS, "search": RIGHTS})
        )
        is_allowed = all(metadata["rights"].get(use) != "disallowed" for use in ("train", "input"))
    if draw(st.integers(0, 4)) == 0:
        metadata |= {"url": "https://example.org/", "declarations": {"header": draw(st.sampled_from(HEADERS))}}
        is_allowed = False
    tenant = draw(st.sampled_from([None, None, TENANT, "other", 7]))
    if tenant is not None:
        scope = draw(st.sampled_from([CONSENT["scope"], ["label"], []]))
        metadata |= {"tenant": tenant, "consent": {**CONSENT, "scope": scope}}
        is_allowed = is_allowed and tenant == TENANT and scope == CONSENT["scope"]
    if draw(st.integers(0, 4)) == 0:
        pii = draw(st.sampled_from(PII))
        is_allowed = False
        if draw(st.booleans()):
            words += f", write to {pii} today"
        else:
            metadata["labels"]["topic"] = f"reach {pii} now"
    if draw(st.integers(0, 9)) == 0:
        metadata["pii"] = [{"start": 0, "end": 2, "type": "name"}]
        is_allowed = False
    return {"text": words, "metadata": metadata}, is_allowed


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.lists(seeds(), min_size=1, max_size=12), votes=st.booleans())
def test_no_prompt_has_what_may_not_be_repeated(drawn: list[tuple[dict[str, Any], bool]], votes: bool) -> None:
    rows = [{"id": f"s{number}", **row, "text": f"<{number}> {row['text']}"} for number, (row, _) in enumerate(drawn)]
    allowed = {number for number, (_, is_allowed) in enumerate(drawn) if is_allowed}
    with TemporaryDirectory() as name, running(ModelServer()) as server:
        folder = Path(name)
        (folder / "seeds.jsonl").write_bytes(lines_of(rows))
        (folder / "t.txt").write_text("On ${labels.topic}: ${text}")
        (folder / "s.json").write_text(json.dumps({"properties": {"score": {}}, "required": ["score"]}))
        options = {"template": folder / "t.txt", "audience": f"tenant:{TENANT}", "as-of": "2026-11-01"}
        if votes:
            options |= {"schema": folder / "s.json", "votes": ["score"]}
        plan: Command = build_step(find_step("synth-plan"), options)  # type: ignore[assignment]
        arguments = [str(folder / "seeds.jsonl")]
        if not allowed:
            with pytest.raises(RefusedError):
                plan.execute(arguments, Settings(output=folder / "plan.jsonl", quiet=True))
            assert not (folder / "plan.jsonl").exists()
            return
        plan.execute(arguments, Settings(output=folder / "plan.jsonl", quiet=True))
        source: Source = build_step(find_step("synth-run"), {"url": server.url})  # type: ignore[assignment]
        (input_,) = source.resolve([folder / "plan.jsonl"])
        items = list(source.read(input_))
        asked = [json.loads(body)["messages"][-1]["content"] for body in server.bodies]
        written = b"".join(path.read_bytes() for path in folder.glob("plan.*"))
    assert len(items) == len(allowed)
    assert {int(prompt.partition("<")[2].partition(">")[0]) for prompt in asked} == allowed
    assert not any(value in prompt for prompt in asked for value in PII)
    assert not any(value.encode() in written for value in PII)
