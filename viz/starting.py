"""Ctrl-C while the command ``glassgrad`` starts or ends: exit code 130, and no traceback.

Imported before anything else, because most of a short command's time goes into imports.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

INTERRUPTED = 130  # 128 + SIGINT: what a shell says of a program that Ctrl-C ended
_COMMANDS = {"-m", "glassgrad", "glassgrad.exe", "glassgrad-script.py"}  # -m: of python -m viz


def is_command() -> bool:
    """Whether Python was started for the command, not for a program that imports us."""
    return bool(sys.argv) and os.path.basename(sys.argv[0]) in _COMMANDS


def end_quietly_on_interrupt() -> None:
    """Let Ctrl-C end the process at once: nothing is open yet, or all is closed again."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def raise_on_interrupt() -> bool:
    """Let Ctrl-C raise KeyboardInterrupt again, so that files and engines are cleaned up.

    Returns whether it ended the process until now.
    """
    ended = signal.getsignal(signal.SIGINT) is _end
    if ended:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return ended


def _end(*_: object) -> NoReturn:
    os._exit(INTERRUPTED)
