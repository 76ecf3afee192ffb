"""What asks a server to fork a command, and waits for its end; as a program, it stands for `corpuskit` in scripts.

It runs in an interpreter without `site`, and imports only what that has, or what loads in a moment.
"""

import _signal
import _socket
import posix
import sys

TAKEN = b"taken"


def ask(
    address: str, words: list[bytes], folder: bytes, environment: dict[bytes, bytes], streams: list[int]
) -> "_socket.socket | None":
    """Return a connection that will tell a command's exit code and what it took, or None if it must be a fresh process.

    The first word is the program, empty for the package.
    """
    variables = [name + b"=" + value for name, value in environment.items()]
    job = b"\0".join([str(len(words)).encode(), *words, folder, *variables])
    numbers = b"".join(number.to_bytes(4, sys.byteorder) for number in streams)
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        connection.sendmsg([job], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])
        if connection.recv(99) == TAKEN:
            return connection
    except OSError:
        # A stream is closed, or the job is longer than a message may be.
        pass
    connection.close()
    return None


def run_forked(addresses: dict[str, list[str]], installed: str, fresh: str) -> None:
    """Run the command that this process stands for: forked, or in its own place if it is `fresh` or has to be."""
    words = sys.argv[1:]
    connection = None
    if words and words[0] != fresh:
        pair = addresses.get(words[0]) or addresses[""]
        turn = posix.getpid() % len(pair)
        connection = ask(
            pair[turn],
            [b"", *(word.encode("utf-8", "surrogateescape") for word in words)],
            posix.getcwdb(),
            posix.environ,
            [0, 1, 2],
        )
    if connection is None:
        posix.execv(installed, [installed, *words])
    # A pipe ends when the command does.
    for stream in range(3):
        posix.close(stream)
    code = int(connection.recv(99).split()[0])
    if code < 0:
        _signal.signal(-code, _signal.SIG_DFL)
        posix.kill(posix.getpid(), -code)
    posix._exit(code)
