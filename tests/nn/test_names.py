"""Looking names up, with a hint for the mistyped."""

import pytest

from nn.names import look_up, nearest

from .refusals import refused

KNOWN = {"relu": 1, "leaky_relu": 2, "tanh": 3}


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("rleu", "relu"),
        ("ReLU", "relu"),
        ("TANH", "tanh"),
        ("leakyrelu", "leaky_relu"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_the_nearest_match(name, match):
    assert nearest(name, KNOWN) == match


def test_the_case_of_known_names_is_kept():
    assert nearest("mlp", ["MLP", "Layer"]) == "MLP"


def test_a_known_name_is_found():
    assert look_up("tanh", KNOWN, "activation") == 3


def test_an_unknown_name_gets_a_hint():
    text = "unknown activation 'rleu'; did you mean 'relu'? There are: relu, leaky_relu, tanh"

    with refused(ValueError, text):
        look_up("rleu", KNOWN, "activation")


def test_without_a_near_one_there_is_no_hint():
    text = "unknown activation 'step'. There are: relu, leaky_relu, tanh"

    with refused(ValueError, text):
        look_up("step", KNOWN, "activation")


def test_what_is_no_name_is_a_type_error():
    text = "the activation is a name, or a function, got 3; there are: relu, leaky_relu, tanh"

    with refused(TypeError, text):
        look_up(3, KNOWN, "activation", "a function")
    with refused(TypeError, text.replace(", or a function", "")):
        look_up(3, KNOWN, "activation")
