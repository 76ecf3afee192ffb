"""The file of a search index: one SQLite database that is replaced as a whole, and never changed in place.

Read `layout` first (tables, what the index says of itself, opening), then `entries` (what is kept of a document),
`rows` (a row against its document), `writer` (from the old file to the new one), `erasure` (nothing of a removed
document is left) and `checking`.
"""
