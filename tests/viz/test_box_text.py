import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant
from autograd import sum as total
from nn import MLP, Parameter
from viz.labels import columns
from viz.say import box_text
from viz.say.numbers import ALMOST_ZERO, DIGITS, show
from viz.see.outline import Constant, Item, Link, Outline, opened
from viz.see.visible_nodes import outline

from .reading import is_shown_as, numbers_in
from .strategies import graphs


def item(**facts):
    return Item(**{"key": "0", "node": 0, "kind": "operation", "symbol": "×", "value": 2.0,
                   "grad": 1.0, "contributions": (1.0,), **facts})  # fmt: skip


def arrow(slope, upstream, largest=None):
    """The first arrow of a picture; ``largest`` is another contribution to the same receiver."""
    other = [Link("0", "3", 0, 1.0, largest, largest)] if largest else []
    link = Link("0", "2", 0, slope, upstream, slope * upstream, "y")
    receiver = item(grad=slope * upstream + (largest or 0.0))
    return box_text.arrows(Outline((receiver,), (link, *other)), backward=True)[0]


@pytest.mark.parametrize(
    ("facts", "head"),
    [
        ({"kind": "parameter", "symbol": "", "label": "w1"}, "parameter w1"),
        ({"kind": "constant", "symbol": ""}, "constant"),
        ({"kind": "frozen", "symbol": "", "label": "b"}, "frozen b"),
        ({"symbol": "tanh"}, "tanh"),
        ({"symbol": "Σ w·x + b", "label": "z"}, "z: Σ w·x + b"),
        ({"symbol": "s" * 99}, "s" * 15 + "…"),
        ({"symbol": "", "kind": "variable", "label": "v" * 99}, "variable " + "v" * 31 + "…"),
    ],
)
def test_a_box_says_what_it_is(facts, head):
    assert box_text.head(item(**facts)) == head


@pytest.mark.parametrize(
    ("symbol", "hidden", "text"),
    [
        ("^", [Constant(1, 1, "", 2.5)], ("d1 ^ 2.5",)),
        ("²", [], ("d1²",)),
        ("÷", [Constant(1, 1, "", 2.0)], ("d1 ÷ 2",)),
        ("÷", [Constant(1, 0, "", 1.0)], ("1 ÷ d1",)),
        ("×", [Constant(1, 0, "", 3.0)], ("d1 × 3",)),
        ("−", [Constant(1, 1, "y", 1.0)], ("d1 − y", "y = 1")),
        ("Σ", [Constant(1, 0, "", 1.0)], ("Σ", "with 1")),
        ("Σ w·x", [Constant(1, 2, "x0", 1.0), Constant(2, 3, "x1", -2.0)],
         ("Σ w·x", "with x0 = 1, x1 = −2")),
        ("Σ", [Constant(i, i, "", 1.0) for i in range(9)], ("Σ", "with 9 constants")),
    ],
)  # fmt: skip
def test_constants_that_are_not_drawn_are_named(symbol, hidden, text):
    shown = item(symbol=symbol, constants=tuple(hidden))

    assert (box_text.head(shown, "d1"), *box_text.constants(shown)) == text


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "v 2"),
        ({"now": 2.0}, "v 2"),
        ({"now": 3.0}, "v was 2, now 3"),
        ({"now": 2.00001}, "v was 2, now 2.00001"),
        ({"value": 0.1, "now": 0.30000000000000004 - 0.2}, "v was 0.1, now 0.10000000000000003"),
        ({"value": 0.0, "now": -0.0}, "v 0"),
        ({"value": math.nan, "now": math.nan}, "v nan!"),
        ({"value": 2.0, "now": math.nan}, "v was 2, now nan!"),
        ({"value": math.nan, "now": 1.0}, "v was nan!, now 1"),
    ],
)
def test_a_leaf_that_was_changed_shows_both_numbers(facts, text):
    assert box_text.value(item(**facts)) == text


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"grad": None, "contributions": ()}, "g —"),
        ({"grad": 0.0, "contributions": (0.0,)}, "g 0"),
        ({"grad": -0.512, "contributions": (-0.512,)}, "g −0.512"),
        ({"grad": 1.0, "contributions": (), "seeds": (1.0,)}, "g 1 (seed)"),
        ({"grad": -1.73, "contributions": (-0.1, -1.63)}, "g −0.1 − 1.63 = −1.73"),
        ({"grad": 1.5, "contributions": (0.5,), "seeds": (1.0,)}, "g 1 (seed) + 0.5 = 1.5"),
        ({"grad": 2.0, "contributions": (), "seeds": (1.0, 1.0)},
         "g 1 (seed) + 1 (seed) = 2"),
        ({"grad": 1.5, "contributions": (0.5, 0.5, 0.25, 0.25)}, "g Σ of 4 = 1.5"),
        ({"grad": 2.5, "contributions": (0.5, 0.5, 0.5), "seeds": (1.0,)},
         "g Σ of 4 with the seed = 2.5"),
        ({"grad": -0.09716, "contributions": (0.0020793, 0.0, 0.0304347, -0.1275947, -0.002079)},
         "g Σ of 5 ≈ −0.09716"),
    ],
)  # fmt: skip
def test_a_gradient_is_the_sum_of_what_arrives(facts, text):
    assert box_text.gradient(item(**facts)) == text


