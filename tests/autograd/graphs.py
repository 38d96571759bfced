"""What the tests of a Graph draw and record."""

from hypothesis import reject

from autograd import (
    DomainError,
    Graph,
    Value,
    constant,
)


def graph_of(program, seeds=None):
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(program.inputs)]
    try:
        root = program.run(leaves)
    except DomainError:  # a division by zero, or clip's ends in the wrong order
        reject()
    return leaves, root, Graph([root, *leaves], seeds=seeds)


class Weight(Value):
    __slots__ = ()
    kind = "parameter"


class Frozen(type(constant(0.0))):
    __slots__ = ()
    kind = "frozen"
