"""Texts in parts for retrieval: `blocks` are what should stay whole, `packing` puts them together."""
