"""A browser that only notes what it is told to open."""

import webbrowser

import pytest


@pytest.fixture
def opened(monkeypatch):
    """What the browser was asked to show."""
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not addresses.append(address))
    return addresses
