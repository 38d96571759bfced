"""Derivatives of functions to any order: ``grad(f)``, ``hessian(f)``, ``jvp(f, x, v)``.

A function is run once on fresh Values. Its recorded graph is then swept backwards (``pull``) or
forwards (``push``), see `pullback`. Both sweeps work in floats, or in Values if the result is to be
differentiated again; neither reads or writes ``.grad``.

Called with plain numbers outside any derivative, these functions return floats. They return Values
that know what they depend on when they are given Values, when they run inside another derivative,
and when the function uses Values from outside that need a gradient, such as a model's parameters.
Nested derivatives cannot be mixed up: each one runs on Values of its own.

Notation: a primal is an input, a tangent its rate of change, a cotangent the sensitivity of the
result to an output.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from . import ops
from .modes import NOWHERE, Run, enter, here, made_in, recording
from .numbers import is_number, real
from .pullback import Paths
from .trees import Rebuild, flatten, holds
from .value import Constant, Value, apply

__all__ = ["derivative", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]

Function = Callable[..., Any]
Numbers = Sequence[Any]
Argnums = int | Sequence[int]


class _Run:
    """One recorded call of ``f`` on Values of its own, and what is needed to differentiate it."""

    def __init__(
        self, f: Function, args: Numbers, kwargs: dict[str, Any], asked: Sequence[int], *others: Any
    ) -> None:
        given = [x for x in (*args, *kwargs.values(), *others) if type(x) is not float]
        self.mark = Run(differentiates=True)
        nested = self.mark.around is not None and self.mark.around.differentiates
        surrounded = nested or (bool(given) and holds(given, Value))
        self.recorded_outside = (here() or NOWHERE).recording
        self.inputs: list[Value] = []
        self.rebuilds: list[tuple[int, Rebuild]] = []
        self.output = self._run(f, list(args), kwargs, asked)
        leaves, self.rebuild_output = _parts(self.output)
        for leaf in leaves:
            if not isinstance(leaf, Value) and not is_number(leaf):
                raise TypeError(
                    f"{_name(f)} returned a {type(leaf).__name__}; a function to be "
                    "differentiated must return Values or numbers, alone or in lists"
                )
        self.outputs = [x if isinstance(x, Value) else Constant(x) for x in leaves]
        self.paths = Paths(self.inputs, self.outputs)
        outside = [x for x in self.paths.others if not made_in(x, self.mark)]
        self.live = self.recorded_outside and (surrounded or bool(outside))
        self.values_wanted = surrounded or self.live
        for x in self.inputs:
            if x.op is None:  # outside this derivative it counts as a plain number
                x.__class__ = Constant

    @recording()
    def _run(
        self, f: Function, args: list[Any], kwargs: dict[str, Any], asked: Sequence[int]
    ) -> Any:
        """What f returns for Values of its own; everything it makes is marked."""
        enter(replace(here() or NOWHERE, run=self.mark))  # the decorator restores the place
        for position in asked:
            leaves, rebuild = _parts(args[position])
            fresh = [_fresh(leaf, f, position) for leaf in leaves]
            self.inputs += fresh
            self.rebuilds.append((len(fresh), rebuild))
            args[position] = rebuild(list(fresh))
        return f(*args, **kwargs)

    def shown(self, x: Any) -> Any:
        """A value as the caller gets it: a float, or a Value if something outside may need one."""
        if not self.values_wanted:
            return x.data if isinstance(x, Value) else float(x)
        value = x if isinstance(x, Value) else Constant(x)
        if not self.recorded_outside:
            return value.detach()
        # If the leaf itself were returned, the result would change whenever the leaf does.
        return apply(ops.copy, (value,), (value.data,)) if value.op is None else value

    def value(self) -> Any:
        """The value of f."""
        return self.rebuild_output([self.shown(x) for x in self.outputs])

    def arguments(self, numbers: list[Any]) -> list[Any]:
        """Numbers, one for each input, in the shape of the arguments."""
        shown = map(self.shown, numbers)
        return [rebuild([*islice(shown, count)]) for count, rebuild in self.rebuilds]


def _parts(x: Any) -> tuple[list[Any], Rebuild]:
    """Like `flatten`, but faster for a single number."""
    is_one = x.__class__ is float or isinstance(x, Value)
    return ([x], operator.itemgetter(0)) if is_one else flatten(x)


def _fresh(x: Any, f: Function, position: int) -> Value:
    """A Value of this derivative's own that stands for x, a part of argument ``position``."""
    if isinstance(x, Value):
        return Value(x.data) if isinstance(x, Constant) else apply(ops.copy, (x,), (x._z,))
    if x.__class__ is float:
        return Value(x)
    try:
        return Value(real(x, f"argument {position} of {_name(f)}, which is differentiated,"))
    except TypeError as error:
        raise TypeError(
            f"{error}. It may be numbers in lists, tuples, dicts and NumPy arrays (for a table: "
            "table.to_numpy()). What is not differentiated may be anything: an argument that "
            "argnums does not name, one given by keyword, or a part of the function, as in "
            "lambda x: f(x, other)"
        ) from None


