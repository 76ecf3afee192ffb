"""What the quality rules expect of each language: its own bounds and stop words, as FineWeb2 published them.

Penedo et al. 2025, *FineWeb2: One Pipeline to Scale Them All*, arXiv:2506.20920, sets each bound by how it cuts clean
text of the language; the values are in `configs/` of github.com/huggingface/fineweb-2 (`deu_Latn.yml` and so on). It
leaves out C4's rules and those on paragraphs and short lines, and takes 0.1 for characters of duplicate lines.

Three departures. Stop words that are marks (`،`, `·`) are left out, as marks are no words here. Where words are cut
without a dictionary (Thai, Lao, Khmer, Burmese: into syllables), the lower bound on their length is 1, as units are
shorter than the words it was set for. Serbian has the words of both its scripts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from corpuskit.text.quality.words import is_unspaced

__all__ = [
    "ENGLISH_STOP_WORDS",
    "LanguageProfile",
    "all_stop_words",
    "known_languages",
    "profile_of",
    "profile_of_guess",
]

ENGLISH_STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Rae et al. 2021, section A.1.1."""

# Codes of the language; then, after a colon each: greatest share of duplicate lines; of the top 2-, 3- and 4-gram; of
# duplicate 5- to 10-grams; least share of lines that end in a mark; least and greatest mean length of words; least
# share of words with a letter; most line feeds per word; stop words.
_TABLE = """
ar ara arb arz: .304: .197 .172 .146: .165 .153 .142 .131 .12 .109: .143: 2 9: .787: .189:
    في من على إلى عام أن مع أو هو عن التي كان بين ما كانت هي المتحدة بعد
bg bul: .35: .086 .109 .127: .205 .185 .165 .149 .136 .126: .273: 3 9: .756: .18: на и в е от за се г. с през да по
bn ben: .165: .084 .103 .134: .099 .083 .069 .058 .048 .04: .25: 4 24: .8: .268: এবং ও হয় করে একটি তিনি করা থেকে
ca cat: .294: .216 .189 .168: .159 .149 .137 .126 .116 .105: .154: 2 11: .832: .118:
    de el la a i d l' en d' que va els per un les una amb es
cs ces: .333: .095 .121 .144: .193 .175 .157 .144 .132 .121: .125: 3 11: .781: .233: v a se na je z s do
da dan: .305: .367 .297 .232: .169 .158 .147 .134 .123 .112: .1: 3 11: .798: .182:
    i og af en til er den at som på for med det blev var der fra de han et
de deu: .263: .169 .153 .137: .141 .134 .126 .117 .108 .098: 0: 0 15: .774: .152:
    der und die in von im den des mit das er dem als wurde für
el ell: .31: .194 .175 .156: .174 .163 .153 .142 .13 .119: .167: 3 11: .809: .116:
    του και το της η την από ο με τον να που των στην για στο σε είναι τη τα οι
es spa: .265: .077 .097 .112: .152 .137 .123 .114 .107 .099: .3: 4 14: .825: .171:
    de la en el y a que del los se por un con una las su
fa fas pes: .246: .189 .164 .143: .157 .147 .137 .127 .117 .107: .2: 2 9: .812: .15: در و به از که است این را با یک
fi fin: .333: .101 .132 .163: .171 .149 .131 .119 .106 .094: .25: 4 13: .755: .219:
    ja on oli hän vuonna myös joka se ei sen ovat sekä mutta että tai vuoden kanssa hänen s. jälkeen the
fr fra: .264: .161 .149 .134: .15 .141 .131 .121 .111 .1: .1: 2 11: .812: .185:
    de la le et à en l' des du les est d' un une il dans par au
he heb: .386: .1 .119 .14: .192 .174 .156 .143 .13 .12: .3: 3 9: .799: .158:
    של את על הוא עם בשנת גם היה היא לאחר לא ידי בין או כי
hi hin: .206: .208 .198 .161: .135 .125 .116 .108 .099 .09: .091: 2 21: .837: .316: के में है की और से का को एक हैं पर
hr hrv: .333: .097 .122 .147: .208 .188 .171 .157 .145 .134: .2: 3 11: .751: .26: je u i se na su za od s a
hu hun: .322: .226 .198 .172: .169 .159 .148 .136 .124 .112: .067: 3 15: .766: .231:
    a az és is egy volt hogy nem meg de magyar első el között
id ind: .25: .088 .104 .12: .176 .158 .142 .128 .119 .109: .25: 3 11: .805: .222:
    dan yang di pada dari ini dengan adalah untuk dalam
it ita: .246: .198 .156 .133: .144 .136 .127 .118 .109 .1: .025: 3 21: .807: .2:
    di e il la in a del che è della un per nel l' con da i una
ja jpn: .375: .121 .129 .145: .307 .283 .264 .248 .234 .223: .167: 1 5: .759: .162:
    の に を は た て が と で 年 し 月 れ さ
km khm: .92: .165 .225 .242: .197 .168 .148 .126 .107 .094: .077: 1 13: .905: .667:
    មាន បាន ដែល ជា និង នៅ របស់ ក្នុង ថា នេះ នៃ ហើយ ទៅ ដោយ
ko kor: .374: .282 .228 .185: .201 .184 .168 .154 .14 .127: .062: 1 6: .791: .196:
    의 다 이 는 에 을 한 년 하 은 를 했 고 에서 가 있 으로 인 월 로 되
lo lao: .327: .198 .175 .143: .187 .175 .163 .149 .135 .123: 0: 1 9: .85: .2: ແລະ ໃນ ຂອງ ເປັນ ທີ່ ໄດ້ ມີ
my mya: .308: .074 .097 .115: .161 .132 .118 .101 .09 .079: 0: 1 21: .75: .125:
    သည် များ ကို တွင် ဖြစ် သော ခဲ့ နှင့် ရှိ တို့ မှာ ဦး က မ မှ
nl nld: .333: .093 .117 .14: .177 .16 .145 .133 .123 .112: .238: 3 16: .828: .194:
    de van in het een en is op voor met door zijn werd hij uit
no nb nn nob nno nor: .312: .087 .107 .131: .163 .153 .134 .122 .115 .112: .2: 3 11: .783: .219:
    i og av som en er til på for ble med den det var han de å fra
pl pol: .353: .096 .12 .144: .203 .182 .163 .15 .137 .126: .2: 3 11: .726: .209:
    w i na z do się roku od a jest przez po jako oraz o został był nie
pt por: .325: .093 .117 .139: .19 .172 .154 .142 .131 .12: .154: 3 13: .814: .23:
    de a e o em do da que um no uma com para na é foi
ro ron: .289: .161 .146 .131: .16 .149 .138 .127 .117 .106: .081: 1 14: .779: .207:
    de în a și din la o cu este un pe fost care al
ru rus: .322: .184 .164 .146: .168 .156 .145 .133 .121 .109: .231: 3 11: .713: .139:
    в и на с года по году из был к не от что за для его как а он также до после
sk slk: .319: .316 .218 .171: .176 .165 .152 .14 .127 .115: 0: 2 11: .752: .214: v a na sa je z roku s
sr srp: .261: .086 .11 .131: .152 .13 .115 .102 .09 .079: .286: 3 9: .8: .244:
    у је и на се од су године да за из са насеље je u i se na su za od s a
sv swe: .292: .242 .195 .174: .156 .147 .136 .125 .116 .105: .2: 3 12: .841: .135:
    i och är av en som den med på till att för
sw swa swh: .302: .396 .282 .231: .193 .17 .155 .14 .126 .113: .143: 3 9: .802: .167: ya na wa katika kwa ni la za mwaka
ta tam: .302: .087 .109 .134: .144 .126 .113 .101 .091 .08: .2: 5 37: .779: .232:
    மற்றும் ஒரு இந்த ஆம் இது என்ற இவர் உள்ள ஆகும் ஆண்டு அல்லது என்பது முதல் உள்ளது என்று இந்திய மக்கள் ஊராட்சி இல்
    இருந்து மேலும் பல
te tel: .256: .21 .18 .162: .142 .133 .122 .114 .105 .096: .08: 4 68: .739: .18:
    నుండి కి ఉన్నాయి మీ గ్రామం ఉంది దూరంలో ఈ కేంద్రం
th tha: .349: .221 .197 .162: .185 .168 .152 .137 .124 .111: 0: 1 10: .9: .153: ใน ที่ และ ของ เป็น มี การ ได้
tr tur: .303: .094 .114 .136: .168 .151 .135 .123 .116 .107: .2: 3 21: .773: .273:
    ve bir olarak bu ile için olan da de tarafından yılında sonra en daha ilk the
uk ukr: .333: .086 .108 .129: .176 .157 .139 .125 .113 .102: .308: 3 11: .694: .211: у в на і з та до року за що
ur urd: .182: .074 .082 .093: .115 .099 .087 .077 .07 .064: .238: 3 31: .839: .286:
    کے میں کی اور ہے سے کا نے اس پر کو ایک
vi vie: .293: .223 .197 .171: .178 .163 .15 .136 .124 .111: .333: 3 11: .803: .103:
    là và của một được trong năm các có loài này đã người
zh zho cmn yue wuu nan lzh: .287: .256 .201 .171: .198 .182 .167 .154 .14 .127: .106: 1 5: .735: .178:
    的 年 在 月 是 和 日 了 於 為 有 被 人 中 为 他 與 後 也 而 由
"""

