"""What C4's rules call a notice, filler or code, told from prose that only mentions such things.

C4 (Raffel et al. 2020, JMLR 21(140), section 2.2) takes every line with the word "Javascript" out, as "many of the
scraped pages contained warnings stating that Javascript should be enabled", and drops a page for one curly bracket, as
"it appears in many programming languages … but not in natural text". On the pages of today an article on the web names
JavaScript, a formula has braces, and a manual quotes a line of code. The functions here ask for what C4 was after.
"""

import re
from functools import lru_cache
from itertools import pairwise

from corpuskit.text.quality.cookie_notices import OF_THE_WEB, is_cookie_notice
from corpuskit.text.quality.told_of_others import sentences_of, tells_of_others, without_quotations
from corpuskit.text.quality.web_words import speaks_of_site
from corpuskit.text.quality.word_table import alternatives

__all__ = [
    "characters_of_code",
    "citations",
    "is_filler",
    "is_policy_notice",
    "is_script_notice",
    "ordinary_hashes",
    "says_of_policies",
    "says_of_scripts",
]

LONGEST_SCRIPT_NOTICE = 240
"""Characters; a longer line on switching JavaScript on is an explanation."""
LONGEST_LINK_LINE = 60
"""Characters of a line that only links to the policies of a site."""
LONGEST_POLICY_NOTICE = 800
"""Characters; consent banners that list what cookies are for come near."""
MOST_AROUND_BRACKET = 60
"""Characters that a curly bracket makes code of: a long line is not all code for one command that it shows."""
LONGEST_READ = 4000
"""Characters from the first bracket on that are read; code in a longer line shows at once."""

_SCRIPT = re.compile("javascript|자바스크립트|جافا ?سكريبت")
_SWITCHED = re.compile(
    r"\b(?:enable|disable)|\bactivat|\bturn(?:ed|ing)?\b.*\bo(?:n|ff)\b|\bswitch(?:ed)?\b.*\bo(?:n|ff)\b"
    r"|\byour (?:[\w-]+ ){0,3}browser|\b(?:requires?|without|need(?:s|ed)?|supports?) javascript"
    r"|aktivier|einschalt|eingeschaltet|ausgeschaltet|\bactiv(?:e[rz]|é|ad[oa]|ar|o\b|[ae] (?:el |o )?javascript)"
    r"|désactivé|desactiv|\battiv|disattiv|\bhabilit"
    r"|deshabilit|włącz|obsług|включ|отключ|поддерж|ενεργοποι|zapn|povol|engedélyez|aktiver|inschakel|uitgeschakeld"
    r"|启用|啟用|开启|開啟|禁用|停用|浏览器|瀏覽器|有効|無効|사용|활성|etkin|تفعيل|تمكين"
)
_LESSON = re.compile(
    r"\b(?:framework|library|debugger|editor|ide|consoles?|panes?|panel|plug-?ins?|apis?|modules?|functions?|methods?"
    r"|parameters?|developers?|compiler|runtime|syntax|engine|programmers?|html or|attackers?|malicious"
    r"|the user|they|their|those)\b"
    r"|\bjavascript,? and (?:the|an?|his|her|its|their)\b|\bfor users\b"
)
"""What a lesson in JavaScript or a manual speaks of, and no site to its reader."""
_IF = """
en: if|when|once|unless
de: wenn|falls|sofern|sobald
fr: si|lorsque|quand|s['’]il
es: si|cuando
pt: se|quando
it: se|quando
nl: als|wanneer|indien
pl: jeśli|jeżeli|gdy|kiedy
cs: pokud|když
ru: если|когда|при отключении
uk: якщо|коли
tr: eğer
vi: nếu|khi
id: jika|bila
ar: إذا
hi: यदि|अगर
"""
_TECHNICAL = re.compile(f"{_SCRIPT.pattern}|server")
_CONDITION = re.compile(
    rf"\W*(?:(?:{alternatives(_IF)})(?!\w)|如果|若|当|當|ถ้า|หาก|เมื่อ)|[^。]*(?:場合|すると|無効にすれば|[으]?면 )"
)
"""A lesson says what happens in a case; a notice that does so names its site, page or browser."""
_TO_ITS_READER = re.compile(
    r"\bplease\b|\bthis (?:web ?)?(?:site|page)\b|\byour (?:web )?browser\b|\byou(?:'|’)ll need\b"
)
_LABEL = re.compile(r"\W*(?:terms of use|privacy policy|cookie policy)\s*[:|–—]\s*(?=\S)")
_POLICY_PHRASES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
_COOKIE_PHRASES = frozenset(phrase for phrase in _POLICY_PHRASES if "use" in phrase and "cookies" in phrase)
LONGEST_BARE = 40
"""Characters of a sentence on the use of cookies that is a notice though it says nothing else of the web."""
_OF_SHOPS = re.compile(
    r"\b(?:partners?|our (?:shop|store)|blog|portal|platform|visit\w*|online|audience|third[- ]part\w+|you|your)\b"
)
_WHOLE_PHRASE = re.compile(rf"(?:{'|'.join(_POLICY_PHRASES)})\b")
_USES_COOKIES = re.compile(r"\buses? cookies\b")
_SENTENCE_BREAK = re.compile(r"[.!?][\"”’)]*\s+\S")
_ADDRESSED = re.compile(
    r"\b(?:we|our|ours|us|you|your|this (?:web ?)?site|this page|accept|agree|consent|click|all rights reserved|log ?in"
    r"|sign up|subscribe)\b|©"
)
_ASKS = re.compile(
    r"\b(?:agree|accept|consent|click|tap|by (?:using|continuing|browsing|visiting|closing)|subscribe|sign up|log ?in"
    r"|opt(?:ing)? out|all rights reserved)\b|©"
)
_OF_OTHERS = re.compile(
    r"(?:\w['’]s|s['’]|\b(?:their|its|his|her|whose|each|every|no|any|an?|another|many|most|some|several|other|without"
    r"|two|three|both))\s(?:[\w-]+\s){0,2}?(?:terms of use|privacy policy|cookie policy|use of cookies)\b"
)
_OWN_SITE = re.compile(
    r"\b(?:we|us|our|this|(?:web ?)?(?:site|page)|services?|store|shop|blog|portal|platform)\b[^.!?]{0,60}\Z"
)

