"""From bytes to records: web archives, tables, and the detection of formats and encodings."""
