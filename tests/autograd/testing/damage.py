"""Faults planted in the engine for the length of a block: in a row, in a pass, in a recording."""

from contextlib import contextmanager

from autograd.node import topological
from autograd.primitive import unchecked


@contextmanager
def damaged(op, *, forward=None, partials=None):
    """Within the block the row is another one; everything that refers to it sees that."""
    before = op.forward, op.partials
    try:
        if forward is not None:
            object.__setattr__(op, "forward", forward)
        if partials is not None:
            object.__setattr__(op, "partials", partials)
        yield op
    finally:
        object.__setattr__(op, "forward", before[0])
        object.__setattr__(op, "partials", before[1])


def spoilt(op, i, spoil):
    """The row's partials with the i-th slope put through ``spoil(slope, z, *operands)``."""
    if op.variadic:
        whole = op.partials[0]

        def partials(z, *xs):
            slopes = list(whole(z, *xs))
            if i < len(slopes):
                slopes[i] = spoil(slopes[i], z, *xs)
            return tuple(slopes)

        return (partials,)
    partial = op.partials[i]
    changed = list(op.partials)
    changed[i] = lambda z, *xs: spoil(partial(z, *xs), z, *xs)
    return tuple(changed)


def negated(op, i=0):
    return spoilt(op, i, lambda slope, *_: -slope)


def off_by_1e_6(op, i=0):
    return spoilt(op, i, lambda slope, *_: slope * (1.0 + 1e-6))


def operands_of(node):
    """The operands of a recorded Value with the numbers they had; None for a plain number."""
    if node._a.__class__ is tuple:
        return node._a, node._x
    count = node._row.arity
    return (node._a, node._b)[:count], (node._x, node._y)[:count]


def backward_pass(
    *, reset=True, once=False, overwrite=False, stale=False, skip=None, seeded=True, order=None
):
    """A backward pass like the engine's, with one thing wrong; with nothing given, a right one."""

    def accumulate(roots, seeds):
        nodes = topological(roots)
        for node in nodes:
            if reset:
                node._grad = 0.0
        for root, seed in zip(roots, seeds, strict=True):
            root._grad = root._grad + (seed if seeded else 2.0 * seed)
        with unchecked():
            for node in (order or reversed)(nodes):
                operands, numbers = operands_of(node)
                if stale:
                    numbers = [x if v is None else v._z
                               for v, x in zip(operands, numbers, strict=True)]  # fmt: skip
                slopes = node._row.slopes(node._z, tuple(numbers))
                seen = set()
                for position, (operand, slope) in enumerate(zip(operands, slopes, strict=True)):
                    if operand is None or (once and operand in seen):
                        continue
                    if skip is not None and skip(node, position, operand):
                        continue
                    seen.add(operand)
                    share = float(node._grad * slope)
                    operand._grad = share if overwrite else operand._grad + share

    return accumulate
