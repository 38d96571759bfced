"""Networks in the player: rows of small ones neuron by neuron, larger ones layer by layer.

`finding` sees the network in a graph; `small` and `large` make its views, from `rows`, `layers` and
`unit`. All else here is shared by these.
"""
