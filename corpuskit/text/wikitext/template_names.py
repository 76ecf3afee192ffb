"""What templates and signs are called in the wikis that use them, in small letters and with spaces."""

SIGNS = {
    "!": "|", "!!": "||", "=": "=", "(": "{", ")": "}", "((": "{{", "))": "}}", "pipe": "|", "'": "'", "'\"": "'\"",
    "\"'": "\"'", "·": " ·", "dot": " ·", "middot": " ·", "•": " •", "bullet": " •", "*": " •", "asterisk": "*",
    "number sign": "#", "ndash": "–", "endash": "–", "en dash": "–", "mdash": "—", "emdash": "—", "em dash": "—",
    "snd": " – ", "spnd": " – ", "spaced ndash": " – ", "spaced en dash": " – ", "dash": " – ", "nbsp": " ",
    "space": " ", "thinsp": " ", "hair space": " ", "euro": "€", "pound": "£", "yes": "yes", "no": "no", "n/a": "—",
    "circa": "c.", "ca.": "c.", "br": "<br>", "ad": "AD", "bc": "BC", "v. chr.": "v. Chr.", "half": "½", "sic": "[sic]",
    "...": "…", "tick": "✓", "cross": "✗",
}  # fmt: skip
"""Templates without a value that stand for a sign or a word."""
TITLE_WORDS = frozenset(("pagename", "fullpagename", "basepagename", "subpagename"))
CURRENCIES = {
    "usd": "US$", "us$": "US$", "eur": "€", "€": "€", "gbp": "£", "£": "£", "inr": "₹", "₹": "₹", "jpy": "¥", "¥": "¥",
    "cny": "CN¥", "aud": "A$", "a$": "A$", "cad": "C$", "nzd": "NZ$", "chf": "CHF ", "krw": "₩", "rub": "₽",
    "brl": "R$", "php": "₱", "ils": "₪",
}  # fmt: skip
RANGES = {
    "-": "–", "–": "–", "to": " to ", "to(-)": "–", "and": " and ", "&": " & ", "or": " or ", "x": " × ", "×": " × ",
    "by": " by ", "+/-": " ± ", "±": " ± ",
    "and(-)": " and ", "or(-)": " or ", "to about": " to about ", "by(x)": " by ",
}  # fmt: skip
"""What may stand between the two numbers of `convert`."""
UNITS = {
    "sqmi": "sq mi", "km2": "km²", "m2": "m²", "cm2": "cm²", "sqft": "sq ft", "m3": "m³", "cuft": "cu ft",
    "kph": "km/h", "C": "°C", "F": "°F", "K": "K", "ftin": "ft", "impgal": "imp gal", "usgal": "US gal",
}  # fmt: skip
"""Units that `convert` writes otherwise than it takes them."""
SHIPS = frozenset("hmas hmcs hmnzs hms ijn ins rms sms ss uscgc uss".split())  # noqa: SIM905 - a list of words reads better

