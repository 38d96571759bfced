"""Training data: small example data sets, batches, and encodings that suit a network."""

from typing import TYPE_CHECKING

from autograd.public import public as _public

from .batches import batches as batches
from .batches import examples as examples
from .datasets import blobs as blobs
from .datasets import circles as circles
from .datasets import curve as curve
from .datasets import moons as moons
from .datasets import spirals as spirals
from .datasets import xor as xor
from .encoding import Standardise as Standardise
from .encoding import one_hot as one_hot

if not TYPE_CHECKING:
    __all__, __dir__, __getattr__ = _public(globals())
