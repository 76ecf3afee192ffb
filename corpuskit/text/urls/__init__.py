"""Addresses against lists. Read in this order: addresses, domains, words (and patterns), datatrove_lists."""
