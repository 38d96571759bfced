"""The shape of the house: which package may import which, and what stays outside.

Each rule is a function from a folder to the list of its violations. It is held over the repository,
and shown to object on a small tree with one violation planted.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import Value
from tests.arrows import imported, package_of, plant, sources

ROOT = Path(__file__).resolve().parent.parent

# Who may import whom. Nothing points back.
PACKAGES = {
    "_glassgrad_installation": set(),
    "_glassgrad_pytest": {"viz"},
    "autograd": {"_glassgrad_installation"},
    "nn": {"_glassgrad_installation", "autograd"},
    "viz": {"_glassgrad_installation", "autograd", "nn"},
}

# Inside autograd: a module imports only from rows above its own. Its __init__ imports them all.
AUTOGRAD_LAYERS = (
    {"errors", "files", "forward", "numbers", "picking", "elsewhere", "public", "trees"},
    {"modes"},
    {"primitive"},
    {"elementary", "custom", "node"},
    {"ops"},
    {"sweep", "ufuncs"},
    {"arithmetic", "tape"},
    {"copying"},
    {"micrograd", "value"},
    {"arrays", "pullback"},
    {"functional", "functions", "graph_json", "roots"},
    {"formula", "graph"},
    {"diagnosis"},
    {"testing"},
)

# Imported on first use, if at all; most are not even installed with glassgrad.
HEAVY = {
    "click", "graphviz", "hypothesis", "matplotlib", "mpmath", "numpy", "pandas", "safetensors",
    "scipy", "sklearn", "torch", "tqdm",
}  # fmt: skip


def arrows_that_point_back(root: Path) -> list[str]:
    """Imports between our packages that `PACKAGES` does not allow."""
    return sorted(
        {
            f"{file.relative_to(root)}:{node.lineno} imports {name.split('.')[0]}"
            for file, package, tree in sources(root, PACKAGES)
            for node, name in imported(tree, package_of(file, root))
            if name.split(".")[0] in PACKAGES.keys() - PACKAGES[package] - {package}
        }
    )


def layers_that_point_up(root: Path) -> list[str]:
    """Imports inside autograd from a module's own row or a later one, and modules in no row."""
    row_of = {module: row for row, modules in enumerate(AUTOGRAD_LAYERS) for module in modules}
    found = set()
    for file, package, tree in sources(root, PACKAGES):
        if package != "autograd" or file == root / "autograd/__init__.py":
            continue
        module = file.relative_to(root / "autograd").with_suffix("").parts[0]
        if module not in row_of:
            found.add(f"autograd.{module} is in no row of AUTOGRAD_LAYERS")
            continue
        for node, name in imported(tree, package_of(file, root)):
            target = (*name.split("."), "")[1] if name.startswith("autograd.") else ""
            if name == "autograd" and not (isinstance(node, ast.ImportFrom) and node.level):
                found.add(f"autograd.{module}:{node.lineno} imports its own package")
            elif target in row_of and target != module and row_of[target] >= row_of[module]:
                found.add(f"autograd.{module}:{node.lineno} imports {target}")
    return sorted(found)


def private_slots(*classes: type) -> set[str]:
    """The underscore slots of a class and its bases."""
    slots = (vars(base).get("__slots__", ()) for cls in classes for base in cls.__mro__)
    names = {name for some in slots for name in ([some] if isinstance(some, str) else some)}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


def touched_privates(root: Path, slots: set[str]) -> list[str]:
    """Places in nn and viz that read, write or name what is autograd's own business."""
    found = set()
    for file, package, tree in sources(root, PACKAGES):
        if package not in {"nn", "viz"}:
            continue
        where = file.relative_to(root)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in slots:
                found.add(f"{where}:{node.lineno} touches .{node.attr}")
            elif isinstance(node, ast.Constant) and node.value in slots:
                found.add(f"{where}:{node.lineno} names {node.value!r}")
        for node, name in imported(tree, package_of(file, root)):
            parts = name.split(".")
            if parts[0] == "autograd" and any(part.startswith("_") for part in parts):
                found.add(f"{where}:{node.lineno} imports {name}")
    return sorted(found)


def heavy_modules_after(statement: str, root: Path) -> list[str]:
    """Which of the heavy packages a fresh Python has loaded after one import."""
    report = f"{statement}; import sys; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    run = subprocess.run(
        [sys.executable, "-c", report], cwd=root, capture_output=True, text=True, check=True
    )
    return run.stdout.split()


