"""National ids: what makes a number one, which words it needs, and that no clock decides."""

import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.stages.scrub_pii import ScrubPii
from corpuskit.text.pii import detector, national_id_checks, national_ids
from corpuskit.text.pii.engines import engine_types
from corpuskit.text.pii.national_id_kinds import KINDS, TYPES
from corpuskit.text.pii.scanner import Hit, Scanner, scanner
from tests.conftest import ROOT

# Each id once, made up or printed as an example by those who define it: (type, word, number).
EXAMPLES = [
    ("ar-cuit", "CUIT", "20-05536168-2"),
    ("at-vnr", "SVNR", "1237 010180"),
    ("au-tfn", "Tax File Number", "123 456 782"),
    ("be-nn", "Rijksregisternummer", "85.07.30-033 28"),
    ("bg-egn", "ЕГН", "7523169263"),
    ("br-cpf", "CPF", "39053344705"),
    ("ca-sin", "SIN", "123 456 782"),
    ("ch-ahv", "AHV-Nr.", "7569217076985"),
    ("cl-rut", "RUT", "12531909-2"),
    ("cz-rc", "rodné číslo", "710319/2745"),
    ("cz-rc", "RČ", "991231123"),
    ("de-idnr", "Steuer-ID", "36 574 261 809"),
    ("dk-cpr", "CPR-nr.", "211062-5629"),
    ("do-cedula", "cédula", "001-1391820-5"),
    ("ec-ci", "cédula", "171430710-3"),
    ("ee-ik", "isikukood", "36805280109"),
    ("es-dni", "DNI", "54362315-K"),
    ("es-nie", "NIE", "X-2482300W"),
    ("fi-hetu", "henkilötunnus", "131052-308T"),
    ("fr-nif", "numéro fiscal", "0701987765493"),
    ("fr-nir", "sécurité sociale", "295109912611193"),
    ("gb-nhs", "NHS number", "943 476 5919"),
    ("gb-nino", "National Insurance", "AB123456C"),
    ("gb-utr", "UTR", "1955839661"),
    ("gr-amka", "ΑΜΚΑ", "01013099997"),
    ("hr-oib", "OIB", "33392005961"),
    ("id-nik", "NIK", "3171011708450001"),
    ("ie-pps", "PPSN", "6433435F"),
    ("il-idnr", "מספר זהות", "039337423"),
    ("in-aadhaar", "Aadhaar", "2341 2341 2346"),
    ("in-pan", "PAN", "ACUPA7085R"),
    ("is-kennitala", "kennitala", "450401-3150"),
    ("it-cf", "codice fiscale", "rccmnl83s18d969h"),
    ("jp-in", "マイナンバー", "6214 9832 0257"),
    ("kr-rrn", "주민등록번호", "9710139019902"),
    ("lt-asmens", "asmens kodas", "33309240064"),
    ("mx-curp", "curp", "boxw310820hnerxn09"),
    ("my-nric", "MyKad", "770305-02-1234"),
    ("nl-bsn", "BSN", "1112.22.333"),
    ("no-fodselsnummer", "fødselsnummer", "151086 95088"),
    ("nz-ird", "IRD", "49-098-576"),
    ("pk-cnic", "CNIC", "34201-0891231-8"),
    ("pl-pesel", "PESEL", "44051401359"),
    ("pt-cc", "Cartão de Cidadão", "00000000 0 ZZ4"),
    ("pt-nif", "NIF", "501 964 843"),
    ("ro-cnp", "CNP", "1630615123457"),
    ("ru-inn", "ИНН", "123456789047"),
    ("se-personnummer", "personnummer", "880320-0016"),
    ("si-emso", "EMŠO", "0101006500006"),
    ("th-pin", "บัตรประชาชน", "3100600445635"),
    ("tr-tckimlik", "T.C. Kimlik No", "17291716060"),
    ("ua-rntrc", "РНОКПП", "1759013776"),
    ("us-itin", "ITIN", "912-90-3456"),
    ("za-idnr", "ID number", "7503305044089"),
]
ALONE = {
    "be-nn": "85.07.30-033.28",
    "br-cpf": "390.533.447-05",
    "ch-ahv": "756.9217.0769.85",
    "cl-rut": "12.531.909-2",
    "cn-ric": "360426199101010071",
    "es-dni": "54.362.315-K",
    "es-nie": "X-2482300-W",
    "fi-hetu": "131052-308T",
    "fr-nir": "2 95 10 99 126 111 93",
    "gb-nino": "AB 12 34 56 C",
    "it-cf": "RCCMNL83S18D969H",
    "kr-rrn": "971013-1019901",
    "mx-curp": "BOXW310820HNERXN09",
    "th-pin": "3-1006-00445-63-5",
}


