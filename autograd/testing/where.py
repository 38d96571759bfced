"""Where a user's function is written, for tracebacks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NoReturn


def raise_at(f: Callable[..., Any], error: BaseException) -> NoReturn:
    """Raise ``error`` so that its traceback shows the line ``def f(...)``, where there is one.

    A property test is called by pytest, by hypothesis and by us: no frame of the traceback would
    be the user's. So the error is raised by code that says it stands there.
    """
    __tracebackhide__ = True
    code = getattr(f, "__code__", None)
    if code is None:
        raise error
    line = _line_of_def(f, code.co_firstlineno)
    here = compile("\n" * (line - 1) + "raise error", code.co_filename, "exec")
    exec(here.replace(co_name=code.co_name), {"error": error})  # noqa: S102 - one line of ours
    raise AssertionError  # never


def _line_of_def(f: Callable[..., Any], first: int) -> int:
    """The line with ``def``, below any decorators."""
    try:
        lines = inspect.getsourcelines(f)[0]
    except (OSError, TypeError):
        return first
    below = [k for k, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))]
    return first + (below[0] if below else 0)
