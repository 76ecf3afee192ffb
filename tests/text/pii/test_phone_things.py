"""Numbers of orders and parcels, also of those where a telephone is in it, and numbers that customers ring."""

import pytest

from corpuskit.text.pii.scanner import scanner


def phones(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Order number for the phone: 020 7946 0321",
        "Reference number 020 7946 0321",
        "The fax runs firmware 020 7946 0321",
        "Invoice of the phone: 020 7946 0321",
        "Aktenzeichen 0711 6601 24",
        "Sendungsnummer 0176 4822 9106",
        "Rechnungsnummer des Telefons: 0176 4822 9106",
        "Kennzeichen vom Handy: 0176 4822 9106",
        "Zählerstand am Telefonkasten: 040 123 456",
        "Numéro de commande : 06 42 18 97 54",
        "Référence du téléphone : 06 42 18 97 54",
        "Matrícula do celular: 9144-627-15",
        "Numero d'ordine: 06 6982 1234",
        "ordrenummer 020 624 1834",
        "Klantnummer 020 624 1834",
        "Sipariş no: 0532 418 27 61 telefon",
        "Rendelésszám: 06 30 123 4567",
        "Numer sprawy: 22 826 31 45 telefon",
        "Αριθμός παραγγελίας 0210 123 4561",
        "携帯の品番：03-5412-7782",
        "电话运单号 010-65528841",
        "휴대폰 송장번호 010-4827-3318",
        "मोबाइल ऑर्डर का नंबर 022 2618 4471",
        "รหัสสินค้า 081-492-7731",
        "Katalognummer 0201 2402-15",
        "docket number 020 7946 0321, about a phone",
        "Серийный номер телефона: 8 916 204 33 18",
        "Numer seryjny telefonu: 603 418 228",
        "Código de pedido del teléfono: 914 362 716",
        "휴대폰 일련번호 010-4827-3318",
        "هاتف رقم الحساب ٠١٠ ٢٣٤٥ ٦٧٨٢",
    ],
)
def test_the_number_of_something_else_is_none_though_it_is_of_a_telephone(text: str) -> None:
    assert phones(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Order by phone: 020 7946 0321", "020 7946 0321"),
        ("Invoice for a call to 020 7946 0321", "020 7946 0321"),
        ("For reference, call 020 7946 0321", "020 7946 0321"),
        ("Références : tél. 06 42 18 97 54", "06 42 18 97 54"),
        ("Bestellung per Telefon: 0711 6601 244", "0711 6601 244"),
        ("Contact for the phone: 020 7946 0321", "020 7946 0321"),
        ("Atención al cliente: 914 362 716", "914 362 716"),
        ("Marca al 55 4182 7731 para pedir", "55 4182 7731"),
        ("Servizio clienti 06 6982 1234", "06 6982 1234"),
        ("Sprechstunde nach Absprache, 06221 48 13 91", "06221 48 13 91"),
        ("मेरा नंबर 022 2618 4471 है", "022 2618 4471"),
        ("Orders: 1-877-555-0123", "1-877-555-0123"),
        ("Model agency, 212-555-0123", "212-555-0123"),
        ("Justin Case, Esq.\n12 Oak Rd.\n212-555-0123", "212-555-0123"),
        ("客服 010-65528841", "010-65528841"),
    ],
)
def test_whom_people_ring_is_told_by_words_for_customers_too(text: str, number: str) -> None:
    assert phones(text) == [number]
