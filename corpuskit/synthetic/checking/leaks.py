"""Personal data of seeds and real documents that a model has repeated."""

__all__ = ["LeakFinder"]


class LeakFinder:
    """Remembers the personal data of originals as digests, and counts the documents that hold one of them."""

    def __init__(self) -> None:
        self.documents = 0
        self._digests: set[bytes] = set()

    def add_original(self, text: str) -> None:
        """Take a seed or a real document."""
        self._digests |= self._values(text) or set()

    def add(self, text: str) -> None:
        """Take a synthetic document; one in which a detector did not finish counts, since it may hold anything."""
        values = self._values(text)
        self.documents += values is None or not self._digests.isdisjoint(values)

    def _values(self, text: str) -> set[bytes] | None:
        """Return the digests of a text's personal data; None if it could not be searched."""
        import hashlib

        from corpuskit.text.pii.scanner import DetectorFailed, normalised, scanner

        try:
            hits = scanner().find(text)
        except DetectorFailed:
            return None
        values = (f"{hit.type}\0{normalised(hit.type, text[hit.start : hit.end])}" for hit in hits)
        return {hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=16).digest() for value in values}
