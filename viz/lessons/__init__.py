"""What a reader is told of a computation, step by step."""
