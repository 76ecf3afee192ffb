"""The known national ids: their shapes, their checks, and the words that announce them.

A kind is named by ISO 3166 country code and the id's own name. The checks are those of python-stdnum (the module in
`check`); if an id has no check digit, its ranges and dates are checked. A number alone is rarely proof, since check
digits fit one number in ten or so: it counts after one of its words, in the country's language or in English. An id
whose written form is proof enough needs no word (`alone`).
"""

from dataclasses import dataclass

GAP = r"[ .\-/\n\x{a0}\x{2011}]?"
"""What may stand between two characters of an id after its word: one space, dot, hyphen, slash or line break."""

_D = "[0-9]"


@dataclass(frozen=True, slots=True)
class IdKind:
    """One id. In `words`, `*` leaves a word's end open; lower case matches any case, upper case only itself."""

    type: str
    check: str
    """A module of python-stdnum, or a function of `national_id_checks`, that decides."""
    shape: str
    """Patterns of the id's characters, separated by spaces; gaps may stand between them. The first is not optional."""
    words: str
    near: str = ""
    """Words that mean something else as well (`CPR course`), of ids whose check proves little: see `national_ids`."""
    alone: str = ""
    signs: bool = False
    """Whether the characters between the groups mean something, so that they are kept."""
    few_digits: bool = False
    """Whether the id may hold fewer than six digits in a row, gaps aside."""


def _digits(number: int) -> str:
    return " ".join([_D] * number)


def _spaced(*parts: str) -> str:
    return " ".join(parts)


_NINO = "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
# Letters may stand for digits there, to tell apart two people whose codes would be the same.
_CODICE = "[0-9L-NP-V]"
_CODICE_ANY = "[0-9L-NP-Vl-np-v]"

