"""Speed and memory, compared with other engines: ``python -m benchmarks``, or ``make bench``.

Each engine runs in its own process, and the engines take turns (A B A B), so that a machine that
slows down for a minute slows them all. Ratios and medians count; everything is measured with the
garbage collector on, as Python sets it, and off::

    worker (inside a process), data, transformer ──┐
    environments (engines from PyPI) ── runner ────┼── cases/* ──┐
    report (rows, bars, Markdown, JSON) ───────────┘             ├── __main__
    machine (what it ran on) ────────────────────────────────────┘
"""
