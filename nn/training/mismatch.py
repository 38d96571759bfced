"""What can go wrong in training: noticed before it matters, or explained when it has happened.

A loss that does not suit the model's outputs, inputs on an unsuitable scale, and weights that would
not be trained are noticed in the first batches. If a loss or a gradient is no longer finite, the
error names the operation, the label and the example.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Constant, Graph, NonFiniteError, Value, no_grad
from autograd.diagnosis import culprits, explained, first_non_finite
from autograd.graph import Node
from autograd.modes import Run, made_in
from autograd.tape import read
from autograd.trees import flatten

from ..answers import NUMBERS
from ..calling import evaluating
from ..data.batches import Examples
from ..examples import items
from ..losses import LOSSES, Loss, binary_cross_entropy, cross_entropy, kl_divergence
from ..module import Module
from ..names import name_in
from ..optimisers.groups import named
from ..optimisers.optimiser import StepError
from .state import History, Weights

LARGE = 30.0  # a root mean square: pixels of 0 to 16 have up to 14, those of 0 to 255 more than 100
UNEVEN = 100.0  # times as wide as another column
FEWEST = 8  # the fewest examples for comparing ranges
MOST = 300  # the most examples that are looked at
_CONSTANT = 1e-4  # a range this small compared with the numbers is noise, and ignored

CURE = (
    "Let the model begin with nn.data.Standardise.of(X), as in "
    "nn.Sequential(nn.data.Standardise.of(X), model), which is saved with it"
)
_WEIGHTS = {"parameter", "frozen"}

BATCHES = 2  # how many are searched for weights that would not be trained
OF_CLASSES = (cross_entropy, kl_divergence)  # a tuple, because a user's loss need not be hashable


def check(loss: Loss, outputs: Sequence[Any]) -> None:
    """Raise if the loss would compute something else than it seems to; warn of slow learning.

    In Keras and scikit-learn models end in probabilities. Here losses take logits and scores, and
    turn them into probabilities; given probabilities, they slowly learn something else.
    """
    first = outputs[0]
    if loss in OF_CLASSES and isinstance(first, Value):
        raise TypeError(
            f"fit: {loss.__name__} takes a list of scores for each example, one for each class, "
            "but this model has one output; use binary_cross_entropy, or let the model end in "
            "a layer with an output for each class"
        )
    if loss is binary_cross_entropy:
        each = [x for output in outputs for x in (items(output) or [output])]
        if all(_made_by(x, "sigmoid") for x in each):
            _warn(loss, "sigmoid", "this model ends in sigmoid already; leave it out")
        elif len(each) > 3 and all(map(_may_be_chance, each)):
            between = "all outputs of the first batch lie between 0 and 1: if they are "
            made_of = "probabilities, let the model return logits instead"
            _warn(loss, "sigmoid", between + made_of)
    if loss in OF_CLASSES and _is_softmax(first):
        _warn(loss, "softmax", "this model ends in softmax already; leave it out")


def check_targets(
    model: Module, loss: Loss, output: Any, data: Examples | None, where: str = ""
) -> None:
    """Raise if any target is not valid for the loss, before anything is learned.

    ``output`` is the model's output for one example. A user's own loss is not tried; losses of
    numbers take any finite target, and these are finite.
    """
    if data is None or name_in(LOSSES, loss) in {None, *NUMBERS}:
        return
    first: dict[str, int] = {}
    for i, target in enumerate(data.targets):
        first.setdefault(repr(target), i)
    some = data.at(list(first.values()))
    with no_grad(), evaluating(model):
        if _refusal(loss, [output] * len(some), some) is None:
            return
        for i in range(len(some)):  # other examples may have a different number of outputs
            one = some.at([i])
            if error := _refusal(loss, [model(one.rows[0])], one):
                if where:
                    error.add_note(where)
                raise error


def _refusal(loss: Loss, outputs: list[Any], data: Examples) -> Exception | None:
    try:
        data.cost(loss, outputs)
    except (TypeError, ValueError) as error:
        return error
    return None


def check_scale(rows: Sequence[Any], batch: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Warn of inputs that are large or unequal, if they reach the weights unchanged.

    A model may scale them itself, so the recorded ``outputs`` of some rows are checked too.
    """
    if (found := bad_scale(columns_of(rows), uneven=len(rows) >= FEWEST)) is None:
        return
    j, words = found
    inputs = [row[j] if isinstance(row, list) else row for row in batch]
    i = max(range(len(inputs)), key=lambda i: abs(inputs[i]))
    if any(inputs[i] in x for x in numbers_at_weights(Graph(_values(outputs[i])))):
        warnings.warn(
            f"fit: column {j} of X {words}, but networks learn best from columns of about the same "
            f"size, near 1: others make units die, or steps too large. {CURE}",
            UserWarning,
            stacklevel=2,
        )


