"""Hostile pages: trees, attributes and texts that parsers and extractors take minutes or gigabytes for."""

from collections.abc import Callable

from tests.hostile import FILES, RECORDS, Attack, Make, jsonl

MIB = 1024 * 1024
PROSE = "<p>" + "A sentence of the page that any reader would want to keep. " * 5 + "</p>"


def article(text: str) -> str:
    """A harmless page."""
    return f"<html><body><article><h1>{text}</h1>{PROSE}<p>{text}</p>{PROSE}</article></body></html>"


def between(source: Callable[[], str]) -> Make:
    """The page between two others, in a file between two files."""

    def make(folder):  # type: ignore[no-untyped-def]
        place = folder / "in"
        place.mkdir(parents=True)
        html = {"content_type": "text/html"}

        def line(name: str, text: str) -> bytes:
            return jsonl.line(name, text=text, metadata=html) + b"\n"

        for name, text in zip(("1-good.jsonl", "3-good.jsonl"), FILES, strict=True):
            (place / name).write_bytes(line(name, article(text)))
        first, last = RECORDS
        data = line("first", article(first)) + line("hostile", source()) + line("last", article(last))
        (place / "2-hostile.jsonl").write_bytes(data)

    return make


def of(name: str, reason: str, source: Callable[[], str], *, engine: str = "fast", **more: object) -> Attack:
    """A page that must end in this verdict, or in any where that is empty."""
    reasons = {reason: 1} if reason else {}
    command = f"extract --engine {engine} in"
    return Attack(f"html-{name}", between(source), command, 0, reasons, FILES + RECORDS, **more)  # type: ignore[arg-type]


def native(name: str, reason: str, source: Callable[[], str]) -> list[Attack]:
    """A page beyond a limit of the native parser: its engine must reject it, the others must bear it."""
    return [of(name, "", source), of(f"{name}-native", reason, source, engine="resiliparse")]


ATTACKS = [
    of("too-large", "document-too-large", lambda: "<p>" + "a" * (17 * MIB)),
    *native("too-deep", "too-deep", lambda: "<div>" * 5000 + "text"),
    *native("ladder", "too-many-nodes", lambda: "<div>" * 150_000 + "text"),
    of("blocks", "too-many-nodes", lambda: "<p>a" * 260_000),
    *native("ladder-with-ends", "too-deep", lambda: "<div>" * 40_000 + "text" + "</div>" * 40_000),
    *native("tables-within-tables", "too-deep", lambda: "<table><tr><td>" * 5_000 + "text"),
    of("tables-of-one-cell", "", lambda: "<table><tr><td>a</td></tr></table>" * 14_000),
    of("rows", "", lambda: "<table>" + "<tr><td>a<td>b" * 30_000),
    of("list-items", "", lambda: "<ul>" + "<li>a" * 95_000),
    *native("attributes", "too-many-attributes", lambda: "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">text"),
    *native(
        "attributes-behind-quotes",
        "too-many-attributes",
        lambda: "<p " + " ".join(f'a{n}=">"' for n in range(99_000)) + ">",
    ),
    of("one-attribute-of-ten-megabytes", "", lambda: f'<p title="{"a" * 10 * MIB}">text</p>' + PROSE),
    of("classes", "", lambda: f'<p class="{"a b-c " * 500_000}">text</p>' + PROSE),
    *native("formatting-never-closed", "too-many-nodes", lambda: "<b><i><u>" * 10_000 + "<p>a" * 10_000),
    of("links-never-closed", "", lambda: "<a href=x>" * 50_000 + "text"),
    of("forms-never-closed", "", lambda: "<form><input>" * 45_000),
    *native("options", "too-many-nodes", lambda: "<select>" + "<option>a" * 90_000),
    of("paragraphs", "", lambda: "<p>a" * 99_000),
    of("comment-never-closed", "", lambda: PROSE + "<!--" + "a-" * 4 * MIB),
    of("comments", "", lambda: "<!-- a -->" * 99_000 + PROSE),
    of("script-never-closed", "", lambda: PROSE + "<script>" + "<!--<script>" * 90_000),
    of("scripts-in-comments", "", lambda: "<script><!--<script></script>" * 25_000 + PROSE),
    of("style-never-closed", "", lambda: PROSE + "<style>" + "a{b:c}" * MIB),
    of("title-of-ten-megabytes", "", lambda: f"<title>{'a ' * 5 * MIB}</title>" + PROSE),
    of("meta-never-closed", "", lambda: "<meta" * 52_000 + PROSE),
    of("meta-with-open-quotes", "", lambda: "<meta '" * 40_001 + PROSE),
    of("json-ld-too-deep", "", lambda: f'<script type="application/ld+json">{"[" * 200_000}</script>' + PROSE),
    of("json-ld-of-5000-digits", "", lambda: f'<script type="application/ld+json">{"9" * 5000}</script>' + PROSE),
    of("json-ld-never-closed", "", lambda: '<script type="application/ld+json">' * 30_000 + PROSE),
    of("entities", "", lambda: "<p>" + "&lt;&amp;amp;" * MIB),
    of("entity-definitions", "", lambda: '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>&b;' + PROSE),
    of("external-entity", "", lambda: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;</p>' + PROSE),
    of("character-references", "", lambda: "<p>" + "&#0;&#xD800;&#x110000;&#99999999999999999999;" * 50_000),
    of("brackets", "", lambda: "< " * 49_000 + "<" * 49_000 + PROSE),
    of("foreign-elements", "", lambda: "<svg><math><mi>" * 80 + "</svg><p>" * 20_000),
    of("templates", "no-content", lambda: "<template>" * 20_000 + PROSE),
    of("frames", "", lambda: "<frameset><frame src=x>" * 40_000),
    of("one-line-of-spaces", "", lambda: "<pre>" + " " * 8 * MIB + "x</pre>" + PROSE),
    of("line-breaks", "", lambda: "<p>" + "a<br>" * 99_000),
    of("headings", "", lambda: "<h1>a</h1>" * 49_000),
    of("nul-and-controls", "", lambda: PROSE + "\0\x1b[2J\x08" * 100_000),
    of("text-directions", "", lambda: f"<title>\u202egnp.exe\u2066</title>{PROSE}"),
    of("pipes-and-stars", "", lambda: "<p>" + "|*_`#>" * MIB),
]
