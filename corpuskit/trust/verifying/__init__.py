"""What `verify` checks besides documents and sums: `lossy_shards` that documents cannot be read back from."""
