"""Taking documents out of what was published.

Reading order: `lineage` (whose an id is, and what was made from what), `taken_ids` (which ids go, and what follows from
them), `whole_documents` (of which of them only parts are there), `short_texts` (of which nothing is learned), `sought`
(what is looked for), `store` (what a kind of place does), `store_run` (a run over all places).
`kinds` lists the kinds: datasets (`dataset_store`, published anew by `rewriting`, with `hidden_ids` in place of ids),
indexes of `dedup` (`dedup_index_store`), search indexes (`search_index_store`), and what is cleared whole by what
`folder_contents` finds: caches (`cache_store`) and the work of failed runs (`unfinished_store`). `receipt` says what
became of each place, `account` says it in words, `reached` which was made from which, and `check` looks again
(`receipt_check`: what a receipt says that cannot be so; `receipt_form`: what no run says of a place of its kind).
"""
