"""What proves a dataset, and explains it."""
