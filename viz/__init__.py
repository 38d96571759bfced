"""Pictures of computations and networks, with every number in them.

>>> from autograd import Value
>>> import viz
>>> loss = (Value(2.0, label="a") * Value(-3.0, label="b") + 10.0).tanh()
>>> viz.draw(loss)
<Picture of 6 nodes and 5 edges: .show(), .save('picture.svg'), print(.text())>

The rooms, and which way they look::

    faces (draw, player, handout, explain, report, …) ──→ lessons ──→ say ──→ see ──→ autograd
                                                   └────→ page, render ──→ scene

`see` finds what is in a computation, `lessons` tell it step by step, `say` makes names, numbers and
words, `scene` says what stands where, `render` and `page` make files of it.

`say.health` finds what is wrong with a gradient, for every picture and for `report`.
"""

from .starting import end_quietly_on_interrupt as _end_quietly_on_interrupt
from .starting import is_command as _is_command

if _is_command():
    _end_quietly_on_interrupt()

from _glassgrad_installation import refuse_mixed_installation as _refuse_mixed_installation

_refuse_mixed_installation(__file__)

from typing import TYPE_CHECKING

from autograd.public import public as _public

from .animate import Animation as Animation
from .animate import animate as animate
from .draw import draw as draw
from .draw import draw_neuron as draw_neuron
from .explain import Explanation as Explanation
from .explain import explain as explain
from .handout import Handout as Handout
from .handout import handout as handout
from .network import draw_network as draw_network
from .player import player as player
from .plots import plot_decision_boundary as plot_decision_boundary
from .plots import plot_gradient_norm as plot_gradient_norm
from .plots import plot_gradients as plot_gradients
from .plots import plot_history as plot_history
from .plots import plot_update_ratio as plot_update_ratio
from .plots import plot_weights as plot_weights
from .report import Report as Report
from .report import report as report
from .showing import RenderError as RenderError
from .showing import RenderTimeoutError as RenderTimeoutError

if TYPE_CHECKING:
    from . import gradcheck_report as gradcheck_report
    from .gradcheck import draw_mismatch as draw_mismatch
    from .page.player import Player as Player
    from .render.picture import Picture as Picture
else:  # what needs graphviz or autograd.testing comes on first use
    __all__, __dir__, __getattr__ = _public(
        globals(),
        ["gradcheck_report"],
        {"draw_dot": "write viz.draw(loss)", "plot_loss": "write viz.plot_history(history)"},
        Picture="render.picture",
        Player="page.player",
        draw_mismatch="gradcheck",
    )
