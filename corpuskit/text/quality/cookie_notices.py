"""Lines that say that a site uses cookies, by language.

C4 (Raffel et al. 2020, JMLR 21(140), section 2.2) takes out lines with "terms of use", "privacy policy", "cookie
policy" and the like, as many pages have such notices. Its phrases are English; a line that says the same in another
language is as much a notice. Recipes, novels and articles on tracking have cookies, too: a notice speaks of what its
own site does, or asks the reader for consent.
"""

import re
from functools import lru_cache

from corpuskit.text.quality.banner_words import goes_on_with_notice
from corpuskit.text.quality.told_of_others import sentences_of, tells_of_others, without_quotations
from corpuskit.text.quality.word_table import WordTable

__all__ = ["CLUES", "LONGEST_NOTICE", "OF_THE_WEB", "is_cookie_notice", "names_cookies", "says_of_cookies"]

LONGEST_NOTICE = 800
"""Characters; consent banners that list what cookies are for come near."""

_COOKIES = (
    *("куки", "クッキー", "쿠키", "คุกกี้", "تعريف الارتباط", "كوكيز", "कुकी", "çerez", "ciastecz", "eväste", "süti"),
    *("бисквитк", "kakor", "עוגיות", "کوکی", "informasjonskaps", "piškot", "kolačić"),
)
CLUES = tuple(word.encode() for word in dict.fromkeys([*_COOKIES, *(word.capitalize() for word in _COOKIES)]))
"""Words for cookies that are not like the English one, in UTF-8: a line without it and these is no notice."""

