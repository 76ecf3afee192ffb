"""Wikitext to plain text.

Read in this order: article, extension_tags, nesting, links, templates, template_names, tables, blocks, debris,
entities.
"""
