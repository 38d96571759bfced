"""Demonstrations on real numbers: ``python -m demos``.

- `demos.neuron`: one neuron, forward, backward and one step of learning, in pictures and words.
- `demos.digits`: a network learns 1,797 handwritten digits; then every gradient of one of them.

Each prints what it does and writes pages that open from disk, without a network or a script::

    words ───┬── lesson ──── neuron_page ──── neuron ──┐
    page ────┤                                         ├── __main__
    images ──┼── digits_text, digits_page ─── digits ──┤
             │                  │                      │
    data ─── training ─── reading                   gallery
"""