def _name(f: Function) -> str:
    return getattr(f, "__name__", type(f).__name__)


def _positions(f: Function, argnums: Argnums, args: Sequence[Any]) -> list[int]:
    positions: list[Any] = list(argnums) if isinstance(argnums, Sequence) else [argnums]
    for position in positions:
        if not isinstance(position, int) or not -len(args) <= position < len(args):
            raise TypeError(
                f"argnums={argnums!r} asks for argument {position!r} of {_name(f)}, which was "
                f"called with {len(args)} positional arguments"
            )
    found = [position % len(args) for position in positions]
    if len(set(found)) < len(found):
        raise ValueError(f"argnums={argnums!r} asks for one argument twice; name each once")
    return found


def _derived(f: Any, who: str) -> Callable[[Function], Function]:
    """A decorator that gives a derivative the name of f; raises if f is not a function."""
    if not callable(f):
        raise TypeError(
            f"{who} takes a function, got {f!r}; write {who}(f)(x), or x.backward() on a Value"
        )
    return functools.wraps(f)


def _one(argnums: Argnums, shaped: list[Any]) -> Any:
    return shaped[0] if isinstance(argnums, int) else tuple(shaped)


# --- what users call ------------------------------------------------------------------------------


def value_and_grad(f: Function, argnums: Argnums = 0) -> Callable[..., tuple[Any, Any]]:
    """The function that returns both f and its gradient, from one run.

    >>> value_and_grad(lambda x, y: x * y)(2.0, 3.0)
    (6.0, 3.0)
    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """

    @_derived(f, "value_and_grad")
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = _Run(f, args, kwargs, _positions(f, argnums, args))
        if not (isinstance(run.output, Value) or is_number(run.output)):
            raise TypeError(
                f"{_name(f)} returned a collection of {len(run.outputs)} numbers, but a gradient "
                "needs a single number; add them up, or use jacobian"
            )
        return run.value(), _one(argnums, run.arguments(run.paths.pull([1.0], live=run.live)))

    return value_and_gradient


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """The gradient of a function of one number or of nested lists of numbers.

    The result has the shape of the argument (a tuple with one part for each, if ``argnums`` is a
    tuple). All other arguments, and keyword arguments, may be anything: f gets the same objects.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(lambda w, x: w[0] * x + w[1])([1.0, 2.0], 5.0)
    [5.0, 1.0]
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0

    Raises
    ------
    TypeError
        if f returns several numbers (use `jacobian`) or something other than a number, or if an
        argument that is differentiated holds anything other than numbers.
    """

    @_derived(f, "grad")
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    both = value_and_grad(f, argnums)
    return gradient


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals), and its rate of change if the primals change at the rates ``tangents``.

    Forward mode: one sweep, whatever the number of outputs.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    _derived(f, "jvp")
    primals, tangents = _pair(primals, "primals"), _pair(tangents, "tangents")
    run, moved = _pushed(f, primals, {}, range(len(primals)), tangents)
    return run.value(), moved


def _pushed(
    f: Function, args: Numbers, kwargs: dict[str, Any], asked: Sequence[int], tangents: Numbers
) -> tuple[_Run, Any]:
    """A run of f, and the rate of change of its output."""
    rates = flatten(list(tangents))[0]
    run = _Run(f, args, kwargs, asked, *tangents)
    if len(rates) != len(run.inputs):
        raise ValueError(
            f"jvp got {len(run.inputs)} primal numbers and {len(rates)} tangents; give one each"
        )
    checked = [x if isinstance(x, Value) else real(x, "a tangent") for x in rates]
    moved = run.paths.push(checked, live=run.live)
    return run, run.rebuild_output([run.shown(x) for x in moved])


