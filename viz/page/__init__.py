"""A story as one HTML page: its pictures laid out, its style and its script."""
