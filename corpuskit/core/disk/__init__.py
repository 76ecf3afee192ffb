"""The one door to the file system. Reading order: filesystem, durable, compression, spool, block_file, group_by_key."""
