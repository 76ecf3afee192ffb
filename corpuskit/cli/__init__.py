"""The command line.

Reading order: main, arguments (from words to a step), typer_command (help and odd spellings), early_interrupts,
completion (for shells).
"""
