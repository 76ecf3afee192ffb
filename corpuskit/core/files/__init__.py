"""Bytes in and bytes out: the one reader for all containers, and publication that is all or nothing."""
