"""The report of a failed gradient check: a folder with its source, its table and its pictures.

Written by the pytest plugin for ``--gradcheck-report DIR``, one folder for each failing test, and
by `write_report` for anybody else. Every file is written whole or not at all, and the folder of a
test has the same name in every run, so that several workers can write at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import os
import re
from collections.abc import Iterator, Sequence

from autograd.files import file_name, write_whole
from autograd.testing import GradientMismatch

from .draw import VIEWS
from .gradcheck import draw_mismatch
from .showing import RenderError

__all__ = ["write_report"]

PAGE, SOURCE, TABLE = "index.html", "source.py", "table.txt"
MARK = '<meta name="generator" content="glassgrad gradcheck">'
_LONGEST_NAME = 60

_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{mark}
<title>{title}</title>
<style>
body {{ font-family: sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }}
pre {{ background: #f6f8fa; color: #1f2328; overflow-x: auto; padding: 1em; }}
img {{ max-width: 100%; }}
</style>
</head>
<body>
<h1>{title}</h1>
"""


def write_report(error: GradientMismatch, folder: str | os.PathLike[str], title: str = "") -> str:
    """Write what a failed check found into a folder, which is made if need be; return its page.

    ``source.py`` shows the mismatch again, ``table.txt`` is the verdict, ``forward.svg`` and
    ``backward.svg`` are the pictures of both passes (``.txt`` where no engine draws), and
    ``index.html`` shows them all.

    >>> import tempfile
    >>> from autograd.testing import check_gradients
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     try:
    ...         check_gradients(lambda x: x**3, 2.0, gradient=lambda x: 3.0 * x)
    ...     except GradientMismatch as error:
    ...         page = write_report(error, folder)
    ...     sorted(os.listdir(folder))
    ['backward.svg', 'forward.svg', 'index.html', 'source.py', 'table.txt']
    """
    folder = os.fspath(folder)
    os.makedirs(file_name(folder), exist_ok=True)
    pictures = [_picture(error, view) for view in VIEWS]
    files = {
        SOURCE: error.reproduction + "\n",
        TABLE: "\n".join([*([error.cause] if error.cause else []), str(error.verdict), ""]),
        **dict(pictures),
    }
    for name, text in files.items():
        _write(folder, name, text)
    _write(folder, PAGE, _page(title or f"the gradient of {error.verdict.function}", error, files))
    for name in _picture_names():  # of an earlier run, whose pictures were of the other kind
        if name not in files:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, name))
    return os.path.join(folder, PAGE)


def report_test(error: BaseException, folder: str, test: str) -> list[str]:
    """Write a report of each mismatch within the error of a test; the pages, below ``folder``.

    Several of them come in an exception group, or one as the cause of another.
    """
    pages = []
    for number, mismatch in enumerate(_mismatches(error), start=1):
        name = folder_name(test) + (f"-{number}" if number > 1 else "")
        pages.append(write_report(mismatch, os.path.join(folder, name), test))
    return pages


def write_index(folder: str, failures: Sequence[tuple[str, str]]) -> str | None:
    """Write the page that lists (test, page) of this run; where it is, or None if none is needed.

    Without failures only a list of an earlier run is replaced.
    """
    page = os.path.join(folder, PAGE)
    if not failures and not _is_ours(page):
        return None
    lines = [_HEAD.format(mark=MARK, title="gradient checks that failed")]
    for test, path in failures:
        target = os.path.relpath(path, folder).replace(os.sep, "/")
        lines.append(f'<p><a href="{html.escape(target)}">{html.escape(test)}</a></p>\n')
    if not failures:
        lines.append("<p>none</p>\n")
    _write(folder, PAGE, "".join([*lines, "</body>\n</html>\n"]))
    return page


def folder_name(test: str) -> str:
    """A folder for a test: readable, safe in every file system, and no other test's.

    >>> folder_name("tests/test_mine.py::test_cube[x-1.0]")
    'test-mine-py-test-cube-x-1-0-e14e86eb'
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "-", test.rpartition("/")[2]).strip("-")
    digest = hashlib.sha256(test.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable[:_LONGEST_NAME]}-{digest}"


# --- parts ----------------------------------------------------------------------------------------


def _mismatches(error: BaseException) -> Iterator[GradientMismatch]:
    """Every mismatch in a tree of groups and causes, each once."""
    stack, seen = [error], set()
    while stack:
        found = stack.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, GradientMismatch):
            yield found
            continue
        inner = found.exceptions if isinstance(found, BaseExceptionGroup) else ()
        causes = (found.__context__, found.__cause__)
        stack += [*(cause for cause in causes if cause is not None), *reversed(inner)]


def _picture(error: GradientMismatch, view: str) -> tuple[str, str]:
    """The name and the text of the picture of one pass."""
    picture = draw_mismatch(error, view=view)
    try:
        return f"{view}.svg", picture.svg()
    except RenderError as failure:
        return f"{view}.txt", f"{picture.text()}({failure})\n"


def _picture_names() -> list[str]:
    return [f"{view}.{suffix}" for view in VIEWS for suffix in ("svg", "txt")]


def _page(title: str, error: GradientMismatch, files: dict[str, str]) -> str:
    parts = [_HEAD.format(mark=MARK, title=html.escape(title))]
    if error.cause:
        parts.append(f"<p>{html.escape(error.cause)}</p>\n")
    for name in (TABLE, SOURCE):
        parts.append(f'<h2><a href="{name}">{name}</a></h2>\n')
        parts.append(f"<pre>{html.escape(files[name])}</pre>\n")
    for view in VIEWS:
        parts.append(f"<h2>{view}</h2>\n")
        name = next(name for name in files if name.startswith(view))
        if name.endswith(".svg"):
            alt = f"the {view} pass, with what is wrong marked in words"
            parts.append(f'<p><a href="{name}"><img src="{name}" alt="{alt}"></a></p>\n')
        else:
            parts.append(f"<pre>{html.escape(files[name])}</pre>\n")
    return "".join([*parts, "</body>\n</html>\n"])


def _is_ours(page: str) -> bool:
    try:
        with open(page, encoding="utf-8", errors="replace") as file:
            return MARK in file.read(1000)
    except OSError:
        return False


def _write(folder: str, name: str, text: str) -> None:
    # Labels are the user's and may hold half a character, which UTF-8 has no code for.
    write_whole(os.path.join(folder, name), text.encode("utf-8", "replace"))
