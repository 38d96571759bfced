"""How much work a call is, counted in calls: the same number on every machine, however busy."""

from __future__ import annotations

import gc
import sys


def calls(work):
    """How many functions ``work()`` calls, Python's own and built-in ones.

    >>> calls(lambda: None), calls(lambda: [abs(x) for x in range(100)]) > 100
    (1, True)
    """
    count = 0

    def tell(_, event, __):
        nonlocal count
        count += event in {"call", "c_call"}

    gc.disable()  # it calls what others have registered with it
    before = sys.getprofile()
    sys.setprofile(tell)
    try:
        work()
    finally:
        sys.setprofile(before)
        gc.enable()
    return count - 1  # to take the profile away is a call, too
