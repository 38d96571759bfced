"""How a training is seen while it runs: a bar on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from .history import words
from .state import Callback, Training

LINES = 10  # for a long training: every tenth of it, and the first epoch; people read them


class Progress(Callback):
    """Write how far a training is to a stream, which is stdout unless given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream
        self._bar: Any = None

    def on_fit_begin(self, training: Training) -> None:
        """Draw the bar, on a terminal."""
        stream = self.stream or sys.stdout
        is_terminal = getattr(stream, "isatty", bool)()
        if training.epochs > training.epoch and is_terminal:
            self._bar = _bar(training, stream)

    def on_epoch_begin(self, training: Training) -> None:
        """Say which epoch it is."""
        if self._bar is not None:
            self._bar.set_description(f"epoch {training.epoch}/{training.epochs}", refresh=False)

    def on_batch_end(self, training: Training) -> None:  # noqa: ARG002 - what a hook is given
        """Move the bar on."""
        if self._bar is not None:
            self._bar.update()

    def on_epoch_end(self, training: Training) -> None:
        """Say this epoch's numbers."""
        now, end = training.epoch, training.epochs
        if self._bar is not None:
            self._bar.set_postfix_str(words(training.logs))
        elif now in {1, end} or now % -(-end // LINES) == 0:
            self._say(f"epoch {now}/{end}: {words(training.logs)}")

    def on_fit_end(self, training: Training) -> None:
        """Say why it ended, if it did before its time."""
        self.close()
        if training.epoch < training.epochs or training.interruptible.asked:
            self._say(training.history.stopped)

    def close(self) -> None:
        """Leave the terminal in order, whatever happened."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _say(self, text: str) -> None:
        stream = self.stream or sys.stdout
        if stream is not None:  # pythonw has none
            stream.write(f"{text}\n")
            stream.flush()


def _bar(training: Training, stream: TextIO) -> Any:
    """A bar over all batches; None, and so plain lines, where the package is missing."""
    try:
        from tqdm import tqdm  # noqa: PLC0415 - on first use
    except ImportError:
        return None
    return tqdm(
        total=training.epochs * training.batches,
        initial=training.epoch * training.batches,
        desc=f"epoch {training.epoch + 1}/{training.epochs}",
        unit="batch",
        file=stream,
        dynamic_ncols=True,
    )
