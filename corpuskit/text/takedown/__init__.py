"""What people asked to be taken out, and whether a document is it.

Reading order: entries (the lines of a list), list_file (reading and rewriting it), matching, search, on_record.
"""