KINDS = (
    IdKind("ar-cuit", "ar.cuit", _spaced("2 [0347]", _digits(9)), "cuit|cuil"),
    IdKind("at-vnr", "at.vnr", _digits(10), "svnr|vsnr|sv-nr|sozialversicherungsn*|versicherungsn*|insurance n*"),
    IdKind("au-tfn", "au.tfn", _digits(9), "tax file n*", near="tfn"),
    IdKind(
        "be-nn",
        "belgian",
        _digits(11),
        "rijksregister*|registre national|numéro national|nationalregister*|national register|national n*"
        "|NISS|INSZ|RRN",
        alone=r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}",
    ),
    IdKind("bg-egn", "bg.egn", _digits(10), "ЕГН|EGN|единен граждански"),
    IdKind("br-cpf", "br.cpf", _digits(11), "cpf|cadastro de pessoas", alone=r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}"),
    IdKind("ca-sin", "ca.sin", _digits(9), "social insurance|assurance sociale", near="SIN"),
    IdKind(
        "ch-ahv",
        "ch.ssn",
        _spaced("7 5 6", _digits(10)),
        "AHV*|AVS|NAVS|sozialversicherungsn*|social security",
        alone=r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}",
    ),
    IdKind(
        "cl-rut",
        "cl.rut",
        _spaced(_digits(7), "[0-9]?", "[0-9Kk]"),
        "RUN n*|rol único|cédula de identidad",
        near="RUT",
        alone=r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]",
    ),
    IdKind("cn-ric", "chinese", _spaced(_digits(17), "[0-9Xx]"), "", alone="[1-9][0-9]{16}[0-9Xx]"),
    IdKind(
        "cz-rc",
        "cz.rc",
        _spaced(_digits(9), "[0-9]?"),
        "rodné číslo|rodného čísla|rodným číslem|RČ|r.č.|birth number|birth no",
    ),
    IdKind(
        "de-idnr",
        "de.idnr",
        _digits(11),
        "steuer-id*|steuerid*|idnr|steuerliche id*|st-idnr|tax id*|tax n*|TIN",
    ),
    IdKind(
        "dk-cpr",
        "danish",
        # No date, whose parts hold slashes or dots, with an hour behind it
        r"[0-9]{6}[\x20\x{a0}\x{2011}\-]?[0-9]{4}",
        "cpr nummer*|cpr nr|cpr number|cprn*|personnummer",
        near="cpr",
    ),
    IdKind("do-cedula", "do.cedula", _digits(11), "cédula|cedula"),
    IdKind("ec-ci", "ec.ci", _digits(10), "cédula|cedula", near="C.I."),
    IdKind("ee-ik", "ee.ik", _digits(11), "isikukood*|personal identification code|personal code"),
    IdKind(
        "es-dni",
        "es.dni",
        _spaced(_digits(8), "[A-Za-z]"),
        "DNI|D.N.I.|NIF|N.I.F.|nif|documento nacional",
        alone=r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}-?[A-Z]",
    ),
    IdKind(
        "es-nie",
        "es.nie",
        _spaced("[XYZxyz]", _digits(7), "[A-Za-z]"),
        "NIE|N.I.E.|NIF|nif",
        alone="[XYZ]-[0-9]{7}-[A-Z]",
    ),
    IdKind(
        "fi-hetu",
        "fi.hetu",
        "[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]",
        "henkilötunnu*|hetu|personbeteckning*|personal identity code",
        alone="[0-9]{6}[-+A-FU-Y][0-9]{3}[A-FHJ-NPR-Y]",
        signs=True,
    ),
    IdKind("fr-nif", "fr.nif", _spaced("[0-3]", _digits(12)), "numéro fiscal|n° fiscal|immatriculation fiscale|SPI"),
    IdKind(
        "fr-nir",
        "fr.nir",
        _spaced("[1-478]", _digits(5), "[0-9AB]", _digits(8)),
        "NIR|sécurité sociale|sécu|INSEE|assuré*|social security",
        alone="[1-478] [0-9]{2} [0-9]{2} [0-9][0-9AB] [0-9]{3} [0-9]{3} [0-9]{2}",
    ),
    IdKind("gb-nhs", "gb.nhs", _digits(10), "nhs number|nhs no|national health service|CHI n*", near="nhs"),
    IdKind(
        "gb-nino",
        "british_insurance",
        _spaced(f"(?i:{_NINO})", _digits(6), "[A-Da-d]"),
        "NINO|nino|NI n*|national insurance",
        alone=f"{_NINO} [0-9]{{2}} [0-9]{{2}} [0-9]{{2}} [A-D]",
    ),
    IdKind("gb-utr", "gb.utr", _digits(10), "unique taxpayer", near="UTR"),
    IdKind("gr-amka", "gr.amka", _digits(11), "ΑΜΚΑ|AMKA|social security"),
    IdKind("hr-oib", "hr.oib", _digits(11), "oib|osobni identifikacijski"),
    IdKind("id-nik", "id.nik", _digits(16), "NIK|KTP|nomor induk"),
    IdKind(
        "ie-pps", "ie.pps", _spaced(_digits(7), "[A-Wa-w]", "[A-IWa-iw]?"), "PPS|PPSN|pps|ppsn|personal public service"
    ),
    IdKind("il-idnr", "il.idnr", _digits(9), 'תעודת זהות|ת.ז|ת"ז|מספר זהות|teudat zehut|mispar zehut|identity n*'),
    IdKind("in-aadhaar", "in_.aadhaar", _spaced("[2-9]", _digits(11)), "aadhaar|aadhar|uidai|आधार"),
    IdKind("in-pan", "in_.pan", _spaced("[A-Z]{5}", _digits(4), "[A-Z]"), "PAN|permanent account", few_digits=True),
    IdKind("is-kennitala", "is_.kennitala", _digits(10), "kennitala*|kennitölu*", near="kt.|kt:"),
    IdKind(
        "it-cf",
        "it.codicefiscale",
        _spaced(
            "[A-Za-z]{6}",
            f"{_CODICE_ANY}{{2}}",
            "[A-Za-z]",
            f"{_CODICE_ANY}{{2}}",
            f"[A-Za-z]{_CODICE_ANY}{{3}}[A-Za-z]",
        ),
        "codice fiscale|cod. fisc*|C.F.|fiscal code",
        alone=f"[A-Z]{{6}}{_CODICE}{{2}}[A-EHLMPR-T]{_CODICE}{{2}}[A-Z]{_CODICE}{{3}}[A-Z]",
        few_digits=True,
    ),
    IdKind("jp-in", "jp.in_", _digits(12), "マイナンバー|個人番号|my number|individual number"),
    IdKind(
        "kr-rrn", "korean", _digits(13), "주민등록번호|주민번호|resident registration", alone="[0-9]{6}-[1-8][0-9]{6}"
    ),
    IdKind("lt-asmens", "lt.asmens", _digits(11), "asmens kod*|personal code"),
    IdKind(
        "mx-curp",
        "mx.curp",
        _spaced("[A-Za-z]{4}", _digits(6), "[A-Za-z]{6}", "[0-9A-Za-z]", "[0-9]"),
        "curp|clave única",
        alone="[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]",
    ),
    IdKind("my-nric", "my.nric", _digits(12), "mykad|kad pengenalan|NRIC|IC n*"),
    IdKind(
        "nl-bsn",
        "nl.bsn",
        _digits(9),
        "bsn nummer*|bsn nr|burgerservicen*|sofinummer|sofi-nummer|citizen service n*",
        near="bsn",
    ),
    IdKind(
        "no-fodselsnummer",
        "norwegian",
        _digits(11),
        "fødselsn*|fnr|personnummer*|personnr|d-nummer|birth n*|identity n*",
    ),
    IdKind("nz-ird", "nz.ird", _spaced(_digits(8), "[0-9]?"), "inland revenue", near="IRD"),
    IdKind("pk-cnic", "pk.cnic", _digits(13), "cnic|nadra|identity card"),
    IdKind("pl-pesel", "pl.pesel", _digits(11), "pesel*"),
    IdKind(
        "pt-cc",
        "pt.cc",
        _spaced(_digits(9), "[0-9A-Z]{2}", "[0-9]"),
        "cartão de cidadão|cartão do cidadão|citizen card",
    ),
    IdKind("pt-nif", "pt.nif", _digits(9), "NIF|nif|contribuinte|identificação fiscal|tax n*"),
    IdKind("ro-cnp", "ro.cnp", _digits(13), "cnp|C.N.P.|cod numeric personal|numeric personal"),
    IdKind("ru-inn", "ru.inn", _digits(12), "ИНН|INN|налогоплательщик*|taxpayer"),
    IdKind(
        "se-personnummer",
        "swedish",
        _spaced("(?:19|20)?[0-9]", _digits(9)),
        "personnummer*|personnr|pers.nr|personal identity",
    ),
    IdKind("si-emso", "si.emso", _digits(13), "EMŠO|EMSO|emšo|JMBG|jmbg|ЈМБГ|ЕМБГ|matična številka|matični broj"),
    IdKind(
        "th-pin",
        "th.pin",
        _digits(13),
        "ประจำตัวประชาชน|บัตรประชาชน|thai id*|citizen id*|identification n*",
        alone="[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]",
    ),
    IdKind("tr-tckimlik", "tr.tckimlik", _digits(11), "T.C.|TC kimlik|TCKN|kimlik n*|TC no"),
    IdKind("ua-rntrc", "ua.rntrc", _digits(10), "РНОКПП|ІПН|RNOKPP|податков*|taxpayer"),
    IdKind("us-itin", "us.itin", _spaced("9", _digits(8)), "ITIN|individual taxpayer"),
    IdKind("za-idnr", "south_african", _digits(13), "ID n*|identity n*|SA ID|RSA ID|id-nommer"),
)
"""In order of precedence where two fit the same number."""

TYPES = tuple(kind.type for kind in KINDS)
