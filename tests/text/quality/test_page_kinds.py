"""Pages that stand in for another are known in many languages, and short pages that speak of such things are not."""

import re

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
Sorry, we are unable to complete your request.
Ihr Browser ist veraltet.
Votre navigateur est obsolète.
Tu navegador está desactualizado.
Seu navegador está desatualizado.
Twoja przeglądarka jest nieaktualna.
Ваш браузер устарел.
متصفحك قديم.
Tarayıcınız güncel değil.
เบราว์เซอร์ของคุณล้าสมัย
Trình duyệt của bạn đã lỗi thời.
古いブラウザをお使いのようです。
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
Please log in to view this page.
Sie müssen angemeldet sein, um diese Seite zu sehen.
Vous devez être connecté pour lire cette page.
Debe iniciar sesión para ver esta página.
Devi accedere per leggere questa pagina.
Musisz się zalogować, aby zobaczyć tę stronę.
Необходимо войти, чтобы увидеть страницу.
Bu sayfayı görmek için giriş yapmalısınız.
يجب تسجيل الدخول لرؤية هذه الصفحة.
Bạn cần đăng nhập để xem trang này.
กรุณาเข้าสู่ระบบก่อน
ログインしてください
로그인해 주세요
请先登录
Le respect de votre vie privée est notre priorité
Su privacidad es importante para nosotros
Мы ценим вашу конфиденциальность
我们重视您的隐私
お客様のプライバシーを大切にします
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
        "Der alte Browser des Hafenmeisters zeigt die Seite nicht, der neue schon.",
        "Il faut se connecter au quai par une passerelle avant de monter à bord.",
        "船员重视隐私，所以每个人都有自己的舱房，门上还有锁。",
    ],
)
def test_lines_that_only_have_the_words(line: str) -> None:
    assert kinds(line + REST) == (False, False)


def test_a_heading_on_a_longer_page_is_no_error() -> None:
    assert kinds("Something went wrong" + REST) == (True, False)
    assert kinds("Something went wrong" + REST * 12) == (False, False)


def test_a_phrase_with_a_nul_beside_it() -> None:
    assert kinds("\0Page not found\0" + REST) == (True, False)


STORIES = [
    "The loggers of the north have a joke about it. They tell it in the evening when the work is done. "
    "Nobody ever laughs at it.",
    "Als die Frauen von Oberau das Protokoll sehen wollten, schickte man sie fort. Dreißig Jahre lang schwieg der Rat. "
    "Nun liegen die Akten offen, und sie erzählen von Angst.",
    "Утром чайник не запел, и я понял это сразу. Мать всегда вставала раньше меня. В тот день дом молчал.",
    "水壶没有响，我就知道出事了。母亲总是比我起得早。那天早晨屋子里静悄悄的，门却开着。",
    "Le soir, les pêcheurs rentrent au port. Personne ne les attend sur le quai. La mer a tout pris cette année-là.",
]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize(
    "headline",
    ["Access denied", "Page not found: how libraries lose their books", "Something went wrong", "页面不存在"],
)
def test_an_article_below_such_a_headline_is_none(headline: str, story: str) -> None:
    assert kinds(f"{headline}\n{story}") == (False, False)
    assert kinds(headline) != (False, False)
    assert kinds(f"{headline}\n{re.split('(?<=[.。])', story)[0]}") != (False, False)


@pytest.mark.parametrize(
    "rest",
    [
        "You may not see this page. Ask the people who run it. Thank you for being so patient with all of us.",
        "Diese Seite gibt es nicht mehr. Vielleicht hilft die Suche. Sonst schreiben Sie uns bitte einen Brief.",
        "К сожалению, такой страницы нет. Вернитесь на главную или воспользуйтесь поиском. Спасибо за терпение.",
        "您要看的网页已经不在了。请回到首页。谢谢您的耐心。",
    ],
)
def test_filler_below_it_makes_no_article(rest: str) -> None:
    assert kinds(f"Access denied\n{rest}") == (False, True)
