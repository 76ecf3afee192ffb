"""What a text as a whole is in: the windows that stand for it, its script, and letters of a second one."""

import pytest

from corpuskit.text.language_id import identify as identify_module
from corpuskit.text.language_id.identify import identify
from corpuskit.text.language_id.model import predict
from corpuskit.text.language_id.scripts import script_counts

BODY = """
The harbour office keeps two lists of ships. The first names those that lie at anchor, with the day on which they came.
The second is for ships that are expected, and it is written anew each morning before the pilots go out to meet them.
A captain who wants to stay longer than a week asks the office for a letter, which costs nothing but has to be shown.
Boats of the town need no letter. They are counted once a year, in the spring, when the ice has gone from the river.
"""
NAVIGATION = {
    "pl": ("Poprzednia strona\nPodręcznik kapitana portu\nNastępna strona", "Spis treści\nPoczątek rozdziału\nW górę"),
    "sv": ("Föregående sida\nHandbok för hamnkaptener\nNästa sida", "Innehållsförteckning\nBörjan av kapitlet\nUpp"),
    "nl": ("Vorige bladzijde\nHandboek voor havenmeesters\nVolgende", "Inhoudsopgave\nBegin van het hoofdstuk\nOmhoog"),
    "ar": ("الصفحة السابقة\nدليل مدير الميناء للسفن\nالصفحة التالية", "جدول المحتويات\nبداية الفصل الأول\nأعلى"),
    "ru": ("Предыдущая страница\nРуководство капитана порта\nСледующая", "Оглавление\nНачало главы\nВверх"),
    "ja": ("前のページへ戻る\n港長のための手引き\n次のページ", "目次\n章のはじめに戻る\n上へ"),
}


@pytest.mark.parametrize("language", NAVIGATION)
def test_a_few_foreign_lines_at_both_ends_change_no_language(language: str) -> None:
    head, foot = NAVIGATION[language]
    for times in (2, 8):
        identified = identify("\n".join([head, *[BODY] * times, foot]))
        assert identified.language == "en" and identified.score >= 0.65, times
        assert identified.shares.get(language, 0) <= 0.1


def test_what_lies_between_the_ends_counts() -> None:
    head, foot = NAVIGATION["pl"]
    page = "\n".join([head, BODY * 4, head, BODY * 4, foot])
    assert identify(page).language == "en"


COMMENTS = {
    "zh": "这个函数返回列表的长度，\n没有元素时返回零。\n",
    "ru": "Функция возвращает число\nстрок в таблице.\n",
    "ar": "تعيد هذه الدالة طول القائمة.\n",
}


@pytest.mark.parametrize(("language", "script"), [("zh", "HAN"), ("ru", "CYRILLIC"), ("ar", "ARABIC")])
@pytest.mark.parametrize("times", [1, 3, 6, 12])
def test_no_share_is_larger_than_that_of_the_letters_in_its_script(language: str, script: str, times: int) -> None:
    page = "\n".join([BODY, COMMENTS[language] * times] * 4)
    letters = script_counts(page)
    own = letters[script] / letters.total()
    shares = identify(page).shares
    assert shares.get(language, 0) <= own + 0.02
    if own >= 0.15:
        assert shares[language] == pytest.approx(own, abs=0.02)
        assert shares["en"] == pytest.approx(1 - own, abs=0.15)


def test_names_in_another_script_are_in_no_language() -> None:
    """The shares of a page need not make up the whole: the names of functions are no English."""
    line = "函数 pthread_cond_timedwait 和 pthread_mutex_unlock 返回错误代码，请参阅 errno_location 手册。\n"
    page = line * 12 + BODY + line * 12
    shares = identify(page).shares
    letters = script_counts(page)
    assert shares["zh"] == pytest.approx(letters["HAN"] / letters.total(), abs=0.05)
    assert sum(shares.values()) < 0.8


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Η επιτροπή θα συνεδριάσει ξανά την επόμενη εβδομάδα για τη βιβλιοθήκη.", "el"),
        ("위원회는 다음 주에 다시 모여 새 도서관에 대해 논의할 예정입니다.", "ko"),
        ("委員会は来週もう一度集まり、新しい図書館について話し合う予定です。", "ja"),
    ],
)
def test_a_script_of_one_language_needs_no_model(monkeypatch: pytest.MonkeyPatch, text: str, language: str) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "corpuskit.text.language_id.identify.predict", lambda line, *rest: asked.append(line) or predict(line, *rest)
    )
    assert identify(text * 3).language == language and identify(text * 3).score > 0.95
    assert not asked
    assert identify(BODY).language == "en" and len(asked) == 1


