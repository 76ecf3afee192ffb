"""What asks a server to fork a command, and waits for its end; as a program, it stands for `corpuskit` in scripts.

It runs in an interpreter without `site`, and imports only what that has, or what loads in a moment.
"""

import _signal
import _socket
import marshal
import posix
import sys

TAKEN = b"taken"


def ask(
    address: str, words: list[str], folder: bytes, environment: dict[bytes, bytes], streams: list[int]
) -> "_socket.socket | None":
    """Return a connection that will tell the exit code of a command, or None if only a fresh process can run it.

    The first word is the program, empty for the package.
    """
    job = marshal.dumps((words, folder, environment))
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
    """Run the command that this process stands for: forked, or in its own place if it is `fresh` or cannot be forked."""
    words = sys.argv[1:]
    connection = None
    if words and words[0] != fresh:
        pair = addresses.get(words[0]) or addresses[""]
        turn = posix.getpid() % len(pair)
        connection = ask(pair[turn], ["", *words], posix.getcwdb(), posix.environ, [0, 1, 2])
    if connection is None:
        posix.execv(installed, [installed, *words])
    # A pipe ends when the command does.
    for stream in range(3):
        posix.close(stream)
    code = int(connection.recv(99))
    if code < 0:
        _signal.signal(-code, _signal.SIG_DFL)
        posix.kill(posix.getpid(), -code)
    posix._exit(code)
