"""Judge `scrub-pii` on sentences about telephoning: `python -m tests.benchmarks.phone_sentences [-v]`.

`WITHOUT_NUMBER` holds sentences with a word for telephoning and digits that are no telephone number, `NUMBERS`
telephone numbers as people of ten countries and more write them, in a sentence or on a letterhead. The numbers belong
to nobody: they are from the ranges that regulators keep for film and drama (555-01xx of the NANP, and those of Ofcom,
ARCEP, Bundesnetzagentur, ACMA and PTS), or the example numbers of libphonenumber's metadata.
The rules were written looking at the first half (even places); the second (odd places) is only scored, and `-v`
shows the mistakes of the first half alone.
"""

import sys
from collections.abc import Sequence

from corpuskit.text.pii.engines import Finder, finder

WITHOUT_NUMBER = (
    "Each call costs 0.0004 and we made 25000000 of them.",
    "The callback was called with 31536000 as its argument.",
    "Recursive calls: 40 80 160 320 640 1280",
    "My mobile shows 1920 1080 pixels at 60 hertz.",
    "The cell grew from 1500000 to 3000000 bacteria overnight.",
    "Cell 12 34 56 78 of the spreadsheet holds the total.",
    "Ring buffer of 1048576 entries, 4096 bytes each.",
    "The ring sold for 1 250 000 in Geneva.",
    "Text messages sent in 2015: 8 300 000 000 000",
    "He texted me 12 times between 10.15-11.30 and again at 12.45-13.10.",
    "Nokia phone 3310 2000 2005 edition",
    "The Windows Phone 8.1.14234.375 update is out.",
    "This phone has 128 256 or 512 GB of storage.",
    "Phone sales fell from 1 400 000 in 2016 to 1 100 000 in 2017.",
    "mobile users: 2345678 (2019), 3456789 (2020)",
    "dialog(800, 600, 1234567)",
    "Dial gauge 0-100 200-300, accuracy 0.005",
    "int rc = syscall(333, 1000000, 2000000);",
    "The phone was released on 12-09-2014 at 649-799 dollars.",
    "Handy-Preise: 299,00-349,00 Euro",
    "Das Handy kostet 1.299.000 Rupiah.",
    "Portable generator 5500-7500 watts",
    "The portable format 20101201 was replaced.",
    "I called support on 2021-03-04 10:15:30-08:00 and waited.",
    "Call 20240115 failed after 1500 ms.",
    "call to 0041af30 from 00401000",
    "The call at line 1234567 returned 7654321.",
    "Called on 17.03-19.03.2021 and on 24.03-26.03.2021",
    "Telephone exchange no. 5 handled 9876543 calls in 1932.",
    "Telephone poles: 10 000 000 were standing by 1950.",
    "Le téléphone coûte 1 299 000 francs.",
    "Le portable a 16 32 64 128 Go de mémoire.",
    "El móvil cuesta entre 199.00-299.00 euros",
    "El celular vendió 12 500 000 unidades en 2018.",
    "Fax machines sold: 1 200 000 (1995), 2 400 000 (1997)",
    "fax 9600 14400 28800 bit/s",
    "SMS gateway, 160 70 140 characters, port 2775 8080",
    "sms_count = 12345678",
    "Reached 1000000 downloads and 2500000 views.",
    "We reached 1234567890 rows in the table.",
    "messages to 5000000 people every day",
    "WhatsApp has 2000000000 users, Viber 1000000000.",
    "voicemail file 20230405123045 saved",
    "Answering 1234567 questions in 2020 2021 2022",
    "mobile: 768px 1024px 1440px",
    "media (min-width: 768) and (max-width: 1024 1280 1440) for mobile",
    "phone_number = models.BigIntegerField(default=10000000000000)",
    "The phone book of 1987-1988 has 1234567 entries.",
    "Call graph: 1024 nodes 4096 edges 16384 paths",
    "roll call votes 234 567 890",
    "a conference call about Q3 2021 revenue of 1 234 567 890 dollars",
    "Bitte rufen Sie zwischen 8.00-12.00 und 14.00-18.00 an. Telefon ist besetzt.",
    "Telefonzeiten Mo 8.30-12.30, Do 14.00-18.30",
    "Telefontarif 0.09-0.19 Euro je Minute",
    "Centralino telefonico aperto 8.30-13.00 15.00-18.00",
    "Telefoon 06.30-22.00 bereikbaar",
    "mobile coverage by km: 10 20 40 80 160 320",
    "The 911 call came at 03:15:22.500000-05:00.",
    "struct cell cells[1000000]; cell = 0.25000000;",
    "handy reference 1001-1002-1003",
    "ISBN of the phone novel: 0 306 40615 2",
    "Order 5551234567 for the phone case has shipped.",
    "mobile app build 2023041501 is live",
    "the caller id field 0x0012345678 was empty",
)

