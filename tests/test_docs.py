"""The pages say what the code does."""

import importlib.util
import random
import re
import runpy
import shlex
import sys
import tomllib
import types
from pathlib import Path

import pytest
from click.testing import CliRunner

import _glassgrad_pytest
from autograd.ops import ALL
from demos import from_scratch
from viz.command.main import commands

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_the_page_of_conventions_is_made_from_the_table():
    made = runpy.run_path(str(DOCS / "make_conventions.py"))["page"]()

    assert (DOCS / "conventions.md").read_text(encoding="utf-8") == made, (
        "run: python docs/make_conventions.py"
    )


def test_the_page_of_public_names_is_made_from_the_docstrings():
    """It pins the list of public names: a new one is a line of the page, and so of the change."""
    made = runpy.run_path(str(DOCS / "make_reference.py"))["page"]()

    assert (DOCS / "reference.md").read_text(encoding="utf-8") == made, (
        "run: python docs/make_reference.py"
    )


PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
CONTINUES = "# continues: the block above"


def blocks(page):
    """Every fenced block of a page: its language, its code, the number of its first line."""
    text = page.read_text(encoding="utf-8")
    for fence in re.finditer(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", text, re.MULTILINE):
        yield fence[2], fence[3], text.count("\n", 0, fence.start(3))


@pytest.fixture
def as_a_reader(tmp_path, monkeypatch):
    """An empty folder; and afterwards no trace of what the code of a page has done."""
    rows, state = dict(ALL), random.getstate()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    yield
    ALL.clear()
    ALL.update(rows)
    random.setstate(state)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@EVERY_PAGE
@pytest.mark.usefixtures("as_a_reader")
def test_each_block_of_python_runs_alone_or_says_what_it_continues(page, monkeypatch, capsys):
    """In a namespace of its own: pasted into a new notebook, it works.

    On the page for beginners each text is what the block above it prints.
    """
    module, printed = None, ""
    for language, code, line in blocks(page):
        if language == "text" and page.name == "learn.md":
            assert code == printed, f"line {line + 1}: this is not what the block above it prints"
        if language == "python":
            first = code.partition("\n")[0]
            if first != CONTINUES:
                assert not first.startswith("# continues"), f"line {line + 1}: write {CONTINUES!r}"
                module = types.ModuleType("__main__")
            assert module, f"line {line + 1}: there is no block above"
            monkeypatch.setitem(sys.modules, "__main__", module)
            # With as many empty lines before it, errors point at the line of the page.
            exec(compile("\n" * line + code, page, "exec"), vars(module))  # noqa: S102
            printed = capsys.readouterr().out
        elif language == "sh" and page.name == "learn.md":
            printed = said_by_the_file(code, capsys)


def test_the_page_for_beginners_explains_each_word_where_it_first_stands():
    """There it is bold. Headings, code and the addresses of links are not read."""
    text = (DOCS / "learn.md").read_text(encoding="utf-8")
    text = re.sub(
        r"^```.*?^```$|^#(?!# Glossary).*?$|`[^`]*`|\]\([^)]*\)",
        "",
        text,
        flags=re.DOTALL | re.MULTILINE,
    )
    told, glossary = text.split("## Glossary")
    told = " ".join(told.split())
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", glossary, re.MULTILINE)[1:]
    words = [word for row, _ in rows for word in row.split(", ")]

    assert len(words) > 25
    assert [row for row, _ in rows] == sorted([row for row, _ in rows], key=str.lower)
    for word in words:
        first = re.search(rf"(?<!\w){word}(?:e?s)?(?!\w)", told, re.IGNORECASE)
        assert told[first.start() - 2 : first.start()] == "**", told[
            first.start() - 40 : first.end()
        ]
        assert told[first.end() :].startswith("**"), word


def said_by_the_file(command, capsys):
    """What the demo of one file prints; others make pages, and tests of their own run them."""
    if command.strip() == "python -m demos.from_scratch":
        from_scratch.main()
    return capsys.readouterr().out


@EVERY_PAGE
@pytest.mark.usefixtures("as_a_reader")
def test_each_command_of_a_page_exists(page):
    for language, code, _ in blocks(page):
        assert language in {"python", "sh", "bat", "text", "yaml"}, "say the language after ```"
        if language in {"sh", "bat"}:
            for line in code.replace("\\", "/").splitlines():
                for command in shlex.join(shlex.split(line, comments=True)).split("'&&'"):
                    check_command(*shlex.split(command))


def check_command(program, *words):
    """Whether there is such a command; those of our own program are run."""
    if program in {"python", "python3"}:
        assert words[0] == "-m"
        assert importlib.util.find_spec(words[1])
    elif program == "pip":
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        for extra in re.findall(r"\[([\w,]+)\]", " ".join(words)):
            assert set(extra.split(",")) <= set(extras["optional-dependencies"])
    elif program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{words[0]}:", makefile, re.MULTILINE), words
    elif program == "pytest":
        assert words[0].removeprefix("--").replace("-", "_") == _glassgrad_pytest.OPTION
    elif program == "glassgrad":
        done = CliRunner().invoke(commands, words)
        assert done.exit_code in {0, 1}, done.output  # 1: a claimed gradient is wrong
    else:
        assert program == "." or program.endswith("/activate"), program


@EVERY_PAGE
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    inside = re.findall(r'(?:\]\(|src="|srcset=")(?!\w+:)([^)"#]+)', text)
    for target in inside:
        assert (page.parent / target).exists(), target


def test_the_page_of_the_package_has_no_relative_links(monkeypatch):
    """A package index has no files next to it."""
    # setuptools cannot be imported where another test has loaded Python's own distutils.
    monkeypatch.setitem(sys.modules, "setuptools", types.SimpleNamespace(setup=None))
    package_page = runpy.run_path(str(ROOT / "setup.py"))["package_page"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    relative = re.compile(r'(?:\]\(|src="|srcset=")(?!\w+:|#)')

    assert relative.search(readme)
    assert not relative.search(package_page(readme))
    linked = package_page(readme, "https://example.org/glassgrad")
    assert not relative.search(linked)
    assert "](https://example.org/glassgrad/blob/HEAD/docs/learn.md)" in linked
    assert 'src="https://example.org/glassgrad/raw/HEAD/docs/images/neuron.svg"' in linked
    assert "neural networks from zero (`docs/learn.md`)" in package_page(readme)


def test_the_pictures_of_the_readme_show_what_is_drawn_today():
    """Their words and numbers; the layout is the renderer's and may move with its version."""
    for name, picture in runpy.run_path(str(DOCS / "make_pictures.py"))["pictures"]().items():
        kept = (DOCS / "images" / name).read_text(encoding="utf-8")

        assert words(kept) == words(picture.svg()), "run: python docs/make_pictures.py"


def words(svg):
    """The texts of a picture, without what is inside a tag: an animation's names are hashes."""
    return [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg)]


def test_the_table_of_precision_names_operations_once():
    trust = (DOCS / "trust.md").read_text(encoding="utf-8")
    table = trust.partition("| rows | value |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines()[2:] for name in row.split("|")[1].split(",")]

    names = [name.strip() for name in named]
    assert len(names) == len(set(names)) > len(ALL) - 10
    assert set(names) <= set(ALL)


def test_the_readme_promises_no_more_operations_than_there_are_and_holds_no_placeholder():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (count,) = re.findall(r"`Value` and (?:over )?(\d+) operations", text)

    assert len(ALL) - 10 < int(count) <= len(ALL)
    assert not re.search(r"^[A-Z]{4,}$", text, re.MULTILINE)
