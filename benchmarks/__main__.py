"""The command line: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from pathlib import Path
from time import perf_counter
from types import ModuleType

from . import machine
from .cases import (
    depth,
    drawing,
    higher,
    imports,
    memory,
    microgpt,
    mlp,
    one_example,
    player,
    scaling,
    small,
    snapshots,
    training,
)
from .report import Section, as_json, markdown, page
from .runner import ROOT, BenchmarkError, Plan, say

CASES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        mlp,
        one_example,
        small,
        training,
        microgpt,
        memory,
        scaling,
        imports,
        drawing,
        player,
        higher,
        snapshots,
        depth,
    )
}
RESULTS = ROOT / "benchmarks" / "RESULTS.md"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return 1 if something could not be measured (a missed bar gives 0)."""
    options = parse(arguments)
    chosen = options.only or list(CASES)
    description = f"{machine.describe()}, {machine.pin()}"
    plan = Plan(quick=options.quick, names=options.names)
    sections = []
    print(f"Machine: {description}\n", flush=True)
    for name in chosen:
        say(name)
        sections.append(measured(name, plan))
        print(markdown(sections[-1]), flush=True)
    if options.json:
        text = json.dumps(as_json(description, sections), indent=2, ensure_ascii=False)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    if options.write:
        RESULTS.write_text(page(description, sections), encoding="utf-8")
        say(f"wrote {RESULTS.relative_to(ROOT)}")
    return 1 if any(section.error for section in sections) else 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed and memory of glassgrad, compared with other engines.",
        epilog="cases: " + ", ".join(f"{name} ({said(name)[0]})" for name in CASES),
    )
    parser.add_argument("--only", nargs="+", choices=CASES, metavar="CASE", help="some cases only")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller sizes")
    parser.add_argument("--json", metavar="FILE", help="write the results as JSON too")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    parser.add_argument(
        "--names", metavar="FILE", default="", help="a file of names, for microgpt (else invented)"
    )
    options = parser.parse_args(arguments)
    if options.write and (options.quick or options.only):
        parser.error(f"{RESULTS.name} must have a whole run: leave out --quick and --only")
    if options.names:
        options.names = str(Path(options.names).resolve())
        if not Path(options.names).is_file():
            parser.error(f"there is no file {options.names}")
    return options


def measured(name: str, plan: Plan) -> Section:
    """One case; if something goes wrong, with whatever was measured before."""
    section = Section(name, *said(name))
    start = perf_counter()
    try:
        for row in CASES[name].measure(plan):
            section.rows.append(row)
    except BenchmarkError as error:
        section.error = str(error)
    section.seconds = perf_counter() - start
    return section


def said(name: str) -> tuple[str, str]:
    """A case's title and description: the first line of its docstring, and the rest."""
    title, _, about = inspect.cleandoc(CASES[name].__doc__ or name).partition("\n\n")
    return title.rstrip("."), about


if __name__ == "__main__":
    sys.exit(main())
