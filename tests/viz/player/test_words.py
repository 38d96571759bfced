"""What the steps say beyond the plain case: zeros, kinks, nan, meeting paths, many arrows."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Graph, Value, constant, detach, dot, ops, prod, relu, tanh
from autograd import sum as total
from nn import MLP, Parameter
from viz.say.operations import formula_of, slope_formula

from ...strategies import points
from ..strategies import HOSTILE, NAMES
from .calculator import is_honest
from .stories import single_view


def backward_into(root, name, **options):
    """The steps backward that end in a box."""
    view = single_view(root if isinstance(root, Graph) else Graph(root), **options)
    box = next(entry.box for entry in view.entries if entry.name == name)
    return [step for step in view.steps if step.box == box and step.phase == "backward"]


def entry_of(root, name, **options):
    view = single_view(Graph(root), **options)
    return next(entry for entry in view.entries if entry.name == name)


# --- every operation ------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ops.ALL.values(), ids=lambda op: op.name)
@settings(max_examples=20)
@given(data=st.data())
def test_every_operation_is_told_truly(op, data):
    operands = data.draw(points(op))
    graph = Graph(op(*[Value(x, label=name) for x, name in zip(operands, "abcdefg", strict=False)]))

    view = single_view(graph)

    for step in view.steps:
        assert is_honest(step), (step.symbols, step.numbers, step.answer)
        assert "None" not in step.sentence
        if step.phase == "backward" and len(operands) <= 3:
            assert "/∂a ·" not in step.symbols  # the table has a formula for every slope


@pytest.mark.parametrize("op", ops.ALL.values(), ids=lambda op: op.name)
def test_every_formula_can_be_read(op):
    if op.arity is not None:
        assert formula_of(op, op.arity) is not None
        assert all(slope_formula(op, k, op.arity) is not None for k in range(op.arity))


@pytest.mark.parametrize(
    ("f", "symbols", "note"),
    [
        (lambda a: a**3, "∂L/∂a = 3 · a² · ∂L/∂L", "3 · a² = 3 × 2² = 12"),
        (lambda a: a**-1, "∂L/∂a = −a⁻² · ∂L/∂L", "−a⁻² = −2⁻² = −0.25"),
        (lambda a: a**0.5, "∂L/∂a = 0.5 · a^(−0.5) · ∂L/∂L",
         "0.5 · a^(−0.5) = 0.5 × 2^(−0.5) = 0.3536"),
        (lambda a: 1.0 / a, "∂L/∂a = (−L / a) · ∂L/∂L", "−L / a = −0.5 / 2 = −0.25"),
        (lambda a: 3.0 - a, "∂L/∂a = −1 · ∂L/∂L", ""),
        (lambda a: a * 3.0, "∂L/∂a = 3 · ∂L/∂L", ""),
        (autograd.sqrt, "∂L/∂a = (1 / (2 · L)) · ∂L/∂L", "1 / (2 · L) = 1 / (2 × 1.414) = 0.3536"),
        (autograd.sigmoid, "∂L/∂a = L · (1 − L) · ∂L/∂L",
         "L · (1 − L) = 0.8808 × (1 − 0.8808) = 0.105"),
        (relu, "∂L/∂a = (1 if a > 0, else 0) · ∂L/∂L", ""),
        (lambda a: prod([a, a, 3.0]), "∂L/∂a = a · 3 · ∂L/∂L + …", ""),
        (autograd.log, "∂L/∂a = (1 / a) · ∂L/∂L", "1 / a = 1 / 2 = 0.5"),
    ],
)  # fmt: skip
def test_slopes_stand_as_on_paper(f, symbols, note):
    step = backward_into(f(Value(2.0, label="a")), "a")[0]

    assert step.symbols == symbols
    assert step.note.split("; ")[0] == note or step.note.startswith("so far")


# --- nothing flows --------------------------------------------------------------------------------


def test_a_unit_that_is_off_says_so():
    step = backward_into(relu(Value(-2.0, label="z")) * 3.0, "z")[0]

    assert step.sentence == (
        "Raising z a little does not change a1, so no gradient gets through. relu is off: it "
        "gives 0 as long as z is below 0."
    )
    assert (step.numbers, step.answer) == ("= 0 × 3 =", "0")
    assert step.carried[0].sign == "zero"


def test_a_saturated_unit_says_so():
    assert backward_into(tanh(Value(5.0, label="z")) * 3.0, "z")[0].sentence == (
        "Raising z by 1 unit changes a1 at rate 0.0001816, so L at rate about 0.0005447. tanh is "
        "nearly flat here: it is saturated."
    )


def test_nothing_flows_through_a_gradient_of_0():
    x = Value(0.0, label="x")
    z = x * 2.0
    z.label = "z"

    assert backward_into(z**2, "x")[0].sentence == (
        "z does not change L here, so no gradient arrives at x."
    )


def test_a_convention_is_called_one():
    at_kink = backward_into(autograd.maximum(Value(3.0, label="a"), 3.0), "a")[0]

    assert at_kink.note == "max has a kink here: its slope of 0.5 is a convention"
    assert at_kink.symbols == "∂L/∂a = ∂L/∂a · ∂L/∂L"
    assert backward_into(relu(Value(0.0, label="a")), "a")[0].note == (
        "relu has a kink here: its slope of 0 is a convention"
    )
    assert backward_into(Value(0.0, label="a") ** 2, "a")[0].note == "2 · a = 2 × 0 = 0"


def test_what_no_gradient_is_asked_of_gets_a_dash():
    w = Parameter(2.0, label="w")
    w.freeze()
    view = single_view(Graph(w * Value(3.0, label="x") * constant(4.0, label="c")))

    gradients = {entry.name: entry.grad for entry in view.entries}
    assert gradients["w"] == gradients["c"] == "—"
    assert view.steps[0].sentence.endswith("Frozen parameter: w. Variable: x. Constant: c.")


def test_a_constant_has_a_forward_pass_only():
    view = single_view(Graph(detach(Value(3.0, label="c"))))

    assert {step.phase for step in view.steps} <= {"start", "forward"}
    assert view.steps[0].note == "no gradients: nothing here can change"


# --- nan and infinity -----------------------------------------------------------------------------


def test_nan_is_never_hidden():
    a = Value(math.inf, label="a")
    view = single_view(Graph(a * 0.0 + Value(1.0, label="b")))

    assert view.steps[1].answer == "nan!"
    assert [box.id for box in view.picture.boxes if box.is_alarming]
    assert view.steps[-1].sentence.endswith("L was nan! and is nan!.")
    assert "but there L has no number" in view.entries[0].nudge


def test_an_infinite_gradient_is_told():
    step = backward_into(autograd.sqrt(Value(0.0, label="a")), "a")[0]

    assert step.answer == "inf!"
    assert step.sentence.endswith("The gradient is infinite: no step can be taken along it.")
    assert step.carried[0].sign == "alarm"


# --- paths that meet ------------------------------------------------------------------------------


def test_shares_add_up_until_the_last_arrives():
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    steps = backward_into(w * x + tanh(w) + w, "w")

    assert [step.fills[0].text for step in steps] == [
        "g 1 so far", "g 1.786 so far", "g 3.786",
    ]  # fmt: skip
    assert [step.note for step in steps] == [
        "so far 1, 1 of 3",
        "1 − a1² = 1 − 0.4621² ≈ 0.7864; so far 1.786, 2 of 3",
        "3 of 3: 1 + 0.7864 + 2 = 3.786",
    ]
    assert steps[-1].symbols == "∂L/∂w = 1 · ∂L/∂L + (1 − a1²) · ∂L/∂a1 + x · ∂L/∂p1"
    assert steps[-1].sentence.endswith("All 3 paths add up: ∂L/∂w is 3.786.")


def test_an_operand_that_goes_in_twice_is_told_apart():
    a = Value(3.0, label="a")
    first, second = backward_into(a * a, "a")

    assert first.sentence == (
        "a goes into L 2 times; this is place 1. Raising a by 1 unit changes L at rate 3. 1 more "
        "path is still to come."
    )
    assert second.sentence.endswith("Both paths add up: ∂L/∂a is 6.")


def test_several_results_are_a_weighted_sum():
    a, b = Value(3.0, label="a"), Value(-2.0, label="b")
    p, s = a * b, a + b
    p.label, s.label = "p", "s"
    view = single_view(Graph([p, s], seeds=[2.0, -1.0]))

    assert view.steps[0].note == "S is what the gradients are of: 2 · p + (−1) · s"
    seeds = [step for step in view.steps if step.title.startswith("Backward starts")]
    assert [(step.symbols, step.answer) for step in seeds] == [("∂S/∂p", "2"), ("∂S/∂s", "−1")]
    assert seeds[0].sentence == "p counts in S with the factor 2, so backward starts here, too."
    assert view.steps[-1].sentence.endswith("S falls from −13 to −18.5.")


# --- many at once ---------------------------------------------------------------------------------


def test_a_wide_operation_is_one_step_each_way():
    w = [Parameter(0.1 * k, label=f"w{k}") for k in range(20)]
    s = dot(w, [1.0] * 20)
    s.label = "s"
    view = single_view(Graph(s * 2.0))

    forward_step, back = (
        next(step for step in view.steps if step.title.startswith(title))
        for title in ("Forward: s", "Backward: from s")
    )
    assert forward_step.sentence.startswith("s is the weighted sum of w0 · x1, w1 · x2, ")
    assert "(15 others) = 19" in forward_step.sentence
    assert back.sentence == (
        "s sends its gradient 2 back along 20 arrows, each times its own slope. The largest: w0 2, "
        "w1 2, w2 2."
    )
    assert len(back.fills) == len(back.carried) == 20
    updates = [step for step in view.steps if step.phase == "update"]
    assert len(updates) == 1
    assert updates[0].title == "Update all 20"
    assert len(updates[0].fills) == 20


def test_a_sentence_says_about_where_its_digits_do_not_give_the_number():
    w = Value(0.37, label="w")
    step = backward_into((w * 1.7).tanh() * 1.3, "p1")[0]

    assert (step.numbers, step.answer) == ("= 0.6893 × 1.3 ≈", "0.8962")
    assert step.sentence.endswith(", so L at rate about 0.8962.")


def test_what_paths_are_of_a_gradient_is_told_without_a_leading_plus():
    w, x = Value(0.5, label="w"), Value(2.0, label="x")

    assert entry_of(w * x + tanh(w), "w").covered == (
        "These are both paths. They add up to the gradient: 2 + 0.7864 = 2.786."
    )


def test_one_number_used_by_hundreds_is_left_out_rather_than_taking_minutes():
    a, value = Value(0.5, label="a"), Value(0.3, label="b")
    for _ in range(199):
        value = (value * a).tanh()
    view = single_view(Graph(value))

    assert 300 < len(view.picture.boxes) < 400
    assert "too long to place" in view.hint


def test_one_node_without_room_is_one():
    view = single_view(Graph(Value(0.5, label="x").tanh().tanh()), max_nodes=2)

    assert view.hint.startswith("1 more node is not shown: raise max_nodes=2")


def test_what_has_no_room_is_counted():
    x = Value(0.5, label="x")
    for _ in range(30):
        x = x.tanh()
    view = single_view(Graph(x), max_nodes=5)

    assert len(view.picture.boxes) == 5
    assert view.hint.startswith("26 more nodes are not shown: raise max_nodes=5")
    assert "there from the beginning" in view.steps[0].note


# --- the update -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "end"),
    [
        (0.1, "L falls from 4 to 2.56."),
        (1.5, "L rises from 4 to 16. The step was too long for the slope to hold."),
        (1.0, "L stays at 4."),
        (0.0, "L stays at 4."),
        (1e-9, "L falls from 4 to 3.99999998."),
        (1e200, "L was 4 and is inf!. The step went where L has no number."),
    ],
)
def test_what_a_step_did_is_told_truly(rate, end):
    steps = single_view(Graph(Value(2.0, label="a") ** 2), rate=rate).steps

    assert steps[-1].sentence == f"Forward once more: {end}"


def test_variables_take_a_step_where_there_are_no_parameters():
    a, w = Value(2.0, label="a"), Parameter(1.0, label="w")

    alone = [s for s in single_view(Graph(a * 3.0)).steps if s.phase == "update"]
    both = [s for s in single_view(Graph(a * w)).steps if s.phase == "update"]

    assert [step.title for step in alone] == ["Update a"]
    assert alone[0].note == "there are no parameters here, so every variable takes a step"
    assert [step.title for step in both] == ["Update w"]
    assert not both[0].note


def test_nudges_are_measured():
    assert entry_of(Value(2.0, label="a") ** 2, "a").nudge == (
        "Raise a by 0.001: predicted 0.004, measured 0.004001"
    )
    assert entry_of(abs(Value(0.0, label="a")), "a").nudge == (
        "Raise a by 0.001: predicted 0, measured 0.001; the slope does not hold that far"
    )
    assert entry_of(Value(5e6, label="a") * 2.0, "a").nudge == (
        "Raise a by 1: predicted 2, measured 2"
    )
    assert entry_of(autograd.log(-Value(-0.0005, label="a")), "a").nudge == (
        "Raise a by 0.001: predicted −2, but there L has no number"
    )
    assert entry_of(Value(1.0, label="a") * 1e-20 + 1.0, "a").nudge.endswith(
        "; compared with L, that is lost in rounding"
    )


# --- names ----------------------------------------------------------------------------------------


def test_what_has_no_name_gets_one_that_is_said():
    view = single_view(Graph(Value(2.0) * Value(3.0) + Value(1.0, label="p1")))

    assert [entry.name for entry in view.entries] == ["x1", "x2", "p2", "p1", "L"]
    assert view.steps[0].note == "x1, x2 are names given here"
    assert view.steps[1].sentence == "p2 is x1 times x2. 2 × 3 = 6."


def test_equal_labels_are_numbered():
    zs = [Value(float(k), label="z") for k in range(3)]
    view = single_view(Graph(total(zs)))

    assert [entry.name for entry in view.entries] == ["z₁", "z₂", "z₃", "L"]


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_labels_are_text_and_keep_to_their_place(label):
    view = single_view(Graph(Value(2.0, label=label) * Value(-1.0, label="b")))

    for step in view.steps:
        assert len(step.sentence) < 300
        for text in (step.symbols, step.sentence, step.title):
            assert "\n" not in text
            assert "\x00" not in text


def test_a_name_like_a_calculation_gets_brackets():
    a = Value(2.0, label="a + b")
    step = backward_into(a * Value(3.0, label="c"), "a + b")[0]

    assert step.symbols == "∂L/∂(a + b) = c · ∂L/∂L"


def test_a_plain_number_stands_inside_its_operation():
    x = Value(2.0, label="x")
    view = single_view(Graph(autograd.clip((3.0 - x) / 4.0 + 1.0, 0.0, 9.0) * 2.0))

    assert [box.lines[0] for box in view.picture.boxes] == [
        "x", "d1: 3 − x", "q1: d1 / 4", "s1: q1 + 1", "u1: clip(s1, 0, 9)", "L: u1 · 2",
    ]  # fmt: skip


def test_sums_are_opened_on_request():
    a, b, c = (Value(float(k), label=label) for k, label in enumerate("abc"))
    z = a + b + c
    z.label = "z"

    assert [box.lines[0] for box in single_view(Graph(z)).picture.boxes][-1] == "z: Σ"
    opened = single_view(Graph(z), expand="z")
    assert [box.lines[0] for box in opened.picture.boxes] == ["a", "b", "s1: +", "c", "z: +"]


def test_a_leaf_that_was_changed_since_says_so():
    a = Value(2.0, label="a")
    loss = a * 3.0
    a.data = 5.0

    assert single_view(Graph(loss)).steps[0].note == (
        "a has been changed to 5 since; this is the pass as it was"
    )


def test_a_custom_operation_without_formulas_has_words():
    double = autograd.operation(
        "doubled_in_words", lambda x: 2.0 * x, lambda z, x: 2.0, symbol="dbl"
    )
    try:
        view = single_view(Graph(double(Value(3.0, label="a"))))
    finally:
        del ops.ALL["doubled_in_words"]

    assert view.steps[1].sentence == "L is the dbl of a. dbl(3) = 6."
    assert view.steps[3].symbols == "∂L/∂a = ∂L/∂a · ∂L/∂L"


def test_a_network_of_many_boxes_is_told_quickly():
    model = MLP(4, [8, 8, 1])
    view = single_view(Graph(model([1.0, 2.0, 3.0, 0.5]) ** 2))

    assert len(view.steps) > 300


def test_the_line_that_made_a_number_is_told_where_it_is_known():
    with autograd.sources():
        root = Value(2.0, label="a") * 3.0

    assert "test_words.py" in entry_of(root, "L").source
    assert not entry_of(Value(2.0, label="a") * 3.0, "L").source
