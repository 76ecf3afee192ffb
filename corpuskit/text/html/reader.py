"""Read the source of a page into blocks of text, each with its element.

One pass from tag to tag: it keeps the stack of open block elements, collects the inline markup between them, and
records what the classes and ids of each element say. Time is linear in the page, whatever it holds.
"""

from corpuskit.text.html.elements import COMMENTS, Elements, describe
from corpuskit.text.html.formulas import inline_tex, tex_of_math
from corpuskit.text.html.inline import LINE_BREAK
from corpuskit.text.html.known_tags import (
    ANCHOR,
    BREAKS_LINE,
    BUTTON,
    HEADING,
    LABEL,
    MATH,
    RAW,
    RULE,
    STACKED_TAGS,
    STARTS_ELEMENT,
    Tag,
    action_of_end,
    known_tags,
    small_letters,
)
from corpuskit.text.html.markup import (
    TOKEN,
    end_of_raw_text,
)
from corpuskit.text.html.page_reader import PageReader, is_page_link, is_question, shows_code
from corpuskit.text.html.rows import PlacedBlock, join_rows

__all__ = ["read"]

FEW_CHARACTERS = 250
"""Characters of text below which a page is read once more, with what is hidden and for readers without scripts."""
_RULER, _NO_RULER = Tag("hr"), Tag("option")

# The compiled core asks for these by the names that they have here.
_is_question, _shows_code, _is_page_link = is_question, shows_code, is_page_link


def read(markup: str, is_xml: bool = False) -> tuple[Elements, list[PlacedBlock]]:
    """Return the block elements and the blocks of a page, in order, in time linear in its length.

    `is_xml` says that the page is XHTML by its media type. `linked` and `characters` of a block count all the text
    between two tags, even where line breaks make several blocks of it; `words` is not counted. Raises Reject
    `too-many-nodes`.
    """
    reader = _scan(markup, is_xml, lenient=False)
    if sum(len(placed.block.text) for placed in reader.blocks) < FEW_CHARACTERS:
        lenient_reader = _scan(markup, is_xml, lenient=True)
        if _plain_length(lenient_reader.blocks) > 2 * _plain_length(reader.blocks):
            reader = lenient_reader
    elements = describe(reader.elements, reader.parents, reader.ends)
    containers, signature_of = elements.containers, elements.signature_of
    for placed in reader.blocks:
        placed.container = containers[placed.node]
        placed.signature = signature_of(placed.container)
        placed.is_reply = elements.path_bits[placed.container] & COMMENTS != 0
    return elements, join_rows(reader.blocks)


def _plain_length(blocks: list[PlacedBlock]) -> int:
    return sum(len(placed.block.text) for placed in blocks if placed.block.linked * 2 < placed.block.characters)


def _scan(markup: str, is_xml: bool, lenient: bool) -> PageReader:
    reader = PageReader(markup, is_xml, lenient)
    position, length = 0, len(markup)
    while position < length:
        position = _read_tokens(reader, position)
    reader.finish()
    return reader


def _read_tokens(reader: PageReader, position: int) -> int:
    """Read tokens up to one after which some source is no markup, and return where to read on."""
    # Local names: this loop runs once for each tag that is not within a line of text.
    known_start_tags = known_tags(reader.is_xml)
    parts, start, end, find_tag = reader.parts, reader.start, reader.end, known_start_tags.find
    for match in TOKEN.finditer(reader.markup, position):
        text, link_run, end_name, source, other = match.groups()
        if text and not reader.skip_depth and (parts or not text.isspace()):
            reader.add_inline(text)
        if source:
            tag = find_tag(source) or known_start_tags.learn(source)
            if tag.action == STARTS_ELEMENT:
                start(tag)
            elif tag.action:
                position = match.end()
                next_position = _read_start_tag(reader, tag, position)
                if next_position != position:
                    return next_position
        elif end_name:
            if end_name in STACKED_TAGS:
                end(end_name)
            else:
                _read_end_tag(reader, end_name)
        elif link_run:
            reader.flush()
            if not reader.skip_depth:
                reader.add_link_run(link_run)
        elif other is not None:
            position = match.end()
            next_position = _after_other(reader, position, other)
            if next_position != position:
                return next_position
    return len(reader.markup)


