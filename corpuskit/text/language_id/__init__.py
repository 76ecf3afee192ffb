"""Language identification: model (fastText's), scripts (what a text is written in), identify (both together)."""
