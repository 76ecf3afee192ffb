"""How the texts of a takedown list are signed."""

from corpuskit.text.takedown.entries import Signing


def signing() -> Signing:
    """Return what signs texts as `dedup` does."""
    from corpuskit.text.dedup.near_copies import is_signature, sign_texts

    return Signing(sign_texts, is_signature)
