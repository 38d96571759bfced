"""What goes wrong in a training: said before it matters, or, when it has happened, where it began.

Losses that do not suit a model's outputs, inputs whose scale no network likes, and weights that
would not be trained are seen in the first batches. When a loss or a gradient is no longer finite,
the error says which operation, which label and which example it is.
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
FEWEST = 8  # examples by which ranges can be compared
MOST = 300  # that are looked at
_CONSTANT = 1e-4  # a range that small beside the numbers is noise, to be left as it is

CURE = (
    "Let the model begin with nn.data.Standardise.of(X), as in "
    "nn.Sequential(nn.data.Standardise.of(X), model), which is saved with it"
)
_WEIGHTS = {"parameter", "frozen"}

BATCHES = 2  # that are looked at for weights that would not be trained
OF_CLASSES = (cross_entropy, kl_divergence)  # a tuple, because a user's loss need not be hashable


def check(loss: Loss, outputs: Sequence[Any]) -> None:
    """Refuse what computes something else than it seems to; warn of what learns badly.

    Keras and scikit-learn have models that end in probabilities. Here losses take logits and scores
    and make probabilities of them; given probabilities, they learn, slowly, something else.
    """
    first = outputs[0]
    if loss in OF_CLASSES and isinstance(first, Value):
        raise TypeError(
            f"fit: {loss.__name__} takes a list of scores for each example, one for each class, "
            "and this model has one output; use binary_cross_entropy, or let the model end in "
            "a layer with an output for each class"
        )
    if loss is binary_cross_entropy:
        each = [x for output in outputs for x in (items(output) or [output])]
        if all(_made_by(x, "sigmoid") for x in each):
            _warn(loss, "sigmoid", "this model ends in sigmoid already; leave it out")
        elif len(each) > 3 and all(map(_may_be_chance, each)):
            between = "all outputs of the first batch lie between 0 and 1: if they are "
            made_of = "probabilities, let the model return what they are made of"
            _warn(loss, "sigmoid", between + made_of)
    if loss in OF_CLASSES and _is_softmax(first):
        _warn(loss, "softmax", "this model ends in softmax already; leave it out")


def check_targets(
    model: Module, loss: Loss, output: Any, data: Examples | None, where: str = ""
) -> None:
    """Refuse a target that the loss cannot take, wherever it is, before anything is learned.

    ``output`` is what the model makes of one example. A loss of one's own is not asked; of numbers
    all that are finite will do, and these are.
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
        for i in range(len(some)):  # another example may have another number of outputs
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
    """Warn of inputs that are large, or unequal, where they get to weights as they are.

    A model may scale them itself: so ``outputs``, of some of the rows, have a say.
    """
    if (found := bad_scale(columns_of(rows), uneven=len(rows) >= FEWEST)) is None:
        return
    j, words = found
    inputs = [row[j] if isinstance(row, list) else row for row in batch]
    i = max(range(len(inputs)), key=lambda i: abs(inputs[i]))
    if any(inputs[i] in x for x in numbers_at_weights(Graph(_values(outputs[i])))):
        warnings.warn(
            f"fit: column {j} of X {words}, and networks learn best from columns of about the same "
            f"size, near 1: others make units die, or steps go wild. {CURE}",
            UserWarning,
            stacklevel=2,
        )


def _warn(loss: Loss, last: str, but: str) -> None:
    warnings.warn(
        f"fit: {loss.__name__} takes logits and applies {last} to them itself, and {but}, or the "
        "model learns badly",
        UserWarning,
        stacklevel=3,
    )


def _may_be_chance(output: Any) -> bool:
    """As 1 / (1 + exp(−z)) and one of a softmax are; of a layer's own sum it is never said."""
    return any(_made_by(output, name) for name in ("exp", "div", "pow")) and 0 < output.data < 1


def _made_by(output: Any, name: str) -> bool:
    return isinstance(output, Value) and output.op is not None and output.op.name == name


def _is_softmax(outputs: Any) -> bool:
    """exp of everything, adding up to 1: nothing else that a model ends in does both."""
    return (
        isinstance(outputs, (list, tuple))
        and all(_made_by(output, "exp") for output in outputs)
        and abs(sum(output.data for output in outputs) - 1.0) < 1e-9
    )


def check_trained(loss: Value, batch: Examples, weights: Weights, run: Run) -> None:
    """Refuse a training whose loss depends on a weight that it would not train.

    Not each leaf is a weight: one may be made in the forward pass, ``Value(0.0)`` to begin a sum
    with. A weight was there before the run. The whole loss is read, since a weight may be used by
    one example only; that takes as long as to learn from it, so only the first batches are.
    """
    leaves = _leaves([loss])
    try:
        _check_replaced(leaves, weights)
        _check_strange(leaves, batch, weights, run)
    except ValueError:
        weights.back()
        raise