def _after_other(reader: PageReader, position: int, other: str) -> int:
    """Return where to read on after a comment, a declaration, or a `<` that is text."""
    markup = reader.markup
    if other == "!--":
        # Nothing ends the comment.
        return len(markup)
    if other == "!" and markup.startswith("[CDATA[", position) and reader.is_in_xml():
        end = markup.find("]]>", position)
        end = len(markup) if end < 0 else end
        if not reader.skip_depth:
            reader.parts.append(_escape(markup[position + 7 : end]))
        return end + 3
    if other:
        end = markup.find(">", position)
        return len(markup) if end < 0 else end + 1
    following = markup[position : position + 1]
    if following.isascii() and following.isalpha():
        # A tag that the page ends in.
        return len(markup)
    if not reader.skip_depth:
        reader.parts.append("&lt;")
    return position


def _read_start_tag(reader: PageReader, tag: Tag, position: int) -> int:
    """Read a start tag that opens no element, and return where to read on."""
    action, attributes = tag.action, tag.attributes
    if action == RAW:
        if not (attributes[-1:] == "/" and reader.is_in_xml()):
            return _read_raw_text(reader, tag, position)
    elif action == RULE:
        reader.rule(tag)
        if tag.name == "body" and attributes:
            reader.open.tags[0] = tag
    elif action == BREAKS_LINE:
        if not reader.skip_depth:
            reader.parts.append(LINE_BREAK)
    elif action == ANCHOR:
        reader.link_depth = len(reader.open.tags) if "href" in attributes else 0
        reader.link_blocks = 0
    elif action == MATH:
        return _read_math(reader, attributes, position)
    elif action == LABEL:
        if reader.parts:
            reader.parts.append(" ")
    elif not (reader.open.tags[-1].flags & HEADING or reader.open.tags[-1].name in ("dt", "summary")):
        # A button inside a heading or the like is its text; any other is a block of its own.
        reader.flush()
        reader.open.push(tag)
    return position


def _read_end_tag(reader: PageReader, name: str) -> None:
    """Read an end tag that may end no element."""
    name = small_letters(name)
    action = action_of_end(name)
    if action in (STARTS_ELEMENT, BUTTON):
        reader.end(name)
    elif action == RULE:
        reader.rule(_RULER if name == "hr" else _NO_RULER)
    elif action == BREAKS_LINE:
        if not reader.skip_depth:
            reader.parts.append(LINE_BREAK)
    elif action == ANCHOR:
        reader.link_depth = reader.link_blocks = 0
    elif action == LABEL and reader.parts:
        reader.parts.append(" ")


def _read_math(reader: PageReader, attributes: str, position: int) -> int:
    if "math" in reader.unended_raw_tags:
        return position
    end, after = end_of_raw_text(reader.markup, "math", position)
    if end == len(reader.markup):
        reader.unended_raw_tags.add("math")
        return position
    if not reader.skip_depth:
        reader.parts.append(_escape(tex_of_math(attributes, reader.markup[position:end])))
    return after


def _read_raw_text(reader: PageReader, tag: Tag, position: int) -> int:
    end, after = _end_of_raw_text(reader, tag.name, position)
    if reader.skip_depth:
        return after
    if tag.name == "script":
        if "math/tex" in tag.attributes:
            reader.parts.append(_escape(inline_tex(reader.markup[position:end])))
    elif tag.name == "xmp":
        reader.start(Tag("pre" + tag.attributes))
        reader.parts.append(_escape(reader.markup[position:end]))
        reader.end("pre")
    elif tag.name == "iframe":
        reader.flush()
    return after


def _end_of_raw_text(reader: PageReader, name: str, position: int) -> tuple[int, int]:
    """Return where raw text ends and where to read on: in a `noscript`, no later than this ends."""
    if name in reader.unended_raw_tags:
        end = after = len(reader.markup)
    else:
        end, after = end_of_raw_text(reader.markup, name, position)
        if end == len(reader.markup):
            reader.unended_raw_tags.add(name)
    if reader.open.index_of("noscript") > 0:
        end_of_noscript = reader.markup.find("</noscript", position, end)
        if end_of_noscript >= 0:
            return end_of_noscript, end_of_noscript
    return end, after


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
