"""One browser for all tests of the page, which sees no network, and what is shown in it."""

from __future__ import annotations

import os
import re
import shutil

import pytest

BROWSER = os.environ.get("GLASSGRAD_CHROMIUM") or shutil.which("chromium")
SCREENSHOTS = os.environ.get("GLASSGRAD_SCREENSHOTS")

PROJECTOR = (1280, 720)
SIZES = {"1280": PROJECTOR, "1920": (1920, 1080), "390": (390, 844)}


@pytest.fixture(scope="session")
def browser():
    """Chromium, which CI must have."""
    missing = "" if BROWSER else "no chromium on PATH, and none in $GLASSGRAD_CHROMIUM"
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        missing = "playwright is not installed: pip install playwright"
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield found
        found.close()


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


@pytest.fixture
def show(browser, tmp_path):
    """Open a player; at the end there were no errors, and no request but for the page."""
    opened = []

    def shown(player, *, size=PROJECTOR, hash="", **options):  # noqa: A002 - as in addresses
        path = player.save(tmp_path / f"page{len(opened)}.html")
        options = {"color_scheme": "light", "reduced_motion": "reduce", **options}
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, **options
        )
        page = Shown(context.new_page())
        opened.append((context, page))
        page.tab.goto(f"file://{path}{hash}")
        return page

    yield shown
    for context, page in opened:
        context.close()
        assert page.complaints == []
        assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []
