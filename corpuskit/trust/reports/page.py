"""The page: what is in a dataset, as one HTML file without scripts and outside addresses."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpuskit.core.provenance.entries import Manifest, left_out
from corpuskit.trust.diff import Differences
from corpuskit.trust.reports.content_sections import (
    domains_section,
    duplicates_section,
    languages_section,
    lengths_section,
    personal_data_section,
    rights_section,
    sources_section,
    synthetic_section,
    texts_section,
)
from corpuskit.trust.reports.figures import Figures
from corpuskit.trust.reports.made_sections import changes_section, flow_section, left_out_section, making_section
from corpuskit.trust.reports.markup import escaped, section

STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "style.css")


def page(manifest: Manifest, figures: Figures, changes: Differences | None = None) -> str:
    """Return the page on a dataset. `changes` are those since an earlier one."""
    title = manifest.get("card", {}).get("title") or "What is in this corpus"
    sections = [(name, heading, write(manifest, figures)) for name, heading, write in SECTIONS]
    sections.insert(1, ("changes", "What changed", changes_section(changes)))
    written = [(name, heading, section(name, heading, text)) for name, heading, text in sections if text]
    links = "".join(f'<li><a href="#{name}">{escaped(heading)}</a></li>' for name, heading, _ in written)
    style = Path(STYLE).read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escaped(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">Skip to the content</a>\n<header>\n<h1>{escaped(title)}</h1>\n'
        f"{_key_figures(manifest, figures)}\n"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n</header>\n<main id="main">\n'
        + "\n".join(text for _, _, text in written)
        + f"\n</main>\n{_footer(manifest)}\n</body>\n</html>\n"
    )


def _key_figures(manifest: Manifest, figures: Figures) -> str:
    sources = manifest["sources"]
    dropped = sum(number for step in manifest["steps"] for _, _, number in left_out(step))
    items: list[tuple[str, Any]] = [
        ("Documents", figures.total.documents),
        (f"Tokens ({manifest['tokenizer']})", sum(source["tokens"] for source in sources.values())),
        ("Characters", figures.total.characters),
        ("Sources", len(sources)),
        ("Left out on the way", dropped),
        ("Input files", len(manifest["inputs"])),
    ]
    return (
        '<dl class="key">'
        + "".join(f"<div><dt>{escaped(a)}</dt><dd>{escaped(b)}</dd></div>" for a, b in items)
        + "</dl>"
    )


def _footer(manifest: Manifest) -> str:
    version = manifest["versions"]["corpuskit"]
    return (
        f"<footer><p>Written by corpuskit {escaped(version)} from the dataset whose manifest has the digest "
        f"<code>{escaped(manifest['digest'])}</code>. <code>corpuskit report DIR --check FILE</code> derives every "
        "figure anew.</p></footer>"
    )


Writer = Callable[[Manifest, Figures], str]
SECTIONS: tuple[tuple[str, str, Writer], ...] = (
    ("flow", "From the inputs to the corpus", flow_section),
    ("left-out", "What was left out, and why", left_out_section),
    ("sources", "Sources", sources_section),
    ("rights", "Licences and rights", rights_section),
    ("languages", "Languages", languages_section),
    ("domains", "Domains", domains_section),
    ("lengths", "Lengths and dates", lengths_section),
    ("personal-data", "Personal data", personal_data_section),
    ("duplicates", "Duplicates", duplicates_section),
    ("synthetic", "Synthetic text", synthetic_section),
    ("making", "How it was made", making_section),
    ("texts", "Some documents", texts_section),
)
"""The sections in their order: name, heading, and what writes it."""
