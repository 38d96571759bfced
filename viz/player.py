"""`player`: from a Value to the page that tells how its gradients come about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autograd import Graph, Value
from nn.names import helped

from .checks import at_least, image_of, one_of, text

if TYPE_CHECKING:
    from .page.player import Player

THEMES = ("auto", "light", "dark")
DIRECTIONS = ("auto", "LR", "TB")
MAX_NODES = 400


@helped()
def player(
    value: Value | Graph,
    *,
    names: Mapping[str, Any] | None = None,
    lr: float = 0.1,
    accumulate: bool = False,
    focus: str | int | Value | None = None,
    image: tuple[int, int] | None = None,
    title: str | None = None,
    theme: str = "auto",
    direction: str = "auto",
    expand: bool = True,
    max_nodes: int = MAX_NODES,
) -> Player:
    """Step through a computation: forward, then backward, then one update, in an offline page.

    Every step is told in symbols, in numbers and in a sentence; where paths meet, contributions
    add up. The page describes the recorded pass and makes a backward pass of its own: no
    ``.grad`` is written, and `backward` need not have been called. In Jupyter it shows itself.

    >>> from autograd import Value
    >>> x, w = Value(2.0, label="x"), Value(0.5, label="w")
    >>> page = player(w * x - 3.0)
    >>> for step in page.story.views[0].steps:
    ...     if step.phase == "backward":
    ...         print(step.sentence)
    Backward asks of every number: if it rose a little, how fast would L change? That rate is its \
gradient, g. It starts at L: ∂L/∂L = 1.
    Raising p1 by 1 unit changes L at rate 1.
    Raising w by 1 unit changes p1 at rate 2, so L at rate 2.
    Raising x by 1 unit changes p1 at rate 0.5, so L at rate 0.5.

    Parameters
    ----------
    value:
        A Value, usually a loss, or a `Graph` of one.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.
    lr:
        The learning rate of the update that follows the backward pass.
    accumulate:
        True begins with what is in ``.grad`` now, left from an earlier `backward`, as calling
        ``value.backward()`` would: it is one more summand of each gradient.
    focus:
        What to show first of a large computation: a Value, a label, a scope such as
        ``"layers.0/neurons.13"``, or the number of a node.
    image:
        Rows and columns of an input that is an image: ``(8, 8)``. Left out, an input whose width is
        the square of 4 or more is drawn as one.
    title:
        What stands above it all; left out, it is said what is computed.
    theme:
        ``"light"``, ``"dark"``, or ``"auto"``, as the reader's system is set.
    direction:
        ``"LR"``, ``"TB"``, or ``"auto"``, whichever gives the larger picture.
    expand:
        False leaves sums and dot products as one Σ.
    max_nodes:
        How many boxes a picture has at most, those nearest to the loss; a hint says what was
        left out.

    Raises
    ------
    ConstantError:
        if there is no gradient to show.
    """
    one_of("theme", theme, THEMES)
    one_of("direction", direction, DIRECTIONS)
    at_least("max_nodes", max_nodes, 2)
    text("player", "title", title)
    sides = image_of("player", image)
    from .node_views import Wanted, pass_of  # noqa: PLC0415 - on first use: most only draw

    numbers, index = pass_of("player", value, names, lr, accumulate=accumulate, focus=focus)
    from .page.player import Player  # noqa: PLC0415 - on first use: most who import viz only draw
    from .views import story  # noqa: PLC0415

    wanted = Wanted(numbers, sides, expand, max_nodes)
    return Player(story(wanted, index, title), theme=theme, direction=direction)