def types(text: str) -> list[str]:
    return [hit.type for hit in scanner(TYPES).find(text)]


@pytest.mark.parametrize(("kind", "word", "number"), EXAMPLES)
@pytest.mark.parametrize("form", ["{}: {}", "«{}» is {}", '{{"{}": "{}"}}'])
def test_behind_its_word_the_whole_id_is_taken(kind: str, word: str, number: str, form: str) -> None:
    text = "é " + form.format(word, number) + ", as said"
    start = text.index(number)
    assert Hit(start, start + len(number), kind) in scanner((kind,)).find(text)
    assert (start, start + len(number)) in [hit[:2] for hit in scanner(TYPES).find(text)]


@pytest.mark.parametrize(("kind", "word", "number"), EXAMPLES)
def test_without_its_word_it_is_a_number_like_any_other(kind: str, word: str, number: str) -> None:
    if ALONE.get(kind) != number:
        assert types(f"the number {number}, as said") == []
        assert types(f"{word} is what they asked for; {'then it was about something else, ' * 2} {number}") == []


@pytest.mark.parametrize(("kind", "number"), ALONE.items())
def test_a_form_that_says_enough_needs_no_word(kind: str, number: str) -> None:
    assert scanner(TYPES).find(f"see {number}, as said") == [Hit(4, 4 + len(number), kind)]
    assert types(f"see {number}9 and 1{number} and x{number}") == []


def test_every_kind_has_an_example_and_its_alone_form_if_it_has_one() -> None:
    assert {kind for kind, *_ in EXAMPLES} | ALONE.keys() == set(TYPES)
    assert ALONE.keys() == {kind.type for kind in KINDS if kind.alone}
    assert len(set(TYPES)) == len(TYPES)


def remainder(digits: str, weights: list[int], modulus: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % modulus


def nhs(body: str) -> str:
    return body + "0123456789X0"[11 - remainder(body, [10, 9, 8, 7, 6, 5, 4, 3, 2], 11)]


def pesel(body: str) -> str:
    return body + str(-remainder(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3], 10) % 10)


def cpf(body: str) -> str:
    for weights in ([*range(10, 1, -1)], [*range(11, 1, -1)]):
        body += "01234567890"[-remainder(body, weights, 11) % 11]
    return body


def dni(body: str) -> str:
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


def nir(body: str) -> str:
    return body + f"{97 - int(body) % 97:02d}"


def bsn(body: str) -> str:
    return body + "0123456789X"[remainder(body, [9, 8, 7, 6, 5, 4, 3, 2], 11)]


def luhn(body: str) -> str:
    doubled = [sum(divmod(int(digit) * 2, 10)) for digit in body[-1::-2]]
    return body + str(-(sum(doubled) + sum(map(int, body[-2::-2]))) % 10)


def verhoeff(body: str) -> str:
    """Multiplication in the dihedral group of order ten; place by place, digits go through a permutation."""

    def product(left: int, right: int) -> int:
        turned = (left + (right if left < 5 else -right)) % 5
        return turned + 5 * ((left >= 5) != (right >= 5))

    check = 0
    for place, digit in enumerate(reversed(body), start=1):
        value = int(digit)
        for _ in range(place):
            value = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][value]
        check = product(check, value)
    return body + str(next(digit for digit in range(10) if product(check, digit) == 0))


def idnr(body: str) -> str:
    product = 10
    for digit in body:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return body + str((11 - product) % 10)


DATES = st.dates(date(1940, 1, 1), date(1999, 12, 31))


