"""Tests of nn, file for file."""
