"""The text of a wiki article, from its wikitext.

Four linear steps: what is no wikitext (comments, formulas, code, references) is taken out or protected; links,
templates and tables, which nest, are replaced from the inside out; lines become headings, items and paragraphs; what
was protected comes back. Syntax: https://www.mediawiki.org/wiki/Help:Formatting and the pages that it links.
"""

import re

from corpuskit.text.wikitext.blocks import text_of_lines
from corpuskit.text.wikitext.entities import decoded
from corpuskit.text.wikitext.extension_tags import protect, restore
from corpuskit.text.wikitext.links import Namespaces
from corpuskit.text.wikitext.nesting import unnested
from corpuskit.text.wikitext.template_names import DISAMBIGUATION

__all__ = ["Namespaces", "article_text", "is_disambiguation", "is_redirect"]

MARKS = "\0\x02\x03\x04\v"
"""Control characters that are marks of ours."""
SWITCH = re.compile(r"__[^\W\d_]+__")
"""Behaviour switches such as `__NOTOC__`, in any language."""
VARIANTS = re.compile(r"-\{([^{}]*)\}-")
TEMPLATE_NAME = re.compile(r"\{\{\s*([^|{}\n<]+)(?=[|}\n<])")
REDIRECT = re.compile(r"\s*#\s*[^\W\d_]+\s*:?\s*\[\[[^\]\n]+\]\]")


def article_text(wikitext: str, title: str = "", namespaces: Namespaces | None = None) -> str:
    """Return an article's text: paragraphs, headings, items of lists and rows of tables, apart by blank lines.

    Templates, tables of layout, references, files and categories are left out, apart from templates that say something
    in a sentence. `title` stands for the magic word PAGENAME.
    """
    for mark in MARKS:
        wikitext = wikitext.replace(mark, "") if mark in wikitext else wikitext
    source, protected = protect(wikitext.replace("\r\n", "\n") if "\r" in wikitext else wikitext)
    source = VARIANTS.sub(_variant, SWITCH.sub("", source))
    lines = unnested(source, title, namespaces or Namespaces())
    return decoded(restore(text_of_lines(lines), protected)).replace("\xa0", " ").strip()


def is_redirect(wikitext: str) -> bool:
    """Whether a page only leads to another, whatever the language's word for that.

    >>> is_redirect("#WEITERLEITUNG [[Ziel]]"), is_redirect("# [[Item]] of a list")
    (True, False)
    """
    return REDIRECT.match(wikitext) is not None


def is_disambiguation(wikitext: str) -> bool:
    """Whether a page only lists what a title may mean, as its templates or `__DISAMBIG__` say."""
    if "__DISAMBIG__" in wikitext:
        return True
    names = set(TEMPLATE_NAME.findall(wikitext))
    return any(name.strip().replace("_", " ").lower() in DISAMBIGUATION for name in names)


def _variant(match: "re.Match[str]") -> str:
    """Return the first of the variants of a phrase in several scripts (`-{zh-hans:…;zh-hant:…}-`)."""
    content = match[1]
    flags, bar, remainder = content.partition("|")
    if bar:
        if not set(flags.strip()) <= set("-RDT"):
            return ""
        content = remainder
    first = content.partition(";")[0]
    code, colon, text = first.partition(":")
    is_code = colon and code.strip().replace("-", "").isascii() and code.strip().replace("-", "").isalpha()
    return text.strip() if is_code else content