_HASHES = re.compile(r"#(?<!##)#*+(?:(?P<at_end>(?=[ \t\r]*$))|(?=[ \t0-9]))", re.MULTILINE)
_HEADING = 6
"""Hash signs of Markdown's lowest heading."""

_CITED = re.compile(r"\[(?<=\S\[)([0-9]{1,4})\]")
"""Begins with the bracket, and looks at what is before it then: few characters are brackets."""
_TEX = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]|\$\$.*?\$\$|\$[^$]*\\[^$]*\$")
_TEX_LINE = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]]*\])?\s*\{|[_^]\{")
_QUOTED_CODE = re.compile(r"(`+).+?\1")
_PLACEHOLDER = re.compile(
    # Most characters are none of these, and then nothing else is asked.
    r"(?=[T{$#%@])(?:\bT[{}](?=\s|\Z)|\{\{[^{}]{0,80}\}\}|[$#%@]?\{[\w\s.,’'/|+*?!&–-]{0,60}\}|\{\w[\w\s.,’'/&-]{0,60}\Z"
    r"|\{[\w\s.,’'/|+*?!&–-]{0,60}\(?(?:https?|ftp|news|mailto):[^\s{}]{1,200}\})"
)


def is_script_notice(line: str) -> bool:
    """Whether a line in small letters asks to switch JavaScript on, or says that it is off.

    >>> is_script_notice("please enable javascript to see this page.")
    True
    >>> is_script_notice("javascript was written in ten days, and the first browsers ran it slowly.")
    False
    >>> is_script_notice("to step through the code, enable javascript in the pane of the editor.")
    False
    """
    if not _SCRIPT.search(line) or len(line) > LONGEST_SCRIPT_NOTICE or not _SWITCHED.search(line):
        return False
    return any(map(says_of_scripts, sentences_of(line)))


def says_of_scripts(sentence: str) -> bool:
    """Whether a sentence in small letters, of a line on switching JavaScript on, says so to its reader.

    >>> says_of_scripts("this page needs javascript."), says_of_scripts("this method needs javascript.")
    (True, False)
    """
    sentence = without_quotations(sentence)
    if not _SCRIPT.search(sentence) or tells_of_others(sentence):
        return False
    if _TO_ITS_READER.search(sentence):
        return True
    if _LESSON.search(sentence):
        return False
    return not _CONDITION.match(sentence) or speaks_of_site(_TECHNICAL.sub("", sentence))


def is_policy_notice(line: str, any_mention: bool = False) -> bool:
    """Whether a line in small letters is a notice on cookies, privacy or terms of use, or links to one.

    With `any_mention`, each line that names one of these is a notice, as in C4's code.

    >>> is_policy_notice("we use cookies to make this site better."), is_policy_notice("privacy policy | contact")
    (True, True)
    >>> is_policy_notice("the committee found that the company had changed its privacy policy twice in that year.")
    False
    >>> is_policy_notice("we read each bank's privacy policy to see what it keeps of those who ask for a loan.")
    False
    >>> is_policy_notice("it grew in terms of usefulness as our tools did.")
    False
    """
    if not any_mention and is_cookie_notice(line):
        return True
    if not any(phrase in line for phrase in _POLICY_PHRASES):
        return False
    if any_mention:
        return True
    line = line.strip()
    sentences = [part for part in _SENTENCE_BREAK.split(line) if _WHOLE_PHRASE.search(part)]
    if not sentences:
        return False
    if len(line) <= LONGEST_LINK_LINE and not line.endswith(".") and not _USES_COOKIES.search(line):
        return True
    sentences = [sentence for sentence in sentences if says_of_policies(sentence)]
    # A paragraph on something else is more than what it says of policies.
    about = sum(map(len, sentences))
    return len(line) <= LONGEST_POLICY_NOTICE and 2 * about >= len(line) and _ADDRESSED.search(line) is not None


@lru_cache(maxsize=1 << 12)
def says_of_policies(sentence: str) -> bool:
    """Whether a sentence in small letters names the policies of its own site.

    >>> says_of_policies("by logging in, you accept our terms of use."), says_of_policies("taxes pay for the bridge.")
    (True, False)
    """
    sentence = without_quotations(sentence)
    mentions = _WHOLE_PHRASE.findall(sentence)
    on_web = len(sentence) <= LONGEST_BARE or OF_THE_WEB.search(sentence) or _OF_SHOPS.search(sentence)
    if not on_web and _COOKIE_PHRASES.issuperset(mentions):
        # A cook and a teacher use cookies, too.
        return False
    return bool(mentions) and not _is_on_others(sentence)


def _is_on_others(sentence: str) -> bool:
    """Whether a sentence speaks of the policies and cookies of others only, and asks the reader for nothing."""
    if tells_of_others(sentence):
        return True
    label = _LABEL.match(sentence)
    if label and _WHOLE_PHRASE.search(sentence, label.end()):
        sentence = sentence[label.end() :]
    if _ASKS.search(sentence):
        return False
    of_others = {match.end() for match in _OF_OTHERS.finditer(sentence)}
    return all(
        mention.end() in of_others
        or (
            (mention[0].endswith("use cookies") or mention[0].endswith("uses cookies"))
            and not _OWN_SITE.search(sentence[: mention.start()])
        )
        for mention in _WHOLE_PHRASE.finditer(sentence)
    )


def is_filler(line: str) -> bool:
    """Whether a line in small letters has the text that designers fill pages with."""
    return "lorem ipsum" in line


def characters_of_code(line: str) -> int:
    r"""Return how many characters of a line its curly brackets make code.

    Those of formulas, quoted code and short placeholders make none.

    >>> characters_of_code("if (a > b) {"), characters_of_code('{"a": 1}')
    (12, 8)
    >>> characters_of_code(r"so \(\frac{a}{b}\) is small"), characters_of_code("write {name} or `f{}` there")
    (0, 0)
    >>> characters_of_code("Interface T{ rand() T} Thread safety MT-Safe")     # cells of a manual page's table
    0
    >>> characters_of_code("a program of the {Digital")      # whose {cross-reference} goes on in the next line
    0
    >>> characters_of_code("see {paper} and {"), characters_of_code("ask in {news:alt.boats} or {us (http://example.org)}")
    (0, 0)
    """
    start = line.find("{")
    if start < 0:
        return 0
    part = line.rstrip()[max(0, start - LONGEST_LINK_LINE) : start + LONGEST_READ]
    rest, placeholders = _PLACEHOLDER.subn("", _without_formulas_and_quotes(part))
    if placeholders and rest.endswith("{"):
        # Another one is wrapped after its bracket.
        rest = rest[:-1]
    if "{" not in rest or _TEX_LINE.search(rest):
        return 0
    return min(len(line), MOST_AROUND_BRACKET * (rest.count("{") + rest.count("}")))


def _without_formulas_and_quotes(part: str) -> str:
    # Most lines have no mark of either.
    without_formulas = _TEX.sub("", part) if "\\" in part or "$$" in part else part
    return _QUOTED_CODE.sub("", without_formulas) if "`" in without_formulas else without_formulas


def citations(text: str) -> set[str]:
    """Return the numbers of a text's citation marks such as `[12]`; none if they do not count up, as indexes do.

    >>> sorted(citations("Boats float.[1] Some sink.[2][1] Few fly.[3]"))
    ['1', '2', '3']
    >>> citations("x[2] = y[0]"), citations("see git-add[1] and gitignore[5]")
    (set(), set())
    """
    numbers = list(dict.fromkeys(_CITED.findall(text)))
    counts_up = len(numbers) > 1 and all(int(after) == int(before) + 1 for before, after in pairwise(numbers))
    return set(numbers) if counts_up and numbers[0] != "0" else set()


def ordinary_hashes(text: str) -> int:
    """Return how many hash signs of a text are those of headings, comments, rules, or of numbers such as `#12`.

    >>> ordinary_hashes("## Boats\\n\\nThe #3 sank. #boats ####### a"), ordinary_hashes("a # b")
    (3, 0)
    >>> ordinary_hashes("#########\\n# Boats #\\n#"), ordinary_hashes("boats ## \\n#boats")
    (12, 2)
    """
    count = 0
    for match in _HASHES.finditer(text):
        start, end = match.span()
        if match["at_end"] is not None:
            # A rule, an empty line of a comment, or the end of a heading.
            count += (end - start) * (start == 0 or text[start - 1].isspace())
        elif text[end].isdigit():
            count += 1
        elif end - start <= _HEADING and not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t"):
            count += end - start
    return count
