"""Logs of products, read as events: `records` gives the records, each other file is the map and walk of one format."""
