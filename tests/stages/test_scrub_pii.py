"""`scrub-pii`: modes, fields, keys, failure, engines, and what it finds on labelled texts."""

import json
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.scrub_pii import KEY_VARIABLE, ScrubPii
from corpuskit.text.pii import engines, scanner
from corpuskit.text.pii.detector import Detector
from corpuskit.text.pii.national_id_kinds import TYPES
from corpuskit.text.pii.scanner import DETECTORS
from tests.conftest import Run, lines_of

KEY = "0123456789abcdef-one"
CARD, MAIL, PHONE, ADDRESS = "4111 1111 1111 1111", "jo@example.org", "+1-408-555-1234", "192.0.2.7"
TEXT = f"😀 {MAIL} paid with {CARD}; call {PHONE} or ping {ADDRESS}."
NAMES = {MAIL: "email", CARD: "credit-card", PHONE: "phone", ADDRESS: "ipv4"}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)


def scrubbed(text: str, **options: Any) -> str:
    result = ScrubPii(**options).apply(Document("1", text))
    assert isinstance(result, Document)
    return result.text


def test_mask_writes_a_placeholder_for_each_value() -> None:
    masked = "😀 {{EMAIL}} paid with {{CREDIT_CARD}}; call {{PHONE}} or ping {{IPV4}}."
    assert scrubbed(TEXT) == masked


def test_a_document_without_personal_data_is_the_same_object() -> None:
    document = Document("1", "Nothing to see in 2024.", {"title": "jo@example.org", "pii": [{"start": 0}]})
    assert ScrubPii().apply(document) is document


def test_the_document_given_is_never_changed() -> None:
    document = Document("1", TEXT, {"authors": [{"mail": MAIL}], "pii": []}, {"note": [MAIL]})
    line = encode(document)
    ScrubPii(fields=("text", "metadata", "note")).apply(document)
    document.line = None
    assert encode(document) == line


def test_tag_leaves_the_text_and_gives_offsets_in_characters() -> None:
    document = ScrubPii(mode="tag").apply(Document("1", TEXT))
    assert isinstance(document, Document) and document.text == TEXT
    tags = document.metadata["pii"]
    assert {TEXT[tag["start"] : tag["end"]]: tag["type"] for tag in tags} == NAMES
    assert all(list(tag) == ["start", "end", "type"] for tag in tags)


def test_tag_names_the_field_where_it_is_not_the_text() -> None:
    document = Document("1", "plain", {"authors": [{"mail": f"to {MAIL}"}]})
    tagged = ScrubPii(mode="tag", fields=("text", "metadata")).apply(document)
    assert isinstance(tagged, Document)
    assert tagged.metadata["pii"] == [{"start": 3, "end": 17, "type": "email", "field": "metadata.authors.0.mail"}]


def test_tags_of_an_earlier_pass_never_outlive_the_text_they_speak_of() -> None:
    stale = {"pii": [{"start": 0, "end": 3, "type": "email"}]}
    assert ScrubPii(mode="tag").apply(Document("1", "clean", stale)) == Document("1", "clean")
    assert ScrubPii().apply(Document("1", MAIL, stale)) == Document("1", "{{EMAIL}}")
    retagged = ScrubPii(mode="tag").apply(Document("1", MAIL, stale))
    assert isinstance(retagged, Document)
    assert retagged.metadata["pii"] == [{"start": 0, "end": 14, "type": "email"}]
    assert ScrubPii(mode="tag").apply(retagged) is retagged


def test_drop_counts_hits_by_type() -> None:
    document = Document("1", f"{MAIL} {MAIL}", {"title": CARD})
    stage = ScrubPii(mode="drop", fields=("text", "metadata.title"))
    assert stage.apply(document) == Drop(document, "pii", {"credit-card": 1, "email": 2})


@pytest.mark.usefixtures("key")
def test_hash_links_spellings_of_one_value_and_no_others() -> None:
    once, again, other = scrubbed("jo@example.org JO@Example.org al@example.org", mode="hash").split()
    assert once == again != other
    assert once.startswith("{{EMAIL:") and len(once) == len("{{EMAIL:0123456789abcdef}}")


