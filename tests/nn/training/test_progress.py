"""How a training is seen while it runs."""

import io
import re
import sys

import pytest

from nn.training.callbacks import Progress
from nn.training.state import Callback

from .helpers import line, small, trained


class Terminal(io.StringIO):
    def isatty(self):
        return True


def seen(stream, epochs, **options):
    trained(small(nin=1), *line(8), batch_size=4, epochs=epochs,
            callbacks=[Progress(stream)], **options)  # fmt: skip
    return stream.getvalue()


def test_plain_lines_where_there_is_no_terminal():
    text = seen(io.StringIO(), 3, validation=0.25)

    assert re.fullmatch(r"(epoch \d/3: loss [\d.e-]+, val_loss [\d.e-]+, lr 0\.001\n){3}", text), (
        text
    )


@pytest.mark.parametrize("epochs", [1, 10, 11, 19, 100, 199])
def test_a_training_however_long_has_at_most_eleven_lines(epochs):
    lines = seen(io.StringIO(), epochs).splitlines()

    assert len(lines) == epochs if epochs <= 10 else 6 < len(lines) <= 11
    assert lines[0].startswith(f"epoch 1/{epochs}")
    assert lines[-1].startswith(f"epoch {epochs}/{epochs}")


def test_a_bar_on_a_terminal():
    text = seen(Terminal(), 2)

    assert "epoch 2/2: 100%" in text
    assert "4/4" in text
    assert "loss" in text
    assert text.endswith("\n")


def test_without_the_package_there_are_lines_on_a_terminal_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)

    assert seen(Terminal(), 2).startswith("epoch 1/2: loss")


def test_an_early_end_is_said():
    class Stopping(Callback):
        def on_epoch_end(self, training):
            training.stop("enough")

    stream = io.StringIO()
    trained(small(nin=1), *line(), epochs=5, callbacks=[Stopping(), Progress(stream)])

    assert stream.getvalue().splitlines()[-1] == "enough"


def test_it_goes_to_stdout_and_can_be_silenced(capsys):
    trained(small(nin=1), *line(), progress=True)
    captured = capsys.readouterr()
    assert "epoch 3/3" in captured.out
    assert captured.err == ""
    trained(small(nin=1), *line(), progress=False)
    captured = capsys.readouterr()

    assert captured.out == captured.err == ""


def test_without_stdout_nothing_is_written(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)

    assert trained(small(nin=1), *line(), progress=True).epochs == 3
