"""WARC, ARC and WACZ files.

Reading order: reader, record, headers, member_buffer, http, digests, page_records, page_encoding, ranges, wacz.
"""
