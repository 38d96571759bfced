"""Refuses a glassgrad that is mixed with, or hidden by, another package: says why and what to do.

``autograd`` is also the import name of HIPS' autograd on PyPI. pip writes both into one folder
without a word, and whichever is removed takes the one ``autograd/__init__.py`` along. ``nn`` and
``viz`` are names that users give to files of their own. Each of these would end in a "cannot
import name" that helps nobody.

- ``autograd``, ``nn`` and ``viz`` call `refuse_mixed_installation` before anything else. It stands
  outside them because it must work when ``autograd`` does not.
- ``glassgrad-installation.pth``, which ``setup.py`` puts into the wheel, calls `watch` whenever
  Python starts in that environment: for the cases in which ``import autograd`` never reaches our
  code. So this module imports nothing but what Python has loaded by then.

PYTEST_DONT_REWRITE: our pytest plugin makes pytest rewrite the assertions of what is installed with
it, and a module that Python has loaded by then would be warned of in every run.
"""

import os
import sys

TYPE_CHECKING = False  # typing's own would have to be imported
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import NoReturn

PACKAGES = ("autograd", "nn", "viz")

# Every HIPS autograd since 1.2 has these files; none of ours may have one of these names.
FOREIGN = frozenset({"differential_operators.py", "extend.py", "tracer.py", "wrap_util.py"})

MIXED = """\
glassgrad and PyPI's autograd are mixed in one folder: {folder}
Cause: both are imported as 'autograd', and pip writes one over the other without a warning. \
Found there, of PyPI's autograd: {files}
Cure: each needs an environment of its own. To have glassgrad in this one:
    pip uninstall -y autograd glassgrad
    pip install glassgrad
To have PyPI's autograd in this one:
    pip uninstall -y autograd glassgrad
    pip install autograd"""

DAMAGED = """\
glassgrad is damaged: autograd/__init__.py is missing from {folder}
Cause: PyPI's autograd has a file of that name too; it was written over ours, and uninstalling \
PyPI's autograd removed it.
Cure: install glassgrad anew:
    pip uninstall -y autograd glassgrad
    pip install glassgrad"""

HIDDEN_BY_PYPI = """\
PyPI's autograd hides glassgrad's: {found}
Cause: both are imported as 'autograd'; Python takes the first that it finds, and glassgrad's \
comes later: {ours}
Cure: each needs an environment of its own. To have glassgrad in this one:
    pip uninstall -y autograd
To have PyPI's autograd in this one:
    pip uninstall -y glassgrad"""

HIDDEN = """\
glassgrad's {name} is hidden by another: {found}
Cause: Python takes the first '{name}' that it finds, and glassgrad's comes later: {ours}
Cure: give yours another name, or start Python where it is not found. If another package brought \
it, that package and glassgrad each need an environment of their own."""


def refuse_mixed_installation(init_file: str) -> None:
    """Raise ImportError unless ``autograd``, ``nn`` and ``viz`` are whole and found side by side.

    Each of the three calls this with its ``__file__``, first thing:

    >>> import os, autograd
    >>> refuse_mixed_installation(autograd.__file__)  # nothing to refuse
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(init_file)))
    _refuse_mixed_folder(os.path.join(home, "autograd"))
    for name in PACKAGES:
        found = _place(name)
        ours = os.path.join(home, name)
        if found is not None and not _same(found, ours):
            _refuse_hidden(name, found, ours)


def watch() -> None:
    """Look at every later ``import autograd``, wherever Python finds it."""
    if _Watch not in sys.meta_path:
        sys.meta_path.insert(0, _Watch)


class _Watch:
    """A finder that finds what the others find, and refuses a mixed or hidden ``autograd``.

    A user's own ``autograd.py`` is let through: it is theirs, and ``nn`` and ``viz`` refuse it.
    """

    @staticmethod
    def find_spec(
        name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """See `importlib.abc.MetaPathFinder`."""
        if name != "autograd":
            return None
        spec = _find(name, path, target)
        found = None if spec is None else _spec_place(spec)
        if found is not None:
            ours = os.path.join(os.path.dirname(os.path.abspath(__file__)), "autograd")
            if _same(found, ours):
                _refuse_mixed_folder(ours)
            elif _is_pypis(found):
                _refuse_hidden(name, found, ours)
        return spec


def _find(
    name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
) -> "ModuleSpec | None":
    """What ``import name`` would load, our own watch left out."""
    for finder in sys.meta_path:
        find_spec = None if finder is _Watch else getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = find_spec and find_spec(name, path, target)
        if spec is not None:
            return spec
    return None


def _place(name: str) -> str | None:
    """The folder of a package or the file of a module; None if there is none on disk."""
    if name not in sys.modules:
        spec = _find(name)
        return None if spec is None else _spec_place(spec)
    module = sys.modules[name]
    return _first(getattr(module, "__path__", None), getattr(module, "__file__", None))


def _spec_place(spec: "ModuleSpec") -> str | None:
    return _first(spec.submodule_search_locations, spec.origin)


def _first(folders: "Sequence[str] | None", file: str | None) -> str | None:
    return next(iter(folders or ()), file)


def _names(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:  # a module's file, or a folder inside a zip file, where pip writes nothing
        return frozenset()


def _is_pypis(folder: str) -> bool:
    return _names(folder) >= FOREIGN


def _refuse_mixed_folder(folder: str) -> None:
    names = _names(folder)
    foreign = FOREIGN & names
    if foreign:
        text = MIXED.format(folder=folder, files=", ".join(sorted(foreign)))
        raise ImportError(text, name="autograd", path=folder)
    if names and not any(name.startswith("__init__.") for name in names):
        raise ImportError(DAMAGED.format(folder=folder), name="autograd", path=folder)


def _refuse_hidden(name: str, found: str, ours: str) -> "NoReturn":
    text = HIDDEN_BY_PYPI if name == "autograd" and _is_pypis(found) else HIDDEN
    raise ImportError(text.format(name=name, found=found, ours=ours), name=name, path=found)


def _same(found: str, ours: str) -> bool:
    if found == ours:
        return True
    try:
        return os.path.samefile(found, ours)
    except OSError:  # not on disk: in a zip file or in a frozen program
        return os.path.normcase(os.path.abspath(found)) == os.path.normcase(ours)
