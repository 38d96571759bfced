"""Ctrl-C that waits for the end of a step, so that nothing is left half done."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Self


class Interruptible:
    """Inside the block, the first Ctrl-C only sets ``asked``; the second interrupts as always.

    With ``announce`` it says so. Python delivers signals in the main thread, and a program may
    have a handler of its own: in other threads, and where there is one, nothing is changed.
    """

    def __init__(self, *, announce: bool = False) -> None:
        self.asked = False
        self._announce = announce
        self._is_ours = False

    def __enter__(self) -> Self:
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            signal.signal(signal.SIGINT, self._note)
            self._is_ours = True
        return self

    def __exit__(self, *error: object) -> None:
        self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - signal's call
        self.asked = True
        self._restore()
        if self._announce:
            # Not sys.stderr: a handler may run in the middle of one of its writes.
            os.write(2, b"\nfit ends after this batch; Ctrl-C again interrupts it at once\n")

    def _restore(self) -> None:
        if self._is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._is_ours = False
