"""`autograd.micrograd`: what micrograd's scripts and the lectures about it do with its insides.

The cells are written as such lectures write them, and are run one after the other in one namespace.
"""

import copy
import math
import random
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import DomainError
from autograd.micrograd import MLP, Layer, Module, Neuron, Value

from .helpers import pickled, refused
from .test_micrograd_habits import draw_dot, trace

SMALL = st.floats(-2.0, 2.0)


def slope(f, *xs, i=0):
    """The derivative of a function of floats towards its i-th operand, by a central difference."""
    up, down = list(xs), list(xs)
    up[i] += 1e-6
    down[i] -= 1e-6
    return (f(*up) - f(*down)) / 2e-6


# --- a lecture, cell by cell ----------------------------------------------------------------------

FIRST_HALF = [
    """
from autograd.micrograd import Value

a = Value(2.0, label='a')
b = Value(-3.0, label='b')
c = Value(10.0, label='c')
e = a*b; e.label = 'e'
d = e + c; d.label = 'd'
f = Value(-2.0, label='f')
L = d * f; L.label = 'L'
assert L.data == -8.0
assert d._prev == {e, c} and d._op == '+'
""",
    """
picture = draw_dot(L)
assert len(picture.nodes) == 7 + 3
""",
    """
# the gradients by hand, from the output to the leaves
L.grad = 1.0
f.grad = 4.0
d.grad = -2.0
c.grad = -2.0
e.grad = -2.0
a.grad = -2.0 * -3.0
b.grad = -2.0 * 2.0
""",
    """
# a step uphill, and the forward pass once more
for leaf in (a, b, c, f):
    leaf.data += 0.01 * leaf.grad
e = a * b
d = e + c
L = d * f
assert abs(L.data - -7.286496) < 1e-6
""",
    """
# an activation of one's own, put onto the class
import math

def tanh(self):
    x = self.data
    t = (math.exp(2*x) - 1)/(math.exp(2*x) + 1)
    out = Value(t, (self, ), 'tanh')

    def _backward():
        self.grad += (1 - t**2) * out.grad
    out._backward = _backward
    return out

own_tanh, Value.tanh = tanh, tanh
""",
    """
# a neuron of two inputs
x1, x2 = Value(2.0, label='x1'), Value(0.0, label='x2')
w1, w2 = Value(-3.0, label='w1'), Value(1.0, label='w2')
b = Value(6.8813735870195432, label='b')
x1w1 = x1*w1; x1w1.label = 'x1*w1'
x2w2 = x2*w2; x2w2.label = 'x2*w2'
x1w1x2w2 = x1w1 + x2w2; x1w1x2w2.label = 'x1*w1 + x2*w2'
n = x1w1x2w2 + b; n.label = 'n'
o = n.tanh(); o.label = 'o'
assert (o._op, o._prev) == ('tanh', {n})
""",
    """
# node by node
o.grad = 1.0
o._backward()
assert abs(n.grad - 0.5) < 1e-9
n._backward()
x1w1x2w2._backward()
x1w1._backward()
x2w2._backward()
by_hand = [x.grad for x in (x1, w1, x2, w2)]
""",
    """
# the order of the nodes, and the pass
topo = []
visited = set()
def build_topo(v):
    if v not in visited:
        visited.add(v)
        for child in v._prev:
            build_topo(child)
        topo.append(v)
build_topo(o)
for v in topo:
    v.grad = 0.0
o.grad = 1.0
for node in reversed(topo):
    node._backward()
assert [x.grad for x in (x1, w1, x2, w2)] == by_hand
""",
    """
for v in topo:
    v.grad = 0.0
o.backward()
assert [x.grad for x in (x1, w1, x2, w2)] == by_hand
""",
    """
# one node, used twice
a = Value(3.0, label='a')
b = a + a ; b.label = 'b'
b.backward()
assert a.grad == 2.0
""",
    """
# tanh taken apart, all of it computed once more
x1, x2 = Value(2.0, label='x1'), Value(0.0, label='x2')
w1, w2 = Value(-3.0, label='w1'), Value(1.0, label='w2')
n = x1*w1 + x2*w2 + 6.8813735870195432; n.label = 'n'
e = (2*n).exp()
o = (e - 1) / (e + 1)
o.label = 'o'
o.backward()
apart = [x.grad for x in (x1, w1, x2, w2)]
kinds = {v._op for v in trace(o)[0]}
""",
]

