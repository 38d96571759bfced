"""The demos, run once for all tests that read what they made."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from demos import __main__ as both


@dataclass(frozen=True)
class Made:
    code: int
    folder: Path
    text: str

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Everything that ``python -m demos --quick`` writes and prints."""
    folder = tmp_path_factory.mktemp("demos") / "gallery"
    printed = pytest.MonkeyPatch()
    words = []
    with printed.context() as patch:
        for module in ("demos.neuron", "demos.digits", "demos.__main__", "demos.cli"):
            patch.setattr(f"{module}.say", lambda *parts: words.append(" ".join(map(str, parts))))
        code = both.main(["--quick", "--out", str(folder)])
    return Made(code, folder, "\n".join(words))
