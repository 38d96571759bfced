"""One unit of a larger network, opened."""
