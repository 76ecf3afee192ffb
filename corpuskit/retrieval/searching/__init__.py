"""How an index is asked: `words_query` and `lexical` by words, `vectors` by meaning, `fusion` by both.

Each of them gives a `ranking`, and takes the condition on who may find what (`formats/search_index/entries`) into its
SQL.
"""
