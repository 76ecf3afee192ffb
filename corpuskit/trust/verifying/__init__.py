"""What `verify` checks: `dataset_check`, the `file_check` of each file in the order of `dealing`, and `lossy_shards`."""
