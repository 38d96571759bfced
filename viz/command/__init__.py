r"""The command ``glassgrad``, which is also ``python -m viz``: formulas drawn, played and checked.

::

    $ glassgrad draw "tanh(w*x + b)" w=0.5 x=2 b=-0.5
    $ glassgrad draw "z = w*x + b; o = tanh(z); (o - y)**2" w=0.5 x=2 b=-1 -c y=1 -o loss.svg
    $ glassgrad check "x**3" x=2 --gradient "x = 3*x"

Everything is read by `autograd.parse`; nothing is executed as Python. `main` is the entry point.
Only this package imports click, and each command imports what it needs when it runs.
"""

from .main import main as main
