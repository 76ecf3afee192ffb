"""From bytes to records: web archives, tables, and how the kind and the encoding of a file are told."""