_SAYS = """
de: wir (?:und unsere (?:\\d+ )?\\w*partner\\b|(?:ver)?(?:benutz|wend|nutz|setz|speicher)|legen)|legen wir|dürfen wir
de: (?:benutz|verwend|nutz|setz|speicher)en wir|stimm(?:en|st) (?:sie|du)|speichern wir|setzen wir
de: (?:site|seite|homepage|shop|portal|angebot) (?:benutzt|verwendet|nutzt|setzt|speichert)|einverstanden
de: akzeptieren\\b|akzeptierst
de: auf (?:dieser|unserer) (?:web)?(?:site|seite) werden|bereitstellung unserer dienste|zu(?:zu)?stimmen\\b
de: (?:ihre|deine) (?:zustimmung|einwilligung|erlaubnis)|cookie-zustimmung
de: [\\w.]+ (?:verwendet|nutzt|setzt|benutzt) cookies[^.]{0,40}\\bum (?:dir|ihnen|euch)\\b
fr: (?:nous|ce site|notre site|le site)(?: web)? (?:\\w+ ){0,2}?(?:utilis|dépos|plaç|emplo)|en poursuivant
fr: en continuant
fr: vous (?:\\w+ )?accept|consentez|votre consentement|nous et nos (?:\\d+ )?partenaires|partenaires et nous
fr: vos préférences|choisissez
es: utilizamos|usamos|empleamos|guardamos|almacenamos|instalamos|nos permites|nosotros y nuestros|si continúa
es: al continuar|acepta[rs]?\\b|aceptando
es: (?:sitio|web|página|portal|tienda) (?:\\w+ ){0,2}?(?:utiliza|usa|emplea)\\b
pt: utilizamos|usamos|guardamos|armazenamos|podemos usar|nós e (?:os )?nossos|ao continuar|aceita[rs]?\\b|aceitando
pt: (?:site|sítio|página|portal|loja) (?:\\w+ ){0,2}?(?:utiliza|usa)\\b
it: utilizziamo|usiamo|memorizziamo|noi e i nostri|acconsent|accett[iao]
it: (?:sito|portale) (?:\\w+ ){0,2}?(?:utilizza|usa|fa uso)\\b
nl: (?:wij|we|site) (?:\\w+ ){0,3}?(?:gebruik|plaats)|(?:gebruik|plaats)en (?:wij|we)\\b|akkoord
sv: (?:vi|webbplats\\w*|sidan|sajten) (?:\\w+ ){0,2}?använder|använder vi\\b|godkänner du
da: (?:vi|hjemmeside\\w*|siden|site) (?:\\w+ ){0,2}?(?:bruger|anvender|benytter)|(?:bruger|anvender) vi\\b
da: accepterer du
no: (?:vi|nettsted\\w*|nettside\\w*|siden) (?:\\w+ ){0,2}?(?:bruker|benytter)|bruker vi\\b|godtar du|samtykker du
fi: käytämme|käytetään|sivusto(?:mme)? käyttää|hyväksy
pl: używamy|stosujemy|wykorzystujemy|korzystamy|zapisujemy|przechowujemy|my i nasi|nam pozwalasz|wyrażasz|zgadzasz
pl: akceptuj
pl: (?:stron\\w*|witryn\\w*|serwis\\w*|portal|sklep) (?:\\w+ ){0,2}?(?:używa|stosuje|wykorzystuje|korzysta)\\b
cs: používáme|využíváme|ukládáme|souhlas(?:íte|ím)|(?:váš|vaš\\w+|svůj) souhlas
cs: (?:web|stránk\\w+|e-shop) (?:\\w+ ){0,2}?(?:používá|využívá)
sk: používame|využívame|ukladáme|súhlas(?:íte|ím)|(?:váš|svoj) súhlas
sk: (?:web|stránk\\w+|e-shop) (?:\\w+ ){0,2}?(?:používa|využíva)
hu: oldalunk|weboldal|honlap|webhely|elfogad
ro: folosim|utilizăm|de acord|site(?:-ul)? (?:\\w+ ){0,2}?(?:folosește|utilizează)
hr: koristimo|slažete|pristajete|(?:stranica|web|portal) (?:\\w+ ){0,2}?koristi\\b
sl: uporabljamo|strinjate|(?:stran|spletišče) (?:\\w+ ){0,2}?uporablja
el: χρησιμοποιούμε|(?:ιστότοπο|ιστοσελίδα|site)\\w* (?:\\w+ ){0,3}?χρησιμοποιεί|αποδέχεστε|συμφωνείτε
bg: използваме|сайт\\w* (?:\\w+ ){0,2}?използва|съгласявате|приемате
ru: мы (?:\\w+ ){0,2}?(?:использ|обрабат|применя|собира|сохраня|храни)|сайт(?:е|ом)? (?:\\w+ ){0,2}?использ|используем
ru: соглаша(?:етесь|ешься|юсь)|(?:ваше|сво[её]|да[её]те|выражаете) согласие|мы и наши|нам можно
uk: ми (?:\\w+ ){0,2}?(?:використов|обробля|зберіга)|сайт(?:і|ом)? (?:\\w+ ){0,2}?використов|використовуємо
uk: погоджу(?:єтес|єшс|юс)|(?:вашу|вашої|свою|даєте|надаєте) згод|ми та наші|нам дозволено
tr: sitemiz|(?:bu|web|internet) site(?!ler)|kullanıyoruz|kullanmaktayız|kaydediyoruz|saklıyoruz
tr: kabul e(?:t\\b|d(?:er|iyor)siniz)
tr: biz ve (?:\\d+ )?ortak|izin verdiğinizi
vi: (?:chúng tôi|trang web|website|trang này) (?:\\w+ ){0,4}?(?:sử dụng|dùng|lưu)
vi: (?:bạn|quý khách) (?:\\w+ ){0,4}?đồng ý|đồng ý với
vi: cho phép chúng tôi
id: (?:kami|situs) (?:\\w+ ){0,3}?menggunakan|menyetujui
ar: نستخدم|نخزن|نخزّن|نحفظ|تسمح لنا|يستخدم هذا الموقع|يستخدم الموقع|يستخدم موقعنا|موقعنا يستخدم|الموقع يستخدم
ar: توافق على
fa: این سایت|این وب‌سایت|وب‌سایت ما|سایت ما|استفاده می‌کنیم
he: אנו משתמשים|אנחנו משתמשים|אתר זה|האתר משתמש|האתר עושה
hi: हम |हमें |हमारी वेबसाइट|यह वेबसाइट|यह साइट
th: เว็บไซต์นี้|เว็บไซต์ของเรา|เรา(?:จะ|มีการ)?(?:ใช้|เก็บ|จัดเก็บ|บันทึก)|(?:คุณ|ท่าน).{0,40}(?:ยอมรับ|ยินยอม)
th: อนุญาตให้เรา
ja: 当サイト|本サイト|このサイト|当ウェブサイト|本ウェブサイト|このウェブサイト|当社|弊社|当ブログ|お使いの
ja: お選びください
ja: 同意(?:し(?:ます|ました)|いただ|頂|し?たものと|したことに|とみな)|ご同意|ご利用(?:いただ|に)
zh: 我们|我們|本网站|本網站|本站|此网站|此網站|本應用|本应用|(?:您|即表示|继续|繼續|点击|點擊).{0,30}同意|允许我们
zh: 允許我們|我们和|我們和
ko: (?:웹 ?사이트|사이트|홈페이지).*(?:합니다|됩니다|습니다)|저희|당사|동의(?:합니다|하(?:시|는 것으로|게 됩니다|신))
ko: 선택해 주
"""
"""What stands beside the word for cookies in a sentence of a notice, in small letters."""
_SAYS_IN_ENGLISH = re.compile(
    r"\b(?:we|site) (?:[\w,’'-]+ ){0,8}?(?:us(?:e|es|ing)|stor(?:e|es|ing)|plac(?:e|es|ing)) (?:[\w,/-]+ ){0,8}?cookies"
    r"|\bcookies (?:help|allow|enable)s? us\b|\bcookies (?:\w+ ){0,3}on your (?:device|computer|browser)"
    r"|\b(?:this|the) cookie is (?:set|used|installed|provided) by .*(?:consent|plug-?in|analytics)"
    r"|\b(?:necessary|required) cookies (?:are|help)\b|\bcookies that (?:are categori[sz]ed|may not be particularly)"
    r"|\A\W*[\w.]+(?: [\w.]+)? uses cookies (?:\w+ ){0,3}?to (?:deliver|enhance|improve|give|provide|offer|make)\b"
    r".*(?:\byou|\bour\b|\bits services|\bexperience)"
    r"|\bby (?:using|continuing|browsing|visiting|clicking).*(?:agree|accept|consent)"
)
OF_THE_WEB = re.compile(
    r"site|browser|device|experience|services|\bads?\b|advertis|analy[sz]|traffic|consent|continu|agree|accept"
    r"|privacy|settings|personali[sz]|\bpages?\b"
)
"""What an English notice has besides: a cook stores cookies, too."""

