"""Bytes and back; and what becomes of bytes that others have touched."""

import json
import math
import struct

import pytest
import safetensors
from hypothesis import given
from hypothesis import strategies as st

from nn.saving import FormatError, container
from nn.saving.container import Content, Tensor, fits, packed, parsed

from ..refusals import refused
from .models import unpacked

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


VALUES = st.recursive(
    st.none() | st.integers(-1, 17) | st.sampled_from(["F64", "F32", "I64", "", "w"]) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)


@st.composite
def headers(draw):
    """The entries of a file with some tensors, one thing in them perhaps wrong, and its length."""
    shapes = draw(
        st.dictionaries(st.text(max_size=2), st.lists(st.integers(0, 3), max_size=2), max_size=3)
    )
    entries, end = {}, 0
    for name, shape in shapes.items():
        begin, end = end, end + 8 * math.prod(shape)
        entries[name] = {"dtype": "F64", "shape": shape, "data_offsets": [begin, end]}
    if entries and draw(st.booleans()):
        entry = entries[draw(st.sampled_from(sorted(entries)))]
        key = draw(st.sampled_from([*entry, "more"]))
        spans = st.lists(st.integers(0, 4).map(lambda n: 8 * n), min_size=2, max_size=2)
        entry[key] = draw(VALUES | spans)
    return entries, end + draw(st.sampled_from([0, 0, 0, 0, 1, 8, -8]))


@given(header=headers(), space=st.sampled_from([b"", b"", b"", b" "]))
def test_we_read_no_file_that_the_package_refuses(header, space):
    """And where both read, they find the same: the package is the oracle of the format."""
    entries, length = header
    shapes = {
        name: tuple(entry["shape"])
        for name, entry in entries.items()
        if isinstance(entry["shape"], list)
    }
    numbers = bytes(i % 255 for i in range(max(length, 0)))
    digest = container._begun(FORMAT, {name: shapes[name] for name in sorted(shapes)})
    digest.update(numbers)
    checksum = container._said(digest)
    texts = json.dumps({**FORMAT, "checksum": checksum})
    about = space + json.dumps({**entries, "__metadata__": {"glassgrad": texts}}).encode()
    data = struct.pack("<Q", len(about)) + about + numbers
    try:
        found = unpacked(data).tensors
    except FormatError:
        return

    theirs = dict(safetensors.deserialize(data))
    assert found.keys() == theirs.keys()
    for name, tensor in found.items():
        assert list(tensor.shape) == theirs[name]["shape"]
        assert struct.pack(f"<{len(tensor.numbers)}d", *tensor.numbers) == theirs[name]["data"]


@pytest.mark.parametrize(
    "data",
    [struct.pack("<Q", 1 << 30) + bytes(10), struct.pack("<Q", 1 << 60) + bytes(3000),
     b"\x90\1" + bytes(6) + b"[" * 400],
    ids=["longer than the file", "long", "nested"],
)  # fmt: skip
def test_a_header_that_asks_for_too_much_is_refused(data):
    with pytest.raises(FormatError, match="it is not a complete safetensors file"):
        unpacked(data)


def test_a_text_with_too_many_lists_is_refused_before_it_is_parsed(monkeypatch):
    data = packed(Content({**FORMAT, "x": "[" * 400}, {}))
    monkeypatch.setattr(container, "_MOST_BRACKETS", 100)
    monkeypatch.setattr(json, "loads", None)

    with pytest.raises(FormatError, match="its header has 401 lists and objects, but 100 is the"):
        unpacked(data)


def test_too_many_lists_are_not_written():
    with pytest.raises(ValueError, match="and 1,000,002 lists and dicts; load reads up to"):
        packed(Content({**FORMAT, "x": "[" * 1_000_001}, {}))


@pytest.mark.parametrize("what", ["text", "names"])
def test_too_long_a_header_is_not_written(monkeypatch, what):
    monkeypatch.setattr(container, "_LONGEST_HEADER", 1000)
    text, name = ("x" * 1000, "w") if what == "text" else ("", "w" * 1000)

    with pytest.raises(ValueError, match=r"would have 1,\d{3} bytes, and 1 lists and dicts; load"):
        packed(Content({**FORMAT, "x": text}, {name: Tensor((), [1.0])}))


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
    with pytest.raises(
        FormatError, match=r"its checksum is wrong: it was damaged, or changed by another program$"
    ):
        unpacked(changed)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", ("x is not JSON that glassgrad wrote (Expecting property name enclosed in double "
              "quotes: line 1 column 2 (char 1))")),
        ('{"a":1,"a":2}', "x is not JSON that glassgrad wrote (a name occurs twice)"),
        ("[Infinity]", "x is not JSON that glassgrad wrote (Infinity is not a JSON number)"),
    ],
    ids=["cut", "twice", "infinity"],
)  # fmt: skip
def test_json_that_we_did_not_write(text, complaint):
    with refused(FormatError, complaint):
        parsed(text, "x")


FORMS = {
    "class": (int, [1, -1], [True, 1.0, "1", None]),
    "anything": (object, [1, None, []], []),
    "test": (lambda x: x == 3, [3], [4]),
    "list": ([int], [[], [1, 2]], [[1, "x"], (1, 2), {}, 1]),
    "dict": ({"a": int, "b": [str]}, [{"b": ["x"], "a": 1}], [{}, {"a": 1}, {"a": "", "b": []}]),
    "dict of any names": ({str: int}, [{}, {"x": 1}], [{"x": ""}, {1: 1}, []]),
}


@pytest.mark.parametrize(("form", "right", "wrong"), FORMS.values(), ids=FORMS)
def test_forms(form, right, wrong):
    assert [x for x in right if not fits(x, form)] == []
    assert [x for x in wrong if fits(x, form)] == []
    with pytest.raises(FormatError, match=r"^x is malformed: 'no'$"):
        parsed('"no"', "x", [form])
