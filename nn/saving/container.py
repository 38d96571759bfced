"""A file of named tensors: the safetensors format with 64-bit floats and a checksum.

The package safetensors reads and writes it, with NumPy arrays; it refuses an incomplete file. Our
own information is one text in its header, ``glassgrad``, because the package writes several texts
in a different order every time.

`parsed` and `fits` read everything that glassgrad has put into a header.

Source: the format, https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BufferedReader
from typing import Any, NamedTuple

from _glassgrad_installation import needed
from autograd.files import file_name

OURS = "glassgrad"

_package = partial(needed, who="saving", module="nn", extra="save")  # imported on first use

# The limits for reading: a file that exceeds them was not written by glassgrad.
_LONGEST_HEADER = 100_000_000  # bytes; the limit of safetensors
_MOST_BRACKETS = 1_000_000  # lists and objects; two characters become an object of 60 bytes


class FormatError(ValueError):
    """A file was not written by glassgrad, is damaged, or does not fit the model."""


class Tensor(NamedTuple):
    """A shape, and its numbers, row by row."""

    shape: tuple[int, ...]
    numbers: list[float]


class Content(NamedTuple):
    """The contents of a file: texts and tensors by name."""

    texts: dict[str, str]
    tensors: dict[str, Tensor]


def packed(content: Content) -> bytes:
    """The bytes of a file; the same content gives the same bytes.

    >>> len(packed(Content({"format": "glassgrad example"}, {"w": Tensor((2,), [0.5, -0.0])}))) % 8
    0
    """
    _package("safetensors")
    numpy, save = _package("numpy"), _package("safetensors.numpy").save
    shapes = {name: content.tensors[name].shape for name in sorted(content.tensors)}
    digest, arrays = _begun(content.texts, shapes), {}
    for name, shape in shapes.items():
        numbers = content.tensors[name].numbers
        block = struct.pack(f"<{len(numbers)}d", *numbers)
        digest.update(block)
        arrays[name] = numpy.frombuffer(block, dtype="<f8").reshape(shape)
    header = json.dumps({**content.texts, "checksum": _said(digest)}, separators=(",", ":"))
    data: bytes = save(arrays, metadata={OURS: header})
    length, count = int.from_bytes(data[:8], "little"), _brackets(header)
    if length > _LONGEST_HEADER or count > _MOST_BRACKETS:
        raise ValueError(
            f"the header of this file would have {length:,} bytes, and {count:,} lists and dicts; "
            f"load reads up to {_LONGEST_HEADER:,} and {_MOST_BRACKETS:,}: save less in addition "
            "to the weights, or weights with fewer names"
        )
    return data


class File:
    """A complete file: its description, and its numbers when they are needed.

    Before that the numbers are read only in small pieces for the checksum, and not kept: the
    description shows whether a file is worth reading, however large it is.
    """

    def __init__(self, file: BufferedReader, tensors: Any) -> None:
        metadata = tensors.metadata() or {}
        if OURS not in metadata:
            raise FormatError(
                f"it is a safetensors file that another program wrote: its header has no {OURS!r}"
            )
        self.texts: dict[str, str] = parsed(metadata[OURS], "its header", {str: str})
        self.shapes: dict[str, tuple[int, ...]] = {}
        self._tensors = tensors
        for name in sorted(tensors.keys()):
            view = tensors.get_slice(name)
            if view.get_dtype() != "F64":
                raise FormatError(
                    f"its tensor {name!r} has the type {view.get_dtype()}, but weights are F64"
                )
            self.shapes[name] = tuple(view.get_shape())
        checksum, digest = self.texts.pop("checksum", ""), _begun(self.texts, self.shapes)
        file.seek(8 + int.from_bytes(file.read(8), "little"))  # after the header are the numbers,
        hashlib.file_digest(file, lambda: digest)  # in the order of the names
        if checksum != _said(digest):
            raise FormatError(
                "its checksum is wrong: it was damaged, or changed by another program"
            )

    def tensors(self) -> dict[str, Tensor]:
        """The tensors by name."""
        return {
            name: Tensor(shape, self._tensors.get_tensor(name).ravel().tolist())
            for name, shape in self.shapes.items()
        }


@contextmanager
def opened(path: Any, what: str) -> Iterator[File]:
    """A file to read; errors in the block name it, and say ``what`` was attempted."""
    _package("numpy")
    safetensors, name = _package("safetensors"), file_name(path)
    with open(name, "rb") as file, about(what, path):
        try:
            reader = safetensors.safe_open(name, "numpy")
        except safetensors.SafetensorError as error:
            raise FormatError(f"it is not a complete safetensors file ({error})") from None
        with reader as tensors:
            yield File(file, tensors)


@contextmanager
def about(what: str, path: Any) -> Iterator[None]:
    """Errors in the block say which file they are about."""
    try:
        yield
    except FormatError as error:
        raise FormatError(f"cannot {what} {str(path)!r}: {error}") from None


def parsed(text: str, what: str, form: Any = object) -> Any:
    """The JSON in a text, which must have this form, without repeated names and without nan."""
    if (count := _brackets(text)) > _MOST_BRACKETS:
        raise FormatError(
            f"{what} has {count:,} lists and objects, but {_MOST_BRACKETS:,} is the most that is "
            "read here"
        )
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError) as error:  # also a FormatError
        raise FormatError(f"{what} is not JSON that glassgrad wrote ({error})") from None
    if not fits(found, form):
        raise FormatError(f"{what} is malformed: {found!r:.60}")
    return found


def fits(x: Any, form: Any) -> bool:
    """Whether x has a form: a class, a test, or a list or dict of forms.

    >>> fits([1, 2], [int]), fits([1, True], [int]), fits([1, True], [object])
    (True, False, True)
    >>> fits({"a": 1}, {"a": int}), fits({"b": 1}, {"a": int}), fits({"b": 1}, {str: int})
    (True, False, True)
    """
    if isinstance(form, list):
        return type(x) is list and all(fits(one, form[0]) for one in x)
    if isinstance(form, dict):
        if type(x) is not dict:
            return False
        if str in form:
            return all(type(name) is str and fits(one, form[str]) for name, one in x.items())
        return x.keys() == form.keys() and all(fits(x[name], form[name]) for name in form)
    return form is object or (type(x) is form if isinstance(form, type) else bool(form(x)))


def is_count(x: Any) -> bool:
    """Whether x is a whole number, 0 or above."""
    return type(x) is int and x >= 0


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("a name occurs twice")
    return found


def _brackets(text: str) -> int:
    """How many lists and objects a JSON text can contain, counted before any is made."""
    return text.count("[") + text.count("{")


def _refused(word: str) -> Any:
    raise FormatError(f"{word} is not a JSON number")


def _begun(texts: Mapping[str, str], shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """The start of a checksum; the numbers are then added in the order of the names."""
    return hashlib.sha256(json.dumps([sorted(texts.items()), list(shapes.items())]).encode())


def _said(digest: Any) -> str:
    return f"sha256:{digest.hexdigest()}"
