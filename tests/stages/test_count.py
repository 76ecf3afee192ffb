"""`count`: documents, tokens and bytes, in all and by the values of a field."""

from corpuskit.core.document import Document
from corpuskit.stages.count import Count

DOCUMENTS = [
    Document("a", "two words", {"language": "en", "page": {"kind": "x\ty"}}),
    Document("b", "süß", {"language": "de"}),
    Document("c", "", {"language": "de"}),
    Document("d", "one"),
]


def test_all_documents_are_counted() -> None:
    answer = Count().report(DOCUMENTS)
    assert answer == {"documents": 4, "tokens": 10, "bytes": 17}
    assert Count().render(answer) == "4\t10\t17"


def test_nothing_is_counted_as_nothing() -> None:
    assert Count().render(Count(by="id").report([])) == "0\t0\t0"


def test_values_are_counted_separately_and_the_most_frequent_come_first() -> None:
    stage = Count(by="metadata.language")
    assert stage.render(stage.report(DOCUMENTS)) == "2\t6\t5\tde\n1\t1\t3\t-\n1\t3\t9\ten"


def test_a_value_is_one_printable_column() -> None:
    stage = Count(by="metadata.page.kind")
    assert all(line.count("\t") == 3 for line in stage.render(stage.report(DOCUMENTS)).splitlines())


def test_values_that_are_no_strings_are_shown_as_json() -> None:
    stage = Count(by="metadata.x")
    documents = [Document("", "a", {"x": value}) for value in (True, ["a", None], {"k": 1.5}, "True", 2)]
    values = [line.split("\t")[-1] for line in stage.render(stage.report(documents)).splitlines()]
    assert sorted(values) == ["2", "True", '["a", null]', "true", '{"k": 1.5}']


def test_another_tokenizer_counts_otherwise() -> None:
    assert Count(tokenizer="words").report(DOCUMENTS)["tokens"] == 4
    assert Count(tokenizer="bytes/4").report(DOCUMENTS)["tokens"] == 6
