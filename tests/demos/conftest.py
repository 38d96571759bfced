"""The demos, run once for all tests that read what they made, whichever worker these run in."""

import contextlib
import dataclasses
import io
import os
import pickle
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograd.files import write_whole
from demos import __main__ as everything
from demos import digits, failures, moons

COARSELY = 12
"""In so many points each way boundaries are drawn here."""


@dataclass(frozen=True)
class Made:
    code: int
    folder: Path
    text: str
    found: dict

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Everything that ``python -m demos --quick`` writes and prints.

    Of the workers of one run the first makes it; the others wait, and read what it kept.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demos"
    kept, busy = folder / "made.pickle", folder / "busy"
    folder.mkdir(exist_ok=True)
    while not kept.exists():
        try:
            busy.mkdir()
        except FileExistsError:
            time.sleep(0.1)
            continue
        try:
            if not kept.exists():
                write_whole(kept, pickle.dumps(_make(folder / "gallery")))
        finally:
            busy.rmdir()
    return pickle.loads(kept.read_bytes())  # noqa: S301 - it is our own


def _make(folder):
    found, words = {}, io.StringIO()

    def keeping(name, make):
        def keep(*args, **settings):
            found[name] = make(*args, **settings)
            return found[name]

        return keep

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(words):
        for module, name in ((moons, "FINE"), (moons, "COARSE"), (failures, "RESOLUTION")):
            patch.setattr(module, name, COARSELY)
        patch.setattr(moons, "learn", keeping("moons", moons.learn))
        patch.setattr(digits, "learn", keeping("digits", digits.learn))
        makers = [keeping(make.__name__, make) for make in failures.FAILURES]
        patch.setattr(failures, "FAILURES", makers)
        code = everything.main(["--quick", "--out", str(folder)])
    for make in failures.FAILURES:
        found[make.__name__] = without_functions(found[make.__name__])
    return Made(code, folder, words.getvalue(), found)


def without_functions(failure):
    """What was found, but for what draws it: no function of a function can be kept in a file."""
    values = {name: value for name, value in failure.values.items() if not callable(value)}
    return dataclasses.replace(failure, values=values, parts={})
