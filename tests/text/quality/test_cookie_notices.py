"""Lines that say that a site uses cookies."""

import re

import pytest

from corpuskit.core.step import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality import told_of_others
from corpuskit.text.quality.cookie_notices import CLUES, is_cookie_notice
from corpuskit.text.quality.told_of_others import tells_of_others

NOTICES = [
    "We are using cookies to show you the harbour at its best on our website.",
    "This site uses cookies. By continuing, your consent is assumed.",
    "Cookies help us deliver our services. Learn more",
    "We and our 80 partners store information on your device, such as cookies, to show you ads.",
    "Diese Seite nutzt Cookies. Ok!",
    "Um die Seite zu verbessern, verwenden wir Cookies. Mehr erfahren",
    "Ce site utilise des cookies pour mesurer son audience. En savoir plus",
    "En poursuivant, vous acceptez l’utilisation de cookies.",
    "Usamos cookies para mejorar el puerto. Si continúa navegando, acepta su uso.",
    "Este site usa cookies para medir as visitas.",
    "Questo sito utilizza cookie tecnici e di terze parti.",
    "Deze website gebruikt cookies om u beter te helpen.",
    "Strona używa plików cookie, aby liczyć odwiedziny.",
    "Мы используем файлы cookie, чтобы считать посетителей.",
    "Сайт использует куки. Оставаясь на нём, вы соглашаетесь с этим.",
    "Web sitemizde çerezler kullanılmaktadır.",
    "Trang web này sử dụng cookie để đếm lượt xem.",
    "我们使用 Cookie 来统计访问量。",
    "当サイトでは、アクセス解析のためにクッキーを使用しています。",
    "저희 사이트는 방문자 수를 세기 위해 쿠키를 사용합니다.",
    "يستخدم هذا الموقع ملفات تعريف الارتباط لعد الزوار.",
    "हम आगंतुकों की गिनती के लिए कुकीज़ का उपयोग करते हैं।",
    "เว็บไซต์นี้ใช้คุกกี้เพื่อนับจำนวนผู้เข้าชม",
    "Harbour.example uses cookies to give you a page with the timetable of your pier.",
    "Strictly necessary cookies are what our site cannot do without.",
    "Like most websites, we use cookies to count our visitors.",
    "Mit einem Klick auf „Weiter zum Fahrplan“ geben Sie Ihre Erlaubnis, dass Cookies gespeichert werden.",
    "Hafen.example nutzt Cookies, um dir den Fahrplan deines Hafens zu zeigen.",
    "Almacenamos cookies en tu móvil para recordar el puerto del que sales.",
    "Armazenamos cookies no seu telemóvel para lembrar o porto de onde parte.",
    "Мы храним куки на вашем телефоне, чтобы помнить вашу пристань.",
    "Ми зберігаємо куки на вашому телефоні, щоб пам'ятати вашу пристань.",
    "Limanınızı hatırlamak için telefonunuza çerez kaydediyoruz.",
    "نخزن كوكيز على هاتفك لنتذكر الميناء.",
    "Chúng tôi lưu cookie trên điện thoại của bạn để nhớ bến tàu.",
    "お使いの電話にクッキーを残し、港の名前を覚えておきます。",
]
ABOUT_COOKIES = [
    "We store the cookies in a tin, and use the broken ones for the cake.",
    "Our partners in the bakery use two kinds of cookies for the ice cream.",
    "Many shops use cookies to follow their visitors from page to page.",
    "A session cookie is forgotten as soon as the browser is closed.",
    "Viele Websites verwenden Cookies, um Besucher wiederzuerkennen.",
    "Wir haben am Sonntag Cookies mit Nüssen gebacken.",
    "Les navigateurs gardent les cookies d’un site à part de ceux des autres.",
    "Las galletas, en inglés cookies, se venden en cajas de doce.",
    "Jeśli serwer używa ciasteczek sesji, polecenie nie zapisze ich do pliku.",
    "Браузер отправляет куки серверу вместе с каждым запросом.",
    "浏览器把 Cookie 和每个请求一起发给服务器。",
    "クッキーを焼く前に、生地を一時間休ませます。",
    "A judge held that websites may set no cookies before their readers agree.",
    "“We use cookies as our site's memory”, the harbour master told the paper.",
    "Some websites use cookies without consent, and a survey found that nobody accepts them gladly.",
    "Laut einer Umfrage akzeptieren die meisten Leser Cookies, ohne den Text zu lesen.",
    "Le tribunal a jugé que les sites ne peuvent déposer de cookies sans le consentement du lecteur.",
    "Многие сайты используют куки, чтобы узнать читателя.",
    "Суд запретил порталу использовать куки без согласия читателей.",
    "记者写道，这家公司未经读者同意就使用Cookie。",
    "当局は、読者の同意なくクッキーを使った会社を調べている。",
    "많은 사이트가 쿠키를 저장한다고 법원이 밝혔다.",
    "นักวิจัยพบว่าเว็บไซต์ส่วนใหญ่ใช้คุกกี้โดยไม่ได้รับความยินยอม",
    "Tòa án cho rằng trang web không được dùng cookie khi người đọc chưa đồng ý.",
    "The harbour was closed in winter. The ferrymen met in the hall and voted. " * 3 + "This site uses cookies.",
]


@pytest.mark.parametrize("line", NOTICES)
def test_a_site_that_says_so_of_itself_gives_a_notice(line: str) -> None:
    assert is_cookie_notice(line.lower())
    assert b"cookie" in line.lower().encode() or any(clue in line.encode() for clue in CLUES)


@pytest.mark.parametrize("line", ABOUT_COOKIES)
def test_what_is_told_of_cookies_is_no_notice(line: str) -> None:
    assert not is_cookie_notice(line.lower())


ARTICLES = {
    "de": "Die Fähre kann jetzt auch bei Niedrigwasser anlegen, weil der Hafen im Frühling tiefer gemacht worden ist.",
    "ru": "Паром теперь может причалить и при низкой воде, потому что весной гавань сделали глубже, чем она была.",
    "ja": "この春に港が深く掘られたので、潮が引いているときでもフェリーが岸に着けるようになりました。",
}


@pytest.mark.parametrize(
    ("language", "notice"),
    [
        ("de", "Diese Seite nutzt Cookies, um die Besuche im Hafen zu zählen."),
        ("ru", "Этот сайт использует куки, чтобы считать посетителей."),
        ("ja", "当サイトでは、アクセス解析のためにクッキーを使用しています。"),
    ],
)
def test_a_notice_goes_and_the_article_stays(language: str, notice: str) -> None:
    article = "\n\n".join(f"{ARTICLES[language]} ({number})." for number in range(5))
    outcome = FilterQuality(rules=["c4"]).apply(Document("1", f"{notice}\n\n{article}", {"language": language}))
    assert isinstance(outcome, Document)
    assert outcome.text == article


def test_no_entry_of_the_table_without_latin_can_be_in_a_sentence_of_ascii() -> None:
    rows = [row.partition(": ")[2] for row in told_of_others._TELLS_WITHOUT_LATIN.strip().splitlines()]
    entries = [entry for row in rows for entry in re.split(r"\|(?![^(]*\))", row)]
    assert len(entries) > 100
    # What an entry cannot do without is outside its optional parts.
    assert [entry for entry in entries if re.sub(r"\([^)]*\)\?|.\?|\([^)]*\|[^)]*\)", "", entry).isascii()] == []
    assert all(
        tells_of_others(sentence) for sentence in ("по словам судьи, это так", "cookie とは何か。cookieとは", "法院说")
    )
