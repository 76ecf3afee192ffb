"""Taking documents out of what was published: `sought` is what is looked for, `places` where, `run` goes through both.

A place is a dataset (`datasets`, rewritten by `rewriting`), an index of `dedup` (`dedup_indexes`), a search
index (`search_indexes`), or a cache (`caches`). `receipt` says what became of each, and `check` looks again.
"""
