"""Main text of a page.

Reading order: extract, reader (markup, known_tags, open_elements, elements, unseen, inline, formulas, rows), blocks,
features, classifier (model_file), choice, tags; metadata (raw_markup, json_ld, page_titles, page_authors, page_dates,
calendar_days).
"""
