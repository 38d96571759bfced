from hypothesis import given
from hypothesis import strategies as st

from viz.labels import clean, columns
from viz.report import html_table, text_table

cells = (
    st.text(min_size=1, max_size=8).map(clean).filter(lambda text: text and text == text.strip())
)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=4)
)


@given(tables)
def test_columns_stand_below_each_other(table):
    header, *rows = table
    lines = text_table(header, rows, left=0).splitlines()
    widths = [max(map(columns, column)) for column in zip(*table, strict=True)]

    assert len(lines) == len(rows) + 2
    assert all(columns(line) <= sum(widths) + 2 * len(widths) - 2 for line in lines)
    for row, line in zip(rows, lines[2:], strict=True):
        assert line.split() == " ".join(row).split()


@given(tables)
def test_html_escapes_what_it_shows(table):
    header, *rows = table
    shown = html_table(header, rows)

    tags = 3 + len(table) + len(header) * len(table)  # table, thead, tbody, rows, cells
    assert shown.count("<") == shown.count(">") == 2 * tags
    assert "<script" not in html_table(["<script>"], [['"<script>alert(1)</script>']])