def test_hash_depends_on_the_key_and_the_key_file_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    monkeypatch.setenv(KEY_VARIABLE, "another key, quite long")
    by_file, by_variable = ScrubPii(mode="hash", key_file=file), ScrubPii(mode="hash")
    assert by_file.apply(Document("1", MAIL)) != by_variable.apply(Document("1", MAIL))
    assert by_file.versions()["pii-key"] != by_variable.versions()["pii-key"]
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert by_file.apply(Document("1", MAIL)) == ScrubPii(mode="hash").apply(Document("1", MAIL))


@pytest.mark.usefixtures("key")
def test_the_key_is_nowhere_but_in_memory() -> None:
    stage = ScrubPii(mode="hash")
    stage.apply(Document("1", MAIL))
    written = json.dumps([stage.options(), stage.versions()]).encode() + pickle.dumps(stage) + repr(stage).encode()
    assert KEY.encode() not in written
    assert "key-file" not in stage.options()
    assert pickle.loads(pickle.dumps(stage)).apply(Document("1", MAIL)) == stage.apply(Document("1", MAIL))  # noqa: S301


def test_hash_without_a_good_key_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(UsageError, match="needs a key"):
        ScrubPii(mode="hash")
    with pytest.raises(UsageError, match="cannot read the key file 'absent'"):
        ScrubPii(mode="hash", key_file=tmp_path / "absent").versions()
    (tmp_path / "short").write_text("short")
    with pytest.raises(UsageError, match="5 bytes"):
        ScrubPii(mode="hash", key_file=tmp_path / "short").apply(Document("1", MAIL))


def test_every_named_string_is_scrubbed_and_nothing_else() -> None:
    document = Document(
        MAIL,
        MAIL,
        {"title": MAIL, "author": {"name": MAIL, "age": 7}, "tags": [MAIL, 1, None], "a.b": MAIL, "url": MAIL},
        {"summary": MAIL, "other": MAIL},
    )
    fields = ("metadata.title", "metadata.author", "metadata.tags", "metadata.a.b", "metadata.none.x", "summary")
    result = ScrubPii(fields=fields).apply(document)
    masked = "{{EMAIL}}"
    assert result == Document(
        MAIL,
        MAIL,
        {"title": masked, "author": {"name": masked, "age": 7}, "tags": [masked, 1, None], "a.b": masked, "url": MAIL},
        {"summary": masked, "other": MAIL},
    )


@pytest.mark.parametrize("field", ["metadata", "metadata.*"])
def test_metadata_stands_for_all_strings_in_it(field: str) -> None:
    document = Document("1", MAIL, {"a": MAIL, "b": {"c": [MAIL, {"d": MAIL}]}, "n": 4111111111111111})
    result = ScrubPii(fields=(field,)).apply(document)
    masked = "{{EMAIL}}"
    assert result == Document("1", MAIL, {"a": masked, "b": {"c": [masked, {"d": masked}]}, "n": 4111111111111111})


def test_an_id_is_scrubbed_only_if_named() -> None:
    result = ScrubPii(fields=("id", "text")).apply(Document(f"web/{MAIL}", "plain"))
    assert isinstance(result, Document) and MAIL not in result.id


def test_a_failing_detector_rejects_the_record_and_shows_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> list[Any]:
        raise RuntimeError(text)

    monkeypatch.setattr(engines, "finder", lambda engine, types: broken)
    for mode in ("mask", "tag", "drop"):
        with pytest.raises(Reject) as reject:
            ScrubPii(mode=mode).apply(Document("1", MAIL))
        assert (reject.value.reason, reject.value.detail) == ("pii-detector-failed", "RuntimeError")


def test_text_that_is_no_unicode_is_rejected_not_passed_on() -> None:
    with pytest.raises(Reject, match="pii-detector-failed: UnicodeEncodeError"):
        ScrubPii().apply(Document("1", "\ud800 jo@example.org"))


