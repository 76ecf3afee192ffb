"""What `verify` checks: `dataset_check`; each file by `file_check`, in the order of `dealing`, or `lossy_shards`."""
