"""What `demos.digits` prints."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from viz.say.numbers import factor, number, relation, seen, show, sums_to

from . import images, training
from .data import FOLDS, Digits, Split
from .reading import Experiment, Reading, Unit
from .training import Run

STRONGEST = 5
PRECISE = 6  # digits of numbers whose small difference is what counts
WIDTH = 88


def introduction(digits: Digits, split: Split) -> str:
    """What will happen."""
    weights = training.PIXELS * training.HIDDEN + training.HIDDEN * training.CLASSES
    parameters = weights + training.HIDDEN + training.CLASSES
    text = (
        f"{len(digits):,} real handwritten digits of 8 × 8 pixels. A network of "
        f"{training.PIXELS} inputs, {training.HIDDEN} hidden units (tanh) and {training.CLASSES} "
        f"scores, which has {parameters:,} parameters, learns from {len(split.training):,} of "
        f"them. The other {len(split.held_out)} are held out: it never learns from them, and they "
        "show whether it can read."
    )
    columns = (
        "Each epoch is a round over all examples. loss and accuracy are those of the passes that "
        "it learned from, val_loss and val_accuracy those of the held-out digits at its end."
    )
    return f"{textwrap.fill(text, WIDTH)}\n{textwrap.fill(columns, WIDTH)}\n"


def quick(epochs: int, examples: int) -> str:
    """What is to be said of a run that was cut short.

    >>> print(quick(4, 320))
    QUICK RUN: only 4 epochs over 320 examples. It reads worse than after a full run.
    """
    return (
        f"QUICK RUN: only {epochs} epochs over {examples} examples. "
        "It reads worse than after a full run."
    )


def result(run: Run) -> str:
    """How well it reads in the end."""
    held_out = len(run.split.held_out)
    right = round(run.accuracy * held_out)
    return (
        f"Held out: {right} of {held_out} read rightly, {percent(run.accuracy)} "
        f"({run.seconds:.0f} s of training)"
    )


def mean(accuracies: Sequence[float]) -> str:
    """The outcome of several splits.

    >>> print(mean([0.97, 0.98]))
    <BLANKLINE>
    Held-out accuracy on 2 of 5 stratified splits: 97.00 %, 98.00 %
    Mean: 97.50 %
    """
    each = ", ".join(map(percent, accuracies))
    return (
        f"\nHeld-out accuracy on {len(accuracies)} of {FOLDS} stratified splits: {each}\n"
        f"Mean: {percent(sum(accuracies) / len(accuracies))}"
    )


def percent(share: float) -> str:
    """A share of 1, as a percentage with two decimals.

    >>> percent(0.975)
    '97.50 %'
    """
    return f"{share * 100:.2f} %"


# --- one digit ------------------------------------------------------------------------------------


def digit(reading: Reading, experiment: Experiment) -> str:
    """The pass of one digit, for a terminal."""
    unit = reading.most_moved
    largest = max(map(abs, unit.weight_slopes))
    what = f"One held-out digit, {a_digit(reading.target)}, goes forward and backward"
    weights = f"The gradients of its {len(unit.weights)} weights, each at its pixel"
    lines = [
        f"\n{what} through {len(reading.graph):,} recorded nodes:",
        "",
        images.in_text(reading.pixels),
        "",
        "digit  probability                                  gradient of the score",
        *[_score(reading, k) for k in range(len(reading.probabilities))],
        "",
        *softmax_equations(reading),
        "",
        f"Hidden unit {unit.index}, the one of which the loss asks most:",
        *[f"  {line}" for line in sum_of_unit(unit)],
        f"  {activation_equation(unit)}",
        f"  {slope_equation(unit)}",
        f"  {weights} (a sign: more than half of {number(largest)}):",
        *[f"    {row}" for row in images.signs_in_text(unit.weight_slopes, largest).splitlines()],
        "",
        textwrap.fill(check_words(experiment), WIDTH),
        textwrap.fill(step_words(reading, experiment), WIDTH),
    ]
    return "\n".join(lines)


def _score(reading: Reading, k: int) -> str:
    p = reading.probabilities[k]
    bar = images.bar_in_text(p).ljust(30)
    mark = "<- it is" if k == reading.target else ""
    return f"{k:>4}   {number(p):>10}  {bar} {show(reading.scores[k].z_slope):>11} {mark}".rstrip()


def a_digit(k: int) -> str:
    """A digit with its article.

    >>> a_digit(3), a_digit(8)
    ('a 3', 'an 8')
    """
    return f"an {k}" if k == 8 else f"a {k}"


def loss_equation(reading: Reading) -> str:
    """``loss = −ln 0.9021 = 0.103``."""
    p = reading.probabilities[reading.target]
    sign = relation(-math.log(float(seen(p))), reading.loss)
    return f"loss = −ln {number(p)} {sign} {number(reading.loss)}"


def softmax_equations(reading: Reading) -> list[str]:
    """How the target's score becomes its probability, and the loss."""
    k = reading.target
    score, p, loss = reading.scores[k].z, reading.probabilities[k], reading.loss
    together = reading.log_of_sum
    difference = seen(score, PRECISE) - seen(together, PRECISE)
    chance = relation(math.exp(float(difference)), p)
    exact = number(together, PRECISE)
    power = f"e^({number(score, PRECISE)} − {factor(together, PRECISE)})"
    gap = f"{exact} − {factor(score, PRECISE)}"
    return [
        f"ln Σ exp of the ten scores = {exact}",
        f"p({k}) = e^(score − ln Σ exp) = {power} {chance} {number(p)}",
        f"loss = ln Σ exp − score = {gap} {relation(-difference, loss)} {number(loss)}",
        loss_equation(reading),
    ]


