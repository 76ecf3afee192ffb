"""What standards set aside for private networks and for documentation."""

import pytest

from corpuskit.text.pii.reserved import GROUPS, is_reserved


@pytest.mark.parametrize(
    ("kind", "value", "group"),
    [
        ("ipv4", "172.31.255.1", "private"),
        ("ipv4", "100.64.0.9", "private"),
        ("ipv4", "169.254.169.254", "private"),
        ("ipv4", "172.32.0.1", None),
        ("ipv6", "fd12::1", "private"),
        ("ipv6", "fe80::1", "private"),
        ("ipv6", "2001:db8::5", "documentation"),
        ("ipv6", "2001:4860:4860::8888", None),
        ("ipv4", "198.51.100.20", "documentation"),
        ("email", "jo@printer.local", "private"),
        ("email", "JO@Example.COM", "documentation"),
        ("email", "jo%40mail.example.net", "documentation"),
        ("email", "jo@shop.example", "documentation"),
        ("email", "jo@example.de", None),
        ("email", "jo@myexample.org", None),
        ("phone", "(202) 555-0143 ext. 7", "documentation"),
        ("phone", "555-0143", "documentation"),
        ("phone", "202-555-0243", None),
        ("iban", "GB82WEST12345698765432", None),
    ],
)
def test_a_value_belongs_to_one_group_or_to_none(kind: str, value: str, group: str | None) -> None:
    assert [each for each in GROUPS if is_reserved(each, kind, value)] == ([group] if group else [])
