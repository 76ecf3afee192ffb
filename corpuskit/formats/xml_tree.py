"""XML from strangers as a tree: nothing is loaded from outside, and no entity expands.

lxml without `huge_tree` stops at 256 elements within one another and at 10 MB of text in one node.
"""

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


def _demand_plain_entities(root: "etree._Element") -> None:
    declared = root.getroottree().docinfo.internalDTD
    for entity in declared.iterentities() if declared is not None else ():
        content = entity.content or ""
        if "&" in content.replace("&#", "") or "%" in content:
            raise Reject("entity-expansion", f"its entity {entity.name!r} holds others")


def entity_texts(root: "etree._Element") -> dict[str, str]:
    """Return what the entities stand for that a document declares itself, in up to 64 characters each."""
    declared = root.getroottree().docinfo.internalDTD
    entities = declared.iterentities() if declared is not None else ()
    return {
        str(entity.name): content
        for entity in entities
        if (content := entity.content or "") and len(content) <= MAX_ENTITY and "<" not in content
    }


def named_character(reference: str) -> str:
    """Return the character of an entity of HTML, which has those of ISO that JATS uses; a space for any other.

    >>> named_character("&alpha;"), named_character("&unknown;")
    ('α', ' ')
    """
    return html5.get(reference.removeprefix("&"), " ")


def local_name(tag: object) -> str:
    """Return an element's name without its namespace; empty for comments and the like.

    >>> local_name("{http://www.w3.org/1999/xhtml}p")
    'p'
    """
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def all_text(element: "etree._Element | None") -> str:
    """Return the text in an element on one line; empty for None."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""
