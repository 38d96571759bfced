"""What every part of a model is: a `Module` finds its parameters, names, saves and freezes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, Self

from autograd.public import Elsewhere

from . import finding
from .answers import answers_of
from .calling import building, misread, outputs, scoped, set_modes
from .losses import Loss
from .names import IN_MODULES, helped
from .overview import table, tree
from .parameter import Parameter, fill, freezable, state_of
from .walk import (
    Part,
    Trail,
    bottom_up,
    caches,
    dotted,
    may_hold_parts,
    note,
    running,
    walk_parts,
)

# Modules whose own ``parameters()`` is running, by id: it may call the method that it overrides.
_asked: ContextVar[frozenset[int]] = ContextVar("asked", default=frozenset())


class Module(Part):
    """A model, or a part of one: write ``forward``, and keep Parameters and Modules as attributes.

    Parameters are found wherever attributes hold them: in other Modules, in lists, tuples, dicts
    and arrays, in the order of definition, each once. There is nothing to register, and no
    ``super().__init__()`` to forget. A plain leaf Value also becomes a parameter if it is put there
    outside a call: ``line.slope = Value(3.0)``.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Parameter(2.0, label="slope")
    ...         self.shift = Parameter(1.0, label="shift")
    ...
    ...     def forward(self, x):
    ...         return self.slope * x + self.shift
    >>> line = Line()
    >>> line(10.0).data
    21.0
    >>> line.state_dict()
    {'slope': 2.0, 'shift': 1.0}

    As with micrograd, a subclass may override ``__call__`` and ``parameters`` instead.
    """

    __slots__ = ()

    whole: ClassVar[bool] = False  # True: a summary shows it in one row, without its parts
    training = True  # set on each Module by `train` and `eval`
    decision_threshold: float | None = None  # one output above it means class 1; set by `fit`
    trained_with: str | None = None  # the name of the last `fit`'s loss; None if it has no name

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = dict(vars(cls))
        if "__call__" in own:  # as in micrograd; nodes get their scope nevertheless
            cls.__call__ = scoped(own["__call__"])  # type: ignore[method-assign]
        if inspect.isfunction(own.get("parameters")):
            cls.parameters = finding.owned(own["parameters"])  # type: ignore[assignment, method-assign]
        if cls.__module__.startswith(f"{__package__}."):
            if "__init__" in own:
                cls.__init__ = helped()(own["__init__"])  # type: ignore[method-assign]
            return  # our own classes do not keep their inputs
        cls._watched = cls._watched or not own.keys().isdisjoint({"forward", "__call__"})
        if inspect.isfunction(own.get("forward")):  # it may be called without __call__
            cls.forward = scoped(own["forward"])  # type: ignore[method-assign]
        if inspect.isfunction(own.get("__init__")):
            cls.__init__ = building(own["__init__"])  # type: ignore[method-assign]

    def __setattr__(self, name: str, x: Any) -> None:
        before = vars(self).get(name)
        if may_hold_parts(before) and not running() and not _overrides(self):
            finding.check_replacement(f"{type(self).__name__}.{name}", before, x)
        super().__setattr__(name, x)
        if name == "_caches" or isinstance(x, Parameter) or not may_hold_parts(x):
            return
        if not _overrides(self):
            leaves = finding.plain_leaves(x)
            if not running():
                finding.adopt(leaves)
            elif leaves:
                note(self, caches=(*caches(self), *leaves))

    @scoped
    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """The result of ``forward``, with the name of this part on its nodes."""
        try:
            return self.forward(*inputs, **options)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                misread(self, inputs)  # no line of forward has run
            raise

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What this part computes. Call the Module itself: ``module(x)``."""
        raise NotImplementedError(
            f"{type(self).__name__} has no forward; write 'def forward(self, x): ...' in the class"
        )

    # --- parts ------------------------------------------------------------------------------------

    def parameters(self) -> list[Parameter]:
        """All parameters, in the order of definition; a shared one once.

        >>> from nn import MLP
        >>> len(MLP(2, [16, 16, 1]).parameters())
        337
        """
        found: finding.Found | None = getattr(self, "_found", None)
        if found is not None and found.still_holds(self):
            return finding.Parameters(found.parameters, self)
        every = [parameter for _, parameter in self._search(ask=False)]
        return finding.Parameters(every, self)

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """(name, parameter) for each; the name is the path to its first place.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [1]).named_parameters()]
        ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.b']
        """
        last, stem = None, ""  # the container of the one before: a neuron's weights are together
        for (around, key), parameter in self._search(ask=True):
            if around is not last:
                last, stem = around, f"{dotted(around)}." if around else ""
            yield f"{stem}{key}", parameter

    def modules(self) -> list[Module]:
        """The Module itself and all those in it, in the order of definition; a shared one once."""
        return [module for _, module in self.named_modules()]

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """(name, module) for each; this Module's own name is empty.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [1]).named_modules()]
        ['', 'layers.0', 'layers.0.neurons.0']
        """
        return ((dotted(trail), part) for trail, part in walk_parts(self))

    def children(self) -> list[Module]:
        """The Modules directly in this one, without those inside another of them; each once."""
        return [module for _, module in self.named_children()]

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, module) for each of the `children`.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(2, [3, 1]).named_children()]
        ['layers.0', 'layers.1']
        """
        found = walk_parts(self, enter=lambda module: module is self)
        return ((dotted(trail), part) for trail, part in found if part is not self)

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call ``function`` on every Module in this one, and then on this one; return this one.

        Each comes once, after the Modules that are in it.

        >>> from nn import MLP, Neuron
        >>> def no_shift(part):
        ...     if isinstance(part, Neuron):
        ...         part.b.data = -0.5
        >>> MLP(1, [1]).apply(no_shift).layers[0].neurons[0].b.data
        -0.5
        """
        every: list[Module] = bottom_up(self, Module.children)
        for module in every:
            function(module)
        return self

    def _search(self, *, ask: bool) -> list[tuple[Trail, Parameter]]:
        """(trail, parameter) for each; calls a Module's own ``parameters()`` only if ``ask``."""

        def answers(part: Part) -> Iterable[tuple[str, Any]] | None:
            asked = _overrides(part) and (ask or part is not self)
            return part._answers() if asked else None  # type: ignore[attr-defined]  # noqa: SLF001

        return finding.gather(self, answers, running())

    def _answers(self) -> Iterator[tuple[str, Any]]:
        """(name, Value) for each Value that this Module's own ``parameters()`` returns."""
        asked = _asked.get()
        try:
            _asked.set(asked | {id(self)})
            return finding.named_answers(self, self.parameters())
        finally:
            _asked.set(asked)

    # --- training ---------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - PyTorch's signature
        """Set ``training`` on this Module and all Modules in it, and return this Module.

        Some parts, such as `Dropout`, behave differently in training and in use. Every Module
        starts in training mode. This does not affect gradients: for that see `freeze`.

        >>> from nn import MLP
        >>> model = MLP(2, [3, 1]).eval()
        >>> model.training, model.layers[0].training
        (False, False)
        >>> model.train().training
        True
        """
        if not isinstance(mode, bool):
            raise TypeError(
                f"train(mode) takes True or False, got {mode!r:.60}; to train a model write "
                "nn.fit(model, ...)"
            )
        set_modes((module, mode) for module in self.modules())
        return self

    def eval(self) -> Self:
        """Set ``training`` to False on this Module and all Modules in it; return this Module."""
        set_modes((module, False) for module in self.modules())
        return self

    @helped()
    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0.0; backward passes add to the gradients."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def freeze(self) -> None:
        """Stop training all parameters in here: no gradients, and optimisers do not change them.

        >>> from nn import MLP
        >>> model = MLP(2, [3, 1])
        >>> model.layers[0].freeze()
        >>> sum(p.frozen for p in model.parameters())
        9
        """
        for parameter in freezable(self.named_parameters(), "freeze"):
            parameter.freeze()

    def unfreeze(self) -> None:
        """Train all parameters in here again."""
        for parameter in freezable(self.named_parameters(), "unfreeze"):
            parameter.unfreeze()

    # --- in use -----------------------------------------------------------------------------------

    def predict(self, X: Any, *, loss: str | Loss | None = None) -> list[Any]:
        """The model's answer for each example of X, in eval mode; nothing is recorded.

        The loss that the model was trained with determines what its outputs mean. After
        `cross_entropy` and `kl_divergence` the answers are classes, 0, 1, …; after
        `binary_cross_entropy` they are 0 and 1, and after `hinge` −1 and 1, by
        ``decision_threshold``; for several outputs, lists of these. After `mse`, `mae` and `huber`
        they are the outputs, plain numbers. `fit` notes the loss on the model as ``trained_with``,
        which files and copies keep.

        >>> from nn import MLP, fit
        >>> model = MLP(1, [1], init="zeros")
        >>> history = fit(model, [[-1.0], [1.0]], [0, 1], loss="binary_cross_entropy",
        ...               progress=False)
        >>> model.predict([[-3.0], [2.0]]), model.predict([2.0])
        ([0, 1], [1])

        Parameters
        ----------
        X:
            Examples, as `fit` takes them: lists, arrays, a DataFrame; numbers for one input.
        loss:
            The name of the loss that fits the outputs, if none was noted: the model was trained by
            hand, or with a loss of your own. ``"mse"`` returns the outputs as they are.

        Raises
        ------
        ValueError
            if it is not known what the outputs mean, or if one is nan.
        """
        return list(map(answers_of(self, loss, "predict").said, outputs(self, X, "predict")))

    def predict_proba(self, X: Any, *, loss: str | Loss | None = None) -> list[list[float]]:
        """The probability of each class for each example of X, in rows, as in scikit-learn.

        For one logit there are two, for class 0 and class 1; for several labels a row has the
        probability of each label.

        >>> from nn import MLP
        >>> MLP(1, [1], init="zeros").predict_proba([[2.0]], loss="binary_cross_entropy")
        [[0.5, 0.5]]

        Raises
        ------
        ValueError
            as for `predict`; also after losses whose outputs are not probabilities.
        """
        answers = answers_of(self, loss, "predict_proba")
        return list(map(answers.chances, outputs(self, X, "predict_proba")))

    # --- saving -----------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, float]:
        """The number of each parameter, by name; `load_state_dict` takes this dict."""
        return state_of(self.named_parameters())

    @helped()
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set each parameter to the number under its name: all of them, or none.

        >>> from nn import MLP
        >>> trained, fresh = MLP(2, [3, 1]), MLP(2, [3, 1])
        >>> fresh.load_state_dict(trained.state_dict())
        >>> fresh([1.0, 2.0]).data == trained([1.0, 2.0]).data
        True

        Raises
        ------
        ValueError
            if a name is missing or unknown, or a number is nan.
        TypeError
            if something is not a real number.
        """
        fill(dict(self.named_parameters()), state, repr(self))

    # --- showing ----------------------------------------------------------------------------------

    def summary(self) -> str:
        """A table of the parts: shape, activation, how many parameters and how many are frozen.

        >>> from nn import MLP
        >>> print(MLP(2, [16, 1]).summary())
        part      kind   shape    activation  parameters  frozen
        --------  -----  -------  ----------  ----------  ------
        layers.0  Layer  2 -> 16  relu                48       0
        layers.1  Layer  16 -> 1  linear              17       0
        total                                         65       0
        """
        return table(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __str__(self) -> str:
        """The ``repr``; for a class that does not define one, its parts, one per line.

        >>> from nn import Layer
        >>> class Net(Module):
        ...     def __init__(self):
        ...         self.hidden = [Layer(2, 8), Layer(8, 8)]
        ...         self.scale = Parameter(2.0)
        >>> print(Net())
        Net(
          (hidden.0): Layer(2 -> 8, relu)
          (hidden.1): Layer(8 -> 8, relu)
          (scale): 1 parameter
        )
        """

        def opens(part: Part) -> bool:
            return part._listed or type(part).__repr__ is Module.__repr__  # noqa: SLF001

        return tree(self, opens=opens)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001, ARG002 - IPython's
        printer.text(str(self))

    def __dir__(self) -> Iterable[str]:
        """The usable names, without those that only say what to write instead."""
        mine = super().__dir__()
        return [name for name in mine if name not in IN_MODULES or hasattr(self, name)]

    def __getstate__(self) -> object:
        state: Any = super().__getstate__()
        if isinstance(state, tuple):  # (attributes, slots)
            slots = {name: x for name, x in state[1].items() if name not in {"_found", "_seat"}}
            return (state[0], slots) if slots else state[0]
        return state


for _name, _cure in IN_MODULES.items():
    setattr(Module, _name, Elsewhere(Module, _name, _cure))


def _overrides(module: Part) -> bool:
    """Whether a Module has a ``parameters()`` of its own that is not already running."""
    return getattr(type(module), "parameters", None) is not Module.parameters and (
        id(module) not in _asked.get()
    )
