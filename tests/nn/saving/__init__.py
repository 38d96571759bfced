"""Tests of nn.saving, file for file."""