def test_types_narrow_the_search_and_unknown_ones_are_refused() -> None:
    assert scrubbed(TEXT, types=("ipv4",)) == TEXT.replace(ADDRESS, "{{IPV4}}")
    with pytest.raises(UsageError, match=r"what the engine scrubadub finds .email.*, not 'iban'"):
        ScrubPii(engine="scrubadub", types=("iban",))
    with pytest.raises(UsageError, match=r"the engine native finds .*, not 'credential'"):
        ScrubPii(types=("credential",))
    with pytest.raises(UsageError, match="`fields` names no field"):
        ScrubPii(fields=())


def test_private_and_documentation_values_are_left_on_request() -> None:
    text = "jo@example.org al@intra.local 192.168.1.9 198.51.100.4 8.8.8.8:53 call 202-555-0143 fd00::12:1"
    private = "{{EMAIL}} al@intra.local 192.168.1.9 {{IPV4}} {{IPV4}}:53 call {{PHONE}} fd00::12:1"
    documentation = "jo@example.org {{EMAIL}} {{IPV4}} 198.51.100.4 {{IPV4}}:53 call 202-555-0143 {{IPV6}}"
    assert scrubbed(text, allow=("private",)) == private
    assert scrubbed(text, allow=("documentation",)) == documentation
    both = scrubbed(text, allow=("private", "documentation"))
    assert both == text.replace("8.8.8.8", "{{IPV4}}")
    only_allowed = Document("1", "192.168.1.9")
    assert ScrubPii(mode="drop", allow=("private",)).apply(only_allowed) is only_allowed
    assert scrubbed("jo@example.org", engine="scrubadub", allow=("documentation",)) == "jo@example.org"
    with pytest.raises(UsageError, match="private or documentation, not 'privat'"):
        ScrubPii(allow=("privat",))


def test_source_code_may_have_types_of_its_own() -> None:
    text = f"{MAIL} {PHONE}"
    stage = ScrubPii(types=("phone",), code_types=("email",))
    code = stage.apply(Document("1", text, {"programming_language": "Python"}))
    prose = stage.apply(Document("1", text))
    assert isinstance(code, Document) and code.text == f"{{{{EMAIL}}}} {PHONE}"
    assert isinstance(prose, Document) and prose.text == f"{MAIL} {{{{PHONE}}}}"
    unsaid = ScrubPii(types=("phone",)).apply(Document("1", text, {"programming_language": "Python"}))
    assert isinstance(unsaid, Document) and unsaid.text == prose.text
    with pytest.raises(UsageError, match=r"code_types.*not 'emial'"):
        ScrubPii(code_types=("emial",))


def test_versions_name_all_that_shapes_a_verdict() -> None:
    assert set(ScrubPii().versions()) == {"google-re2", "phonenumbers", "pii-patterns", "python-stdnum"}
    assert "scrubadub" in ScrubPii(engine="scrubadub").versions()


def test_engine_scrubadub_masks_with_the_same_placeholders_and_offsets() -> None:
    text = "😀 mail jo@example.org, call 408-555-1234, pay 4111111111111111"
    assert scrubbed(text, engine="scrubadub") == "😀 mail {{EMAIL}}, call {{PHONE}}, pay {{CREDIT_CARD}}"
    assert scrubbed(text, engine="scrubadub", types=("email",)) == text.replace(MAIL, "{{EMAIL}}")
    tagged = ScrubPii(engine="scrubadub", mode="tag").apply(Document("1", text))
    assert isinstance(tagged, Document)
    found = [text[tag["start"] : tag["end"]] for tag in tagged.metadata["pii"]]
    assert found == [MAIL, "408-555-1234", "4111111111111111"]
    assert scrubbed("thanks @handle, see example.org", engine="scrubadub") == "thanks @handle, see example.org"


def test_engine_scrubadub_leaves_its_own_output_alone() -> None:
    once = scrubbed(f"login: jo password: hunter2\n\n{TEXT}", engine="scrubadub")
    assert "hunter2" not in once and MAIL not in once
    assert scrubbed(once, engine="scrubadub") == once


