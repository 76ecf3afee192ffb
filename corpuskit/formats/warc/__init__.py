"""WARC, ARC and WACZ files.

Reading order: reader, headers, member_buffer, http, digests, page_encoding, ranges, wacz.
"""
