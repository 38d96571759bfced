import io
import sys
import threading
import types

import pytest

from autograd import Value
from viz import draw, showing


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(showing, "PATIENCE", 0.0)


def wait():
    """Long enough for the timer, which is another thread."""
    with showing.waiting("drawing"):
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join(10.0)


def test_on_a_terminal_what_takes_long_says_so(monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    wait()

    assert terminal.getvalue() == "glassgrad: drawing …\n"
    assert capsys.readouterr().out == ""


def test_in_a_notebook_it_is_not_pink(monkeypatch, capsys):
    shell = types.SimpleNamespace(kernel=True)
    module = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", module)
    wait()

    assert capsys.readouterr() == ("glassgrad: drawing …\n", "")


@pytest.mark.parametrize("stream", [None, io.StringIO()], ids=["no stream", "a file"])
def test_where_nobody_watches_it_is_quiet(monkeypatch, capsys, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    wait()

    assert capsys.readouterr().out == ""
    assert stream is None or stream.getvalue() == ""


def test_what_is_quick_says_nothing(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(showing, "PATIENCE", 60.0)
    with showing.waiting("drawing"):
        (timer,) = [thread for thread in threading.enumerate() if hasattr(thread, "cancel")]
    timer.join(30.0)  # it was cancelled, so it ends before its minute is over

    assert not timer.is_alive()
    assert terminal.getvalue() == ""


def test_a_wide_picture_fits_into_the_cell_of_a_notebook():
    """JupyterLab shows an SVG as an image, and cuts off what is wider than its cell."""
    x = Value(0.5, label="x")
    wide, small = draw(((x * 2.0).tanh() - 1.0) ** 2 * x), draw(x, legend=False)
    bundle = wide._repr_mimebundle_()
    root = bundle["image/svg+xml"].partition("<svg")[2].partition(">")[0]

    assert " width=" not in root
    assert "viewBox=" in root
    assert "width:100%" in root
    assert " width=" in wide.svg().partition("<svg")[2].partition(">")[0]
    assert small._repr_mimebundle_()["image/svg+xml"] == small.svg()