def _leaves(roots: list[Value]) -> list[Value]:
    """What the roots are computed from, be it constant."""
    _, nodes, _ = read(roots)
    return [x for x in nodes if isinstance(x, Value) and x.op is None]


def _values(output: Any) -> list[Value]:
    """What is computed of one example."""
    found = [output] if isinstance(output, Value) else flatten(output)[0]
    return [x for x in found if isinstance(x, Value)]


def _check_strange(leaves: list[Value], batch: Examples, weights: Weights, run: Run) -> None:
    known = set(map(id, weights.all))
    others = [x for x in leaves if id(x) not in known and not isinstance(x, Constant)]
    given = set(map(id, flatten([batch.rows, batch.targets])[0])) if others else set()
    for leaf in others:
        if id(leaf) not in given and not made_in(leaf, run):
            raise ValueError(
                f"fit: the loss depends on {leaf!r}, which needs a gradient and would not be "
                "trained: neither the model nor the optimiser has it among its parameters. Keep it "
                "in an attribute of the Module, or in a list there, and set it outside of calls; "
                "give it to the optimiser; or, if it is to stay as it is, freeze it, or write "
                f"autograd.constant({leaf.data!r})"
            )


def _check_replaced(leaves: list[Value], weights: Weights) -> None:
    """Refuse an optimiser that has what was taken out of the model, not what came instead."""
    own = set(map(id, weights.model.parameters()))
    trained = set(map(id, weights.optimizer.parameters))
    gone, came = trained - own, own - trained
    if not gone or not came:
        return
    new = [x for x in leaves if id(x) in came and not isinstance(x, Constant)]
    if new and gone.isdisjoint(map(id, leaves)):
        raise ValueError(
            f"fit: the optimizer would train {len(gone)} parameters that are no longer in the "
            f"model, and not the parameter{named(new[0])} that is: a layer was replaced after "
            "the optimizer was made. Make the optimizer anew, from the model as it is now"
        )


# --- scale ----------------------------------------------------------------------------------------


def bad_scale(columns: Sequence[Sequence[float]], *, uneven: bool = True) -> tuple[int, str] | None:
    """Which column is too large, or too wide beside another, and that in words; None if none is.

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
    """The columns of a table, of some hundred rows of it; none if it is no table of numbers."""
    some = rows[:: max(1, len(rows) // MOST)]
    table = [row if isinstance(row, list) else [row] for row in some]
    kinds = set().union(*[map(type, row) for row in table])
    if not kinds <= {float, int} or len(set(map(len, table))) != 1:
        return []
    return list(zip(*table, strict=True))


def numbers_at_weights(graph: Graph) -> list[list[float]]:
    """The plain numbers that each parameter is multiplied by: what of the inputs gets to weights.

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
    """What is multiplied by what: in a dot the first half of the operands, by the second."""
    if node.op is None or node.op.name not in {"dot", "mul"}:
        return ()
    half = len(node.operands) // 2
    return zip(node.operands[:half], node.operands[half : 2 * half], strict=True)


# --- what is no longer finite ---------------------------------------------------------------------


class DivergedError(NonFiniteError):
    """Training met a loss or a gradient that is nan or inf, and stopped.

    The model has the last weights with which everything was finite. ``operation``, ``label`` and
    ``scope`` say of the first number that was not finite where it arose; ``examples`` are the
    positions in X of the examples it belongs to; ``history`` is what was measured before.
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
    """The error for a batch's loss, of which or of whose gradients something is not finite.

    ``outputs`` are what the model made of the examples, ``positions`` where these are in X.
    """
    flat = [
        (position, x)
        for position, output in zip(positions, outputs, strict=True)
        for x in _values(output)
    ]
    # Roots of seed 0 tell where the outputs are among the nodes, and change no gradient.
    graph = Graph([loss, *[x for _, x in flat]], seeds=[1.0] + [0.0] * len(flat))
    found = first_non_finite(graph)
    if found is None:
        return DivergedError(f"{where}: the losses add up to more than a double holds{AFTER}")
    node, what = found
    guilty = node if what == "value" else next(iter(culprits(graph, node)), node)
    roots = [(position, root) for (position, _), root in zip(flat, graph.roots[1:], strict=True)]
    examples = _examples(graph, guilty, roots)
    error = DivergedError(f"{where}: {explained(graph, node, what)}{_named(examples)}{AFTER}")
    error.operation = guilty.op.name if guilty.op is not None else ""
    error.label, error.scope, error.examples = guilty.label, guilty.scope, examples
    return error


AFTER = (
    ". The model has the weights of before, the last with which everything was finite; what was "
    "measured is in this error's .history. A smaller learning rate, or clip_norm=1.0, may help"
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
    """The examples whose outputs are computed from the node or, in the loss, the node from them."""
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
