"""The whole engine, driven at random, beside a model that cannot be wrong.

The model keeps, for every number ever computed, its exact value and its derivatives towards all
that it was computed from, as fractions in a dictionary, made when the number was made: Σ slope ·
derivatives of the operand. There is no graph to walk, so there is no order to get wrong, no pass to
repeat, nothing shared and nothing stale. Numbers are kept so small that doubles are exact too;
everything is compared with ``==``.
"""

from __future__ import annotations

import pickle
from contextlib import nullcontext
from copy import copy as shallow_copy
from copy import deepcopy
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

import autograd.roots
import autograd.value
from autograd import ConstantError, Graph, StaleValueError, Value, constant, copying, no_grad, ops
from autograd import backward as backward_from
from autograd.node import topological
from autograd.pullback import Paths
from nn.parameter import Parameter
from tests.needs import NIGHTLY

from .model import ARITY, HALF, MEANING, Number, computed

# --- the machine ----------------------------------------------------------------------------------

small = st.integers(-6, 6).map(lambda n: Fraction(n, 2))
seeds = st.sampled_from([Fraction(1), Fraction(-2), HALF, Fraction(0)])


class Engine(RuleBasedStateMachine):
    """Every rule does one thing to the engine and to the model; the invariant compares all."""

    numbers = Bundle("numbers")
    leaves = Bundle("leaves")  # those most often changed

    def __init__(self):
        super().__init__()
        self.held = []  # numbers whose Value the test still has
        self.snapshots = []  # (graph, its text when it was taken)
        self.count = 0

    def hold(self, number, value):
        """Take a Value into the test, as what ``number`` says it is."""
        number.value = value
        self.held.append(number)
        return number

    def name_leaves(self, number):
        """Give every leaf below a name of its own, so that snapshots can be read."""
        for value in pairs(number).values():
            if value.op is None:
                self.count += 1
                value.label = f"n{self.count}"

    # --- making -----------------------------------------------------------------------------------

    @initialize(targets=(numbers, leaves), x=small, y=small)
    def begin(self, x, y):
        leaves = self.leaf("variable", x), self.leaf("parameter", y)
        return multiple(*leaves, *self.made("mul", leaves), *self.made("add", leaves))

    def made(self, name, operands, *, recording=True):
        """The operation on engine and model, as a list of one; empty where doubles might round."""
        number = computed(name, operands, recording=recording)
        if number is None:
            return []
        with nullcontext() if recording else no_grad():
            inputs = [x.value if isinstance(x, Number) else float(x) for x in operands]
            return [self.hold(number, ops.ALL[name](*inputs))]

    @rule(
        targets=(numbers, leaves),
        kind=st.sampled_from(["variable", "parameter", "constant"]),
        x=small | numbers,
    )
    def make(self, kind, x):
        """A new leaf, or a detached number."""
        if not isinstance(x, Number):
            return self.leaf(kind, x)
        number = self.hold(Number("constant", x.data), x.value.detach())
        self.name_leaves(number)
        return number

    def leaf(self, kind, x):
        make = {"variable": Value, "parameter": Parameter, "constant": constant}[kind]
        number = self.hold(Number(kind, x), make(float(x)))
        self.name_leaves(number)
        return number

    @rule(
        target=numbers,
        name=st.sampled_from(sorted(MEANING)),
        operands=st.lists(numbers | small, min_size=5, max_size=5),
        recording=st.sampled_from([True, True, True, False]),
    )
    def combine(self, name, operands, recording):
        """Any numbers again, the same one more than once, plain numbers among them."""
        operands = operands[: ARITY.get(name, 2)]
        if not any(isinstance(x, Number) for x in operands):
            return multiple()
        return multiple(*self.made(name, operands, recording=recording))

    @rule(
        target=numbers,
        x=numbers,
        steps=st.lists(st.tuples(st.sampled_from("+-**"), numbers | small), min_size=1, max_size=4),
    )
    def write(self, x, steps):
        """As users write it, ``x * y + x``; the engine spells the hot rows out there."""
        made = []
        for sign, y in steps:
            number = computed({"+": "add", "-": "sub", "*": "mul"}[sign], [x, y])
            if number is None:
                continue
            right = y.value if isinstance(y, Number) else float(y)
            match sign:
                case "+":
                    value = x.value + right
                case "-":
                    value = x.value - right
                case _:
                    value = x.value * right
            x = self.hold(number, value)
            made.append(x)
        return multiple(*made)

    # --- differentiating --------------------------------------------------------------------------

    @rule(
        roots=st.lists(st.tuples(numbers, seeds), min_size=1, max_size=3),
        times=st.integers(1, 2),
    )
    def backward(self, roots, times):
        values = [root.value for root, _ in roots]
        weights = [float(seed) for _, seed in roots]
        for _ in range(times):
            if not all(root.takes_gradients for root, _ in roots):
                with pytest.raises(ConstantError):
                    backward_from(values, weights)
            else:
                if len(roots) == 1:
                    values[0].backward(weights[0])
                else:
                    backward_from(values, weights)
                expect(roots)

    @rule(root=numbers, leaf=numbers)
    def derivatives_leave_no_trace(self, root, leaf):
        """Both sweeps give the model's derivative; differentiating again asks for fresh leaves."""
        if not leaf.is_leaf or leaf.kind == "constant":
            return
        expected = float(root.partials.get(leaf, 0))
        paths = Paths([leaf.value], [root.value])
        assert paths.pull([1.0], live=False) == [expected]
        assert paths.push([1.0], live=False) == [expected]
        if any(leaf in number.partials and is_stale(number) for number in root.below()):
            with pytest.raises(StaleValueError):
                paths.pull([1.0], live=True)
        else:
            assert paths.pull([1.0], live=True)[0].data == expected

    # --- changing ---------------------------------------------------------------------------------

    @rule(x=leaves | numbers, data=small)
    def change(self, x, data):
        if x.value is None:
            return
        if x.is_leaf:
            x.value.data = float(data)
            x.data = data
        else:
            with pytest.raises(AttributeError, match="result of"):
                x.value.data = float(data)

    @rule(x=leaves | numbers, how=st.sampled_from(["zero", "freeze", "unfreeze"]))
    def reset(self, x, how):
        if x.value is None:
            return
        if how == "zero":
            x.value.grad = 0.0
            x.grad = Fraction(0)
        elif x.kind in {"parameter", "frozen"}:
            if how == "freeze":
                x.value.freeze()
            else:
                x.value.unfreeze()
            if how == "freeze" or x.kind == "frozen":
                x.grad = Fraction(0)
            x.kind = "frozen" if how == "freeze" else "parameter"

    # --- copying, letting go ----------------------------------------------------------------------

    @rule(
        target=numbers,
        roots=st.lists(numbers, min_size=1, max_size=2),
        pickled=st.booleans(),
    )
    def copy(self, roots, pickled):
        """deepcopy keeps all identity; pickle that of leaves, and of results within one root."""
        values = [root.value for root in roots]
        copies = pickled_copies(values) if pickled else deepcopy(values)
        leaves, results, tops = {}, {}, {}
        for root in roots:
            if root not in tops:
                tops[root] = copied(root, leaves, {} if pickled else results)
        for root, value in zip(roots, copies, strict=True):
            self.hold(tops[root], value)
            self.name_leaves(tops[root])
        return multiple(*tops.values())

    @rule(target=numbers, x=numbers)
    def copy_shallow(self, x):
        number = Number(x.kind, x.data, None, x.name, x.operands, x.inputs, x.grad)
        for source, partial in x.partials.items():
            if source is not x:
                number.partials[source] = partial
        self.hold(number, shallow_copy(x.value))
        if number.is_leaf:
            self.name_leaves(number)
        return number

    @rule(x=consumes(numbers))
    def let_go(self, x):
        """What was computed from it keeps it alive."""
        x.value = None
        self.held = [number for number in self.held if number is not x]

    # --- snapshots --------------------------------------------------------------------------------

    @rule(root=numbers, seed=seeds)
    def snapshot(self, root, seed):
        graph = Graph(root.value, seeds=[float(seed)])
        self.snapshots = [*self.snapshots[-3:], (graph, str(graph))]
        top = graph.nodes[graph.roots[0]]
        assert top.value == float(root.data) or root.is_leaf
        assert top.grad == (float(seed) if any(map(asks, root.below())) else None)
        for number, value in pairs(root).items():
            if number.is_leaf and number.kind != "constant":
                (node,) = [node for node in graph if node.label == value.label]
                expected = float(seed * root.partials[number])
                assert node.grad == (expected if asks(number) else None)
                assert node.now == float(number.data)
                assert node.kind == number.kind
        assert Graph.from_json(graph.to_json()) == graph

    @invariant()
    def snapshots_never_change(self):
        for graph, text in self.snapshots:
            assert str(graph) == text

    @invariant()
    def the_engine_is_what_the_model_says(self):
        seen = {}
        for root in self.held:
            pairs(root, seen)
        for number, value in seen.items():
            assert value.data == float(number.data)
            assert value.grad == float(number.grad)
            assert type(value.grad) is float
            if number.is_leaf:
                assert value.op is None
                assert value.kind == number.kind
            else:
                assert value.op.name == number.name


