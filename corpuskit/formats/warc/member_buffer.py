"""The decompressed bytes ahead in an archive, member by member."""

from collections.abc import Callable

from corpuskit.core.reading.members import Members


class Window:
    """The decompressed bytes ahead, within one member unless the next is joined to it."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._pending: bytes | None = None
        self._left = True
        self._fault = ""
        self._end = self._before = 0
        self.plain = members.plain
        self.buffer = b""
        self.position = self.start = 0
        self.checked = False

    @property
    def inner(self) -> int:
        """Offset of the next byte in its member."""
        return self._before + self.position

    @property
    def fault(self) -> str:
        """What is wrong with the part of the member that has been read."""
        return self._fault if self._left else self._members.fault

    @property
    def stored_end(self) -> int:
        """Stored offset that the member has been read to."""
        return self._end if self._left else self._members.consumed

    def ahead(self) -> int:
        """Bytes that are here already."""
        return len(self.buffer) - self.position

    def more(self, size: int) -> bool:
        """Whether `size` bytes of this member lie ahead, reading on as needed."""
        while len(self.buffer) - self.position < size:
            chunk = b"" if self._left else self._members.read()
            if not chunk:
                return False
            self._push(chunk)
        return True

    def holds_all(self, limit: int) -> bool:
        """Whether all that is left of this member lies ahead, once `limit` bytes and a block have been read."""
        while self.ahead() <= limit:
            if not self.more(self.ahead() + 1):
                return True
        return False

    def take(self, size: int) -> bytes:
        """The next bytes that are here, at most `size`."""
        data = self.buffer[self.position : self.position + size]
        self.position += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        """Put bytes that were taken in front again."""
        self._before += self.position - len(data)
        self.buffer = data + self.buffer[self.position :]
        self.position = 0

    def rewind(self, inner: int) -> bool:
        """Read again from an offset of the member, if the file lets us."""
        if not self._members.rewind(inner):
            return False
        self.buffer, self.position, self._before, self._left = b"", 0, inner, False
        return True

    def enter_next(self) -> bool:
        """Go on to the next member, whatever is left of this one; False at the end of the file."""
        if not self._open_next():
            return False
        self.buffer, self.position, self._before = self._pending or b"", 0, 0
        self._adopt_pending()
        return True

    def join_next(self, starts_record: Callable[[bytes], bool]) -> bool:
        """Read on in the next member as if it were this one; not after damage, nor if it starts a record."""
        if not self._open_next() or self._fault or not self._members.follows:
            return False
        pending = self._pending or b""
        if starts_record(pending):
            return False
        self._push(pending)
        self._before = len(pending) - len(self.buffer)
        self._adopt_pending()
        return True

    def keep(self) -> None:
        """Note that something whole came from this member."""
        if not self._left:
            self._members.has_whole_record = True

    def _push(self, chunk: bytes) -> None:
        self._before += self.position
        self.buffer = self.buffer[self.position :] + chunk
        self.position = 0

    def _open_next(self) -> bool:
        if not self._left:
            self._fault, self._end, self._left = self._members.fault, self._members.consumed, True
        while self._pending is None:
            if not self._members.open_next():
                return False
            self._pending = self._members.read() or None
        return True

    def _adopt_pending(self) -> None:
        self._pending, self._left, self._fault = None, False, ""
        self.start, self.checked = self._members.start, self._members.checked
