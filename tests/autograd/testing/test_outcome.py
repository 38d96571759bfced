"""What a verdict says, and how its numbers are called."""

import functools
from collections import namedtuple

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.testing import Entry, GradientMismatch, Verdict, check_gradients
from autograd.testing.outcome import gravest
from autograd.testing.results import argument_names, function_name, leaf_names, output_names


def entry(outcome, name="x"):
    return Entry(name, "", outcome, 1.0)


def test_the_gravest_outcome_is_that_of_the_whole():
    assert gravest(()) == "right"
    assert gravest((entry("right"), entry("kink"))) == "kink"
    assert gravest((entry("kink"), entry("undecided"))) == "undecided"
    assert gravest((entry("undecided"), entry("wrong"), entry("right"))) == "wrong"


def test_a_verdict_is_a_table():
    verdict = check_gradients(lambda x, y, z: x * y, (2.0, 3.0, 4.0))

    head, columns, x, y, z, note = str(verdict).splitlines()
    assert head == "gradients of the function at (2.0, 3.0, 4.0): right"
    assert columns.split() == ["entry", "analytic", "forward", "numeric", "error", "bound"]
    assert x.split()[:4] == ["x", "3", "3", "3"]
    assert y.split()[:4] == ["y", "2", "2", "2"]
    assert z.split()[:4] == ["z", "0", "0", "0"]
    assert note == "not used: z"


def test_a_long_table_shows_the_gravest_first():
    entries = (*[entry("right", f"x[{i}]") for i in range(50)], entry("wrong", "last"))
    lines = str(Verdict("wrong", "f", 0.0, entries)).splitlines()

    assert lines[2].startswith("last")
    assert lines[-1] == "… and 21 more: 21 right"


def test_a_table_of_some_length_shows_wrong_entries_first():
    entries = (*[entry("right", f"x[{i}]") for i in range(10)], entry("wrong", "last"))
    lines = str(Verdict("wrong", "f", 0.0, entries)).splitlines()

    assert [line.split()[0] for line in lines[2:]] == ["last", *[f"x[{i}]" for i in range(10)]]


def test_a_long_point_is_one_line():
    verdict = Verdict("right", "f", np.arange(1000.0).reshape(500, 2))

    assert len(str(verdict).splitlines()) == 1
    assert str(Verdict("right", "f", [0.5] * 1000)).endswith("0.5, 0.5, …: right")


def test_a_verdict_is_true_where_a_gradient_may_be_used():
    outcomes = ("right", "kink", "undecided", "wrong")

    assert [bool(Verdict(o, "f", 0.0)) for o in outcomes] == [True, True, False, False]
    assert Verdict("kink", "f", 0.0, (entry("kink"), entry("right"))).count("kink") == 1


def test_an_unknown_entry_is_an_error_that_names_the_known_ones():
    with pytest.raises(KeyError, match="there is no entry 'y'; there are x"):
        check_gradients(ag.exp, 1.0).entry("y")


def test_names():
    Pair = namedtuple("Pair", "first second")  # noqa: PYI024 - a user's own

    assert function_name(lambda x: x) == "the function"
    assert function_name(ag.exp) == "exp"
    assert function_name(functools.partial(max, 0.0)) == "max"
    assert output_names(lambda x: x, [0.0, 0.0]) == ["output[0]", "output[1]"]
    assert output_names(max, [0.0]) == ["max[0]"]
    assert argument_names(ag.atan2, 2) == ["x", "y"]
    assert argument_names(lambda a, *b, c=0: a, 3) == ["a", "b[0]", "b[1]"]
    assert argument_names(lambda: 0, 1) == ["x"]
    assert leaf_names("p", Pair(1.0, [2.0])) == ["p.first", "p.second[0]"]
    assert leaf_names("a", np.ones((1, 2))) == ["a[0][0]", "a[0][1]"]


def test_the_graph_of_a_mismatch_can_be_drawn():
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda weights: ag.sum(weights) * weights[1].data, [1.0, 2.0])
    graph = caught.value.graph

    assert [node.label for node in graph.nodes if node.label] == ["weights[0]", "weights[1]"]
    assert caught.value.entry == "weights[1]"


def test_values_may_stand_in_the_point():
    assert check_gradients(lambda x: x * x, Value(3.0)).entries[0].analytic == 6.0
