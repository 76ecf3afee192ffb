"""Labels of telephone numbers in each language that has language settings, initials of signatures, and what is none."""

import pytest

from corpuskit.text.pii.scanner import scanner
from corpuskit.text.quality.languages import known_languages

LABELS = {
    "ar": "هاتف|النقال|للتواصل",
    "bg": "ГСМ|Телефон за контакт|Моб.",
    "bn": "ফ্যাক্স|মোবাইল নং|যোগাযোগ",
    "ca": "Mòbil|Telèfon de contacte",
    "cs": "Pevná linka|Číslo mobilu|Mob.",
    "da": "Tlf.|Mobilnr.|Direkte",
    "de": "Festnetz|Tel. privat|Rückfragen",
    "el": "Τηλέφωνο οικίας|Σταθερό|Τηλ. επικοινωνίας",
    "en": "Landline|Phone (work)|After hours",
    "es": "Fijo|Número de contacto|Nº de teléfono",
    "fa": "دورنگار|شماره همراه|تلفن ثابت",
    "fi": "Matkapuh.|Kännykkä|Vaihde",
    "fr": "Fixe|Ligne directe|Numéro",
    "he": "סלולרי|נייד|ווטסאפ",
    "hi": "मोबाईल|हेल्पलाइन|संपर्क सूत्र",
    "hr": "Mobitel|Broj mobitela",
    "hu": "Vezetékes|Vonalas|Mobilszám",
    "id": "Telpon|WA|No. HP",
    "it": "Centralino|Numero verde|Tel. ufficio",
    "ja": "携帯|直通|自宅",
    "km": "លេខទូរស័ព្ទ|ទូរសារ",
    "ko": "대표번호|직통|자택",
    "lo": "ໂທ|ແຟັກ|ເບີໂທ",
    "my": "ဖုန်း|ဖက်စ်",
    "nl": "Doorkiesnummer|Telnr.|Telefoon thuis",
    "no": "Sentralbord|Mobiltlf.",
    "pl": "Komórka|Infolinia|Numer kontaktowy",
    "pt": "Telem.|Fixo|Contato",
    "ro": "Fix|Telefon de contact|Mob.",
    "ru": "Сот.|Горячая линия|тлф.",
    "sk": "Pevná linka|Telefónne číslo",
    "sr": "Fiksni|Број телефона|Мобилни телефон",
    "sv": "Växel|Direktnr|Tel. bostad",
    "sw": "Simu|Nambari ya simu",
    "ta": "கைபேசி|தொலைநகல்",
    "te": "ఫోన్|మొబైల్|సెల్",
    "th": "โทร|สายด่วน|เบอร์ติดต่อ",
    "tr": "Cep|Santral|İrtibat",
    "uk": "Гаряча лінія|Стаціонарний|моб.",
    "ur": "فون|موبائل نمبر|رابطہ",
    "vi": "Điện thoại bàn|ĐTDĐ|Tổng đài",
    "zh": "行動|手機|固话|總機",
}


@pytest.mark.parametrize(
    "text",
    [
        "전화: 02)123-4567",
        "고객센터 031) 123-4567",
        "微信：13123456789",
        "[联系方式] 13123456789",
        "【联系方式】 13123456789",
        "Hub. 0812 3456 789",
        "HP 0812345678",
        "WA 0812-345-678",
        "on m'appelle au 06 12 34 56 78",
        "Tel: 0-2345-6781",
        "โทร. 0-2345-6781",
        "โทรสาร 0-5345-678",
        "tel. 0-22 765 43 21",
        "Tel. 0-212-765 43 21",
        "โทร 0-2345-6781-5",
        "T: 0-2345-6781",
        "call 0-2345-6781",
        "tel: 2-2345-6781",
        "Tel. 4-765-4321",
        "Τηλ. κέντρο: 213 01 61781",
        "Тел. регистратуры: 765-43-21",
        "Telefon Rezeption: 4711 234",
        "Tel.: 03\u22121234\u22125678",
        "电话：010\u201412345678",
    ],
)
def test_a_label_is_known_with_its_brackets_and_dashes(text: str) -> None:
    assert len(scanner(("phone",)).find(text)) == 1


