"""An article is one with its own sentences before the words of a wall as with those behind them."""

import pytest

from corpuskit.text.quality.page_kinds import PageHeads
from corpuskit.text.quality.stories import is_article

STORIES = {
    "en": [
        "The council closed the ferry office in May and put a computer in its place.",
        "Fishermen over seventy now row to the next island to buy a ticket there.",
        "The harbour master keeps a list of those who never came back for theirs.",
        "In winter the boat goes twice a week, and it is seldom more than half full.",
        "A new pier is planned for next year, but nobody has seen the money yet.",
        "The old one will be made into benches for the square behind the church.",
    ],
    "de": [
        "Der Rat schloss das Büro der Fähre im Mai und stellte einen Rechner hin.",
        "Fischer über siebzig rudern nun zur Nachbarinsel und kaufen dort ihre Karte.",
        "Der Hafenmeister führt eine Liste derer, die nie wiedergekommen sind.",
        "Im Winter fährt das Boot zweimal in der Woche und ist selten halb voll.",
        "Ein neuer Steg ist für das nächste Jahr geplant, doch Geld sah noch niemand.",
        "Aus dem alten werden Bänke für den Platz hinter der Kirche.",
    ],
    "ru": [
        "Совет закрыл кассу парома в мае и поставил вместо неё компьютер.",
        "Рыбаки старше семидесяти теперь гребут за билетом на соседний остров.",
        "Начальник порта ведёт список тех, кто так и не вернулся за своим.",
        "Зимой паром ходит дважды в неделю и редко бывает заполнен наполовину.",
        "Новый причал обещают построить через год, но денег ещё никто не видел.",
        "Из старого сделают скамейки для площади за церковью.",
    ],
    "zh": [
        "镇议会五月关闭了渡轮售票处，换上了一台电脑。",
        "七十岁以上的渔民现在划船到邻岛去买票。",
        "港务长记下了那些再也没有回来取票的人。",
        "冬天渡轮每周开两班，很少坐满一半。",
        "新码头计划明年动工，可是谁也没有见到钱。",
        "旧码头的木板会做成教堂后面广场的长椅。",
    ],
    "ja": [
        "町議会は五月に渡船の窓口を閉じ、代わりに機械を置いた。",
        "七十を過ぎた漁師たちは、今では隣の島まで切符を買いに漕いでいく。",
        "港長は、切符を取りに戻らなかった人の名を帳面に記している。",
        "冬の船は週に二便で、席が半分埋まることもめったにない。",
        "新しい桟橋は来年できるというが、金を見た者はまだいない。",
        "古い桟橋の板は、教会の裏の広場の長椅子になる。",
    ],
    "th": [
        "สภาเมืองปิดที่ขายตั๋วเรือข้ามฟากในเดือนพฤษภาคม แล้ววางคอมพิวเตอร์ไว้แทน",
        "ชาวประมงอายุเกินเจ็ดสิบปีต้องพายเรือไปซื้อตั๋วที่เกาะข้างเคียง",
        "นายท่าจดรายชื่อคนที่ไม่เคยกลับมารับตั๋วของตน",
        "ในฤดูหนาวเรือออกสัปดาห์ละสองเที่ยว และแทบไม่เคยเต็มครึ่งลำ",
        "ท่าเรือใหม่จะสร้างในปีหน้า แต่ยังไม่มีใครเห็นเงิน",
        "ไม้จากท่าเก่าจะทำเป็นม้านั่งที่ลานหลังวัด",
    ],
}
TOLD = [
    ("en", "Your browser is not supported: with these words the machine sent the first buyer home."),
    ("en", "Page not found is what the children call the gap between the pier and the boat."),
    ("en", "Please log in to continue."),
    ("de", "Bitte melden Sie sich an, um eine Karte zu kaufen, stand dort, und keiner hatte ein Kennwort."),
    ("ru", "Войдите, чтобы купить билет, просит машина, но пароля не знает никто."),
    ("zh", "请先登录，机器这样说，可是没有人知道密码。"),
    ("ja", "ログインしてください、と機械は言うが、誰も合言葉を知らない。"),
    ("th", "กรุณาเข้าสู่ระบบ"),
]


def is_stand_in(text: str) -> bool:
    heads = PageHeads([text])
    return heads.placeholders()[0] or heads.access_walls()[0]


@pytest.mark.parametrize(("language", "words"), TOLD)
@pytest.mark.parametrize("line", range(4))
def test_an_article_stays_whichever_of_its_lines_has_the_words(language: str, words: str, line: int) -> None:
    story = STORIES[language]
    between = "" if language in {"zh", "ja"} else " "
    paragraphs = [between.join(story[:2]), between.join(story[2:4]), between.join(story[4:])]
    paragraphs.insert(line, words)
    assert is_stand_in(words)
    assert not is_stand_in("\n\n".join(paragraphs))


def test_what_a_site_says_before_the_words_makes_no_article() -> None:
    said = [
        "Thank you for your visit to this site, which is open to members only.",
        "You can ask for a password at the office, and we will send it to you.",
        "Please have your card at hand when you call us, and be patient.",
        "Your account is free of charge for the first year.",
    ]
    assert is_stand_in(" ".join(said[:2]) + "\n" + " ".join(said[2:]) + "\nPlease log in to continue.")


def test_few_sentences_are_no_article() -> None:
    assert not is_article(
        "please log in to continue.\nthe pier is old.", "please log in to continue.", "log in to cont"
    )
