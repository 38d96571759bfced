"""Neurons, layers and multi-layer perceptrons: micrograd's classes, which behave as they do there.

Notation: nin inputs x, weights w, bias b. A neuron computes activate(b + w₁x₁ + w₂x₂ + …), which
is two nodes: one `autograd.dot` and one activation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn

from autograd import Op, Value, dot, scope
from autograd.modes import enter, here

from .activations import Activate, ActivationLike, activation, linear, name_of
from .calling import as_nodes, places
from .checks import Sized, gathered, size, yes_or_no
from .initialisers import Initialise, drawn, initialiser
from .module import Module
from .names import helped
from .parameter import Parameter
from .randomness import RngLike, generator


class Unit(Module):
    """A Module with a fixed number of inputs, described for error messages."""

    known_by: ClassVar[tuple[str, ...]] = ("shape",)  # the sizes in its title

    nin: Any  # how many inputs it takes
    nout: Any  # how many outputs it returns

    @property
    def shape(self) -> str:
        """Inputs and outputs: ``"3 -> 2"``."""
        return f"{self.nin} -> {self.nout}"

    @property
    def title(self) -> str:
        """Kind and sizes, for error messages."""
        sizes = [str(getattr(self, name)) for name in self.known_by]
        return f"{type(self).__name__}({', '.join(sizes)})"

    def rebuilt(self, nin: int) -> str:
        """The line that builds one for ``nin`` inputs."""
        return f"{type(self).__name__}({nin})"

    def __repr__(self) -> str:
        return self.title


def _fixed(read: Callable[[Any], str]) -> Any:
    """A read-only property; setting it raises an error that says to choose it when building."""

    def refuse(part: Sized, name: Any) -> NoReturn:
        like = part.rebuilt(part.nin).replace("Linear", "Layer")[:-1]
        raise AttributeError(
            f"the activation of {part.title} is chosen when it is built; write {like}, "
            f"activation={name!r:.60})"
        )

    return property(read, refuse)


class Neuron(Unit):
    """A weighted sum and an activation: activate(b + w₁x₁ + w₂x₂ + …).

    >>> neuron = Neuron(2, activation="tanh")
    >>> for parameter, number in zip(neuron.parameters(), [0.5, -1.0, 0.6931471805599453]):
    ...     parameter.data = number
    >>> round(neuron([2.0, 1.0]).data, 9)
    0.6

    Parameters
    ----------
    nin:
        How many inputs.
    nonlin:
        As in micrograd: False means ``activation="linear"``.
    activation:
        A name, a function of one Value, or None for linear.
    init:
        "auto" (He for relu and similar, else Xavier), "uniform" (as in micrograd), "xavier", "he",
        "zeros", or a function (nin, nout, rng) -> float, called for each weight in order.
    rng:
        A seed, a ``random.Random`` or a NumPy ``Generator``; None is Python's global ``random``.
    bias:
        False: there is no ``b``.
    """

    whole: ClassVar[bool] = True
    known_by = ("nin",)
    nout = 1

    w: list[Parameter]
    b: Parameter | None
    activate: Activate

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,  # noqa: FBT001, FBT002 - micrograd's signature
        *,
        activation: ActivationLike = "relu",
        init: str | Initialise = "auto",
        rng: RngLike = None,
        bias: bool = True,
    ) -> None:
        nin = size(nin, "Neuron(nin): nin")
        self.activate = _chosen(activation, nonlin=nonlin)
        bias = yes_or_no(bias, "bias")
        initialise, draw_from = initialiser(init, self.activate), generator(rng)
        self.w = [
            Parameter(drawn(initialise, nin, 1, draw_from), label=f"w{i}") for i in range(nin)
        ]
        self.b = Parameter(0.0, label="b") if bias else None

    def forward(self, x: Any) -> Any:
        """The activation of the weighted sum of one example, a list of ``nin`` numbers."""
        return self.activate(dot(self.w, as_nodes(x, gathered(x, self), self.w), self.b))

    @_fixed
    def activation(self) -> str:
        """The activation's name."""
        return name_of(self.activate)

    @property
    def nonlin(self) -> bool:
        """Whether there is an activation: micrograd's name for it."""
        return self.activate is not linear

    @property
    def nin(self) -> int:
        """How many inputs it takes."""
        return len(self.w)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.nin}, {self.activation})"


