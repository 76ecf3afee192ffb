"""The buttons below each comment on an article: `Reply`, `Reply to this`, in many languages.

They are no part of a page's text, as a menu is none, but stand between its comments and come again with each of them.
Where `Question` stands as often, `Reply` is what it is said to be: the label of an answer.
"""

import re
from functools import cache, lru_cache

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.spans import HashSet, hash_words

__all__ = ["comment_tails"]

LEAST_TAILS = 3
"""Comments of a page that end so: a chapter on letters may have the heading `Reply` twice."""
LONGEST_TAIL, MOST_TOKENS = 60, 10
"""Characters, and tokens, of the line of a button, or of several beside each other."""

_REPLY = """
reply|reply to this|reply to this comment|reply to comment|reply to this post|reply to it|write a reply
write a reply to it|post a reply|log in to reply|login to reply|sign in to reply|comment on this|respond to this
antworten|antwort|auf diesen kommentar antworten|auf kommentar antworten|darauf antworten|zum antworten anmelden
répondre|répondre à ce commentaire|répondre au commentaire|responder|responder a este comentario
responder al comentario|responder a este comentário|responder ao comentário|rispondi|rispondi a questo commento
rispondi al commento|respon|respon a aquest comentari|beantwoorden|reageer|reageren|antwoorden|reageer op deze reactie
beantwoord deze reactie|svara|svara på kommentaren|svara på den här kommentaren|svar|besvar|besvar kommentar
svar på denne kommentar|svar på denne kommentaren|vastaa|vastaa kommenttiin|vastaa tähän kommenttiin|odpowiedz
odpowiedz na ten komentarz|odpowiedz na komentarz|odpovědět|odpovědět na komentář|odpovědět na tento komentář
reagovat|odpovedať|odpovedať na tento komentár|reagovať|válasz|válasz erre|válasz erre a hozzászólásra|răspunde
răspunde la acest comentariu|odgovori|odgovori na ovaj komentar|odgovori na ta komentar|одговори
одговори на овај коментар|отговор|отговори|отговори на този коментар|ответить|ответить на этот комментарий
ответить на комментарий|відповісти|відповісти на цей коментар|відповісти на коментар|απάντηση|απάντησε
απάντηση σε αυτό το σχόλιο|yanıtla|cevapla|bu yorumu yanıtla|bu yoruma cevap ver|رد|الرد|رد على هذا التعليق
الرد على هذا التعليق|پاسخ|پاسخ دادن|پاسخ به این نظر|پاسخ به این دیدگاه|הגב|השב|הגב לתגובה זו|השב לתגובה זו
जवाब दें|उत्तर दें|इस टिप्पणी का जवाब दें|इस टिप्पणी का उत्तर दें|উত্তর দিন|জবাব দিন|এই মন্তব্যের উত্তর দিন
ตอบกลับ|ตอบกลับความคิดเห็นนี้|trả lời|trả lời bình luận này|balas|balas komentar ini|tanggapi|返信|返信する
このコメントに返信|このコメントに返信する|답글|답글 쓰기|답글 달기|이 댓글에 답글 달기|답장|回复|回覆
回复这条评论|回复此评论
回复该评论|回覆這則留言|回覆此留言|回应|回應
"""
_BESIDE = """
like|dislike|quote|report|report abuse|report comment|flag|share|permalink|link|upvote|downvote|edit|delete|melden
kommentar melden|zitieren|gefällt mir|teilen|signaler|citer|j'aime|j’aime|partager|denunciar|citar|me gusta
compartir|curtir
compartilhar|segnala|cita|mi piace|condividi|rapporteren|citeren|vind ik leuk|delen|anmäl|citera|gilla|dela|anmeld
synes godt om|rapporter|ilmoita|lainaa|tykkää|zgłoś|cytuj|lubię to|udostępnij|nahlásit|citovat|nahlásiť|jelentés
tetszik|пожаловаться|цитировать|нравится|поделиться|поскаржитися|цитувати|подобається|αναφορά|şikayet et|beğen|إبلاغ
أعجبني|מחק|पसंद|แจ้ง|ถูกใจ|thích|báo cáo|suka|laporkan|通報|引用|いいね|いいね！|신고|인용|좋아요|举报|檢舉|点赞|赞|讚
"""
"""Stand beside such a button; without one they are words of any text."""

