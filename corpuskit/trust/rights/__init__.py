"""Files that declare rights, out of archives and folders: `captures` reads them, `sorting` brings them in order.

`picture` says what they come to for the documents of a dataset.
"""