def body(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


MADE: dict[str, tuple[str, Callable[[str], str], st.SearchStrategy[str]]] = {
    "gb-nhs": ("NHS", nhs, body("[4-7][0-9]{8}").filter(lambda digits: "X" not in nhs(digits))),
    "pl-pesel": ("PESEL", pesel, st.builds("{:%y%m%d}{}".format, DATES, body("[0-9]{4}"))),
    "br-cpf": ("CPF", cpf, body("[0-9]{9}")),
    "es-dni": ("DNI", dni, body("[0-9]{8}")),
    "fr-nir": ("numéro de sécurité sociale", nir, body("[12][0-9]{2}(?:0[1-9]|1[0-2])[1-8][0-9][0-9]{6}")),
    "nl-bsn": ("BSN", bsn, body("[1-9][0-9]{7}").filter(lambda digits: "X" not in bsn(digits))),
    "ca-sin": ("social insurance number", luhn, body("[1-79][0-9]{7}")),
    "se-personnummer": ("personnummer", luhn, st.builds("{:%y%m%d}{}".format, DATES, body("[0-9]{3}"))),
    "in-aadhaar": ("Aadhaar", verhoeff, body("[2-9][0-9]{10}")),
    "de-idnr": ("IdNr.", idnr, st.permutations("0123456789").map(lambda ten: "".join([*ten[:9], ten[0]]))),
}
ANY_MADE = st.sampled_from(sorted(MADE)).flatmap(lambda kind: st.tuples(st.just(kind), MADE[kind][2]))


@given(ANY_MADE, st.integers(0, 30), st.integers(1, 9))
def test_a_number_whose_check_holds_is_found_and_one_with_another_digit_is_not(
    made: tuple[str, str], place: int, more: int
) -> None:
    kind, start = made
    word, complete, _ = MADE[kind]
    number = complete(start)
    assume(len(set(number)) > 2 and not start.startswith("0"))
    assert types(f"{word}: {number}.")[:1] == [kind] or number == number[::-1]
    place %= len(start)
    other = start[:place] + str((int(start[place]) + more) % 10) + start[place + 1 :] + number[len(start) :]
    assume(other != complete(other[: len(start)]))
    assert kind not in types(f"{word}: {other}.")
    assert types(f"{number}.") == []


def test_of_ids_that_follow_one_another_all_are_taken() -> None:
    numbers = [pesel(f"440514{number:04d}") for number in range(40)]
    text = "PESEL: " + ", ".join(numbers)
    assert [text[hit.start : hit.end] for hit in scanner().find(text)] == numbers
    masked = ScrubPii().apply(Document("1", text))
    assert isinstance(masked, Document) and masked.text == "PESEL: " + ", ".join(["{{PL_PESEL}}"] * 40)


@pytest.mark.parametrize(
    "text",
    [
        "Er kommt nie wieder, 24823004 W; to 54362315 dni",
        "NHS spending of 9434765918 pounds in 2010",
        "NHS 1943 476 5919 and 943 476 5919.5",
        "BG 12 34 56 A and QQ 12 34 56 C and DA 12 34 56 A",
        "the sin of 123456782 men",
        "CPR training video\n04/01/2012 00:00",
        "NHS number 2012-01-01 13:30 and NHS, 2012-01-02 10:00",
        "CPR 12/05/2019 09:30, cpr-nr. 12.05.2019 09.30",
        "CPR course 2110625629",
        "BSN journal 111222333, BSN nursing degree 111222333",
        "SIN CITY 123 456 782, UTR region 1955839661, TFN services 123 456 782",
        "NHS trusts 943 476 5919, IRD group 49-098-576, RUT models 12531909-2",
        "Le personnel 880320-0016, deux personnes 8803200016",
        "15 kt. winds 450401-3150, C.I. engine 171430710-3",
        "birth name 710319/2745",
        "MAC 00:1a, uuid 36042619-9101-0100, hash 0x360426199101010071",
    ],
)
def test_what_only_looks_alike_is_left(text: str) -> None:
    assert types(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CPR 211062-5629", "dk-cpr"),
        ("CPR-nummer på patienten: 211062 5629", "dk-cpr"),
        ('"cpr_number": "2110625629"', "dk-cpr"),
        ("patientens CPR er 211062-5629", "dk-cpr"),
        ("BSN van de cliënt: 111222333", "nl-bsn"),
        ("bsn-nr 1112.22.333", "nl-bsn"),
        ("SIN number is 123 456 782", "ca-sin"),
        ("NHS no. of the patient, as they told us, 943 476 5919", "gb-nhs"),
        ("kt. 450401-3150", "is-kennitala"),
        ("personnr 880320-0016", "se-personnummer"),
    ],
)
def test_a_word_that_means_something_else_as_well_names_the_number_next_to_it(text: str, kind: str) -> None:
    assert types(text) == [kind]


def test_ids_that_follow_one_next_to_an_ambiguous_word_are_taken() -> None:
    assert types("BSN 111222333 and of his wife 123456782") == ["nl-bsn", "nl-bsn"]


def test_one_number_has_one_spelling_when_compared() -> None:
    assert national_ids.compact("gb-nhs", "943-476\xa05919") == national_ids.compact("gb-nhs", "9434765919")


def test_no_check_asks_the_clock() -> None:
    for kind in KINDS:
        if not hasattr(national_id_checks, kind.check):
            source = inspect.getsource(importlib.import_module(f"stdnum.{kind.check}"))
            assert not any(word in source for word in ("today(", "now(", "time.time(")), kind.type


