"""The prose of a page: plain words in a row."""

import pytest

from corpuskit.text.language_id.word_runs import prose_of


@pytest.mark.parametrize(
    "line",
    [
        "The clerk's well-known list (of ships) names those at anchor, with the day.",
        "Der zweite Absatz, „die Schiffe“, ist für alle, die noch erwartet werden.",
        "Во втором списке суда, которые только ожидаются.",
        "第一份写明停泊的船只和它们到达的日期，第二份是预计到达的船只。",
    ],
)
def test_a_sentence_is_all_prose(line: str) -> None:
    assert prose_of(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "int fdmax = max(rd_fd, wr_fd); FD_SET(rd_fd, &rfds); FD_ZERO(&wfds);",
        "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'bytea%' ORDER BY 1;",
        "basic_buffer::setp basic_buffer::setg basic_buffer::pbase basic_buffer::pptr basic_buffer::epptr",
        "Home\nArticles\nAbout the harbour\nAll lists\nContact\nThe letter",
        "240 160 A0 NO-BREAK SPACE 241 161 A1 ¡ INVERTED EXCLAMATION MARK",
        "fileMode readOnly isOpen lastError maxSize bufferSize flushAll setOwner",
        "目次　章のはじめに戻る",
    ],
)
def test_code_names_and_menus_are_none(line: str) -> None:
    assert prose_of(line) == ""


def test_names_within_a_sentence_end_a_run_of_words() -> None:
    line = "Use spi_exec to run the query once, and then look at my_rows: the number of rows is given there."
    assert prose_of(line).splitlines() == [
        "to run the query once, and then look at ",
        "the number of rows is given there.",
    ]
