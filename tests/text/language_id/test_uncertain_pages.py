"""Pages with much code, names or tables: their prose and the parts that are certain tell the languages."""

import re
import tarfile
from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.step import Drop
from corpuskit.stages.filter_language import FilterLanguage
from corpuskit.text.language_id.identify import identify

PROSE = {
    "en": "A captain who wants to stay longer than a week asks the office for a letter.\n"
    "Boats of the town need no letter, as they are counted once a year in the spring.\n",
    "de": "Ein Kapitän, der länger als eine Woche bleiben will, bittet das Amt um einen Brief.\n"
    "Boote der Stadt brauchen keinen Brief, denn sie werden jedes Jahr im Frühling gezählt.\n",
    "ru": "Во втором списке суда, которые только ожидаются, и каждое утро его переписывают.\n"
    "Лодкам города письмо не нужно, потому что их считают один раз в год, весной.\n",
    "zh": "港务局有两份船只名单，第一份写明停泊的船只和它们到达的日期，第二份是预计到达的船只。\n" * 2,
}
LISTING = """int fdmax = max(rd_fd, wr_fd); FD_SET(rd_fd, &rfds); FD_ZERO(&wfds); buf_len = sizeof(bufA) - bufA_used;
#define SHUT_FD1 do { if (fd1 >= 0) { shutdown(fd1, SHUT_RDWR); close(fd1); fd1 = -1; } } while (0)
struct sockaddr_in addr; memset(&addr, 0, sizeof(addr)); addr.sin_port = htons(lport); nfds = fdmax + 1;
"""
NAMES = "Basic_buffer::pbase\nBasic_buffer::setg\nTELOPT_NAWS\nFileMode::is_set()\nfd_set_t\nxfd.eback(), xfd.egptr()\n"


@pytest.mark.parametrize("language", PROSE)
@pytest.mark.parametrize("other", [LISTING, NAMES * 3])
def test_a_fifth_in_prose_tells_the_language_of_a_page(language: str, other: str) -> None:
    identified = identify((other + PROSE[language]) * 8)
    assert identified.language == language and identified.score >= 0.9


@pytest.mark.parametrize(
    "page", [LISTING * 12, NAMES * 20, (NAMES * 8 + PROSE["en"]) * 8, (LISTING * 3 + PROSE["de"]) * 8]
)
def test_a_page_with_little_prose_or_none_stays_uncertain(page: str) -> None:
    assert identify(page).score < 0.65


def test_a_text_that_is_all_prose_is_not_asked_for_again(shared_data: Path) -> None:
    """Of a language that the model hardly knows, another choice of windows would be another guess."""
    with tarfile.open(shared_data / "lid" / "udhr_html.tar.xz") as pages:
        page = next(pages.extractfile(member) for member in pages if member.name.endswith("nbl.html"))
        assert page is not None
        words = re.sub(r"(?s)<style.*?</style>|<[^>]+>", "", page.read().decode()).split()
    texts = [" ".join(words[start : start + 100]) for start in range(0, len(words) - 100, 20)]
    assert len(texts) > 20 and max(identify(text).score for text in texts) < 0.65


@pytest.mark.parametrize(("first", "second"), [("de", "en"), ("ru", "en"), ("zh", "en")])
def test_prose_in_two_languages_has_shares_of_all_letters(first: str, second: str) -> None:
    page = (PROSE[first] + LISTING * 2 + PROSE[second]) * 8
    identified = identify(page)
    assert identified.score >= 0.9
    assert set(identified.shares) == {first, second}
    letters = sum(map(str.isalpha, page))
    for language in (first, second):
        own = sum(map(str.isalpha, PROSE[language] * 8)) / letters
        assert identified.shares[language] == pytest.approx(own, abs=0.1)


HALF_TRANSLATED = (
    "Der Befehl baut das Paket und schreibt die Namen aller Dateien in eine Liste.\n"
    "$ apt-ftparchive packages updates >updates/Packages && gzip updates/Packages\n"
    "The tool synchronizes a number of repositories and signs what it has written.\n"
    "release_label = Recompiled Packages [updates] release_codename = stable-backports\n"
) * 3


def test_the_parts_that_are_certain_tell_the_score_of_a_page_in_two_languages() -> None:
    identified = identify(HALF_TRANSLATED)
    assert set(identified.shares) == {"en", "de"}
    assert identified.score >= 0.8


@pytest.mark.parametrize(
    ("keep", "reason"), [(("de", "en"), ""), (("en", "de", "fr"), ""), (("en",), ""), (("fr",), "language")]
)
def test_a_page_in_two_languages_with_commands_is_certain(keep: tuple[str, ...], reason: str) -> None:
    outcome = FilterLanguage(keep=keep, min_share=0.3).apply(Document("a", HALF_TRANSLATED))
    assert (outcome.reason if isinstance(outcome, Drop) else "") == reason


def test_a_little_of_two_languages_among_names_stays_uncertain() -> None:
    page = (NAMES * 4 + PROSE["de"].splitlines()[0] + "\n" + NAMES * 4 + PROSE["en"].splitlines()[0] + "\n") * 4
    assert identify(page).score < 0.65
