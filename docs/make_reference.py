"""Write docs/reference.md, every public name with a line: ``python docs/make_reference.py``.

A test checks that the page equals this script's output, so a new public name appears twice in a
change: where a package's ``__init__`` imports it, and on this page.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from autograd import Op

PAGE = Path(__file__).with_name("reference.md")
PACKAGES = ("autograd", "nn", "viz")

HEAD = """# All public names

Made from the docstrings by `python docs/make_reference.py`; a test checks that it is up to date.
`help(name)` says more, with an example. Anything not listed here is not public, and may change in
any version.

Modules are loaded when they are first used: after `import autograd`, `autograd.testing` works.
`from autograd import *` imports neither modules nor names that Python itself has (`abs`, `pow`,
`sum`), so Python's own functions still work; write `autograd.sum` for ours.
"""

KINDS: dict[str, Callable[[Any], bool]] = {
    "Modules": inspect.ismodule,
    "Errors": lambda x: inspect.isclass(x) and issubclass(x, BaseException),
    "Classes": inspect.isclass,
    "Operations": lambda x: isinstance(x, Op),
    "Functions": callable,
}
OPERATIONS = """Rows of the operation table, with their slopes towards x, y and w; z is the result.
[Conventions](conventions.md) says more."""


def names(module: ModuleType) -> list[str]:
    """The public names of a package, or of a module that lists its own."""
    found = dir(module) if hasattr(module, "__path__") else module.__all__
    return sorted(name for name in found if not name.startswith("_"))


def modules(package: str) -> Iterator[ModuleType]:
    """A package and its public modules, except the table, whose rows are public names."""
    top = import_module(package)
    inside = [getattr(top, name) for name in names(top)]
    yield top
    yield from (x for x in inside if inspect.ismodule(x) and x.__name__ != "autograd.ops")


def line(thing: Any) -> str:
    """A description for one line of a table: for an operation, its slopes and what it needs.

    For anything else, the first sentence of its docstring.
    """
    if isinstance(thing, Op):
        slopes = ", ".join(f"`{formula}`" for formula in thing.formulas)
        needs = f"; needs {thing.requirement()}" * bool(thing.requirement())
        return f"slope {slopes}{needs}" if slopes else "any number of operands"
    text = " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?]) (?=[A-Z`])", text)[0]
    return sentence.rstrip(":").replace("``", "`").replace("|", "\\|")


def section(module: ModuleType) -> Iterator[str]:
    """The lines of one module's part of the page."""
    yield f"\n{'##' if module.__name__ in PACKAGES else '###'} {module.__name__}\n\n{line(module)}"
    rest = {name: getattr(module, name) for name in names(module)}
    for kind, belongs in KINDS.items():
        found = {name: thing for name, thing in rest.items() if belongs(thing)}
        rest = {name: thing for name, thing in rest.items() if name not in found}
        if found:
            note = f"{OPERATIONS}\n\n" if kind == "Operations" else ""
            yield f"\n{note}| {kind} | |\n|---|---|"
            yield from (f"| `{name}` | {line(thing)} |" for name, thing in found.items())
    if rest:
        raise SystemExit(f"{module.__name__}: no kind fits {', '.join(rest)}")


def page() -> str:
    """The whole page."""
    every = (module for package in PACKAGES for module in modules(package))
    return HEAD + "\n".join(line for module in every for line in section(module)) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
