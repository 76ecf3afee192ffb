"""Near-duplicates. Reading order: parameters, shingles, minhash, entries, matching, survivors.

Then the ways to run it: streaming, sharded, index (index_lock, index_session) and snapshots, units; shingle_batches and
leader_tables are kernels, and earlier_matches saves work where shards are added. spooled (of a spooled_input) and
resolving serve whole inputs, near_copies texts that are known by their signatures alone. Runs of words: word_units,
winnowing, span_texts, span_matching, word_spans, then spooled_spans and sharded_spans.
"""
