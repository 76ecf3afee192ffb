"""Who speaks in a sentence: a site to its reader, or an article that tells of others.

A notice is the site that speaks. An article says what a court ruled, what a survey found or what many sites do, or it
says what a thing is: such a sentence may have each word of a notice and is none.
"""

import re
from functools import cache
from itertools import islice

__all__ = ["alternatives", "sentences_of", "tells_of_others"]

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
fr: (?:les|des|deux) sites|sites? sur|cookies sont de (?:petits|minuscules)
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
ko: 법원|조사 결과|연구 결과|많은 (?:웹 ?)?사이트|일부 (?:웹 ?)?사이트|동의 없|판결|밝혔다|말했다|나타났다|이용자를 추적
"""
"""What an article has, in small letters; the second table is of languages that write each entry in other letters."""
_QUOTED = re.compile(r"\A\W{0,2}[\"“„«「][^\"”“»」]{8,}[\"”“»」],?\s*[^\W\d]")
"""The end of a quotation after which the sentence goes on."""
_SENTENCE = re.compile(r"(?:[^.!?。！？।\n]+|[.!?](?!\s|[\"”’»)]|\Z))+[.!?。！？।]*[\"”’»)]*")


def alternatives(table: str) -> str:
    """Return a pattern for any entry of a table by language; where a row begins with a letter, a word does."""
    rows = (row.partition(": ")[2] for row in table.strip().splitlines())
    return "|".join(rf"\b(?:{row})" if row[0].isalpha() and row[0] < "\u0590" else row for row in rows)


@cache
def _tells_it(in_latin: bool) -> re.Pattern[str]:
    return re.compile(alternatives(_TELLS if in_latin else _TELLS_WITHOUT_LATIN))


def tells_of_others(sentence: str) -> bool:
    """Whether a sentence in small letters tells of others, says what a thing is, or quotes.

    >>> tells_of_others("the judge held that sites must ask before they set cookies.")
    True
    >>> tells_of_others("we use cookies to count how many of you come back.")
    False
    """
    if _tells_it(in_latin=True).search(sentence) or _QUOTED.search(sentence):
        return True
    return not sentence.isascii() and _tells_it(in_latin=False).search(sentence) is not None


def sentences_of(text: str, most: int | None = None) -> list[str]:
    """Return the sentences of a text in any script, each to its end mark or to the end of its line; `most` of them.

    >>> sentences_of("Log in! Version 2.1 is out.\\nHome")
    ['Log in!', ' Version 2.1 is out.', 'Home']
    """
    if most is None:
        return _SENTENCE.findall(text)
    return [match[0] for match in islice(_SENTENCE.finditer(text), most)]