VALUES = [
    *NAMES,
    "GB82 WEST 1234 5698 7654 32",
    "219-09-9999",
    "https://jo:secret@example.org/?token=abc12345678",
    "2001:db8::1",
    "ghp_" + "A1b2" * 9,
]
PIECES = st.lists(
    st.sampled_from([*VALUES, "phone ", "card ", "{{EMAIL}}", "{{PHONE:0123456789012345}}", "isbn"])
    | st.text("0123456789 -.()+@:/{}=&?aZx電😀\n", max_size=12),
    max_size=8,
)
GLUE = st.sampled_from(["", " ", "\n", "-", "/"])


@given(PIECES, GLUE)
def test_scrubbing_twice_is_scrubbing_once(pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, KEY)
        for mode in ("mask", "hash"):
            once = scrubbed(text, mode=mode)
            assert scrubbed(once, mode=mode) == once


@given(st.lists(st.sampled_from(VALUES), min_size=1, max_size=5), st.text("aé電😀 \n", max_size=5))
def test_no_value_is_left_in_the_output(values: list[str], between: str) -> None:
    result = scrubbed(f"\n{between}\n".join(values))
    assert not [value for value in values if value in result]


@given(st.lists(st.sampled_from(list(NAMES)), max_size=5), st.text("aé電😀 \n", max_size=5))
def test_tags_give_back_the_planted_values(values: list[str], between: str) -> None:
    text = f"\n{between}\n".join(values)
    document = ScrubPii(mode="tag").apply(Document("1", text))
    assert isinstance(document, Document)
    tags = document.metadata.get("pii", [])
    assert [(text[tag["start"] : tag["end"]], tag["type"]) for tag in tags] == [(v, NAMES[v]) for v in values]


# Recall and precision that the labelled texts must keep; labels that no reader could find are in them (see below).
PROMISED = {
    "email": (0.98, 0.95),
    "phone": (0.95, 0.98),
    "credit-card": (0.98, 0.98),
    "ipv4": (0.95, 0.95),
    "ssn": (0.95, 0.85),
    "iban": (0.87, 0.98),
}


def test_recall_and_precision_on_labelled_texts(shared_data: Path) -> None:
    from tests.benchmarks.pii_quality import count

    find = engines.finder("native", ())
    total: Counter[tuple[str, str]] = Counter()
    for path in sorted((shared_data / "pii").glob("*.jsonl.gz")):
        counts = count(path, find)
        labelled = {kind for kind, what in counts if what == "gold"}
        total.update({key: number for key, number in counts.items() if key[0] in labelled})
    for kind, (recall, precision) in PROMISED.items():
        assert total[kind, "found"] >= recall * total[kind, "gold"], kind
        assert total[kind, "right"] >= precision * total[kind, "hits"], kind


def test_every_account_number_whose_check_digits_hold_is_found(shared_data: Path) -> None:
    """The labels also hold account numbers with letters for digits, which no check can tell from noise."""
    from corpuskit.text.pii.numbers import mod97
    from tests.benchmarks.pii_quality import covered, labelled

    find = engines.finder("native", ())
    found = whole = 0
    for path in sorted((shared_data / "pii").glob("*.jsonl.gz")):
        for text, gold, _ in labelled(path):
            hits = [hit for hit in find(text) if hit.type == "iban"]
            for start, end, kind in gold:
                account = "".join(filter(str.isalnum, text[start:end])).upper().removeprefix("IBAN")
                account = "PL" + account if account.isdigit() else account
                if kind == "iban" and mod97(account.encode()):
                    whole += 1
                    found += covered(text, start, end, hits)
    assert whole > 70 and found >= 0.98 * whole


def test_every_detector_can_be_asked_for_and_is_in_the_help() -> None:
    for each in DETECTORS:
        assert ScrubPii(types=(each.type,)).types == (each.type,)
    for kind in {each.type for each in DETECTORS}.difference(TYPES):
        assert kind in (ScrubPii.__doc__ or "")


