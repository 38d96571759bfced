import math

import pytest

from nn.training.state import History
from viz.plots import plot_gradient_norm, plot_history, plot_update_ratio
from viz.render.palette import LIGHT


def history_of(**columns):
    found = History(columns)
    found["epoch"] = list(range(1, len(columns["loss"]) + 1))
    return found


def lines_of(ax):
    return {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata()))
        for line in ax.get_lines()
    }


def test_losses_are_drawn_by_epoch():
    ax = plot_history(history_of(loss=[0.9, 0.4, 0.2], val_loss=[0.9, 0.5, 0.6]))
    lines = lines_of(ax)

    assert lines["loss"] == ([1, 2, 3], [0.9, 0.4, 0.2])
    assert lines["val_loss"] == ([1, 2, 3], [0.9, 0.5, 0.6])
    assert lines["best: 0.5 in epoch 2"][0] == [2, 2]
    assert [line.get_linestyle() for line in ax.get_lines()] == ["-", "--", ":"]
    assert ax.get_lines()[0].get_color() == LIGHT.positive
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "loss", "linear")


def test_the_best_epoch_is_what_early_stopping_found():
    history = history_of(loss=[0.9, 0.4, 0.2], val_loss=[0.9, 0.5, 0.6])
    history.best_epoch = 3

    assert lines_of(plot_history(history))["best: 0.6 in epoch 3"][0] == [3, 3]


@pytest.mark.parametrize(
    "columns",
    [{"loss": [0.9, 0.4]}, {"loss": [0.9], "val_loss": [math.nan]}, {"loss": [], "val_loss": []}],
    ids=["no validation", "nan", "empty"],
)
def test_without_a_best_epoch_none_is_marked(columns):
    assert set(lines_of(plot_history(history_of(**columns)))) == set(columns)


def test_a_nan_is_never_the_best():
    lines = lines_of(plot_history({"loss": [1.0, 1.0], "val_loss": [math.nan, 0.25]}))

    assert "best: 0.25 in epoch 2" in lines


def test_a_metric_is_drawn_with_that_of_the_validation():
    history = history_of(loss=[1.0, 0.5], accuracy=[0.5, 0.75], val_accuracy=[0.25, 0.5])
    ax = plot_history(history, column="accuracy", log=True)

    assert set(lines_of(ax)) == {"accuracy", "val_accuracy"}
    assert ax.get_yscale() == "log"


def test_one_epoch_can_be_seen():
    assert plot_history({"loss": [1.0]}).get_lines()[0].get_marker() == "o"


def test_a_column_that_is_not_there():
    with pytest.raises(ValueError, match="no column 'acuracy'; did you mean 'accuracy'"):
        plot_history({"loss": [1.0], "accuracy": [1.0]}, column="acuracy")


@pytest.mark.parametrize(
    ("plot", "what"),
    [(plot_update_ratio, "update_ratio"), (plot_gradient_norm, "gradient_norm")],
    ids=["update_ratio", "gradient_norm"],
)
def test_layers_have_a_line_each_on_a_logarithmic_axis(plot, what):
    history = {
        "epoch": [3, 4],
        "loss": [1.0, 1.0],
        f"layers.0/{what}": [0.5, 0.25],
        f"layers.1/{what}": [0.0, 0.125],
    }
    lines = lines_of(ax := plot(history))

    assert lines["layers.0"] == ([3, 4], [0.5, 0.25])
    assert math.isnan(lines["layers.1"][1][0])
    assert lines["layers.1"][1][1] == 0.125
    assert ax.get_yscale() == "log"
    assert len({line.get_linestyle() for line in ax.get_lines()[:2]}) == 2
    if plot is plot_update_ratio:
        assert lines["about right"][1] == [1e-3, 1e-3]
    with pytest.raises(ValueError, match=r"callbacks=\[nn\.LayerStatistics\(\)\]"):
        plot({"loss": [1.0]})
