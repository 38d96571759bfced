import sys

import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from nn import MLP
from viz import plots
from viz.plots.training import CLASSES, axes_for, sequence, theme_of
from viz.render.palette import DARK, LIGHT

HISTORY = {
    "loss": [1.0, 0.5],
    "layers.0/update_ratio": [0.1, 0.01],
    "layers.0/gradient_norm": [1.0, 2.0],
}
PLOTS = {
    "plot_history": lambda **options: plots.plot_history(HISTORY, **options),
    "plot_update_ratio": lambda **options: plots.plot_update_ratio(HISTORY, **options),
    "plot_gradient_norm": lambda **options: plots.plot_gradient_norm(HISTORY, **options),
    "plot_weights": lambda **options: plots.plot_weights(MLP(2, [2, 1]), **options),
    "plot_gradients": lambda **options: plots.plot_gradients(MLP(2, [2, 1])([1, 2]), **options),
    "plot_decision_boundary": lambda **options: plots.plot_decision_boundary(
        MLP(2, [2, 1]), [[0.0, 1.0], [1.0, 0.0]], [0, 1], resolution=3, **options
    ),
}
every_plot = pytest.mark.parametrize("name", PLOTS)


def test_every_plot_is_tested():
    assert set(PLOTS) == {name for name in dir(plots) if name.startswith("plot_")}


@every_plot
def test_a_plot_is_drawn_on_the_given_axes_and_returns_them(name):
    _, given = plt.subplots()
    before = plt.get_fignums()

    assert PLOTS[name](ax=given) is given
    assert plt.get_fignums() == before
    assert given.has_data()


@every_plot
def test_without_axes_a_plot_gets_a_figure_of_its_own(name):
    first, second = PLOTS[name](), PLOTS[name]()

    assert first.figure is not second.figure
    first.figure.canvas.draw()  # nothing warns


@every_plot
def test_a_missing_matplotlib_is_said_with_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    message = rf'viz\.{name} needs the package matplotlib: pip install "glassgrad\[plot\]"'
    with pytest.raises(ImportError, match=message):
        PLOTS[name]()


@every_plot
def test_axes_that_are_none_are_refused(name):
    _, many = plt.subplots(2)
    with pytest.raises(TypeError, match=rf"{name}: ax is matplotlib Axes, got a ndarray; pass one"):
        PLOTS[name](ax=many)
    with pytest.raises(TypeError, match=r"got a Figure; pass those of a figure"):
        PLOTS[name](ax=plt.figure())


@pytest.mark.parametrize(("style", "theme"), [("default", LIGHT), ("dark_background", DARK)],
                         ids=["light", "dark"])  # fmt: skip
def test_colours_suit_the_style(style, theme):
    with plt.style.context(style):
        ax = axes_for(None, "plot_history")
        lines = PLOTS["plot_history"](ax=ax).get_lines()

    assert theme_of(ax) is theme
    assert lines[0].get_color() == theme.positive


def contrast(one, other):
    """WCAG's, written once more."""

    def luminance(colour):
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(to_rgb(one)), luminance(to_rgb(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("theme", "page"), [(LIGHT, "white"), (DARK, "black")], ids=["light", "dark"]
)
@pytest.mark.parametrize("count", [1, 2, 7])
def test_lines_in_an_order_stand_out(theme, page, count):
    found = sequence(count, theme)

    assert len(set(found)) == count
    assert all(contrast(colour[:3], page) > 1.8 for colour in found)


def test_classes_have_colours_and_shapes_of_their_own():
    assert len(set(CLASSES)) == len(CLASSES) == len(set(plots.training.SHAPES))
