"""Main text of a page. Reading order: extract, reader, blocks, features, classifier, metadata, tags."""
