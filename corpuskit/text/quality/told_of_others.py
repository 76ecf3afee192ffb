"""Who speaks in a sentence: a site to its reader, or an article that tells of others.

A notice is the site that speaks. An article says what a court ruled, what a survey found or what many sites do, or it
says what a thing is: such a sentence may have each word of a notice and is none.
"""

import re
from functools import lru_cache
from itertools import islice

from corpuskit.text.quality.word_table import WordTable

__all__ = ["sentences_of", "spans_of_sentences", "tells_of_others", "without_quotations"]

_TELLS = """
en: said\\b|says\\b|told\\b|ruled\\b|held that|reported\\b|reports that|warn(?:s|ed)\\b|argue[sd]\\b|wrote\\b
en: court|judges?\\b|regulators?\\b|researchers?\\b|watchdog|scholars?\\b|lawyers?\\b|police\\b|fined\\b|lawsuit
en: (?:study|survey|report)s? (?:found|finds|shows?|showed|says)|law (?:forbids|bans|requires|prohibits|says)
en: (?<!like )(?<!as )(?:many|most|some|few|several) (?:\\w+ )?(?:web ?)?sites|without (?!your)(?:\\w+ ){0,3}consent
en: websites (?:must|may|can|should|that|which|often|use|set|store|need|have)
en: sites (?:must|may|can|should|that|which|often|use|set|store|need|have)
en: cookies? (?:is|are) (?:a |an )?(?:small|tiny|short|little|text)|cookies? (?:is|as) an?\\b|as bait\\b
de: sagte?\\b|urteilte?\\b|entschied\\b|erklärte\\b|schrieb\\b|warnte?\\b|ergab\\b|laut (?:einer|dem|der)\\b|gericht
de: umfrage|forscher|viele (?:web)?(?:sites|seiten)|manche |die meisten |webseiten (?:dürfen|müssen|sollen|können)
de: websites (?:dürfen|müssen|sollen|können)|ohne (?:einwilligung|zustimmung)|cookies sind (?:kleine|text)
fr: déclare\\b|explique\\b|affirme|condamn|jugé|reproche|interdit\\b|étude|enquête|tribunal|chercheurs?\\b|la cnil
fr: sans (?:le |leur |son )?consentement|la plupart des sites|beaucoup de sites|certains sites|de nombreux sites
fr: (?:les|des|deux) sites|\\bsites? sur|cookies sont de (?:petits|minuscules)
es: dijo\\b|dice\\b|afirm[aó]\\b|explic[aó]\\b|sentenci|prohíb|estudio|encuesta\\b|tribunal|investigador|las webs\\b
es: much[ao]s (?:webs|sitios|páginas)|algun[ao]s (?:webs|sitios|páginas)|sin (?:el )?consentimiento
es: cookies son (?:pequeñ|arch)
pt: disse\\b|diz que|afirm[ao]u?\\b|explicou\\b|decidiu\\b|proíbe|estudo|pesquisador|tribunal|investigador|os sites
pt: muitos sites|alguns sites|sem (?:o )?consentimento|cookies são (?:pequenos|arquivos|ficheiros)
it: disse\\b|afferm|spiega\\b|sentenz|vieta\\b|sondaggio|tribunale|ricercator|molti siti|alcuni siti|i siti\\b
it: senza (?:il )?consenso|i cookie sono (?:piccoli|file)
nl: zei\\b|zegt\\b|oordeelde|rechter\\b|onderzoekers|veel (?:web)?sites|sommige sites|zonder toestemming
pl: powiedział|mówi\\b|orzekł|sąd\\b|trybunał|badacz|ustawa\\b|wiele stron|niektóre strony|bez zgody|strony muszą
cs: řekl|rozhodl|soud\\b|mnoho webů|některé weby|bez souhlasu
tr: dedi\\b|söyledi|mahkeme|araştırmacı|birçok site|çoğu site|bazı site|sitelerin\\b|ceza
vi: tòa (?:án|cho|tuyên)|khảo sát|nghiên cứu cho|trái luật|nhiều trang|hầu hết các trang|một số trang|cookie là\\b
en: (?:a|any|each|every|another|one|whether the) (?:web ?)?site (?:is|uses|sets|stores|may|can|has)\\b
en: , (?:\\w+ ){0,3}?(?:admit(?:s|ted)|conced(?:es|ed)|replie[ds]|announced|laugh(?:s|ed)|joke[ds]|recall(?:s|ed))\\b
de: , (?:gab|räumte|gestand|gesteht|meint|meinte|verriet|verrät|lachte?|sagen|so (?:der|die|das)|heißt es|hieß es)\\b
fr: , (?:dit|disait|a dit|disent|avoue|avouait|reconnaît|raconte|admet|ajoute|confie|sourit|répond|plaisante)\\b
es: , (?:admit[eió]+|reconoc\\w+|contó|cuenta|confes\\w+|confiesa|reveló|añad\\w+|bromea)\\b
pt: , (?:admit[eiu]+|reconhece\\w*|contou|conta|revel[aou]+|explica|diz|confess\\w+|brinc\\w+)\\b
it: , (?:ammett\\w+|ammise|ha (?:ammesso|detto|spiegato)|racconta|dice|confessa|ride)\\b
nl: , (?:gaf|geeft|vertelt|vertelde|erkent|erkende|bekent|bekende|aldus|lacht)\\b
pl: , (?:przyzna|wyzna|opowiada|tłumaczy|wyjaśni|doda[łj]|śmieje)
cs: , (?:přizn|vysvětl|uvedl|dodal|říká|směje)
tr: diye (?:itiraf|açıkla|anlat|ekle|konuş|yaz|sor)|itiraf et
vi: thừa nhận\\b|cho biết\\b|kể rằng
"""
_TELLS_WITHOUT_LATIN = """
ru: сказал|говорит|по словам|постанови|решил\\b|суд\\b|исследователи|опрос|закон (?:запрещ|требу|обяз)|многие сайты
ru: некоторые сайты|большинство сайтов|сайты (?:должны|могут|обязаны|хранят)|сайтам\\b
ru: без (?:\\w+ )?согласия|cookie — это
uk: сказав|каже\\b|за словами|ухвали|вирішив|суд\\b|дослідники|опитування|закон (?:заборон|вимаг)|багато сайтів
uk: деякі сайти|більшість сайтів|сайти (?:мають|можуть|повинні)|без (?:\\w+ )?згоди|cookie — це
ar: المحكمة|محكمة|دراسة|قال|كثير من المواقع|بعض المواقع|دون موافقة|على المواقع|غرّمت
fa: دادگاه|بسیاری از سایت|گفت
he: בית המשפט|אתרים רבים
hi: अदालत|सर्वे|कई वेबसाइट|कई साइट|वेबसाइटों को|ने कहा|आयोग|बिना सहमति
th: ศาล|นักวิจัย|ผลสำรวจ|เว็บไซต์ข่าวหลาย|เว็บไซต์หลาย|หลายเว็บ|เว็บไซต์ส่วนใหญ่|กล่าวว่า|พบว่า|คุกกี้คือ
ja: 裁判所|調査によると|調査結果|研究によると|多くのサイト|一部のサイト|と述べ|と話し|と語っ|当局|判断した|定めている
ja: 同意なく|同意のない|(?:クッキー|cookie)とは
zh: 法院|裁定|调查显示|調查顯示|研究显示|研究发现|记者|記者|不少网站|许多网站|很多网站|許多網站|认为|認為|未经|未經
zh: 取得用户|用户同意|宣布|cookie ?是
ko: 법원|조사 결과|연구 결과|많은 (?:웹 ?)?사이트|일부 (?:웹 ?)?사이트|동의 없|판결|밝혔다|말했다|나타났다
ko: 이용자를 추적
ru: , ?[—–-]? ?(?:призна|рассказа|объясни|поясни|заяви|отмети|пишет|шут|сообщи(?:л|ла|ли|ло)\\b)
uk: , ?[—–-]? ?(?:визна|розпові|поясни|заяви|зізна|пише|жарту)
ar: اعترف|صرّح|أوضح
fa: اعتراف|می‌گوی
hi: ने (?:माना|बताया|स्वीकार किया)
th: บอกว่า|เล่าว่า
ja: と認め|と明かし|と説明し|と答え|と笑
zh: 承认|承認|坦言|解释说|說道|说道|回答说|笑说|透露
ko: 인정했|설명했|고백했|라고 (?:했|한다|답|전)
"""
"""What an article has, in small letters; the second table is of languages that write each entry in other letters."""
_TELLS_IT, _TELLS_IT_WITHOUT_LATIN = WordTable(_TELLS), WordTable(_TELLS_WITHOUT_LATIN)
_QUOTED = re.compile(r"\A\W{0,2}[\"“„«「][^\"”“»」]{8,}[\"”“»」],?\s*[^\W\d]")
"""The end of a quotation after which the sentence goes on."""
_QUOTATION = re.compile(r"[\"“„«「『]([^\"”“„»」』\n]+)[\"”“»」』]")
_LEAST_QUOTED, _LEAST_DENSE_QUOTED = 5, 12
"""Words of a quotation that is no name of a button, and its characters in a script without spaces."""
_LEAST_AROUND, _LEAST_DENSE_AROUND = 3, 6
_DENSE = re.compile("[\u0e00-\u0eff\u3040-\u9fff]")
_SENTENCE = re.compile(r"(?:[^.!?。！？।\n]+|[.!?](?!\s|[\"”’»)]|\Z))+[.!?。！？।]*[\"”’»)]*")


