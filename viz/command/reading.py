"""What all commands share: how a formula is read, and how they end.

They end with a file in the browser, or with one short message and an exit code.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import io
import os
import pathlib
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import click

from autograd import AutogradError, Value, constant
from autograd.formula import ExpressionError, Formula, calculate, parse
from autograd.formula.tokens import MAX_LENGTH
from autograd.formula.vocabulary import CONSTANTS, function

from ..checks import did_you_mean
from ..showing import RenderError, open_file, waiting
from ..starting import INTERRUPTED

ASSIGNMENT = "NAME=VALUE"
_MOST_NAMED = 10


class FormulaCommand(click.Command):
    """A command whose formula may begin with a minus sign."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, after every formula among the words has been told from options."""
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        valued = {name for one in options if not one.is_flag for name in one.opts}
        ends = args.index("--") if "--" in args else len(args)
        names = {found[1] for word in args if (found := _GIVEN.match(word))}
        words = [
            _with_a_true_minus(word) if before not in valued and _is_negative(word, names) else word
            for before, word in zip(["", *args], args[:ends], strict=False)
        ]
        try:
            return super().parse_args(ctx, [*words, *args[ends:]])
        except click.NoSuchOption as error:
            if error.option_name.startswith("--"):
                raise
            raise click.UsageError(
                f"there is no option {error.option_name}. If this is a formula that begins with a "
                f'minus sign, write it after two dashes: {ctx.command_path} x=3 -- "-x**2"',
                ctx,
            ) from None


_GIVEN = re.compile(r"(?:-c|--const=)?\s*(\w+)\s*=")
_NAME = re.compile(r"(?<!\w)[^\W\d]\w*")


def _is_negative(word: str, names: set[str]) -> bool:
    """Whether this is a formula that begins with a minus sign: ``-cos(x)`` is, ``-cy=1`` is not.

    One letter or word, as in ``-x``, stays an option; so does what might be a file's name after
    ``-o``, unless all ``names`` in it are given numbers.
    """
    formula = word[1:]
    if not re.match(r"-[^-].*[*/^+(·-]|-[\d.]", word) or _is_assignment(formula):
        return False
    if word.startswith("-c") and _is_assignment(word[2:]):
        return False
    found = _NAME.findall(formula)
    return not word.startswith("-o") or all(
        name in names or name in CONSTANTS or function(name) for name in found
    )


def _with_a_true_minus(formula: str) -> str:
    """The same formula, with the sign of mathematics, which begins no option."""
    return f"−{formula[1:]}"


def reads_formula(command: Callable[..., None]) -> Callable[..., None]:
    """Arguments EXPR and NAME=VALUE for a command, which gets the `Formula` instead of them."""

    @click.argument("words", nargs=-1, required=True, metavar="EXPR [NAME=VALUE]...")
    @click.option(
        "-c", "--const", "constants", multiple=True, metavar=ASSIGNMENT,
        help="A constant: a number that gets no gradient.",
    )  # fmt: skip
    @functools.wraps(command)
    def reading(words: Sequence[str], constants: Sequence[str], **options: Any) -> None:
        command(read(words, constants), **options)

    return reading


def read(words: Sequence[str], constants: Sequence[str]) -> Formula:
    """The formula of a command line: the one word that gives no name its number, and the others."""
    text, assignments = _sorted(words)
    if text == "-":
        text = _from_standard_input()
    numbers: dict[str, Any] = {}
    for assignment in (*assignments, *constants):
        name, value = assigned(assignment)
        if name in numbers:
            raise Failure(f"{name} is given twice; give it one number")
        with told(f"{assignment}: "):
            numbers[name] = calculate(value, numbers)
    fixed = {assigned(assignment)[0] for assignment in constants}
    with told():
        formula = parse(
            text,
            {name: _constant(x, name) if name in fixed else x for name, x in numbers.items()},
        )
    if formula.unused:
        click.echo(f"Note: the formula does not use {', '.join(formula.unused)}", err=True)
    return formula


def assigned(word: str) -> tuple[str, str]:
    """The name and the text of NAME=VALUE."""
    name, sign, value = word.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise Failure(
            f"{word!r} is not {ASSIGNMENT}, such as w=0.5, without blanks. A formula with blanks "
            'stands in quotation marks: "w*x + b"'
        )
    return name.strip(), value.strip()


def named(option: str, text: str, formula: Formula, names: Mapping[str, Any]) -> Value:
    """The variable that an option names, ``w`` or ``w[0]``, among the ``names`` it may be."""
    name = text.partition("[")[0].strip()
    if name not in names:
        if name in formula.names:
            raise Failure(f"{option}: {name} is computed, not given; write {_among(names)}")
        otherwise = f"write {_among(names)}" if names else "the formula has no names"
        raise Failure(f"{option}: there is no {name!r}{did_you_mean(name, names, otherwise)}")
    if isinstance(names[name], list) and "[" not in text:
        raise Failure(f"{option}: {name} is a list; take one of its numbers, as {name}[0]")
    with told(f"{option}: "):
        found = parse(text, names).value
    if not any(found is leaf for leaf in _leaves(names[name])):
        raise Failure(f"{option}: this is no name; write {_among(names)}")
    if found.kind == "constant":
        raise Failure(
            f"{option}: {text} is a constant, so no gradient is asked of it; a number that is "
            "given without -c is a variable"
        )
    return found


def refuse_constants(formula: Formula) -> None:
    """Fail if there is no gradient to show."""
    if formula.value.kind == "constant":
        raise Failure(
            "the formula has no variables, so there are no gradients; give it one as w=0.5, "
            "without -c"
        )


def _among(names: Mapping[str, Any]) -> str:
    if len(names) > _MOST_NAMED:
        return f"one of {', '.join(list(names)[:_MOST_NAMED])}, …"
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, list):
        for part in tree:
            yield from _leaves(part)
    else:
        yield tree


def _sorted(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The formula, which stands first, or, after two dashes, last; and the assignments."""
    if _is_assignment(words[0]) and not _is_assignment(words[-1]):
        return words[-1], words[:-1]
    return words[0], words[1:]


def _is_assignment(word: str) -> bool:
    name, sign, value = word.partition("=")
    return bool(sign) and name.strip().isidentifier() and ";" not in value


def _from_standard_input() -> str:
    if sys.stdin is None:  # the shell closed it: <&-
        raise Failure("standard input is closed; a formula is read from it")
    try:
        text = sys.stdin.read(MAX_LENGTH + 1)
        text.encode()  # bytes that are no text may have been let through, as surrogates
    except UnicodeError as error:
        raise Failure("standard input is no text; a formula is read from it") from error
    except OSError as error:
        raise Failure(f"standard input cannot be read: {error.strerror or error}") from error
    return text.removeprefix("\ufeff")  # with which Windows begins a text


def _constant(tree: Any, name: str) -> Any:
    if isinstance(tree, list):
        return [_constant(part, f"{name}[{k}]") for k, part in enumerate(tree)]
    return constant(tree, label=name)


# --- how commands end -----------------------------------------------------------------------------

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
