"""How commands end: with a file in the browser, or with one short message and an exit code."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import pathlib
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import NoReturn

import click

from autograd import AutogradError
from autograd.formula import ExpressionError

from ..errors import RenderError
from ..showing import open_file, waiting
from ..starting import INTERRUPTED

WRONG, UNREADABLE, UNDECIDED, UNABLE = 1, 2, 3, 4  # exit codes
UNREAD = 141  # 128 + SIGPIPE: what it says of one whose output nobody reads any more


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
        with waiting("still working"):
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


# --- files that are shown in the browser ---------------------------------------------------------


def in_browser(path: str) -> None:
    """Show a file in the browser, or say that there is none."""
    if not open_file(path):
        click.echo(f"Note: no browser was found; open {path} in yours", err=True)


def temporary(name: str) -> str:
    """A path for a file that nobody asked to keep; it stays, for the browser reads it later."""
    return str(pathlib.Path(tempfile.mkdtemp(prefix="glassgrad-")) / name)


# --- Ctrl-C, and an output that nobody reads ------------------------------------------------------


@contextlib.contextmanager
def stopped() -> Iterator[None]:
    """Ctrl-C and an output that is read no further end it without a word; a full disk with one.

    Click itself would exit with 1, which says that a gradient is wrong.
    """
    try:
        yield
    except KeyboardInterrupt:
        click.echo(err=True)  # the line on which the terminal wrote ^C ends here
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _discard_the_rest()
        sys.exit(UNREAD)
    except OSError as error:
        _discard_the_rest()
        raise Unable(f"the output cannot be written: {error.strerror or error}") from error


def _discard_the_rest() -> None:
    """What is still in the buffer goes nowhere when Python ends, rather than failing again."""
    with contextlib.suppress(OSError, ValueError):  # an output that is no file has no such end
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


class Closed(io.TextIOBase):
    """An output that the shell has closed, as with ``>&-``; click would write nothing, silently."""

    def write(self, _: str) -> NoReturn:
        """Fail, as a file does that is closed."""
        raise OSError(errno.EBADF, "it is closed")


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """An error that cannot even be told, since standard error is full or closed, is no verdict."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(UNREAD)
    except OSError:
        sys.exit(UNABLE)
