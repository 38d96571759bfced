"""Bytes and back; and what becomes of bytes that others have touched."""

import json
import struct

import pytest
import safetensors
from hypothesis import given
from hypothesis import strategies as st

from nn.saving import FormatError
from nn.saving.container import Content, Tensor, packed, parsed, unpacked

from ..refusals import refused

TEXTS = st.dictionaries(st.text(), st.text())
FORMAT = {"format": "glassgrad example"}
NUMBERS = st.lists(st.floats(), max_size=6)
TENSORS = st.dictionaries(
    st.text().filter(lambda name: name != "__metadata__"),
    st.one_of(
        st.floats().map(lambda x: Tensor((), [x])),
        NUMBERS.map(lambda xs: Tensor((len(xs),), xs)),
        NUMBERS.map(lambda xs: Tensor((2, len(xs)), [*xs, *xs])),
    ),
)


@given(texts=TEXTS, tensors=TENSORS)
def test_what_is_packed_comes_out(texts, tensors):
    texts = {**texts, **FORMAT}
    texts.pop("checksum", None)

    found = unpacked(packed(Content(texts, tensors)))

    assert found.texts == texts
    assert repr(found.tensors) == repr(dict(sorted(tensors.items())))


def test_the_numbers_begin_at_a_multiple_of_their_size():
    for length in range(20):
        data = packed(Content({**FORMAT, "x": "x" * length}, {"w": Tensor((), [1.0])}))

        assert len(data) % 8 == 0


def test_the_header_is_the_one_that_the_package_reads():
    data = packed(Content({**FORMAT}, {"b": Tensor((1,), [2.0]), "a": Tensor((), [0.5])}))
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])

    assert header["a"] == {"dtype": "F64", "shape": [], "data_offsets": [0, 8]}
    assert header["b"] == {"dtype": "F64", "shape": [1], "data_offsets": [8, 16]}
    assert list(header["__metadata__"]) == ["glassgrad"]
    assert dict(safetensors.deserialize(data))["a"]["data"] == struct.pack("<d", 0.5)


def test_half_a_character_is_no_name():
    with pytest.raises(UnicodeEncodeError):
        packed(Content({**FORMAT}, {"\ud800": Tensor((), [1.0])}))


def test_a_header_may_not_be_too_long():
    texts = {**FORMAT, "x": "x" * 100_000_000}

    with pytest.raises(ValueError, match=r"and safetensors allows 100,000,000; save less"):
        packed(Content(texts, {}))


@pytest.mark.parametrize("part", ["text", "name", "shape", "number", "missing"])
def test_the_checksum_is_of_everything(part):
    content = Content({**FORMAT, "notes": "good"}, {"w": Tensor((2, 3), [1.0] * 6)})
    data = packed(content)
    changed = {
        "text": data.replace(b"good", b"bad!"),
        "name": data.replace(b'"w"', b'"v"'),
        "shape": data.replace(b"[2,3]", b"[3,2]"),
        "number": data[:-1] + b"\0",
        "missing": data.replace(b'\\"notes\\"', b'\\"noted\\"'),
    }[part]

    assert changed != data
    with refused(
        FormatError,
        "its checksum is wrong: it was damaged, or changed by another program",
    ):
        unpacked(changed)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", ("x is no JSON that glassgrad wrote (Expecting property name enclosed in double "
              "quotes: line 1 column 2 (char 1))")),
        ('{"a":1,"a":2}', "x is no JSON that glassgrad wrote (a name comes twice)"),
        ("[Infinity]", "x is no JSON that glassgrad wrote (Infinity is no number of JSON)"),
    ],
    ids=["cut", "twice", "infinity"],
)  # fmt: skip
def test_json_that_we_did_not_write(text, complaint):
    with refused(FormatError, complaint):
        parsed(text, "x")
