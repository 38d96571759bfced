"""Where the tests of files write."""

import pytest


@pytest.fixture(name="path")
def fixture_path(tmp_path):
    return tmp_path / "model.safetensors"
