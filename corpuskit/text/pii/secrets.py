"""Detectors of API keys and private-key blocks.

Keys are recognised by the prefixes that their issuers use: AWS, GitHub, GitLab, Slack, Stripe, Google, OpenAI and
those who copied its `sk-`, Hugging Face, npm, PyPI, SendGrid, DigitalOcean; JSON web tokens by their shape;
bearer tokens and AWS secret keys by the words before them. Passwords in prose and keys of no known shape are left.
"""

from collections.abc import Iterator

from corpuskit.text.pii.detector import Detector, Span, merged, pattern

_PREFIXED = pattern(
    r"\b(?:"
    r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b"
    r"|gh[oprsu]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{22,}"
    r"|gl(?:pat|dt|ptt|rt|cbt|soat|ft|imt|agent|oas|ffct)-[0-9A-Za-z_.-]{19,}[0-9A-Za-z_-]"
    r"|xox[abceoprs]-[0-9A-Za-z-]{10,}|xapp-[0-9]-[0-9A-Za-z-]{10,}"
    r"|[rs]k_(?:live|test)_[0-9A-Za-z]{16,}|whsec_[0-9A-Za-z+/]{24,}"
    r"|AIza[0-9A-Za-z_-]{35}|GOCSPX-[0-9A-Za-z_-]{20,}|ya29\.[0-9A-Za-z_-]{20,}"
    r"|hf_[0-9A-Za-z]{30,}|npm_[0-9A-Za-z]{36,}|pypi-[0-9A-Za-z_-]{50,}"
    r"|SG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}|do[oprt]_v1_[0-9a-f]{64}"
    r"|eyJ[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*){2,4}"
    r")"
)
_SK = pattern(r"\bsk-[0-9A-Za-z_-]{20,}")
_SK_RUN = pattern(r"[0-9A-Za-z]{16}")
_SK_HEX = pattern(r"^sk-(?:[a-z0-9]+-)*[0-9a-f]{32,}$")
_NAMED = pattern(
    r"(?i)\b(?:authorization[\"']?\s*[:=]\s*[\"']?(?:bearer|token|basic)|bearer)\s+([0-9A-Za-z._~+/-]{20,}=*)"
    r"|aws.{0,12}secret.{0,20}?[=:]\s*[\"']?([0-9A-Za-z/+]{40})"
    r"|hooks\.slack\.com/services/([0-9A-Za-z/]{30,})"
)
_PREFIXES = (
    r"AKIA|ASIA|ABIA|ACCA|gh[oprsu]_|github_pat_|gl[a-z]{2,5}-|xox[a-s]-|xapp-|[rs]k_(?:live|test)_|whsec_"
    r"|AIza|GOCSPX-|ya29\.|hf_|npm_|pypi-|SG\.|do[oprt]_v1_|eyJ|sk-|(?i:bearer|authorization|aws.{0,12}secret)"
    r"|(?i:hooks\.slack)"
)

_HEADER = pattern(r"-----BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_FOOTER = pattern(r"-----END [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_CUT_BODY = pattern(r"^(?:(?:\s|\\[nr])+[0-9A-Za-z+/=]{16,})*")
_LONGEST_BLOCK = 32 * 1024


def find_api_keys(data: bytes) -> list[Span]:
    """Find keys by prefix, by shape, or by the words before them."""
    spans = [match.span() for match in _PREFIXED.finditer(data)]
    spans += [match.span() for match in _SK.finditer(data) if _looks_random(match.group())]
    for match in _NAMED.finditer(data):
        start, end = max(match.span(group) for group in (1, 2, 3))
        if any(byte in b"0123456789" for byte in data[start:end]):
            spans.append((start, end))
    return merged(spans)


def find_private_keys(data: bytes) -> Iterator[Span]:
    """Find PEM and PGP private-key blocks from header to footer; of a cut block, the lines of base64."""
    headers = [match.span() for match in _HEADER.finditer(data)]
    for number, (start, body) in enumerate(headers):
        limit = headers[number + 1][0] if number + 1 < len(headers) else len(data)
        limit = min(limit, start + _LONGEST_BLOCK)
        footer = _FOOTER.search(data, body, limit)
        if footer:
            yield start, footer.end()
        else:
            yield start, body + _CUT_BODY.match(data[body:limit]).end()


def _looks_random(key: bytes) -> bool:
    """`sk-` also begins style classes and package names; a key has long mixed runs, or is hexadecimal."""
    mixed = any(b"a"[0] <= byte <= b"z"[0] for byte in key[3:]) and any(b"A"[0] <= byte <= b"Z"[0] for byte in key)
    numbered = any(byte in b"0123456789" for byte in key)
    return numbered and bool((mixed and _SK_RUN.search(key)) or _SK_HEX.match(key))


API_KEY = Detector("api-key", _PREFIXES, find_api_keys)
PRIVATE_KEY = Detector("private-key", r"PRIVATE KEY", find_private_keys)
