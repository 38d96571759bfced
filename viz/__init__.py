"""Pictures of computations and networks, with every number in them.

>>> from autograd import Value
>>> import viz
>>> loss = (Value(2.0, label="a") * Value(-3.0, label="b") + 10.0).tanh()
>>> viz.draw(loss)
<Picture of 6 nodes and 5 edges: .show(), .save('picture.svg'), print(.text())>

How a picture comes about::

    Graph ── choosing, folding, opening ──→ Outline (numbers)
    Outline ── words, legend, composing ──→ Diagram (text), also made by neuron and network
    Diagram ── dot, mermaid, text ── render, engines ──→ Picture
"""

from __future__ import annotations

from _glassgrad_installation import refuse_mixed_installation as _refuse_mixed_installation

_refuse_mixed_installation(__file__)

from typing import TYPE_CHECKING, Any

from .draw import draw as draw
from .errors import RenderError as RenderError
from .errors import RenderTimeoutError as RenderTimeoutError
from .network import draw_network as draw_network
from .neuron import draw_neuron as draw_neuron

if TYPE_CHECKING:
    from .picture import Picture as Picture


def __getattr__(name: str) -> Any:
    if name == "Picture":  # on first use: it imports graphviz
        from .picture import Picture  # noqa: PLC0415

        return Picture
    raise AttributeError(f"module 'viz' has no attribute {name!r}")
