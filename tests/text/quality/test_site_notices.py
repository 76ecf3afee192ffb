"""Lines in which a site tells to log in or to get another browser, and labels of comment forms."""

import pytest

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.site_notices import CLUES, WIDE_CLUES, is_site_notice

ARTICLE = "\n".join(
    f"The ferry to the {name} island leaves twice a day, and takes whoever waits there." for name in "abcd"
)
NOTICES = [
    "You must sign in or register to comment.",
    "Please log in to post a reply to this topic.",
    "Sign in to continue reading. Already a member? Log in here.",
    "You have reached your monthly limit of free articles. Log in to continue reading.",
    "You are using an outdated browser. Please upgrade your browser to see it all.",
    "Du musst angemeldet sein, um einen Beitrag zu schreiben.",
    "Sie nutzen einen veralteten Browser.",
    "Connectez-vous pour laisser un commentaire.",
    "Su navegador está obsoleto.",
    "Faça login para comentar.",
    "Zaloguj się, aby dodać komentarz.",
    "Чтобы комментировать эту запись, войдите или зарегистрируйтесь.",
    "Ваш браузер не поддерживается.",
    "您需要登录后才可以发表评论。",
    "您的浏览器版本过旧，请升级浏览器。",
    "このコンテンツは会員限定です。",
    "로그인 후 댓글을 작성할 수 있습니다.",
    "กรุณาเข้าสู่ระบบเพื่อแสดงความคิดเห็น",
    "Save my name and e-mail in this browser until I comment again.",
    "Name und E-Mail in diesem Browser bis zum nächsten Kommentar speichern.",
    "Enregistrer mon nom et mon e-mail dans ce navigateur jusqu’au prochain commentaire.",
    "Bewaar mijn naam en e-mail in deze browser voor mijn volgende reactie.",
    "Зберегти моє ім'я та пошту в цьому браузері до наступного коментаря.",
    "Adım ve e-posta adresim bir sonraki yorumum için tarayıcıya kaydedilsin.",
]
SENTENCES = [
    "Log in",
    "You must log in as the root user before you mount the disk.",
    "Your browser is not supported: so the old tax portal greeted its visitors for nine years.",
    "Sign in to post a comment, said the page, and nobody ever did.",
    "In 2009 you had to log in to comment, and the readers went away.",
    "您的浏览器版本过低，这句话让许多老人放弃了投票。",
    "Ваш браузер устарел: так портал встречал посетителей девять лет.",
    "The browser saves the name of each file, and the mail goes out at noon.",
    "Melden Sie sich an der Pforte, um den Schlüssel zu holen.",
]


@pytest.mark.parametrize("line", NOTICES)
def test_a_site_that_asks_its_reader_gives_a_notice(line: str) -> None:
    assert is_site_notice(line.lower())
    assert any(clue in line.lower().encode() for clue in (*CLUES, *WIDE_CLUES))
    outcome = FilterQuality(rules=["c4"]).apply(Document("1", f"{ARTICLE}\n{line}", {"language": "en"}))
    assert isinstance(outcome, Document)
    assert outcome.text == ARTICLE


@pytest.mark.parametrize("line", SENTENCES)
def test_what_is_told_of_such_things_stays(line: str) -> None:
    assert not is_site_notice(line.lower())
