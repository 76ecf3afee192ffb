"""`search`: what is found, by whom, and how it is ranked."""

import json
import math
import random
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit import Document, IndexSearch
from corpuskit.core.audience import Audience
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.formats.search_index.entries import audience_condition, entry_of
from corpuskit.formats.search_index.layout import FORMAT, SCHEMA, open_index, read_description
from corpuskit.formats.search_index.writer import IndexWriter
from corpuskit.retrieval.searching.lexical import lexical_hits, match_expression
from corpuskit.retrieval.searching.vectors import BLOCK_ROWS, vector_hits
from tests.conftest import Run, lines_of
from tests.support.loopback_embeddings import LoopbackEmbeddings, hashed_words, loopback_embeddings

TODAY = datetime.now(UTC).date()
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)
AGREED = {"scope": ["text", "retrieve"]}


def build(path: Path, documents: list[Document]) -> Path:
    """An index of documents, made in this process."""
    writer = IndexWriter(path)
    for document in documents:
        writer.add(document)
    writer.publish(
        lambda stream, dimensions: {
            "format": FORMAT,
            "stream": stream.as_json(),
            "steps": [],
            "inputs": [],
            "versions": {},
        }
    )
    return path


def found(path: Path, query: str, **options: Any) -> list[str]:
    with open_index(path) as connection:
        description = read_description(connection, path)
        return [hit.id for hit in IndexSearch(**options).hits(connection, description, query)]


def test_the_best_come_first_with_their_scores(tmp_path: Path, corpuskit: Run) -> None:
    documents = [
        {"id": "once", "text": "The tide comes in. Boats wait outside the harbour.", "metadata": {}},
        {"id": "often", "text": "Tides, tide tables and tidal heights: the tide decides.", "metadata": {}},
        {"id": "title", "text": "High and low water.", "metadata": {"title": "Tides", "note": "stays"}},
        {"id": "never", "text": "Two lights on the mole.", "metadata": {}},
    ]
    (tmp_path / "a.jsonl").write_bytes(lines_of(documents))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    done = corpuskit("search", "tides", "a.idx")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert {answer["id"] for answer in answers} == {"once", "often", "title"}
    scores = [answer["metadata"]["score"] for answer in answers]
    assert scores == sorted(scores, reverse=True) and answers[-1]["id"] == "once"
    assert next(answer for answer in answers if answer["id"] == "title")["metadata"]["note"] == "stays"
    assert len(corpuskit("search", "tides", "a.idx", "-n", "2").stdout.splitlines()) == 2
    assert corpuskit("search", "elsewhere", "a.idx").stdout == b""


def test_what_was_found_can_be_published_with_where_it_came_from(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines_of([{"id": "a", "text": "tides", "metadata": {}}]))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    done = corpuskit("search", "high tides?", "a.idx", "-o", "out", "--source", "harbour", "-q")
    assert done.returncode == 0, done.stderr
    [entry] = json.loads((tmp_path / "out" / "manifest.json").read_text())["inputs"]
    digest = json.loads(corpuskit("verify", "a.idx", "--json").stdout)["digest"]
    assert (entry["path"], entry["sha256"]) == ("a.idx?q=high%20tides%3F", digest)
    assert corpuskit("verify", "out").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("tides",), 2, "name a query and an index"),
        (("high", "tides", "a.idx"), 2, "so quote its words: `corpuskit search 'high tides' a.idx`"),
        (("tides", "none.idx"), 2, "no such index"),
        (("tides", "a.jsonl"), 2, "is no search index"),
        (("tides", "."), 2, "is no search index"),
        (("tides", "a.idx", "-n", "0"), 2, "from 1 to"),
        (("tides", "a.idx", "--audience", "acme"), 2, "public, or tenant:NAME"),
        (("tides", "a.idx", "--mode", "vector"), 2, "--embed"),
        (("tides", "a.idx", "--embed", "http://127.0.0.1:9/v1"), 2, "--mode"),
        (("tides", "a.idx", "--mode", "hybrid", "--embed", "http://127.0.0.1:9/v1"), 2, "the index has no vectors"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    tmp_path: Path, corpuskit: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines_of([{"id": "a", "text": "tides", "metadata": {}}]))
    build(tmp_path / "a.idx", [Document("a", "tides", {})])
    done = corpuskit("search", *arguments, "-q")
    assert (done.returncode, done.stderr.count(b"\n")) == (code, 1), done.stderr
    assert words in done.stderr.decode()