SECOND_HALF = [
    """
import random
from autograd.micrograd import Value

class Neuron:
    def __init__(self, nin):
        self.w = [Value(random.uniform(-1,1)) for _ in range(nin)]
        self.b = Value(random.uniform(-1,1))

    def __call__(self, x):
        act = sum((wi*xi for wi, xi in zip(self.w, x)), self.b)
        return act.tanh()

    def parameters(self):
        return self.w + [self.b]

class Layer:
    def __init__(self, nin, nout):
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x):
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]

class MLP:
    def __init__(self, nin, nouts):
        sz = [nin] + nouts
        self.layers = [Layer(sz[i], sz[i+1]) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
""",
    """
random.seed(3)
n = MLP(3, [4, 4, 1])
draw_dot(n([2.0, 3.0, -1.0]))
assert len(n.parameters()) == 41
""",
    """
xs = [
  [2.0, 3.0, -1.0],
  [3.0, -1.0, 0.5],
  [0.5, 1.0, 1.0],
  [1.0, 1.0, -1.0],
]
ys = [1.0, -1.0, -1.0, 1.0]
start = [p.data for p in n.parameters()]
""",
    """
losses = []
for k in range(20):
    ypred = [n(x) for x in xs]
    loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
    for p in n.parameters():
        p.grad = 0.0
    loss.backward()
    for p in n.parameters():
        p.data += -0.1 * p.grad
    losses.append(loss.data)
""",
]


def run(cells):
    """What the cells leave behind, run one after the other as in a notebook."""
    namespace = {"draw_dot": draw_dot, "trace": trace}
    for i, cell in enumerate(cells):
        exec(compile(cell, f"cell {i}", "exec"), namespace)  # noqa: S102 - the cells above
    return namespace


def test_the_first_half_of_the_lecture():
    own = Value.__dict__.get("tanh")
    try:
        left = run(FIRST_HALF)
        assert Value.tanh is left["own_tanh"]
    finally:
        del Value.tanh
    assert own is None  # inherited

    def neuron(x1, w1, x2, w2):
        return math.tanh(x1 * w1 + x2 * w2 + 6.8813735870195432)

    measured = [slope(neuron, 2.0, -3.0, 0.0, 1.0, i=i) for i in range(4)]
    assert left["by_hand"] == pytest.approx(measured, abs=1e-8)
    assert left["apart"] == pytest.approx(measured, abs=1e-8)
    assert left["kinds"] == {"", "+", "*", "exp", "**-1"}


def test_the_second_half_of_the_lecture():
    """Its losses are those of the same training on the real engine."""
    left = run(SECOND_HALF)
    engines = run([cell.replace("autograd.micrograd", "autograd") for cell in SECOND_HALF])

    assert left["start"] == engines["start"]
    assert left["losses"] == pytest.approx(engines["losses"], rel=1e-9)
    assert left["losses"][-1] < 0.1 * left["losses"][0]


# --- what a node is -------------------------------------------------------------------------------


def test_it_prints_and_spells_as_micrograd():
    a, b = Value(-4.0), Value(2)

    assert repr(a) == "Value(data=-4.0, grad=0)"
    assert repr(b * 3) == "Value(data=6, grad=0)"
    spelled = {(a + b)._op, (a * b)._op, (a**2)._op, (b**0.5)._op, a.relu()._op, a.tanh()._op,
               a.exp()._op, a._op, (a - b)._op, (a / b)._op, (-a)._op}  # fmt: skip
    assert spelled == {"+", "*", "**2", "**0.5", "ReLU", "tanh", "exp", ""}
    assert (a + b)._prev == {a, b}
    assert (a**2)._prev == {a}
    assert [v.data for v in trace(a - b)[0] if v._op == "*"] == [-2]


def test_everything_about_it_can_be_set():
    a = Value(2.0)
    b = a * 3.0
    b.data, b.tag, a.velocity = 10.0, "mine", 0.5
    c = b * b
    c._backward = lambda: setattr(b, "grad", 7.0)
    c.backward()

    assert (c.data, b.grad, a.grad) == (100.0, 7.0, 21.0)
    assert (b.tag, a.velocity) == ("mine", 0.5)
    assert Value(1.0, (a, b), "op", "name")._prev == {a, b}
    assert Value(1.0, _children=(a,), _op="op", label="name")._op == "op"


def test_interior_gradients_pile_up_and_a_changed_leaf_is_read_late_as_there():
    x = Value(3.0)
    y = x**3
    z = y * 1.0
    z.backward()
    z.backward()
    assert x.grad == 27.0 + 2 * 27.0

    w = Value(3.0)
    loss = w * w
    w.data = 10.0
    loss.backward()
    assert w.grad == 20.0


def test_subclasses_with_operations_of_their_own():
    class Mine(Value):
        def cube(self):
            out = Mine(self.data**3, (self,), "cube")

            def _backward():
                self.grad += 3 * self.data**2 * out.grad

            out._backward = _backward
            return out

    x = Mine(2.0)
    y = x.cube().cube() + x
    y.backward()

    assert x.grad == pytest.approx(slope(lambda x: x**9 + x, 2.0))


