"""Looks up names that users type; for an unknown name the error suggests the nearest match.

Names that users of PyTorch and Keras try first are in elsewhere.txt, with what to write instead.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import partial
from pkgutil import get_data
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


def _table(title: str) -> dict[str, str]:
    """One part of the file: what to write for each name; a keyword's name is both words."""
    lines = _TEXT.partition(f"[{title}]\n")[2].partition("\n[")[0].splitlines()
    found = {}
    for names, _, cure in [line.partition(": ") for line in lines]:
        for name in [names] if title == "calls" else names.split():
            found[name] = cure.replace("{name}", name)
    return found


# Not opened as a file: a package may be imported from a zip.
_TEXT = (get_data(__package__, "elsewhere.txt") or b"").decode()
IN_NN, IN_MODULES = _table("nn"), _table("modules")
IN_CALLS = _table("calls")
KEYWORDS = _table("keywords")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most similar to ``name``; empty if none is similar.

    >>> nearest("rleu", ["relu", "tanh"]), nearest("rleu", ["tanh"])
    ('relu', '')
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else ""


def meant(name: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: which was probably meant, and which exist.

    >>> meant("rleu", ["relu", "tanh"]), meant("x", ["relu"])
    ("; did you mean 'relu'? There are: relu, tanh", '. There are: relu')
    """
    names = list(known)
    match = nearest(name, names)
    hint = f"; did you mean {match!r}?" if match else "."
    return f"{hint} There are: {', '.join(names)}"


def misfit(wanted: Iterable[str], given: Iterable[str]) -> str:
    """Which wanted names are missing, and which given names are unknown; empty if none.

    >>> misfit(["w", "scale"], ["w", "scales"])
    "lacks 'scale' (nearest: 'scales') and has unknown 'scales' (nearest: 'scale')"
    """
    wanted, given = dict.fromkeys(wanted), dict.fromkeys(given)
    missing = [name for name in wanted if name not in given]
    unknown = [name for name in given if name not in wanted]
    complaints = [f"lacks {_listed(missing, unknown)}"] * bool(missing)
    complaints += [f"has unknown {_listed(unknown, missing or list(wanted))}"] * bool(unknown)
    return " and ".join(complaints)


def _listed(names: list[str], others: list[str]) -> str:
    """Up to three names in quotes; a single one with the nearest name from the other side."""
    quoted = ", ".join(map(repr, names[:3]))
    if len(names) > 3:
        return f"{quoted} and {len(names) - 3} more"
    match = nearest(names[0], others) if len(names) == 1 else ""
    return f"{quoted} (nearest: {match!r})" if match else quoted


def look_up(name: Any, known: Mapping[str, T], what: str, otherwise: str = "") -> T:
    """The entry called ``name``; the error says which names exist and which was probably meant.

    >>> look_up("rleu", {"relu": 1, "tanh": 2}, "activation")
    Traceback (most recent call last):
    ValueError: unknown activation 'rleu'; did you mean 'relu'? There are: relu, tanh
    """
    names = ", ".join(known)
    if not isinstance(name, str):
        instead = f", or {otherwise}" if otherwise else ""
        raise TypeError(f"the {what} must be a name{instead}, got {name!r}; there are: {names}")
    if name in known:
        return known[name]
    raise ValueError(f"unknown {what} {name!r}{meant(name, known)}")


def name_in(known: Mapping[str, Any], x: Any) -> str | None:
    """The name of x in ``known``, also if x is a partial of an entry; None if it is not there.

    >>> name_in({"largest": max}, partial(max, key=abs)), name_in({"largest": max}, min)
    ('largest', None)
    """
    while isinstance(x, partial):
        x = x.func
    return next((name for name, one in known.items() if one is x), None)


def signature(function: Any) -> inspect.Signature | None:
    """The signature of a function; None if it has none, like some functions written in C."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def helped(cure: Callable[..., str] | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator: if a function is called with wrong arguments, the error says what to write.

    ``cure`` gets the arguments, and may say what to write if there are too few or too many.

    >>> @helped()
    ... def train(model, *, lr=0.1, optimizer="sgd"): ...
    >>> train("model", optimiser="adam")
    Traceback (most recent call last):
    TypeError: train has no 'optimiser'; write optimizer='adam'
    >>> train("model", 0.5)
    Traceback (most recent call last):
    TypeError: train(model) got 2 arguments without a name; the others have one: lr, optimizer
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def inside(*args: P.args, **options: P.kwargs) -> T:
            try:
                return function(*args, **options)
            except TypeError as error:
                # Only if the call itself failed: no line of the function has run.
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise
                said = _said(function, args, options, cure)
                raise TypeError(said or str(error).replace(".__init__()", "()")) from None

        return inside

    return decorate


def _said(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    options: Mapping[str, Any],
    cure: Callable[..., str] | None,
) -> str:
    """What is wrong with a call, and what to write; empty if Python's own message is enough."""
    known = dict(inspect.signature(function).parameters)
    owner, _, title = function.__qualname__.rpartition(".")
    if owner and not owner.endswith("<locals>"):  # a method
        title = owner.rpartition(".")[2] if title == "__init__" else title
        del known[next(iter(known))]
        args = args[1:]
    unknown = next((name for name in options if name not in known), None)
    if unknown is not None:
        x, lr = map(_short, (options[unknown], options.get("lr", ...)))
        if there := IN_CALLS.get(f"{title} {unknown}"):
            written = there.format(x=x, lr=lr, truth=bool(options[unknown]))
            return f"{title} has no {unknown!r}; {written}"
        for keyword in KEYWORDS.get(unknown, "").split():
            if keyword in known:
                return f"{title} has no {unknown!r}; write {keyword}={x}"
        match = nearest(unknown, known)
        hint = f"; did you mean {match}=?" if match else f"; it takes {', '.join(known)}"
        return f"{title} has no {unknown!r}{hint}"
    if cure is not None and (written := cure(*args, **options)):
        return f"{title} {written}"
    places = [name for name, p in known.items() if p.kind is not p.KEYWORD_ONLY]
    if len(args) <= len(places):
        return ""
    rest = [name for name in known if name not in places]
    others = f"; the others have one: {', '.join(rest)}" if rest else ""
    return f"{title}({', '.join(places)}) got {len(args)} arguments without a name{others}"


def _short(x: Any) -> str:
    return repr(x)[:40] if isinstance(x, (float, int, str)) else "..."