@lru_cache(maxsize=1 << 12)
def tells_of_others(sentence: str) -> bool:
    """Whether a sentence in small letters tells of others, says what a thing is, or quotes.

    >>> tells_of_others("the judge held that sites must ask before they set cookies.")
    True
    >>> tells_of_others("we use cookies to count how many of you come back.")
    False
    """
    if _TELLS_IT.occurs_in(sentence) or _QUOTED.search(sentence):
        return True
    return not sentence.isascii() and _TELLS_IT_WITHOUT_LATIN.occurs_in(sentence)


def without_quotations(sentence: str) -> str:
    """Return a sentence without what it quotes, but for the names of buttons; all of a sentence that is one quotation.

    >>> without_quotations("the words “please switch all of it on” met the readers.")
    'the words  met the readers.'
    >>> without_quotations("“please switch all of it on.”"), without_quotations("click “accept all” to go on.")
    ('“please switch all of it on.”', 'click “accept all” to go on.')
    """
    rest = _QUOTATION.sub(_unless_quoted, sentence)
    if rest != sentence and _is_long(rest, _LEAST_AROUND, _LEAST_DENSE_AROUND):
        return rest
    return sentence


def _unless_quoted(quotation: re.Match[str]) -> str:
    return "" if _is_long(quotation[1], _LEAST_QUOTED, _LEAST_DENSE_QUOTED) else quotation[0]


def _is_long(text: str, words: int, characters: int) -> bool:
    return len(_DENSE.findall(text)) >= characters or len(text.split()) >= words


def sentences_of(text: str, most: int | None = None) -> list[str]:
    """Return the sentences of a text in any script, each to its end mark or to the end of its line; `most` of them.

    >>> sentences_of("Log in! Version 2.1 is out.\\nHome")
    ['Log in!', ' Version 2.1 is out.', 'Home']
    """
    if most is None:
        return _SENTENCE.findall(text)
    return [match[0] for match in islice(_SENTENCE.finditer(text), most)]


def spans_of_sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text begin and end.

    >>> spans_of_sentences("Log in! Go.")
    [(0, 7), (7, 11)]
    """
    return [match.span() for match in _SENTENCE.finditer(text)]