def sum_of_unit(unit: Unit) -> list[str]:
    """A unit's weighted sum, its strongest terms one by one: a line each."""
    terms = terms_of(unit)
    width = max(len(name) for name, _, _ in terms)
    lines = [f"{name.ljust(width)}  {how} {show(value)}" for name, how, value in terms]
    result = sums_to([value for _, _, value in terms], unit.z)
    return [*lines, f"{'z'.ljust(width)}  {result} {show(unit.z)}"]


def terms_of(unit: Unit) -> list[tuple[str, str, float]]:
    """What adds up to z: (name, how it is computed with its ``=``, number)."""
    products = unit.products
    strongest = unit.strongest(STRONGEST)
    terms = []
    for i in strongest:
        w, x = unit.weights[i], unit.inputs[i]
        sign = relation(seen(w) * seen(x), products[i])
        row, column = divmod(i, images.SIDE)
        terms.append((f"pixel {row},{column}", f"{show(w)} × {number(x)} {sign}", products[i]))
    others = math.fsum(p for i, p in enumerate(products) if i not in strongest)
    terms.append((f"{len(products) - len(strongest)} others", "", others))
    terms.append(("bias", "", unit.bias))
    return terms


def activation_equation(unit: Unit) -> str:
    """``h = tanh(2.771) = 0.9922``."""
    sign = relation(math.tanh(float(seen(unit.z))), unit.value)
    return f"h = tanh({number(unit.z)}) {sign} {number(unit.value)}"


def slope_equation(unit: Unit) -> str:
    """How the gradient goes through tanh: ``∂loss/∂z = (1 − h²) · ∂loss/∂h = …``."""
    local = 1.0 - unit.value * unit.value
    inner = relation(1 - seen(unit.value) ** 2, local)
    outer = relation(seen(local) * seen(unit.value_slope), unit.z_slope)
    return (
        f"∂loss/∂z = (1 − h²) · ∂loss/∂h = (1 − {factor(unit.value)}²) × "
        f"{factor(unit.value_slope)} {inner} {number(local)} × {factor(unit.value_slope)} "
        f"{outer} {number(unit.z_slope)}"
    )


def check_words(experiment: Experiment) -> str:
    """The nudge."""
    check = experiment.check
    return nudge(check.name, "the loss", check.by, check.slope, check.measured)


def step_words(reading: Reading, experiment: Experiment) -> str:
    """What learning from this digit would do."""
    k = reading.target
    after = experiment.after
    return (
        f"One step against all gradients, at rate {number(experiment.rate)}: the loss goes from "
        f"{number(reading.loss)} to {number(after.loss)}, the probability of {k} from "
        f"{number(reading.probabilities[k])} to {number(after.probabilities[k])}."
    )


def nudge(what: str, of: str, by: float, slope: float, measured: float) -> str:
    """The gradient held against a measurement.

    >>> nudge("w1", "L", 0.001, -1.024, -0.00102067)
    'Raise w1 by 0.001: the gradient predicts that L changes by −0.001024; measured: −0.001021.'
    """
    assert math.isfinite(measured)
    return (
        f"Raise {what} by {number(by)}: the gradient predicts that {of} changes by "
        f"{number(slope * by)}; measured: {number(measured)}."
    )
