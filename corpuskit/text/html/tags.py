"""What tags and class names say about the blocks inside them."""

CLASS_GROUPS = {
    "navigation": r"nav|menu|breadcrumb|crumb|paginat|pager|tabs|toolbar|toc\b|skip|jump",
    "footer": r"foot(?:[^n]|n[^o]|n?$)|copyright|legal|bottom|colophon|disclaimer|imprint",
    "header": r"header|masthead|banner|top\b|logo|branding",
    "sidebar": r"side|aside|widget|rail|complementary|right|left|column|secondary",
    "comments": r"comment|disqus|respond|reply|replies|discussion|forum|komment|feedback",
    "sharing": r"shar(?:e|ing)|social|facebook|twitter|follow|like|addthis|whatsapp|print|tools|buttons|actions",
    "related": r"relat|recommend|more\b|similar|popular|trending|next|prev|also|latest|most|recent|read-|teaser"
    r"|related|archive|list|grid|card|carousel|slider|feed|stream",
    "promotion": r"promo|\bad\b|\bads\b|advert|sponsor|commercial|outbrain|taboola|affiliate|anzeige|werbung|donat"
    r"|offer|shop|product|buy|campaign",
    "subscription": r"newsletter|subscri|signup|sign-up|login|register|paywall|cookie|consent|gdpr|privacy|modal|popup"
    r"|overlay|dialog|alert|notice|abo\b|form",
    "details": r"author|byline|\bbio|vcard|meta|date|time|posted|publish|tag|categor|info|credit|source|edit|label"
    r"|kicker|rubric|autor",
    "pictures": r"caption|gallery|image|photo|picture|figure|media|video|player|thumb|img|foto",
    "title": r"title|headline|heading",
    "summary": r"summary|lead|intro|excerpt|deck|standfirst|subtitle|abstract|chapo|teaser|description",
    "text": r"content|body|text|main|article|post|entry|story|copy|single",
    "body": r"(?:article|story|post|entry|news|page|main|blog|detail)[-_]{0,2}(?:body|content|text|copy)"
    r"|articlebody|rich-?text|body-?(?:text|content|copy)|wysiwyg|prose|hentry|\bcontent--|mw-parser|markdown|entry\b|field-?item",
    "hidden": r"hidden|display:\s*none|visually|sr-only|screen-reader|offscreen|noprint|collapse",
}
"""What a class, id, role or the like matches, a bit and a column of features each.

Neither names nor order may change unless the trees of classifier.json are learned anew; so with `TAG_GROUPS`.
"""
TAG_GROUPS = (
    "nav", "footer", "header", "aside", "form", "article", "main", "section", "figure", "figcaption", "table",
    "blockquote", "li", "ul", "ol", "dl", "p", "details", "td", "center",
)  # fmt: skip
"""Tags that have a bit and a column of features each."""
CONTAINED_TAGS = frozenset((
    "blockquote", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "tbody", "td", "th", "tr",
    "ul",
))  # fmt: skip
"""Elements whose text counts for the element around them."""
BLOCK_TAGS = frozenset((
    "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "legend", "li", "listing", "main", "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
"""Elements that begin and end a block of text."""
SKIPPED_TAGS = frozenset((
    "amp-ad", "audio", "canvas", "datalist", "dialog", "foreignobject", "menu", "nav", "noscript", "object",
    "select", "svg", "template", "video",
))  # fmt: skip
"""Elements whose content is not read, but for `LAST_RESORT`."""
LAST_RESORT = frozenset(("dialog", "menu", "nav", "noscript", "object"))
"""Of these, those that are read where a page has nothing else, as if one of them was never ended."""
RAW_TAGS = frozenset(("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"))
"""Elements whose content is no markup: it ends at the first end tag."""
HEADING_LEVELS = {f"h{level}": level for level in range(1, 7)}
TABLE_PARTS = frozenset(("caption", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"))