NAMES_BY_RULE = {
    "first": """
        abbr|abr|angbr|as written|aut|big|code|em|fb|flag|flagcountry|flagu|hebrew|iast|ipa|ipa-all|ipalink|kbd|key|
        keypress|langue écrite|larger|lj|math|mono|mvar|nft|no italic|noitalic|nobr|not a typo|notatypo|nowrap|overline|
        pc|petites capitales|polytonic|samp|sc|small|smallcaps|smaller|strong|tooltip|underline|unicode|var|versalita|
        w
    """,
    "second": "lang|langue|langx|script|citation étrangère",
    "last": "rtl-lang|transl|transliteration|translit",
    "joined": "chem|chem2|formatnum|gaps|ipac-en|ipac-de|linktext|nombre",
    "spaced": "date|ship|unidad|unité",
    "hyphenated": "respell",
    "converted": "convert|cvt",
    "fraction": "bruch|frac|fraction|sfrac|tfrac",
    "number": "nts|val",
    "raised": "e sup|exp|sup",
    "lowered": "ind|sub",
    "nihongo": "korean|nihongo|nihongo2",
    "chinese": "zh|zh-cpl|zh-full",
    "person": "hs|sortname",
    "link": "ill|interlanguage link|lien|link-interwiki|не переведено|нп|нп3|нп5",
    "address": "official url|official website|url",
    "passage": """
        bquote|blockquote|centered pull quote|cita|citat|citation bloc|citazione|cquote|cytat|poemquote|pull quote|
        quotation|quote|quote box|quote frame|rquote|verse translation|zitat|zitat-de|zitat-en|цитата|начало цитаты
    """,
    "items": "cslist|columns-list|columnslist|flatlist|hlist|plainlist|ubl|unbulleted list|ulist",
    "as of": "as of",
    "circa": "c.|circa",
    "floruit": "fl|fl.|floruit",
    "reign": "r.|reign",
    "day": "date table sorting|dts|start date|birth date|death date",
    "literally": "lit|literal translation|literally",
    "power": "e",
    "sic": "sic",
    "degrees": "deg",
    "root": "radic|sqrt",
    "ruby": "ruby|ruby-ja|読み仮名|ルビ",
    "century": "siècle|s",
    "percent": "pct|percent",
}
"""Names of the templates that stand for words, by the rule that says for which."""

CITATIONS = frozenset(
    """
    citation|cita libro|cita web|cita publicación|cita pubblicazione|citar livro|citar web|literatur|internetquelle|
    ouvrage|article|lien web|chapitre|книга|статья|публикация|cytuj|cytuj książkę|cytuj stronę|citeer boek|citeer web|
    bokref|webbref|kilde bok|kilde www|kirjaviite|verkkoviite|citace monografie|citace elektronické monografie|
    kitap kaynağı|web kaynağı|literatura|harvnb|harvard citation|doi|isbn|oclc
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Templates that name a book, an article or a page."""
DISAMBIGUATION = frozenset(
    """
    airport disambiguation|biology disambiguation|call sign disambiguation|chemistry disambiguation|dab|disamb|disambig|
    disambiguation|disambiguation page|geodis|hndis|hospital disambiguation|human name disambiguation|
    letter-number combination disambiguation|mathdab|mil-unit-dis|numberdis|place name disambiguation|roaddis|
    school disambiguation|schooldis|shipindex|species latin name disambiguation|stationdis|taxonomy disambiguation|
    begriffsklärung|homonyme|homonymie|homonymie de personnes|paronymie|toponymie|desambig|desambiguación|desambiguação|
    desambiga|desambiguació|disambigua|dezambiguizare|dezambiguare|неоднозначность|многозначность|
    список однофамильцев|багатозначність|неадназначнасць|неадназначнасьць|пояснение|вишезначна одредница|
    ujednoznacznienie|strona ujednoznaczniająca|rozcestník|rozlišovacia stránka|razdvojba|višeznačna odrednica|dp|
    doorverwijspagina|flertydig|peker|förgrening|förgreningssida|gren|täsmennyssivu|egyért|egyértelműsítő lap|
    nuorodinis straipsnis|nozīmju atdalīšana|täpsustuslehekülg|anlam ayrımı|αποσαφήνιση|פירושונים|توضيح|
    صفحه ابهام‌زدایی|ابهام‌زدایی|ضد ابہام|बहुविकल्पी शब्द|দ্ব্যর্থতা নিরসন|แก้ความกำกวม|định hướng|
    trang định hướng|曖昧さ回避|aimai|人名の曖昧さ回避|地名の曖昧さ回避|동음이의|동명이인|消歧义|消歧義|消歧义页|
    argipen|zeimu šķiršona|apartigilo|hidden disambiguation
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Templates that mark a page as a list of meanings: `MediaWiki:Disambiguationspage` of large wikis."""
