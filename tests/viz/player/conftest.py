"""One browser for all tests of the page, which sees no network, and what is shown in it."""

from __future__ import annotations

import functools
import os
import re
from collections import defaultdict

import pytest
from playwright.sync_api import sync_playwright

from viz.scene import graphviz
from viz.scene.graphviz import render

from ...needs import BROWSER, NO_BROWSER, NO_FONT

SCREENSHOTS = os.environ.get("GLASSGRAD_SCREENSHOTS")

PATIENCE = 600_000.0  # milliseconds; a hang is found by pytest's timeout
PROJECTOR = (1280, 720)
SIZES = {"1280": PROJECTOR, "1920": (1920, 1080), "390": (390, 844)}


@pytest.fixture(scope="session")
def browser():
    """Chromium."""
    if BROWSER is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = found.new_page()
        width = page.evaluate(
            "() => document.createElement('canvas').getContext('2d').measureText('a').width"
        )
        page.close()
        if not width:
            found.close()
            pytest.skip(NO_FONT)
        yield found
        found.close()


@pytest.fixture(scope="session", autouse=True)
def _placed_once():
    """The same picture is laid out once for all tests."""
    known = functools.cache(lambda path, *what, **options: render(*what, **options))
    patch = pytest.MonkeyPatch()
    # By what engines there are: some tests hide them.
    patch.setattr(
        graphviz, "render", lambda *what, **options: known(os.environ["PATH"], *what, **options)
    )
    yield
    patch.undo()


class Shown:
    """A player's page in a browser tab, in a reader's terms."""

    def __init__(self, tab):
        self.tab = tab
        self.complaints = []
        self.requests = []
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))

    def press(self, *keys):
        for key in keys:
            self.tab.keyboard.press(key)
        return self

    def click(self, name):
        """Press one of the page's own buttons."""
        self.tab.click(f"#ui-{name}")
        return self

    def go(self, where):
        """Follow a link such as ``s23`` or ``row-2.s23``."""
        self.tab.evaluate(
            """hash => new Promise(done => {
              if (location.hash === `#${hash}`) return done();
              addEventListener('hashchange', () => requestAnimationFrame(done), { once: true });
              location.hash = hash;
            })""",
            where,
        )
        return self

    def painted(self):
        """Two frames later, when what observers are told of a new size has been obeyed."""
        self.tab.evaluate("() => new Promise(requestAnimationFrame)")
        self.tab.evaluate("() => new Promise(requestAnimationFrame)")

    def text(self, name):
        return self.tab.locator(f"#ui-{name}").text_content()

    def number(self):
        """The step that is shown, from 1."""
        return int(self.text("count").split("/")[0])

    def steps(self):
        return int(self.text("count").split("/")[1])

    def lines(self):
        """What stands in every box, by id."""
        return self.tab.evaluate(
            "() => Object.fromEntries([...document.querySelectorAll('#ui-picture .box')].map("
            "box => [box.id, [...box.querySelectorAll('text')].map(line => line.textContent)]))"
        )

    def ids(self, classes):
        """The ids of what is marked so in the picture, sorted."""
        return self.tab.evaluate(
            "classes => [...document.querySelectorAll('#ui-picture ' + classes)]"
            ".map(found => found.id).sort()",
            classes,
        )

    def carried(self):
        return self.tab.locator("#ui-overlay .carried").all_text_contents()

    def size(self, selector):
        """The size of letters on the screen, in pixels."""
        return self.tab.evaluate(
            "s => parseFloat(getComputedStyle(document.querySelector(s)).fontSize)", selector
        )

    def letters(self):
        """The size of letters in the picture on the screen, in pixels."""
        scale = self.tab.evaluate(
            "() => new DOMMatrix(document.getElementById('ui-camera').style.transform).a"
        )
        return scale * self.size("#ui-picture text")

    def screenshot(self, name):
        """Kept if somebody wants to look."""
        if SCREENSHOTS:
            os.makedirs(SCREENSHOTS, exist_ok=True)
            safe = re.sub(r"[^\w.-]+", "-", name)
            self.tab.wait_for_timeout(450)  # the camera may be on its way
            self.tab.screenshot(path=os.path.join(SCREENSHOTS, f"{safe}.png"))


@pytest.fixture(scope="session")
def idle(browser):  # noqa: ARG001 - it is closed after the tabs
    """Tabs that tests are done with, by how they are set: to open one takes longer than a test."""
    tabs = defaultdict(list)
    yield tabs
    for page in [page for pages in tabs.values() for page in pages]:
        page.tab.context.close()


@pytest.fixture
def show(browser, idle, tmp_path):
    """Open a player; at the end there were no errors, and no request but for the page."""
    opened = []

    def shown(player, *, size=PROJECTOR, hash="", **options):  # noqa: A002 - as in addresses
        path = player.save(tmp_path / f"page{len(opened)}.html")
        options = {"color_scheme": "light", "reduced_motion": "reduce", **options}
        setting = tuple(sorted(options.items()))
        if idle[setting]:
            page = idle[setting].pop()
        else:
            page = Shown(browser.new_context(offline=True, **options).new_page())
            page.tab.set_default_timeout(PATIENCE)
        opened.append((setting, page))
        page.tab.set_viewport_size({"width": size[0], "height": size[1]})
        page.tab.goto(f"file://{path}{hash}")
        return page

    yield shown
    complaints, requests = [], []
    for setting, page in opened:
        page.tab.emulate_media(media="screen")
        page.tab.goto("about:blank")
        complaints += page.complaints
        requests += page.requests
        page.complaints.clear()
        page.requests.clear()
        idle[setting].append(page)
    allowed = ("file:", "data:", "about:")
    assert complaints == []
    assert [url for url in requests if not url.startswith(allowed)] == []