def test_a_new_detector_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "DETECTORS", (*DETECTORS, Detector("mac", "[0-9a-f]:", lambda data: iter(()))))
    assert ScrubPii(types=("mac",)).types == ("mac",)


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("fields", "notice"),
    [
        ("txt", "no document has the field `txt` (did you mean `text`?)"),
        ("metadata.titel,text", "no document has the field `metadata.titel` (did you mean `metadata.title`?)"),
        ("body,metadata.url", "no document has the fields `body`, `metadata.url`"),
        ("text,metadata.title,metadata,notes.by", ""),
    ],
)
def test_a_field_that_no_document_has_is_told(corpuskit: Run, jobs: str, fields: str, notice: str) -> None:
    documents = [{"text": f"{number} {MAIL}", "metadata": {}} for number in range(400)]
    documents[399] |= {"metadata": {"title": "Last"}, "notes": {"by": 1}}
    result = corpuskit("scrub-pii", "-j", jobs, "--fields", fields, stdin=lines_of(documents))
    assert result.returncode == 0
    said = result.stderr.decode().splitlines()
    assert said[-1] == (
        f"corpuskit scrub-pii: {notice}" if notice else "corpuskit scrub-pii: 400 in, 400 out, 400 hits (email 400)"
    )
    assert not corpuskit("scrub-pii", "--quiet", "--fields", "txt", stdin=lines_of(documents)).stderr


def test_a_recipe_that_must_scrub_fails_if_its_field_is_nowhere(corpuskit: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(lines_of([{"id": name, "text": MAIL}]))
    recipe = """
policy: {pii: required}
sources:
  notes:
    {from: files, inputs: [a.jsonl, b.jsonl], origin: other, steps: [{scrub-pii: {fields: [FIELD]}}]}
"""
    (tmp_path / "recipe.yaml").write_text(recipe.replace("FIELD", "txt"))
    refused = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert refused.returncode == 6
    assert (
        b"`text` of document 'a' holds text that was not masked; add it to the `fields` of scrub-pii" in refused.stderr
    )
    (tmp_path / "recipe.yaml").write_text(recipe.replace("FIELD", "txt").replace("policy: {pii: required}", ""))
    told = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert told.returncode == 0
    assert b"no document has the field `txt` (did you mean `text`?)" in told.stderr
    assert b"absent_fields" not in (tmp_path / "out/manifest.json").read_bytes()
    (tmp_path / "recipe.yaml").write_text(recipe.replace("FIELD", "text"))
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert done.returncode == 0 and b"no document has" not in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("mode", ["mask", "tag", "drop"])
def test_hits_are_counted_by_type_in_summary_json_and_manifest(
    corpuskit: Run, tmp_path: Path, mode: str, jobs: str
) -> None:
    texts = [f"{MAIL} or al@example.org, call {PHONE}", "nobody", f"host {ADDRESS}, {MAIL}"]
    given = lines_of([{"text": text, "metadata": {}} for text in texts])
    hits = {"email": 3, "ipv4": 1, "phone": 1}
    result = corpuskit("scrub-pii", "--mode", mode, "-j", jobs, "-o", "out.jsonl", stdin=given)
    assert result.stderr.decode().splitlines()[-1].endswith(", 5 hits (email 3, ipv4 1, phone 1)")
    assert json.loads((tmp_path / "out.jsonl.manifest.json").read_text())["steps"][-1]["hits"] == hits
    result = corpuskit("scrub-pii", "--mode", mode, "-j", jobs, "--json", stdin=given)
    assert json.loads(result.stderr.splitlines()[-1])["hits"] == hits


def test_a_run_without_hits_counts_none(corpuskit: Run) -> None:
    result = corpuskit("scrub-pii", "--json", stdin=lines_of([{"text": "nobody", "metadata": {}}]))
    assert "hits" not in json.loads(result.stderr.splitlines()[-1])
