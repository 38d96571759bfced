"""A missing package is named, with what to run; nothing else is tried, and no traceback printed."""

import sys

import pytest

from demos import __main__ as everything
from demos import cli, digits, failures, moons, wrong_engines

RUN = 'run: pip install "glassgrad[demos]"'


@pytest.mark.parametrize("package", cli.NEEDED_FOR)
def test_the_error_names_the_package_and_what_to_run(package, monkeypatch):
    name = "sklearn" if package == "scikit-learn" else package
    monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(cli.MissingError, match=package) as found:
        cli.check(package)
    assert str(found.value).endswith(RUN)
    assert isinstance(found.value, ImportError)


@pytest.mark.parametrize(
    ("demo", "package"),
    [
        (moons, "matplotlib"),
        (moons, "safetensors"),
        (failures, "matplotlib"),
        (digits, "matplotlib"),
        (digits, "sklearn"),
        (wrong_engines, "hypothesis"),
    ],
)
def test_nothing_is_trained_if_the_page_cannot_be_made(
    demo, package, monkeypatch, tmp_path, capsys
):
    monkeypatch.setitem(sys.modules, package, None)

    assert demo.main(["--quick", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith(f"{RUN}\n")
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_what_can_be_shown_is_shown_all_the_same(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(wrong_engines, "run", lambda folder, **_: folder)

    assert everything.main(["--quick", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.err.count(RUN) == 3
    assert (tmp_path / "neuron.html").is_file()
    assert not (tmp_path / "moons.html").exists()
