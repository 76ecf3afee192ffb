"""Common Crawl by name: its indexes, and the records that they name.

Read in this order: crawl (names and paths), request, url_pattern, index_row, query, cdx_index, columnar_index,
saved_index, records, saved_records.
"""
