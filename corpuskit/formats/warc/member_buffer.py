"""The decompressed bytes ahead in an archive, member by member."""

from collections.abc import Callable

from corpuskit.core.reading.members import Members


class MemberBuffer:
    """The decompressed bytes ahead, within one member unless the next is joined to it.

    After two blocks of two bytes have been read, and three bytes have been taken:

        member        W A R C / 1 . 0 \\n
        data              R C             what was taken before the last block came is dropped
        data_offset       2               offset of `data` in the member
        position            1             index in `data` of the next byte: member_offset is 2 + 1, ahead() is 1
    """

    def __init__(self, members: Members) -> None:
        self._members = members
        # The first bytes of the next member, once `members` has moved on to it but this buffer has not.
        self._pending: bytes | None = None
        self._has_left = True
        # What the members said about the open member when they left it.
        self._fault = ""
        self._end = 0
        self._data_offset = 0
        self.plain = members.plain
        self.data = b""
        self.position = self.start = 0
        self.checked = False

    @property
    def member_offset(self) -> int:
        """Offset of the next byte in its member, decompressed."""
        return self._data_offset + self.position

    @property
    def fault(self) -> str:
        """What is wrong with the part of the member that has been read."""
        return self._fault if self._has_left else self._members.fault

    @property
    def stored_end(self) -> int:
        """Stored offset up to which the member has been read."""
        return self._end if self._has_left else self._members.consumed

    def ahead(self) -> int:
        """Return how many bytes lie ahead already."""
        return len(self.data) - self.position

    def fill(self, size: int) -> bool:
        """Read on until `size` bytes lie ahead; False if the member ends before that."""
        while len(self.data) - self.position < size:
            if not (decompressed := self._read_on()):
                return False
            self._append(decompressed)
        return True

    def fill_to_end(self, limit: int) -> bool:
        """Read on to the end of the member; False if more than `limit` bytes lie ahead before it is reached."""
        size, parts = self.ahead(), []
        while size <= limit and (part := self._read_on()):
            parts.append(part)
            size += len(part)
        if parts:
            self._append(*parts)
        return size <= limit

    def take(self, size: int) -> bytes:
        """Return the next bytes that lie ahead already, at most `size`, and pass over them."""
        data = self.data[self.position : self.position + size]
        self.position += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        """Put bytes that were taken back in front."""
        self._data_offset += self.position - len(data)
        self.data = data + self.data[self.position :]
        self.position = 0

    def rewind(self, member_offset: int) -> bool:
        """Read again from an offset of the member; False where the file does not allow it."""
        if not self._members.rewind(member_offset):
            return False
        self.data, self.position, self._data_offset, self._has_left = b"", 0, member_offset, False
        return True

    def enter_next(self) -> bool:
        """Go on to the next member, whatever lies ahead in this one; False at the end of the file."""
        if not self._open_next():
            return False
        self.data, self.position, self._data_offset = self._pending or b"", 0, 0
        self._adopt_pending()
        return True

    def join_next(self, starts_record: Callable[[bytes], bool]) -> bool:
        """Read on in the next member as if it were this one; not after damage, nor if it starts a record."""
        if not self._open_next() or self._fault or not self._members.follows_whole_member:
            return False
        pending = self._pending or b""
        if starts_record(pending):
            return False
        self._append(pending)
        # Offsets count from the start of the member that was joined.
        self._data_offset = len(pending) - len(self.data)
        self._adopt_pending()
        return True

    def note_whole_record(self) -> None:
        """Tell the members that a whole record came from this one, so that damage after it costs only the rest."""
        if not self._has_left:
            self._members.has_whole_record = True

    def _read_on(self) -> bytes:
        """Return the next bytes of the open member; none at its end."""
        return b"" if self._has_left else self._members.read()

    def _append(self, *parts: bytes) -> None:
        self._data_offset += self.position
        self.data = b"".join((self.data[self.position :], *parts))
        self.position = 0

    def _open_next(self) -> bool:
        if not self._has_left:
            self._fault, self._end, self._has_left = self._members.fault, self._members.consumed, True
        while self._pending is None:
            if not self._members.open_next():
                return False
            self._pending = self._members.read() or None
        return True

    def _adopt_pending(self) -> None:
        self._pending, self._has_left, self._fault = None, False, ""
        self.start, self.checked = self._members.start, self._members.checked
