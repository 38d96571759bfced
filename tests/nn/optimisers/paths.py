"""Where optimisers take three parameters, for given gradients."""

from hypothesis import strategies as st

from autograd import Value
from nn import Parameter

gradients = st.lists(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), min_size=1, max_size=8)
rates = st.floats(1e-4, 1.0)
fractions = st.floats(0.0, 0.999)


def start():
    return [Parameter(1.0), Parameter(-2.0), Value(0.5)]


def path(optimiser, parameters, steps):
    """Where the parameters are after each step with the given gradients."""
    places = []
    for gradient in steps:
        for parameter, g in zip(parameters, gradient, strict=True):
            parameter.grad = g
        optimiser.step()
        places.append([parameter.data for parameter in parameters])
    return places
