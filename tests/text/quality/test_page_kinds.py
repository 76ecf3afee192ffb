"""Pages that stand in for another are known in many languages, and short pages that speak of such things are not."""

import pytest

from corpuskit.text.quality.page_kinds import PageHeads

REST = "\n\nGo back to the start page, or write to the harbour office if this happens again."


def kinds(text: str) -> tuple[bool, bool]:
    heads = PageHeads(["The mole keeps the sea away.", text, ""])
    placeholders, walls = heads.placeholders(), heads.access_walls()
    assert not any((placeholders[0], walls[0], placeholders[2], walls[2]))
    return placeholders[1], walls[1]


@pytest.mark.parametrize(
    "heading",
    """
Oops! Something went wrong.
Sorry, an error has occurred!
This content is not available in your region
Your browser is not supported
404 - Not Found
Erreur 404
La page que vous recherchez n'existe plus
Ошибка 404
Такой страницы не существует
Что-то пошло не так
الصفحة غير موجودة
पृष्ठ नहीं मिला
ไม่พบหน้านี้
Sidan kunde inte hittas
Không tìm thấy trang này
Η σελίδα δεν βρέθηκε
Stránka nebyla nalezena
お探しのページは見つかりませんでした
Az oldal nem található
Sivua ei löytynyt
Siden blev ikke fundet
Stranica nije pronađena
요청하신 페이지가 없습니다
抱歉，您访问的页面不存在
صفحه یافت نشد
העמוד לא נמצא
Halaman tidak ditemukan
Pagina pe care o cauți nu mai este aici
Tarayıcınız desteklenmiyor
""".strip().splitlines(),
)
def test_errors_in_many_languages(heading: str) -> None:
    assert kinds(f"Harbour\n{heading}{REST}") == (True, False)


@pytest.mark.parametrize(
    "heading",
    """
Are you a robot?
Session expired
Votre session a expiré
Подтвердите, что вы не робот
로봇이 아닙니다
请完成安全验证
Su sesión ha caducado por inactividad
We value your privacy
Oturumunuzun süresi doldu
""".strip().splitlines(),
)
def test_walls_in_many_languages(heading: str) -> None:
    assert kinds(f"{heading}{REST}") == (False, True)


@pytest.mark.parametrize(
    "line",
    [
        "If something went wrong on the way, the log of the boat says when and where.",
        "He had not found the boat that he was looking for in the harbour.",
        "Of robots that row: are they human?",
        "Что-то пошло не так, как думал капитан, и лодка села на мель у самого берега.",
        "Forbidden islands and how to get there by boat",
    ],
)
def test_lines_that_only_have_the_words(line: str) -> None:
    assert kinds(line + REST) == (False, False)


def test_a_heading_on_a_longer_page_is_no_error() -> None:
    assert kinds("Something went wrong" + REST) == (True, False)
    assert kinds("Something went wrong" + REST * 12) == (False, False)


def test_a_phrase_with_a_nul_beside_it() -> None:
    assert kinds("\0Page not found\0" + REST) == (True, False)