def test_nothing_points_back():
    assert arrows_that_point_back(ROOT) == []


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("autograd/value.py", "import nn", "autograd/value.py:1 imports nn"),
        (
            "autograd/value.py",
            "def f():\n    from viz import draw",
            "autograd/value.py:2 imports viz",
        ),
        ("autograd/value.py", "from nn.layers import MLP", "autograd/value.py:1 imports nn"),
        ("autograd/deep.py", "from viz.render.dot import a, b", "autograd/deep.py:1 imports viz"),
        ("nn/module.py", "if TYPE_CHECKING:\n    import viz", "nn/module.py:2 imports viz"),
        ("nn/layers.py", "import math, viz.render.dot as d", "nn/layers.py:1 imports viz"),
        ("_glassgrad_installation.py", "import nn", "_glassgrad_installation.py:1 imports nn"),
    ],
)
def test_an_arrow_that_points_back_is_found(tmp_path, file, text, complaint):
    assert arrows_that_point_back(plant(tmp_path, {file: text})) == [complaint]


def test_arrows_that_point_forward_are_allowed(tmp_path):
    plant(tmp_path, {"viz/draw.py": "import nn\nfrom autograd import Graph\nfrom . import dot"})

    assert arrows_that_point_back(tmp_path) == []


def test_autograd_is_built_in_layers():
    assert layers_that_point_up(ROOT) == []


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("autograd/ops.py", "from .value import Value", "autograd.ops:1 imports value"),
        ("autograd/ops.py", "from . import forward, graph", "autograd.ops:1 imports graph"),
        ("autograd/ops.py", "import autograd.functional", "autograd.ops:1 imports functional"),
        ("autograd/errors.py", "from .modes import scope", "autograd.errors:1 imports modes"),
        ("autograd/ops.py", "from autograd import Value", "autograd.ops:1 imports its own package"),
        ("autograd/extra.py", "", "autograd.extra is in no row of AUTOGRAD_LAYERS"),
        (
            "autograd/graph.py",
            "if TYPE_CHECKING:\n    from .diagnosis import Finding",
            "autograd.graph:2 imports diagnosis",
        ),
    ],
)
def test_a_layer_that_points_up_is_found(tmp_path, file, text, complaint):
    assert complaint in layers_that_point_up(plant(tmp_path, {file: text}))


def test_layers_that_point_down_are_allowed(tmp_path):
    facade = "from .functional import grad"
    graph = "from . import ops\nfrom .value import Value\nfrom .errors import DomainError\n"
    plant(tmp_path, {"autograd/__init__.py": facade, "autograd/graph.py": graph})

    assert layers_that_point_up(tmp_path) == []


def test_nn_and_viz_leave_the_private_parts_of_values_alone():
    slots = private_slots(Value)

    assert touched_privates(ROOT, slots) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x._data = 1.0", "viz/draw.py:1 touches ._data"),
        ("def f(v):\n    return v._data", "viz/draw.py:2 touches ._data"),
        ("getattr(x, '_data')", "viz/draw.py:1 names '_data'"),
        ("from autograd._slots import tanh", "viz/draw.py:1 imports autograd._slots"),
        ("from autograd.value import _walk", "viz/draw.py:1 imports autograd.value._walk"),
    ],
)
def test_a_touched_private_part_is_found(tmp_path, text, complaint):
    assert complaint in touched_privates(plant(tmp_path, {"viz/draw.py": text}), {"_data"})


def test_public_parts_may_be_touched(tmp_path):
    plant(tmp_path, {"nn/layers.py": "from autograd import Value\nself._mine = x.data"})

    assert touched_privates(tmp_path, {"_data"}) == []


def test_the_private_slots_are_those_of_the_class_and_its_bases():
    class Base:
        __slots__ = ("_a", "open")

    class Derived(Base):
        __slots__ = ["__weakref__", "_b"]

    assert private_slots(Derived) == {"_a", "_b"}


@pytest.mark.parametrize("package", ["autograd", "nn", "viz"])
def test_importing_a_package_loads_nothing_heavy(package):
    assert heavy_modules_after(f"import {package}", ROOT) == []


def test_something_heavy_is_found(tmp_path):
    plant(tmp_path, {"light.py": "import math", "heavy.py": "import graphviz"})

    assert heavy_modules_after("import light", tmp_path) == []
    assert heavy_modules_after("import heavy", tmp_path) == ["graphviz"]
