"""corpuskit: the Unix toolkit for building language-model training corpora."""

__version__ = "0.1.0"