def _warn(loss: Loss, last: str, but: str) -> None:
    warnings.warn(
        f"fit: {loss.__name__} takes logits and applies {last} to them itself, but {but}, or the "
        "model will learn badly",
        UserWarning,
        stacklevel=3,
    )


def _may_be_chance(output: Any) -> bool:
    """Whether an output may be a probability, like 1 / (1 + exp(−z)); a layer's sum never is."""
    return any(_made_by(output, name) for name in ("exp", "div", "pow")) and 0 < output.data < 1


def _made_by(output: Any, name: str) -> bool:
    return isinstance(output, Value) and output.op is not None and output.op.name == name


def _is_softmax(outputs: Any) -> bool:
    """Whether outputs are all exp of something and add up to 1: only a softmax has both."""
    return (
        isinstance(outputs, (list, tuple))
        and all(_made_by(output, "exp") for output in outputs)
        and abs(sum(output.data for output in outputs) - 1.0) < 1e-9
    )


def check_trained(loss: Value, batch: Examples, weights: Weights, run: Run) -> None:
    """Raise if the loss depends on a weight that would not be trained.

    Not every leaf is a weight: it may be made in the forward pass, like ``Value(0.0)`` to start a
    sum. A weight existed before the run. The whole loss is searched, since only one example may use
    the weight. That takes as long as learning from it, so only the first batches are searched.
    """
    leaves = _leaves([loss])
    try:
        _check_replaced(leaves, weights)
        _check_strange(leaves, batch, weights, run)
    except ValueError:
        weights.back()
        raise


def _leaves(roots: list[Value]) -> list[Value]:
    """All leaves that the roots are computed from, also constants."""
    _, nodes, _ = read(roots)
    return [x for x in nodes if isinstance(x, Value) and x.op is None]


def _values(output: Any) -> list[Value]:
    """The Values in the output for one example."""
    found = [output] if isinstance(output, Value) else flatten(output)[0]
    return [x for x in found if isinstance(x, Value)]


def _check_strange(leaves: list[Value], batch: Examples, weights: Weights, run: Run) -> None:
    known = set(map(id, weights.all))
    others = [x for x in leaves if id(x) not in known and not isinstance(x, Constant)]
    given = set(map(id, flatten([batch.rows, batch.targets])[0])) if others else set()
    for leaf in others:
        if id(leaf) not in given and not made_in(leaf, run):
            raise ValueError(
                f"fit: the loss depends on {leaf!r}, which needs a gradient but would not be "
                "trained: neither the model nor the optimiser has it among its parameters. Keep it "
                "in an attribute of the Module, or in a list there, and set it outside calls; "
                "give it to the optimiser; or, if it should stay as it is, freeze it, or write "
                f"autograd.constant({leaf.data!r})"
            )


def _check_replaced(leaves: list[Value], weights: Weights) -> None:
    """Raise if the optimiser has parameters that were replaced in the model, not the new ones."""
    own = set(map(id, weights.model.parameters()))
    trained = set(map(id, weights.optimizer.parameters))
    gone, came = trained - own, own - trained
    if not gone or not came:
        return
    new = [x for x in leaves if id(x) in came and not isinstance(x, Constant)]
    if new and gone.isdisjoint(map(id, leaves)):
        raise ValueError(
            f"fit: the optimizer would train {len(gone)} parameters that are no longer in the "
            f"model, but not the parameter{named(new[0])} that is: a layer was replaced after "
            "the optimizer was made. Make a new optimizer from the model as it is now"
        )


# --- scale ----------------------------------------------------------------------------------------


def bad_scale(columns: Sequence[Sequence[float]], *, uneven: bool = True) -> tuple[int, str] | None:
    """Which column is too large, or too wide compared with another, and how; None if none is.

    >>> bad_scale([[1.5, 1.9, 1.7], [52000.0, 91000.0, 68000.0]])
    (1, 'has numbers of about 7.2e+04 (their root mean square)')
    >>> bad_scale([[0.0, 1.0, 0.0], [0.0, 16.0, 5.0]])
    """
    sizes = [math.hypot(*column) / math.sqrt(len(column)) for column in columns]
    if not sizes:
        return None
    if (size := max(sizes)) > LARGE:
        return sizes.index(size), f"has numbers of about {size:.2g} (their root mean square)"
    ranges = [max(column) - min(column) for column in columns]
    varying = [x for x, size in zip(ranges, sizes, strict=True) if x > _CONSTANT * size]
    wide, narrow = max(varying, default=1.0), min(varying, default=1.0)
    if not uneven or wide <= UNEVEN * narrow:
        return None
    other = ranges.index(narrow)
    return ranges.index(wide), f"varies {wide / narrow:.2g} times as much as column {other}"


