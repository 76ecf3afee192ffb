"""Addresses of networks and credentials in URLs: what a number with four parts is, and what a template is."""

import pytest

from corpuskit.text.pii.scanner import scanner

VERSIONS = [
    "See chapters 3.4.5.6, 11.2.3.44 and 12.40.1.2.",
    "versions 14.0.3.52 or 15.0.40.1, 15.1.33.0",
    "Bump opencv from 4.5.64.1 to 45.7.0.72.",
    "upgraded the BIOS to 41.2.0.35",
    "install torch 2.0.1.118 first",
    "torch==41.0.0.118 and numpy~=33.2.1.0",
    "libfoo 45.6.40.1-beta2, foo_45.6.40.1.tar.gz, 45.6.40.1 or later",
    "Linux 6.40.9.3-generic",
    "  ## 43.7.2.5. Cursors",
    "see\n6.5.4.2 Address arithmetic",
    "ObjectIdentifier('1.3.101.112')",
    '"version": "41.3.2.40"',
    "firmware 41.3.2.40, driver=41.3.2.41",
]


@pytest.mark.parametrize("text", VERSIONS)
def test_versions_and_sections_are_no_addresses(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("ipv4",)).find(text)] == []


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("from 203.0.113.5 to 203.0.113.9", ["203.0.113.5", "203.0.113.9"]),
        ("server 3.0.4.5 is down", ["3.0.4.5"]),
        ("5.9.2.33:80 and 5.9.2.33/24", ["5.9.2.33", "5.9.2.33"]),
        ("ifconfig eth1 23.0.0.1", ["23.0.0.1"]),
        ("10.0.0.64 answered", ["10.0.0.64"]),
        ("die 192.0.2.8-Adresse, by way of 10.8.0.1 address", ["192.0.2.8", "10.8.0.1"]),
        ("address: <198.51.100.137>", ["198.51.100.137"]),
        ("mount 10.0.0.1:/srv", ["10.0.0.1"]),
        ("root 192.0.2.2:192.0.2.7::255.255.255.0:box", ["192.0.2.2", "192.0.2.7"]),
        ("192.0.2.1. Only then", ["192.0.2.1"]),
        ("4.2.0.192.in-addr.arpa", ["4.2.0.192"]),
        # Ranges
        ("lease 203.0.113.20-203.0.113.90", ["203.0.113.20", "203.0.113.90"]),
        ("lease 203.0.113.20..203.0.113.90.", ["203.0.113.20", "203.0.113.90"]),
        ("lease 203.0.113.20-90, 192.168.7.1-5", ["203.0.113.20", "192.168.7.1"]),
        ("203.0.113.20-9 and 203.0.113.20-900", []),
        ("lib-203.0.113.20 and 43.6.40.1-2 and 203.0.113.20-203.0.113", []),
        ("203.0.113.20.203.0.113.90", []),
    ],
)
def test_addresses_are_taken_by_their_words_and_size(text: str, addresses: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("ipv4", "ipv6")).find(text)] == addresses


@pytest.mark.parametrize(
    "text",
    [
        'f"gs://{user_name}:{pw}@{store}/"',
        "https://${LOGIN}:${TOKEN}@example.org/",
        "https://$LOGIN:$TOKEN@example.org/",
        "ftp://%s:%s@example.org",
        "http://<login>:<password>@example.org",
        "amqp://me:****@example.org",
        "see scheme://username:password@example.org:80/",
        "https://example.org/?api_key={key12345}&password=$password",
        "?access_token=<your-token-1>",
    ],
)
def test_templates_are_no_credentials(text: str) -> None:
    assert scanner().find(text) == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://{user}:hunter2@example.org", "{user}:hunter2"),
        ("https://jo:$ecret@example.org", "jo:$ecret"),
        ("https://user:hunter2@example.org", "user:hunter2"),
        ("https://jo:password@example.org", "jo:password"),
    ],
)
def test_a_secret_beside_a_template_is_taken(text: str, secret: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner().find(text)] == [secret]


def test_hosts_inside_a_domain_may_have_underscores() -> None:
    text = "jo@print_server.example.org but not self@some_module.attribute"
    assert [text[hit.start : hit.end] for hit in scanner().find(text)] == ["jo@print_server.example.org"]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("224.0.0.22 and 239.192.0.7, ff05::2", []),
        ("route 198.51.100.0/24 via 198.51.100.9", ["198.51.100.9"]),
        ("subnet 203.0.113.64/26, host 203.0.113.65/26", ["203.0.113.65"]),
        ("address 203.0.113.0/32", ["203.0.113.0"]),
        ("inet 192.0.2.9 brd 192.0.2.255, broadcast 192.0.2.127", ["192.0.2.9"]),
        ("2001:db8:7::/48 but 2001:db8:7::5/48, 2001:db8:7:1::", ["2001:db8:7::5"]),
        ("Windows 10.0.19.44, assembly 44.3.2.1", []),
    ],
)
def test_networks_multicast_and_broadcast_are_nobodys(text: str, addresses: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("ipv4", "ipv6")).find(text)] == addresses
