"""Networks for property tests, and a model as a function of its parameters.

>>> from autograd.testing import check_gradients
>>> from nn import MLP
>>> import random
>>> model = MLP(2, [2, 1], activation="tanh", rng=random.Random(0))
>>> loss, parameters = as_function(model, [[0.5, -1.0]], [1.0], "mse")
>>> check_gradients(loss, parameters).outcome
'right'
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from _glassgrad_installation import needed
from autograd.testing.strategies import finite_values, met

from .activations import activations
from .containers import Sequential
from .layers import MLP, Layer
from .losses import LOSSES, Loss
from .losses import loss as loss_of
from .module import Module
from .other_layers import LayerNorm, RMSNorm

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["as_function", "networks"]

Network = tuple[Module, list[list[float]], list[Any]]

_OF_CLASSES = frozenset({"cross_entropy", "kl_divergence"})
_NORMS: tuple[Callable[[int], Module] | None, ...] = (None, LayerNorm, RMSNorm)
_TRIES = 60
_LARGEST = 2.0


def networks(
    inputs: int | None = None,
    outputs: int | None = None,
    max_layers: int = 3,
    *,
    loss: str | Loss = "mse",
) -> SearchStrategy[Network]:
    """A model, a small batch X of examples, and targets y that suit the loss: (model, X, y).

    Plain `MLP`s with any activation, and `Sequential`s with a `LayerNorm` or an `RMSNorm` between
    their layers. No number between X and the loss is near a kink, so gradients can be checked
    without further care. Weights have two digits.

    >>> from hypothesis import find
    >>> model, X, y = find(networks(inputs=2, outputs=1), lambda drawn: len(drawn[1]) == 2)
    >>> model, X, y
    (MLP(2 -> 1 linear), [[0.0, 0.0], [0.0, 0.0]], [0.0, 0.0])

    Parameters
    ----------
    inputs, outputs:
        The width of the first and the last layer; None draws it, from 1 to 3.
    max_layers:
        The largest number of `Layer`s.
    loss:
        The loss that the targets are for: a name, or a function whose targets are numbers. To draw
        the loss as well: ``sampled_from(sorted(LOSSES)).flatmap(lambda name: ...)``.
    """
    st = needed("hypothesis.strategies", "networks", "nn.testing")
    measure = loss_of(loss)
    name = next((key for key, known in LOSSES.items() if known is measure), "")
    least = 2 if name in _OF_CLASSES else 1
    sizes = {"inputs": (inputs, 1), "outputs": (outputs, least), "max_layers": (max_layers, 1)}
    for what, (size, lowest) in sizes.items():
        if size is not None and (size.__class__ is not int or size < lowest):
            raise ValueError(
                f"networks({what}={size!r}), loss {loss!r:.40}: give a whole number >= {lowest}"
            )

    @st.composite  # type: ignore[untyped-decorator, unused-ignore]
    def network(draw: DrawFn) -> Network:
        nin = draw(st.integers(1, 3)) if inputs is None else inputs
        nout = draw(st.integers(least, 3)) if outputs is None else outputs
        model = _model(draw, nin, nout, max_layers)
        count = draw(st.integers(1, 3))
        example = st.lists(finite_values(-_LARGEST, _LARGEST), min_size=nin, max_size=nin)
        X = [draw(example) for _ in range(count)]
        y = [draw(_target(name, nout)) for _ in range(count)]
        seed = draw(st.integers(0, 2**16))
        settled = any(
            met(_loss_after(model, X, y, measure, (seed, i))).smooth for i in range(_TRIES)
        )
        needed("hypothesis", "networks", "nn.testing").assume(settled)
        return model, X, y

    strategy: SearchStrategy[Network] = network()
    return strategy


def _model(draw: DrawFn, nin: int, nout: int, max_layers: int) -> Module:
    """A model, with the weights of its initialiser."""
    st = needed("hypothesis.strategies", "networks", "nn.testing")
    hidden = draw(st.lists(st.integers(1, 4), max_size=max_layers - 1))
    activation = draw(st.sampled_from(list(activations())))
    norm = draw(st.sampled_from(_NORMS)) if hidden else None
    rng = random.Random(0)
    if norm is None:
        return MLP(nin, [*hidden, nout], activation=activation, rng=rng)
    parts: list[Any] = []
    for width in [n + 2 for n in hidden]:  # a norm leaves nothing of 1 number, only signs of 2
        parts += [Layer(nin, width, activation=activation, rng=rng), norm(width)]
        nin = width
    return Sequential(*parts, Layer(nin, nout, nonlin=False, rng=rng))


def _target(loss: str, outputs: int) -> SearchStrategy[Any]:
    """Possible targets of one example."""
    st = needed("hypothesis.strategies", "networks", "nn.testing")
    chances = st.lists(st.integers(0, 4), min_size=outputs, max_size=outputs).map(_shares)
    if loss == "kl_divergence":
        return chances  # type: ignore[no-any-return]
    if loss == "cross_entropy":
        return st.one_of(st.integers(0, outputs - 1), chances)  # type: ignore[no-any-return]
    suited: dict[str, SearchStrategy[Any]] = {
        "hinge": st.sampled_from([1.0, -1.0]),
        "binary_cross_entropy": st.sampled_from([0.0, 1.0, 0.5, 0.25]),
    }
    one = suited.get(loss, finite_values(-_LARGEST, _LARGEST))
    return one if outputs == 1 else st.lists(one, min_size=outputs, max_size=outputs)


def _shares(counts: list[int]) -> list[float]:
    """Probabilities from counts; all equal if there are none."""
    total = sum(counts)
    return [n / total for n in counts] if total else [1.0 / len(counts)] * len(counts)


def _loss_after(
    model: Module, X: list[list[float]], y: list[Any], loss: Loss, seed: tuple[int, int]
) -> Any:
    """The loss, after drawing new parameters with two digits; none of them is 0."""
    rng = random.Random(repr(seed))
    for parameter in model.parameters():
        parameter.data = round(rng.uniform(-1.0, 1.0), 2) or 0.5
    return loss([model(x) for x in X], y)


def as_function(
    model: Module, X: Any, y: Any = None, loss: str | Loss = "mse"
) -> tuple[Callable[[dict[str, Any]], Any], dict[str, float]]:
    """The model as a function of its parameters, and the parameters by name, as in `state_dict`.

    The function returns the loss of the batch, or the outputs if there is no ``y``. It works on a
    copy, so the model does not change, and each call draws the same random numbers.

    >>> from autograd import grad
    >>> from nn import Layer
    >>> layer = Layer(1, 1, activation="linear", init="zeros")
    >>> f, parameters = as_function(layer, [[3.0]], [1.0])
    >>> parameters
    {'neurons.0.w.0': 0.0, 'neurons.0.b': 0.0}
    >>> grad(f)(parameters)
    {'neurons.0.w.0': -6.0, 'neurons.0.b': -2.0}
    """
    measure = loss_of(loss)
    names = list(model.state_dict())
    drawn_from = random.getstate()

    def f(parameters: dict[str, Any]) -> Any:
        places = dict(model.named_parameters())
        # deepcopy takes what is in its memo instead of a copy: so at every place of a parameter.
        instead: dict[int, Any] = {id(places[name]): parameters[name] for name in names}
        stand_in = copy.deepcopy(model, instead)
        before = random.getstate()
        random.setstate(drawn_from)  # a Dropout without its own rng draws from there
        try:
            found = [stand_in(x) for x in X]
        finally:
            random.setstate(before)
        return found if y is None else measure(found, y)

    return f, model.state_dict()
