"""A picture of a part of a computation: what is not drawn is summed up in boxes of their own."""

from __future__ import annotations

from autograd import Op, ops

from ...see.outline import Item
from ..telling.stepping import Operand, Scene

OTHERS = "others"  # how the key of such a box ends


class PartScene(Scene):
    """A scene with boxes that stand for many uses of a node: they bring a sum, at rate 1."""

    def row(self, item: Item) -> Op | None:
        """The operation that an item shows."""
        return ops.add if item.key.endswith(OTHERS) else super().row(item)

    def operands(self, item: Item) -> list[Operand]:
        """What goes into an item."""
        if item.key.endswith(OTHERS):
            return [self._linked(link) for link in self.into[item.key]]
        return super().operands(item)