class Layer(Unit):
    """Neurons with the same inputs. The output is a list, or a single Value for one neuron.

    >>> layer = Layer(3, 2, init="zeros")
    >>> [y.data for y in layer([1.0, 2.0, 3.0])]
    [0.0, 0.0]
    >>> layer([1.0, 2.0, 3.0, 4.0])
    Traceback (most recent call last):
    ValueError: Layer(3 -> 2) got 4 inputs; pass 3 numbers, or build Layer(4, 2)

    The keywords are those of `Neuron`.
    """

    whole: ClassVar[bool] = True

    neurons: list[Neuron]

    def __init__(
        self,
        nin: int,
        nout: int,
        *,
        nonlin: bool = True,
        activation: ActivationLike = "relu",
        init: str | Initialise = "auto",
        rng: RngLike = None,
        bias: bool = True,
    ) -> None:
        nin = size(nin, f"{type(self).__name__}(nin, nout): nin")
        nout = size(nout, f"{type(self).__name__}(nin, nout): nout")
        activate = _chosen(activation, nonlin=nonlin)
        initialise, draw_from = initialiser(init, activate), generator(rng)
        self.neurons = []
        for i in range(nout):
            with scope(f"neurons.{i}"):
                neuron = Neuron(nin, activation=activate, init="zeros", bias=bias)
            for weight in neuron.w:
                weight.data = drawn(initialise, nin, nout, draw_from)
            self.neurons.append(neuron)

    def forward(self, x: Any) -> Any:
        """The outputs of the neurons for one example, a list of ``nin`` numbers."""
        xs = gathered(x, self)
        neurons, outer = self.neurons, here()
        try:
            if set(map(type, neurons)) == {Neuron}:  # what their calls would do, with x checked
                outputs, shared = [], as_nodes(x, xs, neurons[0].w)
                for neuron, place in zip(
                    neurons, places(outer, "neurons", len(neurons)), strict=True
                ):
                    enter(place)
                    total, activate = dot(neuron.w, shared, neuron.b), neuron.activate
                    if activate.__class__ is Op and total.__class__ is Value:
                        outputs.append(total.record(activate, (total,)))  # as the row would do
                    else:
                        outputs.append(activate(total))
            else:
                outputs = [neuron(xs) for neuron in neurons]
        finally:
            enter(outer)
        return outputs[0] if len(outputs) == 1 else outputs

    @_fixed
    def activation(self) -> str:
        """The activation's name; several if the neurons differ."""
        return ", ".join(dict.fromkeys(neuron.activation for neuron in self.neurons))

    @property
    def nin(self) -> int:
        """How many inputs it takes."""
        return self.neurons[0].nin

    @property
    def nout(self) -> int:
        """How many neurons there are."""
        return len(self.neurons)

    def rebuilt(self, nin: int) -> str:
        """The line that builds one for ``nin`` inputs."""
        return f"{type(self).__name__}({nin}, {self.nout})"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shape}, {self.activation})"


