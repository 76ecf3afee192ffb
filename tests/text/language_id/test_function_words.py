"""Pages half in another language of Latin script have shares, and names, quotations and initials make none."""

import itertools

import pytest

from corpuskit.text.language_id.identify import identify

SENTENCES = {
    "en": (
        "The keeper of the lighthouse was asked for a list of the ships that had passed in the night.",
        "He wrote it with a pencil, and it is still shown to those who can climb all of the stairs.",
        "There are three rooms below the lamp, which is lit at six in winter and at nine in summer.",
    ),
    "vi": (
        "Người giữ ngọn hải đăng được yêu cầu lập danh sách những con tàu đã đi qua trong đêm.",
        "Ông viết bằng bút chì, và tờ giấy ấy vẫn được cho những người leo hết cầu thang xem.",
        "Bên dưới ngọn đèn có ba căn phòng, mùa đông đèn được thắp lúc sáu giờ tối.",
    ),
    "tr": (
        "Deniz fenerinin bekçisinden gece boyunca geçen bütün gemilerin listesini yazması istendi.",
        "Listeyi kurşun kalemle yazdı ve bu liste hâlâ merdivenin sonuna kadar çıkanlara gösteriliyor.",
        "Lambanın altında üç oda var ve lamba kışın saat altıda, yazın ise dokuzda yakılır.",
    ),
    "es": (
        "Al guarda del faro le pidieron una lista de todos los barcos que habían pasado por la noche.",
        "La escribió con un lápiz, y todavía se la enseñan a los que suben hasta el final de la escalera.",
        "Debajo de la lámpara hay tres habitaciones, y se enciende a las seis en invierno.",
    ),
}


@pytest.mark.parametrize("lines", [1, 2, 3, 9])
@pytest.mark.parametrize("languages", list(itertools.permutations(SENTENCES, 2)), ids="-".join)
def test_pages_half_in_another_latin_language_have_shares(languages: tuple[str, str], lines: int) -> None:
    one, other = (list(SENTENCES[language] * 3)[:lines] for language in languages)
    alternating = [line for pair in zip(one, other, strict=True) for line in pair]
    for page in (one + other, alternating):
        shares = identify("\n".join(page)).shares
        assert set(shares) == set(languages)
        assert shares[languages[0]] == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("language", [language for language in SENTENCES if language != "en"])
def test_a_title_or_a_few_names_are_no_second_language(language: str) -> None:
    page = [*SENTENCES[language], "The Lord of the Isles (J. R. A. Miller)"] * 2
    assert identify("\n".join(page)).shares == {}
