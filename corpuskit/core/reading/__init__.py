"""From the names a user types to lines and blocks of bytes: one reader for all containers.

<<<<<<< HEAD
Reading order: resolve, other_files, inputs, input_kinds, hashing_stream, decompress, codecs, members,
lines, byte_ranges.
=======
Reading order: resolve, repeats, inputs, input_kinds, hashing_stream, decompress, codecs, members, lines, byte_ranges.
>>>>>>> m1
"""
