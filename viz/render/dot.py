"""A diagram as DOT, the language of Graphviz: plain labels only, so that every engine agrees.

Ids and classes are a promise to stylesheets and scripts: ``n7`` is node 7, ``e3_7_0`` the arrow
from node 3 to operand 0 of node 7.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator

from ..labels import columns, dot_hint, dot_lines, dot_quote
from ..say.numbers import show
from ..scene.diagram import Arrow, Box, Diagram, Heatmap, Sample
from ..scene.graphviz import statement
from .looks import LOOKS, fill_of
from .palette import ARROW_SIZE, BOX_SIZE, LEGEND_SIZE, Theme
from .slide import unrolled

FONT = "Courier"
_WIDE = 0.6 * BOX_SIZE / 72  # inches per column of text
_HIGH = 1.2 * BOX_SIZE / 72  # inches per line


def settings(
    diagram: Diagram, theme: Theme
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The attributes of the graph, of all nodes and of all edges."""
    graph = {
        "rankdir": diagram.direction,
        "ordering": "in",  # first operands first, as they were written
        "bgcolor": theme.page,
        "pad": "0.2",
        "nodesep": "0.18",
        "ranksep": "0.35",
        "fontname": FONT,
        "fontsize": str(ARROW_SIZE),
        "fontcolor": theme.muted,
        "tooltip": " ",
    }
    if diagram.columns:
        graph |= _straight(diagram)
    node = {
        "fontname": FONT,
        "fontsize": str(BOX_SIZE),
        "fontcolor": theme.ink,
        "color": theme.outline,
        "margin": "0.11,0.06",
        "height": "0",
        "width": "0",
    }
    edge = {
        "fontname": FONT,
        "fontsize": str(ARROW_SIZE),
        "fontcolor": theme.ink,
        "color": theme.outline,
        "arrowsize": "0.7",
    }
    return graph, node, edge


def _straight(diagram: Diagram) -> dict[str, str]:
    """Columns of circles: far enough apart that no line crosses a circle it does not end in.

    Numbers on the lines (`edge_label_placement`) need room, too.
    """
    tallest = max(map(len, diagram.columns))
    height = tallest * (_diameter(diagram) + 0.25)
    least = 1.5 if any(arrow.lines for arrow in diagram.arrows) else 1.0
    return {"splines": "line", "ranksep": f"{max(least, height / 2):.2f}"}


def _diameter(diagram: Diagram) -> float:
    """One size for all circles of a picture, in inches: that of the fullest."""
    sizes = [
        math.hypot(max(map(columns, box.lines)) * _WIDE, len(box.lines) * _HIGH)
        for box in diagram.boxes
        if LOOKS[box.kind].is_round
    ]
    return max(sizes, default=1.0) + 0.1


def body(diagram: Diagram, theme: Theme) -> Iterator[str]:
    """The statements of the graph, one a line."""
    diagram = unrolled(diagram)
    if diagram.title:
        lines = (*diagram.title, "")
        title = dot_lines(lines, "l" * len(lines))
        yield f"\tlabel={title} labelloc=t labeljust=l\n"
    circle = f"{_diameter(diagram):.2f}"
    for box in diagram.boxes:
        yield node(box, theme, circle)
    for arrow in diagram.arrows:
        yield edge(arrow, theme, diagram)
    if diagram.notes:
        yield _note(diagram, theme)
    if diagram.columns:
        yield from _columns(diagram, theme)
    elif diagram.rows:
        yield from _rows(diagram)
    else:
        yield from _legend(diagram, theme)


def _rows(diagram: Diagram) -> Iterator[str]:
    """Rows one under the other."""
    for number, row in enumerate(diagram.rows):
        yield f'\tsubgraph cluster_{number} {{ label="" style=invis margin=4 {" ".join(row)} }}\n'


def node(box: Box, theme: Theme, circle: str) -> str:
    """The statement of one box; ``circle`` is the diameter of the circles of its picture."""
    look = LOOKS[box.kind]
    attributes = _looks(box, theme)
    width = max(map(columns, box.lines))
    if width > max(map(len, box.lines)):
        # Engines have no widths for Chinese and its neighbours: they would run over the border.
        attributes["width"] = f"{width * _WIDE + 0.25:.2f}"
    if look.is_round:
        attributes |= {"fixedsize": "true", "width": circle, "height": circle}
    classes = [box.kind, *["root"] * box.is_root, *["alarm"] * box.is_alarming]
    count = len(box.lines)
    ends = "n" * count if look.is_round else "n" + "l" * (count - 1)
    return statement(
        box.id,
        label=heatmaps_label(box, theme) if box.heatmaps else dot_lines(box.lines, ends),
        tooltip=dot_hint(box.hint),
        **{"id": box.id, "class": dot_quote(" ".join(classes))},
        **{key: dot_quote(value) for key, value in attributes.items()},
    )


