"""The one door to the file system. Reading order: filesystem, regular_file, durable, stored_json, file_status,
option_file, key_file, compression, spool, block_file, pooled_file, group_by_key, window_spool."""