@pytest.mark.parametrize(
    ("start", "head", "code", "words"),
    [
        (0, bytes(16_384), 3, "is damaged"),
        (0, b"another format 3", 3, "is damaged"),
        (0, b"MMIDIDX" + bytes(100), 2, "is no search index"),
        (68, b"gpkg", 2, "is no search index"),
    ],
)
def test_an_index_without_its_head_is_damaged_and_a_file_of_others_is_none(
    tmp_path: Path, corpuskit: Run, start: int, head: bytes, code: int, words: str
) -> None:
    build(tmp_path / "a.idx", [Document("a", "tides", {})])
    data = bytearray((tmp_path / "a.idx").read_bytes())
    data[start : start + len(head)] = head
    (tmp_path / "a.idx").write_bytes(data)
    done = corpuskit("search", "tides", "a.idx", "-q")
    assert done.returncode == code and words in done.stderr.decode(), done.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    documents = [Document(f"d{number}", f"tide {number} AND lift near(col umn)", {}) for number in range(20)]
    return build(tmp_path_factory.mktemp("index") / "small.idx", documents)


SYNTAX = ['"', "*", "^", ":", "(", ")", "-", "+", "NEAR(", "AND", "OR", "NOT", "{text title}:", "'", ";", "\0", "tide"]


def test_an_index_before_its_query_is_told_the_order(small: Path, corpuskit: Run) -> None:
    done = corpuskit("search", str(small), "low tide")
    said = f"the query comes before the index: `corpuskit search 'low tide' {small}`"
    assert done.returncode == 2 and said in done.stderr.decode()


@given(st.lists(st.sampled_from(SYNTAX) | st.text(max_size=5), max_size=12).map("".join))
def test_no_query_is_an_error(small: Path, query: str) -> None:
    identifiers = found(small, query)
    assert len(identifiers) <= 10
    with open_index(small) as connection:
        assert len(lexical_hits(connection, query, audience_condition(Audience(None)), 3)) <= 3


def test_words_are_found_however_they_are_written(small: Path) -> None:
    for query in ("TIDE", "tides", '"tide', "tide*", "-tide", "text:tide", "tide OR", "tide_x", "ti\u0301de"):
        assert found(small, query), query
    assert match_expression("cafe\u0301s") == '"cafe\u0301s"'
    assert found(small, " ".join(f"w{number}" for number in range(20_000)) + " tide") == []
    assert found(small, "tide " * 20_000)


def test_a_query_of_any_bytes_is_read(tmp_path: Path, corpuskit: Run) -> None:
    build(tmp_path / "a.idx", [Document("a", "tides", {})])
    done = corpuskit("search", b"tides \xff\xfe".decode("utf-8", "surrogateescape"), "a.idx", "-o", "out", "-q")
    assert done.returncode == 0, done.stderr


SCOPES = st.sampled_from(["text", "retrieve", "train", "label", "other", 3])
CONSENT = st.one_of(
    st.none(),
    st.just("yes"),
    st.fixed_dictionaries(
        {"scope": st.lists(SCOPES, max_size=4) | SCOPES | st.just(["text", "retrieve"])},
        optional={
            "until": st.sampled_from(
                [
                    None,
                    "never",
                    7,
                    "2026-03-01T01:00:00+02:00",
                    *(day.isoformat() for day in (YESTERDAY, TODAY, TOMORROW)),
                ]
            )
        },
    ),
)
TENANT = st.sampled_from([None, "acme", "other", "", 7, ["acme"], "acme\0", "Acme"])
RIGHTS = st.sampled_from(
    [None, {}, {"input": "allowed"}, {"input": "disallowed"}, {"input": "unknown"}, {"input": 1}, []]
)


