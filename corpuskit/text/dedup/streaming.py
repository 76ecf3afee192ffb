"""Dedup of a stream: each document is judged as it comes, by comparison with those before it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.outcome import Item
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.survivors import DIGEST_BYTES, digest, drop, rejected, tenant_salt

if TYPE_CHECKING:
    import numpy as np

    from corpuskit.text.dedup.minhash import Signatures
    from corpuskit.text.dedup.shingles import Hashes

SURROGATES = "surrogatepass"
HEAD_BYTES = DIGEST_BYTES + 8
"""A record begins with the text's digest and the tenant's salt."""


class StreamingDedup:
    """What a stream remembers: leaders by key in memory; signatures, ids and texts on disk."""

    def __init__(self, parameters: DedupParameters) -> None:
        from corpuskit.text.dedup.leader_tables import LeaderTables

        self.parameters = parameters
        self.texts = LeaderTables(1)
        self.bands = LeaderTables(parameters.bands if parameters.method == "minhash" else 0)
        self.records = Spool()
        self.lines = Spool()

    def close(self) -> None:
        self.records.close()
        self.lines.close()

    def apply(self, document: Document) -> Item:
        """Return the next document of the stream, or its drop or reject."""
        import numpy

        try:
            encode(document)
        except Reject as reject:
            return rejected(document, reject, len(self.records))
        key = digest(document)
        lookup = self.texts.find(numpy.frombuffer(key[:8], numpy.uint64))
        for number in lookup.leaders.tolist():
            if self.records[number].startswith(key):
                return drop(document, self._id(number), 1.0, equal=True)
        number = len(self.records)
        self.texts.add(lookup, numpy.zeros(1, numpy.int64), number)
        matches: dict[int, float] = {}
        signature, salt = b"", tenant_salt(document)
        if self.parameters.method == "minhash":
            signature, matches = self._match_near(document.text, numpy.uint64(salt), number)
        self.records.append(key + salt.to_bytes(8, "little") + signature + document.id.encode("utf-8", SURROGATES))
        if self.parameters.verify == "jaccard":
            self.lines.append(document.text.encode("utf-8", SURROGATES))
        if not matches:
            return document
        leader = min(matches)
        return drop(document, self._id(leader), matches[leader], equal=False)

    def _match_near(self, text: str, salt: "np.uint64", number: int) -> tuple[bytes, dict[int, float]]:
        """Return the text's signature, and the leaders it matches with similarities; make it a leader if possible."""
        import numpy

        from corpuskit.text.dedup.minhash import LEADERS, band_keys, signatures

        hashes = self.parameters.shingles(text)
        row = signatures([hashes], self.parameters.permutations, self.parameters.seed)
        if not len(hashes):
            return row.tobytes(), {}
        keys = band_keys(row, self.parameters.bands)[0] ^ salt
        lookup = self.bands.find(keys)
        chosen, matches = numpy.arange(len(keys)), {}
        if len(lookup.leaders):
            candidates, rows, salts = self._candidates(lookup.leaders.tolist(), row)
            shares = zip(candidates, self._similarities(row, rows, hashes, candidates), strict=True)
            share_of = {leader: float(share) for leader, share in shares}
            # The tables hold half of a key; the leader's signature and salt give the whole.
            salted_keys = band_keys(rows, self.parameters.bands) ^ salts[:, None]
            whole = dict(zip(candidates, salted_keys == keys, strict=True))
            leaders_in: dict[int, list[int]] = {}
            for table, leader in zip(lookup.tables.tolist(), lookup.leaders.tolist(), strict=True):
                if whole[leader][table]:
                    leaders_in.setdefault(table, []).append(leader)
            led = {leader for leaders in leaders_in.values() for leader in leaders}
            matches = {leader: share_of[leader] for leader in led if share_of[leader] >= self.parameters.threshold}
            closed = {
                table
                for table, leaders in leaders_in.items()
                if len(leaders) >= LEADERS or not matches.keys().isdisjoint(leaders)
            }
            chosen = numpy.array([table for table in range(len(keys)) if table not in closed], numpy.int64)
        self.bands.add(lookup, chosen, number)
        return row.tobytes(), matches

    def _candidates(self, leaders: list[int], row: "Signatures") -> tuple[list[int], "Signatures", "Hashes"]:
        """Return the leaders in order, each once, with their signatures and salts."""
        import numpy

        candidates = sorted(set(leaders))
        records = [self.records[number] for number in candidates]
        signed = b"".join(record[HEAD_BYTES : HEAD_BYTES + row.nbytes] for record in records)
        salts = b"".join(record[DIGEST_BYTES:HEAD_BYTES] for record in records)
        return (
            candidates,
            numpy.frombuffer(signed, numpy.uint32).reshape(-1, row.shape[1]),
            numpy.frombuffer(salts, "<u8"),
        )

    def _similarities(
        self, row: "Signatures", rows: "Signatures", hashes: "Hashes", candidates: list[int]
    ) -> Iterable[float]:
        import numpy

        from corpuskit.text.dedup.shingles import jaccard

        if self.parameters.verify == "jaccard":
            texts = (self.lines[number].decode("utf-8", SURROGATES) for number in candidates)
            return [jaccard(self.parameters.shingles(text), hashes) for text in texts]
        agreed: Iterable[float] = numpy.count_nonzero(rows == row, axis=1) / row.shape[1]
        return agreed

    def _id(self, number: int) -> str:
        signed = 4 * self.parameters.permutations if self.parameters.method == "minhash" else 0
        return self.records[number][HEAD_BYTES + signed :].decode("utf-8", SURROGATES)
