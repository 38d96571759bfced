"""One file for each thing measured.

Its docstring becomes its text in the report. ``measure(plan)`` starts workers and turns their
reports into rows; ``work(...)`` runs inside one: ``python -m benchmarks.cases.NAME --engine
ENGINE``. Engines are imported inside the worker, so that each process has only the one it measures.
"""
