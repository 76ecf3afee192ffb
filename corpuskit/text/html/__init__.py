"""Main text of a page.

Reading order: extract, reader, page_reader (markup, known_tags, open_elements, lists_and_tables, elements,
pattern_sets, unseen, inline, formulas, rows), compiled_page (compiled, c/), blocks, features (element_sums,
name_words), classifier (model_file), choice (contents), tags, notices; metadata (page_facts, raw_markup, page_source,
page_lines, json_ld, page_titles, page_authors, page_dates, calendar_days), declaring_tags.
"""
