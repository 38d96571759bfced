"""Errors are part of the interface: their texts are pinned, whole."""

import re

import pytest


def refused(error, text):
    """The block raises ``error``, and it says exactly ``text``."""
    return pytest.raises(error, match=f"^{re.escape(text)}$")
