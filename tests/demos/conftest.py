"""The demos, run once for all tests that read what they made."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from demos import __main__ as everything
from demos import digits, failures, failures_page, moons, moons_page

SPEAKERS = ("neuron", "xor", "wrong_engines", "moons", "digits", "failures", "__main__", "cli")
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
    """Everything that ``python -m demos --quick`` writes and prints."""
    folder = tmp_path_factory.mktemp("demos") / "gallery"
    printed = pytest.MonkeyPatch()
    words, found = [], {}

    def kept(name, make):
        def keep(*args, **settings):
            found[name] = make(*args, **settings)
            return found[name]

        return keep

    with printed.context() as patch:
        for module in SPEAKERS:
            patch.setattr(
                f"demos.{module}.say", lambda *parts: words.append(" ".join(map(str, parts)))
            )
        for module, name in (
            (moons_page, "FINE"),
            (moons_page, "COARSE"),
            (failures_page, "RESOLUTION"),
        ):
            patch.setattr(module, name, COARSELY)
        patch.setattr(moons, "learn", kept("moons", moons.learn))
        patch.setattr(digits, "train", kept("digits", digits.train))
        for failure in failures.FAILURES:
            patch.setattr(failure, "make", kept(failure.__name__, failure.make))
        code = everything.main(["--quick", "--out", str(folder)])
    return Made(code, folder, "\n".join(words), found)