_MORE_STOP_WORDS = """
bg: не или като при ако за този към
bn: এই না যে তার জন্য কিন্তু সেই কোন আর তা এর বা
cs: pro při nebo jako od po pod nad jsou lze který která které podle zda aby když není k o ze ve by už tak
hr: ili kao pri ako koji koja koje po prema do ne bi nije što
id: atau tidak akan oleh juga ke jika anda bisa ada sebagai
ru: или при если это что но то который которые между под над чтобы для все уже
sk: pre pri alebo ako od po pod nad sú ktorý ktorá ktoré podľa aby keď nie k o zo vo by do
te: మరియు ఒక ఆ అని కూడా ఇది అది తన ఆయన కాదు లేదు అనే అయితే కానీ వారు నేను
tr: veya her değil gibi göre kadar ise çok ne ki hem ya üzere
uk: або при якщо це не від для але як під над щоб який які
vi: không cho với để khi từ hoặc nếu như được bạn các sẽ
zh: 不 之 以 其 個 个 這 这 或 可 若 我 你 您 無 无 何 從 从 及 所
"""
"""What else is in nearly each text of a language: the articles that FineWeb2 counted are in the past tense, on places
and people, while help says what to do. Nor are there any classics among them."""

_WRITES_NO_FULL_STOPS = frozenset(["th", "lo"])
"""Languages that part sentences by spaces alone, where C4's rules on the ends of lines and on sentences say nothing."""
_SOUGHT_WITHIN_WORDS = frozenset(["ko"])
"""Languages whose stop words are endings; those of languages without spaces are sought anywhere, too."""

