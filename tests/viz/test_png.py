import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from viz.render.heatmap import png

COLOURS = [(0, 0, 0), (255, 255, 255), (0, 97, 158)]
matrices = st.integers(1, 9).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 2), min_size=width, max_size=width), min_size=1, max_size=9
    )
)


def read(data):
    """A PNG of palette colours as rows of colours, checked against its checksums."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        assert checksum == zlib.crc32(name + body)
        chunks[name] = body
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [8, 3, 0, 0, 0]
    pixels = zlib.decompress(chunks[b"IDAT"])
    palette = [tuple(chunks[b"PLTE"][i : i + 3]) for i in range(0, len(chunks[b"PLTE"]), 3)]
    lines = [pixels[y * (width + 1) : (y + 1) * (width + 1)] for y in range(height)]
    assert {line[0] for line in lines} == {0}, "no filter"
    return [[palette[index] for index in line[1:]] for line in lines]


@given(matrices, st.integers(1, 4))
def test_what_is_written_is_read_back(rows, zoom):
    image = read(png(rows, COLOURS, zoom))

    assert len(image) == zoom * len(rows)
    for y, line in enumerate(image):
        assert line == [COLOURS[index] for index in rows[y // zoom] for _ in range(zoom)]


def test_the_same_matrix_gives_the_same_bytes():
    assert png([[0, 1], [2, 0]], COLOURS) == png([[0, 1], [2, 0]], COLOURS)


def test_other_programs_can_read_it(tmp_path):
    from matplotlib import image  # noqa: PLC0415 - only here

    path = tmp_path / "cells.png"
    path.write_bytes(png([[0, 1, 2]], COLOURS))

    assert (image.imread(path)[0, :, :3] * 255).round().astype(int).tolist() == list(
        map(list, COLOURS)
    )
