"""One file for each thing measured.

Its docstring is what the report says of it. ``measure(plan)`` starts workers and makes rows of
their reports; ``work(...)`` runs inside one: ``python -m benchmarks.cases.NAME --engine ENGINE``.
Engines are imported inside the worker, so that no process holds more than the one it measures.
"""
