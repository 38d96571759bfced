"""The layers inside nn: which file may import which, and what nn may use of autograd's inner parts.

Each rule is a function from a folder to the list of its violations, held over the repository and
shown to object on a small tree with one violation planted. Imports under ``TYPE_CHECKING`` and
inside functions count like all others.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.arrows import imported, package_of, plant, sources

ROOT = Path(__file__).resolve().parents[2]

# A file, or a whole package, imports only from rows above its own; __init__ imports them all.
NN_LAYERS = (
    {"checks", "names", "randomness", "walk"},
    {"examples", "parameter", "schedules"},
    {"finding", "losses", "overview"},
    {"answers", "calling"},
    {"module"},
    {"activations"},
    {"initialisers"},
    {"layers"},
    {"containers", "other_layers"},
    {"data", "optimisers", "testing"},
    {"saving"},
    {"training"},
)

# What nn uses of autograd besides its public names: inner modules, and who in nn may use each.
EVERYBODY = {module for row in NN_LAYERS for module in row} | {"__init__"}
INNER_PARTS = {
    "diagnosis": {"training"},  # the first number that is not finite
    "files": {"saving", "training"},  # a file is written whole or not at all
    "functions": {"calling", "losses"},  # inputs and targets as constants, one node each
    "graph": {"training"},
    "modes": {"calling", "layers", "losses", "parameter", "training"},  # where we are
    "numbers": EVERYBODY,  # what counts as a number
    "primitive": EVERYBODY,  # Recorder: what is no plain number
    "public": {"__init__", "module", "data", "saving"},  # what a package shows of itself
    "tape": {"training"},  # which leaves a loss depends on
    "trees": {"training"},
}
_INNER = {file.stem for file in (ROOT / "autograd").glob("*")} - {"ops", "testing", "__init__"}


def imports(root: Path) -> Iterator[tuple[str, str, str]]:
    """(where, the module of nn that it is in, absolute name) of every import in nn."""
    for file, _, tree in sources(root, ["nn"]):
        where = file.relative_to(root)
        module = (*where.with_suffix("").parts, "")[1]
        for node, name in imported(tree, package_of(file, root)):
            if name != "nn":  # `from . import x` names nn.x too
                yield f"{where}:{node.lineno}", module, name


def layers_that_point_up(root: Path) -> list[str]:
    """Imports inside nn from a module's own row or a later one, and modules in no row."""
    row_of = {module: row for row, modules in enumerate(NN_LAYERS) for module in modules}
    found = set()
    for place, module, name in imports(root):
        _, target, *_ = (*name.split("."), "")
        if module == "__init__" or not name.startswith("nn"):
            continue
        if module not in row_of:
            found.add(f"nn/{module} is in no row of NN_LAYERS")
        elif name.split(".")[0] == "nn" and target not in row_of:
            found.add(f"{place} imports {name}, which is in no row")
        elif target != module and row_of[target] >= row_of[module]:
            found.add(f"{place} imports {target}")
    return sorted(found)


def undeclared_inner_parts(root: Path) -> list[str]:
    """Imports from inside autograd that `INNER_PARTS` does not name."""
    found = set()
    for place, module, name in imports(root):
        package, inner, *_ = (*name.split("."), "")
        if package == "autograd" and inner in _INNER and module not in INNER_PARTS.get(inner, ()):
            found.add(f"{place} uses autograd.{inner}")
    return sorted(found)


def test_nn_is_built_in_layers():
    assert layers_that_point_up(ROOT) == []


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("nn/walk.py", "from .module import Module", "nn/walk.py:1 imports module"),
        ("nn/walk.py", "from . import names, layers", "nn/walk.py:1 imports layers"),
        ("nn/walk.py", "import nn.layers", "nn/walk.py:1 imports layers"),
        (
            "nn/overview.py",
            "if TYPE_CHECKING:\n    from .module import Module",
            "nn/overview.py:2 imports module",
        ),
        ("nn/losses.py", "def f():\n    from .module import M", "nn/losses.py:2 imports module"),
        ("nn/losses.py", "from .calling import outputs", "nn/losses.py:1 imports calling"),
        ("nn/data/sets.py", "from ..training.fit import fit", "nn/data/sets.py:1 imports training"),
        (
            "nn/training/deep/er.py",
            "from ...saving import load\nfrom ... import newer",
            "nn/training/deep/er.py:2 imports nn.newer, which is in no row",
        ),
        ("nn/newer.py", "from .walk import Part", "nn/newer is in no row of NN_LAYERS"),
    ],
)
def test_a_layer_that_points_up_is_found(tmp_path, file, text, complaint):
    assert complaint in layers_that_point_up(plant(tmp_path, {file: text}))


def test_layers_that_point_down_are_allowed(tmp_path):
    plant(
        tmp_path,
        {
            "nn/__init__.py": "from .training.fit import fit as fit",
            "nn/layers.py": "import math\nfrom autograd import dot\nfrom .walk import Part",
            "nn/training/fit.py": "from ..layers import MLP\nfrom .loop import loop",
        },
    )

    assert layers_that_point_up(tmp_path) == []


def test_nn_uses_of_autograd_what_is_declared():
    assert undeclared_inner_parts(ROOT) == []


def test_every_inner_part_that_is_declared_is_used():
    used = {name.split(".")[1] for _, _, name in imports(ROOT) if name.startswith("autograd.")}

    assert INNER_PARTS.keys() - used == set()


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        (
            "nn/layers.py",
            "from autograd.sweep import accumulate",
            "nn/layers.py:1 uses autograd.sweep",
        ),
        ("nn/walk.py", "from autograd.modes import here", "nn/walk.py:1 uses autograd.modes"),
        ("nn/walk.py", "import autograd.value", "nn/walk.py:1 uses autograd.value"),
        (
            "nn/walk.py",
            "if TYPE_CHECKING:\n    from autograd.functions import Gathered",
            "nn/walk.py:2 uses autograd.functions",
        ),
    ],
)
def test_an_undeclared_part_is_found(tmp_path, file, text, complaint):
    assert undeclared_inner_parts(plant(tmp_path, {file: text})) == [complaint]
