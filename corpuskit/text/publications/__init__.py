"""Text of papers and books: trees of JATS and XHTML, and LaTeX."""
