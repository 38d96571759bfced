"""A machine without engines: what the tests of the chain and of pictures run on."""

from __future__ import annotations

import pytest

from viz.scene import graphviz as engines


@pytest.fixture
def no_engines(monkeypatch, tmp_path):
    """A machine with no engine at all: nothing on PATH, nothing from pip."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.delenv(engines.VARIABLE, raising=False)
    monkeypatch.setattr(engines, "_pure_places", lambda: iter(()))
    return tmp_path