def pickled_copies(values):
    return pickle.loads(pickle.dumps(values))  # noqa: S301 - our own, of this very moment


def asks(leaf):
    """Whether a snapshot shows a gradient for what was computed from this leaf."""
    return leaf.kind in {"variable", "parameter"}


def is_stale(result):
    """Whether an operand has changed since it was recorded."""
    return any(
        isinstance(x, Number) and x.data != recorded
        for x, recorded in zip(result.operands, result.inputs, strict=True)
    )


def expect(roots):
    """One backward pass, on the model."""
    total = {}
    for root, seed in roots:
        for source, partial in root.partials.items():
            total[source] = total.get(source, Fraction(0)) + seed * partial
    for source, gradient in total.items():
        if not source.is_leaf:
            source.grad = gradient
        elif source.takes_gradients:
            source.grad += gradient


def pairs(root, seen=None):
    """Each Number below ``root`` and the Value that stands for it: one and the same everywhere."""
    seen = {} if seen is None else seen
    stack = [(root, root.value)]
    while stack:
        number, value = stack.pop()
        if number in seen:
            assert seen[number] is value
            continue
        seen[number] = value
        operands = value.operands
        assert len(operands) == len(number.operands)
        for known, operand in zip(number.operands, operands, strict=True):
            if isinstance(known, Number):
                stack.append((known, operand))
            else:
                assert operand.kind == "constant"
                assert operand.data == float(known)
    return seen


