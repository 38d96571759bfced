"""How many draws of a strategy are thrown away, and what it shrinks to."""

from hypothesis import Phase, find, given, settings
from hypothesis.statistics import collector


def discarded(strategy, draws=100):
    """The share of draws that an assumption or a filter threw away."""
    statuses = []

    def collect(report):
        for phase in ("reuse-phase", "generate-phase"):
            cases = report.get(phase, {}).get("test-cases", ())
            statuses.extend(case["status"] for case in cases)

    @settings(max_examples=draws, database=None, derandomize=True, phases=[Phase.generate])
    @given(strategy)
    def draw(_):
        pass

    with collector.with_value(collect):
        draw()
    return statuses.count("invalid") / len(statuses)


def smallest(strategy, condition=lambda _: True):
    """What a failure of ``condition`` would be shown as."""
    shrinking = settings(
        max_examples=2000, database=None, derandomize=True, phases=[Phase.generate, Phase.shrink]
    )
    return find(strategy, condition, settings=shrinking)
