"""What a notice leaves of a line: nothing of its own, and the article that stands behind it in the same paragraph.

A page without line breaks has its notice and its article in one line, and so have pages whose blocks were joined. The
sentences of a notice go one by one then, and those that go on with it, as long as they stand side by side.
"""

import re
from collections.abc import Callable

from corpuskit.text.quality.consent_boxes import is_part_of_box
from corpuskit.text.quality.cookie_notices import LONGEST_NOTICE, says_of_cookies
from corpuskit.text.quality.full_sentences import MARKLESS, is_full_sentence
from corpuskit.text.quality.line_kinds import is_policy_notice, is_script_notice, says_of_policies, says_of_scripts
from corpuskit.text.quality.told_of_others import alternatives, spans_of_sentences, tells_of_others
from corpuskit.text.quality.web_words import speaks_to_reader

__all__ = ["text_besides_notices"]

LEAST_TO_READER = 3
"""Sentences that speak to the reader, from which they are an article behind a notice and no part of it."""
LEAST_MARKLESS = 120
"""Characters besides a notice that are an article in a script whose sentences end without a mark."""
LONGEST_FOLLOWER = 160
"""Characters of a sentence that goes on with a notice."""

_GOES_ON = """
en: (?:you|by) (?:\\w+ ){0,4}?(?:agree|accept|consent)\\b|by (?:using|continuing|browsing|visiting|clicking|closing)\\b
en: opt(?:ing)?[- ]out\\b|(?:your|their|cookie|browser|privacy) (?:\\w+ )?(?:settings|preferences|choices|consent)\\b
en: (?:learn|find out|read) more\\b|more info|(?:privacy|cookie) (?:policy|notice|statement)|your privacy
en: continue to (?:use|browse)|your (?:web )?browser|(?:refresh|reload) (?:the|this|your)|enable it\\b|third[- ]party
de: stimm(?:en|st) (?:sie|du)|einverstanden|zustimmung|einwilligung|datenschutz|cookie-einstellungen|mehr erfahren
de: (?:mehr|weitere) informationen|widerrufen|(?:ihrem|deinem|ihres) browser|akzeptieren
fr: en (?:poursuivant|continuant|cliquant)|vous (?:\\w+ )?accept|votre consentement|en savoir plus|confidentialité
fr: votre navigateur|vos préférences
es: si continúa|al continuar|acepta[rs]?\\b|consentimiento|más información|saber más|privacidad|su navegador|tu navegador
pt: ao continuar|aceita[rs]?\\b|consentimento|saiba mais|mais informaç|privacidade|seu navegador|concorda com
it: continuando|accett[iao]\\b|acconsent|il consenso|maggiori informazioni|saperne di più|privacy|tuo browser
nl: akkoord|toestemming|meer (?:informatie|weten)|lees meer|door verder|je browser|uw browser
sv: godkänner|samtyck|läs mer|mer information|din webbläsare
da: accepterer|samtykke|læs mere|din browser
no: godtar|samtykke|les mer|nettleseren din
fi: hyväksyt|suostu|lue lisää|selaime
pl: zgadzasz|wyrażasz|zgodę na|akceptuj|dowiedz się więcej|więcej informacji|prywatności|przeglądar
cs: souhlas(?:íte|ím|u)\\b|více informací|prohlížeč
sk: súhlas(?:íte|ím|u)\\b|viac informácií|prehliadač
hu: elfogad|hozzájárul|további információ|böngésző
ro: de acord|află mai mult|mai multe (?:detalii|informații)
ru: соглаша(?:етесь|ешься)|согласие|подробнее|конфиденциальности|продолжая (?:пользов|использ|просм)|оставаясь на
ru: настройках браузера|вашем браузере|вашего браузера
uk: погоджу(?:єтес|єшс)|згоду|детальніше|докладніше|конфіденційності|браузер
tr: kabul e(?:tmiş|der|diyor)|daha fazla bilgi|gizlilik|tarayıcınız|onay vermiş
vi: đồng ý|tìm hiểu thêm|chính sách (?:cookie|bảo mật|quyền)|trình duyệt của
id: menyetujui|setuju|selengkapnya|kebijakan privasi|peramban
ar: توافق|موافقتك|لمزيد من|لمعرفة المزيد|سياسة الخصوصية|متصفحك
fa: موافقت|بیشتر بدانید|حریم خصوصی|مرورگر شما
he: מסכימ|מידע נוסף|מדיניות הפרטיות|הדפדפן שלך
hi: सहमत|अधिक जान|गोपनीयता|अपने ब्राउज़र
th: ยอมรับ|ยินยอม|เพิ่มเติม|นโยบายความเป็นส่วนตัว|นโยบายคุกกี้|เบราว์เซอร์ของ
ja: 同意|詳しくは|詳細は|プライバシー|ポリシー|閲覧を続|ブラウザの設定|ブラウザー?の
ko: 동의|자세히|자세한|개인정보|계속 (?:이용|사용)|브라우저 설정|브라우저에서
zh: 您.{0,20}同意|表示同意|了解更多|更多信息|更多資訊|隐私|隱私|继续(?:浏览|使用|访问)|繼續(?:瀏覽|使用)|浏览器设置|瀏覽器設定
"""
"""What the second sentence of a notice has, in small letters; right behind the first one, it is no article's."""
_GOES_ON_WITH_IT = re.compile(alternatives(_GOES_ON))


