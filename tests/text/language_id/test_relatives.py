"""Languages that the model takes for one another share a score, and the probability of each is told."""

import pytest

from corpuskit.core.step import Document, Drop
from corpuskit.stages.filter_language import FilterLanguage
from corpuskit.text.language_id.identify import identify

CROATIAN = (
    "Knjižnica je u subotu otvorena do podneva. Djeca iz susjedne ulice donijela su košaru jabuka, a susjed je "
    "popravio stari bicikl. Navečer smo sjedili pored rijeke i pričali o putovanju koje nas čeka sljedeći tjedan."
)
NORWEGIAN = (
    "Biblioteket er åpent til klokken tolv på lørdag. Barna i nabogaten kom med en kurv epler, og naboen reparerte den "
    "gamle sykkelen. Om kvelden satt vi ved elven og snakket om reisen som venter oss neste uke."
)
AFRIKAANS = (
    "Die biblioteek is Saterdag tot twaalfuur oop. Die kinders het 'n mandjie appels gebring, en die buurman het die "
    "ou fiets reggemaak. Teen sesuur het hulle langs die rivier gesit en oor die reis gesels."
)


@pytest.mark.parametrize(("text", "language"), [(CROATIAN, "hr"), (NORWEGIAN, "no"), (AFRIKAANS, "af")])
def test_relatives_make_no_language_uncertain(text: str, language: str) -> None:
    identified = identify(text)

    assert identified.language == language and identified.score > 0.85
    assert identified.shares == {}


def test_the_probability_of_each_relative_is_told() -> None:
    identified = identify(CROATIAN)

    assert set(identified.relatives) <= {"hr", "sr", "bs", "sh"} and len(identified.relatives) > 1
    assert max(identified.relatives, key=lambda code: identified.relatives[code]) == "hr"
    assert sum(identified.relatives.values()) == pytest.approx(identified.score, abs=0.001)


def test_a_language_without_relatives_tells_none() -> None:
    assert identify("The library is open until noon on Saturday, and the children brought apples.").relatives == {}


def test_croatian_is_kept_and_says_how_much_speaks_for_serbian() -> None:
    kept = FilterLanguage(keep=("hr",)).apply(Document("a", CROATIAN, {}))

    assert isinstance(kept, Document)
    assert kept.metadata["language_relatives"] == identify(CROATIAN).relatives


def test_a_drop_tells_the_relatives() -> None:
    dropped = FilterLanguage(keep=("en",)).apply(Document("a", CROATIAN, {}))

    assert isinstance(dropped, Drop) and dropped.reason == "language"
    assert dropped.values["relatives"] == identify(CROATIAN).relatives


def test_relatives_of_an_earlier_run_do_not_stay() -> None:
    document = Document("a", "The library is open until noon on Saturday.", {"language_relatives": {"hr": 0.5}})
    result = FilterLanguage(annotate=True).apply(document)

    assert isinstance(result, Document) and "language_relatives" not in result.metadata


def test_a_relative_counts_for_the_language_of_the_page_it_is_nearer_to() -> None:
    """Galician is a relative of Portuguese and of Spanish: a Portuguese page is no page of two languages for it."""
    page = (
        "Contas, facturas e documentos da empresa, com data e importes totais.\n"
        "Plano de actividades, calendario e regulamento da biblioteca municipal.\n"
        "Carta de vinos, menu do día e reservas para grupos de mais de dez.\n"
    )

    assert identify(page).language == "pt" and identify(page).shares == {}
