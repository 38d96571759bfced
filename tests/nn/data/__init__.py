"""Tests of nn.data, file for file; and numbers that other programs computed, for other tests."""
