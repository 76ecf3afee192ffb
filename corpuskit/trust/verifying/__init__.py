"""What `verify` checks: `dataset_check`, and `lossy_shards` for shards that documents cannot be read back from."""
