"""The word splitter, applied to whole texts."""

from corpuskit.text.quality.words import split_token


def split_words(text: str, unspaced: bool = False) -> list[str]:
    """Return the words of a text, in order; `unspaced` as in `split_token`."""
    return [word for token in text.split() for word in split_token(token, unspaced)]