def test_dates_of_birth_may_lie_ahead() -> None:
    """What is a date of birth next year is none today: the verdict is the same."""
    assert types("CPR 010199-4234") == ["dk-cpr"]
    assert types(f"personnummer {luhn('881231' + '123')}; SA ID {luhn('991231' + '500008')}") == [
        "se-personnummer",
        "za-idnr",
    ]


PIECES = st.lists(
    st.sampled_from([word for _, word, _ in EXAMPLES] + [number for *_, number in EXAMPLES] + list(ALONE.values()))
    | st.text("0123456789 -./:aZé\n", max_size=8),
    max_size=8,
)


@given(PIECES, st.sampled_from([" ", "\n", "-", ": "]))
def test_trigger_and_gate_match_wherever_anything_is_found(pieces: list[str], glue: str) -> None:
    data = glue.join(pieces).encode()
    for each in national_ids.DETECTORS:
        spans = list(each.find(data))
        assert all(data[start:end].strip(b" .-/\n") == data[start:end] for start, end in spans), each.type
        if spans:
            assert detector.pattern(each.trigger).search(data), each.type
            assert detector.pattern(each.gate).search(data), each.type


@given(PIECES, st.sampled_from([" ", "\n", "-", ": "]))
def test_scrubbing_twice_is_scrubbing_once(pieces: list[str], glue: str) -> None:
    once = ScrubPii().apply(Document("1", glue.join(pieces)))
    assert isinstance(once, Document) and ScrubPii().apply(once) == once


def test_the_group_stands_for_every_national_id() -> None:
    text = "SSN 219-09-9999, NHS 943 476 5919, CPF 390.533.447-05, jo@example.org"
    stage = ScrubPii(mode="drop", types=("national-id",))
    assert stage.apply(Document("1", text)).values == {"br-cpf": 1, "gb-nhs": 1, "ssn": 1}  # type: ignore[union-attr]
    masked = ScrubPii(types=("national-id", "email")).apply(Document("1", text))
    assert isinstance(masked, Document)
    assert masked.text == "SSN {{SSN}}, NHS {{GB_NHS}}, CPF {{BR_CPF}}, {{EMAIL}}"
    with pytest.raises(UsageError, match=r"native finds .api-key, .* such as za-idnr .docs.*, not 'uk-nhs'"):
        ScrubPii(types=("uk-nhs",))


def test_types_asked_for_alone_are_found_as_among_all() -> None:
    for kind, word, number in EXAMPLES:
        assert Scanner((kind,)).find(f"{word}: {number}"), kind


def test_the_table_of_the_documentation_names_every_type() -> None:
    page = Path(ROOT / "docs" / "personal-data.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip().strip("`") for line in page.splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(set(engine_types("native")) - {"national-id"})


def test_a_place_in_no_table_is_no_failure() -> None:
    """python-stdnum raises KeyError for such places in a known province, though the last digit holds."""
    assert scanner().find("no. 11030019900101001X and 110500199001010010") == []


@pytest.mark.parametrize(("kind", "word", "number"), EXAMPLES)
def test_words_and_ids_lie_in_the_parts_with_numbers_however_far_from_the_number_before(
    kind: str, word: str, number: str
) -> None:
    near_word = f"{word} {'is also kept here, ':>{40 - len(word.encode())}}{number}"
    for shift in (0, *range(60, 640, 13)):
        text = f"{'a word ' * 200}{'1234567 ' * (shift % 2)}{'b' * shift} {near_word} {'and so on ' * 100}"
        near = national_ids.near_ids(text.encode()).decode(errors="ignore")
        assert near_word in near, (kind, shift)
        assert len(near) < len(text) / 2


def test_no_word_of_an_id_is_longer_than_the_part_before_a_number() -> None:
    words = [word for kind in KINDS for word in f"{kind.words}|{kind.near}".split("|")]
    longest = max(len(word.encode()) for word in words)
    assert longest + national_ids._REACH + national_ids._LONGEST <= national_ids._BEFORE
    assert 2 * national_ids._LONGEST < national_ids._LONGEST_PART


def test_checks_are_loaded_for_a_number_and_not_for_a_word() -> None:
    script = (
        "import sys; from corpuskit.text.pii.scanner import scanner\n"
        "find = scanner().find\n"
        "assert not find('SIN 123456 and CPR 123456') and 'stdnum' not in sys.modules\n"
        "assert find('SIN 123 456 782') and 'stdnum' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