def is_nothing(shown, result):
    """Whether a value or a gradient is tiny beside the largest of its kind."""
    values = [abs(one.value) for one in result.items if math.isfinite(one.value)]
    grads = [abs(one.grad) for one in result.items if math.isfinite(one.grad or 0.0) and one.grad]
    small = abs(shown.value) < 1e-9 * max(values, default=0.0)
    return small or abs(shown.grad or 0.0) < 1e-9 * max(grads, default=0.0)


@given(graphs, st.booleans())
def test_boxes_show_the_numbers_of_the_graph(graph, expand):
    result = outline(graph, opened=opened(graph, expand))
    boxes = box_text.boxes(result, backward=True)

    assert [box.id for box in boxes] == [f"n{item.key}" for item in result.items]
    for shown, box in zip(result.items, boxes, strict=True):
        v, g = box.lines[1], box.lines[2]
        if ALMOST_ZERO in v or ALMOST_ZERO in g:
            assert is_nothing(shown, result)
            continue
        assert is_shown_as(shown.value, v.removeprefix("v ").partition(",")[0].split()[-1])
        if shown.grad is None:
            assert g == "g —"
        elif math.isfinite(shown.grad):
            assert is_shown_as(shown.grad, g.removesuffix(" (seed)").split(" ")[-1])


@given(graphs)
def test_sums_in_boxes_hold_on_a_calculator(graph):
    for box in box_text.boxes(outline(graph), backward=True):
        terms, equals, result = box.lines[2].removeprefix("g ").partition(" = ")
        if equals and "Σ" not in terms and "!" not in box.lines[2]:
            calculated, (shown,) = sum(numbers_in(terms)), numbers_in(result)
            assert float(calculated) == pytest.approx(float(shown), rel=5.001e-4)


@given(graphs, st.booleans())
def test_arrows_show_the_chain_rule(graph, expand):
    result = outline(graph, opened=opened(graph, expand))
    for link, drawn in zip(result.links, box_text.arrows(result, backward=True), strict=True):
        assert drawn.id == f"e{link.operand}_{link.consumer}_{link.position}"
        assert (drawn.tail, drawn.head) == (f"n{link.operand}", f"n{link.consumer}")
        if link.product is None:
            assert (drawn.lines, drawn.sign) == ((), "plain")
        elif drawn.lines == (ALMOST_ZERO,):
            grads = [abs(one.grad) for one in result.items if math.isfinite(one.grad or math.nan)]
            assert abs(link.product) < 1e-9 * max(grads)
        else:
            factors, ending = drawn.lines
            assert factors == f"{show(link.slope)} × {show(link.upstream)}"
            assert ending.removesuffix(" (≈0)")[2:] == show(link.product)


@given(graphs)
def test_the_forward_view_has_values_only(graph):
    result = outline(graph)

    assert all("g " not in line for box in box_text.boxes(result, backward=False)
               for line in box.lines[2:])  # fmt: skip
    assert all(len(box.lines[1]) for box in box_text.boxes(result, backward=False))
    assert {(drawn.lines, drawn.sign, drawn.hint) for drawn in
            box_text.arrows(result, backward=False)} <= {((), "plain", "")}  # fmt: skip


@pytest.mark.parametrize(
    ("slope", "upstream", "largest", "sign"),
    [
        (2.0, 1.0, None, "positive"),
        (-2.0, 1.0, None, "negative"),
        (0.0, 1.0, None, "zero"),
        (1e-7, 1.0, 1.0, "zero"),
        (1e-7, 1.0, None, "positive"),
        (math.inf, 1.0, None, "alarm"),
        (math.inf, 0.0, None, "alarm"),
    ],
)
def test_an_arrow_has_the_sign_of_its_contribution(slope, upstream, largest, sign):
    assert arrow(slope, upstream, largest).sign == sign


def test_a_contribution_of_almost_nothing_says_so():
    assert arrow(1e-7, 1.0, 1.0).lines == ("1e−7 × 1", "= 1e−7 (≈0)")
    assert arrow(0.0, 1.0, 1.0).lines == ("0 × 1", "= 0")


def test_an_arrow_is_as_thick_as_its_contribution_is_large():
    assert arrow(1.0, 1.0, 4.0).strength == 0.5
    assert arrow(-4.0, 1.0, 4.0).strength == 1.0
    assert arrow(0.0, 1.0, 4.0).strength == 0.0
    assert arrow(math.nan, 1.0, 4.0).strength == 0.0


