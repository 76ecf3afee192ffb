"""What stands below an article, such as teasers and the buttons of comments, does not speak for it."""

import pytest

from corpuskit.core.step import Document, Drop
from corpuskit.stages.filter_quality import FilterQuality

ARTICLE = [
    "The harbour has been dredged again this spring, and the ferry can now dock at low tide as well as at high.",
    "For years the boats had to wait outside the mole until the water was high enough for their keels to pass.",
    "The town paid for half of the work, and the rest came from the owners of the ferry, who hope to sail more.",
    "People on the island are pleased, because the doctor can come over and be back before night falls.",
    "Some worry about the sand that was taken out, which lies in a heap beside the old lighthouse and blows about.",
    "The mayor says that it will be used to fill the holes in the road to the beach before the guests arrive.",
]
COMMENTS = ["It is true.", "Good news!", "What of the sand?", "My boat is in.", "He said so years ago.", "We will see."]
TEASERS = [
    "Why the boats of the north are so long ...",
    "A walk along the mole on a windy day …",
    "What the fishermen say about the office ...",
    "How to row a boat with only one oar ...",
    "The oldest lighthouse and its last keeper ...",
]


def reason(lines: list[str], separator: str) -> str | None:
    outcome = FilterQuality().apply(Document("1", separator.join(lines), {"language": "en", "language_score": 0.95}))
    return outcome.reason if isinstance(outcome, Drop) else None


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
@pytest.mark.parametrize("buttons", [["Was this of any use?"], ["Tell us what you think."]])
def test_buttons_of_comments_do_not_drop_an_article(separator: str, buttons: list[str]) -> None:
    comments = [line for comment in COMMENTS for line in (comment, *buttons)]
    assert reason(ARTICLE + comments, separator) is None
    # Without the article, they are most of the page.
    assert reason(ARTICLE[:1] + comments, separator) is not None


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
def test_long_lines_that_come_again_count_beside_prose(separator: str) -> None:
    notice = "This is a page of the harbour office, whose boats lie behind the mole in all weathers and at any tide."
    repeated = [line for paragraph in ARTICLE for line in (paragraph, notice)]
    assert str(reason(repeated, separator)).startswith("gopher-repetition-duplicate")


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
def test_teasers_below_an_article_do_not_drop_it(separator: str) -> None:
    assert reason(ARTICLE + TEASERS, separator) is None
    assert reason(ARTICLE[:1] + TEASERS, separator) == "gopher-too-many-ellipsis-lines"


REPLIES = {
    "en": "Reply to this",
    "de": "Auf diesen Kommentar antworten",
    "fr": "Répondre",
    "pt": "Responder a este comentário",
    "ru": "Ответить на этот комментарий",
    "uk": "Відповісти",
    "tr": "Yanıtla",
    "ja": "このコメントに返信する",
    "ar": "الرد على هذا التعليق",
    "ko": "Like · 답글 · 3",
}


@pytest.mark.parametrize("button", REPLIES.values())
@pytest.mark.parametrize("date", [[], ["12 May 2021"]])
def test_buttons_below_comments_go_and_the_comments_stay(button: str, date: list[str]) -> None:
    comments = [f"{comment[:-1]}, as {name} says." for comment in COMMENTS for name in ("Ann", "Bo")]
    lines = [line for comment in comments for line in (comment, *date, button)]
    document = Document("1", "\n".join([*ARTICLE, *lines]), {"language": "en", "language_score": 0.95})
    outcome = FilterQuality().apply(document)
    assert isinstance(outcome, Document)
    assert button not in outcome.text.splitlines()
    assert [line for line in outcome.text.splitlines() if line in comments] == comments


@pytest.mark.parametrize(
    "lines",
    [
        ["Requests", "Reply", "type: CARD8", "length: 4", "Reply", "type: CARD16", "length: 8", "Reply", "type: BOOL"],
        ["He may ask.", "返信 (reply)", "It is so.", "返信 (reply)", "He asks.", "返信 (reply)"],
        ["He wrote to her.", "Reply", "She did not.", "Reply"],
        ["Like", "He likes it.", "Share", "They share it.", "Like", "So do we.", "Quote"],
    ],
)
def test_headings_with_the_words_of_buttons_stay(lines: list[str]) -> None:
    text = "\n".join([*ARTICLE, *lines, *ARTICLE[:1]])
    outcome = FilterQuality(rules=("c4",)).apply(Document("1", text, {"language": "en"}))
    assert isinstance(outcome, Document)
    assert outcome.text == text
