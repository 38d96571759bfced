"""What every page must be: well formed, alone, and true to a reader with a pocket calculator."""

import re
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

VOID = {"br", "img", "link", "meta", "source"}


class Checker(HTMLParser):
    """Collects what a page consists of, and complains about tags that do not match."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.complaints = [], []
        self.tags, self.ids, self.links, self.metas = [], [], [], []
        self.attributes, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self._seen(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, _):
        self.complaints.append(f"<{tag}/> is written as <{tag}>")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"</{tag}> at {self.getpos()} closes nothing")

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def _seen(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        found = dict(attrs)
        if len(found) != len(attrs):
            self.complaints.append(f"<{tag}> says an attribute twice")
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "meta":
            self.metas.append(found)

    @property
    def text(self):
        return "".join(self.words)


def checked(html):
    """The page, after it was found to be whole."""
    page = Checker()
    page.feed(html)
    page.close()
    assert page.complaints == []
    assert page.open == []
    return page


def words_of(svg):
    """All text of a picture."""
    return "".join(ET.fromstring(svg).itertext())  # noqa: S314 - it is our own


NUMBER = r"[+−]?\d+(?:\.\d+)?(?:e−?\d+)?"
# A product that is an equation of its own: after =, a colon or the beginning of a line or cell.
PRODUCT = re.compile(
    rf"(?:^|[=:] |pixel \d,\d +)({NUMBER}) × \(?({NUMBER})\)? ([=≈]) ({NUMBER})(?![.\d])",
    re.MULTILINE,
)


def decimal(text):
    return Decimal(text.replace("−", "-"))


def products(text):
    """(left, right, sign, result) of every product in a text."""
    return PRODUCT.findall(text)


def agrees(left, right, result):
    """Whether a pocket calculator gives the result, rounded to the four digits it is shown with."""
    exact, shown = decimal(left) * decimal(right), decimal(result)
    if not shown:
        return not exact
    last = Decimal((0, (1,), shown.adjusted() - 3))
    return exact.quantize(last, ROUND_HALF_UP) == shown.quantize(last, ROUND_HALF_UP)
