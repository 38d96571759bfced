"""How a training is seen while it runs."""

import io
import re
import sys

from nn.training.callbacks import Callback
from nn.training.progress import Progress

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


def test_long_trainings_have_about_twenty_lines():
    lines = seen(io.StringIO(), 100).splitlines()

    assert len(lines) == 21
    assert lines[0].startswith("epoch 1/100")
    assert lines[-1].startswith("epoch 100/100")


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


def test_it_goes_to_stderr_and_can_be_silenced(capsys):
    trained(small(nin=1), *line(), progress=True)
    assert "epoch 3/3" in capsys.readouterr().err
    trained(small(nin=1), *line(), progress=False)
    captured = capsys.readouterr()

    assert captured.out == captured.err == ""


def test_without_stderr_nothing_is_written(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)

    assert trained(small(nin=1), *line(), progress=True).epochs == 3
