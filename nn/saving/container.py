"""A file of named tensors: the safetensors format, of 64-bit floats, with a checksum.

Eight bytes with the length of the header, little-endian; the header, a JSON object that names
each tensor's shape and place, and under ``__metadata__`` texts; then the numbers. The package
safetensors writes and reads it; its writer takes arrays of NumPy. What we have to say is one text,
``glassgrad``, because the package writes several in a new order every time.

Source: the format, https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable, Mapping
from importlib import import_module
from operator import itemgetter
from typing import Any, NamedTuple

from _glassgrad_installation import packages_of

from .errors import FormatError

OURS = "glassgrad"
_LONGEST_TEXT = 45_000_000  # characters; quoted again they may double, and 100 MB is the limit


class Tensor(NamedTuple):
    """A shape, and as many numbers, row by row."""

    shape: tuple[int, ...]
    numbers: list[float]


class Content(NamedTuple):
    """What a file holds: texts and tensors by name."""

    texts: dict[str, str]
    tensors: dict[str, Tensor]


def packed(content: Content) -> bytes:
    """The bytes of a file; the same content gives the same bytes.

    >>> data = packed(Content({"format": "glassgrad example"}, {"w": Tensor((2,), [0.5, -0.0])}))
    >>> unpacked(data).tensors
    {'w': Tensor(shape=(2,), numbers=[0.5, -0.0])}
    """
    _package("safetensors")
    numpy = _package("numpy")
    save = _package("safetensors.numpy").save
    blocks = {name: _bytes(tensor) for name, tensor in content.tensors.items()}
    shapes = {name: tensor.shape for name, tensor in content.tensors.items()}
    texts = {**content.texts, "checksum": _checksum(content.texts, shapes, blocks)}
    header = json.dumps(texts, separators=(",", ":"))
    if len(header) > _LONGEST_TEXT:
        raise ValueError(
            f"the header of this file would have {len(header):,} bytes, and safetensors allows "
            "100,000,000; save less besides the weights"
        )
    arrays = {
        name: numpy.frombuffer(block, dtype="<f8").reshape(shapes[name])
        for name, block in blocks.items()
    }
    data: bytes = save(arrays, metadata={OURS: header})
    unpacked(data)  # a file that is written can be read
    return data


def unpacked(data: bytes) -> Content:
    """What the bytes of a file hold; its checksum is right.

    Raises
    ------
    FormatError
        if this is no whole safetensors file of 64-bit floats, or no file of glassgrad's.
    ImportError
        if the package safetensors is not installed.
    """
    found = _read(data)
    texts = _texts(data)
    shapes = {}
    blocks = {}
    for name, tensor in found:
        if tensor["dtype"] != "F64":
            raise FormatError(
                f"its tensor {name!r} has the type {tensor['dtype']}, and weights are F64"
            )
        shapes[name] = tuple(tensor["shape"])
        blocks[name] = bytes(tensor["data"])
    given = texts.pop("checksum", "")
    if given != _checksum(texts, shapes, blocks):
        raise FormatError("its checksum is wrong: it was damaged, or changed by another program")
    return Content(
        texts, {name: Tensor(shapes[name], _numbers(block)) for name, block in blocks.items()}
    )


def _read(data: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Name and content of each tensor, in the order of their names."""
    safetensors = _package("safetensors")
    deserialize: Callable[[bytes], Any] = safetensors.deserialize
    try:
        return sorted(deserialize(data), key=itemgetter(0))
    except safetensors.SafetensorError as error:
        raise FormatError(f"it is no whole safetensors file ({error})") from None


def _texts(data: bytes) -> dict[str, str]:
    """What stands under ``__metadata__``, in a header that was found to be good."""
    (length,) = struct.unpack_from("<Q", data)
    metadata = parsed(data[8 : 8 + length].decode(), "its header").get("__metadata__") or {}
    if OURS not in metadata:
        raise FormatError(
            f"it is a safetensors file, but none of glassgrad's: its header has no {OURS!r}"
        )
    texts = parsed(metadata[OURS], "its header")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise FormatError("its header holds something else than texts")
    return texts


def parsed(text: str, what: str) -> Any:
    """The JSON of a text, in which no name comes twice and no number is nan."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError) as error:  # a FormatError, too
        raise FormatError(f"{what} is no JSON that glassgrad wrote ({error})") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("a name comes twice")
    return found


def _refused(word: str) -> Any:
    raise FormatError(f"{word} is no number of JSON")


def _checksum(
    texts: Mapping[str, str], shapes: Mapping[str, tuple[int, ...]], blocks: Mapping[str, bytes]
) -> str:
    """Of everything, whatever the order in which the file has it."""
    names = sorted(blocks)
    about = [sorted(texts.items()), [[name, shapes[name]] for name in names]]
    digest = hashlib.sha256(json.dumps(about).encode())
    for name in names:
        digest.update(blocks[name])
    return f"sha256:{digest.hexdigest()}"


def _package(name: str) -> Any:
    try:
        return import_module(name)  # on first use
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ImportError(
            f"nn.save and nn.load need the package {name}: {packages_of('save')}"
        ) from None


def _bytes(tensor: Tensor) -> bytes:
    assert math.prod(tensor.shape) == len(tensor.numbers)
    return struct.pack(f"<{len(tensor.numbers)}d", *tensor.numbers)


def _numbers(block: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(block) // 8}d", block))
