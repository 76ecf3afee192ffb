"""Function words of languages in Latin script, which tell a second language of a text that the model is sure of.

The model weighs whatever is rare in other languages: of a text that is half Vietnamese and half English, it gives
Vietnamese .96 to .99. But in a few dozen words of English several of its articles, prepositions and forms of "to be"
stand. They are looked for in the sample that the model has read, and only where they are many are the parts of the text
asked for one by one. So the words decide nothing, and may be few of a language.
"""

from functools import cache
from typing import NamedTuple

__all__ = ["has_words_of_another"]

_TABLE = """
af: die van en het is nie in vir dat met op wat te om hy sy aan was ek by ons word deur ook maar
ca: el la els les de que i en un una per amb no se és del al més com però aquest són seva també dels ha va els
cs: a je se v na že s z do ve pro jako by o si za jsou ale od po který jeho nebo byl bylo podle může tak při kde jen
da: og at det som en på er af for med til den ikke har om et de i jeg kan fra var eller når vi skal havde men sig blev
de: und der die das ist nicht ein eine mit auf für den von zu im dem des sich auch es werden wird sie er wie oder aus
    bei nach wenn sind hat einen einer kann zum zur durch ich wir als an dass noch nur über war in so je man hat um
en: the of and to is that with for are this from it be was have by you not on as at or an will can which has your all
    when but they their we if more been were would there these than its in a he his she i do so what me no am how any us
    die
es: el la los las de que y en un una por con no se para es del al lo como más su pero este está o si ha son muy sin
    sobre también a le me fue cuando in
et: ja on ei see et oli kui ka ning oma mis aga siis ta ma või kes nii seda kuid selle
fi: ja on ei se että oli hän mutta kun myös ovat joka tai sen olla niin kuin mitä voi tämä minä ole jos mukaan
fr: le la les des et est une que dans pour pas qui sur du au avec ne ce il sont plus par vous cette être se ou en un de
    nous aux mais leur elle je on à son sa ont tout me si in
ga: an na ar agus is do ag le bhí sé a go i don níl tá nach leis bheith
hr: i je u se da na za su od s ne to iz kako bi ili ali sam koji što biti može kao nije koja te o
hu: a az és hogy nem egy is ez meg de van volt csak már még mint vagy el ki ezt azt lehet kell ha aki amely
id: yang dan di ini itu untuk dengan dari pada tidak adalah dalam akan ke oleh juga atau saya kami tersebut bisa ada
    telah karena anda kita mereka
is: og að er á í sem til við um það en ekki var með fyrir hann af frá eru
it: il lo la gli le di che e un una per non con del della è sono in si da dei alla nel ha come anche più questo al dal
    delle ma i a o se su
la: et in est non ad ut cum quod qui sed ab ex esse sunt quae
lt: ir yra kad į su tai iš bet kaip jis ne buvo apie per už nuo
lv: un ir ar ka no uz par bet tas kas arī pie kā viņš lai
nl: de het een van en in is dat op te zijn met voor niet aan er ook als om bij door naar worden wordt uit deze maar
    heeft nog kan of u je was hij ze dit
no: og å det som en på er av for med til den ikke har om et de i jeg kan fra var eller når vi skal hadde men seg ble
pl: i w na z do się nie jest to że o jak od za po przez dla ale co są był oraz lub jako tym może tego jego być a
pt: o os as de que e do da em um uma para com não no na por mais dos como se ao das foi ele sua ou quando muito já
    também é está são pelo pela a
ro: și de în la a cu care pe nu o un din ce este sau mai ca să au fost pentru prin sunt lui al se această i
sk: a je sa v na že s z do vo pre ako by o si za sú ale od po ktorý jeho alebo bol bolo podľa môže tak pri
sl: in je na se da za so ki v pa z ne bi po tudi kot ali ni bo iz bil o
sq: të e në dhe i për një me nga se që është më nuk
sv: och att det som en på är av för med till den inte har om ett de i jag kan från var eller när vi ska hade men sig
sw: ya na wa katika kwa ni la za cha kuwa hii kama
tl: ang ng sa na mga at ay ko si hindi ito para
tr: bir ve bu için ile da de olarak çok daha olan gibi ne en ama her kadar sonra var değil o ya olduğu ise mi
vi: và của là có không được cho các trong với một những người này để đã khi bạn như về từ đến ra vào nhưng cũng
"""
_WORDS = {
    language: frozenset(words.split())
    for language, _, words in (row.partition(":") for row in _TABLE.replace("\n    ", " ").strip().splitlines())
}
LEAST_WORDS = 3
"""Different words of a second language that are no chance: names, titles and quotations have one or two."""
FEW_WORDS, LEAST_OF_FEW = 40, 2
"""Words of two or three sentences, and the number that is enough in so many."""
LEAST_SHARE = 0.05
"""Share of the words of a sample that they make up: in English, every third word is one of these."""


class _Others(NamedTuple):
    """Words that a language does not have."""

    all_words: frozenset[str]
    by_language: tuple[frozenset[str], ...]


def has_words_of_another(line: str, language: str) -> bool:
    """Whether a sample in small letters of a text in some language has several words of another one.

    >>> english = "of these boats the first was built for a king and that is all you know"
    >>> has_words_of_another("bạn cũng có khả năng dùng bàn phím để thay đổi " + english, "vi")
    True
    >>> has_words_of_another(english, "en"), has_words_of_another("der Roman The Lord ist neu", "de")
    (False, False)
    """
    words = line.split()
    others = _others(language)
    foreign = others.all_words.intersection(words)
    least = LEAST_WORDS if len(words) > FEW_WORDS else LEAST_OF_FEW
    if len(foreign) < least:
        return False
    least = max(least, int(LEAST_SHARE * len(words)))
    return any(len(foreign & words_of_one) >= least for words_of_one in others.by_language)


@cache
def _others(language: str) -> _Others:
    own_words = _WORDS.get(language, frozenset())
    # A single letter is an initial, a label or a variable in any language.
    telling = (frozenset(word for word in words - own_words if len(word) > 1) for words in _WORDS.values())
    by_language = tuple(telling)
    return _Others(frozenset().union(*by_language), by_language)
