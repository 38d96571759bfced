"""What training leaves behind."""

import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.training.state import History

epochs = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.floats(allow_nan=False), max_size=3), max_size=6
)


@given(epochs)
def test_every_column_has_a_number_for_every_epoch(rows):
    history = History()
    for number, row in enumerate(rows, start=1):
        history.add({"epoch": number, **row})

    assert {len(column) for column in history.values()} <= {len(rows)}
    for row, kept in zip(rows, history.rows(), strict=True):
        assert {k: x for k, x in kept.items() if x == x and k != "epoch"} == row
    assert len(pd.DataFrame(history)) == len(rows)


def test_columns_stand_in_the_order_in_which_they_came():
    history = History()
    history.add({"epoch": 1, "z": 1.0, "a": 2.0})
    history.add({"epoch": 2, "m": 1.0})

    assert list(history) == ["epoch", "z", "a", "m"]


def test_the_last_number():
    history = History({"loss": [0.5, 0.25]})

    assert history.last() == 0.25
    with pytest.raises(KeyError, match="'acc' was not measured; there are: loss"):
        history.last("acc")
    with pytest.raises(KeyError, match="no epoch has been finished"):
        History({"loss": []}).last()


def test_in_words():
    history = History({"epoch": [1], "loss": [0.123456], "lr": [0.1], "seconds": [2.0]})
    history.stopped = "all 1 epochs done"

    assert repr(history) == "<History of 1 epochs: loss=0.1235; all 1 epochs done>"


def test_every_metric_is_in_the_words():
    names = ["loss", "a", "b/c", "d", "e", "val_loss", "val_a", "val_b/c", "val_d", "val_e"]
    history = History({"epoch": [1], **{name: [float(i)] for i, name in enumerate(names)}})
    history["layers.0/update_ratio"] = history["layers.0/gradient_norm"] = [0.5]

    assert all(f"{name}={i}" in repr(history) for i, name in enumerate(names))
    assert "layers" not in repr(history)


def test_json_keeps_it_and_nan_too():
    history = History({"epoch": [1], "loss": [math.nan]})

    assert math.isnan(json.loads(json.dumps(history))["loss"][0])
