"""A matrix of colours as a PNG file, written with the standard library alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE_OF_BYTES, _DEFAULT = 3, 0  # colour type; compression, filter and interlace methods


def png(rows: Sequence[Sequence[int]], palette: Sequence[Colour], zoom: int = 1) -> bytes:
    r"""The image of indices into a palette of at most 256 colours, ``zoom`` pixels each way.

    >>> png([[0, 1]], [(255, 255, 255), (0, 0, 0)])[:8]
    b'\x89PNG\r\n\x1a\n'

    Source: PNG (Portable Network Graphics) Specification, W3C, 11.2.
    """
    lines = [b"\0" + bytes([index for index in row for _ in range(zoom)]) for row in rows]
    pixels = b"".join([line for line in lines for _ in range(zoom)])
    height, width = len(rows) * zoom, len(rows[0]) * zoom
    header = struct.pack(
        ">IIBBBBB", width, height, 8, _PALETTE_OF_BYTES, _DEFAULT, _DEFAULT, _DEFAULT
    )
    return b"".join(
        [
            _SIGNATURE,
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes([part for colour in palette for part in colour])),
            _chunk(b"IDAT", zlib.compress(pixels, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
