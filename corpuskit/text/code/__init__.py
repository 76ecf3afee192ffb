"""Source code: programming languages by file name, and which files are worth reading."""
