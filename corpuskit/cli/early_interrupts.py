"""Interrupts while the command line is imported: they end the process by the signal, without a traceback."""

import contextlib
import signal

_handler = signal.getsignal(signal.SIGINT)


def _set(handler: "signal._HANDLER") -> None:
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGINT, handler)


def restore() -> None:
    """Give interrupts back to whoever had them before this module was imported."""
    if _handler is signal.default_int_handler:
        _set(_handler)


if _handler is signal.default_int_handler:
    _set(signal.SIG_DFL)