def _looks(box: Box | Sample, theme: Theme) -> dict[str, str]:
    look = LOOKS[box.kind]
    fill = fill_of(box.kind, theme, is_root=box.is_root)
    attributes = {"shape": look.shape, "style": look.style, "fillcolor": fill}
    if look.borders > 1:
        attributes["peripheries"] = str(look.borders)
    if box.is_root:
        attributes |= {"penwidth": "3", "color": theme.root}
    if box.is_alarming:
        # The eight corners of a stop sign, within a thick border.
        attributes |= {"shape": "octagon", "style": "filled", "peripheries": "2"}
        attributes |= {"penwidth": "3", "color": theme.alarm}
    return attributes


def edge(
    arrow: Arrow, theme: Theme, diagram: Diagram, place: tuple[float, float] = (4.0, 0.0)
) -> str:
    """The statement of one arrow.

    Between columns its number stands at a ``place`` of its own: so far from the head, and so many
    degrees off the line.
    """
    colours = {"positive": theme.positive, "negative": theme.negative, "alarm": theme.alarm}
    attributes = {"id": arrow.id, "class": arrow.sign}
    if arrow.sign in colours:
        colour = dot_quote(colours[arrow.sign])
        attributes |= {"color": colour, "fontcolor": colour}
        attributes["penwidth"] = f"{1 + 3 * arrow.strength:.2f}"
    if arrow.sign == "alarm":
        attributes["penwidth"] = "3"
    if arrow.sign == "wrong":  # two lines side by side
        ink = theme.alarm  # the second colour of several is that of the point
        attributes |= {"color": dot_quote(f"{ink}:{ink}:{theme.page}:{ink}"), "penwidth": "2"}
        attributes["fontcolor"] = dot_quote(ink)
    if arrow.sign == "zero":
        attributes |= {"style": "dotted", "fontcolor": dot_quote(theme.muted)}
    elif arrow.sign == "negative":
        attributes["style"] = "dashed"
    if diagram.points == "none" or (diagram.points == "tail" and arrow.sign == "plain"):
        attributes["dir"] = "none"  # a bare line carries no gradient
    elif diagram.points == "tail":
        attributes["dir"] = "back"
    attributes |= _text_of_edge(arrow, diagram, place)
    if arrow.hint:
        tips = ("tooltip", "headtooltip" if "headlabel" in attributes else "labeltooltip")
        attributes |= dict.fromkeys(tips, dot_hint(arrow.hint))
    return statement(f"{arrow.tail} -> {arrow.head}", **attributes)


def _text_of_edge(arrow: Arrow, diagram: Diagram, place: tuple[float, float]) -> dict[str, str]:
    if arrow.lines and diagram.columns:
        return {
            "headlabel": dot_lines(arrow.lines, "n" * len(arrow.lines)),
            "labeldistance": f"{place[0]:.2f}",
            "labelangle": f"{place[1]:.1f}",
        }
    if arrow.lines:
        # Graphviz puts the text right above an arrow, or right of it: keep it off a thick one.
        across = diagram.direction == "LR"
        lines = (*arrow.lines, "") if across else [f"  {line}" for line in arrow.lines]
        return {"label": dot_lines(lines, "n" * len(lines))}
    # With room of its own a bare line does not run through a neighbour's text.
    return {"label": '" "'} if diagram.points == "tail" else {}


def _note(diagram: Diagram, theme: Theme) -> str:
    return statement(
        "note",
        id="note",
        shape="box",
        style='"dashed"',
        color=dot_quote(theme.muted),
        label=dot_lines(diagram.notes, "l" * len(diagram.notes)),
    )


def _columns(diagram: Diagram, theme: Theme) -> Iterator[str]:
    """What keeps columns in line, each with its kind above it; the other samples end the last."""
    kinds = {box.id: box.kind for box in diagram.boxes}
    above = {s.kind: n for n, s in enumerate(diagram.legend) if LOOKS[s.kind].is_round}
    below = [n for n, sample in enumerate(diagram.legend) if sample.kind not in above]
    drawn: set[int] = set()
    for number, column in enumerate(diagram.columns):
        chain = list(column)
        if column and (sample := above.get(kinds[column[0]])) is not None:
            chain.insert(0, f"legend{sample}" + (f"_{number}" if sample in drawn else ""))
            drawn.add(sample)
            yield _heading(chain[0], " ".join(diagram.legend[sample].lines), theme)
        if column is diagram.columns[-1]:
            chain += [f"legend{n}" for n in below]
        if len(chain) > 1:
            yield f"\t{{ rank=same {' -> '.join(chain)} [style=invis] }}\n"
    for n in below:
        yield _sample(f"legend{n}", diagram.legend[n], theme)


def _heading(name: str, text: str, theme: Theme) -> str:
    return statement(
        name,
        label=dot_lines((text,), "n"),
        shape="plain",
        fontsize=str(ARROW_SIZE),
        fontcolor=dot_quote(theme.muted),
        **{"id": name, "class": "legend"},
    )


