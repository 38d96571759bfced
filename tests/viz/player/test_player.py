"""`Player`: out of Python into files, browsers and notebooks."""

import html
import re
import sys
import types
from pathlib import Path

import pytest

from viz.page.player import Player
from viz.showing import RenderError

from .stories import neuron, player_of, two_views


def test_it_tells_what_it_is():
    assert repr(two_views()) == "<Player of 3 views and 21 steps: .show(), .save('player.html')>"


def test_saved_pages_are_the_text(tmp_path):
    player = two_views()
    path = player.save(tmp_path / "new" / "page.html")

    assert path == str(tmp_path / "new" / "page.html")
    assert Path(path).read_bytes().decode() == player.html()


def test_a_lone_surrogate_in_a_label_does_not_stop_saving(tmp_path):
    value = neuron()
    value.label = "\ud800"

    assert player_of(value, title="\ud800").save(tmp_path / "page.html")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"theme": "blue"}, "theme='blue' is none of auto, light, dark"),
        ({"direction": "RL"}, "direction='RL' is none of auto, LR, TB"),
    ],
)
def test_options_that_do_not_exist_are_refused(option, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Player(two_views().story, **option)


def test_a_notebook_gets_a_frame_and_a_line_of_text():
    player = two_views()
    bundle = player._repr_mimebundle_()

    assert bundle["text/plain"] == repr(player)
    assert bundle["text/html"].startswith('<iframe sandbox="allow-scripts" ')
    assert "allow-same-origin" not in bundle["text/html"].partition("srcdoc")[0]
    assert html.unescape(bundle["text/html"].partition('srcdoc="')[2][:-11]) == player.html()


def test_a_notebook_gets_what_it_asks_for():
    player = two_views()

    assert set(player._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert set(player._repr_mimebundle_(exclude=["text/plain"])) == {"text/html"}


@pytest.mark.usefixtures("no_engines")
def test_without_an_engine_a_notebook_gets_text_and_a_file_an_error(tmp_path):
    player = player_of(neuron())

    assert "no engine can draw" in player._repr_mimebundle_()["text/plain"]
    with pytest.raises(RenderError, match="pip install graphviz-pure"):
        player.save(tmp_path / "page.html")
    assert list(tmp_path.glob("*.html")) == []


def test_show_opens_a_browser_and_prints_the_path(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    two_views().show()
    path = capsys.readouterr().out.strip()

    assert path.endswith("player.html")
    assert opened == [f"file://{path}"]


def test_in_a_notebook_show_displays(monkeypatch):
    shown = []
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=1)
    ipython.display = types.SimpleNamespace(display=shown.append)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    player = two_views()
    player.show()

    assert shown == [player]


@pytest.mark.parametrize("name", ["player.svg", "player", "player.html.txt"])
def test_only_a_page_is_written(name, tmp_path):
    with pytest.raises(ValueError, match=r"a player is an HTML page; write save\('player.html'\)"):
        Player(neuron()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())
