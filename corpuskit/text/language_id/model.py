"""Language identification by fastText's lid.176, in its compressed form and offline.

The model knows 176 languages (Joulin et al., "Bag of Tricks for Efficient Text Classification", 2016, and
"FastText.zip", 2016). Compiled code of ours asks it where that was built, unless the environment says
`CORPUSKIT_NO_CORE=1`; else fastText's own, which takes six to ten times as long and gives the same probabilities. It
looks each run of characters up in nodes all over memory; `c/predictor.c` has the same rows in one table, ready to be
added.
"""

import hashlib
from collections.abc import Callable
from functools import cache

from corpuskit.core.compiled_module import compiled_module
from corpuskit.text.language_id.model_file import LABEL, compiled_parts, labels, model_file

__all__ = [
    "ALL",
    "canonical_code",
    "compiled_predictor",
    "description",
    "fasttext_predictor",
    "known_codes",
    "model_sha256",
    "predict",
]

ALL = -1
"""Asks for every language."""

Predictor = Callable[[str, int, float], list[tuple[str, float]]]
"""What takes a line, how many languages are asked for, and the least probability."""

_ALIAS_PAIRS = """
    afr=af amh=am ara=ar arg=an asm=as ava=av aze=az bak=ba bel=be ben=bn bod=bo bos=bs bre=br bul=bg
    cat=ca ces=cs che=ce chv=cv cos=co cym=cy dan=da deu=de div=dv ell=el eng=en epo=eo est=et eus=eu
    fas=fa fin=fi fra=fr fry=fy gla=gd gle=ga glg=gl glv=gv grn=gn guj=gu hat=ht hbs=sh heb=he hin=hi
    hrv=hr hun=hu hye=hy ido=io ile=ie ina=ia ind=id isl=is ita=it jav=jv jpn=ja kan=kn kat=ka kaz=kk
    khm=km kir=ky kom=kv kor=ko kur=ku lao=lo lat=la lav=lv lim=li lit=lt ltz=lb mal=ml mar=mr mkd=mk
    mlg=mg mlt=mt mon=mn msa=ms mya=my nep=ne nld=nl nno=nn nor=no nob=no nb=no oci=oc ori=or oss=os
    pan=pa pol=pl por=pt pus=ps que=qu roh=rm ron=ro rus=ru san=sa sin=si slk=sk slv=sl snd=sd som=so
    spa=es sqi=sq srd=sc srp=sr sun=su swa=sw swe=sv tam=ta tat=tt tel=te tgk=tg tgl=tl tha=th tuk=tk
    tur=tr uig=ug ukr=uk urd=ur uzb=uz vie=vi vol=vo wln=wa yid=yi yor=yo zho=zh cmn=zh pes=fa iw=he
    in=id
"""
_ALIASES = dict(pair.split("=") for pair in _ALIAS_PAIRS.split())
"""ISO 639-3 codes, and a few old ones, of languages that the model names by their ISO 639-1 code."""


def predict(line: str, number: int, least: float = 0.0) -> list[tuple[str, float]]:
    """Return the most probable languages of a line of text, at most `number` of them, with their probabilities.

    Asking for those that have at least some probability costs no more than asking for the first.
    """
    return _predictor()(line, number, least)


def canonical_code(code: str) -> str | None:
    """Return the model's code for a language, given its ISO 639-1 or 639-3 code in any case; None if there is none."""
    plain = code.strip().lower()
    plain = _ALIASES.get(plain, plain)
    return plain if plain in known_codes() else None


@cache
def known_codes() -> tuple[str, ...]:
    """Return all codes that the model can answer with, sorted: ISO 639-1, or ISO 639-3 where that has none."""
    return tuple(sorted(labels(model_file().read_bytes())))


@cache
def model_sha256() -> str:
    """Return the digest of the model's file."""
    return hashlib.sha256(model_file().read_bytes()).hexdigest()


def description() -> str:
    """Return what asks the model, for people."""
    return "fastText" if compiled_predictor() is None else "compiled core"


@cache
def _predictor() -> Predictor:
    return compiled_predictor() or fasttext_predictor()


@cache
def compiled_predictor() -> Predictor | None:
    """Return the compiled code's function; None if it was not built, is not wanted or does not know such a model."""
    compiled = compiled_module("corpuskit.text.language_id._predictor")
    if compiled is None:
        return None
    parts = compiled_parts(model_file().read_bytes())
    if parts is None:
        return None
    compiled.load(*parts)
    predictor: Predictor = compiled.predict
    return predictor


def fasttext_predictor() -> Predictor:
    """Return a function that asks fastText."""
    import fasttext

    # The model's own function: the one around it takes a tenth as long again for a short line.
    ask = fasttext.load_model(str(model_file())).f.predict
    code = slice(len(LABEL), None)

    def predict_line(line: str, number: int, least: float) -> list[tuple[str, float]]:
        return [(label[code], min(1.0, score)) for score, label in ask(line + "\n", number, least, "strict")]

    return predict_line
