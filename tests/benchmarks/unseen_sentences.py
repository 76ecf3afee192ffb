"""Judge `scrub-pii` on sentences written before its rules: `python -m tests.benchmarks.unseen_sentences`.

Half of them have telephone numbers, as people of many countries write them, and half have a word for telephoning and
digits that are no telephone number. The numbers belong to nobody: they are the example numbers of libphonenumber's
metadata, or from the ranges that regulators keep for film and drama. No rule is tuned on a mistake made here; only the
totals are printed.
"""

from collections.abc import Iterator

from corpuskit.text.pii.engines import Finder, finder

WITH_NUMBERS = (
    ("en", "Best,\nMarta Quill\nP: 202-555-0143\nF: 202-555-0178", ("202-555-0143", "202-555-0178")),
    ("en", "Ask Joan 415-555-0132, Peter 415-555-0187 or the desk.", ("415-555-0132", "415-555-0187")),
    ("en", "Out of hours, text the warden on 07700 900 461.", ("07700 900 461",)),
    (
        "de",
        "Sie erreichen uns dienstlich unter 030 23125 017, privat 030 23125 988.",
        ("030 23125 017", "030 23125 988"),
    ),
    ("de", "Rückfragen bitte an Frau Lohse, Durchwahl 0221/4710 223.", ("0221/4710 223",)),
    ("de", "Mobil.: 0171-39 200 14", ("0171-39 200 14",)),
    ("fr", "Vous pouvez me joindre au 06.12.34.56.78 après 18 h.", ("06.12.34.56.78",)),
    ("fr", "Portable : 06-39-98-10-22 / Fixe : 01-99-00-31-47", ("06-39-98-10-22", "01-99-00-31-47")),
    ("fr", "Mon nouveau numéro est le 07 00 12 34 56, notez-le !", ("07 00 12 34 56",)),
    ("es", "Si tienes dudas, escríbeme al móvil 612 34 56 78.", ("612 34 56 78",)),
    ("es", "Teléfono fijo: 810 123 456. Móvil: 612.345.678", ("810 123 456", "612.345.678")),
    (
        "it",
        "Per prenotare chiamate lo 02 1234 5678 oppure il cellulare 312 345 6789.",
        ("02 1234 5678", "312 345 6789"),
    ),
    ("pt", "Contacte-nos pelo telemóvel 912 345 678 ou pelo fixo 212 345 678.", ("912 345 678", "212 345 678")),
    ("nl", "Je kunt me bellen op 06-12345678 of thuis 010-123 4567.", ("06-12345678", "010-123 4567")),
    ("pl", "Proszę dzwonić pod numer 512 345 678 (Anna) lub 12 345 67 89 (biuro).", ("512 345 678", "12 345 67 89")),
    ("cs", "Volejte na tel. č. 601 123 456, ptejte se po Janě.", ("601 123 456",)),
    ("el", "Κινητό: 691 234 5678, σταθερό: 212 345 6789", ("691 234 5678", "212 345 6789")),
    ("el", "Καλέστε στο 2123456789 για ραντεβού.", ("2123456789",)),
    ("ru", "Пишите или звоните: моб. 8 912 345-67-89, Ирина.", ("8 912 345-67-89",)),
    ("uk", "Телефон для довідок: 050 123 45 67", ("050 123 45 67",)),
    ("tr", "Cep tel: 0501 234 56 78, iş: 0212 345 67 89", ("0501 234 56 78", "0212 345 67 89")),
    ("sv", "Ring mig på mobilen, 070-174 06 35, så hörs vi.", ("070-174 06 35",)),
    ("no", "Tlf. 21 23 45 67, mob. 406 12 345", ("21 23 45 67", "406 12 345")),
    ("fi", "Puh. 041 234 5678, kysy Liisaa", ("041 234 5678",)),
    ("vi", "Liên hệ anh Minh, số điện thoại 0912 345 678.", ("0912 345 678",)),
    ("th", "ติดต่อสอบถาม โทรศัพท์ 02-123-4567 หรือมือถือ 081-234-5678", ("02-123-4567", "081-234-5678")),
    ("ja", "ご予約は電話(03-1234-5678)または携帯090-1234-5678まで", ("03-1234-5678", "090-1234-5678")),
    ("zh", "聯絡人：陳小姐,手機:0912 345 678", ("0912 345 678",)),
    ("ko", "문의전화 02-212-3456, 휴대폰 010-2000-0000", ("02-212-3456", "010-2000-0000")),
    ("hi", "अधिक जानकारी के लिए मोबाइल नंबर 081234 56789 पर कॉल करें।", ("081234 56789",)),
)

