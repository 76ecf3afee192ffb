"""Help and old verse have stop words that the articles lack from which FineWeb2 took its lists."""

import pytest

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.languages import known_languages, profile_of

HELP = {
    "bg": "Отворете шлюза, ако водата се покачи. Не пускайте лодки след залез или при буря.",
    "bn": "জল বাড়লে বাঁধের দরজা খোলো, কিন্তু ঝড়ের রাতে নৌকা ছেড়ো না। এই নিয়ম সবার জন্য।",
    "cs": "Otevřete stavidlo, když voda stoupne nad značku. Loď pusťte jen při klidu nebo podle pokynů.",
    "hr": "Otvorite branu kad voda poraste prema oznaci. Brod pustite ako nije oluja ili kao što stoji.",
    "id": "Buka pintu air jika air naik. Kapal tidak boleh lewat ketika badai atau akan hujan.",
    "ru": "Откройте шлюз, если вода поднялась. Лодку пропускайте только при затишье или когда это нужно.",
    "sk": "Otvorte stavidlo, keď voda stúpne nad značku. Loď pustite len pri pokoji alebo podľa pokynov.",
    "te": "నీరు పెరిగితే తలుపు తెరవండి, కానీ తుఫానులో పడవ వదలవద్దు. అది ఒక నియమం, కూడా మంచి అలవాటు.",
    "tr": "Su yükselince kapağı açın, her tekneyi geçirin. Fırtına çıkarsa ya bekleyin veya dönün.",
    "uk": "Відкрийте шлюз, якщо вода піднялася. Човен пропускайте тільки при затишші або якщо це треба.",
    "vi": "Hãy mở cửa cống nếu nước dâng. Không cho thuyền qua khi bão đến hoặc trời tối.",
    "zh": "不狩不獵，胡瞻爾庭。彼君子兮，何以不歸？從舟而下，其樂無窮。",
}


@pytest.mark.parametrize("language", HELP)
def test_help_and_verse_have_stop_words(language: str) -> None:
    document = Document("a", HELP[language], {"language": language, "language_score": 0.99})
    options = ("gopher-min-words=5", "gopher-min-alphabetic-words=off")
    ours = FilterQuality(rules=("gopher",), set=options)
    assert isinstance(ours.apply(document), Document)
    outcome = FilterQuality(rules=("gopher",), set=options, words="datatrove").apply(document)
    assert getattr(outcome, "reason", None) == "gopher-too-few-stop-words"


def test_more_stop_words_are_none_of_those_published() -> None:
    for code in known_languages():
        profile = profile_of(code)
        assert not set(profile.stop_words) & set(profile.more_stop_words)
        assert bool(profile.more_stop_words) == (code in HELP)
