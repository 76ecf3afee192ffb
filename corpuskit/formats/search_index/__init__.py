"""The file of a search index: one SQLite database that is replaced as a whole, and never changed in place.

Read `layout` first (tables, what the index says of itself, opening), then `entries` (what is kept of a document),
`rows` (a row against its document), `new_version` (a file in the making, beside the one in place), `writer` (from the
old file to the new one), `packed`, `run_list`, `number_spans`, `line_list`, `number_lookup`, `known_lines` and
`known_runs` (what comes again is not read), `seal` (the bytes are those that were written), `removal` (documents are
taken out), `erasure` (nothing of a removed document is left) and `checking`, with `word_check`.
"""
