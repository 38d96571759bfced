"""Tests of the demos: what they print and show is what the engine computed, and it is true."""
