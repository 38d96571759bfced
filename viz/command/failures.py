"""How a command fails: one short message on standard error, and an exit code that says why."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

import click

from autograd import AutogradError
from autograd.formula import ExpressionError

from ..errors import RenderError

WRONG, UNREADABLE, UNDECIDED, UNABLE = 1, 2, 3, 4  # exit codes


_FUNCTION = re.compile(r"^(draw|explain|player): ")  # the user called none


class Failure(click.ClickException):
    """The command or the formula cannot be read, or not be computed."""

    exit_code = UNREADABLE


class Unable(Failure):
    """A file cannot be written, or something needed is not installed."""

    exit_code = UNABLE


@contextlib.contextmanager
def told(about: str = "") -> Iterator[None]:
    """Errors that a user can cause become failures; ``about`` says where, as ``"w=?: "``."""
    try:
        yield
    except RenderError as error:
        raise Unable(str(error)) from error
    except (AutogradError, ValueError, TypeError, RecursionError) as error:
        notes = getattr(error, "__notes__", [])
        raise Failure("\n".join([f"{about}{_message(error)}", *notes])) from error
    except ImportError as error:
        raise Unable(str(error)) from error
    except OSError as error:
        if error.filename is None:
            raise  # of the output; `stopped` tells it
        raise Unable(f"{error.filename}: {error.strerror or error}") from error


def _message(error: Exception) -> str:
    """The text of an error; a formula's sentences do not start with what Python calls it."""
    text = str(error) or type(error).__name__
    return text if isinstance(error, ExpressionError) else _FUNCTION.sub("", text)


def refuse_file(path: str) -> None:
    """Fail if a file cannot be made there, before anything is computed."""
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        raise Unable(f"-o {path}: there is no folder {folder!r}; make it first")
    if os.path.isdir(path):
        raise Unable(f"-o {path}: this is a folder; give the name of a file in it")
