"""From the names a user types to lines and blocks of bytes: one reader for all containers.

Reading order: resolve, repeats, exclusion, other_files, inputs, input_kinds, input_facts, hashing_stream, decompress,
codecs, members, lines, known_runs, byte_ranges, selection; private_addresses, web_requests, retries,
connection_slots, web_fetch, download, remote (what addresses give); list_files, plain_yaml (what options name).
"""
