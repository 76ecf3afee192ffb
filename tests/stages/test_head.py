"""`head`: the first documents, and no more of the stream than those."""

from collections.abc import Iterator

import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.stages.head import Head


def stream(read: list[int]) -> Iterator[Document]:
    for number in range(10):
        read.append(number)
        yield Document(f"d{number}", "text")


@pytest.mark.parametrize("number", [0, 1, 3, 10, 100])
def test_the_first_documents_are_passed_on_and_no_more_is_read(number: int) -> None:
    read: list[int] = []
    passed = [document.id for document in Head(n=number).run(stream(read))]
    assert passed == [f"d{index}" for index in range(min(number, 10))]
    assert len(read) == min(number, 10)


def test_fewer_than_none_is_refused() -> None:
    with pytest.raises(UsageError, match=r"from 0 to [0-9]+, not -1"):
        Head(n=-1)
