"""Plots without a screen, on figures that are closed again."""

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _figures():
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture(autouse=True)
def _never_shown(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a plot called show()")

    monkeypatch.setattr(plt, "show", refuse)
