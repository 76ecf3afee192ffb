"""Chinese on a page that has Japanese, which has lines in Han characters alone as well."""

import itertools

import pytest

from corpuskit.text.language_id.chinese import is_chinese_prose
from corpuskit.text.language_id.identify import identify

JAPANESE = (
    "図書館の窓から見える川には、朝早く小さな船がやってくる。",
    "町の人たちはその船で運ばれた野菜を買い、昼までに市場へ並べた。",
    "雨が続いたあとの道はぬかるんでいて、自転車ではなかなか進めない。",
    "昨日の会議では、新しい橋をどこに架けるかがもう一度話し合われた。",
)
SIMPLIFIED = (
    "这座图书馆从明年春天起每天开放到晚上九点。",
    "市长表示，新的渡轮码头将在两年内完工，届时居民不必再绕道。",
    "她把信放在桌上，没有说一句话就离开了。",
    "去年的台风毁坏了三百多间房屋，许多家庭至今仍住在临时收容所。",
    "我们在河边走了一个下午，只看见两条船。",
)
TRADITIONAL = (
    "這座圖書館從明年春天起每天開放到晚上九點。",
    "市長表示，新的渡輪碼頭將在兩年內完工，屆時居民不必再繞道。",
    "她把信放在桌上，沒有說一句話就離開了。",
    "氣象局預測本週末北部地區將有大雨，山區民眾應提高警覺。",
    "去年的颱風毀壞了三百多間房屋，許多家庭至今仍住在臨時收容所。",
)
ENGLISH = (
    "The ferry leaves the harbour every morning at seven and comes back after dark.",
    "Nobody in the village knew who had painted the door of the old mill green.",
)
HEADINGS = (
    "首相、来年度予算案閣議決定 過去最大規模百十四兆円",
    "日中首脳会談、経済協力強化合意 次官級協議再開",
    "是正勧告受入、労働時間管理不備改善計画提出",
    "黒澤明、宮﨑駿、髙橋留美子、德川家康、濵口竜介、廣瀬隆、齋藤孝、邊見庸",
    "独立行政法人国立高等専門学校機構理事長",
    "東京都千代田区霞が関、大阪府大阪市北区中之島、愛知県名古屋市中区三の丸",
    "在庫状況:在庫有 納期:翌日出荷 送料:全国一律無料 決済方法:代金引換可",
    "客観的合理的理由欠如不当解雇無効確認請求事件",
    "相対的剰余価値生産様式不可逆的進行過程的側面分析",
    "北京市 上海市 重慶市 天津市 廣州市 深圳市 成都市 武漢市 西安市 南京市",
)


@pytest.mark.parametrize("chinese", [SIMPLIFIED, TRADITIONAL], ids=["simplified", "traditional"])
@pytest.mark.parametrize("separator", ["\n", ""], ids=["lines", "a line"])
@pytest.mark.parametrize(("of_chinese", "of_japanese"), [(5, 4), (3, 4), (5, 2), (2, 4)])
def test_a_page_in_both_has_shares(chinese: tuple[str, ...], separator: str, of_chinese: int, of_japanese: int) -> None:
    sentences = [*chinese[:of_chinese], *JAPANESE[:of_japanese]]
    letters = [sum(map(str.isalpha, "".join(some))) for some in (sentences[:of_chinese], sentences[of_chinese:])]
    for page in (sentences, sentences[::-1]):
        shares = identify(separator.join(page)).shares
        assert set(shares) == {"zh", "ja"}
        assert shares["zh"] == pytest.approx(letters[0] / sum(letters), abs=0.12)


def test_chinese_at_the_end_of_a_long_page_has_a_share() -> None:
    page = "\n".join([*JAPANESE * 24, *SIMPLIFIED * 12])
    assert len(page) > 3_000
    assert set(identify(page).shares) == {"ja", "zh"}


@pytest.mark.parametrize("heading", HEADINGS)
def test_japanese_without_kana_is_no_chinese(heading: str) -> None:
    assert not is_chinese_prose(heading)


@pytest.mark.parametrize("english", [(), ENGLISH], ids=["Japanese", "with English"])
def test_headings_of_a_japanese_page_are_no_chinese(english: tuple[str, ...]) -> None:
    for headings in itertools.combinations(HEADINGS, 4):
        shares = identify("\n".join([*JAPANESE, *headings, *english])).shares
        assert set(shares) <= {"ja", "en"}
        assert bool(shares) == bool(english)


def test_a_quoted_name_is_no_chinese() -> None:
    page = "\n".join([*JAPANESE, "中国語では「邓小平」「习近平」「广州」と書く。", *JAPANESE])
    assert identify(page).shares == {}