@given(
    st.lists(st.tuples(TENANT, CONSENT, RIGHTS), min_size=1, max_size=8),
    st.sampled_from([None, "acme", "other", "", "acme\0"]),
    st.sampled_from([YESTERDAY, TODAY, TOMORROW, date(2026, 2, 28), date(2026, 3, 1)]),
)
def test_the_condition_is_the_rule_of_filter_audience(
    rows: list[tuple[Any, Any, Any]], tenant: str | None, as_of: date
) -> None:
    documents = []
    for number, (owner, consent, rights) in enumerate(rows):
        metadata = {"tenant": owner, "consent": consent, "rights": rights}
        documents.append(Document(f"d{number}", "text", {}).with_metadata(**metadata))
    connection = sqlite3.connect(":memory:")
    connection.execute(SCHEMA[1])
    for number, document in enumerate(documents):
        connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *entry_of(document)))
    audience = Audience(tenant, "retrieve", as_of)
    condition, values = audience_condition(audience)
    query = f"SELECT id FROM documents WHERE {condition}"  # noqa: S608
    admitted = {identifier for (identifier,) in connection.execute(query, values)}
    connection.close()

    def may_be_input(document: Document) -> bool:
        rights = document.metadata.get("rights")
        return rights is None or (isinstance(rights, dict) and rights.get("input", "unknown") in ("unknown", "allowed"))

    expected = {item.id for item in documents if audience.objection(item) is None and may_be_input(item)}
    assert admitted == expected


def tenants_index(path: Path, generator: random.Random) -> Path:
    """Documents of three tenants and of everybody, with the same words."""
    documents = []
    for number in range(400):
        tenant = generator.choice([None, "a", "b", "c"])
        metadata: dict[str, Any] = {"title": f"w{generator.randrange(40)}"}
        if tenant is not None:
            metadata |= {"tenant": tenant, "consent": generator.choice([AGREED, AGREED, {"scope": ["text", "train"]}])}
        if generator.random() < 0.1:
            metadata["rights"] = {"input": "disallowed"}
        text = " ".join(f"w{generator.randrange(40)}" for _ in range(12))
        documents.append(Document(f"{tenant}/{number}", text, metadata))
    return build(path, documents)


def ask_as_tenants(path: Path, queries: int, seed: int) -> None:
    generator = random.Random(seed)
    tenants_index(path, generator)
    with open_index(path) as connection:
        description = read_description(connection, path)
        documents = {
            identifier: json.loads(line)["metadata"]
            for identifier, line in connection.execute("SELECT id, line FROM documents")
        }
        found_documents = 0
        for _ in range(queries):
            tenant = generator.choice([None, "a", "b", "c"])
            search = IndexSearch(n=5, audience="public" if tenant is None else f"tenant:{tenant}")
            words = [f"w{generator.randrange(45)}" for _ in range(generator.randrange(1, 4))]
            syntax = generator.choice(["", "", ' OR tenant:"b"', "*", "' OR 1=1 --", ") OR (", " NOT w1"])
            for hit in search.hits(connection, description, " ".join(words) + syntax):
                found_documents += 1
                metadata = documents[hit.id]
                assert metadata.get("tenant") in (None, tenant)
                assert metadata.get("tenant") is None or metadata["consent"] == AGREED
                assert "rights" not in metadata
    assert found_documents > queries


def test_nobody_finds_what_is_another_tenants(tmp_path: Path) -> None:
    ask_as_tenants(tmp_path / "a.idx", 2000, 1)


@pytest.mark.slow
def test_in_100_000_queries_nobody_finds_what_is_another_tenants(tmp_path: Path) -> None:
    ask_as_tenants(tmp_path / "a.idx", 100_000, 2)


def test_consent_that_has_ended_does_not_come_back(tmp_path: Path) -> None:
    consents = {"ended": YESTERDAY, "today": TODAY, "later": TOMORROW}
    documents = [
        Document(name, "tides", {"tenant": "acme", "consent": AGREED | {"until": until.isoformat()}})
        for name, until in consents.items()
    ]
    path = build(tmp_path / "a.idx", documents)
    assert set(found(path, "tides", audience="tenant:acme")) == {"today", "later"}
    assert set(found(path, "tides", audience="tenant:acme", as_of=TODAY.isoformat())) == {"today", "later"}
    assert found(path, "tides", audience="tenant:acme", as_of=TOMORROW.isoformat()) == ["later"]
    assert found(path, "tides") == []
    with pytest.raises(UsageError, match=r"as_of.*today, in UTC, or a later day.*2020-01-01"):
        IndexSearch(as_of="2020-01-01")