@pytest.mark.parametrize(
    "text", ["HP 98614-90010", "Pullman, WA 99164-3113", "HP 1234567 printer", "Fax: 7-12-2020", "Telefon 0-12 Uhr"]
)
def test_short_labels_are_believed_before_a_zero_alone_and_dates_and_hours_after_none(text: str) -> None:
    assert scanner(("phone",)).find(text) == []


@pytest.mark.parametrize("language", LABELS)
def test_each_language_has_labels_for_numbers(language: str) -> None:
    find = scanner(("phone",)).find
    texts = [f"{label}: 0923-456781" for label in LABELS[language].split("|")]
    assert [text for text in texts if [text[hit.start : hit.end] for hit in find(text)] != ["0923-456781"]] == []


def test_no_language_with_settings_is_left_out() -> None:
    assert set(known_languages()) <= set(LABELS)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Kim Lee\nP: 6735 5382", ["6735 5382"]),
        ("M: 0712034567\nF: 0211 234 567", ["0712034567", "0211 234 567"]),
        ("D: 6735 5382 | M: 9035 5384", ["6735 5382", "9035 5384"]),
        ("m: 312 345 6781", ["312 345 6781"]),
        ("Τ: 210 123 4561", ["210 123 4561"]),
        ("Office: 6735 5382, home: 6735 5383", ["6735 5382", "6735 5383"]),
        ("numéro: 06.39.98.12.34", ["06.39.98.12.34"]),
        ("Mi nuevo número: 0612 345 678", ["0612 345 678"]),
        # A weaker word does not hide the label before it.
        ("my phone number is 6174567", ["6174567"]),
        ("phone:\n  number: 6175550163", ["6175550163"]),
        ("Phone / office: 6174567", ["6174567"]),
        ("Telefon Sekretariat: 0221 4710 223", ["0221 4710 223"]),
        ("Τηλέφωνο γραμματείας: 210 123 4561", ["210 123 4561"]),
        ("Volajte na 0948 376 371", ["0948 376 371"]),
        ("(1-800-555-0142)", ["1-800-555-0142"]),
    ],
)
def test_initials_and_words_for_lines_announce_numbers(text: str, numbers: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == numbers


@pytest.mark.parametrize(
    "text",
    [
        "P: 7654321",
        "T: 0.0051\nF: 12.345.678",
        "M: 23 456 789 rows",
        "number: 234 567 891",
        "see S. 234 567 891",
        "W: 1999 2003",
        "CP: 40140-280",
        "HP 98614-90010",
        "Telefonliste siehe Seiten 234 567 891",
        "Faks: strona 234 567 891",
        "Téléphones, page 234 567 891",
        "Teléfono: véase el anexo 234 567 891",
        "telefone, página 234 567 891",
        "факс на странице 234 567 891",
        "電話帳ページ 1234 5678",
        "Fax 234 567 891 páginas",
        "Telefax: 7654321 Blatt",
        "Телефоны проданные: 7654321",
        "Verkaufte Handys und Telefone: 7654321 Stück",
        "Vendidos telefones: 7654321",
        "Phones shipped: 234 567 891",
        "<Buffer 02 01 04 03 06>",
        "code points 0069 0307 0301",
    ],
)
def test_pages_counts_and_codes_are_no_numbers(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == []


@pytest.mark.parametrize(
    "text",
    ["Sales, 020 7946 0321", "page 3, call +44 20 7946 0321", "Karten verkauft Frau Lohse, 0221/4710 223"],
)
def test_a_number_by_its_shape_is_one_beside_words_for_counts(text: str) -> None:
    assert len(scanner(("phone",)).find(text)) == 1