def _legend(diagram: Diagram, theme: Theme) -> Iterator[str]:
    """Samples beside the last root, where a picture has room: its inputs are many, its root one."""
    names = []
    for number, sample in enumerate(diagram.legend):
        names.append(f"legend{number}")
        yield _sample(names[-1], sample, theme)
    last = [box.id for box in diagram.boxes if box.is_root]
    if names and last:
        yield f"\t{{ rank=same {last[-1]} {' '.join(names)} }}\n"


def _sample(name: str, sample: Sample, theme: Theme) -> str:
    attributes = _looks(sample, theme)
    if LOOKS[sample.kind].is_round:
        attributes |= {"fixedsize": "true", "width": "0.75", "height": "0.75"}
    return statement(
        name,
        label=dot_lines(sample.lines, ("l" if sample.kind == "note" else "n") * len(sample.lines)),
        fontsize=str(LEGEND_SIZE),
        fontcolor=dot_quote(theme.muted if sample.kind == "note" else theme.ink),
        margin='"0.06,0.03"',
        **{"id": name, "class": "legend"},
        **{key: dot_quote(value) for key, value in attributes.items()},
    )


# --- heatmaps -------------------------------------------------------------------------------------

# Matrices as colours, as tables inside the boxes. Blue is above 0, orange below, and the page's own
# colour is 0. The scale is symmetric, so that equal sizes are equally strong.
WIDE, HIGH = 115, 100  # points of the largest heatmap
_LEAST = 0.25  # of the largest size, however long and narrow the matrix is
_COLOURS = "blue +   orange −"
_TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'


def heatmaps_label(box: Box, theme: Theme) -> str:
    """The lines of a box as an HTML-like label: below the first its heatmaps, and what they are."""
    head, *rest = [html.escape(line) for line in box.lines]
    heats = box.heatmaps
    across = f'COLSPAN="{len(heats)}"'
    lines = [
        f"<TD {across}>{head}</TD>",
        "".join(f'<TD CELLPADDING="4">{_table(heat, theme)}</TD>' for heat in heats),
        "".join(f"<TD> {html.escape(heat.name)} </TD>" for heat in heats),
        "".join(f"<TD> {_strongest(heat)} </TD>" for heat in heats),
        f"<TD {across}>{_COLOURS}</TD>",
        *[f'<TD {across} ALIGN="LEFT">{line}</TD>' for line in rest],
    ]
    return f"<{_TABLE}>{_table_rows(lines)}</TABLE>>"


def colour(cell: float, scale: float, theme: Theme) -> str:
    """The colour of one cell; ``scale`` is the size of the strongest.

    >>> from .palette import LIGHT
    >>> colour(2.0, 2.0, LIGHT) == LIGHT.positive, colour(0.0, 2.0, LIGHT) == LIGHT.page
    (True, True)
    """
    if math.isnan(cell):
        return theme.alarm
    share = math.copysign(1.0, cell) if math.isinf(cell) else cell / scale if scale else 0.0
    strong = theme.negative if share < 0 else theme.positive
    weights = 1.0 - abs(share), abs(share)
    sides = [[int(one[k : k + 2], 16) for k in (1, 3, 5)] for one in (theme.page, strong)]
    parts = [round(weights[0] * a + weights[1] * b) for a, b in zip(*sides, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*parts)


def cell_size(heat: Heatmap) -> tuple[int, int]:
    """The width and height of one cell, in whole points.

    A heatmap has the shape of its matrix, unless that is all too long or too narrow.
    """
    rows, columns = heat.shape
    cell = min(WIDE / columns, HIGH / rows)
    wide = max(cell * columns, _LEAST * WIDE) / len(heat.cells[0])
    high = max(cell * rows, _LEAST * HIGH) / len(heat.cells)
    return max(round(wide), 1), max(round(high), 1)


def _table(heat: Heatmap, theme: Theme) -> str:
    wide, high = cell_size(heat)
    start = f'<TD FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="{high}" BGCOLOR='
    rows = [
        "".join(f'{start}"{colour(cell, heat.scale, theme)}"></TD>' for cell in row)
        for row in heat.cells
    ]
    whole = f'WIDTH="{wide * len(heat.cells[0])}" HEIGHT="{high * len(rows)}"'
    return f'{_TABLE} FIXEDSIZE="TRUE" {whole}>{_table_rows(rows)}</TABLE>'


def _table_rows(rows: Iterable[str]) -> str:
    return "".join(f"<TR>{row}</TR>" for row in rows)


def _strongest(heat: Heatmap) -> str:
    """What the strongest colour stands for; of a reduced matrix, cells are means."""
    is_reduced = heat.shape != (len(heat.cells), len(heat.cells[0]))
    return f"±{show(heat.scale, 3).removeprefix('+')}" + " (means)" * is_reduced