@given(x=SMALL, y=SMALL)
def test_gradients_are_the_engines(x, y):
    """Every way to write an operation, and rows that micrograd does not have."""

    def f(a, b):
        c = a * b + 3 - b / 4 + (2 - a) * (-b) + 1 / (a * a + 1)
        d = (c.tanh() + (a * 0.5).exp() - b.relu()) ** 2 + a.sigmoid()
        return d + sum([a, b]) + autograd.logsumexp([a, b]) + autograd.softmax([c, b])[0]

    ours, engines = [Value(x), Value(y)], [autograd.Value(x), autograd.Value(y)]
    z, expected = f(*ours), f(*engines)
    z.backward()
    expected.backward()

    assert z.data == pytest.approx(expected.data)
    assert [v.grad for v in ours] == pytest.approx([v.grad for v in engines], abs=1e-9)


def test_numpy_takes_them():
    v, w = Value(1.0), Value(2.0)

    assert np.exp(v)._op == "exp"
    assert (np.float64(2.0) * v)._prev >= {v}
    assert (np.array([v, w]) @ np.array([3.0, 4.0])).data == 11.0


def test_a_deep_graph_has_a_gradient():
    x = Value(1.0)
    y = x
    for _ in range(10 * sys.getrecursionlimit()):
        y = y + 1.0
    y.backward()

    assert x.grad == 1


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_models_of_leaves_are_copied(copied):
    model = MLP(2, [3, 1])
    model.parameters()[0].grad = 5.0
    other = copied(model)

    assert other([1.0, -2.0]).data == model([1.0, -2.0]).data
    assert other.parameters()[0].grad == 5.0


# --- its networks ---------------------------------------------------------------------------------


def test_networks_draw_from_random_and_print_as_there():
    random.seed(1337)
    model = MLP(2, [3, 1])
    random.seed(1337)
    drawn = [random.uniform(-1, 1) for _ in range(2 * 3 + 3)]
    weights = [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]

    assert weights == drawn
    assert [n.b.data for layer in model.layers for n in layer.neurons] == [0] * 4
    assert repr(model) == (
        f"MLP of [Layer of [{', '.join(['ReLUNeuron(2)'] * 3)}], Layer of [LinearNeuron(3)]]"
    )
    assert isinstance(Neuron(2, nonlin=False), Module)
    assert Module().parameters() == []
    assert len(Layer(2, 3)([1.0, 2.0])) == 3
    assert MLP(2, [1, 1])([1.0, 2.0])._op == "+"  # a hidden layer of one

    loss = model([1.0, 2.0]) ** 2 + 1
    loss.backward()
    model.zero_grad()
    assert {p.grad for p in model.parameters()} == {0}


# --- what is refused ------------------------------------------------------------------------------


def test_bad_input_is_refused():
    v, other = Value(1.0), autograd.Value(1.0)
    theirs = "Value of autograd.micrograd"
    for mixed, got in [
        (lambda: v + other, f"{theirs}, Value"),
        (lambda: other + v, f"Value, {theirs}"),
    ]:
        both = "take both from autograd, or both from autograd.micrograd"
        with refused(TypeError, f"add takes Values or real numbers, got {got}; {both}"):
            mixed()
    with refused(TypeError, "Value(x) takes a real number, got the str '2'; write float('2')"):
        Value("2")
    with pytest.raises(DomainError, match=r"^pow\(0, -1\) is not a finite real number"):
        1 / Value(0)
    with refused(ValueError, "ReLUNeuron(2) got 3 inputs; give one for each of its weights"):
        Neuron(2)([1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match=r"^a Graph is .* of autograd\.micrograd, which .*_prev"):
        autograd.Graph(v)


def test_data_that_is_set_after_the_pass_counts_where_it_does_in_micrograd():
    """There tanh keeps its t, relu asks its result, products and powers ask their operands."""
    x = Value(0.5)
    y = x.tanh()
    x.data = 3.0
    y.backward()
    assert x.grad == pytest.approx(1.0 - math.tanh(0.5) ** 2)
    for before, after, of_result in ((-2.0, 1.0, False), (2.0, -1.0, True)):
        x = Value(before)
        y = x.relu()
        (y if of_result else x).data = after
        y.backward()
        assert x.grad == 0.0
    x = Value(2.0)
    y = x**2
    x.data = 3.0
    y.backward()
    assert x.grad == 6.0


def test_the_lectures_networks_have_tanh():
    random.seed(0)
    model = MLP(2, [2, 1], activation="tanh")
    x = [0.5, -1.0]
    hidden = [
        math.tanh(n.b.data + sum(w.data * y for w, y in zip(n.w, x, strict=True)))
        for n in model.layers[0].neurons
    ]
    last = model.layers[1].neurons[0]

    assert repr(model.layers[0].neurons[0]) == "TanhNeuron(2)"
    assert repr(last) == "LinearNeuron(2)"
    expected = last.b.data + sum(w.data * y for w, y in zip(last.w, hidden, strict=True))
    assert model(x).data == pytest.approx(expected, rel=1e-12)
    with refused(ValueError, "activation names a Value method, as 'tanh', got 'tahn'"):
        Neuron(2, activation="tahn")


def test_tab_shows_what_is_public():
    shown = [name for name in dir(autograd.micrograd) if not name.startswith("__")]

    assert shown == ["Layer", "MLP", "Module", "Neuron", "Value"]
