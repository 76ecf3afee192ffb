"""What takedown lists are read with."""

from corpuskit.text.takedown.entries import Kernels


def list_kernels() -> Kernels:
    """Return what signs texts as `dedup` does, and takes addresses apart as `filter-url` does."""
    from corpuskit.text.dedup.near_copies import is_signature, sign_texts
    from corpuskit.text.urls.addresses import address_of

    return Kernels(sign_texts, is_signature, address_of)
