"""XML from strangers as a tree: nothing is loaded from outside, and no entity expands.

lxml without `huge_tree` stops at 256 elements within one another and at 10 MB of text in one node.
"""

import re
from collections.abc import Callable, Iterable
from html import unescape
from html.entities import html5

from lxml import etree

from corpuskit.core.document import Reject

MAX_NODES = 4_000_000
"""Most elements, attributes and references of a document, or of a book in all; each takes some 150 bytes."""
MAX_ENTITY = 64
"""Most characters that an entity which a file declares itself may stand for."""


def count_nodes(data: bytes) -> int:
    """Return how many elements, attributes and references are in a document, at most."""
    return data.count(b"<") + data.count(b"=") + data.count(b"&")


def parse_xml(data: bytes) -> "etree._Element":
    """Return the root of an XML document.

    Raises Reject: `bad-xml` if it is not well-formed, `entity-expansion` if its entities hold entities,
    `document-too-large`.
    """
    if count_nodes(data) > MAX_NODES:
        raise Reject("document-too-large", f"more than {MAX_NODES} elements, attributes and references")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        message = str(error.msg).partition(", line")[0]
        if error.code == etree.ErrorTypes.ERR_ENTITY_LOOP or "amplification" in message:
            raise Reject("entity-expansion", message) from None
        raise Reject("bad-xml", message) from None
    except ValueError as error:
        raise Reject("bad-xml", str(error)) from None
    _demand_plain_entities(root)
    return root


_PREDEFINED = re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);")
"""References that stand for one character in any document."""


def _demand_plain_entities(root: "etree._Element") -> None:
    declared = root.getroottree().docinfo.internalDTD
    for entity in declared.iterentities() if declared is not None else ():
        content = entity.content or ""
        if "&" in _PREDEFINED.sub("", content) or "%" in content:
            raise Reject("entity-expansion", f"its entity {entity.name!r} holds others")


def entity_texts(root: "etree._Element") -> dict[str, str]:
    """Return what the entities stand for that a document declares itself, in up to 64 characters each."""
    declared = root.getroottree().docinfo.internalDTD
    entities = declared.iterentities() if declared is not None else ()
    return {
        str(entity.name): _PREDEFINED.sub(lambda match: unescape(match[0]), content)
        for entity in entities
        if (content := entity.content or "") and len(content) <= MAX_ENTITY and "<" not in content
    }


def named_character(reference: str) -> str:
    """Return the character of an entity of HTML, which has those of ISO that JATS uses; any other as it is written.

    >>> named_character("&alpha;"), named_character("&unknown;")
    ('α', '&unknown;')
    """
    return html5.get(reference.removeprefix("&"), reference)


def entity_reader(root: "etree._Element") -> Callable[[str], str]:
    """Return what turns references into text: to entities that a document declares itself, and to those of HTML."""
    own_entities = entity_texts(root)

    def read(reference: str) -> str:
        own_text = own_entities.get(reference.strip("&;"))
        return named_character(reference) if own_text is None else own_text

    return read


def local_name(tag: object) -> str:
    """Return an element's name without its namespace; empty for comments and the like.

    >>> local_name("{http://www.w3.org/1999/xhtml}p")
    'p'
    """
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def all_text(element: "etree._Element | None") -> str:
    """Return the text in an element on one line; empty for None."""
    if element is None:
        return ""
    texts: Iterable[str] = map(str, element.itertext())
    if next(element.iter(etree.Entity), None) is not None:
        read = entity_reader(element)
        texts = (read(text) if text[:1] == "&" and text[-1:] == ";" else text for text in texts)
    return " ".join("".join(texts).split())