def test_what_is_kept_from_model_input_is_never_found(tmp_path: Path) -> None:
    documents = [
        Document(verdict, "tides", {"rights": {"input": verdict, "train": "allowed"}})
        for verdict in ("allowed", "unknown", "disallowed", "perhaps")
    ] + [Document("silent", "tides", {})]
    path = build(tmp_path / "a.idx", documents)
    assert set(found(path, "tides")) == {"allowed", "unknown", "silent"}
    assert found(path, "tides", opt_in=True) == ["allowed"]


def vector_index(tmp_path: Path, corpuskit: Run, server: LoopbackEmbeddings, number: int = 300) -> list[dict[str, Any]]:
    generator = random.Random(3)
    documents = []
    for index in range(number):
        text = " ".join(f"w{generator.randrange(60)}" for _ in range(10))
        metadata = {"tenant": "acme", "consent": AGREED} if index % 3 == 0 else {}
        documents.append({"id": f"d{index:03}", "text": text, "metadata": metadata})
    documents += [{"id": f"equal{index}", "text": "w1 w2 w3", "metadata": {}} for index in (3, 1, 2)]
    (tmp_path / "a.jsonl").write_bytes(lines_of(documents))
    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--embed", server.url, "--embed-model", "m", "-q")
    assert done.returncode == 0, done.stderr
    return documents


def test_vectors_are_compared_one_by_one_and_fused_by_rank(tmp_path: Path, corpuskit: Run) -> None:
    with loopback_embeddings() as server:
        documents = [item for item in vector_index(tmp_path, corpuskit, server) if not item["metadata"]]
        arguments = ("w1 w2 w3", "a.idx", "--embed", server.url, "-n", "20")
        lists = {}
        for mode in ("vector", "hybrid"):
            done = corpuskit("search", *arguments, "--mode", mode)
            assert done.returncode == 0, done.stderr
            answers = [json.loads(line) for line in done.stdout.splitlines()]
            lists[mode] = {answer["id"]: answer["metadata"]["score"] for answer in answers}
        assert corpuskit("search", " ", *arguments[1:], "--mode", "vector").stdout == b""
    matrix = np.array(hashed_words([item["text"] for item in documents]))
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    asked = np.array(hashed_words(["w1 w2 w3"])[0])
    cosines = dict(zip([item["id"] for item in documents], matrix @ asked / np.linalg.norm(asked), strict=True))
    assert list(lists["vector"])[:3] == ["equal1", "equal2", "equal3"], "equal scores go by id"
    best = sorted(cosines.values(), reverse=True)[:20]
    assert list(lists["vector"].values()) == pytest.approx(best, abs=2e-3)
    assert all(score == pytest.approx(cosines[identifier], abs=2e-3) for identifier, score in lists["vector"].items())
    with open_index(tmp_path / "a.idx") as connection:
        lexical = [
            hit.id for hit in lexical_hits(connection, "w1 w2 w3", audience_condition(Audience(None, as_of=TODAY)), 100)
        ]
    ranks = {identifier: 1 / (60 + rank) for rank, identifier in enumerate(lexical, 1)}
    assert lists["hybrid"]["equal1"] == pytest.approx(ranks["equal1"] + 1 / 61, abs=2e-6)
    assert list(lists["hybrid"].values()) == sorted(lists["hybrid"].values(), reverse=True)


@pytest.mark.parametrize("kind", ["shorter", "nan", "refused", "too-many"])
def test_a_wrong_vector_of_the_query_ends_with_7(tmp_path: Path, corpuskit: Run, kind: str) -> None:
    with loopback_embeddings() as server:
        vector_index(tmp_path, corpuskit, server, 5)
        server.faults[kind] = 1
        done = corpuskit("search", "w1", "a.idx", "--mode", "hybrid", "--embed", server.url, "-q")
    assert (done.returncode, done.stderr.count(b"\n"), done.stdout) == (7, 1, b""), done.stderr


