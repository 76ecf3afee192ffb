"""What stands in one box with a notice on cookies goes with it, and nothing else does."""

import pytest

from corpuskit.core.step import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.consent_boxes import is_part_of_box

ARTICLE = "\n".join(
    f"The ferry calls at the {name} pier twice a day, and takes on mail, fish and whoever waits there with a ticket."
    for name in ("northern", "southern", "eastern", "western", "inner", "outer")
)
NOTICE = "We use cookies to count the visits to our website."


def left_of(text: str, language: str = "en") -> str:
    outcome = FilterQuality(rules=["c4"]).apply(Document("1", text, {"language": language}))
    assert isinstance(outcome, Document)
    return outcome.text


@pytest.mark.parametrize(
    "buttons",
    [
        "Yes, accept all\nDecline optional\nChange my preferences",
        "Reject all\nPrivacy settings",
        "Alle ablehnen\nAuswahl speichern\nMehr erfahren",
        "Je refuse tout\nParamétrer",
        "Permitir todas\nAjustes",
        "Разрешить все\nОтказаться",
        "Hepsini reddet\nÇerez ayarları",
        "全部拒绝\n管理偏好",
        "すべて許可する\n詳細はこちら",
        "모두 거부하기\n쿠키 설정",
        "ปฏิเสธทั้งหมด\nการตั้งค่าคุกกี้",
    ],
)
def test_buttons_beside_a_notice_go_with_it(buttons: str) -> None:
    for text in (
        f"{NOTICE}\n{buttons}\n{ARTICLE}",
        f"{ARTICLE}\n{NOTICE}\n{buttons}",
        f"{buttons}\n{NOTICE}\n{ARTICLE}",
    ):
        assert left_of(text) == ARTICLE


def test_all_kinds_of_a_box_go() -> None:
    box = [
        NOTICE,
        "Strictly necessary",
        "Always enabled",
        "Such cookies are what keeps you logged in from one page to the next.",
        "Marketing cookies",
        "Marketing cookies are set by those who show what they sell beside our timetable.",
        "Save settings",
    ]
    assert left_of("\n".join([*box, ARTICLE])) == ARTICLE


def test_the_same_lines_stay_where_no_notice_is() -> None:
    first, *rest = ARTICLE.splitlines()
    text = "\n".join([first, "Settings", "These cookies are baked on the pier before the first boat leaves.", *rest])
    assert left_of(text) == text


@pytest.mark.parametrize("line", ["settings of the radio", "accept the mail on the pier", "close to the pier", "ferry"])
def test_headings_are_no_buttons(line: str) -> None:
    assert not is_part_of_box(line)
