"""The player.

`viz.player(loss)` makes one HTML page; the time is from the Value to the text of the page, with
all pictures laid out. The page is then opened in Chromium, without a graphics card: *opens* is the
time until the first picture is on the screen, *a step* the time from a key press to the frame that
shows it, median and slowest of the steps, at least two frames of 16.7 ms. Without a browser only
the making is measured. The digits are one example of 64-32-10; the large network is 784-128-10.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.report import Bar, Row
from benchmarks.runner import BenchmarkError, Job, Plan, Report, alternate
from benchmarks.worker import serve

from .drawing import network

STEPS = 40
PAGES = {
    "nodes": "400 nodes",
    "digits": "digits 64-32-10",
    "large": "101,770 parameters",
}
# Two frames later, what the key brought is on the screen.
STEP = """() => new Promise(done => {
    const start = performance.now();
    document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""
SHOWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def measure(plan: Plan) -> Iterator[Row]:
    """Seconds, megabytes and milliseconds of three pages."""
    jobs = {name: Job(__name__, made=name) for name in PAGES}
    reports = alternate(jobs, plan.choose(3, 1))
    for name, what in PAGES.items():
        found = reports[name][0]
        seconds = median(report["seconds"] for report in reports[name])
        small = name == "nodes"
        detail = f"{found['views']} views, {found['steps']:,} steps, {found['boxes']:,} boxes"
        yield Row(f"{what}: made", seconds, "s", Bar("<", 2.0) if small else None, detail)
        yield Row(
            f"{what}: size", found["bytes"] / 1e6, "MB", Bar("<", 1.5 if small else 5.0)
        )  # fmt: skip
        opened = [report["opened"] for report in reports[name] if "opened" in report]
        if not opened:
            raise BenchmarkError("how a page opens and steps was not measured: no Chromium")
        yield Row(f"{what}: opens", median(opened), "s", Bar("<", 2.0))
        stepped = [time for report in reports[name] for time in report["stepped"]]
        yield Row(
            f"{what}: a step", median(stepped), "ms", Bar("<", 100.0),
            f"the slowest of {len(stepped)}: {max(stepped):.0f} ms",
        )  # fmt: skip


def work(made: str) -> Report:
    """One page, made and opened."""
    viz = import_module("viz")
    root = {"nodes": many_nodes, "digits": digits, "large": large}[made]()
    start = perf_counter()
    player = viz.player(root)
    text = player.html()
    seconds = perf_counter() - start
    views = player.story.views
    return {
        "seconds": seconds,
        "bytes": len(text.encode()),
        "views": len(views),
        "steps": sum(len(view.steps) for view in views),
        "boxes": sum(len(view.entries) for view in views),
        **opened(text),
    }


def many_nodes() -> Any:
    """Plain `+`, `*` and relu on two numbers: 509 nodes, of which a page shows 400."""
    return network()


def digits() -> Any:
    """The loss of one example of the digits' network."""
    return mlp(64, 32)


def large() -> Any:
    """The loss of one example of a network of 101,770 parameters."""
    return mlp(784, 128)


def mlp(inputs: int, hidden: int) -> Any:
    """The cross-entropy of one random example."""
    nn = import_module("nn")
    rng = random.Random(0)
    model = nn.MLP(inputs, [hidden, 10], rng=rng)
    return nn.cross_entropy(model([rng.random() for _ in range(inputs)]), 3)


def opened(text: str) -> Report:
    """How long the page takes to open and to step; empty without a browser."""
    chromium = os.environ.get("GLASSGRAD_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "player.html")
        path.write_text(text, encoding="utf-8")
        return in_browser(path, chromium)


def in_browser(path: Path, chromium: str) -> Report:
    """Seconds until the page is seen, milliseconds of each step."""
    playing: Callable[[], Any] = import_module("playwright.sync_api").sync_playwright
    with playing() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        start = perf_counter()
        page.goto(path.as_uri(), wait_until="load")
        page.evaluate(SHOWN)
        seconds = perf_counter() - start
        stepped = [page.evaluate(STEP) for _ in range(STEPS)]
        browser.close()
    return {"opened": seconds, "stepped": stepped}


if __name__ == "__main__":
    serve(work, made="nodes")
