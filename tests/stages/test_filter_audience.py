"""Product data goes to its own tenant, as far as people agreed; silence and unknown words mean no."""

import itertools
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Document, Drop, FilterAudience, Flow, UsageError, encode, load_recipe
from corpuskit.mix.recipe.recipe import steps_of_source, steps_together
from tests.conftest import Run
from tests.whole.test_contract import Lines

ALL = {"scope": ["label", "text", "train"]}


def product(tenant: Any = "acme", consent: Any = ALL, text: str = "Thanks.") -> Document:
    return Document("d", text, {"tenant": tenant, "consent": consent})


@pytest.mark.parametrize(
    ("document", "options", "reason"),
    [
        (Document("d", "Public."), {}, None),
        (Document("d", "Public."), {"audience": "tenant:acme"}, None),
        (product(), {}, "foreign-tenant"),
        (product(), {"audience": "tenant:acme"}, None),
        (product(), {"audience": "tenant:acm"}, "foreign-tenant"),
        (product(tenant=["acme"]), {"audience": "tenant:acme"}, "foreign-tenant"),
        (product(tenant=""), {}, "foreign-tenant"),
        (product(tenant=None), {}, None),
        (product(consent=None), {"audience": "tenant:acme"}, "no-consent"),
        (product(consent="train"), {"audience": "tenant:acme"}, "no-consent"),
        (product(consent={"scope": "train"}), {"audience": "tenant:acme"}, "no-consent"),
        (product(consent={"scope": ["text", "train", "everything"]}), {"audience": "tenant:acme"}, "no-consent"),
        (product(consent={"scope": ["label"]}), {"audience": "tenant:acme"}, "no-consent"),
        (product(consent={"scope": ["label"]}, text=""), {"audience": "tenant:acme"}, None),
        (product(), {"audience": "tenant:acme", "use": "retrieve"}, "no-consent"),
        (product(consent={**ALL, "until": "2026-11-01"}), {"audience": "tenant:acme"}, "expired"),
        (product(consent={**ALL, "until": "2026-11-01"}), {"audience": "tenant:acme", "as_of": "2026-11-01"}, None),
        (
            product(consent={**ALL, "until": "2026-10-31T23:30:00Z"}),
            {"audience": "tenant:acme", "as_of": "2026-11-01"},
            "expired",
        ),
        (product(consent={**ALL, "until": "soon"}), {"audience": "tenant:acme", "as_of": "2026-11-01"}, "no-consent"),
        (Document("d", "x", {"consent": {"scope": []}}), {}, "no-consent"),
        (Document("d", "", {"tenant": "acme", "event": {"type": "withdraw"}}), {"audience": "tenant:acme"}, None),
        (Document("d", "", {"tenant": "acme", "event": {"type": "withdraw"}}), {}, "foreign-tenant"),
        (
            Document("d", "x", {"tenant": "acme", "event": {"type": "withdraw"}}),
            {"audience": "tenant:acme"},
            "no-consent",
        ),
    ],
)
def test_who_gets_what(document: Document, options: dict[str, str], reason: str | None) -> None:
    judged = FilterAudience(**options).apply(document)
    assert (judged.reason if isinstance(judged, Drop) else None) == reason


@pytest.mark.parametrize("options", [{"audience": "acme"}, {"audience": "tenant:"}, {"as_of": "soon"}, {"use": "sell"}])
def test_options_that_mean_nothing_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        FilterAudience(**options)


