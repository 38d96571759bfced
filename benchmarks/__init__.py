"""Speed and memory, compared with other engines: ``python -m benchmarks``, or ``make bench``.

Each engine runs in a process of its own, and the engines take turns (A B A B), so that a machine
that slows down for a minute slows them all. What counts are ratios and medians; the garbage
collector is measured as Python sets it, and switched off::

    worker (inside a process), data, transformer ──┐
    environments (engines from PyPI) ── runner ────┼── cases/* ──┐
    report (rows, bars, Markdown, JSON) ───────────┘             ├── __main__
    machine (what it ran on) ────────────────────────────────────┘
"""
