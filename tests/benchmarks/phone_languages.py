"""Judge `scrub-pii` on labelled numbers in 25 languages: `python -m tests.benchmarks.phone_languages [-v]`.

Each language has eight labels as its letterheads, advertisements and messages write them; `{}` stands for the next of
its numbers, in turn. The numbers belong to nobody: ranges that regulators keep for film and drama (Ofcom, ARCEP,
Bundesnetzagentur, PTS), or the example numbers of libphonenumber's metadata, grouped as people group them.
The rules were written looking at the languages in even places; those in odd places are only scored, and `-v` shows
the misses of the even ones alone.
"""

import sys

from corpuskit.text.pii.engines import Finder, finder
from tests.benchmarks.phone_sentences import masked, missing

LANGUAGES: dict[str, tuple[str, str]] = {
    "zh": (
        "电话：{}|联系电话 {}，张先生|手机{}转分机|请致电{}。|傳真:{}|客服热线：{}|電話號碼是{}。|拨打{}咨询",
        "010-12345678|13123456789|131 2345 6789|（010）12345678",
    ),
    "ja": (
        "電話：{}|TEL{}|携帯 {} まで|電話番号は{}です。|FAX：{}|お問い合わせ先：{}|ファックス {}"
        "|ご連絡は{}へ電話ください",
        "03-1234-5678|０３－１２３４－５６７８|090-1234-5678|03(1234)5678",
    ),
    "th": (
        "โทร {}|โทร. {} ค่ะ|โทรศัพท์: {}|มือถือ {}|เบอร์โทร {}|แฟกซ์ {}|ติดต่อ {} ได้เลย|โทรสาร {}",
        "02 123 4567|081-234-5678|๐๒-๑๒๓-๔๕๖๗|0812345678",
    ),
    "hi": (
        "फ़ोन: {}|फोन नंबर {} है|मोबाइल {}|मोबाइल नंबर: {}|दूरभाष {}|संपर्क करें: {}|फैक्स - {}|टेलीफोन {}",
        "81234 56789|+91 81234 56789|८१२३४५६७८९|8123456789",
    ),
    "vi": (
        "Điện thoại: {}|ĐT {}|SĐT: {}|Hotline {}|Di động: {}|Số điện thoại {}|Gọi ngay {}|Liên hệ: {}",
        "0912 345 678|0912.345.678|0912345678|+84 912 345 678",
    ),
    "el": (
        "Τηλ.: {}|τηλ {}|Τηλέφωνο {}|ΤΗΛΕΦΩΝΟ: {}|Κινητό: {}|Κιν. {}|Φαξ {}|Καλέστε στο {}",
        "21 2345 6789|2123456789|691 234 5678|6912345678",
    ),
    "pl": (
        "tel. {}|Telefon: {}|tel. kom. {}|Kom.: {}|faks {}|nr telefonu {}|Zadzwoń: {}|Telefon kontaktowy - {}",
        "12 345 67 89|512-345-678|512 345 678|(12) 345-67-89",
    ),
    "ko": (
        "전화: {}|전화번호 {}|휴대폰 {}로 연락|연락처: {}|팩스 {}|핸드폰 {}|대표전화 {}|문의: {}",
        "02-212-3456|010-2000-0000|010 2000 0000|01020000000",
    ),
    "ar": (
        "هاتف: {}|تلفون {}|جوال: {}|رقم الهاتف {}|فاكس: {}|للاتصال: {}|موبايل {}|الهاتف المحمول: {}",
        "011 234 5678|٠١١٢٣٤٥٦٧٨|0512345678|٠٥١ ٢٣٤ ٥٦٧٨",
    ),
    "he": (
        "טלפון: {}|טל' {}|טל. {}|נייד: {}|פקס {}|טלפון נייד - {}|מספר טלפון: {}|להתקשר ל-{}",
        "02-123-4567|050-234-5678|0502345678|02-1234567",
    ),
    "fa": (
        "تلفن: {}|شماره تلفن {}|موبایل: {}|تلفن همراه {}|فکس: {}|نمابر {}|شماره تماس: {}|تماس با {}",
        "021 2345 6789|۰۲۱۲۳۴۵۶۷۸۹|0912 345 6789|۰۹۱۲-۳۴۵-۶۷۸۹",
    ),
    "ru": (
        "тел. {}|Телефон: {}|т. {}|моб. {}|Факс: {}|Телефон/факс {}|Звоните {}|тел.:{}",
        "8 (301) 123-45-67|8 912 345-67-89|89123456789|(301) 12-34-56",
    ),
    "uk": (
        "тел. {}|Телефон: {}|моб.: {}|Мобільний {}|факс {}|тел./факс: {}|Телефонуйте {}|номер телефону {}",
        "050 123 4567|(050) 123-45-67|0501234567|050-123-45-67",
    ),
    "tr": (
        "Tel: {}|Telefon: {}|Cep: {}|Cep telefonu {}|Faks: {}|GSM {}|Telefon numarası: {}|İletişim: {}",
        "(0212) 345 67 89|0501 234 56 78|05012345678|0212 345 6789",
    ),
    "id": (
        "Telp. {}|Telepon: {}|Telp/Fax {}|HP: {}|No. HP {}|Nomor telepon {}|Faks {}|Hubungi {}",
        "(021) 8350123|0812-345-678|0812 3456 78|0812345678",
    ),
    "pt": (
        "Telefone: {}|Tel.: {}|Telemóvel {}|Tlm: {}|Celular: {}|Fone {}|Ligue para {}|contacto: {}",
        "21 234 5678|912 345 678|(11) 2345-6789|912345678",
    ),
    "es": (
        "Teléfono: {}|Tel. {}|Tfno. {}|Móvil: {}|Telf.: {}|Fax {}|Llame al {}|Teléfonos {}",
        "810 12 34 56|612 34 56 78|612-345-678|612345678",
    ),
    "it": (
        "Tel. {}|Telefono: {}|Cell. {}|Cellulare: {}|Fax: {}|tel/fax {}|Chiamare il {}|Recapito telefonico: {}",
        "02 1234 5678|02-12345678|312 3456789|312/3456789",
    ),
    "fr": (
        "Tél. : {}|Téléphone : {}|Portable : {}|Mob. {}|Fax : {}|Tél/Fax {}|Appelez le {}|Joindre au {}",
        "01 99 00 12 34|01.99.00.12.34|0639981234|06 39 98 12 34",
    ),
    "nl": (
        "Telefoon: {}|Tel. {}|Telefoonnummer {}|Mobiel: {}|GSM: {}|Fax {}|Bel {}|Mob. nr.: {}",
        "010-1234567|010 123 4567|06-12345678|06 1234 5678",
    ),
    "sv": (
        "Telefon: {}|Tel {}|Tfn: {}|Mobil: {}|Mobilnummer {}|Fax {}|Ring {}|telefonnummer: {}",
        "08-465 004 12|070-174 06 12|0701740612|031-390 06 12",
    ),
    "cs": (
        "Telefon: {}|tel.: {}|Mobil: {}|mob. {}|Fax {}|Tel. číslo {}|Volejte {}|telefonní číslo: {}",
        "212 345 678|601 123 456|601123456|601-123-456",
    ),
    "ro": (
        "Telefon: {}|Tel. {}|Mobil: {}|Tel/Fax: {}|Fax {}|Număr de telefon: {}|Sunați la {}|telefonul {}",
        "021 123 4567|0712 034 567|0712.034.567|0712034567",
    ),
    "hu": (
        "Telefon: {}|Tel.: {}|Mobil: {}|Telefonszám: {}|Fax: {}|Tel/fax {}|Hívja a {} számot|mobilszám {}",
        "06 20 123 4567|(06 1) 234 5678|06-20/123-4567|06201234567",
    ),
    "de": (
        "Telefon: {}|Tel. {}|Fon {}|Mobil: {}|Telefax {}|Handynummer {}|Rückruf unter {}|Durchwahl: {}",
        "030/23125-012|0171 39200 12|(040) 66969-012|+49 30 23125 012",
    ),
}
"""Labels and numbers, separated by bars, by language."""

