"""What a notice leaves of a paragraph: its own sentences go, those of an article stay."""

import pytest

from corpuskit.core.document import Document
from corpuskit.core.step import Drop
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.notices import text_besides_notices

ARTICLES = {
    "en": "The lighthouse was lit by hand until 1962. Two keepers climbed up each night. One of them wrote poems.",
    "de": "Der Leuchtturm wurde bis 1962 von Hand gezündet. Zwei Wärter gingen nachts hinauf. Einer schrieb Gedichte.",
    "ru": "Маяк зажигали вручную до 1962 года. Два смотрителя поднимались туда каждую ночь. Один из них писал стихи.",
    "pt": "O farol foi aceso à mão até 1962. Dois faroleiros subiam todas as noites. Um deles escrevia poemas.",
    "tr": "Fener 1962 yılına kadar elle yakıldı. İki bekçi her gece yukarı çıktı. Biri boş günlerinde şiir yazardı.",
    "zh": "灯塔在一九六二年以前由人点亮。两名看守每晚爬上楼梯。其中一人写诗。后来电来了，楼梯就空了。",
    "ja": "灯台は一九六二年まで人の手でともされていた。二人の番人が毎晩階段を上った。そのうちの一人は詩を書いていた。",
}
NOTICES = {
    "en": "Our site uses cookies to count its guests. By staying on it, you agree to the use of cookies.",
    "de": "Unsere Website nutzt Cookies, um Besuche zu zählen. Mit dem Besuch stimmen Sie dem zu.",
    "ru": "На нашем сайте используются куки. Оставаясь на нём, вы соглашаетесь с этим.",
    "pt": "O nosso site utiliza cookies. Ao continuar, você aceita o uso deles.",
    "tr": "Web sitemizde çerez kullanıyoruz. Siteye devam ederek bunu kabul etmiş olursunuz.",
    "zh": "本站使用Cookie统计访问量。继续浏览即表示您同意。",
    "ja": "当サイトではクッキーを使用しています。閲覧を続けることで同意したものとみなします。",
}


def judged(text: str, language: str = "en", rules: tuple[str, ...] = ("c4",)) -> Document | Drop:
    outcome = FilterQuality(rules=list(rules)).apply(Document("1", text, {"language": language}))
    assert isinstance(outcome, Document | Drop)
    return outcome


def left_of(text: str, language: str = "en") -> str:
    outcome = judged(text, language)
    assert isinstance(outcome, Document), outcome
    return outcome.text


@pytest.mark.parametrize("language", ARTICLES)
def test_an_article_behind_a_notice_in_one_paragraph_stays(language: str) -> None:
    gap = "" if language in ("zh", "ja") else " "
    assert left_of(f"{NOTICES[language]}{gap}{ARTICLES[language]}", language) == ARTICLES[language]


@pytest.mark.parametrize("copies", [1, 3, 6, 12])
def test_the_length_of_the_article_makes_no_difference(copies: int) -> None:
    article = " ".join(f"{ARTICLES['en']} That was year {number}." for number in range(copies))
    assert left_of(f"{NOTICES['en']} Learn more. {article}") == article


def test_an_article_on_a_journey_may_speak_to_its_reader() -> None:
    article = (
        "You reach the island by boat. Your bags travel on the roof. Please bring a coat, as you will be cold there."
    )
    assert left_of(f"This site uses cookies. {article}") == article


@pytest.mark.parametrize(
    "banner",
    [
        "We use cookies on this website. They do not hold any personal data. Some of them are there for statistics.",
        "Wir verwenden Cookies auf dieser Website. Diese helfen uns, die Nutzung zu messen. Sie können sie ablehnen.",
        "Ce site utilise des cookies. Ils nous permettent de mesurer l’audience. Aucune donnée ne va à des tiers.",
    ],
)
def test_a_banner_goes_with_all_that_it_says(banner: str) -> None:
    assert text_besides_notices(banner, javascript=True, policies=True) == ""


def test_what_is_left_of_a_line_counts() -> None:
    signals = FilterQuality(rules=["c4"], annotate=True).apply(
        Document("1", f"{NOTICES['en']} {ARTICLES['en']}", {"language": "en"})
    )
    assert isinstance(signals, Document)
    figures = signals.metadata["quality"]["signals"]
    left = len(ARTICLES["en"]) / len(f"{NOTICES['en']} {ARTICLES['en']}")
    assert figures["c4_sentences"] == 3
    assert figures["c4_text_left"] == pytest.approx(left, abs=0.01)


@pytest.mark.parametrize("language", ["zh", "ja", "th"])
def test_a_long_paragraph_without_spaces_is_no_long_word(language: str) -> None:
    sentence = {"zh": "船在早晨离开港口。", "ja": "船は朝に港を出る。", "th": "เรือออกจากท่าในตอนเช้าทุกวัน"}[language]
    text = sentence * (1200 // len(sentence) + 1)
    assert left_of(text, language) == text


def test_data_goes_and_the_sentences_around_it_stay() -> None:
    article = " ".join(f"{ARTICLES['en']} That was year {number}." for number in range(8))
    data = "aGVsbG8+" * 150
    assert left_of(f"{article} {data} The lamp is in the museum now.") == f"{article}  The lamp is in the museum now."
    assert left_of(f"{article}\n{data}\nThe lamp is here.") == f"{article}\nThe lamp is here."


@pytest.mark.parametrize(
    "sentence",
    [
        "The notice “please switch on JavaScript to see this page” was all that the voters got to read.",
        "If you turn JavaScript off, the map becomes a plain list of the harbours.",
        "Enable JavaScript, and the clock on the wall begins to tick.",
        "A file that was sent in by a stranger may run as HTML or JavaScript when your page goes through the browser.",
        "We use cookies on Fridays as small change when the class plays shop.",
        "Nous utilisons des cookies, avoue le maire, et personne ne l’avait su avant lui.",
        "Мы используем куки, признали в порту после долгого спора с читателями.",
        "Wir verwenden Cookies aus dem Backofen der Großmutter für den Teig.",
        "该网站使用Cookie，市长承认了这件事。",
    ],
)
def test_a_sentence_of_an_article_stays(sentence: str) -> None:
    assert text_besides_notices(sentence, javascript=True, policies=True) == sentence


def test_a_piece_of_a_wrapped_sentence_is_read_with_the_rest() -> None:
    wrapped = [
        "Sailors with a JavaScript-enabled browser saw the tide move over the chart, and",
        "those without it got a table of hours, or if they had JavaScript disabled in a",
        "reader for the blind, the hours were read to them one after the other.",
    ]
    text = "\n".join([*wrapped, "", ARTICLES["en"]])
    assert left_of(text) == text


def test_a_wrapped_notice_goes_as_a_whole() -> None:
    wrapped = (
        "This website uses cookies so that the timetable of your own\nharbour is there when you come back to our pages."
    )
    assert left_of(f"{wrapped}\n\n{ARTICLES['en']}") == ARTICLES["en"]


def test_programs_stay_as_they_are() -> None:
    code = "\n".join(f"const tide{n} = load('{n}'); // This site uses cookies. {ARTICLES['en']}" for n in range(30))
    outcome = FilterQuality(rules=["c4"]).apply(Document("1", code, {"language": "en"}))
    assert not isinstance(outcome, Document) or outcome.text == code
