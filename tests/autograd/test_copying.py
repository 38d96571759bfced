"""Copies keep identities and work afterwards; a million operations are no depth."""

import contextlib
import copy
import functools
import gc
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given

from autograd import (
    Constant,
    Graph,
    Value,
    constant,
    dot,
    grad,
    hessian,
    jvp,
    no_grad,
    ops,
    scope,
    where,
)
from autograd import sum as total
from autograd.testing import check_gradients

from ..needs import NIGHTLY
from ..strategies import smooth_programs
from .helpers import pickled

COPIES = {
    "deepcopy": copy.deepcopy,
    **{
        f"pickle{protocol}": functools.partial(pickled, protocol=protocol)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}
EVERY_COPY = pytest.mark.parametrize("name", COPIES)


def everything(root):
    """Each node below root as (class, number, gradient, label, scope, operation, operands)."""
    found, seen, stack = [], {}, [root]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen[node] = len(seen)
        stack += reversed(node.operands)
    for node in seen:
        operands = [seen.get(x, repr(x)) for x in node.operands]
        found.append((type(node), repr(node), node.scope, node.op, operands))
    return found


def example():
    """Every kind of node: unary, binary, n-ary, plain numbers, constants, shared parts."""
    with scope("s"):
        a, b, c = Value(2.0, label="a"), Value(-3.0), constant(0.5, label="c")
        shared = (a * b + 10.0).tanh()
        shared.label = "shared"
        root = dot([shared, a, 2.0], [b, c, shared], shared) + total([a, 1.0, shared])
    root.backward()
    return a, b, c, shared, where(a > 0, root, 0.0)


@EVERY_COPY
def test_a_copy_has_all_that_the_original_has(name):
    *_, root = example()
    root.backward()
    copied = COPIES[name](root)

    assert copied is not root
    assert Graph(copied) == Graph(root)
    assert [x[1:] for x in everything(copied)] == [x[1:] for x in everything(root)]


@pytest.mark.parametrize("name", ["deepcopy", "pickle4"])
@given(program=smooth_programs)
def test_gradients_of_a_copy_are_the_originals_and_its_own(name, program):
    leaves = [Value(x) for x in program.inputs]
    root = program.run(leaves)
    root.backward()
    expected = [leaf.grad for leaf in leaves]
    copied_root, *copied_leaves = COPIES[name]([root, *leaves])
    for leaf in (*leaves, *copied_leaves):
        leaf.grad = 0.0
    copied_root.backward()

    assert [leaf.grad for leaf in copied_leaves] == expected
    assert [leaf.grad for leaf in leaves] == [0.0] * len(leaves)


@EVERY_COPY
def test_leaves_keep_their_identity_across_roots(name):
    """Two losses that share a weight share it afterwards."""
    w, x = Value(2.0), Value(5.0)
    first, second, w2 = COPIES[name]((w * x, [w + x], w))
    first.backward()
    second[0].backward()

    assert first.operands[0] is second[0].operands[0] is w2
    assert w2.grad == 5.0 + 1.0
    assert w.grad == 0.0


@EVERY_COPY
def test_interior_nodes_keep_their_identity_within_a_root(name):
    w = Value(2.0)
    shared = w * w
    root = COPIES[name](shared + shared * shared)
    left, right = root.operands

    assert left is right.operands[0] is right.operands[1]
    root.backward()
    assert left.operands[0].grad == (1 + 2 * 4.0) * 4.0


def test_deepcopy_keeps_every_identity_across_roots():
    a, _, _, shared, root = example()
    a2, shared2, root2, shared3 = copy.deepcopy((a, shared, root, shared))

    assert shared2 is shared3
    assert shared2 in everything_below(root2)
    assert a2 in everything_below(shared2)
    assert everything_below(root2).isdisjoint(everything_below(root))


def everything_below(root):
    seen, stack = set(), [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += node.operands
    return seen


def test_deepcopy_finds_what_was_copied_before():
    """The memo may hold an interior node already: what lies above is copied onto the copy."""
    w = Value(2.0)
    shared = w * w
    above = shared + 1.0
    memo = {}
    shared2 = copy.deepcopy(shared, memo)
    above2 = copy.deepcopy(above, memo)

    assert above2.operands[0] is shared2
    assert copy.deepcopy(above, memo) is above2


def test_several_roots_are_pickled_as_one_graph():
    a, *_, shared, root = example()
    graph = Graph([root, shared, a])
    again = pickled(graph)

    assert again == graph
    assert again.roots == graph.roots


def test_a_shallow_copy_is_another_node_on_the_same_operands():
    a, b = Value(2.0, label="a"), Value(3.0)
    y = a * b
    y2, a2 = copy.copy(y), copy.copy(a)
    y2.backward()

    assert y2 is not y
    assert y2.operands == (a, b)
    assert a.grad == 3.0
    assert (a2.data, a2.label) == (2.0, "a")
    a2.data = 7.0
    assert a.data == 2.0


@EVERY_COPY
def test_constants_stay_constants(name):
    c = COPIES[name](constant(2.0, label="c"))
    with no_grad():
        d = COPIES[name](Value(2.0) * 3.0)

    assert isinstance(c, Constant)
    assert (c.data, c.label) == (2.0, "c")
    assert isinstance(d, Constant)
    assert (c.grad, d.grad) == (0.0, 0.0)


@EVERY_COPY
def test_a_leaf_changed_since_is_copied_with_both_numbers(name):
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    y2 = COPIES[name](y)
    x2 = y2.operands[0]
    y2.backward()

    assert (x2.data, x2.grad) == (100.0, 6.0)


class Weight(Value):
    """A user's own class, with attributes of its own."""

    def __init__(self, data, unit):
        super().__init__(data)
        self.unit = unit


@EVERY_COPY
def test_a_subclass_keeps_its_class_and_its_attributes(name):
    w = Weight(2.0, ["kg"])
    w2, y2 = COPIES[name]([w, w * w])

    assert type(w2) is Weight
    assert w2.unit == ["kg"]
    assert w2.unit is not w.unit
    assert y2.operands[0] is w2


def test_a_shallow_copy_of_a_subclass_shares_its_attributes():
    w = Weight(2.0, ["kg"])
    w2 = copy.copy(w)

    assert type(w2) is Weight
    assert w2.unit is w.unit


def test_a_subclass_may_refer_to_itself():
    w = Weight(2.0, None)
    w.unit = w
    for name in ("deepcopy", "pickle5"):
        w2 = COPIES[name](w)

        assert w2.unit is w2
        assert w2 is not w


def test_a_row_is_pickled_by_its_name():
    y = Value(2.0).tanh()

    assert b"tanh" in pickle.dumps(y)
    assert pickled(y).op is ops.tanh


# --- depth ----------------------------------------------------------------------------------------

MANY = textwrap.dedent("""
    import copy, gc, pickle, sys, threading
    gc.disable()
    from autograd import Value

    N = int(sys.argv[1])

    def build():
        x = Value(1.0)
        y = x
        for _ in range(N // 2):  # two operations each: a chain, and x on every step of it
            y = y * 1.0 + x
        return x, y

    def live():
        return sum(issubclass(type(o), Value) for o in gc.get_objects())

    def work():
        pair = list(build())
        pair[1].backward()
        assert pair[1].data == 1.0 + N // 2
        assert pair[0].grad == 1.0 + N // 2
        assert live() == N + 1, live()

        copies = copy.deepcopy(pair)
        copies[0].grad = 0.0
        copies[1].backward()
        assert copies[0].grad == 1.0 + N // 2
        assert live() == 2 * (N + 1), live()
        copies.clear()
        assert live() == N + 1, live()

        text = pickle.dumps(pair)
        pair.clear()
        assert live() == 0, live()
        x, y = pickle.loads(text)
        x.grad = 0.0
        y.backward()
        assert x.grad == 1.0 + N // 2
        del x, y
        assert live() == 0, live()
        print("done")

    sys.setrecursionlimit(200)
    # And with little of C's stack: CPython 3.12 lets deallocators nest some thousand deep, in any
    # list of lists too, which takes 1 MB; a nesting of a million would take a hundred.
    threading.stack_size(2 * 1024 * 1024)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
""")


def run(program, *words):
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_a_million_operations_build_differentiate_copy_pickle_and_free():
    """With a recursion limit of 200, 2 MB of stack, and the garbage collector off.

    By day an eighth of them: 2 MB would be used up by a nesting of some thousand.
    """
    result = run(MANY, "1000000" if NIGHTLY else "125000")

    assert (result.returncode, result.stderr, result.stdout) == (0, "", "done\n")


SHAPES = {
    "a chain of unary operations": lambda y, x: y.sin(),
    "the left operand": lambda y, x: y - x,
    "the right operand": lambda y, x: x - y,
    "both operands": lambda y, x: y * y,
    "the last of many": lambda y, x: total([x, 1.0, y]),
    "the bias of a dot": lambda y, x: dot([x], [0.1], y),
    "the chosen branch": lambda y, x: where(y < 1e9, y, x),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_graph_is_too_deep(shape):
    """Five times Python's recursion limit, through every place where an operand can stand."""
    step = SHAPES[shape]
    x = Value(0.5, label="x")
    y = x
    for _ in range(5_000):
        y = step(y, x)
    y.backward()
    first = x.grad
    y2, x2 = copy.deepcopy([y, x])
    x2.grad = 0.0
    y2.backward()
    y3, x3 = pickled([y, x])
    x3.grad = 0.0
    y3.backward()
    graph = Graph(y)

    assert x2.grad == x3.grad == first
    assert [node.grad for node in graph if node.label == "x"] == [first]
    assert len(graph) >= 5_000
    assert str(graph).count("\n") == len(graph) - 1


# --- freeing --------------------------------------------------------------------------------------


@pytest.fixture
def uncollected():
    """The garbage collector is off, and lists what is new: reference counts alone free it."""
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def values_alive():
    return sum(issubclass(type(x), Value) for x in gc.get_objects())


USES = {
    "forward": lambda root: root.data,
    "backward": lambda root: root.backward(),
    "twice": lambda root: (root.backward(), root.backward()),
    "Graph": lambda root: Graph(root).contributions(0),
    "text": lambda root: str(Graph(root)),
    "json": lambda root: Graph.from_json(Graph(root).to_json()),
    "deepcopy": copy.deepcopy,
    "pickle": pickled,
    "copy": copy.copy,
    "repr": repr,
    "operands": lambda root: root.operands,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.usefixtures("uncollected")
def test_a_graph_dies_with_its_last_reference(use):
    before = values_alive()
    *_, root = example()
    assert values_alive() > before
    USES[use](root)
    del root, _

    assert values_alive() == before


@pytest.mark.usefixtures("uncollected")
def test_a_graph_dies_after_an_error_too():
    before = values_alive()
    x = Value(0.0, label="x")
    for fail in (lambda v: (v * 2.0).log(), lambda v: v * "2", lambda v: bool(v * v)):
        with contextlib.suppress(TypeError, ValueError):
            fail(x)
    del x

    assert values_alive() == before


@pytest.mark.usefixtures("uncollected")
def test_derivatives_of_derivatives_leave_nothing_behind():
    before = values_alive()
    grad(grad(lambda x: (x * x).tanh()))(0.5)
    hessian(lambda v: v[0] * v[1].exp())([1.0, 2.0])
    jvp(lambda x: x * x, (2.0,), (1.0,))
    y = grad(lambda x: x**3)(Value(2.0))
    y.backward()
    del y

    assert values_alive() == before


@pytest.mark.usefixtures("uncollected")
def test_a_thousand_training_steps_take_no_more_objects_than_one():
    w = [Value(0.1 * i) for i in range(4)]
    counts = []
    for _ in range(1000):
        loss = dot(w, [1.0, 2.0, 3.0, 4.0]).tanh() ** 2
        for p in w:
            p.grad = 0.0
        loss.backward()
        for p in w:
            p.data -= 0.01 * p.grad
        counts.append(len(gc.get_objects()) if len(counts) in {1, 999} else 0)

    assert counts[999] <= counts[1] + 20


class Equal(Value):
    """A leaf that compares its number, and has no hash: nothing may rely on either."""

    __hash__ = None

    def __eq__(self, other):
        return isinstance(other, Value) and self.data == other.data


class Hashed(Equal):
    """The same with a hash of the number."""

    def __hash__(self):
        return hash(self.data)


@pytest.mark.parametrize("cls", [Equal, Hashed])
def test_leaves_that_compare_equal_stay_two(cls):
    """Whatever walks over a graph tells nodes apart by identity."""
    a, b = cls(3.0, label="a"), cls(3.0, label="b")
    y = a * a * b + total([a, b])

    for copied in (pickled(y), copy.deepcopy(y), y):
        copied.backward()
        leaves = {v.label: v for v in below(copied) if v.label}
        assert [leaves["a"].grad, leaves["b"].grad] == [19.0, 10.0]
    graph = Graph(y, names={"a": a, "b": b})
    assert [node.label for node in graph if node.op is None] == ["a", "b"]
    assert [node.grad for node in graph if node.op is None] == [19.0, 10.0]
    # A leaf in the closure is not the input that has the same number.
    assert grad(lambda x: x * x * b)(cls(3.0)).data == 18.0
    assert jvp(lambda x: x * b, (cls(3.0),), (1.0,))[1].data == 3.0
    assert grad(lambda x, y: x * x * y, argnums=(0, 1))(3.0, 3.0) == (18.0, 9.0)
    check_gradients(lambda x: x * b * a, 3.0)


def below(root):
    """All nodes of a graph, found as micrograd finds them, by identity."""
    found, stack = {}, [root]
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found[id(node)] = node
            stack += node._prev
    return list(found.values())
