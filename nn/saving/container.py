"""A file of named tensors: the safetensors format, of 64-bit floats, with a checksum.

Eight bytes with the length of the header, little-endian; the header, a JSON object that names
each tensor's shape and place, and under ``__metadata__`` texts; then the numbers. The package
safetensors writes it, from arrays of NumPy. It is read here, because the package would read all
of a file before we can see that it is another model's. What we have to say is one text,
``glassgrad``, because the package writes several in a new order every time.

Source: the format, https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from io import BytesIO
from os import SEEK_END
from typing import IO, Any, NamedTuple

from _glassgrad_installation import packages_of

from .errors import FormatError

OURS = "glassgrad"

# What is read at all: a file that asks for more was not written by glassgrad.
_LONGEST_HEADER = 100_000_000  # bytes; the limit of safetensors
_LONGEST_TEXT = 45_000_000  # characters in it: quoted again they may double
_MOST_BRACKETS = 1_000_000  # lists and objects; of two characters each is one of 60 bytes

_PIECE = 1 << 20  # bytes that are read at once


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
    checksum = _checksum(content.texts, shapes, lambda name: [blocks[name]])
    header = json.dumps({**content.texts, "checksum": checksum}, separators=(",", ":"))
    if len(header) > _LONGEST_TEXT:
        raise ValueError(
            f"the header of this file would have {len(header):,} bytes, and safetensors allows "
            "100,000,000; save less besides the weights"
        )
    if (count := _brackets(header)) > _MOST_BRACKETS:
        raise ValueError(
            f"the header of this file would have {count:,} lists and dicts, and load reads up to "
            f"{_MOST_BRACKETS:,}; save less besides the weights"
        )
    arrays = {
        name: numpy.frombuffer(block, dtype="<f8").reshape(shapes[name])
        for name, block in blocks.items()
    }
    data: bytes = save(arrays, metadata={OURS: header})
    unpacked(data)  # a file that is written can be read
    return data


class Header(NamedTuple):
    """What a file says of itself before its numbers come."""

    texts: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    places: dict[str, tuple[int, int]]  # of each tensor in the file: its first byte, how many


def unpacked(data: bytes) -> Content:
    """What the bytes of a file hold; its checksum is right.

    Raises
    ------
    FormatError
        if this is not a whole safetensors file of 64-bit floats that glassgrad wrote.
    """
    file = BytesIO(data)
    header = header_of(file)
    return Content(header.texts, numbers_of(file, header))


def header_of(file: IO[bytes]) -> Header:
    """The header of a file that is whole: its checksum is right.

    The numbers are looked at in small pieces, and none is kept: a header says whether a file is
    worth reading, however large it is.
    """
    size = file.seek(0, SEEK_END)
    begin, about = _about(file, size)
    metadata = about.pop("__metadata__", None) or {}
    shapes, places = _tensors(about, begin, size)
    texts = _texts(metadata)
    for name, entry in about.items():
        if entry["dtype"] != "F64":
            raise FormatError(
                f"its tensor {name!r} has the type {entry['dtype']}, and weights are F64"
            )
    given = texts.pop("checksum", "")
    if given != _checksum(texts, shapes, lambda name: _pieces(file, *places[name])):
        raise FormatError("its checksum is wrong: it was damaged, or changed by another program")
    return Header(texts, shapes, places)


def numbers_of(file: IO[bytes], header: Header) -> dict[str, Tensor]:
    """The tensors that a header speaks of."""
    return {
        name: Tensor(shape, _numbers(b"".join(_pieces(file, *header.places[name]))))
        for name, shape in header.shapes.items()
    }


def _about(file: IO[bytes], size: int) -> tuple[int, dict[str, Any]]:
    """Where the JSON at the beginning of a file ends, and what it says; not read if it is huge."""
    file.seek(0)
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > size - 8:
        raise _not_whole("it ends before its header does")
    if length > _LONGEST_HEADER:
        raise FormatError(
            f"its header has {length:,} bytes, and {_LONGEST_HEADER:,} is the most that the format "
            "allows"
        )
    try:
        text = file.read(length).decode()
        header = parsed(text, "its header")
    except ValueError as error:  # a FormatError, or bytes that are no text
        raise _not_whole(str(error)) from None
    if not isinstance(header, dict) or text[0] != "{":
        raise _not_whole("its header is not a JSON object")
    return 8 + length, header


def _texts(metadata: Any) -> dict[str, str]:
    """What glassgrad says in a header."""
    if not isinstance(metadata, dict) or not all(isinstance(x, str) for x in metadata.values()):
        raise _not_whole("its metadata are no texts")
    if OURS not in metadata:
        raise FormatError(
            f"it is a safetensors file, but none of glassgrad's: its header has no {OURS!r}"
        )
    texts = parsed(metadata[OURS], "its header")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise FormatError("its header holds something else than texts")
    return texts


def _tensors(
    entries: Mapping[str, Any], begin: int, size: int
) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, int]]]:
    """Shape and place of each tensor, by name; together they fill the file to its end."""
    shapes, places = {}, {}
    for name in sorted(entries):
        dtype, shape, (first, end) = _entry(name, entries[name])
        if end - first != 8 * _count(shape, size) and dtype == "F64":
            raise _not_whole(f"the shape of {name!r:.60} is not that of its numbers")
        shapes[name], places[name] = tuple(shape), (begin + first, end - first)
    for first, length in sorted(places.values()):
        if first != begin:
            raise _not_whole("its tensors leave gaps, or lie on top of each other")
        begin += length
    if begin != size:
        raise _not_whole("it is longer or shorter than its header says")
    return shapes, places


def _entry(name: str, entry: Any) -> tuple[str, list[int], list[int]]:
    """The type and the shape of a tensor, and where it begins and ends among the numbers."""
    if isinstance(entry, dict) and entry.keys() == {"dtype", "shape", "data_offsets"}:
        dtype, shape, span = entry["dtype"], entry["shape"], entry["data_offsets"]
        if isinstance(dtype, str) and _are_sizes(shape) and _are_sizes(span) and len(span) == 2:
            return dtype, shape, span
    raise _not_whole(f"its header says {entry!r:.60} of {name!r:.60}")


def _are_sizes(x: Any) -> bool:
    return isinstance(x, list) and all(type(n) is int and n >= 0 for n in x)


def _count(shape: list[int], most: int) -> int:
    """How many numbers there are; above ``most`` nobody wants to know, and it would take long."""
    count = 0 if 0 in shape else 1
    for n in shape:
        if count <= most:
            count *= n
    return count


def _not_whole(why: str) -> FormatError:
    return FormatError(f"it is not a whole safetensors file ({why})")


def _pieces(file: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    """So many bytes of a file, a few at a time."""
    file.seek(first)
    while length > 0:
        piece = file.read(min(length, _PIECE))
        if not piece:
            raise _not_whole("it became shorter while it was read")
        length -= len(piece)
        yield piece


def parsed(text: str, what: str) -> Any:
    """The JSON of a text, in which no name comes twice and no number is nan."""
    if (count := _brackets(text)) > _MOST_BRACKETS:
        raise FormatError(
            f"{what} has {count:,} lists and objects, and {_MOST_BRACKETS:,} is the most that is "
            "read here"
        )
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError) as error:  # a FormatError, too
        raise FormatError(f"{what} is not JSON that glassgrad wrote ({error})") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("a name comes twice")
    return found


def _brackets(text: str) -> int:
    """How many lists and objects a JSON can have, counted before any is made."""
    return text.count("[") + text.count("{")


def _refused(word: str) -> Any:
    raise FormatError(f"{word} is not a JSON number")


def _checksum(
    texts: Mapping[str, str],
    shapes: Mapping[str, tuple[int, ...]],
    bytes_of: Callable[[str], Iterable[bytes]],
) -> str:
    """Of everything, whatever the order in which the file has it."""
    names = sorted(shapes)
    about = [sorted(texts.items()), [[name, shapes[name]] for name in names]]
    digest = hashlib.sha256(json.dumps(about).encode())
    for name in names:
        for piece in bytes_of(name):
            digest.update(piece)
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
    numbers = array("d", block)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