_ALONE = """
melden|kommentar melden|zitieren|signaler|segnala|anmäl|zgłoś|cytuj|nahlásit|nahlásiť|пожаловаться|цитировать
поскаржитися|цитувати|şikayet et|通報|신고|举报|檢舉|report abuse|report comment|report this comment
"""
"""Are no words of a text where they come again as lines, even without a reply beside them."""
_QUESTION = """
q|question|frage|pregunta|pergunta|domanda|vraag|fråga|spørgsmål|spørsmål|kysymys|pytanie|otázka|kérdés|întrebare
pitanje|vprašanje|въпрос|вопрос|питання|запитання|ερώτηση|soru|سؤال|السؤال|پرسش|سوال|שאלה|प्रश्न|सवाल|প্রশ্ন|คำถาม|hỏi
câu hỏi|pertanyaan|soalan|質問|問|질문|问题|問題|问|提问|letter|brief|lettre|carta|lettera|письмо|list
"""
"""Labels of what is answered."""

_REPLIES = frozenset(_REPLY.strip().replace("\n", "|").split("|"))
_LONE = frozenset(_ALONE.strip().replace("\n", "|").split("|"))
_BUTTONS = _REPLIES.union(_LONE, _BESIDE.strip().replace("\n", "|").split("|"))
_TELLING = _REPLIES | _LONE
_QUESTIONS = frozenset(_QUESTION.strip().replace("\n", "|").split("|"))
MOST_LABEL_TOKENS = 3
"""Tokens of the label of a question, with its number."""
_LABEL_END = re.compile(r"[\s\d:.：#№)]+\Z")
_AGE = re.compile(r"\b\d+\s?(?:[hdwmy]|min|hrs?|std|tage?|j|ч|д|мин|小时|天|分钟|時間|日|分|시간|일|분)\b\.?(?: ago)?")
_BETWEEN = re.compile(r"[|·•/,.:!→↓↩«»▲▼–—-]+|\s{2,}|\d+")


def comment_tails(layout: TextLayout, closed: Booleans) -> Booleans:
    """Return which rows are buttons below the comments of a page; `closed` says which rows end as a sentence does.

    A button stands below what somebody says, or below another; a date may stand between.
    """
    # rows        It is true. / Reply / Good news! / Reply / So it is. / Reply 2
    # returned                  x                    x                   x
    lines = layout.lines
    tails = np.zeros(len(lines.numbers), bool)
    rows = (lines.token_counts <= MOST_TOKENS).nonzero()[0]
    rows = rows[_begin_like_buttons(layout, rows)]
    for row in rows.tolist():
        above = [
            other for other in (row - 2, row - 1) if other >= 0 and lines.text_indices[other] == lines.text_indices[row]
        ]
        is_below = any(closed[other] or tails[other] for other in above)
        tails[row] = is_below and _is_tail(layout.line_of(row).strip())
    if tails.any():
        counts = layout.sums_of_texts(tails)
        answers = 2 * _labels_of_questions(layout, (counts >= LEAST_TAILS)[lines.text_indices]) >= counts
        tails &= ((counts >= LEAST_TAILS) & ~answers)[lines.text_indices]
    return tails


def _labels_of_questions(layout: TextLayout, sought: Booleans) -> Integers:
    """Return how many of the lines that are sought are the label of a question, for each text."""
    labels = sought & (layout.lines.token_counts <= MOST_LABEL_TOKENS)
    for row in labels.nonzero()[0].tolist():
        labels[row] = _LABEL_END.sub("", layout.line_of(row).strip().lower()) in _QUESTIONS
    return layout.sums_of_texts(labels)


def _begin_like_buttons(layout: TextLayout, rows: Integers) -> Booleans:
    return _hashes_of_first_words().among(layout.token_hashes[layout.lines.first_tokens[rows]])


@cache
def _hashes_of_first_words() -> HashSet:
    """Return the hashes of the first words of buttons: in small letters, with a capital and in capitals."""
    words = {button.split()[0] for button in _BUTTONS}
    spellings = sorted({spelling for word in words for spelling in (word, word.capitalize(), word.upper())})
    return HashSet(hash_words(spellings))


@lru_cache(maxsize=1 << 12)
def _is_tail(line: str) -> bool:
    """Whether a line is a button to reply, or several buttons with one beside each other.

    >>> [_is_tail(line) for line in ("Reply", "Antworten | Melden", "Reply · Like · 3h", "Like", "Reply at once")]
    [True, True, True, False, False]
    >>> _is_tail("Upvote 3 Downvote Reply"), _is_tail("Signaler")
    (True, True)
    """
    if len(line) > LONGEST_TAIL:
        return False
    parts = [part for part in map(str.strip, _BETWEEN.split(_AGE.sub("|", line.lower()))) if part]
    buttons = [button for part in parts for button in _buttons_of(part)]
    return all(button in _BUTTONS for button in buttons) and any(button in _TELLING for button in buttons)


def _buttons_of(part: str) -> list[str]:
    """Return the buttons that stand beside each other with a space between, or the part itself."""
    words = part.split()
    if part in _BUTTONS or not all(word in _BUTTONS for word in words):
        return [part]
    return words
