"""How Modules are called: which of them, with which numbers, and whether in training or in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from operator import is_
from typing import Any

from autograd import Value, no_grad
from autograd.functions import Gathered, constants
from autograd.modes import here
from autograd.numbers import is_number

from .checks import rows
from .examples import column, plain

# The innermost first: (Module, the others, what `as_nodes` made in the outermost call).
calling: ContextVar[tuple[Any, Any, dict[int, Any]] | None] = ContextVar("calling", default=None)


def running() -> list[Any]:
    """The Modules that are being called, the innermost first."""
    found, chain = [], calling.get()
    while chain is not None:
        part, chain, _ = chain
        found.append(part)
    return found


def as_nodes(x: Any, xs: list[Any], weights: Sequence[Any]) -> Gathered:
    """An example for the neurons that see it: where things are recorded, each number is one node.

    ``xs`` are the numbers of ``x``, checked. They become constants x1, x2, …; until the outermost
    call returns, the same list or tuple x gives the same ones. Where the weights are plain numbers,
    the inputs stay plain too, and so does the result.
    """
    shared = Gathered(xs)
    if shared.nodes is xs or not xs or not isinstance(weights[0], Value):
        return shared
    place = here()
    if place is not None and not place.recording:
        return shared
    chain = calling.get()
    made = chain[2] if chain is not None else {}
    given = x if isinstance(x, (list, tuple)) else xs
    _, before, nodes = made.get(id(given), (given, (), ()))
    if len(before) != len(given) or not all(map(is_, before, given)):  # a list may be changed
        nodes = constants(xs, "x")
        made[id(given)] = (given, tuple(given), nodes)
    shared.nodes = nodes
    return shared


def misread(module: Any, inputs: Sequence[Any]) -> None:
    """Raise TypeError if a call failed that gave several numbers, where one list belongs."""
    if len(inputs) > 1 and all(map(is_number, inputs)):
        raise TypeError(
            f"{type(module).__name__} got {len(inputs)} numbers; write them as a list, "
            f"model([{', '.join(map(repr, inputs[:3]))}{', ...' * (len(inputs) > 3)}])"
        ) from None


# --- in training, or in use -----------------------------------------------------------------------


def evaluating(model: Any) -> AbstractContextManager[None]:
    """Inside, ``model`` and all in it are in use, not in training; then each as it was before.

    >>> from nn import MLP
    >>> model = MLP(2, [3, 1])
    >>> with evaluating(model):
    ...     model.training
    False
    >>> model.training
    True
    """
    return in_mode(model, training=False)


@contextmanager
def in_mode(model: Any, *, training: bool) -> Iterator[None]:
    """Inside, ``model`` and all in it are in one mode; then each as it was before."""
    before = [(module, module.training) for module in model.modules()]
    try:
        # Not by model.train(): a class may have methods of that name for something of its own.
        set_modes((module, training) for module, _ in before)
        yield
    finally:
        set_modes(before)


def set_modes(modes: Iterable[tuple[Any, bool]]) -> None:
    """Set the mode of each Module."""
    for module, mode in modes:
        if mode == type(module).training:  # needs no attribute of its own, in pickles neither
            vars(module).pop("training", None)
        else:
            module.training = mode


def outputs(model: Any, X: Any, who: str) -> list[Any]:
    """The outputs for each example of X, in eval mode, as plain numbers."""
    examples = rows(X, "X")
    with no_grad(), evaluating(model):
        try:
            found = column([plain(model(x)) for x in examples])
        except TypeError as error:
            if not isinstance(examples[0], list):
                raise TypeError(
                    f"{who} takes a list of examples; of one, write model.{who}([x])[0]"
                ) from error
            raise
    for i, output in enumerate(found):
        if any(x != x for x in (output if isinstance(output, list) else [output])):
            raise ValueError(f"the model's output for X[{i}] is nan, which says nothing")
    return found
