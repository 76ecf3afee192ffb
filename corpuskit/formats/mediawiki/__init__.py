"""Dumps of wikis. Read in this order: dump (bytes to pages), site (what a dump says of its wiki)."""
