"""How a command ends that cannot go on: with an exit code that is no verdict on a gradient."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

import click

from .failures import Unable

INTERRUPTED = 130  # 128 + SIGINT: what a shell says of a program that Ctrl-C ended
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
