"""What people asked to be taken out, and whether a document is it.

Reading order: reasons, entries (the lines of a list), list_file (its file), matching, search, on_record.
"""
