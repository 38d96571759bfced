"""Plots of trainings and of what was trained, drawn by matplotlib: `pip install "glassgrad[plot]"`.

Each takes the ``Axes`` to draw on, or makes some, and returns them; none calls ``show()``. They
look as matplotlib's own style says: ``plt.style.use("dark_background")`` makes them dark. Colours
never stand alone: lines differ in their strokes, points in their shapes.

>>> import matplotlib; matplotlib.use("agg")
>>> axes = plot_history({"loss": [0.9, 0.4, 0.2], "val_loss": [0.9, 0.5, 0.6]})
>>> [line.get_label() for line in axes.get_lines()]
['loss', 'val_loss', 'best: 0.5 in epoch 2']
"""

from __future__ import annotations

from .boundary import plot_decision_boundary as plot_decision_boundary
from .training import plot_gradient_norm as plot_gradient_norm
from .training import plot_gradients as plot_gradients
from .training import plot_history as plot_history
from .training import plot_update_ratio as plot_update_ratio
from .training import plot_weights as plot_weights