def tables_of(*names: str) -> list[str]:
    """The statements that make these tables of an index."""
    return [statement for name in names for statement in SCHEMA if statement.startswith(f"CREATE TABLE {name} ")]


def test_scores_do_not_depend_on_where_a_vector_stands(tmp_path: Path) -> None:

    generator = np.random.default_rng(1)
    vectors = generator.normal(size=(BLOCK_ROWS + 100, 48))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    halves = [row.tobytes() for row in vectors.astype("<f2")]
    results = []
    for order in (range(len(halves)), generator.permutation(len(halves)).tolist()):
        connection = sqlite3.connect(":memory:")
        for statement in tables_of("documents", "vectors"):
            connection.execute(statement)
        for number, index in enumerate(order):
            entry = entry_of(Document(f"d{index}", "text", {}))
            connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *entry))
            connection.execute("INSERT INTO vectors VALUES (?, ?, ?)", (number, b"", halves[index]))
        hits = vector_hits(connection, halves[7], audience_condition(Audience(None)), 200)
        connection.close()
        results.append([(hit.id, hit.score) for hit in hits])
    assert results[0] == results[1]
    assert results[0][0][0] == "d7" and math.isclose(results[0][0][1], 1, abs_tol=2e-3)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM documents; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE more (a)",
        "DROP TABLE vectors",
        "CREATE TABLE words_more (a)",
    ],
)
def test_an_index_with_other_tables_is_not_read(tmp_path: Path, statement: str) -> None:
    path = build(tmp_path / "a.idx", [Document("a", "tides", {})])
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.close()
    with pytest.raises(DamagedError, match="its tables are not those of an index"):
        found(path, "tides")


