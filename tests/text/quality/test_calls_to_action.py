"""What a site asks beside its links goes with them, and the same words elsewhere stay."""

import pytest

from tests.text.quality.test_menus import BODY, left, page

TEXT = BODY.split("\n\n")


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "call",
    [
        "Subscribe now!",
        "Follow us.",
        "Forgot password?",
        "Powered by WordPress.",
        "Proudly powered by tar and oakum",
        "Sign up for our newsletter today, and sail with us!",
        "Jetzt anmelden!",
        "Mot de passe oublié ?",
        "¿Olvidaste tu contraseña?",
        "Nie pamiętasz hasła?",
        "Подписывайтесь на нас!",
        "Şifremi unuttum?",
        "パスワードをお忘れですか？",
        "忘记密码？",
        "اشترك الآن!",
        "ลืมรหัสผ่าน?",
    ],
)
def test_calls_go_with_the_links_beside_them(separator: str, call: str) -> None:
    for menu in (
        ["Home", "News", "Sport", "Contact", call],
        ["Home", "News", call, "Sport", "Contact"],
        [call, "Home", "News", "Sport", "Contact"],
    ):
        assert left(page(separator, [], menu)) == TEXT
        assert left(page(separator, menu, [])) == TEXT


@pytest.mark.parametrize("call", ["Meet the crew!", "Ahoi?", "Tack så mycket!"])
def test_calls_in_other_words_go_between_links_and_below_a_menu(call: str) -> None:
    menu = ["Home", "News", "Contact"]
    assert left(page("\n", ["Home", "News", call, "Contact"], [])) == TEXT
    assert left(page("\n", [], [*menu, call])) == TEXT
    # It may be the title of a page, or the last line of a text.
    assert left(page("\n", [*menu, call], [])) == [call, *TEXT]
    assert left(page("\n", [], [call, *menu])) == [*TEXT, call]


def test_a_call_is_looked_for_in_scripts_without_spaces() -> None:
    body = ["เรือจอดอยู่หลังเขื่อนในทุกสภาพอากาศ", "ไม่มีใครรู้ว่าใครสร้างมันขึ้นมาในเมืองนี้"]
    menu = ["หน้าแรก", "ข่าว", "ลืมรหัสผ่าน?", "กีฬา", "ติดต่อเรา"]
    assert not set(menu) & set(left("\n".join([*menu, *[f"{line}." for line in body]]), "th"))


@pytest.mark.parametrize(
    "foot",
    [
        ["Join us!"],
        ["Write soon!", "Ann Miller"],
        ["Who goes there?", "Nobody!"],
        ["Help!", "Who is it?", "It is me."],
        ["Email", "Type your address here."],
        ["Best wishes!", "Ann", "Harbour office"],
    ],
)
def test_letters_talk_and_calls_without_links_stay(foot: list[str]) -> None:
    assert left(page("\n", [], foot)) == [*TEXT, *foot]
    assert left(page("\n", foot[:2], [])) == [*foot[:2], *TEXT]
