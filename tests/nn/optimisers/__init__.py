"""Tests of the optimisers, file for file."""