FORGERIES = {
    "a tenant was taken off": "UPDATE documents SET tenant = NULL",
    "a tenant was changed": "UPDATE documents SET tenant = 'other'",
    "a consent was made up": "UPDATE documents SET agreed = 1, tenant = 'other'",
    "an end was moved": "UPDATE documents SET until = '2999-01-01', tenant = 'other'",
    "a right was made up": "UPDATE documents SET input = 2, tenant = NULL",
    "an id was changed": "UPDATE documents SET id = 'x' || id, tenant = NULL",
    "an id is bytes": "UPDATE documents SET id = CAST(id AS BLOB), tenant = NULL",
    "lines were exchanged": "UPDATE documents SET line = (SELECT line FROM documents AS o WHERE o.number = "
    "documents.number % 4 + 1), tenant = 'other'",
    "a line is no document": "UPDATE documents SET line = x'00', tenant = NULL",
    "a line is text": "UPDATE documents SET line = CAST(line AS TEXT), tenant = NULL",
    "lengths are none": "UPDATE words_docsize SET sz = x''",
    "words are no words": "UPDATE words_data SET block = x'ffffffffffffffff' WHERE id > 10",
    "words are gone": "DELETE FROM words_data",
    "counts are none": "UPDATE words_data SET block = x'00' WHERE id = 1",
    "settings are none": "UPDATE words_config SET v = 99",
    "it says nothing": "UPDATE description SET content = x'ff'",
    "it says another thing": "UPDATE description SET content = '{}'",
    "it says it in a list": "UPDATE description SET content = '[[[[]]]]'",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_index_ends_with_3_and_shows_nothing_that_it_hid(tmp_path: Path, corpuskit: Run, forgery: str) -> None:
    documents = [
        Document("theirs", "tides", {"tenant": "acme", "consent": AGREED}),
        Document("never", "tides", {"tenant": "acme", "consent": "no"}),
        Document("past", "tides", {"tenant": "acme", "consent": AGREED | {"until": "2020-01-01"}}),
        Document("kept", "tides", {"tenant": "acme", "consent": AGREED, "rights": {"input": "disallowed"}}),
    ]
    path = build(tmp_path / "a.idx", documents)
    assert corpuskit("search", "tides", "a.idx", "--audience", "tenant:other").stdout == b""
    connection = sqlite3.connect(path)
    connection.execute(FORGERIES[forgery])
    connection.commit()
    connection.close()
    shown = b"".join(
        done.stdout for audience in ("public", "tenant:other") for done in [search_as(corpuskit, audience)]
    )
    assert shown == b""
    assert 3 in [search_as(corpuskit, audience).returncode for audience in ("public", "tenant:other", "tenant:acme")]


@pytest.mark.parametrize(
    ("query", "words"),
    [("zebra", b""), ("?! §", b"the query has no words"), ("", b"the query has no words")],
)
def test_a_search_without_an_answer_says_so(tmp_path: Path, corpuskit: Run, query: str, words: bytes) -> None:
    """Of what is there for others, it says nothing: not even that there is something."""
    theirs = Document("theirs", "zebra", {"tenant": "acme", "consent": AGREED})
    build(tmp_path / "a.idx", [Document("a", "tides", {}), theirs])
    done = corpuskit("search", query, "a.idx")
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    assert b"0 out; no document that this audience may find answers the query" in done.stderr
    assert (words in done.stderr, b"has no words" in done.stderr) == (True, bool(words)), done.stderr
    assert b"answers the query" not in corpuskit("search", "tides", "a.idx").stderr


def search_as(corpuskit: Run, audience: str) -> Any:
    done = corpuskit("search", "tides", "a.idx", "--audience", audience)
    assert (done.returncode, done.stderr.count(b"\n")) in [(0, 0), (0, 1), (3, 1)], done.stderr
    assert b"Traceback" not in done.stderr and b"internal fault" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("seed", range(3))
def test_of_an_index_with_flipped_bytes_nothing_foreign_is_shown(tmp_path: Path, seed: int) -> None:
    generator = random.Random(seed)
    path = tenants_index(tmp_path / "a.idx", generator)
    whole, damaged = path.read_bytes(), 0
    allowed = {None, "a"}
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(generator.choice([1, 5, 50])):
            data[generator.randrange(100, len(data))] = generator.randrange(256)
        path.write_bytes(data)
        search = IndexSearch(n=300, audience="tenant:a")
        try:
            inputs = search.resolve([" ".join(f"w{number}" for number in range(40)), path])
            for document in search.read(inputs[0]):
                assert isinstance(document, Document)
                assert document.metadata.get("tenant") in allowed and "rights" not in document.metadata
        except DamagedError:
            damaged += 1
    assert damaged


@pytest.mark.parametrize("statement", ["UPDATE sqlite_schema SET sql = sql || ' ' WHERE name = 'words_data'",
    "UPDATE sqlite_schema SET sql = replace(sql, 'sz BLOB', 'sz BLOB, o AS (id + 1)') WHERE name = 'words_docsize'",
    "UPDATE sqlite_schema SET sql = replace(sql, 'input INTEGER', 'input INT') WHERE name = 'documents'"])  # fmt: skip
def test_an_index_whose_tables_say_something_else_is_not_read(tmp_path: Path, statement: str) -> None:
    path = build(tmp_path / "a.idx", [Document("a", "tides", {})])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(DamagedError, match=r"its tables are not those of an index|malformed"):
        found(path, "tides")


@pytest.mark.parametrize("forgery", [b"\0\xfe\0\xfe", b"\0\x7c\0\x7c"])
def test_a_vector_that_is_none_is_said(forgery: bytes) -> None:
    connection = sqlite3.connect(":memory:")
    for statement in tables_of("documents", "vectors"):
        connection.execute(statement)
    connection.execute("INSERT INTO documents VALUES (1, ?, ?, ?, ?, ?, ?, ?)", entry_of(Document("a", "b", {})))
    connection.execute("INSERT INTO vectors VALUES (1, x'', ?)", (forgery,))
    with pytest.raises(DamagedError, match="a vector or an id in it is none"):
        vector_hits(connection, b"\0\x3c\0\0", audience_condition(Audience(None)), 5)
    connection.close()


@pytest.mark.parametrize("most", ["0", "99999999999999999999"])
def test_a_number_of_documents_that_cannot_be_is_said(tmp_path: Path, corpuskit: Run, most: str) -> None:
    build(tmp_path / "a.idx", [Document("a", "harbour", {})])
    done = corpuskit("search", "harbour", "a.idx", "-n", most)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1) and b"from 1 to 1,000,000,000" in done.stderr
