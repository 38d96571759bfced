"""Numbers that other programs computed at the edges of operations."""
