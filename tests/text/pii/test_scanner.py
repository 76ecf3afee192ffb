"""The detectors of personal data: what they take, what they leave, and where they say it is."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.pii import detector, numbers
from corpuskit.text.pii import scanner as scanner_module
from corpuskit.text.pii.scanner import DetectorFailed, Hit, Scanner, normalised, scanner

ALNUM = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{ALNUM}\n{ALNUM[:10]}==\n-----END RSA PRIVATE KEY-----"

TAKEN = [
    ("email", "jo.doe+news@mail.example.org"),
    ("email", "JO@EXAMPLE.ORG"),
    ("email", "müller@exämple.org"),
    ("email", "jo%40example.org"),
    ("email", "иван@пример.рф"),
    ("ipv4", "192.0.2.7"),
    ("ipv4", "203.0.113.255"),
    ("ipv6", "2001:db8::1"),
    ("ipv6", "2001:0DB8:0000:0000:0000:0000:0000:0001"),
    ("ipv6", "::ffff:192.0.2.128"),
    ("ipv6", "fe80::1"),
    ("credit-card", "4111 1111 1111 1111"),
    ("credit-card", "4111-1111-1111-1111"),
    ("credit-card", "5555555555554444"),
    ("credit-card", "3782 822463 10005"),
    ("credit-card", "378282246310005"),
    ("credit-card", "30569309025904"),
    ("credit-card", "6011111111111117"),
    ("iban", "GB82 WEST 1234 5698 7654 32"),
    ("iban", "DE89370400440532013000"),
    ("iban", "gb82west12345698765432"),
    ("iban", "NO93-8601-1117-947"),
    ("ssn", "219-09-9999"),
    ("phone", "+1-408-555-1234"),
    ("phone", "+44 (0)20 7946 0958"),
    ("phone", "+34 912 34 56 78"),
    ("phone", "(212) 555-0123"),
    ("phone", "212-555-0123 x42"),
    ("phone", "020 7946 0958"),
    ("phone", "01 42 34 56 78"),
    ("api-key", "AKIA" + "IOSFODNN7EXAMPLE"),
    ("api-key", "ghp_" + ALNUM[:36]),
    ("api-key", "github_pat_" + ALNUM[:22] + "_" + ALNUM),
    ("api-key", "glpat-" + ALNUM[:20]),
    ("api-key", "xoxb-" + "123456789012-" + ALNUM[:24]),
    ("api-key", "sk_live_" + ALNUM[:24]),
    ("api-key", "AIza" + ALNUM[:35]),
    ("api-key", "sk-proj-" + ALNUM),
    ("api-key", "sk-" + "0123456789abcdef" * 2),
    ("api-key", "hf_" + ALNUM[:34]),
    ("api-key", "npm_" + ALNUM[:36]),
    ("api-key", "pypi-" + ALNUM + ALNUM),
    ("api-key", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + ALNUM[:43]),
    ("private-key", PEM),
]

LEFT = [
    "pip install foo@1.2.3 and lodash@4.17.21",
    "logo@2x.png and photo@home.jpg",
    "git clone git@example.org:team/project.git",
    "name at example dot org",
    "listen on 127.0.0.1, 0.0.0.0 and ::1, mask 255.255.255.0",
    "version 10.40.33.2, v2.45.0.1, Chrome/120.0.6099.71, section 1.2.3.4, 1.2.3",
    "std::vector a[1::2] b[::2] 12:30:45 Bad::Face 00:1a:2b:3c:4d:5e",
    "card 4111 1111 1111 1112 and 0000 0000 0000 0000",
    "ratio 0.4111111111111111 and hash a4111111111111111",
    "GB82 WEST 1234 5698 7654 33",
    "in 2012 the people of de 10 mm aproximadamente y presencia",
    "000-12-3456 666-12-3456 900-12-3456 219-00-9999 219-09-0000",
    "ISBN 978-3-16-148410-0, ISBN 0-306-40615-2, ISSN 2049-3630",
    "clause 252.227-7013 of 2023-11-23, 23.11.2023, 1999-2004, (1992–1996)",
    "order 1234567 costs $ 1234567.89, 1,234,567 of 12345678",
    "doi 10.1016/j.cell.2008.10.016, pages 345-678-9012",
    "http://news.example.org/2004/06/20040607/index.html and item-2000-001672.jpg",
    "https://example.org/?key=category&page=2 http://example.org:8080/a@b",
    "class sk-fading-circle-of-many-dots, sk-learn-contrib-something-2020",
    "call 0.6339746 or ring 3.3660254 times, Anal. 1 (1981) 267-283",
    "x + 20 1234567890, C++ 11",
    "-----BEGIN PUBLIC KEY-----",
    "a bearer of responsibilities",
]


@pytest.mark.parametrize(("kind", "value"), TAKEN)
@pytest.mark.parametrize("before", ["", "see: ", "😀 電話帳 ñ ", "「"])
def test_takes_the_whole_value_and_nothing_else(kind: str, value: str, before: str) -> None:
    text = f"{before}{value}, as said"
    assert scanner().find(text) == [Hit(len(before), len(before) + len(value), kind)]


@pytest.mark.parametrize("text", LEFT)
def test_leaves_what_only_looks_alike(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner().find(text)] == []


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("https://jo:s3cr3t@example.org/x", ["jo:s3cr3t"]),
        ("redis://:pass@cache.example.org", [":pass"]),
        ("https://jo:p@ss@example.org", ["jo:p@ss"]),
        ("https://example.org/?page=1&access_token=abc12345xyz&x=1", ["abc12345xyz"]),
        ("https://example.org/f?X-Amz-Signature=0123456789abcdef", ["0123456789abcdef"]),
        ("https://example.org/?password=hunter.", ["hunter"]),
        ("(https://example.org/?api_key=12345678abc)", ["12345678abc"]),
    ],
)
def test_takes_only_the_secret_of_a_url(text: str, taken: list[str]) -> None:
    hits = scanner(("url-credentials",)).find(text)
    assert [text[hit.start : hit.end] for hit in hits] == taken


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Tel.: 956 013 059 / 619128686.", ["956 013 059", "619128686"]),
        ("Teléfono: 963862500 Fax:942202726", ["963862500", "942202726"]),
        ("call me at 555-0123", ["555-0123"]),
        ("Fax: + 34 912 34 56 78", ["+ 34 912 34 56 78"]),
        ("電話：03-5840-7231", ["03-5840-7231"]),
        ("65 43 21 09 office", ["65 43 21 09"]),
        ("fax (555-0123), thanks", ["555-0123"]),
        ("phone book, ISBN 1234567", []),
        ("the number 956 013 059", []),
    ],
)
def test_a_word_beside_a_number_makes_it_a_phone_number(text: str, taken: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == taken


def test_a_rare_card_or_a_bare_social_security_number_needs_its_word() -> None:
    assert scanner().find("id 501864667909 and 219099999") == []
    assert [hit.type for hit in scanner().find("card 501864667909, SSN 219099999")] == ["credit-card", "ssn"]


def test_a_private_key_is_taken_as_a_block_even_if_it_is_cut_or_escaped() -> None:
    header, first, *_ = PEM.split("\n")
    cut = f"{header}\n{first}\n{first}\nThe end of it."
    escaped = PEM.replace("\n", "\\n")
    assert [cut[hit.start : hit.end] for hit in scanner().find(cut)] == [f"{header}\n{first}\n{first}"]
    assert [hit[:2] for hit in scanner().find(f'"{escaped}"')] == [(1, len(escaped) + 1)]
    two = scanner().find(f"{PEM}\nprose between\n{PEM}")
    assert [hit.type for hit in two] == ["private-key", "private-key"]


def test_an_account_number_may_be_wrapped_over_a_line_or_lack_its_country() -> None:
    for text in ("PL6\n1109010140000071219812874", "61 1090 1014 0000 0712 1981 2874"):
        assert [hit[:2] for hit in scanner(("iban",)).find(text)] == [(0, len(text))]


def test_what_one_detector_takes_no_other_sees() -> None:
    text = "https://jo:pass@example.org/?to=al@example.org 4111 1111 1111 1111 212-555-0123"
    assert [hit.type for hit in scanner().find(text)] == ["url-credentials", "email", "credit-card", "phone"]


def test_placeholders_are_neither_hits_nor_context() -> None:
    for text in ("{{PHONE}} 1234567", "{{EMAIL:4111111111111111}}", "{{CREDIT_CARD}} {{IPV4}}"):
        assert scanner().find(text) == []


# Without ASCII letters no word such as `date` can come up that speaks against a telephone number.
WORDLESS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters=string.ascii_letters))


@given(st.sampled_from(TAKEN), WORDLESS, st.text())
def test_planted_values_are_found_at_their_characters(planted: tuple[str, str], before: str, behind: str) -> None:
    kind, value = planted
    text = f"{before}\n{value}\n{behind}"
    place = len(before) + 1
    assert Hit(place, place + len(value), kind) in scanner().find(text)


NUMBERS = [
    (kind, value) for kind, value in TAKEN if value[0] in "(+" or value.replace("-", "").replace(" ", "").isdigit()
]


@pytest.mark.parametrize(("kind", "value"), NUMBERS)
@pytest.mark.parametrize(
    "long", ["7" * 999, "31415926535" * 90, "7 " * 999, "7-" * 999 + "7", "31415 " * 99, "5.5 " * 99]
)
def test_long_rows_of_digits_hide_no_number(long: str, kind: str, value: str) -> None:
    text = f"{long}\n{value}\n{long}\n{value}"
    places = [len(long) + 1, 2 * len(long) + len(value) + 3]
    assert scanner().find(text) == [Hit(place, place + len(value), kind) for place in places]


def test_a_number_within_a_row_of_digits_is_found_by_its_shape_or_its_word() -> None:
    row = "7 " * 99
    for shaped in ("202-555-0143", "+44 20 7946 0958"):
        assert [hit.type for hit in scanner().find(f"{row}{shaped} {row}")] == ["phone"]
    assert scanner().find(f"{row}555 0143 fax")[-1].type == "phone"


FRAGMENTS = st.sampled_from([value for _, value in TAKEN] + LEFT)
PIECES = st.lists(FRAGMENTS | st.text("0123456789 -.()+@:/{}=&?aZ電😀\n", max_size=12), max_size=6)


@given(PIECES, st.sampled_from(["", " ", "\n", "-", "é"]))
def test_hits_lie_in_order_and_apart(pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    hits = scanner().find(text)
    ends = [0, *(hit.end for hit in hits)]
    assert all(end <= hit.start < hit.end <= len(text) for end, hit in zip(ends, hits, strict=False))


@given(PIECES, st.sampled_from(["", " ", "\n", "-"]))
def test_no_detector_finds_anything_without_its_trigger(pieces: list[str], glue: str) -> None:
    data = glue.join(pieces).encode()
    for each in scanner_module.DETECTORS:
        if list(each.find(data)):
            assert detector.pattern(each.trigger).search(data), each.type


def test_only_the_types_asked_for_are_looked_for() -> None:
    text = "jo@example.org 192.0.2.7"
    assert [hit.type for hit in scanner(("ipv4",)).find(text)] == ["ipv4"]


def test_a_trigger_search_without_memory_is_a_failure_not_a_clean_text() -> None:
    class Exhausted:
        def Match(self, data: bytes) -> list[int]:
            return []

    starved = Scanner()
    starved._open._halves[1]._set = Exhausted()
    with pytest.raises(DetectorFailed, match="OutOfMemory"):
        starved.find("jo@example.org")


def test_a_failing_detector_is_named_without_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> list[detector.Span]:
        raise ValueError(data)

    monkeypatch.setattr(scanner_module, "DETECTORS", (detector.Detector("email", "@", broken),))
    with pytest.raises(DetectorFailed) as failure:
        Scanner().find("jo@example.org")
    assert str(failure.value) == "email: ValueError"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "Jo@Example.org", "jo%40example.org"),
        ("credit-card", "4111 1111 1111 1111", "4111111111111111"),
        ("iban", "gb82west12345698765432", "GB82 WEST 1234 5698 7654 32"),
        ("ipv6", "2001:DB8:0:0::1", "2001:db8::1"),
    ],
)
def test_spellings_of_one_value_compare_equal(kind: str, one: str, other: str) -> None:
    assert normalised(kind, one) == normalised(kind, other)


@given(st.integers(10**11, 10**19 - 1).map(lambda number: str(number).encode()), st.integers(1, 9), st.data())
def test_luhn_sees_every_single_wrong_digit(digits: bytes, shift: int, data: st.DataObject) -> None:
    right = next(digits[:-1] + b"%d" % last for last in range(10) if numbers.luhn(digits[:-1] + b"%d" % last))
    place = data.draw(st.integers(0, len(right) - 1))
    wrong = right[:place] + b"%d" % ((right[place] - 48 + shift) % 10) + right[place + 1 :]
    assert not numbers.luhn(wrong)


BAITS = ["1-1-1-", "a@a@a@", "::::", "7"]
MORE_BAITS = ["12 ", "020 ", "4111 ", "1.2.3.", "://a:a", "&key=a1", "-----BEGIN PRIVATE KEY-----", "eyJa."]
MORE_BAITS += ["DE89 3704 ", "(123", "12(34)", "00 1", "tel 1", "sk-a1B", "é@é.éé-", "aws secret ", "{{EMAIL", "a:b::"]


@pytest.mark.parametrize("bait", [*BAITS, *(pytest.param(bait, marks=pytest.mark.slow) for bait in MORE_BAITS)])
def test_baits_for_slow_patterns_are_read_to_the_end(bait: str) -> None:
    text = (bait * (200_000 // len(bait) + 1))[:200_000] + "\njo@example.org"
    hits = scanner().find(text)
    assert hits[-1] == Hit(len(text) - 14, len(text), "email")
