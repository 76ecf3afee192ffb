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


STORY = {
    "en": " The ferry left at nine with forty sacks of meal. The mate slept below until noon. Nobody saw the reef."
    " The storm came up from the west. All were saved by the boat from the island.",
    "ru": " Паром вышел в девять утра с мукой. Помощник капитана спал до полудня. Никто не видел рифа."
    " Буря пришла с запада. Всех спасла лодка с острова.",
    "ja": "フェリーは九時に港を出た。航海士は昼まで眠っていた。誰も岩に気づかなかった。"
    "西から嵐が来た。全員が島の船に助けられた。",
}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Your browser is outdated, the mate read aloud from the screen, and he went back to his maps."),
        ("en", "You must log in, said the sign at the counter, where the captain stood with his hat in his hand."),
        ("ru", "Ваш браузер устарел, прочёл помощник капитана на экране и вернулся к своим картам и лоциям."),
        ("ja", "ログインしてくださいという表示を見て、船長は帽子を手にしたまま窓口の前で長いこと立っていた。"),
    ],
)
def test_an_article_that_begins_with_the_words_of_a_wall_is_none(language: str, sentence: str) -> None:
    assert kinds(f"{sentence}\n{STORY[language].strip()}") == (False, False)
    assert kinds(sentence + STORY[language]) == (False, False)


REST_OF_WALL = (
    " Our site needs what old browsers cannot do, and its pages may look wrong. Please install a new version of your"
    " browser and come back to this page. The links below lead to the pages of those who make them."
)


@pytest.mark.parametrize("between", [" ", "\n"])
def test_a_wall_is_one_with_line_feeds_or_without(between: str) -> None:
    assert kinds("Your browser is out of date." + between + REST_OF_WALL.strip()) == (True, False)


def test_a_headline_of_the_words_of_a_wall_is_one_whatever_follows() -> None:
    assert kinds("Please log in to continue\n" + STORY["en"].strip()) == (False, True)
