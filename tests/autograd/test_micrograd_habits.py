"""What micrograd's users type, and the code around it that reads a Value's insides."""

import copy
import random

import pytest

from autograd import Graph, Value, clip, derivative, dot, grad, scope
from autograd import sum as total

from .helpers import pickled

# The lines of micrograd's trace_graph.ipynb, with a recorder in place of graphviz' Digraph.


class Digraph:
    def __init__(self):
        self.nodes, self.edges = {}, []

    def node(self, name, label, shape="ellipse"):
        self.nodes[name] = (label, shape)

    def edge(self, tail, head):
        self.edges.append((tail, head))


def trace(root):
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def draw_dot(root):
    nodes, edges = trace(root)
    dot = Digraph()
    for n in nodes:
        dot.node(
            name=str(id(n)), label=f"{{ data {n.data:.4f} | grad {n.grad:.4f} }}", shape="record"
        )
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot


def test_the_notebooks_drawing_code_works():
    random.seed(1337)
    x = [Value(1.0), Value(-2.0)]
    w = [Value(random.uniform(-1, 1)) for _ in x]
    y = (w[0] * x[0] + w[1] * x[1] + 0.0).relu()
    y.backward()
    dot = draw_dot(y)
    labels = sorted(label for label, shape in dot.nodes.values() if shape == "ellipse")

    assert labels == ["+", "+", "relu", "×", "×"]
    assert len(dot.nodes) == 5 + 5 + 5  # five operations, their results, and five leaves
    assert len(dot.edges) == 5 + 2 * 4 + 1
    assert (f"{{ data {w[1].data:.4f} | grad {w[1].grad:.4f} }}", "record") in dot.nodes.values()


def test_what_the_notebooks_read():
    a, b = Value(2.0), Value(-3.0)
    c = a * b

    assert c._op == "×"
    assert c._prev == (a, b)
    assert set(c._prev) == {a, b}
    assert (a._op, a._prev) == ("", ())
    assert (a + a)._prev == (a, a)  # micrograd's is a set, and forgets one


def test_the_readmes_example():
    """micrograd's README prints these numbers."""
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()

    assert f"{g.data:.4f}" == "24.7041"
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_the_sanity_check_of_its_own_tests():
    """micrograd's test_sanity_check: 46.0, which a recursion without an order makes 128.0 (#34)."""
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()

    assert y.data == -20.0
    assert x.grad == 46.0


def test_a_second_backward_adds_the_same_again():
    """54 for x**3 at 3; micrograd's own answer is 72, since its interior gradients pile up."""
    x = Value(3.0)
    y = x**3
    y.backward()
    assert x.grad == 27.0
    y.backward()
    assert x.grad == 54.0
    x.grad = 0
    y.backward()
    assert x.grad == 27.0


@pytest.mark.parametrize("zero", [0, 0.0, False])
def test_zero_grad_loops(zero):
    ps = [Value(1.0), Value(2.0)]
    (ps[0] * ps[1]).backward()
    for p in ps:
        p.grad = zero

    assert [p.grad for p in ps] == [0.0, 0.0]
    assert all(type(p.grad) is float for p in ps)


def test_a_training_loop_of_its_demo():
    """Data, hinge loss, L2, SGD with decay: the accuracy that micrograd's users see rise."""
    rng = random.Random(3)
    points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(30)]
    data = [(x, y, 1 if x + 2 * y > 0.1 else -1) for x, y in points]
    w = [Value(rng.uniform(-1, 1)) for _ in range(2)]
    b = Value(0)

    def loss():
        scores = [w[0] * x + w[1] * y + b for x, y, _ in data]
        losses = [(1 + -label * s).relu() for (_, _, label), s in zip(data, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in [*w, b])
        right = [(label > 0) == (s.data > 0) for (_, _, label), s in zip(data, scores, strict=True)]
        return data_loss + reg_loss, sum(right) / len(right)

    first, _ = loss()
    for k in range(60):
        total_loss, accuracy = loss()
        for p in [*w, b]:
            p.grad = 0
        total_loss.backward()
        for p in [*w, b]:
            p.data -= (1.0 - 0.9 * k / 100) * p.grad

    assert accuracy == 1.0
    assert total_loss.data < 0.3 * first.data


def test_pythons_sum_starts_from_zero_and_ours_does_not_record_it():
    a, b = Value(1.0), Value(2.0)

    assert sum([a, b])._prev[0]._prev[0].data == 0.0
    assert total([a, b])._prev == (a, b)


def test_softmax_as_the_lecture_writes_it():
    logits = [Value(1.0), Value(2.0), Value(0.5)]
    counts = [x.exp() for x in logits]
    probs = [c / sum(counts) for c in counts]
    loss = -probs[1].log()
    loss.backward()

    assert [x.grad for x in logits] == [
        pytest.approx(p.data - (i == 1), abs=1e-12) for i, p in enumerate(probs)
    ]


def test_an_update_inside_data_keeps_the_graph_of_before():
    w = Value(3.0)
    loss = w * w
    w.data = 10.0
    loss.backward()

    assert w.grad == 6.0


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x * 2.0 + 1.0,
        lambda x: 3.0 - x,
        lambda x: x**3,
        lambda x: total([x, 1.0, 1.0, x]),
        lambda x: dot([x, 2.0], [0.5, x], 4.0),
        lambda x: clip(x, 0.0, 5.0),
        lambda x: (x.exp() * 2.0).relu(),
    ],
)
def test_reading_operands_twice_gives_the_same_objects_and_changes_nothing(compute):
    """A drawing reads them in two passes: once for its boxes, once for its arrows."""
    read, unread = compute(Value(2.0)), compute(Value(2.0))
    with scope("drawing"):
        nodes, edges = trace(read)

    assert {id(v) for edge in edges for v in edge} <= {id(v) for v in nodes}
    assert read._prev == read._prev
    assert all(v is w for v, w in zip(read.operands, read._prev, strict=True))
    for make in (Graph, lambda v: Graph(copy.deepcopy(v)), lambda v: Graph(pickled(v))):
        assert make(read) == make(unread)
    for node in (read, unread):
        node.backward()
    assert Graph(read) == Graph(unread)
    leaves = [
        [v for v in trace(y)[0] if v.kind == "variable" and not v._op] for y in (read, unread)
    ]
    assert [v.grad for v in leaves[0]] == [v.grad for v in leaves[1]] != [0.0]
    outside = Value(2.0)

    def f(x, *, reading):
        y = compute(x)
        if reading:
            trace(y)
        return y * outside

    for take in (grad, lambda g: grad(grad(g)), derivative):
        assert repr(take(lambda x: f(x, reading=True))(2.0)) == repr(
            take(lambda x: f(x, reading=False))(2.0)
        )
