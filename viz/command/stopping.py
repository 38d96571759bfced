"""How a command ends that cannot go on: with an exit code that is no verdict on a gradient."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

import click

from ..starting import INTERRUPTED
from .failures import UNABLE, Unable

UNREAD = 141  # 128 + SIGPIPE: what it says of one whose output nobody reads any more


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