def test_chinese_with_a_little_kana_is_no_japanese() -> None:
    chinese = "委员会下周将再次开会，讨论新图书馆及其开放时间的问题。市长说资金已经到位。" * 6
    assert identify(chinese + "カラオケ").language == "zh"
    assert script_counts("ラーメン々") == {"KANA": 4, "HAN": 1}


def test_half_of_the_characters_are_asked_for_where_they_say_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "corpuskit.text.language_id.identify.predict", lambda line, *rest: asked.append(line) or predict(line, *rest)
    )
    identify("委员会下周将再次开会，讨论新图书馆及其开放时间的问题。" * 40)
    identify(BODY * 4)
    chinese, english = map(len, asked)
    assert chinese < 0.6 * english


def test_the_sentences_between_tables_make_a_doubtful_page_certain() -> None:
    """The windows see mostly tables; the longest lines in them are as English as can be."""
    table = "jobd\t0.4\t12K\tttyS0 rw\npsd\t1.1\t7K\tttyS1 ro\nxfd\t0.9\t3K\tpts4 rw\nkfd 2.2 9K pts5\n"
    page = ("Nobody should stop the clerk's machine by hand while any of these jobs run.\n" + table * 3) * 14
    windows = " ".join(identify_module._sample(page).split())
    assert predict(windows, 1)[0][1] < 0.65
    assert identify(page).language == "en" and identify(page).score >= 0.65


LISTING = """
int fdmax = max(rd_fd, wr_fd); FD_SET(rd_fd, &rfds); FD_ZERO(&wfds); buf_len = sizeof(bufA) - bufA_used;
#define SHUT_FD1 do { if (fd1 >= 0) { shutdown(fd1, SHUT_RDWR); close(fd1); fd1 = -1; } } while (0)
struct sockaddr_in addr; memset(&addr, 0, sizeof(addr)); addr.sin_port = htons(lport); nfds = fdmax + 1;
"""


def test_the_prose_between_listings_makes_a_page_certain() -> None:
    page = "\n".join([LISTING * 2, BODY, LISTING * 2, BODY, LISTING * 2])
    assert identify(page).language == "en" and identify(page).score > 0.9


def test_code_with_one_sentence_stays_uncertain() -> None:
    assert identify(LISTING * 3 + "The second list is for ships that are expected.").score < 0.65


def test_paragraphs_that_are_not_translated_have_a_share_wherever_they_stand() -> None:
    russian = "Во втором списке суда, которые только ожидаются, и каждое утро его переписывают."
    english = "A captain who wants to stay longer than a week asks the office for a letter."
    for first in (0, 1):
        page = "\n".join(english if number % 4 == first else russian for number in range(12))
        assert identify(page).shares == {"ru": 0.77, "en": 0.23}, first


def test_names_and_options_in_latin_letters_are_no_second_language() -> None:
    lines = (
        "-f, --force: заменить файл, даже если он открыт другой программой",
        "-q, --quiet: ничего не сообщать, кроме ошибок программы libreoffice",
        "-o, --output=FILE: записать список в файл FILE, а не на экран",
    )
    assert identify("\n".join(lines * 6)).shares == {}


def test_lines_without_its_own_letters_make_no_amharic_of_tigrinya() -> None:
    own_letters = "ኣነ ናብ ቤት ትምህርቲ እኸይድ፣ ንሕና ኸኣ ኣብ ገዛ ኣለና።"
    no_own_letters = "ሰላም ንዓለም ንህዝቢ ንመሰል ሰባት ብምሉእ መሰረት እዩ።"
    assert identify(no_own_letters).language == "am"
    assert identify("\n".join([own_letters, no_own_letters] * 6)) == ("und", 0.0, {}, {})
