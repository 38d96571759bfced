"""`check_gradients`: one function, one point, one verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .. import functional
from ..graph import Graph
from ..numbers import real
from ..trees import flatten
from . import plain, results
from .judge import Judged
from .outcome import Entry, GradientMismatch, Verdict, gravest
from .recording import OUTSIDE, Call, Recording
from .results import argument_names, function_name, leaf_names, unsteady
from .rows import Fault
from .second import excused, lost_slopes, places_of, without
from .source import reproduction

CONSTANT = "constant everywhere"
CONVENTIONAL = {"kink", "convention"}
NOT_RECORDED = (
    "no operation is to blame: what was recorded is not the function (a number taken out with "
    ".data, or a choice made outside where?)"
)


def check_gradients(
    f: Callable[..., Any],
    point: Any,
    gradient: Callable[..., Any] | None = None,
    *,
    order: int = 1,
    seed: int = 0,
) -> Verdict:
    """Compare a gradient with measured slopes; raise `GradientMismatch` if it is wrong.

    A function of Values is judged by its parts. The recording must describe the function; the
    slopes of every operation must be right, and so must every sum in the passes; and the whole must
    agree in high precision. With ``gradient``, f is any function of plain numbers or arrays, and
    ``gradient`` is the claimed gradient or Jacobian, which is compared with differences of f. There
    is no tolerance to choose.

    >>> from autograd import tanh
    >>> verdict = check_gradients(lambda w, x: tanh(w[0] * x + w[1]), ([0.5, -1.0], 2.0))
    >>> verdict.outcome, [entry.name for entry in verdict.entries]
    ('right', ['w[0]', 'w[1]', 'x'])
    >>> check_gradients(lambda x: x**3, 2.0, gradient=lambda x: 3.0 * x)
    Traceback (most recent call last):
    autograd.testing.outcome.GradientMismatch: the gradient of the function by x is 6.0, and ...

    Parameters
    ----------
    f:
        A function of Values, or with ``gradient`` of plain numbers; it returns one number or nested
        lists of them.
    point:
        Where to check: a tuple holds the arguments, anything else is the only argument. Arguments
        are numbers, or lists, dicts, tuples and arrays of numbers.
    gradient:
        A function of the same arguments. Its result is nested like the argument, or is an array
        with as many numbers. For several arguments it is a tuple with one part for each. For
        several outputs it is the Jacobian, with a row for each output and a column for each number
        of the point; for several arguments it may be a tuple with one Jacobian for each. A list
        that can be the matrix is read as the matrix: ``[[a, b], [c, d]]`` has two rows.
    order:
        2 also checks the second derivatives: those of f's gradient.
    seed:
        For the random directions in which the point is moved a little.

    Returns
    -------
    A `Verdict`, which explains its ``outcome``.

    Raises
    ------
    GradientMismatch
        if the gradient is wrong, naming the entry and the operation to blame.
    """
    __tracebackhide__ = True  # pytest then shows the line of the test
    if not callable(f):
        raise TypeError(
            f"check_gradients takes a function and a point, got {f!r}; "
            "write check_gradients(f, (2.0, 3.0))"
        )
    results.check_claim(gradient, "check_gradients")
    if order not in {1, 2}:
        raise ValueError(f"check_gradients checks derivatives of order 1 or 2, got order={order!r}")
    if gradient is not None and order != 1:
        raise ValueError(
            "with gradient= only first derivatives are checked; check the Hessian as the Jacobian "
            "of the gradient: check_gradients(gradient, point, hessian)"
        )
    task = _Task(f, point, gradient=gradient, order=order, seed=seed)
    verdict = task.verdict()
    if order == 2 and verdict.outcome in {"right", "kink", "stop", "convention"}:

        def gradient_of(*arguments: Any) -> Any:
            return functional.jacobian(f, tuple(range(len(arguments))))(*arguments)

        second = _Task(gradient_of, point, order=order, seed=seed, of=f, first=verdict).verdict()
        return second if second.outcome != "right" else _joined(verdict, second)
    return verdict


def _joined(first: Verdict, second: Verdict) -> Verdict:
    """The verdict on first and second derivatives together, in this order."""
    notes = tuple(dict.fromkeys(first.notes + second.notes))
    return replace(first, entries=first.entries + second.entries, order=2, notes=notes)


class _Task:
    """One function at one point."""

    def __init__(
        self,
        f: Callable[..., Any],
        point: Any,
        *,
        order: int,
        seed: int,
        gradient: Callable[..., Any] | None = None,
        of: Callable[..., Any] | None = None,
        first: Verdict | None = None,
    ) -> None:
        self.f, self.point, self.gradient, self.order, self.seed = f, point, gradient, order, seed
        self.original = of or f
        self.is_second = of is not None
        self.first = first
        self.arguments = point if _is_arguments(point) else (point,)
        what = f"an argument of {function_name(self.original)}"
        leaves, self.rebuild = flatten(tuple(self.arguments))
        self.xs = [real(x.data if hasattr(x, "backward") else x, what) for x in leaves]
        labels = argument_names(self.original, len(self.arguments))
        self.names = [
            name
            for argument, label in zip(self.arguments, labels, strict=True)
            for name in leaf_names(label, argument)
        ]

    def flat(self, f: Callable[..., Any]) -> Call:
        """F as a function of one flat list of its numbers."""

        def call(numbers: list[Any]) -> Any:
            __tracebackhide__ = True
            return f(*self.rebuild(numbers))

        return call

    def verdict(self) -> Verdict:
        """The verdict; raises `GradientMismatch` if the gradient is wrong."""
        __tracebackhide__ = True
        if not self.xs:
            return self._verdict((), (f"{function_name(self.f)} has no numbers to change",))
        if not all(map(math.isfinite, self.xs)):
            return self._undecided("the point is not finite")
        return self._of_values() if self.gradient is None else self._of_plain_numbers()

    def _verdict(self, entries: tuple[Entry, ...], notes: tuple[str, ...] = ()) -> Verdict:
        outcome = gravest(entries)
        whys = [entry.why for entry in entries if entry.outcome == outcome and entry.why]
        found = self._undecided(whys[0] if whys and outcome != "right" else "")
        return replace(found, outcome=outcome, entries=entries, notes=notes)

    def _undecided(self, why: str) -> Verdict:
        name, order = function_name(self.original), 2 if self.is_second else 1
        return Verdict("undecided", name, self.point, (), order, why, seed=self.seed)

    # --- functions of Values ----------------------------------------------------------------------

    def _of_values(self) -> Verdict:
        __tracebackhide__ = True
        try:
            call = self.flat(self.f)
            recording = Recording(self.original, call, self.xs, self.names)
        except OUTSIDE as error:
            return self._undecided(f"outside the domain: {error}")
        judged = Judged(recording, seed=self.seed)
        for name, value in zip(recording.output_names, recording.values, strict=True):
            if not math.isfinite(value):
                shown = " ".join(["the value", name or "there", "is", repr(value)])
                return self._undecided(shown)
        again = judged.nudges.at_point
        if again and (why := unsteady(self.original, recording.values, again.values)):
            return self._undecided(why)
        return self._second(judged) if self.is_second else self._first(judged)

    def _first(self, judged: Judged) -> Verdict:
        __tracebackhide__ = True
        entries = tuple(judged.entries())
        verdict = self._verdict(entries, tuple(_notes(judged, entries)))
        if verdict.outcome == "wrong":
            fault, graph = judged.rows.fault, judged.recording.graph
            raise self._mismatch(verdict, judged, fault, graph)
        return verdict

    def _second(self, judged: Judged) -> Verdict:
        """Second derivatives: checks the gradient as a function, its operations and those of f."""
        __tracebackhide__ = True
        assert self.first is not None
        first = Recording(self.original, self.flat(self.original), self.xs, self.names)
        widths = [len(flatten(argument)[0]) for argument in self.arguments]
        places = places_of(widths, len(first.outputs))
        judged.recording.output_names = [
            f"∂{first.output_names[k]}/∂{self.names[i]}" for k, i in places
        ]
        entries = tuple(judged.entries())
        fault, graph = judged.rows.fault, judged.recording.graph
        lost = [] if fault is not None else lost_slopes(first, self.seed)
        if lost:
            entries = without(lost, first, entries, places)
            fault, graph = lost[0], first.graph
        elif fault is None:
            at_kinks = {e.name for e in self.first.entries if e.outcome in CONVENTIONAL}
            entries = excused(entries, self.names, places, at_kinks)
        verdict = self._verdict(entries, tuple(_notes(judged, entries)))
        if verdict.outcome == "wrong":
            raise self._mismatch(verdict, judged, fault, graph)
        return verdict

    # --- who is to blame --------------------------------------------------------------------------

    def _mismatch(
        self, verdict: Verdict, judged: Judged, fault: Fault | None, graph: Graph
    ) -> GradientMismatch:
        entry = _worst(verdict.entries)
        operation, node, cause = None, None, entry.why
        if fault is not None:
            operation, node, cause = fault.operation, fault.node, str(fault)
        else:
            k = judged.recording.output_names.index(entry.output)
            node, operation = judged.recording.astray(k)
            if operation is not None:
                cause = (
                    f"the backward pass goes wrong at the operation {operation} (node %{node}), "
                    "although its slopes in the table are right"
                )
            elif not cause:
                cause = NOT_RECORDED
        return GradientMismatch(
            verdict,
            entry,
            operation=operation,
            node=node,
            cause=cause,
            reproduction=reproduction(
                self.original,
                self.arguments,
                order=self.order,
                seed=self.seed,
                graph=graph if operation is not None else None,
            ),
            graph=graph,
        )

    # --- plain functions --------------------------------------------------------------------------

    def _of_plain_numbers(self) -> Verdict:
        __tracebackhide__ = True
        assert self.gradient is not None
        claimed = self.gradient
        try:
            function = plain.PlainFunction(self.f, self.flat(self.f), self.xs, self.names)
            entries = function.entries(claimed, self.flat(claimed), self.arguments)
        except plain.UnsteadyError as error:
            return self._undecided(str(error))
        except (ArithmeticError, ValueError) as error:
            if not plain.is_outside(error):
                raise
            return self._undecided(f"outside the domain: {error}")
        verdict = self._verdict(tuple(entries))
        if verdict.outcome == "wrong":
            raise GradientMismatch(
                verdict,
                _worst(verdict.entries),
                cause=results.transposed(verdict.entries) or _worst(verdict.entries).why,
                reproduction=reproduction(self.f, self.arguments, gradient=claimed, seed=self.seed),
            )
        return verdict


def _notes(judged: Judged, entries: tuple[Entry, ...]) -> list[str]:
    """What a reader should know. If f uses an unrecorded number, a wrong entry shows it."""
    recording = judged.recording
    wrong = [entry for entry in entries if entry.outcome == "wrong"]
    moves, moved = {entry.name for entry in wrong}, {entry.output for entry in wrong}
    notes: dict[str, list[str]] = {}
    for name, place in zip(judged.names, recording.places, strict=True):
        if place is None:
            what = "used, but not recorded" if name in moves else "not used"
            notes.setdefault(what, []).append(name)
    for name, output in zip(recording.output_names, recording.outputs, strict=True):
        if output.kind == "constant":
            what = "recorded as a constant, but changes" if name in moved else CONSTANT
            notes.setdefault(what, []).append(name or "the output")
    return [f"{what}: {', '.join(names)}" for what, names in notes.items()]


def _is_arguments(point: Any) -> bool:
    return isinstance(point, tuple) and not hasattr(point, "_fields")


def _worst(entries: tuple[Entry, ...]) -> Entry:
    """The wrong entry with the largest error, relative to its bound."""

    def badness(entry: Entry) -> float:
        if entry.error is None or entry.bound is None:
            return 0.0
        return entry.error / entry.bound if entry.bound else math.inf

    return max((entry for entry in entries if entry.outcome == "wrong"), key=badness)