class Linear(Layer):
    """A `Layer` without an activation, as in PyTorch: b + w₁x₁ + w₂x₂ + … for each output.

    >>> layer = Linear(2, 3, rng=0)
    >>> layer
    Linear(2 -> 3)
    >>> [round(y.data, 4) for y in layer([1.0, 0.0])]
    [0.7546, -0.174, 0.0247]

    The keywords are those of `Neuron`.
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        bias: bool = True,  # noqa: FBT001, FBT002 - PyTorch's signature
        *,
        init: str | Initialise = "auto",
        rng: RngLike = None,
    ) -> None:
        super().__init__(nin, nout, activation="linear", init=init, rng=rng, bias=bias)

    __repr__ = Unit.__repr__


def _sizes_in_a_list(nin: Any = None, *nouts: Any, **_: Any) -> str:
    """What to write for ``MLP(2, 16, 1)`` and ``MLP([2, 16, 1])``."""
    given = [nin, *nouts]
    sizes = [n for part in given for n in (part if isinstance(part, (list, tuple)) else [part])]
    if len(sizes) < 2 or not all(hasattr(n, "__index__") for n in sizes):
        return ""
    return f"takes a number of inputs and a list of sizes; write MLP({sizes[0]}, {sizes[1:]})"


class MLP(Unit):
    """A multi-layer perceptron: layers one after the other.

    >>> import random
    >>> model = MLP(2, [16, 16, 1], rng=random.Random(0))
    >>> model
    MLP(2 -> 16 relu -> 16 relu -> 1 linear)
    >>> output = model([0.5, -1.0])
    >>> from autograd import Graph
    >>> [node.label for node in Graph(output) if node.kind == "constant"]  # each is one node
    ['x1', 'x2']

    Parameters
    ----------
    nin:
        How many inputs.
    nouts:
        How many neurons in each layer; those of the last are the outputs.
    activation:
        A list with one for each layer; or one for all layers except the last, which is linear.

    The other keywords are those of `Neuron`.
    """

    layers: list[Layer]

    @helped(_sizes_in_a_list)
    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        *,
        activation: ActivationLike | Sequence[ActivationLike] = "relu",
        init: str | Initialise = "auto",
        rng: RngLike = None,
        bias: bool = True,
    ) -> None:
        sizes = [size(nin, "MLP(nin, nouts): nin"), *_widths(nin, nouts)]
        activations = _one_each(activation, sizes)
        rng = generator(rng)  # once: a seed given to each layer would give them the same numbers
        self.layers = []
        for i, activate in enumerate(activations):
            with scope(f"layers.{i}"):
                layer = Layer(
                    sizes[i], sizes[i + 1], activation=activate, init=init, rng=rng, bias=bias
                )
            self.layers.append(layer)

    def forward(self, x: Any) -> Any:
        """The outputs of the last layer for one example, a list of ``nin`` numbers."""
        x = gathered(x, self)
        for layer in self.layers:
            x = layer(x)
        return x

    @property
    def nin(self) -> int:
        """How many inputs it takes."""
        return self.layers[0].nin

    @property
    def shape(self) -> str:
        """The sizes of all layers: ``"2 -> 16 -> 1"``."""
        return " -> ".join(map(str, [self.nin, *[layer.nout for layer in self.layers]]))

    def rebuilt(self, nin: int) -> str:
        """The line that builds one for ``nin`` inputs."""
        return f"{type(self).__name__}({nin}, {[layer.nout for layer in self.layers]})"

    def __repr__(self) -> str:
        layers = [f"{layer.nout} {layer.activation}" for layer in self.layers]
        return f"{type(self).__name__}({' -> '.join([str(self.nin), *layers])})"


def _chosen(of: ActivationLike, *, nonlin: Any) -> Activate:
    """The activation that ``nonlin`` and ``activation`` choose together."""
    activate = activation(of)
    if isinstance(nonlin, str) or callable(nonlin):
        written = repr(nonlin) if isinstance(nonlin, str) else name_of(nonlin)
        raise TypeError(f"nonlin is True or False, got {nonlin!r:.60}; write activation={written}")
    if yes_or_no(nonlin, "nonlin"):
        return activate
    if name_of(activate) not in {"relu", "linear"}:
        raise ValueError(
            f"nonlin=False means linear, but activation={name_of(activate)!r} was also given; "
            "leave out one of them"
        )
    return linear


def _widths(nin: Any, nouts: Any) -> list[int]:
    if isinstance(nouts, (str, bytes)) or not hasattr(nouts, "__len__"):
        raise TypeError(
            f"MLP(nin, nouts): nouts is a list with the size of each layer, got {nouts!r:.60}; "
            f"write MLP({nin!r}, [{nouts!r:.60}])"
        )
    if not len(nouts):
        raise ValueError(
            f"MLP({nin}, []) has no layers; nouts has the size of each, as in MLP({nin}, [16, 1])"
        )
    return [size(nout, f"MLP(nin, nouts): nouts[{i}]") for i, nout in enumerate(nouts)]


def _one_each(
    of: ActivationLike | Sequence[ActivationLike], sizes: Sequence[int]
) -> list[ActivationLike]:
    """An activation for each layer."""
    layers = len(sizes) - 1
    if isinstance(of, str) or callable(of) or of is None:
        return [*[of] * (layers - 1), "linear"]
    if len(of) != layers:
        raise ValueError(
            f"MLP({' -> '.join(map(str, sizes))}) has {layers} "
            f"{'layer' if layers == 1 else 'layers'} but got {len(of)} activations; "
            "give one for each layer, or one name for all but the last"
        )
    return list(of)