def text_besides_notices(line: str, javascript: bool, policies: bool) -> str:
    """Return what is left of a line without the notices in it: the line itself if there is none.

    The last two parameters say which notices go: on JavaScript, and on cookies, privacy and terms of use.

    >>> text_besides_notices("This site uses cookies. Learn more. The mill stands by the old river.", True, True)
    'The mill stands by the old river.'
    >>> text_besides_notices("This site uses cookies. By continuing, you accept this.", True, True)
    ''
    """
    lower = line.lower()
    if javascript and is_script_notice(lower):
        return _besides(line, says_of_scripts)
    if policies and is_policy_notice(lower):
        return _besides(line, lambda sentence: says_of_cookies(sentence) or says_of_policies(sentence))
    if policies and len(line) > LONGEST_NOTICE and "cookie" in lower[:LONGEST_NOTICE]:
        return _behind_head(line)
    return line


def _besides(line: str, says: Callable[[str], bool]) -> str:
    """Return a line without the sentences that a function says are a notice's; nothing if no article is left."""
    spans = _spans(line)
    sentences = [line[start:end].lower() for start, end in spans]
    of_notice = _with_followers(sentences, [says(sentence) for sentence in sentences])
    rest = [sentence.strip() for sentence, gone in zip(sentences, of_notice, strict=True) if not gone]
    if not any(of_notice) or not _is_article(rest):
        return ""
    return _without(line, spans, of_notice)


def _behind_head(line: str) -> str:
    """Return a long paragraph without the notice that it begins with, if an article follows."""
    spans = _spans(line[:LONGEST_NOTICE])[:-1]
    sentences = [line[start:end].lower() for start, end in spans]
    if not sentences or not says_of_cookies(sentences[0]):
        return line
    of_notice = _with_followers(sentences, [True, *[False] * (len(sentences) - 1)])
    rest = [sentence.strip() for sentence, gone in zip(sentences, of_notice, strict=True) if not gone]
    if not rest or speaks_to_reader(rest[0]) or not _is_article(rest):
        return line
    return _without(line, spans, of_notice)


def _without(line: str, spans: list[tuple[int, int]], gone: list[bool]) -> str:
    kept: list[str] = []
    position = 0
    for (start, end), goes in zip(spans, gone, strict=True):
        if goes:
            kept.append(line[position:start])
            position = end
    return "".join([*kept, line[position:]]).strip()


def _spans(line: str) -> list[tuple[int, int]]:
    """Return where the sentences of a line lie; those of a script that has no mark for their ends end at a space."""
    if MARKLESS.search(line):
        return [match.span() for match in re.finditer(r"\S+\s*", line)]
    return spans_of_sentences(line)


def _with_followers(sentences: list[str], of_notice: list[bool]) -> list[bool]:
    """Return which sentences are a notice's: those that say so, and those on each side that go on with them."""
    marked = list(of_notice)
    for order in (range(1, len(marked)), range(len(marked) - 2, -1, -1)):
        step = order.step
        for index in order:
            marked[index] = marked[index] or (marked[index - step] and _goes_on(sentences[index]))
    return marked


def _goes_on(sentence: str) -> bool:
    """Whether a sentence beside one of a notice goes on with it."""
    if len(sentence) > LONGEST_FOLLOWER or tells_of_others(sentence):
        return False
    if is_part_of_box(sentence.replace("’", "'")):
        return True
    return _GOES_ON_WITH_IT.search(sentence) is not None or not re.search(r"\w", sentence)


def _is_article(rest: list[str]) -> bool:
    """Whether some of what stands beside the sentences of a notice is no part of it."""
    if any(map(MARKLESS.search, rest)):
        return sum(len(part) for part in rest if not _GOES_ON_WITH_IT.search(part)) >= LEAST_MARKLESS
    full = [part for part in rest if is_full_sentence(part) and not _GOES_ON_WITH_IT.search(part)]
    return len(full) >= LEAST_TO_READER or not all(map(speaks_to_reader, full))
