"""The engine in one file, against the library: the same numbers, bit for bit."""

import ast
import inspect
import random

import pytest

from autograd import Value, operation, ops
from demos import from_scratch
from nn import MLP, SGD, mse

EXAMPLES = [list(map(float, xs)) for xs in from_scratch.EXAMPLES]
TARGETS = [float(target) for target in from_scratch.TARGETS]


@pytest.fixture
def textbook_tanh():
    """tanh with the slope 1 − tanh², as it is taught; the library's own keeps more digits."""
    yield operation("textbook_tanh", ops.tanh.forward, lambda z, x: 1.0 - z * z)
    del ops.ALL["textbook_tanh"]


def by_the_file(sizes, activation, steps, rate):
    """What the file's training goes through: every loss, gradient and parameter."""
    model = from_scratch.MLP(2, sizes, activation, random.Random(0))
    for _ in range(steps):
        loss = from_scratch.learn(model, from_scratch.EXAMPLES, from_scratch.TARGETS, rate)
        yield loss, [(p.grad, p.data) for p in model.parameters()]


def by_the_library(sizes, activation, steps, rate):
    rng = random.Random(0)
    model = MLP(2, sizes, activation=activation, init="uniform", rng=rng)
    optimiser = SGD(model, lr=rate)
    for _ in range(steps):
        loss = mse([model(xs) for xs in EXAMPLES], TARGETS)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        yield loss.data, [(p.grad, p.data) for p in model.parameters()]


@pytest.mark.parametrize("sizes", [[8, 1], [4, 3, 1]], ids=str)
def test_a_training_has_the_librarys_losses_gradients_and_weights_bit_for_bit(sizes):
    ours = list(by_the_file(sizes, from_scratch.Value.relu, 201, 0.1))

    assert ours == list(by_the_library(sizes, "relu", 201, 0.1))
    assert len({loss for loss, _ in ours}) > 190  # it moves at nearly every step


def test_a_training_with_the_tanh_of_the_textbook_too(textbook_tanh):
    ours = list(by_the_file([4, 3, 1], from_scratch.Value.tanh, 100, 0.2))

    assert ours == list(by_the_library([4, 3, 1], textbook_tanh, 100, 0.2))


def test_it_learns_xor_and_prints_a_short_log(capsys):
    from_scratch.main()
    log = capsys.readouterr().out.splitlines()

    assert len(log) < 12
    assert float(log[0].split()[-1]) > 0.3
    assert float(log[5].split()[-1]) < 0.001
    for line, target in zip(log[-4:], from_scratch.TARGETS, strict=True):
        assert abs(float(line.split()[-1]) - target) < 0.05


def test_the_start_is_not_a_lucky_one():
    """Whoever changes the seed learns XOR as well, nearly always."""
    learned = 0
    for seed in range(10):
        model = from_scratch.MLP(2, [8, 1], from_scratch.Value.relu, random.Random(seed))
        for _ in range(200):
            loss = from_scratch.learn(model, from_scratch.EXAMPLES, from_scratch.TARGETS, 0.1)
        learned += loss < 0.001

    assert learned >= 9


def test_it_is_two_screens_long_and_needs_nothing_but_math_and_random():
    source = inspect.getsource(from_scratch)
    tree = ast.walk(ast.parse(source))
    imports = [node for node in tree if isinstance(node, (ast.Import, ast.ImportFrom))]

    assert len(source.splitlines()) <= 200
    assert {alias.name for node in imports for alias in node.names} == {"math", "random"}


def test_a_second_backward_adds_to_what_we_chose_and_to_nothing_else():
    for made in (from_scratch.Value(3.0), Value(3.0)):
        square = made * made
        root = square * square
        root.backward()
        root.backward()

        assert (made.grad, square.grad) == (216.0, 18.0)