def _pair(xs: Any, what: str) -> tuple[Any, ...]:
    if not isinstance(xs, (tuple, list)):
        raise TypeError(
            f"jvp takes {what} as a tuple with one entry for each argument, got {xs!r}; "
            f"write ({xs!r},)"
        )
    return tuple(xs)


def vjp(f: Function, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*primals), and a function that pulls a cotangent of the output back to the primals.

    >>> value, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> value, pull([1.0, 0.0]), pull([0.0, 1.0])
    ([6.0, 5.0], (3.0, 2.0), (1.0, 1.0))
    """
    _derived(f, "vjp")
    run = _Run(f, primals, {}, range(len(primals)))

    def pull(cotangent: Any) -> tuple[Any, ...]:
        weights = flatten(cotangent)[0]
        if len(weights) != len(run.outputs):
            raise ValueError(
                f"{_name(f)} has {len(run.outputs)} outputs, but the cotangent has {len(weights)} "
                "numbers; give one for each output"
            )
        checked = [x if isinstance(x, Value) else real(x, "a cotangent") for x in weights]
        return tuple(run.arguments(run.paths.pull(checked, live=run.live)))

    return run.value(), pull


def derivative(f: Function, order: int = 1) -> Function:
    """The derivative, of any order, of a function with respect to its first argument, a number.

    Uses forward mode. The other arguments may be anything.

    >>> derivative(lambda x: x**3)(2.0), derivative(lambda x: x**3, order=3)(2.0)
    (12.0, 6.0)
    """
    if order not in range(1000):
        raise ValueError(
            f"the order of a derivative must be a whole number from 0 to 999, got {order!r}"
        )

    @_derived(f, "derivative")
    def slope(x: Any, *others: Any, **kwargs: Any) -> Any:
        if not isinstance(x, Value) and not is_number(x):
            raise TypeError(
                f"derivative is for functions of one number, got {x!r}; use grad or jacobian"
            )
        return _pushed(f, (x, *others), kwargs, [0], [1.0])[1]

    return derivative(slope, order - 1) if order else f


def jacobian(f: Function, argnums: Argnums = 0, mode: str = "reverse") -> Function:
    """All partial derivatives of all outputs, nested like the output and then like the argument.

    ``mode`` is ``"reverse"`` (one sweep per output) or ``"forward"`` (one per input).

    >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    if mode not in {"reverse", "forward"}:
        raise ValueError(f"jacobian's mode must be 'reverse' or 'forward', got {mode!r}")

    @_derived(f, "jacobian")
    def matrix(*args: Any, **kwargs: Any) -> Any:
        run = _Run(f, args, kwargs, _positions(f, argnums, args))
        sweep: Callable[..., list[Any]] = run.paths.pull
        ends = range(len(run.outputs))
        if mode == "forward":
            sweep, ends = run.paths.push, range(len(run.inputs))
        rows = [sweep([float(i == j) for j in ends], live=run.live) for i in ends]
        if mode == "forward":  # these are columns, one for each input
            rows = [[column[k] for column in rows] for k in range(len(run.outputs))]
        shaped = [run.arguments(row) for row in rows]
        parts = [[row[i] for row in shaped] for i in range(len(run.rebuilds))]
        return _one(argnums, [run.rebuild_output(part) for part in parts])

    return matrix


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """All second partial derivatives of a function with one output.

    At a kink it differentiates the conventional slopes in `docs/conventions.md`: abs(x)**2 and
    hypot(x, y)**2 have the Hessian 0 at 0, although x**2 and x**2 + y**2 have 2.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    _derived(f, "hessian")
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Function, argnums: int = 0) -> Function:
    """The Hessian of f times a vector, without the Hessian: forward mode over reverse mode.

    The vector is the last positional argument; it has the shape of the differentiated argument.

    >>> hvp(lambda v: v[0] ** 2 * v[1])([2.0, 3.0], [1.0, 0.0])
    [6.0, 4.0]
    """

    @_derived(f, "hvp")
    def product(*args: Any, **kwargs: Any) -> Any:
        if len(args) < 2:
            raise TypeError(f"hvp(f) takes f's arguments and then a vector, got {len(args)}")
        *primals, vector = args
        position = _positions(f, argnums, primals)[0]
        return _pushed(grad(f, position), primals, kwargs, [position], [vector])[1]

    return product
