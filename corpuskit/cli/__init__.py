"""The command line.

Reading order: main, arguments (from words to a step), typer_command (help and odd spellings), habits and misread_words
(what was meant), early_interrupts, completion (for shells).
"""