WITHOUT_NUMBER = (
    ("en", "The hotline logged 1 234 567 890 calls in its first decade."),
    ("en", "P: 0.0034 F: 12.345 T: 1234567"),
    ("en", "Her phone bill listed 2019-04-12 10:15 to 2019-04-12 11:45."),
    ("en", "Call me Ishmael, ISBN 978 0 14 243724 7, page 312."),
    ("en", "The fax protocol T.30 sends 14400 9600 7200 4800 bits a second."),
    ("de", "Telefonrechnung Nr. 2019 0034 5567 vom 12.03.2019"),
    ("de", "Das Handy hat 4000 3500 und 3000 mAh im Test geschafft."),
    ("de", "Rufnummernblock: siehe Anlage 12 345 678"),
    ("de", "Anrufe 2018: 1.234.567, Anrufe 2019: 1.345.678"),
    ("fr", "Les portables se vendent à 12 500 000 exemplaires par an."),
    ("fr", "Le numéro 123 456 789 de la loterie a gagné."),
    ("fr", "Téléphone rose, pages 112 113 114 115 et 116."),
    ("es", "El móvil costó 1.250.000 pesos en 2019."),
    ("es", "Número de expediente 2019 123 456 789"),
    ("it", "Cellulari spediti nel 2018: 12 345 678 unità"),
    ("it", "Le chiamate del fax sono state 1.234.567 in tutto."),
    ("pt", "O telefone foi lançado por 1.299,00 a 1.499,00 reais."),
    ("nl", "De telefoon heeft 128 256 of 512 gigabyte, artikel 123 456 789."),
    ("pl", "Liczba telefonów w kraju: 45 678 901"),
    ("cs", "Telefon prošel testem 12345678 stisků."),
    ("el", "Τα τηλέφωνα πουλήθηκαν σε 1.234.567 τεμάχια."),
    ("ru", "Мобильных телефонов продано 12 345 678 штук."),
    ("uk", "Телефонів було 1 234 567 у 2015 році."),
    ("tr", "Cep telefonu fiyatı 12.345.678 lira oldu."),
    ("sv", "Telefonen såldes i 12 345 678 exemplar."),
    ("fi", "Puhelimia myytiin 12 345 678 kappaletta."),
    ("vi", "Điện thoại bán được 12 345 678 chiếc trong năm 2019."),
    ("ja", "携帯電話の販売台数は12345678台でした。"),
    ("zh", "手机销量达到 12345678 部,订单号 201904121015。"),
    ("ko", "휴대폰 판매량은 1234 5678 대였다."),
)


def main(engine: str) -> None:
    """Print how many of the numbers are found whole, and how many sentences without a number are masked."""
    find = finder(engine, ("phone",))
    whole, number_count, masked = scores(find)
    print(f"{engine:9} found {whole} of {number_count} numbers in {len(WITH_NUMBERS)} sentences", end="; ")
    print(f"masked {masked} of {len(WITHOUT_NUMBER)} sentences without a number")


def scores(find: Finder) -> tuple[int, int, int]:
    """Return how many numbers are found whole, how many there are, and how many sentences without one are masked."""
    whole = sum(number in hits(text, find) for _, text, numbers in WITH_NUMBERS for number in numbers)
    return (
        whole,
        sum(len(numbers) for _, _, numbers in WITH_NUMBERS),
        sum(1 for _, text in WITHOUT_NUMBER if find(text)),
    )


def hits(text: str, find: Finder) -> Iterator[str]:
    """Yield what is masked in `text`."""
    return (text[hit.start : hit.end] for hit in find(text))


if __name__ == "__main__":
    for engine in ("native", "scrubadub"):
        main(engine)
