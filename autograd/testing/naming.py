"""Names for the numbers of a point and of a result: ``weights[3][1]``, from f's parameters."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..primitive import Op


def function_name(f: Callable[..., Any]) -> str:
    """What f is called in words."""
    if isinstance(f, Op):
        return f.name
    if isinstance(f, functools.partial):
        return function_name(f.func)
    name: str = getattr(f, "__name__", type(f).__name__)
    return "the function" if name == "<lambda>" else name


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of f's first ``count`` parameters; ``x[0]``, ``x[1]`` where they have none.

    >>> argument_names(lambda weights, *others: 0.0, 3)
    ['weights', 'others[0]', 'others[1]']
    """
    if isinstance(f, Op) and f.arity is not None and f.arity <= 3:
        return ["x", "y", "w"][:count]
    import inspect  # noqa: PLC0415 - costs milliseconds, and only checks ask

    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (ValueError, TypeError):  # a built-in that does not say
        parameters = []
    names: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}[{i}]" for i in range(count - len(names))]
        elif parameter.kind not in {parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD}:
            names.append(parameter.name)
    if len(names) < count:
        return ["x"] if count == 1 else [f"x[{i}]" for i in range(count)]
    return names[:count]


def output_names(f: Callable[..., Any], result: Any) -> list[str]:
    """A name for every number that f returned.

    >>> output_names(lambda x: [x, x], [1.0, 2.0])
    ['output[0]', 'output[1]']
    """
    name = function_name(f)
    return leaf_names("output" if name == "the function" else name, result)


def leaf_names(name: str, tree: Any) -> list[str]:
    """A name for every number of a nested argument, in the order of `trees.flatten`.

    >>> leaf_names("w", {"a": [1.0, 2.0], "b": 3.0})
    ["w['a'][0]", "w['a'][1]", "w['b']"]
    """
    if isinstance(tree, dict):
        return [n for key, part in tree.items() for n in leaf_names(f"{name}[{key!r}]", part)]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        pairs = zip(tree._fields, tree, strict=True)
        return [n for field, part in pairs for n in leaf_names(f"{name}.{field}", part)]
    if isinstance(tree, (list, tuple)):
        return [n for i, part in enumerate(tree) for n in leaf_names(f"{name}[{i}]", part)]
    shape = getattr(tree, "shape", ())
    if hasattr(tree, "__array__") and shape != ():
        return [name + "".join([f"[{i}]" for i in index]) for index in _indices(shape)]
    return [name]


def _indices(shape: Sequence[int]) -> list[tuple[int, ...]]:
    """All indices of an array of this shape, the last one running fastest."""
    found: list[tuple[int, ...]] = [()]
    for length in shape:
        found = [(*index, i) for index in found for i in range(length)]
    return found
