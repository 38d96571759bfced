"""Progress in plain text: a bar that moves on a terminal, a line per epoch everywhere."""

from __future__ import annotations

from time import perf_counter
from typing import TextIO

from .training import Epoch

WIDTH = 24
HEAD = "epoch    loss  training  held out  seconds"
OFTEN = 0.1  # seconds between two pictures of the bar


class Progress:
    """Writes how training goes.

    >>> import sys
    >>> Progress(sys.stdout, epochs=15).finished(Epoch(1, 0.9123, 0.7211, 0.8861, 1.52))
    epoch    loss  training  held out  seconds
     1/15  0.9123   72.11 %   88.61 %      1.5
    """

    def __init__(self, stream: TextIO, epochs: int) -> None:
        self.stream = stream
        self.epochs = epochs
        self.moves = stream.isatty()
        self._last = perf_counter()
        self._shown = ""

    def watch(self, epoch: int, done: int, total: int) -> None:
        """A batch was learned; on a terminal the bar moves, a few times a second."""
        now = perf_counter()
        if not self.moves or (now - self._last < OFTEN and done < total):
            return
        self._last = now
        filled = round(WIDTH * done / total)
        bar = "#" * filled + "." * (WIDTH - filled)
        self._put(f"{self._number(epoch)}  [{bar}] {done:,} of {total:,} examples")

    def finished(self, epoch: Epoch) -> None:
        """An epoch is over: its line takes the place of the bar."""
        if self.moves:
            self._put("")
            self.stream.write("\r")
        if epoch.number == 1:
            self.stream.write(f"{HEAD}\n")
        self.stream.write(
            f"{self._number(epoch.number)}  {epoch.loss:.4f}  {epoch.training * 100:6.2f} %"
            f"  {epoch.held_out * 100:6.2f} %  {epoch.seconds:7.1f}\n"
        )
        self.stream.flush()

    def _number(self, epoch: int) -> str:
        return f"{epoch}/{self.epochs}".rjust(5)

    def _put(self, text: str) -> None:
        """Write over what stands in the line."""
        self.stream.write(f"\r{text.ljust(len(self._shown))}")
        self.stream.flush()
        self._shown = text
