import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.labels import (
    ELLIPSIS,
    LINE_LIMIT,
    clean,
    columns,
    dot_hint,
    dot_lines,
    dot_quote,
    mermaid_quote,
    shorten,
)

from .strategies import HOSTILE, NAMES, labels

anything = st.one_of(labels, st.text())


@given(anything)
def test_cleaned_text_is_one_line_that_xml_allows(text):
    cleaned = clean(text)

    assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e]", cleaned)
    assert cleaned == " ".join(cleaned.split())


@pytest.mark.parametrize("char", ["\x00", "\x7f", "\x85", "\ud800", "\ufffe", "\uffff", "\u202e"],
                         ids=ascii)  # fmt: skip
def test_what_cannot_be_drawn_is_replaced(char):
    assert clean(f"a{char}b") in {"a\ufffdb", "a b"}


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_text_that_can_be_drawn_is_left_alone(text):
    assert clean(text) == text


@given(anything, st.integers(1, 60))
def test_shortened_text_fits(text, limit):
    short = shorten(text, limit)

    assert columns(short) <= limit
    if columns(clean(text)) > limit:
        assert short.endswith(ELLIPSIS)


@given(anything)
def test_text_that_fits_is_not_shortened(text):
    if columns(clean(text)) <= LINE_LIMIT:
        assert shorten(text) == clean(text)


def test_a_very_long_label_is_cut_without_reading_all_of_it():
    assert shorten("x" * 10**7) == "x" * (LINE_LIMIT - 1) + ELLIPSIS
    assert shorten(" " * 10**6 + "end") == ELLIPSIS


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("重み", 4), ("e\u0301", 1), ("ﾊﾛｰ", 3), ("🙂", 2), ("∂L/∂w", 5)],
)
def test_columns_are_those_of_a_terminal(text, width):
    assert columns(text) == width


def dot_reader(quoted: str) -> list[str]:
    """What Graphviz makes of a quoted label: its lexer, its escapes, its entities."""
    assert quoted[0] == quoted[-1] == '"'
    body = quoted[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*"', body), "a quote ends the string early"
    lines, line, characters = [], "", iter(body.replace('\\"', '"'))
    for char in characters:
        if char != "\\":
            line += char
            continue
        escape = next(characters)
        if escape in "nlr":
            lines.append(line)
            line = ""
        else:
            assert escape == "\\", f"\\{escape} would be replaced"
            line += "\\"
    return [html.unescape(part) for part in [*lines, line]]


@given(anything.map(clean))
def test_graphviz_reads_a_quoted_label_as_it_was(text):
    assert dot_reader(dot_quote(text)) == [text]


@given(st.lists(anything.map(clean), min_size=1, max_size=4), st.sampled_from("nl"))
def test_graphviz_reads_lines_as_they_were(lines, end):
    assert dot_reader(dot_lines(lines, end * len(lines))) == [*lines, ""]


@given(st.lists(anything.map(clean), min_size=1, max_size=4))
def test_graphviz_reads_a_tooltip_as_it_was(lines):
    assert dot_reader(dot_hint("\n".join(lines))) == lines


@given(anything.map(clean))
def test_a_mermaid_string_holds_no_markup(text):
    inside = mermaid_quote(text)[1:-1]
    decoded = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), inside).replace("\\\u2060n", "\\n")

    assert decoded == text
    assert not set(re.sub(r"#\d+;", "", inside)) & set("\"#;<>[](){}|`*+-./:\\%&$~^=!?@'")


@pytest.mark.parametrize("label", HOSTILE, ids=NAMES)
def test_hostile_labels_come_back_from_dot(label):
    assert dot_reader(dot_quote(shorten(label))) == [shorten(label)]