def lines_of(documents: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


TENANTS = ("acme", "birch", "cedar")


def canaries() -> list[dict[str, Any]]:
    """The same words at three tenants and in public, each with the word that betrays whose they are."""
    words = re.findall(r"\w+", "the order came two days late and the box was open on one side when it was handed over")
    documents = []
    for number, tenant in itertools.product(range(4), (*TENANTS, None)):
        text = f"{' '.join(words[number:] + words[:number])} canary-{tenant}"
        metadata = {"tenant": tenant, "consent": ALL} if tenant else {}
        documents.append({"id": f"{tenant}-{number}", "text": text, "metadata": metadata})
        documents.append({"id": f"{tenant}-{number}-again", "text": text, "metadata": metadata})
        shared = {"id": f"{tenant}-{number}-shared", "text": " ".join(words), "metadata": metadata}
        documents.append(shared)
    return documents


STEPS = (
    "dedup",
    "dedup: {method: exact}",
    "dedup: {unit: line, min-length: 5}",
    "dedup: {keep: longest}",
    "scrub-pii",
    "filter-quality: {rules: [fineweb], annotate: true}",
    "filter-language: {keep: [en], annotate: true}",
    "sample: {rate: 0.5}",
    "head: {n: 40}",
    "filter-license: {allow: [MIT]}",
)


def pipeline(number: int) -> tuple[str | None, list[str], list[str]]:
    """An audience, the steps of the source and those over all sources."""
    choice = random.Random(number)
    audience = choice.choice([None, "public", *(f"tenant:{tenant}" for tenant in TENANTS)])
    own, together = (choice.sample(STEPS, choice.randrange(3)) for _ in range(2))
    return audience, own, together


@pytest.mark.parametrize(
    "start", [0, *(pytest.param(start, marks=pytest.mark.slow) for start in range(250, 1000, 250))]
)
def test_no_pipeline_carries_a_canary_to_a_foreign_audience(tmp_path: Path, start: int) -> None:
    lines = lines_of(canaries()).splitlines()
    for number in range(start, start + 250):
        audience, own, together = pipeline(number)
        text = "\n".join(
            [
                *([f"policy: {{audience: '{audience}'}}"] if audience else []),
                "sources:",
                "  log:",
                f"    {{from: files, inputs: [log.jsonl], origin: user_product, steps: [{step_list(own)}]}}",
                *([f"together: [{step_list(together)}]"] if together else []),
            ]
        )
        (tmp_path / "recipe.yaml").write_text(text)
        recipe = load_recipe(tmp_path / "recipe.yaml")
        flow = Flow([*steps_of_source(recipe, recipe.sources[0]), *steps_together(recipe)], lambda verdict: None)
        found = b"".join(flow.lines([Lines(lines)]))
        tenant = (audience or "public").removeprefix("tenant:")
        assert all(f"canary-{name}".encode() not in found for name in TENANTS if name != tenant), text
        assert all(count.is_balanced() for count in flow.counts)


def step_list(steps: list[str]) -> str:
    return ", ".join(f"{{{step}}}" if ":" in step else step for step in steps)


def test_a_recipe_is_for_the_public_unless_it_says_otherwise(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(lines_of(canaries()))
    source = "sources: {log: {from: files, inputs: [log.jsonl], origin: user_product}}\ntogether: [dedup]\n"
    published = {}
    for name, policy in (
        ("public", ""),
        ("acme", "policy: {audience: 'tenant:acme'}\n"),
        ("birch", "policy: {audience: {audience: 'tenant:birch', as-of: 2026-11-01}}\n"),
    ):
        (tmp_path / "recipe.yaml").write_text(policy + source)
        done = corpuskit("mix", "recipe.yaml", "-o", name, "-j", "2" if name == "acme" else "1")
        assert done.returncode == 0, done.stderr
        assert corpuskit("verify", name).returncode == 0
        published[name] = corpuskit("files", name, "--quiet").stdout
        steps = [step["name"] for step in json.loads((tmp_path / name / "manifest.json").read_bytes())["steps"]]
        assert steps == ["files", "filter-audience", "dedup", "filter-audience", "mix"]
    for name, lines in published.items():
        foreign = [f"canary-{tenant}".encode() for tenant in TENANTS if tenant != name]
        assert b"canary-None" in lines and not any(word in lines for word in foreign)
        assert (f"canary-{name}".encode() in lines) == (name != "public")
    (tmp_path / "recipe.yaml").write_text("policy: {audience: acme}\n" + source)
    refused = corpuskit("mix", "recipe.yaml", "-o", "nowhere")
    assert refused.returncode == 2
    assert b"recipe.yaml:1" in refused.stderr and b"tenant:NAME" in refused.stderr


def test_export_refuses_product_data_without_its_audience(corpuskit: Run, tmp_path: Path) -> None:
    stream = lines_of([{"id": "a", "text": "Hi.", "metadata": {"tenant": "acme", "consent": ALL}}])
    for arguments in ([], ["--audience", "public"], ["--audience", "tenant:birch"]):
        refused = corpuskit("export", *arguments, "-o", "out", stdin=stream)
        assert refused.returncode == 6, refused.stderr
        assert b"document 'a'" in refused.stderr and b"filter-audience" in refused.stderr
        assert not (tmp_path / "out").exists()
    assert corpuskit("export", "--audience", "tenant:acme", "-o", "out", stdin=stream).returncode == 0
    assert corpuskit("export", "--as-of", "2026-11-01", "-o", "other", stdin=stream).returncode == 2


@pytest.mark.parametrize(
    "document",
    [
        Document("a", "text"),
        Document("a", 'My "tenant": is late, and so is "consent":'),
        Document("a", "text", {"title": '"tenant":"acme"', "tenants": 1, "consented": 2}),
        Document("a", "text", {"labels": {"tenant": "acme"}}),
        Document("a", "text", {"tenant": "acme"}),
        Document("a", "text", {"tenant": None}),
        Document("a", "text", {"consent": {"scope": ["text"]}}),
        Document("a", "text", {"consent": 1}),
        Document("a", "text", {}, {"tenant": "of another kind"}),
    ],
)
@pytest.mark.parametrize("audience", ["public", "tenant:acme"])
def test_a_line_that_passes_unread_is_a_document_that_passes(document: Document, audience: str) -> None:
    step = FilterAudience(audience=audience)
    passes = step.passes(encode(document))
    assert not passes or step.apply(document) is document
    assert passes == (b'"tenant":' not in encode(document) and b'"consent":' not in encode(document))
    if not {"tenant", "consent"} & {*document.metadata, *document.extra, *document.metadata.get("labels", {})}:
        assert passes, "what only its text says costs nothing"