def copied(root, leaves, results):
    """A copy of the model below ``root``, apart from what was copied before."""
    known = {**leaves, **results}
    order = sorted(root.below(), key=lambda number: len(number.below()))  # operands first
    for number in order:
        if number in known:
            continue
        twin = Number(number.kind, number.data, None, number.name, inputs=number.inputs)
        twin.grad = number.grad
        twin.operands = tuple(known.get(x, x) for x in number.operands)
        known[number] = twin
        (leaves if number.is_leaf else results)[number] = twin
        twin.partials.clear()
        for source, partial in number.partials.items():
            twin.partials[known[source]] = partial
    return known[root]


TestEngine = Engine.TestCase
TestEngine.settings = settings(max_examples=500 if NIGHTLY else 60, stateful_step_count=50)


# --- the machine finds what is broken -------------------------------------------------------------


def spoilt_pass(fault):
    """A backward pass in ten lines that commits one of the classic faults; "" commits none."""

    def accumulate(roots, seeds):
        order = topological(roots)
        for node in order:
            if fault != "results are not reset":
                node.grad = 0.0
        for root, seed in zip(roots, seeds, strict=True):
            root.grad = seed if fault == "roots overwrite" else root.grad + seed
        for node in reversed(order):
            inputs = (
                tuple(x.data for x in node.operands) if fault == "stale data" else recorded(node)
            )
            slopes = node.op.slopes(node.data, inputs)
            done = set()
            for operand, slope in zip(node.operands, slopes, strict=True):
                share = node.grad * slope
                if fault == "an edge of a*a is lost" and operand in done:
                    continue
                done.add(operand)
                if fault == "leaves overwrite" and operand.op is None:
                    operand.grad = share
                else:
                    operand.grad += share

    return accumulate


def recorded(node):
    """The operands' values as the node recorded them."""
    return Graph(node).nodes[-1].inputs


FAULTS = ["results are not reset", "roots overwrite", "stale data", "an edge of a*a is lost",
          "leaves overwrite"]  # fmt: skip


def run_spoilt(monkeypatch, fault, examples):
    for module in (autograd.value, autograd.roots):
        monkeypatch.setattr(module, "accumulate", spoilt_pass(fault))
    run_state_machine_as_test(
        Engine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            phases=[Phase.generate],
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        ),
    )


def test_another_sound_pass_satisfies_the_machine(monkeypatch):
    run_spoilt(monkeypatch, "", 10)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_pass_is_found(monkeypatch, fault):
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_spoilt(monkeypatch, fault, 200)


def test_a_copy_that_loses_sharing_is_found(monkeypatch):
    """deepcopy of each root with a memo of its own."""
    monkeypatch.setattr(Value, "__deepcopy__", lambda self, _: copying.deep(self, {}))
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_spoilt(monkeypatch, "", 300)