def test_the_mouse_shows_all_digits_and_the_formula():
    assert arrow(2.0, 1 / 3).hint == (
        "local derivative y = 2.0\nupstream gradient 0.3333333333333333\n"
        "contribution 0.6666666666666666"
    )
    w = Parameter(1 / 3, label="w")
    (box,) = box_text.boxes(outline(Graph(w)), backward=True)
    assert box.hint == "w\nnode 0\nvalue 0.3333333333333333\ngradient 1.0"
    changed = item(symbol="", now=3.0)
    (box,) = box_text.boxes(Outline((changed,), ()), backward=False)
    assert box.hint == "node 0\nvalue 2.0\nnow 3.0"
    (box,) = box_text.boxes(outline(Graph(constant(1.0))), backward=True)
    assert box.hint == "node 0\nvalue 1.0\ngradient not asked for"


def test_a_parameter_of_a_model_says_where_it_belongs():
    model = MLP(1, [1])
    boxes = box_text.boxes(outline(Graph(model([1.0]))), backward=False)

    assert ("parameter w0", "in layers.0/neurons.0") in {(b.lines[0], b.lines[-1]) for b in boxes}


def test_what_was_left_out_is_said():
    one, many = item(left_out=1), item(left_out=99_600)
    boxes = box_text.boxes(Outline((one, many), ()), backward=False)

    assert [box.lines[-1] for box in boxes] == [
        "… 1 operand left out",
        "… 99,600 operands left out",
    ]


def test_numbers_that_are_none_alarm_in_the_view_that_shows_them():
    graph = Graph(Value(0.0).sqrt() * 0.0)
    alarming = {
        backward: [box.is_alarming for box in box_text.boxes(outline(graph), backward=backward)]
        for backward in (True, False)
    }

    assert alarming == {True: [True, False, False, False], False: [False] * 4}


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_label_makes_a_box_too_wide(label, symbol):
    for kind, sign in (("variable", ""), ("operation", symbol)):
        assert columns(box_text.head(item(kind=kind, symbol=sign, label=label))) <= 60


def test_four_digits_are_what_the_tests_assume():
    assert DIGITS == 4
    assert total([Value(1.0)]).data == 1.0


# --- what is not well -----------------------------------------------------------------------------


def marked(value, *, backward=True, **options):
    """The boxes that have a mark, by head, with it."""
    result = outline(Graph(value), **options)
    plain = {"v", "g", "in", "with", "…"}
    return {
        box.lines[0]: line
        for box in box_text.boxes(result, backward=backward)
        for line in box.lines[1:]
        if line.split(" ")[0] not in plain
        or line.startswith(("g vanishes", "g explodes"))
        or line.endswith("from here")
    }


@pytest.mark.parametrize("backward", [True, False], ids=["backward", "forward"])
def test_a_unit_that_lets_no_gradient_through_says_so(backward):
    off, on = Value(-1.0).relu(), Value(1.0).relu()
    off.label, on.label = "off", "on"

    assert marked([off, on], backward=backward) == {"off: relu": "off: slope 0"}
    assert marked(Value(4.5).tanh(), backward=backward) == {"tanh": "saturated: slope 0.00049"}


def test_gradients_are_marked_where_they_are_shown():
    x = Value(1.0, label="x")
    small, large = x * 1e-9 + Value(1.0), x * 1e9

    assert marked(small) == {"variable x": "g vanishes: 1e−9 of the largest"}
    assert marked(large) == {"variable x": "g explodes: 1e9 × the result’s"}
    assert marked(small, backward=False) == marked(large, backward=False) == {}


def test_only_the_place_where_nan_begins_is_marked():
    zero, big = Value(0.0, label="zero"), Value(800.0, label="big")

    assert marked(big.exp() * zero + 1.0) == {"exp": "+inf! from here"}
    assert marked(zero.sqrt() * 2.0) == {"variable zero": "g +inf! from here"}
    assert marked(zero.sqrt() * 2.0, backward=False) == {}
    hidden = outline(Graph(big.exp() * zero), max_nodes=1)
    assert (
        len(box_text.boxes(hidden, backward=False)[0].lines) == 3
    )  # head, value, what is left out


def test_a_hidden_constant_may_be_where_nan_begins():
    assert marked(Value(1.0) * math.inf, constants=False) == {}


@given(graphs, st.booleans())
def test_a_mark_is_at_most_one_line_of_a_box(graph, backward):
    result = outline(graph)
    for shown, box in zip(result.items, box_text.boxes(result, backward=backward), strict=True):
        bare = [box.lines[0], box.lines[1]]
        bare += [box.lines[2]] if backward else []
        others = sum(map(bool, (shown.constants, shown.scope and not shown.symbol, shown.left_out)))
        assert list(box.lines[: len(bare)]) == bare
        assert len(box.lines) - len(bare) - others in {0, 1}