_LEFT_OUT = (
    "gopher-repetition-max-duplicate-paragraphs",
    "gopher-repetition-max-duplicate-paragraph-characters",
    "gopher-repetition-max-duplicate-line-characters",
    "fineweb-max-short-lines",
)
_NAMES = (
    "gopher-repetition-max-duplicate-lines",
    *(f"gopher-repetition-max-top-{n}-gram-characters" for n in (2, 3, 4)),
    *(f"gopher-repetition-max-duplicate-{n}-gram-characters" for n in range(5, 11)),
    "fineweb-min-terminal-lines",
    "gopher-min-mean-word-length",
    "gopher-max-mean-word-length",
    "gopher-min-alphabetic-words",
    "fineweb-max-newlines-per-word",
)
"""The rules whose bounds a row of the table has, in its order."""
LEAST_SCORE = 0.5
"""Probability of a language from which its rules are applied: below it, another one is as likely."""
UNDETERMINED = "und"
_REMEMBERED = 1024
"""Codes whose profile is at hand: each document asks for one."""

_ENGLISH_ONLY = ("gopher-min-mean-word-length", "gopher-max-mean-word-length", "gopher-min-stop-words")
"""Rules that a language without published settings cannot be judged by."""


@dataclass(frozen=True, eq=False)
class LanguageProfile:
    """How texts of one language are judged; there is one object for each way."""

    code: str
    """ISO 639-1 where there is one; `other` for all languages without settings of their own, `und` for none."""
    unspaced: bool
    """Whether the language writes no spaces between words."""
    stop_words: tuple[str, ...]
    """In small letters."""
    more_stop_words: tuple[str, ...]
    """Those that FineWeb2 does not have; to datatrove, there are none."""
    seeks_within_words: bool
    """Whether stop words are sought anywhere in the text, not as whole words."""
    bounds: Mapping[str, float | None]
    """Bounds and settings that differ from English, by the names of `rules`; None is off."""


