"""One box a node: the steps of a computation, in symbols, numbers and sentences."""
