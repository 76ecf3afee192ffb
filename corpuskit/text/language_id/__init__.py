"""Language identification: model (fastText's), scripts, relatives, function_words, line, parts, identify."""
