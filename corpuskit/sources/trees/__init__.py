"""What holds for a whole tree of source files: `licenses`, by folder."""
