"""What the demos say in their own words."""

import viz
from autograd import Value
from demos.words import as_line, nudge, share


def test_a_step_is_one_line_without_gaps():
    steps = viz.player(Value(3.0, label="x") * 2.0).story.views[0].steps

    assert [as_line(step) for step in steps] == [
        " ".join(f"{step.symbols} {step.numbers} {step.answer}".split()) for step in steps
    ]


def test_a_share_is_as_exact_as_it_is():
    assert (share(1.0), share(0.5), share(1 / 3)) == ("100 %", "50 %", "33.33 %")


def test_a_gradient_is_held_against_a_measurement():
    assert nudge("w", "L", 0.001, -1.024, -0.00102067) == (
        "Raise w by 0.001: the gradient predicts that L changes by −0.001024; measured: −0.001021."
    )
