"""Models and training runs in files.

`save` and `load` are for models; `write_checkpoint`, `read_checkpoint` and `restore` are for
training that will be continued; `random_states` adds the state of its random generators.

`container` is the file, `layout` the names of its tensors, `architecture` the structure of a model,
`saved` the last two together.
"""

from typing import TYPE_CHECKING

from autograd.public import public as _public

from .container import FormatError as FormatError
from .files import TrainingState as TrainingState
from .files import load as load
from .files import read_checkpoint as read_checkpoint
from .files import read_notes as read_notes
from .files import restore as restore
from .files import save as save
from .files import write_checkpoint as write_checkpoint
from .random_states import random_states as random_states
from .random_states import set_random_states as set_random_states

if not TYPE_CHECKING:
    __all__, __dir__, __getattr__ = _public(globals())