NUMBERS = (
    # United States and Canada
    ("Please contact 562 555 0143 for the appointment.", "562 555 0143"),
    ("call me at 2025550117 tomorrow", "2025550117"),
    ("my cell is 312.555.0188", "312.555.0188"),
    ("You can reach our office at 1 800 555 0199.", "1 800 555 0199"),
    ("Fax: 416/555-0121", "416/555-0121"),
    ("text us: 604-555-0135", "604-555-0135"),
    # United Kingdom
    ("Ring 0121 234 5678 after six.", "0121 234 5678"),
    ("Mobile 07400 123456", "07400 123456"),
    ("Tel: 020-7946-0321", "020-7946-0321"),
    ("T 0114 496 0987", "0114 496 0987"),
    # Germany
    ("Tel. 030 / 23 125 - 0", "030 / 23 125 - 0"),
    ("Telefon: 0221/4710-123", "0221/4710-123"),
    ("Fon (040) 669 69-0", "(040) 669 69-0"),
    ("Telefax 069 / 90009 – 220", "069 / 90009 – 220"),
    ("Mobil: 0171 / 39 200 12", "0171 / 39 200 12"),
    ("Sie erreichen uns unter 089/99998-456.", "089/99998-456"),
    # France
    ("Tél. : 01.99.00.12.34", "01.99.00.12.34"),
    ("Appelez le 06 12 34 56 78", "06 12 34 56 78"),
    ("Téléphone 02-61-91-12-34", "02-61-91-12-34"),
    # Spain
    ("Llame al 810 12 34 56", "810 12 34 56"),
    ("Móvil: 612345678", "612345678"),
    ("tlf. 810-123-456", "810-123-456"),
    # Italy
    ("tel. 02/12345678", "02/12345678"),
    ("Cell. 312 3456789", "312 3456789"),
    ("Chiamate lo 02 1234 5678", "02 1234 5678"),
    # Netherlands and Belgium
    ("Bel 010-1234567", "010-1234567"),
    ("GSM 0470/12.34.56", "0470/12.34.56"),
    # Poland
    ("tel. kom. 512-345-678", "512-345-678"),
    ("tel. (12) 345 67 89", "(12) 345 67 89"),
    # Brazil
    ("Telefone: (11) 2345-6789", "(11) 2345-6789"),
    ("WhatsApp 11 96123-4567", "11 96123-4567"),
    # Japan and China
    ("TEL 03-1234-5678", "03-1234-5678"),
    ("電話番号 090-1234-5678", "090-1234-5678"),
    ("电话：010-12345678", "010-12345678"),
    # Sweden, Switzerland, Austria
    ("Ring 08-465 004 12", "08-465 004 12"),
    ("Telefon 021 234 56 78", "021 234 56 78"),
    ("Tel.: 01/234 567 89", "01/234 567 89"),
    # Russia
    ("тел. 8 (301) 123-45-67", "8 (301) 123-45-67"),
    ("Звоните 8-912-345-67-89", "8-912-345-67-89"),
    # Australia, India
    ("Phone (02) 5550 1234", "(02) 5550 1234"),
    ("Call 0491 570 156", "0491 570 156"),
    ("Mob: 81234 56789", "81234 56789"),
)


def main(engine: str, verbose: bool) -> None:
    """Print, for each half, how many sentences without a number are masked and how many numbers are found whole."""
    find = finder(engine, ("phone",))
    for half, name in ((0, "looked at"), (1, "only scored")):
        without, numbers = WITHOUT_NUMBER[half::2], NUMBERS[half::2]
        wrong, missed = masked(without, find), missing(numbers, find)
        print(f"{engine:9} {name:11} masked {len(wrong)} of {len(without)} sentences without a number", end="; ")
        print(f"found {len(numbers) - len(missed)} of {len(numbers)} numbers")
        if verbose and not half:
            print(*(f"  {mistake}" for mistake in [*wrong, *missed]), sep="\n")


def masked(sentences: Sequence[str], find: Finder) -> list[str]:
    """Return the sentences in which there is a hit."""
    return [sentence for sentence in sentences if find(sentence)]


def missing(numbers: Sequence[tuple[str, str]], find: Finder) -> list[str]:
    """Return the sentences whose number is not one whole hit."""
    return [text for text, number in numbers if number not in [text[hit.start : hit.end] for hit in find(text)]]


if __name__ == "__main__":
    for engine in ("native", "scrubadub"):
        main(engine, "-v" in sys.argv[1:] and engine == "native")