WITHOUT_NUMBER = (
    "这款手机卖出了12345678台。",
    "手机屏幕分辨率为1920 1080像素",
    "电话会议在2021年03月04日 10:15开始",
    "热线开通以来共接听20210304次来电",
    "联系我们的订单号 20210304123456",
    "电话普及率 1990-1995 年翻了一番",
    "携帯電話の契約数は178912345件です。",
    "電話帳は1234567部印刷された",
    "携帯 1080 1920 2340",
    "お問い合わせ番号 2021-0304-1015",
    "โทรศัพท์รุ่นนี้ขายได้ 1234567 เครื่อง",
    "มือถือราคา 12,900-15,900 บาท",
    "मोबाइल उपयोगकर्ता 1200000000 हैं",
    "फोन की कीमत 12999 से 15999",
    "Điện thoại này có giá 12.990.000 đồng",
    "Gọi hàm 1000000 lần mất 1500 ms",
    "Το τηλέφωνο κοστίζει 1.299,00 ευρώ το 2019-2020.",
    "Κινητό με μνήμη 128 256 512",
    "Telefonów sprzedano 1 234 567 w 2019 roku.",
    "Telefon komórkowy za 1299-1499 zł",
    "휴대폰 1234567대가 팔렸다",
    "전화 보급률은 1980 1985 1990년에",
    "بيع 1234567 هاتف في 2019-2020",
    "سعر الجوال 1299 1499 1599 ريال",
    "טלפון נייד נמכר ב-1299 עד 1499 שקלים, 2019-2020",
    "تلفن همراه ۱۲۸ ۲۵۶ ۵۱۲ گیگابایت",
    "Телефонов продано 1 234 567 за 2019 год.",
    "Телефон стоит 12 990-15 990 рублей",
    "факс 9600 14400 28800 бит/с",
    "Мобільних абонентів 54 000 000 у 2018 році",
    "Telefon fiyatı 12.999-14.999 TL",
    "Cep telefonu satışları 2019-2020 arasında 1.234.567 oldu.",
    "Telepon pintar terjual 1.234.567 unit pada 2019-2020",
    "HP dengan RAM 128 256 512 GB",
    "O telemóvel custa 1299,00-1499,00 euros.",
    "Celular com 128 256 512 GB",
    "El teléfono se lanzó el 12-09-2014 a las 10.30-11.30",
    "Móvil de 1080 2340 píxeles",
    "Il telefono costa 1.299,00-1.499,00 euro",
    "Cellulare da 128 256 512 GB",
    "Le téléphone de 1876 1877 1878",
    "Portable vendu 1 299 000 fois",
    "De telefoon kost 1.299,00-1.499,00",
    "Mobiel internet: 12 24 48 96 Mbit",
    "Telefonen kostar 12 990-14 990 kronor",
    "Mobil: 128 256 512 GB",
    "Telefonů se prodalo 1 234 567 kusů",
    "Telefonul costă 1.299-1.499 lei din 12.10-15.10.2020",
    "A telefon ára 129 990 és 149 990 forint között",
    "Das Telefon kostet 1.299,00-1.499,00 Euro, Modell 20210304",
)
"""Sentences in the same languages with a word for telephones and digits that are none."""


def sentences(language: str) -> list[tuple[str, str]]:
    """Return the language's labels with a number each, and the number."""
    labels, numbers = (part.split("|") for part in LANGUAGES[language])
    return [
        (label.replace("{}", number), number)
        for label, number in ((label, numbers[place % len(numbers)]) for place, label in enumerate(labels))
    ]


def main(engine: str, verbose: bool) -> None:
    """Print, for each half of the languages, how many numbers are found whole."""
    find: Finder = finder(engine, ("phone",))
    for half, name in ((0, "looked at"), (1, "only scored")):
        texts = [text for language in list(LANGUAGES)[half::2] for text in sentences(language)]
        missed = missing(texts, find)
        print(f"{engine:9} {name:11} found {len(texts) - len(missed)} of {len(texts)} labelled numbers")
        wrong = masked(WITHOUT_NUMBER[half::2], find)
        print(f"{engine:9} {name:11} masked {len(wrong)} of {len(WITHOUT_NUMBER) // 2} sentences without a number")
        if verbose and not half:
            print(*(f"  {mistake}" for mistake in [*missed, *wrong]), sep="\n")


if __name__ == "__main__":
    main("native", "-v" in sys.argv[1:])