def columns_of(rows: Sequence[Any]) -> list[tuple[float, ...]]:
    """The columns of a table, from up to some hundred rows; empty if it is not a number table."""
    some = rows[:: max(1, len(rows) // MOST)]
    table = [row if isinstance(row, list) else [row] for row in some]
    kinds = set().union(*[map(type, row) for row in table])
    if not kinds <= {float, int} or len(set(map(len, table))) != 1:
        return []
    return list(zip(*table, strict=True))


def numbers_at_weights(graph: Graph) -> list[list[float]]:
    """The plain numbers that each parameter is multiplied by: the inputs that reach weights.

    >>> from nn import Layer
    >>> numbers_at_weights(Graph(Layer(2, 1)([3.0, 500.0])))
    [[3.0], [500.0]]
    """
    nodes, found = graph.nodes, dict[int, list[float]]()
    for node in nodes:
        for pair in _factors(node):
            for one, other in (pair, reversed(pair)):
                x = nodes[other]
                if nodes[one].kind in _WEIGHTS and x.op is None and x.kind not in _WEIGHTS:
                    found.setdefault(one, []).append(x.value)
    return list(found.values())


def _factors(node: Any) -> Iterable[tuple[int, int]]:
    """Which operands are multiplied: in a dot, the first half by the second."""
    if node.op is None or node.op.name not in {"dot", "mul"}:
        return ()
    half = len(node.operands) // 2
    return zip(node.operands[:half], node.operands[half : 2 * half], strict=True)


# --- numbers that are not finite ------------------------------------------------------------------


class DivergedError(NonFiniteError):
    """Training met a loss or a gradient that is nan or inf, and stopped.

    The model has the last weights with which everything was finite. ``operation``, ``label`` and
    ``scope`` say where the first non-finite number arose; ``examples`` are the positions in X of
    the examples it belongs to; ``history`` is what was measured before.
    """

    operation: str = ""
    label: str = ""
    scope: str = ""
    examples: tuple[int, ...] = ()
    epoch: int = 0
    batch: int = 0
    history: History


def diverged(
    loss: Value, outputs: Sequence[Any], positions: Sequence[int], where: str
) -> DivergedError:
    """The error for a batch whose loss or gradients are not all finite.

    ``outputs`` are the model's outputs for the examples, ``positions`` their indices in X.
    """
    flat = [
        (position, x)
        for position, output in zip(positions, outputs, strict=True)
        for x in _values(output)
    ]
    # Roots with seed 0 show where the outputs are among the nodes, and change no gradient.
    graph = Graph([loss, *[x for _, x in flat]], seeds=[1.0] + [0.0] * len(flat))
    found = first_non_finite(graph)
    if found is None:
        return DivergedError(f"{where}: the losses add up to more than a double can hold{AFTER}")
    node, what = found
    guilty = node if what == "value" else next(iter(culprits(graph, node)), node)
    roots = [(position, root) for (position, _), root in zip(flat, graph.roots[1:], strict=True)]
    examples = _examples(graph, guilty, roots)
    error = DivergedError(f"{where}: {explained(graph, node, what)}{_named(examples)}{AFTER}")
    error.operation = guilty.op.name if guilty.op is not None else ""
    error.label, error.scope, error.examples = guilty.label, guilty.scope, examples
    return error


AFTER = (
    ". The model has the last weights with which everything was finite; what was measured is in "
    "this error's .history. A smaller learning rate, or clip_norm=1.0, may help"
)


def overstepped(step: StepError) -> DivergedError:
    """The error for a step that would have made a parameter nan or inf."""
    parameter = step.parameter
    error = DivergedError(
        f"fit stopped: the step would have made the parameter{named(parameter)} "
        f"{parameter.data - step.off!r}, from {parameter.data!r} with the gradient "
        f"{parameter.grad!r}{AFTER}"
    )
    error.label, error.scope = parameter.label, parameter.scope
    return error


def _examples(graph: Graph, node: Node, outputs: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The examples whose outputs depend on the node or, in the loss, that the node depends on."""
    above, below = {node.index}, {node.index}
    for one in graph.nodes[node.index + 1 :]:
        if not above.isdisjoint(one.operands):
            above.add(one.index)
    for one in reversed(graph.nodes[: node.index + 1]):
        if one.index in below:
            below.update(one.operands)
    found = {position for position, root in outputs if root in above}
    return tuple(sorted(found or {position for position, root in outputs if root in below}))


def _named(examples: Sequence[int]) -> str:
    if not examples:
        return ""
    if len(examples) == 1:
        return f". It belongs to example {examples[0]}"
    shown = ", ".join(map(str, examples[:5])) + (", …" if len(examples) > 5 else "")
    return f". It belongs to {len(examples)} examples of the batch: {shown}"
