"""One example of a small network: boxes, steps, words, and all examples together."""
