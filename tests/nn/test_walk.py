"""Finding the parts of a model."""

from dataclasses import dataclass
from typing import NamedTuple

from autograd import Value
from nn import Module, Parameter
from nn.walk import attributes, dotted, keys, walk, walk_parts


class Bag(Module):
    """A Module that holds what it is given."""

    def __init__(self, **parts):
        vars(self).update(parts)


def names(root):
    return [dotted(trail) for trail, part in walk(root)]


def test_attributes_are_searched_in_the_order_of_definition():
    bag = Bag(z=Parameter(1.0), a=Bag(y=Parameter(2.0)), b=Parameter(3.0))

    assert names(bag) == ["", "z", "a", "a.y", "b"]


def test_containers_are_searched_to_any_depth():
    class Pair(NamedTuple):
        w: Parameter
        b: Parameter

    bag = Bag(
        rows=[[Parameter(1.0)], [Parameter(2.0), 5.0]],
        table={"key": (Parameter(3.0),), 7: Parameter(4.0)},
        pair=Pair(Parameter(5.0), Parameter(6.0)),
    )

    assert names(bag) == ["", "rows.0.0", "rows.1.0", "table.key.0", "table.7", "pair.0", "pair.1"]


def test_each_part_is_found_once_at_its_first_place():
    shared, twice = Parameter(1.0), Bag(w=Parameter(2.0))
    rows = [shared]
    bag = Bag(a=shared, b=[twice, twice], c=twice, rows=rows, again=rows)

    assert names(bag) == ["", "a", "b.0", "b.0.w"]


def test_other_values_are_found_too():
    bag = Bag(w=[Value(1.0)])

    assert names(bag) == ["", "w.0"]


def test_circles_end():
    child = Bag()
    parent = Bag(child=child, w=Parameter(1.0))
    child.parent = parent
    loop = [Parameter(2.0)]
    loop.append(loop)
    parent.loop = loop

    assert names(parent) == ["", "child", "w", "loop.0"]


def test_great_depth_needs_no_recursion():
    bag = inner = Bag()
    for _ in range(20_000):
        inner.next = Bag()
        inner = inner.next
    inner.w = Parameter(1.0)
    deep = [Parameter(2.0)]
    for _ in range(20_000):
        deep = [deep]
    bag.deep = deep

    assert len(bag.parameters()) == 2
    while hasattr(bag, "next"):  # take it apart from the top, for freeing it would recurse
        bag = bag.__dict__.pop("next")
    while isinstance(deep[0], list):
        deep = deep.pop()


def test_slots_are_attributes_too():
    @dataclass(slots=True)
    class Slotted(Module):
        w: Parameter
        b: Parameter

    class Single(Slotted):
        __slots__ = "extra"  # noqa: PLC0205 - what this is about

    single = Single(Parameter(1.0), Parameter(2.0))
    assert [name for name, _ in attributes(single)] == ["w", "b"]

    single.extra = Parameter(3.0)
    assert names(single) == ["", "w", "b", "extra"]


def test_modules_that_are_not_entered_are_found_without_their_parts():
    bag = Bag(a=Bag(w=Parameter(1.0)), b=Bag(w=Parameter(2.0)))

    found = [dotted(trail) for trail, _ in walk(bag, enter=lambda part: part is not bag.a)]

    assert found == ["", "a", "b", "b.w"]


def test_a_trail_leads_to_its_part():
    bag = Bag(rows=[{"key": Parameter(1.0)}])
    ((_, _), (trail, part)) = walk(bag)

    assert keys(trail) == ("rows", 0, "key")
    assert part is bag.rows[0]["key"]


def test_the_parts_alone_are_those_of_a_walk():
    shared = Bag(w=[Parameter(1.0), Parameter(2.0)])
    bag = Bag(
        some=[Parameter(3.0), shared, ()],
        table={"key": (Bag(), [shared, Parameter(4.0)]), 7: Parameter(5.0)},
        loose=Parameter(6.0),
    )
    bag.itself = [bag]

    found = [(dotted(trail), part) for trail, part in walk(bag) if isinstance(part, Bag)]
    assert [(dotted(trail), part) for trail, part in walk_parts(bag)] == found
    assert [name for name, _ in found] == ["", "some.1", "table.key.0"]
