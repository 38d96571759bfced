"""Computations and stories that the tests of the page show."""

from __future__ import annotations

import math

import viz
from autograd import Graph, Value, dot
from nn.module import Parameter
from viz.lessons.lesson import Pass
from viz.node_views import Wanted
from viz.node_views import single_view as view_of_nodes
from viz.page.player import Player
from viz.say.numbers import show
from viz.say.story import Carried, Entry, Fill, Path, Step, Story, View
from viz.scene.diagram import Arrow, Box, Diagram
from viz.views import views as views_of


def neuron():
    """The neuron of the book: L 0.16, and gradients -1.024, -0.512, -0.512."""
    x = Value(2.0, label="x1"), Value(1.0, label="x2")
    w = Parameter(0.5, label="w1"), Parameter(-1.0, label="w2")
    z = dot(list(w), list(x), Parameter(math.log(2), label="b"))
    z.label = "z"
    o = z.tanh()
    o.label = "o"
    error = o - 1.0
    error.label = "error"
    loss = error**2
    loss.label = "L"
    return loss


def single_view(graph, *, rate=0.1, left=None, **options):
    """A graph node by node."""
    return view_of_nodes(Wanted(Pass(graph, rate=rate, left=left), **options), key="single")


def views(graph, *, rate=0.1, left=None, focus=None, **options):
    """The views of a graph."""
    return views_of(Wanted(Pass(graph, rate=rate, left=left), **options), focus)[0]


def story(value, **options):
    """What the player of a computation tells."""
    return viz.player(value, **options).story


def player_of(value, title="one neuron", **options):
    return Player(Story(title, (single_view(Graph(value)),)), **options)


def chain(length):
    """A number that is changed so often: each operation a box."""
    value = Value(0.5, label="a")
    for _ in range(length):
        value = (value * 1.01).tanh()
    return value


def plain(x):
    """A number as boxes show it: without a plus."""
    return show(x).removeprefix("+")


# --- a story by hand: a, twice used, in two views -------------------------------------------------


def _entry(box, name, **more):
    texts = {
        "what": "operation",
        "value": "4",
        "exact_value": "4.0",
        "grad": "4",
        "exact_grad": "4.0",
    }
    return Entry(box=box, name=name, **{**texts, **more})


def _view(key, names=("a", "square", "L"), **more):
    """a·a, with both of its arrows, and a seed."""
    a, square, root = names
    boxes = (
        Box("n0", "parameter", (a, "v 2", "g 4")),
        Box("n1", "operation", (f"× {square}", "v 4", "g 1"), is_root=True),
    )
    arrows = (Arrow("e0_1_0", "n0", "n1"), Arrow("e0_1_1", "n0", "n1"))
    steps = (
        Step(
            "start", "Given", "a = 2", "", "", "a is given: 2.", "",
            fills=(Fill("n0", 1, "v 2", "2.0"),),
        ),
        Step(
            "forward", "Forward: square", "square = a · a", "= 2 × 2 =", "4", "a times a is 4.",
            "What is a times a?", box="n1", sources=("n0",), fills=(Fill("n1", 1, "v 4", "4.0"),),
        ),
        Step(
            "backward", "Backward begins", "∂L/∂L", "=", "1", "L moves L at rate 1.",
            "At what rate does L move L?", box="n1", fills=(Fill("n1", 2, "g 1", "1.0"),),
        ),
        *[
            Step(
                "backward", "Backward: to a", "∂L/∂a = a · ∂L/∂L", "= 2 × 1 =", "2",
                "a moves L at 2 this way.", "At what rate does a move L this way?",
                note=f"so far {2 * way}, {way} of 2", box="n0", sources=("n1",),
                carried=(Carried(f"e0_1_{way - 1}", "2 × 1 = 2", "positive", 1.0),),
                fills=(Fill("n0", 2, "g 2 so far" if way == 1 else "g 4", f"{2.0 * way}"),),
            )
            for way in (1, 2)
        ],
        Step(
            "update", "Update a", "a ← a − rate · ∂L/∂a", "= 2 − 0.1 × 4 =", "1.6",
            "a becomes 1.6.", "What does a become?", box="n0",
            fills=(Fill("n0", 1, "v 1.6", "1.6"),),
        ),
        Step(
            "again", "Forward once more", "L = a · a", "= 1.6 × 1.6 =", "2.56", "L falls to 2.56.",
            "What is L now?", box="n1", fills=(Fill("n1", 1, "v 2.56", "2.56"),),
        ),
    )  # fmt: skip
    entries = (
        _entry(
            "n0", a, what="parameter", value="2", exact_value="2.0", total="∂L/∂a = 2 + 2 = 4",
            nudge="Raise a by 0.001: predicted 0.004, measured 0.004001", source="mine.py:3: a * a",
            paths=(
                Path("a → L: 2", ("n0", "n1"), ("e0_1_0",)),
                Path("a → L: 2", ("n0", "n1"), ("e0_1_1",)),
            ),
            covered="2 of 2 paths",
        ),
        _entry(
            "n1", square, formula="square = a · a = 2 × 2 = 4", grad="1", exact_grad="1.0",
            opens=root,
        ),
    )  # fmt: skip
    texts = {"tab": key, "title": f"view {key}", **more}
    return View(key=key, picture=Diagram(boxes, arrows), entries=entries, steps=steps, **texts)


def two_views(**options):
    """Tabs ``one`` and ``two``; the square of ``one`` opens a view within it."""
    views = (
        _view("one", ("a", "square", "inside")),
        _view("two", ("b", "other", ""), hint="59 others are left out: focus=…"),
        _view("inside", ("c", "inner", ""), within="one"),
    )
    return Player(Story("two of them", views), **options)
