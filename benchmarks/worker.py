"""What runs inside a measured process: options in, JSON out, and clocks."""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Callable
from typing import Any

# Processor time of this process: other programs on the machine matter little. Windows counts it in
# steps of 16 ms: there the wall clock is better.
_IS_FINE = time.get_clock_info("process_time").resolution < 1e-5
busy: Callable[[], float] = time.process_time if _IS_FINE else time.perf_counter


def serve(work: Callable[..., dict[str, Any]], **defaults: str | int) -> None:
    """Call ``work`` with the options of the command line, and print what it returns."""
    parser = argparse.ArgumentParser(description=work.__doc__)
    parser.add_argument("--collector", choices=("on", "off"), default="on")
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    options = vars(parser.parse_args())
    if options.pop("collector") == "off":
        gc.disable()
    print(json.dumps(work(**options)))


def stopwatch(
    step: Callable[[], object], times: int, clock: Callable[[], float] = busy
) -> list[float]:
    """The seconds of each of ``times`` calls, after one that warms up caches and allocator.

    With the collector off, cyclic garbage is removed between calls, outside the measured time:
    otherwise an engine that makes cycles would fill the memory.

    >>> len(stopwatch(lambda: None, times=3))
    3
    """
    seconds = []
    for count in range(times + 1):
        if not gc.isenabled():
            gc.collect()
        start = clock()
        step()
        taken = clock() - start
        if count:
            seconds.append(taken)
    return seconds