_IN_KITCHEN = """
en: bak(?:e|es|ed|er|ery|ing)\\b|dough|oven\\b|flour\\b|sugar\\b|butter\\b|eat(?:s|en|ing)?\\b|cakes?\\b|recipes?\\b
en: chocolate
en: cookie jars?\\b|kitchen|in class\\b
de: torte|teig|mehl\\b|zucker|backen|gebacken|bäcker|keks|kuchen|schokolade|vom vortag|nüsse
fr: gâteau|pâte\\b|farine|sucre\\b|beurre|boulang|goûter|chocolat|recette|(?:fête|kermesse) (?:de|du|des)\\b
es: harina|azúcar|mantequilla|horno|hornea|pastel|receta|merienda|chocolate|fiesta (?:del?|de la)\\b
pt: farinha|açúcar|manteiga|forno|bolo\\b|receita|lanche|chocolate|festa d[aeo]\\b
it: farina|zucchero|burro|forno|torta\\b|ricetta|merenda|cioccolat|festa (?:del|di)
nl: deeg|bloem\\b|suiker|oven\\b|bakken|gebakken|taart|recept
pl: ciast(?:o|a|em)\\b|mąk[aięą]\\b|cukier|cukru|masł|piekar|piecz|upiek|przepis kulin|czekolad
ru: тест[оаеу]\\b|мук[аиу]\\b|сахар|выпека|испек|пекар|рецепт|шоколад
tr: hamur|şeker\\b|fırın|pişir|tarif
ja: 焼[いきく]|生地|小麦|砂糖|バター|おやつ|レシピ
zh: 面粉|麵粉|烤箱|烘焙|黄油|奶油|食谱
ko: 반죽|밀가루|설탕|구운|굽|간식
"""
"""What stands beside cookies to eat."""

_WORDS = ("cookie", *_COOKIES)
_WORDS_OF_ASCII = tuple(filter(str.isascii, _WORDS))


_BAKED, _SAYS_IT = WordTable(_IN_KITCHEN), WordTable(_SAYS)


def is_cookie_notice(line: str) -> bool:
    """Whether a line in small letters says that its site uses cookies, or asks for consent to them.

    >>> is_cookie_notice("diese website verwendet cookies. wenn du sie weiter nutzt, stimmst du dem zu.")
    True
    >>> is_cookie_notice("当サイトではクッキーを使用しています。")
    True
    >>> is_cookie_notice("viele websites verwenden cookies, um besucher wiederzuerkennen.")
    False
    >>> is_cookie_notice("we store the cookies in a tin.")
    False
    """
    if len(line) > LONGEST_NOTICE or not _has_word(line):
        return False
    sentences = sentences_of(line)
    notices = [sentence for sentence in sentences if says_of_cookies(sentence)]
    if not notices:
        return False
    # A paragraph on something else is more than what it says of cookies; a notice begins with them, or with consent.
    before = sentences[: sentences.index(notices[0])]
    return all(map(goes_on_with_notice, before)) or 2 * sum(map(len, notices)) >= len(line)


def names_cookies(text: str) -> bool:
    """Whether a text in small letters names cookies that are not to eat.

    >>> names_cookies("unsere cookies"), names_cookies("cookies aus dem backofen"), names_cookies("cookies in the oven")
    (True, True, False)
    """
    return _has_word(text) and not _BAKED.occurs_in(text)


@lru_cache(maxsize=1 << 12)
def says_of_cookies(sentence: str) -> bool:
    """Whether a sentence in small letters is one of a notice on cookies.

    >>> says_of_cookies("wir nutzen cookies."), says_of_cookies("wir essen cookies.")
    (True, False)
    """
    sentence = without_quotations(sentence)
    if not names_cookies(sentence):
        return False
    in_english = _SAYS_IN_ENGLISH.search(sentence) and OF_THE_WEB.search(sentence)
    return (in_english is not None or _SAYS_IT.occurs_in(sentence)) and not tells_of_others(sentence)


def _has_word(text: str) -> bool:
    return any(map(text.__contains__, _WORDS_OF_ASCII if text.isascii() else _WORDS))
