"""Who imports whom, read from syntax trees: for the tests of the architecture."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def sources(root: Path, packages: Iterable[str]) -> Iterator[tuple[Path, str, ast.Module]]:
    """Every module of these packages below a folder: its file, its package, its syntax tree."""
    for package in packages:
        for file in [*root.glob(f"{package}.py"), *sorted(root.glob(f"{package}/**/*.py"))]:
            yield file, package, ast.parse(file.read_text(encoding="utf-8"), str(file))


def imported(tree: ast.Module, package: tuple[str, ...]) -> Iterator[tuple[ast.stmt, str]]:
    """Every module that is imported, at the top or inside a function, by its absolute name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield node, stem
            # `from . import ops` imports a module that only the names tell.
            yield from ((node, f"{stem}.{alias.name}") for alias in node.names)


def package_of(file: Path, root: Path) -> tuple[str, ...]:
    """The dotted package that a file's relative imports start from."""
    return file.relative_to(root).parts[:-1]


def plant(root: Path, files: dict[str, str]) -> Path:
    """A small tree of the given texts."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root
