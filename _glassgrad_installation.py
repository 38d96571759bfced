"""Refuses a glassgrad that is mixed with, or hidden by, another package: says why and what to do.

``autograd`` is also the import name of HIPS' autograd on PyPI. pip writes both into one folder
without a word, and whichever is removed takes the one ``autograd/__init__.py`` along. ``nn`` and
``viz`` are names that users give to files of their own. Each of these would end in a "cannot
import name" that helps nobody.

``autograd``, ``nn`` and ``viz`` call `refuse_mixed_installation` before anything else. It stands
outside them because it must work when ``autograd`` does not. Nothing of ours runs when Python
starts, so an import that reaches none of our code is not checked.

What to type to install something is also said here, in one place: `packages_of`.
"""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, NoReturn

PACKAGES = ("autograd", "nn", "viz")

# Every HIPS autograd since 1.2 has these files; none of ours may have one of these names.
FOREIGN = frozenset({"differential_operators.py", "extend.py", "tracer.py", "wrap_util.py"})

MIXED = """\
glassgrad and PyPI's autograd are mixed in one folder: {folder}
Cause: both are imported as 'autograd', and pip writes one over the other without a warning. \
Found there, of PyPI's autograd: {files}
Cure: each needs an environment of its own. To have glassgrad in this one:
    pip uninstall -y autograd glassgrad
    pip install {again}
To have PyPI's autograd in this one:
    pip uninstall -y autograd glassgrad
    pip install autograd"""

DAMAGED = """\
glassgrad is damaged: the file autograd/__init__.py is missing from {home}
Cause: most likely PyPI's autograd was installed in this environment and removed again. It has a \
file of the same name, which replaced glassgrad's and was removed with it.
Cure: install glassgrad again:
    pip uninstall -y glassgrad
    pip install {again}"""

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


def _place(name: str) -> str | None:
    """The folder of a package or the file of a module; None if there is none on disk."""
    if name not in sys.modules:
        spec = find_spec(name)
        return None if spec is None else _first(spec.submodule_search_locations, spec.origin)
    module = sys.modules[name]
    return _first(getattr(module, "__path__", None), getattr(module, "__file__", None))


def _first(folders: Sequence[str] | None, file: str | None) -> str | None:
    return next(iter(folders or ()), file)


def _names(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:  # a module's file, or a folder inside a zip file, where pip writes nothing
        return frozenset()


def _refuse_mixed_folder(folder: str) -> None:
    names, home = _names(folder), os.path.dirname(folder)
    foreign = FOREIGN & names
    if foreign:
        files = ", ".join(sorted(foreign))
        text = MIXED.format(folder=folder, files=files, again=_again(home))
        raise ImportError(text, name="autograd", path=folder)
    if names and not any(name.startswith("__init__.") for name in names):
        raise ImportError(
            DAMAGED.format(home=home, again=_again(home)), name="autograd", path=folder
        )


def _refuse_hidden(name: str, found: str, ours: str) -> NoReturn:
    is_pypis = name == "autograd" and _names(found) >= FOREIGN
    text = HIDDEN_BY_PYPI if is_pypis else HIDDEN
    raise ImportError(text.format(name=name, found=found, ours=ours), name=name, path=found)


def _same(found: str, ours: str) -> bool:
    if found == ours:
        return True
    try:
        return os.path.samefile(found, ours)
    except OSError:  # not on disk: in a zip file or in a frozen program
        return os.path.normcase(os.path.abspath(found)) == os.path.normcase(ours)


# --- what to type ---------------------------------------------------------------------------------


def packages_of(extra: str) -> str:
    """The command that installs the packages of one of our extras.

    >>> packages_of("plot")
    'pip install "glassgrad[plot]"'

    That is true before glassgrad is on PyPI, too: where pip has installed it, from a clone or
    otherwise, pip reads its extras from there. A clone that runs as it is has to be named.
    """
    from importlib.metadata import distributions  # noqa: PLC0415 - in errors only

    # An egg-info, which a build leaves in a clone, has no RECORD; pip does not see it.
    installed = any(found.read_text("RECORD") for found in distributions(name="glassgrad"))
    home = os.path.dirname(os.path.abspath(__file__))
    is_clone = os.path.isfile(os.path.join(home, "pyproject.toml"))
    return f'pip install "{home if is_clone and not installed else "glassgrad"}[{extra}]"'


def _again(home: str) -> str:
    """What pip is given to install glassgrad once more: where it came from, as pip noted it."""
    import json  # noqa: PLC0415 - in errors only

    for name in _names(home):
        if name.startswith("glassgrad-") and name.endswith(".dist-info"):
            try:
                with open(os.path.join(home, name, "direct_url.json"), encoding="utf-8") as file:
                    return _written(json.load(file))
            except (OSError, ValueError, KeyError):  # it came from an index, by its name
                continue
    return "glassgrad"


def _written(origin: dict[str, Any]) -> str:
    """The contents of a direct_url.json (PEP 610) as pip takes them."""
    from urllib.request import url2pathname  # noqa: PLC0415 - in errors only

    url: str = origin["url"]
    if "vcs_info" in origin:
        return f'"{origin["vcs_info"]["vcs"]}+{url}"'
    if not url.startswith("file://"):
        return f'"{url}"'
    path = url2pathname(url.removeprefix("file://"))
    if os.path.exists(path):
        return f'"{path}"'
    return f"CLONE (the folder of a clone of glassgrad: the last one, {path}, is gone)"


def needed(package: str, who: str, module: str = "autograd.testing", extra: str = "check") -> Any:
    """A package of one of our extras, imported; if it is missing, an error that says what to type.

    >>> needed("math", "gcd").gcd(4, 6)
    2
    >>> needed("sleepmath", "points")
    Traceback (most recent call last):
    ImportError: autograd.testing.points needs the package sleepmath: pip install "glassgrad[check]"
    """
    from importlib import import_module  # noqa: PLC0415 - not when Python starts

    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        root = package.partition(".")[0]
        if error.name not in {package, root}:
            raise
        raise ImportError(
            f"{module}.{who} needs the package {root}: {packages_of(extra)}"
        ) from None