@lru_cache(_REMEMBERED)
def profile_of(language: str, of_its_own: bool = True) -> LanguageProfile:
    """Return the profile for an ISO 639 code, in any case and with or without a region or script.

    Without `of_its_own`, every language is judged as English is, and only cut into words in its own way.

    >>> profile_of("pt-BR").bounds["gopher-max-mean-word-length"], profile_of("cmn").unspaced
    (13.0, True)
    """
    code = language.replace("_", "-").partition("-")[0].lower()
    if not of_its_own or code in ("en", "eng"):
        return _english(is_unspaced(code))
    if code == UNDETERMINED:
        return _undetermined()
    return _published().get(code) or _other(is_unspaced(code))


def profile_of_guess(language: str, score: float) -> LanguageProfile:
    """Return the profile for a language that a text has with this probability, of its own or of none in particular.

    >>> profile_of_guess("ru", 0.98).code, profile_of_guess("ru", 0.34).code, profile_of_guess("ja", 0.34).unspaced
    ('ru', 'other', True)
    """
    if score >= LEAST_SCORE:
        return profile_of(language)
    return profile_of(language) if language == UNDETERMINED else _other(profile_of(language).unspaced)


def known_languages() -> tuple[str, ...]:
    """Return the codes of the languages with settings of their own, sorted; English is one of them."""
    return tuple(sorted({"en", *(profile.code for profile in _published().values())}))


@cache
def all_stop_words() -> tuple[str, ...]:
    """Return the stop words that are sought as whole words, in all languages but English, each once and in order."""
    profiles = [profile for profile in _published().values() if not profile.seeks_within_words]
    return tuple(dict.fromkeys(word for each in profiles for word in (*each.stop_words, *each.more_stop_words)))


@cache
def _english(unspaced: bool) -> LanguageProfile:
    return LanguageProfile("en", unspaced, ENGLISH_STOP_WORDS, (), False, {})


@cache
def _other(unspaced: bool) -> LanguageProfile:
    bounds: dict[str, float | None] = dict.fromkeys((*_LEFT_OUT, *_ENGLISH_ONLY))
    bounds["fineweb-max-duplicate-line-characters"] = 0.1
    return LanguageProfile("other", unspaced, (), (), False, bounds)


@cache
def _undetermined() -> LanguageProfile:
    """Return how texts are judged whose script no language tells: whether it has spaces is unknown, too."""
    bounds = {**_other(False).bounds, "fineweb-max-newlines-per-word": None}
    return LanguageProfile(UNDETERMINED, False, (), (), False, bounds)


@cache
def _published() -> dict[str, LanguageProfile]:
    """Return the profile of each code in the table."""
    profiles: dict[str, LanguageProfile] = {}
    more = dict(row.split(": ") for row in _MORE_STOP_WORDS.strip().splitlines())
    for row in _TABLE.replace("\n    ", " ").strip().splitlines():
        codes, *groups, words = row.split(":")
        figures = [float(figure) for group in groups for figure in group.split()]
        first, *others = codes.split()
        bounds: dict[str, float | None] = dict(zip(_NAMES, figures, strict=True))
        bounds.update(dict.fromkeys(_LEFT_OUT))
        bounds["fineweb-max-duplicate-line-characters"] = 0.1
        if first in _WRITES_NO_FULL_STOPS:
            bounds["c4-terminal-punctuation"] = bounds["c4-min-sentences"] = None
        unspaced = is_unspaced(first)
        within = unspaced or first in _SOUGHT_WITHIN_WORDS
        stop_words = tuple(dict.fromkeys(words.split()))
        more_stop_words = tuple(word for word in more.get(first, "").split() if word not in stop_words)
        profile = LanguageProfile(first, unspaced, stop_words, more_stop_words, within, bounds)
        profiles.update(dict.fromkeys((first, *others), profile))
    return profiles
