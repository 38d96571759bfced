"""`report`: what is wrong with a network, layer by layer: dead units, saturation, gradients."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograd import Value
from nn import Module
from nn.names import helped

from .labels import columns, shorten
from .say import health
from .say.layer_health import LayerHealth, advice, measured
from .say.ranges import percent
from .see.recorded import recorded
from .showing import waiting

HEADER = ("layer", "units", "dead", "saturated", "mean |a|", "mean |∂a|", "mean |∂w|",
          "backward", "∂w = 0", "nan, inf")  # fmt: skip
KEY = (
    "a: a layer's output; ∂a, ∂w: gradients of the output and of the parameters;",
    "backward: mean |∂w| compared with the next layer; ∂w = 0: how many of them",
)


Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Report:
    """What `report` found: a table that prints and shows itself in a notebook.

    ``rows`` is the same for ``pandas.DataFrame(report.rows)``; ``advice`` says in sentences what
    is wrong and what to do about it, and is empty if all is well.
    """

    layers: tuple[LayerHealth, ...]
    advice: tuple[str, ...]
    examples: int

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One dict for each layer; units are lists of indices."""
        return [
            {key: list(x) if isinstance(x, tuple) else x for key, x in asdict(layer).items()}
            for layer in self.layers
        ]

    def __str__(self) -> str:
        table = text_table(self._header(), [self._texts(layer) for layer in self.layers], left=2)
        return "\n".join([table, *KEY, "", *self._sentences()])

    def __repr__(self) -> str:
        return f"<Report on {len(self.layers)} layers, {self._seen()}: print it>"

    def _repr_html_(self) -> str:
        table = html_table(self._header(), [self._texts(layer) for layer in self.layers], left=2)
        items = "".join(f"<li>{html.escape(line)}</li>" for line in self._sentences())
        return f"{table}<p>{html.escape(' '.join(KEY))}</p><ul>{items}</ul>"

    def _seen(self) -> str:
        return f"{self.examples:,} example{'s'[: self.examples > 1]}"

    def _sentences(self) -> list[str]:
        return list(self.advice) or [f"No problems found ({self._seen()})."]

    def _header(self) -> tuple[str, ...]:
        """One example cannot tell whether a unit is dead, or off for this example."""
        return tuple(["off" if self.examples == 1 and x == "dead" else x for x in HEADER])

    def _texts(self, layer: LayerHealth) -> list[str]:
        has_activation = bool(layer.activation)
        units = f"{layer.units:,} {layer.activation}".rstrip() if layer.units else ""
        return [
            shorten(layer.layer),
            units or "—",
            f"{len(layer.dead):,}" if has_activation else "—",
            percent(layer.saturated) if has_activation else "—",
            *[_number(x) for x in (layer.mean_output, layer.grad_outputs, layer.grad_weights)],
            layer.backward or "—",
            percent(layer.zero_grads),
            f"{layer.not_finite:,}",
        ]


@helped()
def report(
    model: Module,
    X: Any,
    y: Any = None,
    loss: str | Callable[..., Value] | None = None,
) -> Report:
    """Look for problems in every layer of a model: run a batch forward and backward.

    It makes passes of its own, in the mode (training or not) that the model is in. Nobody's
    ``.grad`` is touched.

    >>> import random
    >>> from nn import MLP
    >>> model = MLP(2, [4, 1], rng=random.Random(0))
    >>> model.layers[0].neurons[2].b.data = -9.0  # never above 0
    >>> found = report(model, [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> found.layers[0].dead
    (2,)
    >>> print(found.advice[0])
    layers.0: 1 of 4 units is dead (2): its slope is 0 for all 3 examples, so no gradient reaches \
its weights. Try a smaller learning rate, init='he', or activation='leaky_relu'.

    Parameters
    ----------
    model:
        Any `nn.Module`. A layer is a Module that its summary shows in one row, or that has
        parameters of its own; a scope outside them is a layer too.
    X, y, loss:
        As for `nn.fit`, in lists, arrays or tables. The more examples there are, the surer it is
        that a unit is dead. Without y, ``loss`` is a function of the list of all outputs, and left
        out it is the sum of them.

    Raises
    ------
    autograd.DomainError
        as the model itself does.
    autograd.ConstantError
        if no gradient flows, because all is frozen.
    """
    with waiting("running the batch and measuring every layer"):
        seen = recorded(model, X, y, loss, who="report")
        layers = measured(seen)
        return Report(layers, tuple(advice(seen, layers)), seen.examples)


def _number(x: float) -> str:
    return "—" if math.isnan(x) else health.plain(x)


# --- tables as text and as HTML: numbers to the right ---------------------------------------------


def text_table(header: Sequence[str], rows: Rows, *, left: int = 1) -> str:
    """A table in plain text; all columns but the first ``left`` are set to the right.

    >>> print(text_table(["layer", "units"], [["layers.0", "16"], ["layers.1", "1"]]))
    layer     units
    --------  -----
    layers.0     16
    layers.1      1
    """
    widths = [max(map(columns, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            _padded(text, width, to_the_left=i < left)
            for i, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def html_table(header: Sequence[str], rows: Rows, *, left: int = 1) -> str:
    """The same for a notebook, in the notebook's own colours.

    >>> html_table(["a"], [["<b>"]])
    '<table><thead><tr><th style="text-align:left">a</th></tr></thead>\
<tbody><tr><td style="text-align:left">&lt;b&gt;</td></tr></tbody></table>'
    """
    head = _cells("th", header, left)
    body = "".join(f"<tr>{_cells('td', row, left)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(tag: str, texts: Sequence[str], left: int) -> str:
    sides = ["left" if i < left else "right" for i in range(len(texts))]
    return "".join(
        f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
        for text, side in zip(texts, sides, strict=True)
    )


def _padded(text: str, width: int, *, to_the_left: bool) -> str:
    room = " " * (width - columns(text))
    return text + room if to_the_left else room + text
