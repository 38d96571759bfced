"""What the package holds, and that it says the same everywhere."""

import re
import sys
import tarfile
import tomllib
import zipfile

from tests.needs import NIGHTLY

from .environments import ROOT, files, run


def test_the_wheel_holds_the_packages_and_nothing_else(built):
    """No .pth file above all: Python would run its lines at every start."""
    with zipfile.ZipFile(built.wheel) as wheel:
        names = wheel.namelist()
    inside = {name for name in names if ".dist-info/" not in name}
    ours = {f"{name}/{file}" for name in ("autograd", "nn", "viz") for file in files(ROOT / name)}
    ours = {name for name in ours if "__pycache__" not in name}

    assert inside == ours | {"_glassgrad_installation.py", "_glassgrad_pytest.py"}
    assert {"autograd/py.typed", "nn/py.typed", "viz/py.typed"} < inside
    assert {"viz/say/english.toml", "viz/say/german.toml", "viz/page/page.html"} < inside


def test_the_page_of_the_package_is_the_readme_without_relative_links(built):
    with zipfile.ZipFile(built.wheel) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        page = wheel.read(name).decode()

    assert "Description-Content-Type: text/markdown" in page
    assert "A neural network in a glass box: a scalar autograd engine" in page
    assert not re.search(r'\]\((?!\w+:|#)|(?:src|srcset)="(?!\w+:)', page)


def test_the_sdist_holds_the_repository_and_is_built_without_a_warning(built, source, tmp_path):
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    left_out = files(source) - files(unpacked)

    assert not left_out, "MANIFEST.in names no such files"
    assert not re.findall(r"^warning: .*|^!!|\w+Warning\b.*", built.said, re.MULTILINE)

    # Its tests run there. These need nothing that is not in it, and are quick.
    arrows = "tests/test_architecture.py" + ("" if NIGHTLY else "::test_nothing_points_back")
    quick = [arrows, "tests/installation/test_package.py::test_facts_are_said_once"]
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *quick, cwd=unpacked)
    assert done.returncode == 0, done.stdout + done.stderr


def test_facts_are_said_once():
    """Or say the same: CITATION.cff cannot read pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = dict(re.findall(r"^ *(?:- )?([a-z-]+): *(\S.*)$", citation, re.MULTILINE))

    assert cited["cff-version"] == "1.2.0"
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert [{"name": cited["name"]}] == project["authors"]
    assert all(address.startswith("https://") for address in project["urls"].values())


def test_every_extra_that_is_named_exists():
    """In errors and on pages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    code = [file for name in ("autograd", "nn", "viz", "demos", "benchmarks")
            for file in (ROOT / name).rglob("*.py")]  # fmt: skip
    named = [
        found
        for file in [*pages, *code]
        for found in re.findall(
            r"(?:glassgrad|\.)\[(\w+)\]|packages_of\([\"'](\w+)", file.read_text(encoding="utf-8")
        )
    ]

    assert len(named) > 5
    assert {a or b for a, b in named} <= set(project["optional-dependencies"])
