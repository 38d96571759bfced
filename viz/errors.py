"""The errors that only pictures have."""

from __future__ import annotations

from autograd.errors import AutogradError


class RenderError(AutogradError, RuntimeError):
    """No engine could turn a picture's DOT into an image; the message says what to do."""


class RenderTimeoutError(RenderError, TimeoutError):
    """An engine took longer than it was given; the message says how to draw less."""
