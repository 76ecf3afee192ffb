"""Dedup of a stream: each document judged as it comes, against what came before it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from corpuskit.core.document import Document
from corpuskit.core.step import Item
from corpuskit.stages._cluster import DIGEST_BYTES, digest, drop
from corpuskit.stages._spool import Spool

if TYPE_CHECKING:
    from corpuskit.stages.dedup import Dedup
    from corpuskit.text.minhash import Signatures
    from corpuskit.text.shingles import Hashes

SURROGATES = "surrogatepass"


class Seen:
    """What a stream remembers: leaders by key in memory; signatures, ids and texts on disk."""

    def __init__(self, step: "Dedup") -> None:
        from corpuskit.text.minhash import LeaderTable

        self.step = step
        self.texts = LeaderTable()
        # A table a band, so that only one of them grows at a time.
        self.bands = [LeaderTable() for _ in range(step.bands)]
        self.records = Spool()
        self.lines = Spool()

    def close(self) -> None:
        self.records.close()
        self.lines.close()

    def judge(self, document: Document) -> Item:
        """The verdict on the next document of the stream."""
        key_hash = digest(document.text)
        key = int.from_bytes(key_hash[:8], "little")
        for number in self.texts.leaders(key):
            if self.records[number].startswith(key_hash):
                return drop(document, self._id(number), 1.0, equal=True)
        number = len(self.records)
        self.texts.add(key, number)
        matches: dict[int, float] = {}
        signature = b""
        if self.step.method == "minhash":
            signature, matches = self._match_near(document.text, number)
        self.records.append(key_hash + signature + document.id.encode("utf-8", SURROGATES))
        if self.step.verify == "jaccard":
            self.lines.append(document.text.encode("utf-8", SURROGATES))
        if not matches:
            return document
        leader = min(matches)
        return drop(document, self._id(leader), matches[leader], equal=False)

    def _match_near(self, text: str, number: int) -> tuple[bytes, dict[int, float]]:
        """The text's signature, and the leaders it matches with their similarities; it leads where it may."""
        from corpuskit.text.minhash import LEADERS, band_keys, signatures

        hashes = self.step.shingles(text)
        row = signatures([hashes], self.step.permutations, self.step.seed)
        if not len(hashes):
            return row.tobytes(), {}
        keys = band_keys(row, self.step.bands)[0].tolist()
        leaders = [table.leaders(key) for table, key in zip(self.bands, keys, strict=True)]
        matches: dict[int, float] = {}
        if candidates := sorted(set().union(*leaders)):
            shares = zip(candidates, self._similarities(row, hashes, candidates), strict=True)
            matches = {leader: float(share) for leader, share in shares if share >= self.step.threshold}
        for table, key, held in zip(self.bands, keys, leaders, strict=True):
            if len(held) < LEADERS and matches.keys().isdisjoint(held):
                table.add(key, number)
        return row.tobytes(), matches

    def _similarities(self, row: "Signatures", hashes: "Hashes", candidates: list[int]) -> Iterable[float]:
        import numpy

        from corpuskit.text.shingles import jaccard

        if self.step.verify == "jaccard":
            texts = (self.lines[number].decode("utf-8", SURROGATES) for number in candidates)
            return [jaccard(self.step.shingles(text), hashes) for text in texts]
        stored = b"".join(self.records[number][DIGEST_BYTES : DIGEST_BYTES + row.nbytes] for number in candidates)
        rows = numpy.frombuffer(stored, numpy.uint32).reshape(-1, row.shape[1])
        agreed: Iterable[float] = numpy.count_nonzero(rows == row, axis=1) / row.shape[1]
        return agreed

    def _id(self, number: int) -> str:
        signed = 4 * self.step.permutations if self.step.method == "minhash" else 0
        return self.records[number][DIGEST_BYTES + signed :].decode("utf-8", SURROGATES)
