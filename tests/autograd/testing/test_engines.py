"""Engines of others, right and wrong ones, and what is said of them."""

import itertools
import math
import struct

import micrograd.engine
import pytest

import autograd.micrograd
from autograd import Graph, Value
from autograd.testing import Engine, EngineMismatch, check_engine
from demos import from_scratch
from demos.wrong_engines import RIGHT, adapter, module


def mismatch(engine, **settings):
    with pytest.raises(EngineMismatch) as caught:
        check_engine(engine, **settings)
    return caught.value


@pytest.mark.parametrize(
    ("engine", "takes"),
    [
        (Engine(micrograd.engine.Value, repeated=None), {"x / 0.5", "0.5 - x", "x.relu()"}),
        (adapter(from_scratch), {"x.tanh()", "x.exp()", "x.log()", "0.5 / x", "dot"}),
        (Engine(autograd.micrograd.Value, repeated=None), {"x ** x", "x.tanh()", "x.relu()"}),
        (Engine(Value), {"x % x", "x.gelu()", "x.hypot(x)", "abs(x)"}),
    ],
    ids=["micrograd", "from_scratch", "autograd.micrograd", "ours"],
)
def test_right_engines_agree_with_ours(engine, takes):
    assert takes <= set(check_engine(engine, examples=300))


def test_what_an_engine_does_not_take_is_not_asked_of_it():
    compared = check_engine(Engine(micrograd.engine.Value, repeated=None), examples=20)

    assert "x ** 0.5" in compared
    assert not {"x ** x", "0.5 ** x", "abs(x)", "x.exp()"} & set(compared)


def test_micrograds_gradients_pile_up_when_backward_is_called_twice():
    found = mismatch(Engine(micrograd.engine.Value))

    assert "gradient after a second backward" in found.sentence
    assert found.code.count("engine.backward(") == 2


def test_an_engine_may_replace_its_gradients_if_it_says_so():
    always = RIGHT.read_text(encoding="utf-8").replace("if value.operands:  # a", "if True:  # a")
    replacing = module(always).Value

    check_engine(Engine(replacing, repeated="replaces"), examples=100)
    assert "second backward" in mismatch(Engine(replacing), examples=100).sentence
    assert "second backward" in mismatch(Engine(Value, repeated="replaces")).sentence


def test_the_code_of_a_mismatch_shows_it(capsys):
    class Twice(from_scratch.Value):
        def tanh(self):
            made = super().tanh()
            return from_scratch.Value(made.data, made.operands, (2.0 * made.slopes[0],))

    engine = Engine(Twice)
    found = mismatch(engine, seed=3)
    exec(found.code, {"engine": engine})  # noqa: S102 - our own
    (name, (what, wrong, right)) = next(iter(found.wrong.items()))

    assert what == "gradient"
    assert wrong == pytest.approx(2.0 * right)
    assert float(capsys.readouterr().out) == wrong
    assert found.sentence.endswith(
        f"the engine's gradient of {name} is {wrong!r}, but should be {right!r}"
    )
    assert found.sentence in str(found)
    assert found.code in str(found)
    assert found.__notes__ == ["found with seed=3"]
    assert [node.op.name for node in found.graph if node.op] == ["tanh"]


def test_an_error_of_the_engine_is_a_mismatch():
    class NoNegative(from_scratch.Value):
        def log(self):
            if self.data > 2.5:
                raise OSError("no larger than 2.5")
            return super().log()

    found = mismatch(Engine(NoNegative))

    assert found.sentence.endswith("the engine's error is OSError: no larger than 2.5")
    assert found.wrong == {}
    assert ".log()" in found.code


def test_an_operation_that_always_fails_is_found_unless_it_says_that_it_is_not_taken():
    class Misspelt(from_scratch.Value):
        def tanh(self):
            return math.tahn(self.data)

        def exp(self):
            return result  # noqa: F821 - that is the mistake

        def log(self):
            raise NotImplementedError

    class Without(Misspelt):
        exp = None

    assert "NameError" in mismatch(Engine(Misspelt)).sentence
    assert not {"x.tanh()", "x.exp()", "x.log()"} & set(check_engine(Engine(Without), examples=50))


def test_an_engine_that_is_wrong_now_and_then_is_found():
    calls = itertools.count()

    class Moody(from_scratch.Value):
        def __mul__(self, other):
            product = super().__mul__(other)
            return product + 1.0 if next(calls) % 5 == 4 else product

    assert " * " in mismatch(Engine(Moody)).sentence


def test_the_same_seed_finds_the_same_counter_example():
    class Half(from_scratch.Value):
        def exp(self):
            return from_scratch.Value(super().exp().data, (self,), (0.5,))

    assert str(mismatch(Engine(Half), seed=5)) == str(mismatch(Engine(Half), seed=5))


def test_an_engine_of_single_precision_needs_a_tolerance():
    class Single(from_scratch.Value):
        def __init__(self, data, operands=(), slopes=()):
            super().__init__(struct.unpack("f", struct.pack("f", data))[0], operands, slopes)

    mismatch(Engine(Single))
    check_engine(Engine(Single), tolerance=1e-3, examples=200)


def test_an_adapter_says_what_is_called_otherwise():
    class Number:
        def __init__(self, number, parents=()):
            self.number, self.parents, self.slope = number, parents, 0.0

    def times(a, b):
        a, b = (x if isinstance(x, Number) else Number(x) for x in (a, b))
        return Number(a.number * b.number, ((a, b.number), (b, a.number)))

    def back(node, upstream=1.0):
        node.slope += upstream
        for parent, slope in node.parents:
            back(parent, upstream * slope)

    engine = Engine(
        Number,
        data=lambda v: v.number,
        grad=lambda v: v.slope,
        backward=back,
        operations={"mul": times},
    )

    assert check_engine(engine, examples=100) == ("mul",)


def test_an_engine_without_operations_is_refused():
    with pytest.raises(ValueError, match="has no operation of the table, not even x \\+ x"):
        check_engine(Engine(str))


def test_depth_is_tried_when_asked_for():
    found = mismatch(adapter(from_scratch), examples=5, depth=5000)

    assert "the engine's error is RecursionError" in found.sentence
    assert isinstance(found.graph, Graph)
    check_engine(Engine(Value), examples=5, depth=5000)
