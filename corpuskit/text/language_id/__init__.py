"""Language identification: model (fastText's), scripts, relatives, line (one line), parts (of a page), identify."""
