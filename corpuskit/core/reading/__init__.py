"""From the names a user types to lines and blocks of bytes: one reader for all containers.

Reading order: resolve, repeats, other_files, inputs, input_kinds, hashing_stream, decompress, codecs, members, lines,
byte_ranges.
"""
