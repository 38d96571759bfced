"""Demonstrations on real numbers: ``python -m demos``.

- `demos.from_scratch`: an engine and a network in one file, which learns XOR.
- `demos.wrong_engines`: twenty mistakes in such a file, each with the smallest counter-example.
- `demos.neuron`: one neuron, forward, backward and one step of learning, in pictures and words.
- `demos.xor`: a network of three hidden units and four examples, whose gradients add up.
- `demos.moons`: a network learns to tell two moons apart; its boundary after every few epochs.
- `demos.digits`: a network learns 1,797 handwritten digits; then every gradient of one of them.
- `demos.failures`: four trainings that fail, each shown, explained and fixed.

The first prints. The others print and write pages that open from disk, without a network and
without a script, but for the players that they lead to. Each demo is a file or two, which compute,
and show what they computed by the faces of `viz`::

    page ──── cli ──── plots ──┬── neuron, xor, wrong_engines, moons ──┬── __main__
      └────── gallery ─────────┤        moons ─── trial ─── failures ──┤
                               └─────── digits_network ──── digits ────┘

What a page says stands in ``texts``, with gaps for numbers and pictures (`demos.page.told`).
All of them write the ``gallery``; ``cli`` says which package to install.
"""
