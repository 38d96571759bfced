"""What is wrong with a file."""

from __future__ import annotations


class FormatError(ValueError):
    """A file is not what glassgrad wrote, is damaged, or does not fit the model."""
