"""What reports say of datasets.

`figures` are read from the documents. `markup`, `pictures` and `layout` are what `content_sections` and `made_sections`
are written with, and `page` is made of. `facts`, `corpora` and `summary_text` serve `eu_sources` and `eu_summary`.
`croissant` stands alone, and
`report_files` says where a report may be written.
"""
